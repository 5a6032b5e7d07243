//! The browsers that the tests drive, and what is different about each of them.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::Setup;

/// A browser engine with the browser and the WebDriver that stand for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Engine {
    /// Chromium with chromedriver. Only this one is driven by the DevTools protocol as well.
    #[default]
    Chromium,
    /// Firefox with geckodriver.
    Firefox,
    /// WebKitGTK's MiniBrowser with WebKitWebDriver, on a screen of its own.
    WebKit,
}

/// Chromium without a window and without a word to anybody but the pages under test.
const CHROMIUM: [&str; 10] = [
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
];

/// What keeps Firefox from talking to anybody but the pages under test; geckodriver adds its own.
const QUIET_FIREFOX: [&str; 11] = [
    "app.normandy.enabled",
    "app.update.auto",
    "browser.newtabpage.activity-stream.feeds.system.topstories",
    "browser.safebrowsing.downloads.remote.enabled",
    "browser.search.update",
    "datareporting.healthreport.uploadEnabled",
    "datareporting.policy.dataSubmissionEnabled",
    "extensions.update.enabled",
    "media.gmp-manager.updateEnabled",
    "network.captive-portal-service.enabled",
    "network.connectivity-service.enabled",
];

/// Where Debian and its relatives put the browser that WebKitGTK's own tests use.
const MINI_BROWSER: &str = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";

impl Engine {
    /// Its name in the names of tests and files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::WebKit => "webkit",
        }
    }

    /// What starts its WebDriver with a home of its own; `address` is for the one that cannot choose where to listen.
    pub(super) fn driver(self, home: &Path, address: &str, setup: &Setup) -> Command {
        let mut command = match self {
            Self::Chromium => {
                let mut command = Command::new("chromedriver");
                command.arg("--port=0");
                command
            }
            Self::Firefox => {
                let geckodriver = std::env::var_os("BANSO_GECKODRIVER");
                let mut command = Command::new(geckodriver.unwrap_or_else(|| "geckodriver".into()));
                command.args(["--port", "0"]);
                command
            }
            Self::WebKit => {
                let mut command = Command::new("WebKitWebDriver");
                command
                    .args([&format!("--host={address}"), "--port=4444"])
                    .env("LANG", format!("{}.UTF-8", setup.locale.replace('-', "_")))
                    .env("GDK_SCALE", setup.scale.to_string())
                    .env("NO_AT_BRIDGE", "1");
                command
            }
        };
        command.env("HOME", home).env("TMPDIR", home);
        command
    }

    /// What its WebDriver is asked for.
    pub(super) fn capabilities(self, home: &Path, setup: &Setup) -> Value {
        match self {
            Self::Chromium => {
                let mut arguments: Vec<String> = CHROMIUM.map(str::to_owned).into();
                arguments.extend(setup.switches.iter().map(|switch| (*switch).to_owned()));
                arguments.push(format!(
                    "--user-data-dir={}",
                    home.join("profile").display()
                ));
                arguments.push(format!("--lang={}", setup.locale));
                json!({
                    "browserName": "chrome",
                    "goog:chromeOptions": { "args": arguments, "prefs": { "intl.accept_languages": setup.locale } },
                    "goog:loggingPrefs": { "browser": "ALL" },
                })
            }
            Self::Firefox => {
                let mut preferences = json!({
                    "intl.accept_languages": setup.locale,
                    "layout.css.devPixelsPerPx": setup.scale.to_string(),
                    "services.settings.server": "data:,none",
                });
                for name in QUIET_FIREFOX {
                    preferences[name] = false.into();
                }
                json!({
                    "browserName": "firefox",
                    "moz:firefoxOptions": { "binary": "/usr/bin/firefox-esr", "args": ["-headless"], "prefs": preferences },
                })
            }
            Self::WebKit => json!({
                "webkitgtk:browserOptions": { "binary": MINI_BROWSER, "args": ["--automation"] },
            }),
        }
    }
}

/// Makes of each function a test in each engine: `keyboard::firefox::tab_goes_round` and so on, from a
/// `async fn tab_goes_round(engine: Engine) -> Result<()>`.
#[macro_export]
macro_rules! in_each_engine {
    ($($test:ident),+ $(,)?) => {
        $crate::in_each_engine!(@ chromium Chromium $($test)+);
        $crate::in_each_engine!(@ firefox Firefox $($test)+);
        $crate::in_each_engine!(@ webkit WebKit $($test)+);
    };
    (@ $module:ident $engine:ident $($test:ident)+) => {
        mod $module {
            $(#[tokio::test]
            async fn $test() -> anyhow::Result<()> {
                super::$test($crate::browser::Engine::$engine).await
            })+
        }
    };
}
