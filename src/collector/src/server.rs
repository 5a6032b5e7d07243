//! Serves the routes on a socket: bounded in connections and in patience, and closed without losing what was accepted.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt as _;

/// What a connection may take.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Most connections at a time; more wait to be accepted.
    pub connections: usize,
    /// How long a request's head may take to arrive, and how long a connection may be idle.
    pub head: Duration,
    /// How long a client may take none of an answer that is ready.
    pub answer: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections: 10_000,
            head: Duration::from_secs(60),
            answer: Duration::from_secs(30),
        }
    }
}

/// Largest head of a request, in bytes; a larger one is answered with 431, as is one of more than 100 headers.
const HEAD: usize = 64 * 1024;
/// Most bytes of a connection that are read ahead or wait to be written.
const BUFFER: usize = 128 * 1024;
/// How long requests may take to be finished once the collector is told to stop.
const GRACE: Duration = Duration::from_secs(20);

/// Serves until `stop` resolves; then accepts nobody, and returns when every request was answered.
pub async fn serve(
    listener: TcpListener,
    routes: Router,
    bounds: Bounds,
    stop: impl Future<Output = ()>,
) {
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(bounds.connections));
    let mut stop = pin!(stop);
    loop {
        let accepted = async {
            let seat = Arc::clone(&room).acquire_owned().await;
            (seat, listener.accept().await)
        };
        let (seat, stream) = tokio::select! {
            () = &mut stop => break,
            (seat, accepted) = accepted => match accepted {
                Ok((stream, _)) => (seat, stream),
                Err(error) => {
                    // Mostly "too many open files": what is open will be closed.
                    tracing::warn!(%error, "a connection cannot be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
        };
        let connection = connection(stream, routes.clone(), bounds);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(seat);
        });
    }
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => {}
        () = tokio::time::sleep(GRACE) => {
            tracing::warn!("some requests were not finished in {} s", GRACE.as_secs());
        }
    }
}

fn connection(
    stream: TcpStream,
    routes: Router,
    bounds: Bounds,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "answers may wait for more");
    }
    let service = routes.map_request(|request: hyper::Request<Incoming>| request.map(Body::new));
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(bounds.answer));
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(bounds.head)
        .max_header_size(HEAD)
        .max_buf_size(BUFFER)
        .serve_connection(
            TokioIo::new(Box::pin(stream)),
            TowerToHyperService::new(service),
        )
}
