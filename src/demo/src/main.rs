//! `hikari`: serves the demo product.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context as _;
use banso_demo::admin::{AdminApi, HttpAdminApi};
use banso_demo::app::{Hikari, app};
use banso_demo::identity::Signer;
use banso_demo::settings::{Collector, Csp, Settings};
use clap::Parser;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// Hikari, a small reporting product that hosts Banso the way a vendor does.
#[derive(Debug, Parser)]
#[command(name = "hikari", version)]
struct Arguments {
    /// Address to serve on.
    #[arg(long, default_value = "127.0.0.1:8787")]
    listen: SocketAddr,
    /// Address of the Banso collector, as a browser reaches it.
    #[arg(long, default_value = "http://localhost:8788")]
    collector: Collector,
    /// Folder with the pages.
    #[arg(long, default_value = "www/demo")]
    root: PathBuf,
    /// Content security policy of the pages.
    #[arg(long, value_enum, default_value = "strict")]
    csp: Csp,
    /// Secret that identity tokens are signed with.
    #[arg(long, env = "BANSO_IDENTITY_SECRET", hide_env_values = true)]
    identity_secret: Option<String>,
    /// Name of that secret, put into each token as `kid`.
    #[arg(long, env = "BANSO_IDENTITY_KID", default_value = "1")]
    identity_kid: String,
    /// Token for the collector's admin API; with it, the team's page is served on /team.
    #[arg(long, env = "BANSO_ADMIN_TOKEN", hide_env_values = true)]
    admin_token: Option<String>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let filter = EnvFilter::try_from_env("HIKARI_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    let arguments = Arguments::parse();
    let index = arguments.root.join("index.html");
    anyhow::ensure!(
        index.is_file(),
        "there is no {}: name the folder of the pages with --root",
        index.display()
    );
    let signer = signer(&arguments)?;
    let admin = admin(&arguments)?;
    let state = Hikari::new(
        Settings {
            root: arguments.root,
            collector: arguments.collector,
            csp: arguments.csp,
            signer,
        },
        admin,
        Timestamp::now(),
    )?;
    let listener = TcpListener::bind(arguments.listen).await.with_context(|| {
        format!(
            "cannot listen on {}: choose another --listen",
            arguments.listen
        )
    })?;
    tracing::info!("hikari is on http://{}", listener.local_addr()?);
    axum::serve(listener, app(state))
        .with_graceful_shutdown(stop_signal()?)
        .await?;
    tracing::info!("stopped");
    Ok(())
}

fn signer(arguments: &Arguments) -> anyhow::Result<Option<Signer>> {
    let Some(secret) = arguments
        .identity_secret
        .as_deref()
        .filter(|secret| !secret.is_empty())
    else {
        tracing::warn!(
            "BANSO_IDENTITY_SECRET is not set: people are identified without a token, which a \
             collector with verified identity does not believe"
        );
        return Ok(None);
    };
    Ok(Some(Signer::new(
        &arguments.identity_kid,
        secret.as_bytes(),
    )?))
}

fn admin(arguments: &Arguments) -> anyhow::Result<Option<Box<dyn AdminApi>>> {
    let Some(token) = arguments
        .admin_token
        .as_deref()
        .filter(|token| !token.is_empty())
    else {
        tracing::info!("BANSO_ADMIN_TOKEN is not set: the team's page /team is not served");
        return Ok(None);
    };
    if !arguments.listen.ip().is_loopback() {
        tracing::warn!(
            "the team's page /team is not served: it needs no sign-in, so --listen must be a \
             loopback address"
        );
        return Ok(None);
    }
    Ok(Some(Box::new(HttpAdminApi::new(
        arguments.collector.clone(),
        token,
    )?)))
}

/// Ends when the process is asked to stop, by SIGTERM or from the terminal.
fn stop_signal() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: no new requests, those under way are finished");
    })
}
