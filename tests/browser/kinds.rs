//! Every kind of guide beside the tour: shown, used, recorded, and looked at by axe-core.

use anyhow::{Context as _, Result};
use banso_tests::axe;
use banso_tests::browser::{Browser, Setup};
use banso_tests::stack::{Stack, root};
use serde_json::{Value, json};

use crate::person::{press, sign_up};
use thirtyfour::Key;

/// A guide of a kind, and what is done with it.
struct Case {
    name: &'static str,
    guide: Value,
    /// What is shown of it.
    shown: &'static str,
}

fn cases() -> Vec<Case> {
    let text = |text: &str| json!({ "en": text });
    vec![
        Case {
            name: "announcement",
            guide: json!({ "kind": "announcement", "title": text("Monthly view"), "body": text("See **months** side by side."),
                "media": { "image": "/assets/hikari.svg", "alt": text("The logo"), "ratio": "4/1" } }),
            shown: "[data-kind=modal] img[alt='The logo'][loading=lazy]",
        },
        Case {
            name: "corner",
            guide: json!({ "kind": "announcement", "position": "corner", "title": text("Small news") }),
            shown: "[data-kind=corner]",
        },
        Case {
            name: "top",
            guide: json!({ "kind": "banner", "body": text("Maintenance **tonight**."),
                "buttons": [{ "label": text("Details"), "do": [{ "track": "details" }, "close"] }] }),
            shown: "[data-kind=top][role=region]",
        },
        Case {
            name: "static",
            guide: json!({ "kind": "banner", "sticky": false, "body": text("It scrolls away.") }),
            shown: "[data-kind=static]",
        },
        Case {
            name: "bottom",
            guide: json!({ "kind": "banner", "position": "bottom", "body": text("At the bottom.") }),
            shown: "[data-kind=bottom]",
        },
        Case {
            name: "hotspot",
            guide: json!({ "kind": "hotspot", "target": { "css": "[data-tour=new-report]" }, "title": text("New here?"), "body": text("Begin with this.") }),
            shown: ".beacon[aria-expanded=false]",
        },
        Case {
            name: "survey",
            guide: json!({ "kind": "survey", "questions": [
                { "id": "score", "type": "nps", "ask": text("Would you recommend us?"), "required": true,
                  "low": text("No"), "high": text("Yes") },
                { "id": "why", "type": "text", "ask": text("What went wrong?"), "when": { "answer": "score", "lte": 6 } },
                { "id": "which", "type": "choice", "many": true, "ask": text("What do you use?"), "options": [
                    { "id": "charts", "label": text("Charts") }, { "id": "mails", "label": text("Mails"), "body": text("Every Monday.") }] } ] }),
            shown: "[data-kind=modal][data-banso-step=score] input[type=radio]",
        },
        Case {
            name: "chooser",
            guide: json!({ "kind": "announcement", "title": text("What first?"), "options": [
                { "id": "team", "label": text("My team"), "body": text("Invite it."), "do": ["close"] },
                { "id": "export", "label": text("Export"), "do": ["close"] }] }),
            shown: "[data-banso-option=team]",
        },
    ]
}

/// Hikari with these guides beside its own, each shown when it is asked for.
fn stack() -> Result<Stack> {
    let mut stack = Stack::start()?;
    for Case { name, guide, .. } in cases() {
        let mut guide = guide;
        guide["version"] = 1.into();
        guide["id"] = name.into();
        guide["show"] = json!({ "start": "api", "repeat": "always" });
        let file = stack.config().join("guides").join(format!("{name}.json"));
        std::fs::write(file, serde_json::to_string_pretty(&guide)?)?;
    }
    stack.kill_collector()?;
    stack.restart_collector()?;
    Ok(stack)
}

#[tokio::test]
async fn every_kind_is_shown_and_left_without_a_trace() -> Result<()> {
    let stack = stack()?;
    Browser::run(Setup::default(), async |browser| {
        sign_up(browser, &stack, "en").await?;
        browser.guide("[data-banso-step=open]").await?;
        browser.js("banso('hide')").await?;
        browser.no_guide("[data-banso-step=open]").await?;
        for Case { name, shown, .. } in cases() {
            browser.js(&format!("banso('show', '{name}')")).await?;
            browser.guide(shown).await.context(name)?;
            if name == "hotspot" {
                browser.click_guide(".beacon").await?;
                browser.guide("[data-banso-guide=hotspot] h2").await?;
                press(browser, Key::Escape).await?;
                browser.guide(".beacon[aria-expanded=false]").await?;
                browser.click_guide(".beacon").await?;
            }
            browser
                .until_js(
                    "everything to be at rest",
                    "return document.querySelector('banso-root').shadowRoot.getAnimations().every(a => a.playState === 'finished' || a.effect.getComputedTiming().iterations === Infinity)",
                )
                .await?;
            let picture = root().join("target/looks").join(format!("kind-{name}.png"));
            browser.screenshot(&picture).await?;
            let found = axe::violations(browser).await?;
            assert!(found.is_empty(), "{name}: {found:#?}");
            browser.js(&format!("banso('hide', '{name}')")).await?;
            browser.no_guide(&format!("[data-banso-guide={name}]")).await.context(name)?;
        }
        browser.clean(&[]).await
    })
    .await
}

#[tokio::test]
async fn a_survey_branches_keeps_its_answers_and_records_them_once() -> Result<()> {
    let stack = stack()?;
    Browser::run(Setup::default(), async |browser| {
        let (account, person) = sign_up(browser, &stack, "en").await?;
        browser.guide("[data-banso-step=open]").await?;
        browser.js("banso('hide'); banso('show', 'survey')").await?;
        // What is required is not passed by.
        browser.guide("[data-banso-action=next]:disabled").await?;
        browser.click_guide("label:has([data-banso-option='3'])").await?;
        browser.click_guide("[data-banso-action=next]").await?;
        browser.click_guide("textarea").await?;
        let field = browser
            .driver
            .execute("return document.querySelector('banso-root').shadowRoot.querySelector('textarea')", Vec::new())
            .await?
            .element()?;
        field.send_keys("Too slow").await?;
        browser.click_guide("[data-banso-action=next]").await?;
        browser.click_guide("label:has([data-banso-option=mails])").await?;
        // Back, with the answer kept.
        browser.click_guide("[data-banso-action=back]").await?;
        browser.guide("[data-banso-step=why]").await?;
        let kept = browser
            .js("return document.querySelector('banso-root').shadowRoot.querySelector('textarea').value")
            .await?;
        assert_eq!(kept, json!("Too slow"));
        browser.click_guide("[data-banso-action=next]").await?;
        browser.guide("[data-banso-option=mails]:checked").await?;
        browser.click_guide("[data-banso-action=next]").await?;
        browser.guide("[data-banso-step=thanks]").await?;
        browser.click_guide("[data-banso-action=next]").await?;
        browser.no_guide("[data-banso-guide=survey]").await?;
        browser.delivered().await?;
        // Another answer takes the other way: promoters are not asked what went wrong.
        browser.js("banso('show', 'survey')").await?;
        browser.click_guide("label:has([data-banso-option='10'])").await?;
        browser.click_guide("[data-banso-action=next]").await?;
        browser.guide("[data-banso-step=which]").await?;
        browser.delivered().await?;
        browser.clean(&[]).await?;
        let answered = stack
            .admin(&format!("explain?account={account}&user={person}&guide=survey&url=/"))
            .await?;
        assert!(answered.is_object(), "{answered}");
        Ok(())
    })
    .await
}
