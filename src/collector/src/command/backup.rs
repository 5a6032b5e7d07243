//! `banso backup` and `banso restore`: a copy of the store as one file, and a store made of it.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use banso_store::sqlite;
use clap::Args;

use super::remote::{self, Admin, Attempts};
use super::store::sqlite_folder;
use super::{Ending, output, runtime};

/// Flags of `backup`.
#[derive(Debug, Args)]
#[command(after_help = "\
The collector goes on taking events. The file has everything that was answered before the backup began; it is written
under another name, synced, checked, and only then given its own. A file that is there is never overwritten.")]
pub struct Backup {
    /// File to write
    file: PathBuf,
    #[command(flatten)]
    admin: Admin,
}

impl Backup {
    /// Fetches a copy of the store, checks it and gives it its name.
    pub fn run(self) -> anyhow::Result<Ending> {
        let (file, token) = (&self.file, self.admin.token()?);
        if file.exists() {
            bail!(
                "{} is there already: name another file, as none is overwritten",
                file.display()
            );
        }
        let url = self.admin.url("/v1/admin/backup")?;
        let part = part(file)?;
        let bytes = match self.fetch(&part, &url, token).and_then(|bytes| {
            sqlite::check_backup(&part)?;
            named(&part, file)?;
            Ok(bytes)
        }) {
            Ok(bytes) => bytes,
            Err(error) => {
                if let Err(left) = fs::remove_file(&part)
                    && left.kind() != ErrorKind::NotFound
                {
                    eprintln!("{} stays: {left}", part.display());
                }
                return Err(error);
            }
        };
        output::line(format!("{} has {bytes} bytes", file.display()))?;
        Ok(Ending::Good)
    }

    fn fetch(&self, part: &Path, url: &reqwest::Url, token: &str) -> anyhow::Result<u64> {
        let client = remote::patient_client()?;
        runtime()?.block_on(async {
            let answer = remote::send(Attempts::ONE, || {
                client.post(url.clone()).bearer_auth(token)
            });
            let mut answer = answer.await?;
            let expected = answer.content_length();
            let cannot = || format!("{} cannot be written", part.display());
            // It has everything that is held about everybody.
            let mut out = File::options()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(part)
                .with_context(cannot)?;
            let mut bytes = 0;
            while let Some(piece) = answer
                .chunk()
                .await
                .context("the collector ended the backup early: try again")?
            {
                out.write_all(&piece).with_context(cannot)?;
                bytes += piece.len() as u64;
            }
            ensure!(
                expected.is_none_or(|expected| expected == bytes),
                "the backup was cut off after {bytes} bytes: try again"
            );
            out.sync_all().with_context(cannot)?;
            Ok(bytes)
        })
    }
}

/// The name that a file has until it is whole.
fn part(file: &Path) -> anyhow::Result<PathBuf> {
    let mut name: OsString = file
        .file_name()
        .with_context(|| format!("{} is no name of a file", file.display()))?
        .to_owned();
    name.push(format!(".{}.part", std::process::id()));
    Ok(file.with_file_name(name))
}

/// Gives a whole file its name, unless one has it by now.
fn named(part: &Path, file: &Path) -> anyhow::Result<()> {
    // A link is refused where a renaming would overwrite.
    fs::hard_link(part, file)
        .with_context(|| format!("{} cannot be given its name", file.display()))?;
    fs::remove_file(part)?;
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    Ok(File::open(folder)?.sync_all()?)
}

/// Flags of `restore`.
#[derive(Debug, Args)]
#[command(after_help = "\
The folder must not hold data. When it has the file `erased` of the store that is replaced, who was erased since the
backup is erased again at the next start: leave that file in place, or copy it there first.")]
pub struct Restore {
    /// File that `banso backup` made
    file: PathBuf,
    /// Where to make the store: sqlite:DIR
    #[arg(long, env = "BANSO_STORE", value_name = "URL")]
    store: String,
}

impl Restore {
    /// Checks the file and makes a store of it.
    pub fn run(self) -> anyhow::Result<Ending> {
        let folder = sqlite_folder(&self.store)?;
        sqlite::restore(&self.file, &folder)?;
        output::line(format!(
            "{} is restored: start `banso serve --store {}`",
            self.file.display(),
            self.store
        ))?;
        Ok(Ending::Good)
    }
}
