//! A real browser driven by WebDriver, which reports everything a vendor's engineer would frown at.

mod devtools;
mod driver;
mod engine;
mod hands;
mod witness;

use std::panic::AssertUnwindSafe;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use futures::FutureExt as _;
use serde_json::{Value, json};
use thirtyfour::Capabilities;
use thirtyfour::prelude::*;

use crate::stack::root;
use crate::wait::until;
use driver::Driver;

pub use engine::Engine;
pub use witness::WITNESS;

/// A browser with a profile of its own.
pub struct Browser {
    /// The session.
    pub driver: WebDriver,
    /// What it is.
    pub engine: Engine,
    /// Pixels of the screen for one of CSS.
    scale: u32,
    /// Dropped last: it ends the browser.
    server: Driver,
}

/// How a browser is set up.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Which browser.
    pub engine: Engine,
    /// Width and height of the window in CSS pixels.
    pub size: (u32, u32),
    /// Pixels of the screen for one of CSS, in each direction.
    pub scale: u32,
    /// Preferred language.
    pub locale: &'static str,
    /// More switches, of Chromium's.
    pub switches: Vec<&'static str>,
    /// A script that runs before any of the page's, in Chromium.
    pub before: &'static str,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            engine: Engine::Chromium,
            size: (1280, 860),
            scale: 1,
            locale: "en-US",
            switches: Vec::new(),
            before: "",
        }
    }
}

impl From<Engine> for Setup {
    /// The usual, in that browser.
    fn from(engine: Engine) -> Self {
        Self {
            engine,
            ..Self::default()
        }
    }
}

impl Browser {
    /// Runs a test in a browser without a visible window and ends that after it, however the test ends. The picture of a
    /// page on which a test failed is left in `target/failures`, with what the browser printed.
    ///
    /// # Errors
    /// What the test reports; or when the browser does not start.
    pub async fn run(
        setup: impl Into<Setup>,
        test: impl AsyncFnOnce(&Self) -> Result<()>,
    ) -> Result<()> {
        let browser = Self::start(setup.into()).await?;
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
        let log = file.with_extension("log");
        if let Err(error) = std::fs::write(&log, self.server.log()) {
            eprintln!("{} could not be written: {error}", log.display());
        }
    }

    async fn start(setup: Setup) -> Result<Self> {
        let engine = setup.engine;
        let server = Driver::start(engine, &setup).await?;
        let capabilities = engine.capabilities(server.home.path(), &setup);
        let capabilities = capabilities.as_object().cloned().unwrap_or_default();
        let driver = WebDriver::new(
            format!("http://{}", server.address),
            Capabilities::from(capabilities),
        )
        .await
        .with_context(|| format!("{} does not start:\n{}", engine.name(), server.log()))?;
        let browser = Self {
            driver,
            engine,
            scale: setup.scale,
            server,
        };
        browser.resize(setup.size).await?;
        if engine == Engine::Chromium {
            browser
                .run_before_pages(&format!("{WITNESS}{}", setup.before))
                .await?;
        } else {
            ensure!(
                setup.before.is_empty() && setup.switches.is_empty(),
                "scripts before a page's own and switches are for Chromium"
            );
        }
        Ok(browser)
    }

    /// Gives the page a viewport of that width and height in CSS pixels. Other windows than Chromium's cannot be narrower
    /// than about 500.
    ///
    /// # Errors
    /// When the browser does not.
    pub async fn resize(&self, size: (u32, u32)) -> Result<()> {
        if self.engine == Engine::Chromium {
            return self.emulate_size(size).await;
        }
        let (width, height) = size;
        let edges = self
            .js("return [outerWidth - innerWidth, outerHeight - innerHeight]")
            .await?;
        let edge = |place: usize| {
            edges[place]
                .as_u64()
                .and_then(|pixels| u32::try_from(pixels).ok())
        };
        let edge = (edge(0).unwrap_or(0), edge(1).unwrap_or(0));
        self.driver
            .set_window_rect(0, 0, width + edge.0, height + edge.1)
            .await?;
        let fits = format!("return innerWidth === {width} && innerHeight === {height}");
        self.until_js("the viewport's size", &fits).await.map(drop)
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
        let empty = "const s = banso('status'); return s?.state === 'running' && s.queued === 0";
        match self.until_js("the queue to be empty", empty).await {
            Ok(_) => Ok(()),
            Err(error) => {
                let status = self.status().await?;
                Err(error.context(format!("the widget says {status}")))
            }
        }
    }

    /// Writes a picture of the viewport.
    ///
    /// # Errors
    /// When the browser gives none or the file cannot be written.
    pub async fn screenshot(&self, file: &Path) -> Result<()> {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(file, self.driver.screenshot_as_png().await?)?;
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
