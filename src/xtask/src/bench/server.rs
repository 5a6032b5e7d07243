//! The collector as a process: what it uses, and what it says of itself.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// A port nothing listens on.
pub fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free")?;
    Ok(listener.local_addr()?.port())
}

/// Time that a process has spent on a processor, all its threads together.
pub fn processor_time(pid: u32) -> Result<Duration> {
    let text = proc(pid, "stat")?;
    // The name of the program, in parentheses, may hold anything.
    let (_, rest) = text.rsplit_once(')').context("/proc has another form")?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |field: usize| -> Result<u64> {
        let text = fields.get(field).context("/proc has another form")?;
        Ok(text.parse()?)
    };
    // Fields 14 and 15 of proc_pid_stat(5): user and system time.
    let ticks = ticks(11)? + ticks(12)?;
    let per_second = rustix::param::clock_ticks_per_second();
    Ok(Duration::from_secs(ticks) / u32::try_from(per_second)?)
}

/// The most memory that a process has had at a time, in bytes.
pub fn peak_memory(pid: u32) -> Result<u64> {
    let text = proc(pid, "status")?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .context("/proc does not tell VmHWM")?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").trim().parse()?;
    Ok(kilobytes * 1024)
}

fn proc(pid: u32, name: &str) -> Result<String> {
    let path = format!("/proc/{pid}/{name}");
    fs::read_to_string(&path)
        .with_context(|| format!("cannot read {path}: measuring a process needs Linux"))
}

/// Bytes of all files in a folder.
pub fn bytes_in(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?
    {
        let entry = entry?;
        let data = entry.metadata()?;
        bytes += if data.is_dir() {
            bytes_in(&entry.path())?
        } else {
            data.len()
        };
    }
    Ok(bytes)
}

/// What the collector counts: `/metrics` by name with labels.
pub fn metrics(port: u16) -> Result<BTreeMap<String, f64>> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    write!(
        stream,
        "GET /metrics HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    if !answer.starts_with("HTTP/1.1 200") {
        bail!("/metrics answered {answer:.60}");
    }
    Ok(counts(&answer))
}

fn counts(page: &str) -> BTreeMap<String, f64> {
    page.lines()
        .filter(|line| line.starts_with("banso_"))
        .filter_map(|line| line.rsplit_once(' '))
        .filter_map(|(name, number)| Some((name.to_owned(), number.parse().ok()?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_used_something() {
        let pid = std::process::id();
        let memory = peak_memory(pid).expect("memory");
        assert!(memory > 100_000, "{memory}");
        let before = processor_time(pid).expect("a time");
        assert!(processor_time(pid).expect("a time") >= before);
    }

    #[test]
    fn metrics_are_read_by_name() {
        let page = "HTTP/1.1 200 OK\r\n\r\n# HELP banso_x a\nbanso_x 3\nbanso_y{result=\"a b\"} 4.5\nother 1\n";
        let read = counts(page);
        let read: Vec<_> = read.iter().map(|(name, n)| (&**name, *n)).collect();
        assert_eq!(read, [("banso_x", 3.0), ("banso_y{result=\"a b\"}", 4.5)]);
    }

    #[test]
    fn files_below_a_folder_are_summed_up() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("a")).expect("a folder");
        fs::write(folder.path().join("a/b"), "12345").expect("a file");
        fs::write(folder.path().join("c"), "67").expect("a file");
        assert_eq!(bytes_in(folder.path()).ok(), Some(7));
    }
}
