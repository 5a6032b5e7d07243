//! The whole loop: a new user follows a tour and completes the checklist by using the product, and their account moves on.

use anyhow::{Context as _, Result};
use banso_tests::browser::{Browser, Engine};
use banso_tests::in_each_engine;
use banso_tests::stack::Stack;
use banso_tests::wait::until;
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::person::{press, sign_up, type_into};

in_each_engine!(a_new_user_gets_from_setup_to_daily_use);

/// The checklist in the hub.
const LIST: &str = "[data-banso-guide=get-started]";

async fn a_new_user_gets_from_setup_to_daily_use(engine: Engine) -> Result<()> {
    let stack = Stack::start()?;
    Browser::run(engine, async |browser| {
        let (account, user) = sign_up(browser, &stack, "en").await?;
        follow_the_tour(browser).await?;
        complete_the_checklist(browser).await?;
        browser.delivered().await?;
        account_has_moved_on(&stack, &account, &user).await?;
        browser.clean(&[]).await
    })
    .await
}

async fn follow_the_tour(browser: &Browser) -> Result<()> {
    let step = |id: &str| format!("[data-banso-guide=first-report][data-banso-step={id}]");
    let card = browser.guide(&step("open")).await?;
    assert!(card.contains("Start here"), "{card}");
    browser.click("[data-tour=new-report]").await?;

    let card = browser.guide(&step("name")).await?;
    assert!(card.contains("Give it a name"), "{card}");
    type_into(browser, "#report-name", "Weekly sales").await?;
    press(browser, Key::Tab).await?;
    browser.guide(&step("chart")).await?;

    // A reload in the middle: the tour goes on where it was, and only there.
    browser.driver.refresh().await?;
    browser.guide(&step("chart")).await?;
    browser.no_guide(&step("open")).await?;
    type_into(browser, "#report-name", "Weekly sales").await?;
    browser.click_guide("[data-banso-action=next]").await?;

    browser.guide(&step("create")).await?;
    browser.click("[data-action=create-report]").await?;
    let card = browser.guide(&step("done")).await?;
    assert!(card.contains("Your first report is ready"), "{card}");
    browser
        .click_guide(&format!(
            "{} [data-banso-action=close]:not([aria-label])",
            step("done")
        ))
        .await?;
    browser.no_guide(&step("done")).await
}

async fn complete_the_checklist(browser: &Browser) -> Result<()> {
    // "Show me how" was pressed or not; either way the product is used from here on without a guide's help.
    browser.js("banso('hide')").await?;
    browser.click("#export-csv").await?;
    browser
        .click("[data-tour=nav-team], a[href='/settings/team']")
        .await?;
    type_into(browser, "#invite-email", "yui@example.com").await?;
    browser.click("[data-action=invite-member]").await?;

    browser.js("banso('hub', 'open')").await?;
    for item in ["report", "export", "settings"] {
        browser
            .guide(&format!("{LIST} [data-banso-item={item}][data-banso-done]"))
            .await?;
    }
    // Progress survives a reload, the item that only the collector can decide included.
    browser.driver.refresh().await?;
    browser
        .until_js("the widget", "return banso('status')?.state === 'running'")
        .await?;
    browser.js("banso('hub', 'open')").await?;
    for item in ["report", "export", "invite", "settings"] {
        browser
            .guide(&format!("{LIST} [data-banso-item={item}][data-banso-done]"))
            .await?;
    }
    let read = format!("{LIST} [data-banso-item=read]");
    // The first item that is left to do is open by itself.
    browser
        .click_guide(&format!("{read} [data-banso-action=tick]"))
        .await?;
    browser.guide(&format!("{read}[data-banso-done]")).await?;
    // It ticks off once the account's own count arrives, with no reload.
    browser
        .guide("[data-banso-guide=get-started] .finished")
        .await
        .map(drop)
}

async fn account_has_moved_on(stack: &Stack, account: &str, user: &str) -> Result<()> {
    let path = format!("accounts/{account}");
    let seen = until("the account to reach daily use", async || {
        let seen = stack.admin(&path).await?;
        Ok((seen["stage"] == "daily-use" && !seen["health"]["score"].is_null()).then_some(seen))
    })
    .await?;
    for (feature, uses) in [
        ("report.create", 1),
        ("report.export", 1),
        ("team.invite", 1),
    ] {
        assert_eq!(
            seen["features"][feature],
            json!(uses),
            "{feature} in {seen}"
        );
    }
    assert_eq!(seen["traits"]["plan"], "trial", "{seen}");
    let users = seen["users"].as_array().context("no users")?;
    assert!(users.iter().any(|line| line["id"] == user), "{seen}");
    adds_up(&stack.admin(&format!("{path}/health")).await?)
}

/// The contributions of a score add up to it, at every level.
fn adds_up(health: &Value) -> Result<()> {
    let sum = |list: &Value| -> f64 {
        list.as_array()
            .into_iter()
            .flatten()
            .filter_map(|part| part["contribution"].as_f64())
            .sum()
    };
    let score = health["score"].as_f64().context("no score")?;
    assert!((0.0..=100.0).contains(&score), "{health}");
    assert!((sum(&health["groups"]) - score).abs() < 1e-9, "{health}");
    for group in health["groups"].as_array().context("no groups")? {
        if let Some(contribution) = group["contribution"].as_f64() {
            assert!(
                (sum(&group["measures"]) - contribution).abs() < 1e-9,
                "{group}"
            );
        }
    }
    Ok(())
}
