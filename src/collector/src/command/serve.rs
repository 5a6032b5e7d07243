//! `banso serve`.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use banso_collector::app::{App, Settings, routes, system_clock};
use banso_collector::body::Room;
use banso_collector::identity::Secrets;
use banso_collector::live::Live;
use banso_collector::server::Bounds;
use banso_collector::{assets, reload, scoring, server, upkeep};
use banso_model::config::workspace::Identity;
use clap::Args;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::store::StoreAddress;
use super::{Ending, runtime};

const SECRETS: &str = "\
Secrets, from the environment:
  BANSO_ADMIN_TOKEN      opens the admin API (Authorization: Bearer …); without it that API is off
  BANSO_SERVER_KEY       the key that the vendor's own servers post events with, beside the tokens of `banso token`
  BANSO_IDENTITY_SECRET  what the host's backend signs identity tokens with (HS256, 32 bytes or more);
                         kid:secret,kid:secret while one replaces the other";

/// Flags of `serve`. Secrets come from the environment, where a list of processes does not show them.
#[derive(Debug, Args)]
#[command(after_help = SECRETS)]
pub struct Serve {
    /// Folder with banso.json, guides/ and help/
    #[arg(long, env = "BANSO_CONFIG", value_name = "DIR")]
    config: PathBuf,
    #[command(flatten)]
    store: StoreAddress,
    /// Address to listen on
    #[arg(
        long,
        env = "BANSO_LISTEN",
        value_name = "ADDR",
        default_value = "127.0.0.1:8788"
    )]
    listen: String,
    /// Events per second that one key may send
    #[arg(
        long,
        env = "BANSO_QUOTA",
        value_name = "EVENTS",
        default_value_t = 1_000_000
    )]
    quota: u32,
    /// Megabytes that the bodies of all requests may take together
    #[arg(
        long,
        env = "BANSO_BODY_MEMORY",
        value_name = "MB",
        default_value_t = 64
    )]
    body_memory: usize,
    /// Requests with a body that may be worked on at a time, each 4 KB of one counting as another; more are answered
    /// with 503 at once
    #[arg(
        long,
        env = "BANSO_BODIES",
        value_name = "REQUESTS",
        default_value_t = 1024
    )]
    bodies: usize,
    /// Seconds that the clock is ahead of the system's, to try out what a wrong clock does
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 0,
        hide = true,
        allow_negative_numbers = true
    )]
    clock_ahead: i64,
}

impl Serve {
    /// Serves until SIGTERM or SIGINT.
    pub fn run(self) -> anyhow::Result<Ending> {
        runtime()?.block_on(self.serve())?;
        Ok(Ending::Good)
    }

    async fn serve(self) -> anyhow::Result<()> {
        let settings = self.settings()?;
        let live = reload::load(&self.config)?;
        warn(&settings, &live);
        let store = self.store.open().await?;
        let listener = TcpListener::bind(&self.listen)
            .await
            .with_context(|| format!("{} cannot be listened on", self.listen))?;
        let app = Arc::new(App::new(
            Arc::clone(&store),
            live,
            settings,
            system_clock(self.clock_ahead),
        ));
        app.tokens.load(&*app.store).await?;
        let following = reload::follow(Arc::clone(&app), self.config.clone())?;
        let (stop, stopped) = watch::channel(false);
        let scorer = tokio::spawn(scoring::run(Arc::clone(&app), stopped.clone()));
        let upkeep = tokio::spawn(upkeep::run(Arc::clone(&app), stopped));
        // Whoever reads that it listens may tell it to stop.
        let told_to_stop = told_to_stop()?;
        tracing::info!(address = %listener.local_addr()?, build = assets::build(), "listening");
        server::serve(listener, routes(app), Bounds::default(), told_to_stop).await;
        tracing::info!("stopping");
        drop(following);
        stop.send_replace(true);
        scorer.await?;
        upkeep.await?;
        store.close().await;
        tracing::info!("stopped");
        Ok(())
    }

    fn settings(&self) -> anyhow::Result<Settings> {
        Ok(Settings {
            admin_token: secret("BANSO_ADMIN_TOKEN")?,
            server_key: secret("BANSO_SERVER_KEY")?,
            secrets: match secret("BANSO_IDENTITY_SECRET")? {
                Some(text) => Secrets::parse(&text)?,
                None => Secrets::default(),
            },
            quota: self.quota,
            room: Room {
                bytes: self.body_memory * 1_000_000,
                bodies: self.bodies,
            },
            ..Settings::default()
        })
    }
}

/// What the environment says under a name; nothing counts as not set.
fn secret(name: &str) -> anyhow::Result<Option<String>> {
    match std::env::var(name) {
        Ok(text) if text.trim().is_empty() => Ok(None),
        Ok(text) => Ok(Some(text)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => anyhow::bail!("{name} is not UTF-8"),
    }
}

/// Says what will not work as it is set up.
fn warn(settings: &Settings, live: &Live) {
    if live.workspace.identity == Identity::Verified && settings.secrets.is_empty() {
        tracing::warn!(
            "nobody will be identified: set BANSO_IDENTITY_SECRET to what the host's backend signs with"
        );
    }
    if settings.admin_token.is_none() {
        tracing::warn!("the admin API is off: set BANSO_ADMIN_TOKEN to use it");
    }
    if assets::build().is_none() {
        tracing::warn!(
            "pages cannot load the widget: this binary was {}",
            assets::NOT_BUILT
        );
    }
}

/// Resolves when the process is told to stop.
fn told_to_stop() -> anyhow::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
