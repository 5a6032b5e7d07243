//! `cargo xtask demo`: the whole product on one machine, until Ctrl-C.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::secrets::Secrets;
use crate::service::{self, Service};
use crate::widget::Mode;
use crate::workspace::Workspace;
use crate::{build, terminal};

/// The origin that the demo's workspace allows.
const PORT: u16 = 8787;

/// How to serve the demo.
#[derive(clap::Args)]
pub struct Arguments {
    /// Keep what is stored in this folder; without it, a temporary folder is removed at the end
    #[arg(long)]
    data: Option<PathBuf>,
    /// Where the demo product is
    #[arg(long, default_value_t = PORT)]
    port: u16,
    /// Where the collector is
    #[arg(long, default_value_t = 8788)]
    collector_port: u16,
    /// Do not open the page in a browser
    #[arg(long)]
    no_open: bool,
    /// Debug builds: quicker to build, slower to load
    #[arg(long)]
    dev: bool,
}

/// Builds and serves.
pub fn run(arguments: &Arguments) -> Result<()> {
    free(arguments.port, "--port")?;
    free(arguments.collector_port, "--collector-port")?;
    let workspace = Workspace::load()?;
    let binaries = build::everything(
        &workspace,
        if arguments.dev {
            Mode::Dev
        } else {
            Mode::Release
        },
    )?;

    let temporary =
        tempfile::tempdir().context("cannot make a temporary folder: is the disk full?")?;
    let data = match &arguments.data {
        Some(folder) => folder.clone(),
        None => temporary.path().join("data"),
    };
    std::fs::create_dir_all(&data)
        .with_context(|| format!("cannot make {}: choose another --data", data.display()))?;
    let secrets = Secrets::kept_in(&data)?;
    let config = config(&workspace, arguments.port, temporary.path())?;

    terminal::step("starting");
    let stop = service::stop_signal()?;
    let mut banso = Command::new(&binaries.banso);
    banso.arg("serve").arg("--config").arg(&config);
    banso
        .arg("--store")
        .arg(format!("sqlite:{}", data.join("store").display()));
    banso.args(["--listen", &address(arguments.collector_port)]);
    let mut hikari = Command::new(&binaries.hikari);
    hikari.args(["--listen", &address(arguments.port)]);
    hikari.args([
        "--collector",
        &format!("http://localhost:{}", arguments.collector_port),
    ]);
    hikari.arg("--root").arg(workspace.path("www/demo"));
    for command in [&mut banso, &mut hikari] {
        secrets.give(command);
    }
    let mut services = vec![Service::start("the collector", banso)?];
    services[0].ready(arguments.collector_port, "/readyz", &stop)?;
    services.push(Service::start("the demo product", hikari)?);
    services[1].ready(arguments.port, "/", &stop)?;

    let product = format!("http://localhost:{}", arguments.port);
    eprintln!();
    eprintln!("  the demo product       {product}");
    eprintln!("  its accounts' health   {product}/team");
    eprintln!(
        "  the collector          http://localhost:{}",
        arguments.collector_port
    );
    eprintln!("  the admin API's token  {}", secrets.admin_token());
    eprintln!("  the guides             {}", shown(&workspace, &config));
    match &arguments.data {
        Some(folder) => eprintln!("  what is stored         {}", folder.display()),
        None => eprintln!("  what is stored         in a temporary folder; --data DIR keeps it"),
    }
    eprintln!("  Ctrl-C ends it");
    eprintln!();
    if !arguments.no_open {
        open(&product);
    }
    service::until_stopped(services, &stop)
}

fn address(port: u16) -> String {
    format!("{}:{port}", Ipv4Addr::LOCALHOST)
}

fn shown(workspace: &Workspace, path: &Path) -> String {
    path.strip_prefix(workspace.root())
        .unwrap_or(path)
        .display()
        .to_string()
}

/// Fails with the remedy when something listens on a port already.
fn free(port: u16, option: &str) -> Result<()> {
    if let Err(error) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        bail!(
            "port {port} cannot be used ({error}): stop what listens there, or choose another with {option}"
        );
    }
    Ok(())
}

/// The demo's guides; for another port a copy of them that allows that origin.
fn config(workspace: &Workspace, port: u16, temporary: &Path) -> Result<PathBuf> {
    let original = workspace.path("www/demo/banso");
    if port == PORT {
        return Ok(original);
    }
    let copy = temporary.join("config");
    copy_folder(&original, &copy)?;
    let file = copy.join("banso.json");
    let text = std::fs::read_to_string(&file)
        .with_context(|| format!("cannot read {}", file.display()))?;
    let allowed = text.replace(
        &format!("http://localhost:{PORT}"),
        &format!("http://localhost:{port}"),
    );
    std::fs::write(&file, allowed).with_context(|| format!("cannot write {}", file.display()))?;
    terminal::note(&format!(
        "the guides are a copy that allows http://localhost:{port}: edits of the original do not show"
    ));
    Ok(copy)
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to).with_context(|| format!("cannot make {}", to.display()))?;
    for entry in
        std::fs::read_dir(from).with_context(|| format!("cannot list {}", from.display()))?
    {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), &target)
                .with_context(|| format!("cannot copy to {}", target.display()))?;
        }
    }
    Ok(())
}

/// Opens a page where there is a screen to show it on.
fn open(url: &str) {
    let screen = cfg!(target_os = "macos")
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| std::env::var_os(name).is_some());
    if !screen {
        return;
    }
    let program = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    if let Err(error) = Command::new(program).arg(url).status() {
        terminal::note(&format!(
            "{program} cannot open the page ({error}): open {url} yourself, or pass --no-open"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_port_gets_a_copy_that_allows_it() {
        let workspace = Workspace::load().expect("the workspace is read");
        let temporary = tempfile::tempdir().expect("a folder");
        let original = config(&workspace, PORT, temporary.path()).expect("the original");
        assert_eq!(workspace.relative(&original), "www/demo/banso");
        let copy = config(&workspace, 9000, temporary.path()).expect("a copy");
        let text = std::fs::read_to_string(copy.join("banso.json")).expect("it is there");
        assert!(
            text.contains("http://localhost:9000") && !text.contains("http://localhost:8787"),
            "{text}"
        );
    }

    #[test]
    fn a_busy_port_is_an_error_with_the_remedy() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let error = free(port, "--port").expect_err("it is taken");
        assert!(
            error
                .to_string()
                .ends_with("stop what listens there, or choose another with --port"),
            "{error}"
        );
    }
}
