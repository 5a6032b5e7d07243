//! A real browser driven by WebDriver, which reports everything a vendor's engineer would frown at.

use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use futures::FutureExt as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::prelude::*;
use thirtyfour::{ChromiumLikeCapabilities, LoggingPrefsLogLevel};

use crate::process::Process;
use crate::stack::root;
use crate::wait::until;

/// Notes policy violations and errors from before the page's own scripts on.
const WITNESS: &str = "
    window.__witness = [];
    addEventListener('securitypolicyviolation', e => __witness.push('violation: ' + e.violatedDirective + ' ' + e.blockedURI + ' ' + (e.sample || '')));
    addEventListener('error', e => __witness.push('error: ' + e.message));
    addEventListener('unhandledrejection', e => __witness.push('rejection: ' + e.reason));
";

/// A browser with a profile of its own.
pub struct Browser {
    /// The session.
    pub driver: WebDriver,
    _chromedriver: Process,
    _profile: TempDir,
}

/// How a browser is set up.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Width and height of the window in CSS pixels.
    pub size: (u32, u32),
    /// Preferred language.
    pub locale: &'static str,
    /// More switches.
    pub switches: Vec<&'static str>,
    /// A script that runs before any of the page's.
    pub before: &'static str,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            size: (1280, 860),
            locale: "en-US",
            switches: Vec::new(),
            before: "",
        }
    }
}

impl Browser {
    /// Runs a test in headless Chromium and ends the browser after it, however the test ends. The picture of a page on
    /// which a test failed is left in `target/failures`.
    ///
    /// # Errors
    /// What the test reports; or when chromedriver or Chromium does not start.
    pub async fn run(setup: Setup, test: impl AsyncFnOnce(&Self) -> Result<()>) -> Result<()> {
        let browser = Self::start(setup).await?;
        let ended = AssertUnwindSafe(test(&browser)).catch_unwind().await;
        if !matches!(ended, Ok(Ok(()))) {
            browser.keep_failure().await;
        }
        let quit = browser.driver.quit().await;
        match ended {
            Ok(result) => result.and(quit.map_err(Into::into)),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }

    async fn keep_failure(&self) {
        let name = std::thread::current()
            .name()
            .unwrap_or("test")
            .replace("::", "-");
        let file = root().join("target/failures").join(format!("{name}.png"));
        match self.screenshot(&file).await {
            Ok(()) => eprintln!("the page is shown in {}", file.display()),
            Err(error) => eprintln!("the page could not be pictured: {error:#}"),
        }
        if let Err(reports) = self.clean(&[]).await {
            eprintln!("{reports:#}");
        }
    }

    async fn start(setup: Setup) -> Result<Self> {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0");
        let chromedriver = Process::start(command, |line| line.contains("started successfully"))
            .context("chromedriver is needed: `cargo xtask test` installs it")?;
        let port = chromedriver
            .log()
            .lines()
            .find_map(|line| {
                line.split("successfully on port ")
                    .nth(1)?
                    .split('.')
                    .next()?
                    .parse::<u16>()
                    .ok()
            })
            .context("chromedriver does not say its port")?;
        let profile = tempfile::tempdir()?;
        let mut capabilities = DesiredCapabilities::chrome();
        for switch in [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--force-device-scale-factor=1",
            "--hide-scrollbars",
        ]
        .into_iter()
        .chain(setup.switches.iter().copied())
        {
            capabilities.add_arg(switch)?;
        }
        capabilities.add_arg(&format!("--user-data-dir={}", profile.path().display()))?;
        capabilities.add_arg(&format!("--lang={}", setup.locale))?;
        capabilities
            .add_experimental_option("prefs", json!({ "intl.accept_languages": setup.locale }))?;
        capabilities.set_browser_log_level(LoggingPrefsLogLevel::All)?;
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await?;
        let browser = Self {
            driver,
            _chromedriver: chromedriver,
            _profile: profile,
        };
        let (width, height) = setup.size;
        browser.size(width, height).await?;
        browser
            .cdp(
                "Page.addScriptToEvaluateOnNewDocument",
                json!({ "source": format!("{WITNESS}{}", setup.before) }),
            )
            .await?;
        Ok(browser)
    }

    /// Sends a command of the DevTools protocol.
    ///
    /// # Errors
    /// When the browser refuses it.
    pub async fn cdp(&self, command: &str, arguments: Value) -> Result<Value> {
        Ok(self.driver.cdp().send_raw(command, arguments).await?)
    }

    /// Gives the viewport a width and a height, in CSS pixels.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn size(&self, width: u32, height: u32) -> Result<()> {
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics)
            .await
            .map(drop)
    }

    /// Runs a function body in the page and gives what it returns.
    ///
    /// # Errors
    /// When it throws.
    pub async fn js(&self, body: &str) -> Result<Value> {
        Ok(self
            .driver
            .execute(body, Vec::new())
            .await
            .with_context(|| format!("in the page: {body}"))?
            .json()
            .clone())
    }

    /// Waits until a function body run in the page returns something truthy, and gives that.
    ///
    /// # Errors
    /// When it does not in time, or throws.
    pub async fn until_js(&self, what: &str, body: &str) -> Result<Value> {
        until(what, async || {
            let value = self.js(body).await?;
            let empty = matches!(&value, Value::Null | Value::Bool(false))
                || value == json!(0)
                || value == json!("");
            Ok((!empty).then_some(value))
        })
        .await
    }

    /// Clicks the one visible element of the host page that a CSS selector finds, as a mouse does.
    ///
    /// # Errors
    /// When there is none in time, or something covers it.
    pub async fn click(&self, css: &str) -> Result<()> {
        let element = self
            .driver
            .query(By::Css(css))
            .and_displayed()
            .first()
            .await
            .with_context(|| format!("nothing to click at {css}"))?;
        element
            .click()
            .await
            .with_context(|| format!("cannot click {css}"))
    }

    /// Clicks an element inside the guide's shadow root where it is, as a mouse does.
    ///
    /// # Errors
    /// When there is none in time, or something covers it.
    pub async fn click_guide(&self, css: &str) -> Result<()> {
        let find = guide_query(css);
        self.until_js(
            &format!("{css} in a guide, at rest"),
            &format!(
                "const e = {find}; if (!e) return null; const r = e.getBoundingClientRect();
                 const at = JSON.stringify([r.x, r.y, r.width, r.height]);
                 const rest = window.__at === at; window.__at = at; return rest && r.width > 0;"
            ),
        )
        .await?;
        let element = self
            .driver
            .execute(format!("return {find}"), Vec::new())
            .await?
            .element()?;
        element
            .click()
            .await
            .with_context(|| format!("cannot click {css} in the guide"))
    }

    /// Waits until the guide's shadow root has a shown element that a CSS selector finds, and gives its text.
    ///
    /// # Errors
    /// When there is none in time.
    pub async fn guide(&self, css: &str) -> Result<String> {
        let find = guide_query(css);
        let text = self
            .until_js(
                &format!("{css} in a guide"),
                &format!("const e = {find}; return e && e.checkVisibility() ? (e.innerText || ' ') : null"),
            )
            .await?;
        Ok(text.as_str().unwrap_or_default().trim().to_owned())
    }

    /// Waits until the guide's shadow root has no shown element that a CSS selector finds.
    ///
    /// # Errors
    /// When it still has one.
    pub async fn no_guide(&self, css: &str) -> Result<()> {
        let find = guide_query(css);
        self.until_js(
            &format!("{css} to leave"),
            &format!("const e = {find}; return !e || !e.checkVisibility()"),
        )
        .await
        .map(drop)
    }

    /// What `banso('status')` says.
    ///
    /// # Errors
    /// When the page has no `banso`.
    pub async fn status(&self) -> Result<Value> {
        self.js("return window.banso('status')").await
    }

    /// Waits until the widget runs.
    ///
    /// # Errors
    /// When it does not.
    pub async fn running(&self) -> Result<()> {
        self.until_js("the widget", "return banso('status')?.state === 'running'")
            .await
            .map(drop)
    }

    /// Waits until everything recorded was answered by the collector.
    ///
    /// # Errors
    /// When something stays in the queue.
    pub async fn delivered(&self) -> Result<()> {
        self.js("window.banso('flush')").await?;
        self.until_js(
            "the queue to be empty",
            "const s = banso('status'); return s.state === 'running' && s.queued === 0",
        )
        .await
        .map(drop)
    }

    /// Fails when the page reported a policy violation, an uncaught error, or anything on the console that a vendor
    /// would frown at. `allowed` names parts of messages that the test expects.
    ///
    /// # Errors
    /// With everything that was reported.
    pub async fn clean(&self, allowed: &[&str]) -> Result<()> {
        let mut reports: Vec<String> = self
            .js("return window.__witness || []")
            .await?
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|report| report.as_str().map(str::to_owned))
            .collect();
        for entry in self.driver.browser_log().await? {
            if entry.level != "DEBUG" && entry.level != "INFO" {
                reports.push(format!("{}: {}", entry.level, entry.message));
            }
        }
        reports.retain(|report| !allowed.iter().any(|part| report.contains(part)));
        if reports.is_empty() {
            Ok(())
        } else {
            bail!("the page reported:\n{}", reports.join("\n"))
        }
    }

    /// Writes a picture of the viewport.
    ///
    /// # Errors
    /// When the browser gives none or the file cannot be written.
    pub async fn screenshot(&self, file: &Path) -> Result<()> {
        let picture = self
            .cdp("Page.captureScreenshot", json!({ "format": "png" }))
            .await?;
        let data = picture
            .get("data")
            .and_then(Value::as_str)
            .context("the browser gave no picture")?;
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(
            file,
            base64::engine::general_purpose::STANDARD.decode(data)?,
        )?;
        Ok(())
    }
}

/// The first shown match inside the guide's shadow root, as a JavaScript expression.
fn guide_query(css: &str) -> String {
    let css = Value::from(css);
    format!(
        "[...(document.querySelector('banso-root')?.shadowRoot?.querySelectorAll({css}) ?? [])].find(e => e.checkVisibility())"
    )
}
