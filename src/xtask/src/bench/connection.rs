//! One connection that is kept alive: a request goes out, its answer comes back.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};

use anyhow::{Context, Result, bail};
use rustix::event::{PollFd, PollFlags, poll};
use serde::Deserialize;

/// Longest answer that is read.
const LONGEST: usize = 1 << 14;

/// A connection to a server. It never waits for an answer.
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

/// How a request was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// 200, by a collector.
    Taken(Answer),
    /// 204, by a server that looks at nothing.
    Empty,
    /// 503, with the time after which to come again.
    Refused,
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

impl AsRawFd for Connection {
    fn as_raw_fd(&self) -> RawFd {
        self.stream.as_raw_fd()
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
        stream.set_nonblocking(true)?;
        Ok(Self {
            stream,
            buffer: vec![0; LONGEST].into(),
            filled: 0,
        })
    }

    /// Sends a request. It is hardly kept waiting: the answer before it has been read, and a socket takes a whole one.
    ///
    /// # Errors
    /// When the connection is gone.
    pub fn send(&mut self, mut request: &[u8]) -> Result<()> {
        self.filled = 0;
        while !request.is_empty() {
            match self.stream.write(request) {
                Ok(sent) => request = &request[sent..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    poll(&mut [PollFd::new(&self.stream, PollFlags::OUT)], None)?;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Reads what is there; gives the answer when it is whole.
    ///
    /// # Errors
    /// When the request was not answered as it may be, or the connection is gone.
    pub fn receive(&mut self) -> Result<Option<Reply>> {
        let read = match self.stream.read(&mut self.buffer[self.filled..]) {
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        self.filled += read;
        let read_so_far = &self.buffer[..self.filled];
        let whole = head(read_so_far)?.filter(|(head, length)| self.filled >= head + length);
        let Some((head, length)) = whole else {
            if read == 0 {
                bail!("the server closed a connection before its answer was whole");
            }
            return Ok(None);
        };
        reply(&read_so_far[..head], &read_so_far[head..head + length]).map(Some)
    }
}

fn reply(head: &[u8], body: &[u8]) -> Result<Reply> {
    match head.get(9..12) {
        Some(b"200") => answer(body).map(Reply::Taken),
        Some(b"204") => Ok(Reply::Empty),
        Some(b"503") if header(head, b"retry-after:").is_some() => Ok(Reply::Refused),
        status => bail!(
            "the collector answered {} {}",
            String::from_utf8_lossy(status.unwrap_or_default()),
            String::from_utf8_lossy(body)
        ),
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
    let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    // An answer without content need not say that it has none.
    if read.get(9..12) == Some(b"204") {
        return Ok(Some((end + 4, 0)));
    }
    let length = header(&read[..end + 2], b"content-length:")
        .and_then(|length| length.parse().ok())
        .context("an answer does not say how long it is")?;
    Ok(Some((end + 4, length)))
}

/// The value of a header.
fn header<'a>(head: &'a [u8], name: &[u8]) -> Option<&'a str> {
    head.split(|byte| *byte == b'\n')
        .filter(|line| line.len() > name.len())
        .find(|line| line[..name.len()].eq_ignore_ascii_case(name))
        .and_then(|line| std::str::from_utf8(&line[name.len()..]).ok())
        .map(str::trim)
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
        check(
            "HTTP/1.1 204 No Content\r\nServer: x\r\n\r\n",
            Some(Some((38, 0))),
        );
    }

    #[test]
    fn a_refusal_must_say_when_to_come_again() {
        let head = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n\r\n";
        assert_eq!(reply(head, b"{}").ok(), Some(Reply::Refused));
        assert!(reply(b"HTTP/1.1 503 Service Unavailable\r\n\r\n", b"{}").is_err());
        assert!(reply(b"HTTP/1.1 400 Bad Request\r\n\r\n", b"{}").is_err());
        let head = b"HTTP/1.1 204 No Content\r\n\r\n";
        assert_eq!(reply(head, b"").ok(), Some(Reply::Empty));
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
