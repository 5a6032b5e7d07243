//! A network between clients and the collector that does what networks do: delay, cut, truncate, repeat, refuse.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Header by which a client names its attempt, so that what befalls it can be decided by that alone.
pub const ATTEMPT: &str = "x-attempt";

/// What befalls a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is delivered and answered.
    Pass,
    /// It is delivered later, when others may have passed it.
    Delay(Duration),
    /// It never arrives.
    LoseRequest,
    /// Only so many thousandths of it arrive.
    CutRequest(u16),
    /// It is delivered, and its answer is lost.
    LoseAnswer,
    /// It is delivered, and only so many thousandths of its answer arrive.
    CutAnswer(u16),
    /// It is delivered twice, one after the other.
    Repeat,
    /// It is delivered twice at the same time, and the answer that comes last is passed on.
    Double,
    /// Something on the way answers for the collector, with this status.
    Refuse(u16),
    /// It is delivered, and something on the way answers with this status all the same.
    RefuseAfter(u16),
}

impl Fate {
    /// A fate by lot: one of three requests passes untouched.
    #[must_use]
    pub fn draw(random: &mut fastrand::Rng) -> Self {
        let statuses = [500, 502, 503, 504, 408, 429];
        match random.u8(0..27) {
            0..=8 => Self::Pass,
            9 | 10 => Self::Delay(Duration::from_millis(random.u64(1..400))),
            11 | 12 => Self::LoseRequest,
            13 | 14 => Self::CutRequest(random.u16(0..1000)),
            15..=17 => Self::LoseAnswer,
            18 | 19 => Self::CutAnswer(random.u16(0..1000)),
            20 | 21 => Self::Repeat,
            22 | 23 => Self::Double,
            24 => Self::Refuse(statuses[random.usize(..statuses.len())]),
            _ => Self::RefuseAfter(statuses[random.usize(..statuses.len())]),
        }
    }
}

/// A running proxy; it ends with this.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Starts one before the collector at `upstream`; `fate` says what befalls an attempt.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start(
        upstream: &str,
        fate: impl Fn(&str) -> Fate + Send + Sync + 'static,
    ) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (upstream, fate) = (Arc::<str>::from(upstream), Arc::new(fate));
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (upstream, fate) = (Arc::clone(&upstream), Arc::clone(&fate));
                // What fails here is what a client must live with.
                tokio::spawn(async move { drop(relay(stream, &upstream, &*fate).await) });
            }
        });
        Ok(Self { address, accepting })
    }

    /// Its address as a URL, without a trailing slash.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Relays one request; a connection has no more.
async fn relay(
    mut client: TcpStream,
    upstream: &str,
    fate: &(impl Fn(&str) -> Fate + Sync),
) -> Result<()> {
    let (attempt, request) = receive(&mut client).await?;
    let part = |of: usize, thousandths: u16| of * usize::from(thousandths) / 1000;
    let answer = match fate(&attempt) {
        Fate::Pass => send(upstream, &request).await?,
        Fate::Delay(time) => {
            tokio::time::sleep(time).await;
            send(upstream, &request).await?
        }
        Fate::LoseRequest => return Ok(()),
        Fate::CutRequest(thousandths) => {
            let cut = part(request.len(), thousandths);
            let mut stream = TcpStream::connect(upstream).await?;
            stream.write_all(&request[..cut]).await?;
            return Ok(());
        }
        Fate::LoseAnswer => {
            send(upstream, &request).await?;
            return Ok(());
        }
        Fate::CutAnswer(thousandths) => {
            let mut answer = send(upstream, &request).await?;
            answer.truncate(part(answer.len(), thousandths));
            answer
        }
        Fate::Repeat => {
            send(upstream, &request).await?;
            send(upstream, &request).await?
        }
        Fate::Double => {
            let both = tokio::join!(send(upstream, &request), send(upstream, &request));
            both.0.and(both.1)?
        }
        Fate::Refuse(status) => refusal(status),
        Fate::RefuseAfter(status) => {
            send(upstream, &request).await?;
            refusal(status)
        }
    };
    client.write_all(&answer).await?;
    client.shutdown().await?;
    Ok(())
}

fn refusal(status: u16) -> Vec<u8> {
    format!("HTTP/1.1 {status} Somewhere\r\nretry-after: 0\r\ncontent-length: 9\r\nconnection: close\r\n\r\n<html>no\n").into_bytes()
}

/// Reads a whole request, and the name of its attempt.
async fn receive(client: &mut TcpStream) -> Result<(String, Vec<u8>)> {
    let mut request = Vec::new();
    loop {
        if client.read_buf(&mut request).await? == 0 {
            bail!("the client went away");
        }
        let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let head = std::str::from_utf8(&request[..end])?;
        let header = |name: &str| {
            head.lines().find_map(|line| {
                let (known, value) = line.split_once(':')?;
                known.eq_ignore_ascii_case(name).then(|| value.trim())
            })
        };
        let length: usize = header("content-length").unwrap_or("0").parse()?;
        if request.len() >= end + 4 + length {
            let attempt = header(ATTEMPT).context("an attempt without a name")?;
            return Ok((attempt.to_owned(), request));
        }
    }
}

/// Sends a request and reads all that is answered.
async fn send(upstream: &str, request: &[u8]) -> Result<Vec<u8>> {
    let mut stream = TcpStream::connect(upstream).await?;
    stream.write_all(request).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(answer)
}
