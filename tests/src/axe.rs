//! What axe-core, the field's checker of accessibility, finds in what a guide shows.

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::browser::Browser;
use crate::stack::package;

/// What axe-core finds wrong inside `banso-root` as it is shown now: one line for each rule, with where it is broken.
/// The host page is not judged.
///
/// # Errors
/// When the checker is not installed, or cannot run in the page.
pub async fn violations(browser: &Browser) -> Result<Vec<String>> {
    let source = package("node_modules/axe-core/axe.min.js")?;
    // A script that the driver runs is not subject to the page's policy.
    browser
        .js(&format!("if (!window.axe) {{ {source} }}"))
        .await?;
    let found = browser
        .driver
        .execute_async(
            "const done = arguments[arguments.length - 1];
             axe.run('banso-root', { resultTypes: ['violations'] }).then(
                 r => done({ checked: r.passes.length, lines: r.violations.map(v =>
                     `${v.id} (${v.impact}): ${v.help}: ${v.nodes.map(n => n.target.flat().join(' ')).join(', ')}`) }),
                 e => done({ failed: String(e) }));",
            Vec::new(),
        )
        .await?
        .json()
        .clone();
    let lines = found
        .get("lines")
        .and_then(Value::as_array)
        .with_context(|| format!("axe-core did not run: {found}"))?;
    // A checker that looked at nothing would find nothing.
    anyhow::ensure!(
        found["checked"].as_u64() > Some(0),
        "axe-core had nothing to check in banso-root"
    );
    Ok(lines
        .iter()
        .filter_map(|line| line.as_str().map(str::to_owned))
        .collect())
}
