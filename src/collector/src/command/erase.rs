//! `banso erase`: the end of what is held about a user or an account.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;

use anyhow::bail;
use banso_collector::admin::rights::Erased;
use clap::Args;

use super::remote::{self, Admin, Attempts};
use super::who::WhoFlags;
use super::{Ending, output, runtime};

const AFTER: &str = "\
What is kept by who they are is gone when this ends, also from the bytes of the store's files; sums of their account
stay. What arrives of them later is rejected as `erased`, for ever. Backups made before still have them: `banso restore`
erases them again. It costs about as long as it takes to copy the store.";

/// Flags of `erase`.
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub struct Erase {
    #[command(flatten)]
    who: WhoFlags,
    /// Do not ask at a terminal
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    admin: Admin,
}

impl Erase {
    /// Erases and says what was erased.
    pub fn run(self) -> anyhow::Result<Ending> {
        let token = self.admin.token()?;
        let url = self.admin.url("/v1/admin/erase")?;
        if !self.yes && std::io::stdin().is_terminal() && !self.confirmed()? {
            bail!("nothing was erased");
        }
        let body = serde_json::to_string(&self.who.pairs().collect::<BTreeMap<_, _>>())?;
        let client = remote::patient_client()?;
        let erased: Erased = runtime()?.block_on(async {
            let answer = remote::send(Attempts::ONE, || {
                client
                    .post(url.clone())
                    .bearer_auth(token)
                    .body(body.clone())
            });
            anyhow::Ok(answer.await?.json().await?)
        })?;
        let Erased {
            accounts,
            users,
            devices,
            events,
        } = erased;
        output::line(if accounts + users + devices + events == 0 {
            format!(
                "nothing was held about {}; what arrives of them is rejected from now on",
                self.who
            )
        } else {
            format!(
                "erased {}: {accounts} accounts, {users} users, {devices} devices, {events} events",
                self.who
            )
        })?;
        Ok(Ending::Good)
    }

    fn confirmed(&self) -> anyhow::Result<bool> {
        eprint!("erase {} for ever? [y/N] ", self.who);
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer)?;
        Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
    }
}
