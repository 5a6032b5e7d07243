//! A WebDriver in a process group of its own, with the screen it needs: nothing of it outlives the test.

use anyhow::{Context as _, Result};
use tempfile::TempDir;
use tokio::net::TcpStream;

use super::{Engine, Setup};
use crate::process::Process;
use crate::stack::own_address;
use crate::wait::until;

/// A running WebDriver. Its browser ends with it.
pub(super) struct Driver {
    /// Where it listens.
    pub address: String,
    /// Where it and its browser keep what they write.
    pub home: TempDir,
    process: Process,
    _screen: Option<Process>,
}

impl Driver {
    /// Starts an engine's WebDriver on a port that nobody else has.
    pub async fn start(engine: Engine, setup: &Setup) -> Result<Self> {
        Self::listening(engine, setup)
            .await
            .with_context(|| format!("{} cannot be driven: `cargo xtask test browser --browser {0}` installs what it needs", engine.name()))
    }

    async fn listening(engine: Engine, setup: &Setup) -> Result<Self> {
        let home = tempfile::tempdir()?;
        let host = own_address();
        let mut command = engine.driver(home.path(), &host, setup);
        let mut screen = None;
        if engine == Engine::WebKit {
            let (process, display) = screen_of_its_own()?;
            screen = Some(process);
            command.env("DISPLAY", display);
        }
        let process = Process::group(&command)?;
        let address = match engine {
            Engine::Chromium => process
                .line(|line| port(line, "successfully on port "))
                .map(|port| format!("127.0.0.1:{port}"))?,
            Engine::Firefox => process
                .line(|line| port(line, "Listening on 127.0.0.1:"))
                .map(|port| format!("127.0.0.1:{port}"))?,
            // It does not say when it listens.
            Engine::WebKit => {
                let address = format!("{host}:4444");
                until("WebKitWebDriver to listen", async || {
                    Ok(TcpStream::connect(&address).await.ok())
                })
                .await?;
                address
            }
        };
        Ok(Self {
            address,
            home,
            process,
            _screen: screen,
        })
    }

    /// Everything that it and its browser printed.
    pub fn log(&self) -> String {
        self.process.log()
    }
}

/// The number behind `before` in a line.
fn port(line: &str, before: &str) -> Option<u16> {
    let (_, rest) = line.split_once(before)?;
    let digits = rest.split(|letter: char| !letter.is_ascii_digit()).next()?;
    digits.parse().ok()
}

/// A screen for one browser, and its name. `xvfb-run` would take the first number that looks free, which two tests may do
/// at once; the server itself can choose one. Without a window manager the focus is where the pointer is, which begins in
/// the middle: a browser's window has to cover that.
fn screen_of_its_own() -> Result<(Process, String)> {
    let mut command = std::process::Command::new("Xvfb");
    command.args([
        "-displayfd",
        "1",
        "-screen",
        "0",
        "1440x1200x24",
        "-nolisten",
        "tcp",
    ]);
    let screen = Process::group(&command)?;
    let number: u32 = screen.line(|line| line.trim().parse().ok())?;
    Ok((screen, format!(":{number}")))
}
