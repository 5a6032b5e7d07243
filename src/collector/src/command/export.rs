//! `banso export`: everything that is held about a user or an account.

use std::io::{ErrorKind, IsTerminal as _, Write as _};

use anyhow::{Context as _, bail};
use clap::Args;

use super::remote::{self, Admin, Attempts};
use super::who::WhoFlags;
use super::{Ending, runtime};

const AFTER: &str = "\
Every line is a JSON object with a `kind`: account, user, merge, trait, guide, item, answer, interruptions, uses, sum,
active, search, event or told. The last line is {\"kind\":\"end\",\"lines\":N}: a file without it was cut off.";

/// Flags of `export`.
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub struct Export {
    #[command(flatten)]
    who: WhoFlags,
    #[command(flatten)]
    admin: Admin,
}

impl Export {
    /// Prints the lines as they come.
    pub fn run(self) -> anyhow::Result<Ending> {
        let mut url = self.admin.url("/v1/admin/export")?;
        for (name, value) in self.who.pairs() {
            url.query_pairs_mut().append_pair(name, value);
        }
        let token = self.admin.token()?;
        let client = remote::patient_client()?;
        runtime()?.block_on(async {
            let mut answer =
                remote::send(Attempts::ONE, || client.get(url.clone()).bearer_auth(token)).await?;
            let mut out = std::io::stdout().lock();
            let mut end = Vec::new();
            while let Some(piece) = answer
                .chunk()
                .await
                .context("the collector ended the export early: try again")?
            {
                match out.write_all(&piece) {
                    // Who stops reading has seen enough.
                    Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
                    written => written?,
                }
                end.extend_from_slice(&piece[piece.len().saturating_sub(100)..]);
                end.drain(..end.len().saturating_sub(100));
            }
            out.flush()?;
            if !String::from_utf8_lossy(&end).contains("{\"kind\":\"end\"") {
                bail!("the export has no end: try again");
            }
            if !std::io::stdout().is_terminal() {
                eprintln!("everything held about {} was exported", self.who);
            }
            Ok(())
        })?;
        Ok(Ending::Good)
    }
}
