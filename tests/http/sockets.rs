//! Connections that no client makes, and what becomes of each: a real server with little patience.

use std::time::Duration;

use anyhow::Result;
use banso_collector::server::{self, Bounds};
use banso_tests::house::{House, ORIGIN, event, page};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

struct Server {
    house: House,
    address: std::net::SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Server {
    async fn start(bounds: Bounds) -> Result<Self> {
        let house = House::with(
            |settings| settings.body_patience = Duration::from_millis(200),
            |_| Ok(()),
        )?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let routes = house.routes();
        let serving = tokio::spawn(async move {
            server::serve(listener, routes, bounds, async { drop(stopped.await) }).await;
        });
        Ok(Self {
            house,
            address,
            stop,
            serving,
        })
    }

    async fn stop(self) -> Result<()> {
        drop(self.stop);
        self.serving.await?;
        self.house.close().await
    }

    /// Sends bytes, then nothing more, and reads until the server ends the connection: the statuses it answered.
    async fn answers(&self, sent: &[u8]) -> Result<Vec<String>> {
        let mut stream = TcpStream::connect(self.address).await?;
        // The server may end it in the middle of what is sent: what it answered counts.
        drop(stream.write_all(sent).await);
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer).await);
        let text = String::from_utf8_lossy(&answer);
        let statuses = text.lines().filter_map(|line| {
            let (_, status) = line.split_once("HTTP/1.1 ")?;
            Some(status.trim().to_owned())
        });
        Ok(statuses.collect())
    }
}

const IMPATIENT: Bounds = Bounds {
    connections: 64,
    head: Duration::from_millis(300),
    answer: Duration::from_millis(300),
};

fn post(head: &str, body: &str) -> Vec<u8> {
    format!("POST /v1/events HTTP/1.1\r\nhost: x\r\norigin: {ORIGIN}\r\n{head}\r\n{body}")
        .into_bytes()
}

#[tokio::test]
async fn every_connection_has_its_answer() -> Result<()> {
    let server = Server::start(IMPATIENT).await?;
    let mut batch = page();
    batch["events"] = vec![event(1, "feature", "report.create")].into();
    let batch = batch.to_string();
    let length = format!("content-length: {}\r\n", batch.len());
    let whole = post(&length, &batch);
    let many = |count: usize| "x-flood: 1\r\n".repeat(count);
    let cases: Vec<(&str, Vec<u8>, &[&str])> = vec![
        ("a request", whole.clone(), &["200 OK"]),
        (
            "one after the other",
            whole.repeat(3),
            &["200 OK", "200 OK", "200 OK"],
        ),
        ("nothing", Vec::new(), &[]),
        ("no HTTP", b"hello\r\n\r\n".to_vec(), &["400 Bad Request"]),
        (
            "TLS",
            vec![0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x0d, 0x0a],
            &["400 Bad Request"],
        ),
        (
            "a head that never ends",
            b"POST /v1/events HTTP/1.1\r\nhost: x\r\nx-slow: 1\r\n".to_vec(),
            &[],
        ),
        ("half a line of a head", b"POST /v1/ev".to_vec(), &[]),
        (
            "a body that never comes",
            post(&length, ""),
            &["408 Request Timeout"],
        ),
        (
            "half a body",
            post(&length, &batch[..40]),
            &["408 Request Timeout"],
        ),
        (
            "a chunk that never ends",
            post("transfer-encoding: chunked\r\n", "ffff\r\n{\"key\""),
            &["408 Request Timeout"],
        ),
        (
            "no chunk",
            post("transfer-encoding: chunked\r\n", "zz\r\n"),
            &["400 Bad Request"],
        ),
        (
            "two lengths",
            post("content-length: 1\r\ncontent-length: 2\r\n", "{}"),
            &["400 Bad Request"],
        ),
        (
            "a length that is none",
            post("content-length: -1\r\n", ""),
            &["400 Bad Request"],
        ),
        (
            "as many headers as are read",
            post(&format!("{length}{}", many(90)), &batch),
            &["200 OK"],
        ),
        (
            "a flood of headers",
            post(&many(200), ""),
            &["431 Request Header Fields Too Large"],
        ),
        (
            "a header that is too long",
            post(&format!("x-flood: {}\r\n", "x".repeat(200_000)), ""),
            &["431 Request Header Fields Too Large"],
        ),
        (
            "a header without end",
            [
                b"GET / HTTP/1.1\r\nhost: x\r\nx: ".to_vec(),
                vec![b'x'; 200_000],
            ]
            .concat(),
            &["431 Request Header Fields Too Large"],
        ),
        (
            "a path that is too long",
            [
                b"GET /".to_vec(),
                vec![b'x'; 70_000],
                b" HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(),
            ]
            .concat(),
            &["431 Request Header Fields Too Large"],
        ),
    ];
    for (what, sent, expected) in cases {
        let statuses = server.answers(&sent).await?;
        assert_eq!(statuses, expected, "{what}");
    }
    server.stop().await
}

#[tokio::test]
async fn who_reads_no_answer_keeps_no_place() -> Result<()> {
    let server = Server::start(Bounds {
        connections: 1,
        ..IMPATIENT
    })
    .await?;
    // More answers than fit between two sockets, and nobody to read them: the one place there is is given to the next.
    let mut deaf = TcpStream::connect(server.address).await?;
    let asked = b"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n".repeat(20_000);
    drop(tokio::time::timeout(Duration::from_secs(20), deaf.write_all(&asked)).await);
    let mut next = TcpStream::connect(server.address).await?;
    next.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await?;
    let mut answer = String::new();
    next.read_to_string(&mut answer).await?;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    drop(deaf);
    server.stop().await
}
