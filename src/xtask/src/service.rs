//! Servers that run beside this program and stop with it.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::{process, terminal};

/// How long a server may take until it answers.
const READY: Duration = Duration::from_secs(60);

/// How long a server may take to finish what it accepted.
const STOPPED: Duration = Duration::from_secs(15);

/// How often a server is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// Hears once that somebody wants everything to end.
pub type Stop = Receiver<()>;

/// Listens for Ctrl-C, a closed terminal and a polite kill.
pub fn stop_signal() -> Result<Stop> {
    let mut signals =
        Signals::new([SIGINT, SIGTERM, SIGHUP]).context("cannot listen for Ctrl-C")?;
    let (send, stop) = channel();
    std::thread::spawn(move || {
        for _ in signals.forever() {
            // Nobody listens any more once everything is being stopped.
            if send.send(()).is_err() {
                break;
            }
        }
    });
    Ok(stop)
}

/// A running server; it is stopped when this is dropped.
pub struct Service {
    name: &'static str,
    command: String,
    child: Child,
}

impl Service {
    /// Starts a server in a process group of its own, so that Ctrl-C reaches it through us, and once.
    pub fn start(name: &'static str, mut command: Command) -> Result<Self> {
        let shown = process::shown(&command);
        let child = command
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {name}: `{shown}`"))?;
        Ok(Self {
            name,
            command: shown,
            child,
        })
    }

    /// Waits until it answers a path with success.
    pub fn ready(&mut self, port: u16, path: &str, stop: &Stop) -> Result<()> {
        let started = Instant::now();
        while !answers(port, path) {
            self.must_run()?;
            if started.elapsed() > READY {
                bail!(
                    "{} does not answer http://localhost:{port}{path} within {}: its log is above",
                    self.name,
                    terminal::seconds(READY)
                );
            }
            if heard(stop) {
                bail!("stopped before {} was ready", self.name);
            }
        }
        Ok(())
    }

    fn must_run(&mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!(
                "{} ended ({status}): its message is above; it was started as `{}`",
                self.name,
                self.command
            );
        }
        Ok(())
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to end, and ends it when it takes too long.
    pub fn stop(&mut self) -> Result<()> {
        if self.child.try_wait()?.is_some() {
            return Ok(());
        }
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::TERM).with_context(|| format!("cannot stop {}", self.name))?;
        let asked = Instant::now();
        while self.child.try_wait()?.is_none() {
            if asked.elapsed() > STOPPED {
                terminal::note(&format!(
                    "{} does not end within {}: killing it",
                    self.name,
                    terminal::seconds(STOPPED)
                ));
                self.child
                    .kill()
                    .with_context(|| format!("cannot kill {}", self.name))?;
                self.child.wait()?;
                return Ok(());
            }
            std::thread::sleep(LOOK);
        }
        Ok(())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            terminal::failure(&error);
        }
    }
}

/// Waits until somebody wants everything to end, or a server ends by itself, and stops what still runs, last first.
pub fn until_stopped(mut services: Vec<Service>, stop: &Stop) -> Result<()> {
    let ended = loop {
        if heard(stop) {
            break Ok(());
        }
        if let Err(error) = services.iter_mut().try_for_each(Service::must_run) {
            break Err(error);
        }
    };
    terminal::step("stopping");
    while let Some(mut service) = services.pop() {
        service.stop()?;
    }
    ended
}

/// Whether the end was asked for, after a short wait.
fn heard(stop: &Stop) -> bool {
    match stop.recv_timeout(LOOK) {
        Ok(()) | Err(RecvTimeoutError::Disconnected) => true,
        Err(RecvTimeoutError::Timeout) => false,
    }
}

/// Whether a GET is answered with a 2xx. Anything else, a refused connection too, means not yet.
fn answers(port: u16, path: &str) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n"
        )?;
        let mut status = [0; 10];
        stream.read_exact(&mut status)?;
        Ok(status.starts_with(b"HTTP/1.1 2"))
    };
    ask().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// Asks a server that answers one request with `response`.
    #[track_caller]
    fn check(response: &'static str, expected: bool) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept()?;
            let mut request = [0; 4];
            stream.read_exact(&mut request)?;
            stream.write_all(response.as_bytes())
        });
        assert_eq!(answers(port, "/readyz"), expected, "{response}");
        server.join().expect("no panic").expect("it answers");
    }

    #[test]
    fn only_success_is_ready() {
        check("HTTP/1.1 200 OK\r\n\r\n", true);
        check("HTTP/1.1 204 No Content\r\n\r\n", true);
        check("HTTP/1.1 503 Service Unavailable\r\n\r\n", false);
        check("", false);
    }

    #[test]
    fn a_server_is_stopped_politely() {
        let mut command = Command::new("sleep");
        command.arg("600");
        let mut service = Service::start("sleep", command).expect("it starts");
        service.must_run().expect("it runs");
        service.stop().expect("it stops");
        let error = service.must_run().expect_err("it ended");
        assert!(
            error.to_string().contains("sleep ended (signal: 15"),
            "{error}"
        );
    }

    #[test]
    fn a_server_that_ends_by_itself_is_an_error() {
        let (_send, stop) = channel();
        let service = Service::start("false", Command::new("false")).expect("it starts");
        let error = until_stopped(vec![service], &stop).expect_err("it ended");
        assert!(
            error
                .to_string()
                .starts_with("false ended (exit status: 1)"),
            "{error}"
        );
    }

    #[test]
    fn asking_for_the_end_stops_everything() {
        let (send, stop) = channel();
        let mut command = Command::new("sleep");
        command.arg("600");
        let service = Service::start("sleep", command).expect("it starts");
        send.send(()).expect("heard");
        until_stopped(vec![service], &stop).expect("stopped");
    }
}
