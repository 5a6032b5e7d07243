//! One connection that is kept alive: a request goes out, its answer comes back.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// Longest answer that is read.
const LONGEST: usize = 1 << 16;

/// A connection to the collector.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    buffer: Box<[u8]>,
    filled: usize,
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Events stored now.
    pub accepted: u64,
    /// Events stored before.
    pub duplicate: u64,
    /// Events that will never be stored.
    pub rejected: u64,
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

impl Connection {
    /// Connects to a port of this machine.
    ///
    /// # Errors
    /// When nothing listens there.
    pub fn open(port: u16) -> Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))
            .with_context(|| format!("cannot connect to port {port}"))?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: vec![0; LONGEST].into(),
            filled: 0,
        })
    }

    /// Sends a request. It is never kept waiting: the answer before it has been read, and a socket takes a whole one.
    ///
    /// # Errors
    /// When the connection is gone.
    pub fn send(&mut self, request: &[u8]) -> Result<()> {
        self.filled = 0;
        self.stream.write_all(request)?;
        Ok(())
    }

    /// Reads what is there, once something is; gives the answer when it is whole.
    ///
    /// # Errors
    /// When the batch was not taken, or the connection is gone.
    pub fn receive(&mut self) -> Result<Option<Answer>> {
        let read = self.stream.read(&mut self.buffer[self.filled..])?;
        self.filled += read;
        let read_so_far = &self.buffer[..self.filled];
        let whole = head(read_so_far)?
            .map(|(head, length)| (head, head + length))
            .filter(|(_, end)| self.filled >= *end);
        let Some((head, end)) = whole else {
            if read == 0 {
                bail!("the collector closed a connection in the middle of an answer");
            }
            return Ok(None);
        };
        let body = &read_so_far[head..end];
        if !read_so_far.starts_with(b"HTTP/1.1 200 ") {
            bail!(
                "the collector refused a batch: {} {}",
                String::from_utf8_lossy(read_so_far.get(9..12).unwrap_or_default()),
                String::from_utf8_lossy(body)
            );
        }
        answer(body).map(Some)
    }
}

fn answer(body: &[u8]) -> Result<Answer> {
    #[derive(Deserialize)]
    struct Read {
        accepted: u64,
        duplicate: u64,
        rejected: Vec<serde::de::IgnoredAny>,
    }
    let read: Read = serde_json::from_slice(body).with_context(|| {
        format!(
            "an answer cannot be read: {}",
            String::from_utf8_lossy(body)
        )
    })?;
    Ok(Answer {
        accepted: read.accepted,
        duplicate: read.duplicate,
        rejected: read.rejected.len() as u64,
    })
}

/// Where the head of an answer ends and how long its body is, once the whole head is there.
fn head(read: &[u8]) -> Result<Option<(usize, usize)>> {
    const NAME: &[u8] = b"content-length:";
    let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let length = read[..end]
        .split(|byte| *byte == b'\n')
        .filter(|line| line.len() > NAME.len())
        .find(|line| line[..NAME.len()].eq_ignore_ascii_case(NAME))
        .and_then(|line| std::str::from_utf8(&line[NAME.len()..]).ok())
        .and_then(|length| length.trim().parse().ok())
        .context("an answer does not say how long it is")?;
    Ok(Some((end + 4, length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(read: &str, expected: Option<Option<(usize, usize)>>) {
        assert_eq!(head(read.as_bytes()).ok(), expected, "{read:?}");
    }

    #[test]
    fn heads_say_how_long_the_body_is() {
        check("", Some(None));
        check("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", Some(None));
        check(
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
            Some(Some((38, 5))),
        );
        check(
            "HTTP/1.1 200 OK\r\nvary: x\r\ncontent-length:12\r\n\r\n{}",
            Some(Some((47, 12))),
        );
        check(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
            None,
        );
    }

    #[test]
    fn answers_are_counted() {
        let read = answer(
            br#"{"accepted":49,"duplicate":1,"rejected":[{"id":"x","reason":"too_old"}],"refresh":false}"#,
        );
        let expected = Answer {
            accepted: 49,
            duplicate: 1,
            rejected: 1,
        };
        assert_eq!(read.ok(), Some(expected));
        assert!(answer(b"{}").is_err());
    }
}
