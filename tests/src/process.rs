//! Programs under test, started as a user starts them and stopped with the test.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail};
use rustix::process::{Pid, Signal, kill_process_group};

/// How long a program may take until it says it is ready.
const READY: Duration = Duration::from_secs(60);

/// Runs a program beside a watch that kills the whole process group once nobody holds the other end of its standard
/// input: so it ends with whoever started it, even when that one was killed and could clean nothing up.
const WATCHED: &str = r#"exec 3<&0 </dev/null
{ read -r _ <&3; kill -KILL 0; } >/dev/null 2>&1 &
exec "$@" 3<&-"#;

/// A running program. It is killed when this is dropped.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    /// The process group it heads, if it was started with one.
    group: Option<Pid>,
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
        let process = Self::spawn(name, command.stdin(Stdio::null()))?;
        process.line(|line| ready(line).then_some(()))?;
        Ok(process)
    }

    /// Starts `command` as the head of a process group. All of the group ends with this value, and with this program
    /// however it ends.
    ///
    /// # Errors
    /// When there is no shell to start it with.
    pub fn group(command: &Command) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut watched = Command::new("sh");
        watched
            .args(["-c", WATCHED, "sh"])
            .arg(command.get_program())
            .args(command.get_args())
            .stdin(Stdio::piped())
            .process_group(0);
        for (variable, value) in command.get_envs() {
            match value {
                Some(value) => watched.env(variable, value),
                None => watched.env_remove(variable),
            };
        }
        let mut process = Self::spawn(name, &mut watched)?;
        process.group = Some(Pid::from_child(&process.child));
        Ok(process)
    }

    fn spawn(name: String, command: &mut Command) -> Result<Self> {
        let mut child = command
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
        Ok(Self {
            name,
            child,
            group: None,
            log,
            lines,
        })
    }

    /// Waits until `find` finds something in a line it prints, on either stream, and gives that.
    ///
    /// # Errors
    /// When it ends or stays silent for a minute; the error shows what it printed.
    pub fn line<T>(&self, find: impl Fn(&str) -> Option<T>) -> Result<T> {
        let deadline = Instant::now() + READY;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => {
                    if let Some(found) = find(&line) {
                        return Ok(found);
                    }
                }
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
        if let Some(group) = self.group
            && let Err(error) = kill_process_group(group, Signal::KILL)
        {
            eprintln!("what {} started could not be ended: {error}", self.name);
        }
        // It may have ended already; either way nothing of it is left after the wait.
        if self.child.kill().is_ok() && self.child.wait().is_err() {
            eprintln!("{} could not be waited for", self.name);
        }
    }
}
