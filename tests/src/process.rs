//! Programs under test, started as a user starts them and stopped with the test.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail};

/// How long a program may take until it says it is ready.
const READY: Duration = Duration::from_secs(60);

/// A running program. It is killed when this is dropped.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
    /// What it prints, line by line; it ends when the program has.
    lines: Receiver<String>,
}

impl Process {
    /// Starts `command` and waits until one of its lines, on either stream, satisfies `ready`.
    ///
    /// # Errors
    /// When it cannot be started, ends, or stays silent for a minute; the error shows what it printed.
    pub fn start(mut command: Command, ready: impl Fn(&str) -> bool) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let log = Arc::new(Mutex::new(Vec::new()));
        let (send, lines) = channel();
        let stdout = child.stdout.take().context("no standard output")?;
        let stderr = child.stderr.take().context("no standard error")?;
        for stream in [
            Box::new(stdout) as Box<dyn std::io::Read + Send>,
            Box::new(stderr),
        ] {
            let (send, log) = (send.clone(), Arc::clone(&log));
            std::thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    if let Ok(mut log) = log.lock() {
                        log.push(line.clone());
                    }
                    if send.send(line).is_err() {
                        return;
                    }
                }
            });
        }
        drop(send);
        let process = Self {
            name,
            child,
            log,
            lines,
        };
        process.wait_until(ready)?;
        Ok(process)
    }

    fn wait_until(&self, ready: impl Fn(&str) -> bool) -> Result<()> {
        let deadline = Instant::now() + READY;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) if ready(&line) => return Ok(()),
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => {
                    bail!("{} did not become ready:\n{}", self.name, self.log())
                }
                Err(RecvTimeoutError::Disconnected) => {
                    bail!("{} ended before it was ready:\n{}", self.name, self.log())
                }
            }
        }
    }

    /// Its id in the system.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Everything it printed so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.log
            .lock()
            .map(|lines| lines.join("\n"))
            .unwrap_or_default()
    }

    /// Ends it at once, as `kill -9` does.
    ///
    /// # Errors
    /// When it had ended by itself and cannot be waited for.
    pub fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Waits until it has ended by itself.
    ///
    /// # Errors
    /// When it does not end within a minute, or not with success.
    pub fn finish(&mut self) -> Result<()> {
        self.ended("does not end")
    }

    /// Asks it to stop with SIGTERM and waits until it has.
    ///
    /// # Errors
    /// When it does not end within a minute, or not with success.
    pub fn terminate(&mut self) -> Result<()> {
        let status = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()?;
        if !status.success() {
            bail!("{} could not be told to stop", self.name);
        }
        self.ended("does not stop")
    }

    fn ended(&mut self, otherwise: &str) -> Result<()> {
        let deadline = Instant::now() + READY;
        // Both its streams end with it, so nothing has to be asked again and again.
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    bail!("{} {otherwise}:\n{}", self.name, self.log())
                }
            }
        }
        let status = self.child.wait()?;
        if status.success() {
            Ok(())
        } else {
            Err(anyhow!(
                "{} ended with {status}:\n{}",
                self.name,
                self.log()
            ))
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already; either way nothing of it is left after the wait.
        if self.child.kill().is_ok() && self.child.wait().is_err() {
            eprintln!("{} could not be waited for", self.name);
        }
    }
}
