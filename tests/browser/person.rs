//! What a person does on the demo product, by the means a person has.

use anyhow::{Context as _, Result};
use banso_tests::browser::Browser;
use banso_tests::stack::Stack;
use thirtyfour::Key;
use thirtyfour::prelude::*;

/// Signs up a new account through the form and gives its id and the person's.
pub async fn sign_up(browser: &Browser, stack: &Stack, locale: &str) -> Result<(String, String)> {
    browser
        .driver
        .goto(format!("{}/login", stack.product()))
        .await?;
    type_into(browser, "#sign-up-name", "Aki Mori").await?;
    type_into(browser, "#sign-up-company", "Mori Coffee").await?;
    browser
        .js(&format!(
            "const s = document.querySelector('#sign-up-locale'); s.value = '{locale}';
             s.dispatchEvent(new Event('change', {{ bubbles: true }}))"
        ))
        .await?;
    browser.click("[data-action=sign-up]").await?;
    browser
        .until_js("the dashboard", "return location.pathname === '/'")
        .await?;
    let session = browser
        .js("return fetch('/api/session').then(answer => answer.json())")
        .await?;
    let id = |who: &str| {
        session[who]["id"]
            .as_str()
            .map(str::to_owned)
            .with_context(|| format!("the session names no {who}: {session}"))
    };
    Ok((id("account")?, id("person")?))
}

/// Clicks a field and types into it.
pub async fn type_into(browser: &Browser, css: &str, text: &str) -> Result<()> {
    browser.click(css).await?;
    let field = browser.driver.find(By::Css(css)).await?;
    field.clear().await?;
    field.send_keys(text).await?;
    Ok(())
}

/// Presses a key wherever the focus is.
pub async fn press(browser: &Browser, key: Key) -> Result<()> {
    browser.press(key).await
}

/// Creates a report from the form that is shown, without any guide's help.
pub async fn create_report(browser: &Browser, name: &str) -> Result<()> {
    type_into(browser, "#report-name", name).await?;
    browser.click("[data-action=create-report]").await?;
    browser
        .until_js(
            "the new report",
            "return /^\\/reports\\/(?!new$).+/.test(location.pathname) && !!document.querySelector('#export-csv')",
        )
        .await
        .map(drop)
}
