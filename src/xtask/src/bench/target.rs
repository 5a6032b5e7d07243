//! What is under load: the real server with a store, with one that forgets, and a web server that looks at nothing.
//!
//! Each has a process, a port and a folder of its own, so that memory and disk are of one row alone. The folder is below
//! the target folder, as temporary folders may be in memory, where a sync costs nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::server;
use crate::service::{Service, Stop};

/// Where `nginx` is when the search path does not say.
const FOLDERS: [&str; 2] = ["/usr/sbin", "/usr/local/sbin"];

/// The configuration under test, file by file.
pub const WORKSPACE: [(&str, &str); 3] = [
    ("banso.json", include_str!("workspace/banso.json")),
    (
        "guides/start.json",
        include_str!("workspace/guides/start.json"),
    ),
    (
        "guides/first-report.json",
        include_str!("workspace/guides/first-report.json"),
    ),
];

/// A kind of server.
#[derive(Clone, Copy, Debug)]
pub enum Kind<'a> {
    /// The collector, whose answers follow the commit.
    Store(&'a Path),
    /// The collector without a store: what HTTP, parsing and judging cost.
    Null(&'a Path),
    /// nginx, which answers 204: what HTTP costs.
    Nginx(&'a Path),
}

/// A server that runs.
pub struct Target {
    service: Service,
    /// Where it listens.
    pub port: u16,
    folder: TempDir,
}

impl Target {
    /// Starts a server in a new folder below `target`, and waits until it answers.
    ///
    /// # Errors
    /// When it cannot be started or does not answer.
    pub fn start(kind: Kind<'_>, target: &Path, stop: &Stop) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("bench-")
            .tempdir_in(target)
            .with_context(|| format!("cannot make a folder in {}", target.display()))?;
        let port = server::free_port()?;
        let (name, command) = match kind {
            Kind::Store(banso) => ("the collector", collector(banso, folder.path(), port)?),
            Kind::Null(banso) => {
                let mut command = collector(banso, folder.path(), port)?;
                command.env("BANSO_STORE", "null:");
                command.env("BANSO_FORGET_EVERYTHING", "1");
                ("the collector without a store", command)
            }
            Kind::Nginx(nginx) => ("nginx", web_server(nginx, folder.path(), port)?),
        };
        let mut service = Service::start(name, command)?;
        service.ready(port, "/readyz", stop)?;
        Ok(Self {
            service,
            port,
            folder,
        })
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.service.id()
    }

    /// Stops it; gives the bytes that its store takes then.
    pub fn stop(mut self) -> Result<u64> {
        self.service.stop()?;
        let store = store(self.folder.path());
        if store.exists() {
            server::bytes_in(&store)
        } else {
            Ok(0)
        }
    }
}

fn store(folder: &Path) -> PathBuf {
    folder.join("store")
}

fn collector(banso: &Path, folder: &Path, port: u16) -> Result<Command> {
    let config = folder.join("config");
    write_config(&config)?;
    let mut command = Command::new(banso);
    command.arg("serve").arg("--config").arg(&config);
    command.args(["--listen", &format!("127.0.0.1:{port}")]);
    // More than is ever sent: a quota would be measured instead.
    command.args(["--quota", "100000000"]);
    command.env("BANSO_STORE", format!("sqlite:{}", store(folder).display()));
    command.env("BANSO_LOG", "error");
    Ok(command)
}

/// Writes the configuration under test into a folder.
///
/// # Errors
/// When it cannot be written.
pub fn write_config(folder: &Path) -> Result<()> {
    for (name, text) in WORKSPACE {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn web_server(nginx: &Path, folder: &Path, port: u16) -> Result<Command> {
    let config = folder.join("nginx.conf");
    let text = nginx_config(folder, port);
    fs::write(&config, text).with_context(|| format!("cannot write {}", config.display()))?;
    let mut command = Command::new(nginx);
    command.arg("-e").arg(folder.join("error.log"));
    command.arg("-p").arg(folder).arg("-c").arg(&config);
    Ok(command)
}

fn nginx_config(folder: &Path, port: u16) -> String {
    let folder = folder.display();
    format!(
        "daemon off;
worker_processes auto;
pid {folder}/nginx.pid;
error_log {folder}/error.log crit;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  client_max_body_size 2m;
  keepalive_requests 1000000000;
  server {{
    listen 127.0.0.1:{port};
    location / {{ return 204; }}
  }}
}}
"
    )
}

/// Where nginx is, if it is installed.
pub fn nginx() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(FOLDERS.iter().map(PathBuf::from))
        .map(|folder| folder.join("nginx"))
        .find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::bodies::{KEY, ORIGIN};
    use banso_model::config::Folder;

    #[test]
    fn the_workspace_under_test_passes_check() {
        let folder = tempfile::tempdir().expect("a folder");
        write_config(folder.path()).expect("the files are written");
        let checked = Folder::read(folder.path()).unwrap_or_else(|report| panic!("{report}"));
        let warnings: Vec<_> = checked
            .report()
            .problems
            .iter()
            .map(|problem| &*problem.pointer)
            .collect();
        assert_eq!(
            warnings,
            ["/identity"],
            "it takes a page's word for who it is"
        );
        assert!(checked.workspace().keys.iter().any(|key| key == KEY));
        assert!(
            checked
                .workspace()
                .origins
                .iter()
                .any(|origin| origin == ORIGIN)
        );
    }
}
