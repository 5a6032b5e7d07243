//! What a page does that a vendor's engineer would frown at: policy violations, uncaught errors, complaints on the console.

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::{Browser, Engine};

/// Notes what goes wrong in a tab, from before a page's own scripts on. Chromium runs it in every page; in the others,
/// which have no call for that, the pages of the tests serve it before their snippet.
pub const WITNESS: &str = "(() => {
    if (window.__witness) return;
    const seen = window.__witness = [];
    const kept = 'the witness of the tests';
    try { seen.push(...JSON.parse(sessionStorage.getItem(kept) || '[]')) } catch {}
    const note = text => { seen.push(text); try { sessionStorage.setItem(kept, JSON.stringify(seen)) } catch {} };
    addEventListener('securitypolicyviolation', e => note('violation: ' + e.violatedDirective + ' ' + e.blockedURI + ' ' + (e.sample || '')));
    addEventListener('error', e => note('error: ' + e.message));
    addEventListener('unhandledrejection', e => note('rejection: ' + e.reason));
    for (const name of ['error', 'warn']) {
        const before = console[name];
        console[name] = (...said) => { note(name + ': ' + said.join(' ')); before.apply(console, said) };
    }
})();";

impl Browser {
    /// Fails when the page, or one before it in this tab, reported a policy violation, an uncaught error, or anything on
    /// the console that a vendor would frown at. `allowed` names parts of messages that the test expects.
    ///
    /// # Errors
    /// With everything that was reported, or when nobody looked.
    pub async fn clean(&self, allowed: &[&str]) -> Result<()> {
        let noted = self.js("return window.__witness ?? null").await?;
        let noted = noted
            .as_array()
            .context("the page has no witness: serve it with one")?;
        let mut reports: Vec<String> = noted
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        // The others' drivers have no such log.
        if self.engine == Engine::Chromium {
            for entry in self.driver.browser_log().await? {
                if entry.level != "DEBUG" && entry.level != "INFO" {
                    reports.push(format!("{}: {}", entry.level, entry.message));
                }
            }
        }
        reports.retain(|report| !allowed.iter().any(|part| report.contains(part)));
        if reports.is_empty() {
            Ok(())
        } else {
            bail!("the page reported:\n{}", reports.join("\n"))
        }
    }
}
