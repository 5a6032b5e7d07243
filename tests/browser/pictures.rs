//! Pictures of every kind of guide, for a person to look through, and compared with those that were looked through.
//!
//! Each is kept as the brightness of its parts, which a moved card or a missing button changes and another smoothing of
//! letters does not. With `UPDATE=1` what is seen now is kept. Where a browser has other fonts than those that were kept,
//! nothing is compared, and that is said.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use banso_tests::browser::{Browser, Setup};
use banso_tests::host::{Host, Page};
use banso_tests::stack::root;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The pictures that were looked through.
const KEPT: &str = "tests/browser/pictures.json";
/// Width and height of a part, in pixels.
const PART: u32 = 40;
/// Parts whose brightness differs by more than this, of 255, have changed.
const SHADE: u8 = 10;
/// So many changed parts in a picture are no accident.
const CHANGED: usize = 2;

/// What was kept: in which fonts, and the brightness of each picture's parts, in hexadecimal.
#[derive(Default, Deserialize, Serialize)]
struct Kept {
    fonts: String,
    pictures: BTreeMap<String, String>,
}

fn kinds() -> Vec<(&'static str, Value)> {
    let text = |en: &str, ja: &str| json!({ "en": en, "ja": ja });
    let title = text("Build your first report", "最初のレポートを作る");
    let body = text(
        "Click **New report**, then choose where your data is.",
        "**新規レポート** を押して、データの場所を選びます。",
    );
    let button = json!({ "label": text("Show me", "見てみる"), "do": ["close"] });
    let target = json!({ "css": "#t" });
    vec![
        (
            "tour",
            json!({ "kind": "tour", "title": title, "steps": [
            { "id": "s", "target": target, "backdrop": "spotlight", "title": title, "body": body },
            { "id": "e", "kind": "modal", "title": title }] }),
        ),
        (
            "modal",
            json!({ "kind": "tour", "title": title, "steps": [{ "id": "s", "kind": "modal", "backdrop": "dim", "title": title, "body": body, "buttons": [button] }] }),
        ),
        (
            "announcement",
            json!({ "kind": "announcement", "title": title, "body": body }),
        ),
        (
            "corner",
            json!({ "kind": "announcement", "position": "corner", "title": title, "body": body }),
        ),
        (
            "chooser",
            json!({ "kind": "announcement", "title": title, "options": [
            { "id": "a", "label": text("My team", "チーム"), "body": text("Invite it.", "招待します。"), "do": ["close"] },
            { "id": "b", "label": text("Export", "書き出し"), "do": ["close"] }] }),
        ),
        (
            "top",
            json!({ "kind": "banner", "body": body, "buttons": [button] }),
        ),
        (
            "bottom",
            json!({ "kind": "banner", "position": "bottom", "body": body }),
        ),
        (
            "static",
            json!({ "kind": "banner", "sticky": false, "body": body }),
        ),
        (
            "inline",
            json!({ "kind": "banner", "position": "inline", "target": target, "body": body }),
        ),
        (
            "hotspot",
            json!({ "kind": "hotspot", "target": target, "title": title, "body": body }),
        ),
        (
            "nps",
            json!({ "kind": "survey", "questions": [{ "id": "q", "type": "nps", "ask": text("Would you recommend us?", "おすすめいただけますか？"), "low": text("No", "いいえ"), "high": text("Yes", "はい") }] }),
        ),
        (
            "rating",
            json!({ "kind": "survey", "questions": [{ "id": "q", "type": "rating", "ask": text("How was it?", "いかがでしたか？") }] }),
        ),
        (
            "choice",
            json!({ "kind": "survey", "questions": [{ "id": "q", "type": "choice", "many": true, "ask": text("What do you use?", "何を使いますか？"), "options": [
            { "id": "a", "label": text("Charts", "グラフ") }, { "id": "b", "label": text("Mails", "メール"), "body": text("Every Monday.", "毎週月曜日。") }] }] }),
        ),
        (
            "text",
            json!({ "kind": "survey", "questions": [{ "id": "q", "type": "text", "ask": text("Why?", "理由を教えてください") }] }),
        ),
        (
            "checklist",
            json!({ "kind": "checklist", "title": title, "items": [
            { "id": "a", "title": text("Create a report", "レポートを作る"), "body": body, "done": "by-hand" },
            { "id": "b", "title": text("Invite the team", "チームを招待する"), "done": "by-hand" }] }),
        ),
    ]
}

#[tokio::test]
async fn every_kind_looks_as_it_was_looked_at() -> Result<()> {
    let mut guides = Vec::new();
    for (name, mut guide) in kinds() {
        guide["id"] = name.into();
        guides.push(guide);
    }
    let page = Page {
        name: "page",
        css: "body { font: 16px sans-serif; margin: 40px } #t { margin: 60px 0 0 40px; width: 140px; height: 40px } @media (prefers-color-scheme: dark) { html { background: #111; color: #eee } }".to_owned(),
        html: "<h1>Product</h1><p>A page of a product.</p><button id=t>New report</button><p>After it.</p>",
        ..Page::default()
    };
    let host = Host::start_with(vec![page], &guides, |workspace| {
        workspace["locales"] = json!(["en", "ja"]);
        workspace["hub"] = json!({ "launcher": false });
    })?;
    let mut seen = Kept::default();
    for (size, shape) in [((1280, 800), "desktop"), ((360, 740), "phone")] {
        let setup = Setup {
            size,
            ..Setup::default()
        };
        Browser::run(setup, async |browser| {
            for locale in ["en", "ja"] {
                for scheme in ["light", "dark"] {
                    let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
                    browser.cdp("Emulation.setEmulatedMedia", media).await?;
                    host.visit(browser, "page").await?;
                    // A user of its own: what another has open would be shown again.
                    let user = format!("{locale}-{scheme}-{shape}");
                    let call = format!("banso('locale', '{locale}'); banso('identify', {{ user: {{ id: '{user}' }}, account: {{ id: 'host' }} }})");
                    browser.js(&call).await?;
                    seen.fonts = fonts(browser).await?;
                    for (kind, _) in kinds() {
                        let name = format!("{kind}-{locale}-{scheme}-{shape}");
                        let picture = picture(browser, kind, locale, &name).await.with_context(|| name.clone())?;
                        seen.pictures.insert(name, picture);
                    }
                }
            }
            browser.clean(&[]).await
        })
        .await?;
    }
    compare(&seen)
}

/// Shows a guide, takes its picture, and hides it.
async fn picture(browser: &Browser, kind: &str, locale: &str, name: &str) -> Result<String> {
    browser.js(&format!("banso('show', '{kind}')")).await?;
    let (shown, gone) = match kind {
        "checklist" => (
            "[data-banso-item]".to_owned(),
            "[data-banso-item]".to_owned(),
        ),
        "hotspot" => (".beacon".to_owned(), ".beacon".to_owned()),
        _ => (
            format!("[data-banso-guide={kind}]"),
            format!("[data-banso-guide={kind}]"),
        ),
    };
    let find = format!(
        "[...document.querySelectorAll('banso-root')].flatMap(r => [...r.shadowRoot.querySelectorAll(`{shown}`)]).find(e => e.checkVisibility())"
    );
    browser
        .until_js(
            &format!("{kind} at rest"),
            &format!(
                "const e = {find}; return e && e.closest('[lang]').lang === '{locale}' && document.querySelector('banso-root').shadowRoot.getAnimations().every(a => a.playState !== 'running' || a.effect.getComputedTiming().iterations === Infinity)"
            ),
        )
        .await?;
    // A pulse is pictured at its beginning, and no caret blinks.
    browser
        .js("for (const a of document.querySelector('banso-root').shadowRoot.getAnimations()) { a.pause(); a.currentTime = 0 } document.querySelector('banso-root').shadowRoot.activeElement?.blur()")
        .await?;
    let file = root()
        .join("target/pictures/kinds")
        .join(format!("{name}.png"));
    browser.screenshot(&file).await?;
    if kind == "checklist" {
        browser.js("banso('hub', 'close'); banso('hide')").await?;
    } else {
        browser.js(&format!("banso('hide', '{kind}')")).await?;
    }
    let find = find.replace(&shown, &gone);
    browser
        .until_js(&format!("{kind} to leave"), &format!("return !({find})"))
        .await?;
    brightness(&file)
}

/// The browser and how wide its letters are.
async fn fonts(browser: &Browser) -> Result<String> {
    let measured = browser
        .js("const c = document.createElement('canvas').getContext('2d'); const wide = f => { c.font = f; return c.measureText('Handgloves 最初のレポート').width.toFixed(2) };
             return [navigator.userAgentData.brands.find(b => b.brand === 'Chromium')?.version, wide('16px system-ui'), wide('16px sans-serif')].join(' ')")
        .await?;
    Ok(measured.as_str().unwrap_or_default().to_owned())
}

/// The brightness of a picture's parts, a byte each, in hexadecimal.
fn brightness(file: &PathBuf) -> Result<String> {
    let decoder = png::Decoder::new(std::io::BufReader::new(std::fs::File::open(file)?));
    let mut reader = decoder.read_info()?;
    let mut pixels = vec![0; reader.output_buffer_size().context("too large a picture")?];
    let info = reader.next_frame(&mut pixels)?;
    let samples = info.color_type.samples();
    let (across, down) = (info.width / PART, info.height / PART);
    let mut parts = String::new();
    for y in 0..down {
        for x in 0..across {
            let mut sum = 0_u64;
            for row in y * PART..(y + 1) * PART {
                let start = row as usize * info.line_size + (x * PART) as usize * samples;
                for pixel in pixels[start..start + PART as usize * samples].chunks(samples) {
                    sum += pixel
                        .iter()
                        .take(3)
                        .map(|value| u64::from(*value))
                        .sum::<u64>();
                }
            }
            let mean = sum / u64::from(PART * PART * 3);
            parts.push_str(&format!("{mean:02x}"));
        }
    }
    Ok(parts)
}

fn compare(seen: &Kept) -> Result<()> {
    let file = root().join(KEPT);
    if std::env::var_os("UPDATE").is_some() {
        return Ok(std::fs::write(
            &file,
            serde_json::to_string_pretty(seen)? + "\n",
        )?);
    }
    let kept: Kept = serde_json::from_str(&std::fs::read_to_string(&file)?)?;
    if kept.fonts != seen.fonts {
        println!(
            "the pictures are not compared: {KEPT} was made with {:?}, and this browser has {:?}",
            kept.fonts, seen.fonts
        );
        return Ok(());
    }
    let mut wrong = Vec::new();
    for (name, now) in &seen.pictures {
        let before = kept.pictures.get(name).map_or("", String::as_str);
        let changed = changed(before, now);
        if changed > CHANGED {
            wrong.push(format!("{name}: {changed} parts"));
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    bail!(
        "these look otherwise than when they were looked at; look through target/pictures/kinds, and if all is well, run this with UPDATE=1:\n{}",
        wrong.join("\n")
    )
}

/// How many parts differ.
fn changed(before: &str, now: &str) -> usize {
    let bytes = |text: &str| -> Vec<u8> {
        (0..text.len() / 2)
            .filter_map(|at| u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok())
            .collect()
    };
    let (before, now) = (bytes(before), bytes(now));
    let differ = before
        .iter()
        .zip(&now)
        .filter(|(a, b)| a.abs_diff(**b) > SHADE)
        .count();
    differ + before.len().abs_diff(now.len())
}

#[test]
fn a_moved_card_is_a_change_and_smoothing_is_none() {
    for (before, now, parts) in [
        ("ff00ff", "ff00ff", 0),
        ("ff00ff", "f809f7", 0),
        ("ff00ff", "00ffff", 2),
        ("ff", "ffff", 1),
        ("", "0101", 2),
    ] {
        assert_eq!(changed(before, now), parts, "{before} {now}");
    }
}
