//! What a user's hands do: real clicks where an element is seen, and real keys wherever the focus is.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use thirtyfour::Key;
use thirtyfour::common::command::{Actions, Command};

use super::{Browser, guide_query};

/// Gives where to click the element that `find()` finds, once it is in view and at rest for two frames and nothing covers
/// it; else notes why not.
const POINT: &str = "
    const not = why => { window.__not = why; return null };
    const box = () => { const e = find(), r = e?.getClientRects()[0]; return r?.width && r.height ? [e, r.x, r.y, r.width, r.height] : null };
    const frame = () => new Promise(requestAnimationFrame);
    return (async () => {
        const e = find();
        if (!e) return not('there is none');
        const seen = e.getBoundingClientRect();
        if (seen.top < 0 || seen.left < 0 || seen.bottom > innerHeight || seen.right > innerWidth) {
            e.scrollIntoView({ block: 'center', inline: 'nearest', behavior: 'instant' });
        }
        const before = box();
        await frame(); await frame();
        const now = box();
        if (!now || String(before?.slice(1)) !== String(now.slice(1)) || before[0] !== now[0]) return not('it moves');
        const x = Math.floor(now[1] + now[3] / 2), y = Math.floor(now[2] + now[4] / 2);
        let hit = document.elementFromPoint(x, y);
        for (let inner; hit?.shadowRoot && (inner = hit.shadowRoot.elementFromPoint(x, y)) && inner !== hit;) hit = inner;
        let over = hit;
        while (over && over !== now[0]) over = over.parentNode ?? over.host;
        if (!over) return not('it is covered by ' + (hit ? hit.cloneNode(false).outerHTML : 'nothing that can be hit'));
        return [x, y];
    })()";

impl Browser {
    /// Clicks the first visible element of the host page that a CSS selector finds, as a mouse does.
    ///
    /// # Errors
    /// When there is none in time, or something covers it.
    pub async fn click(&self, css: &str) -> Result<()> {
        let css = Value::from(css);
        let find = format!("[...document.querySelectorAll({css})].find(e => e.checkVisibility())");
        self.click_at(&find).await
    }

    /// Clicks an element inside the guide's shadow root where it is, as a mouse does.
    ///
    /// # Errors
    /// When there is none in time, or something covers it.
    pub async fn click_guide(&self, css: &str) -> Result<()> {
        self.click_at(&guide_query(css)).await
    }

    async fn click_at(&self, find: &str) -> Result<()> {
        let point = self
            .until_js(
                &format!("{find} to be clicked"),
                &format!("const find = () => {find}; {POINT}"),
            )
            .await;
        let point = match point {
            Ok(point) => point,
            Err(error) => {
                let why = self.js("return window.__not ?? null").await?;
                return Err(error.context(format!("cannot click: {why}")));
            }
        };
        self.act(json!({
            "type": "pointer", "id": "mouse", "parameters": { "pointerType": "mouse" },
            "actions": [
                { "type": "pointerMove", "duration": 0, "x": point[0], "y": point[1] },
                { "type": "pointerDown", "button": 0 },
                { "type": "pointerUp", "button": 0 },
            ],
        }))
        .await
        .with_context(|| format!("cannot click {find}"))
    }

    /// Presses a key wherever the focus is.
    ///
    /// # Errors
    /// When the browser cannot.
    pub async fn press(&self, key: Key) -> Result<()> {
        self.act(keys(&[("keyDown", &key), ("keyUp", &key)])).await
    }

    /// Presses a key while another is held.
    ///
    /// # Errors
    /// When the browser cannot.
    pub async fn press_with(&self, held: Key, key: Key) -> Result<()> {
        self.act(keys(&[
            ("keyDown", &held),
            ("keyDown", &key),
            ("keyUp", &key),
            ("keyUp", &held),
        ]))
        .await
    }

    async fn act(&self, source: Value) -> Result<()> {
        let actions = Actions::from(json!([source]));
        self.driver.cmd(Command::PerformActions(actions)).await?;
        Ok(())
    }
}

fn keys(strokes: &[(&str, &Key)]) -> Value {
    let strokes: Vec<_> = strokes
        .iter()
        .map(|(kind, key)| json!({ "type": kind, "value": key.value().to_string() }))
        .collect();
    json!({ "type": "key", "id": "keyboard", "actions": strokes })
}
