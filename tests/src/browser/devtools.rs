//! What only Chromium can do, by the DevTools protocol: be offline or slow, emulate media, count listeners, measure.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::{Browser, Engine};

impl Browser {
    /// Sends a command of the DevTools protocol.
    ///
    /// # Errors
    /// When this is not Chromium, or the browser refuses it.
    pub async fn cdp(&self, command: &str, arguments: Value) -> Result<Value> {
        ensure!(
            self.engine == Engine::Chromium,
            "{command} is of the DevTools protocol, which {} does not speak: a test that needs it runs in Chromium alone",
            self.engine.name()
        );
        Ok(self.driver.cdp().send_raw(command, arguments).await?)
    }

    /// Gives the page a viewport of any size, which no window has to have.
    pub(super) async fn emulate_size(&self, (width, height): (u32, u32)) -> Result<()> {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": self.scale, "mobile": false });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics)
            .await
            .map(drop)
    }

    /// Runs a script in every page from now on, before any of its own.
    pub(super) async fn run_before_pages(&self, script: &str) -> Result<()> {
        let source = json!({ "source": script });
        self.cdp("Page.addScriptToEvaluateOnNewDocument", source)
            .await
            .map(drop)
    }
}
