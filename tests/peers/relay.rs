//! A relay between a client and the collector that loses answers: what the collector stored is sent again by a client
//! that was not told so.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A relay on a port of its own.
pub struct Relay {
    /// Its address.
    pub url: String,
    serving: JoinHandle<()>,
}

impl Relay {
    /// Starts a relay to `collector` that loses the first answer which says that events were accepted.
    pub async fn start(collector: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let left = Arc::new(AtomicU32::new(1));
        let serving = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let left = Arc::clone(&left);
                tokio::spawn(async move {
                    if let Err(error) = relay(client, collector, &left).await {
                        eprintln!("the relay failed: {error:#}");
                    }
                });
            }
        });
        Ok(Self { url, serving })
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Passes one request on and its answer back, unless the answer is one that is lost.
async fn relay(mut client: TcpStream, collector: SocketAddr, left: &AtomicU32) -> Result<()> {
    let Some(request) = request(&mut client).await? else {
        return Ok(());
    };
    let mut upstream = TcpStream::connect(collector).await?;
    upstream.write_all(&request).await?;
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer).await?;
    let text = String::from_utf8_lossy(&answer);
    let stored = text.contains("\"accepted\":") && !text.contains("\"accepted\":0");
    let lost = stored
        && left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            })
            .is_ok();
    if !lost {
        client.write_all(&answer).await?;
        client.shutdown().await?;
    }
    Ok(())
}

/// Reads a request whole, asking for the connection to be closed after it. `None` when the client has none.
async fn request(client: &mut TcpStream) -> Result<Option<Vec<u8>>> {
    let mut read = Vec::new();
    let head = loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if client.read_buf(&mut read).await? == 0 {
            if read.is_empty() {
                return Ok(None);
            }
            bail!("a request ended within its head");
        }
    };
    let body = read.split_off(head);
    let lines = String::from_utf8(read).context("a head that is not UTF-8")?;
    let value = |line: &str, name: &str| {
        let (known, value) = line.split_once(':')?;
        known
            .eq_ignore_ascii_case(name)
            .then(|| value.trim().to_owned())
    };
    let length: usize = match lines.lines().find_map(|line| value(line, "content-length")) {
        Some(length) => length.parse()?,
        None => 0,
    };
    if lines
        .lines()
        .any(|line| value(line, "transfer-encoding").is_some())
    {
        bail!("the relay reads bodies with a length only:\n{lines}");
    }
    let kept = lines
        .trim_end()
        .lines()
        .filter(|line| value(line, "connection").is_none());
    let mut request: Vec<u8> = kept
        .flat_map(|line| [line, "\r\n"])
        .collect::<String>()
        .into();
    request.extend_from_slice(b"connection: close\r\n\r\n");
    request.extend_from_slice(&body);
    while request.len() < request_length(&request, length) {
        if client.read_buf(&mut request).await? == 0 {
            bail!("a request ended within its body");
        }
    }
    Ok(Some(request))
}

fn request_length(request: &[u8], body: usize) -> usize {
    let head = request.windows(4).position(|four| four == b"\r\n\r\n");
    head.map_or(0, |end| end + 4) + body
}
