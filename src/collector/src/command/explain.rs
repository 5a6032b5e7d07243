//! `banso explain`: why a guide shows for a user on a page, or why it does not.

use std::fmt::Write as _;

use anyhow::Context as _;
use banso_collector::admin::explain::{Explanation, Place};
use clap::Args;

use super::remote::{self, Attempts, Remote};
use super::{Ending, output, runtime};

/// Flags of `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    #[command(flatten)]
    remote: Remote,
    /// Id of the user
    #[arg(long)]
    user: String,
    /// Id of the account
    #[arg(long)]
    account: String,
    /// Id of the guide
    #[arg(long)]
    guide: String,
    /// Page the user is on: a URL, or a path
    #[arg(long)]
    url: Option<String>,
    /// Language of the user, such as ja
    #[arg(long)]
    locale: Option<String>,
    /// Token of the admin API
    #[arg(long, env = "BANSO_ADMIN_TOKEN", hide_env_values = true)]
    admin_token: Option<String>,
}

impl Explain {
    /// Asks the collector and prints each clause with its value and who decides it.
    pub fn run(self) -> anyhow::Result<Ending> {
        let token = self
            .admin_token
            .as_deref()
            .context("no token of the admin API: set BANSO_ADMIN_TOKEN")?;
        let mut url = self.remote.url("/v1/admin/explain")?;
        url.query_pairs_mut()
            .append_pair("user", &self.user)
            .append_pair("account", &self.account)
            .append_pair("guide", &self.guide);
        if let Some(page) = &self.url {
            url.query_pairs_mut().append_pair("url", page);
        }
        if let Some(locale) = &self.locale {
            url.query_pairs_mut().append_pair("locale", locale);
        }
        let client = remote::client()?;
        let explanation: Explanation = runtime()?.block_on(async {
            let answer =
                remote::send(Attempts::ONE, || client.get(url.clone()).bearer_auth(token)).await?;
            anyhow::Ok(answer.json().await?)
        })?;
        output::line(text(&explanation)?.trim_end())?;
        Ok(Ending::Good)
    }
}

fn text(explanation: &Explanation) -> Result<String, std::fmt::Error> {
    let Explanation {
        user,
        account,
        stage,
        guide,
        starts,
        verdict,
        ..
    } = explanation;
    let mut text = String::new();
    let stage = stage.as_deref().unwrap_or("no stage");
    writeln!(text, "{guide} for {user} of {account} (in {stage})")?;
    let starts = if *starts { "starts" } else { "does not start" };
    writeln!(text, "{starts}: {verdict}")?;
    for place in &explanation.places {
        write_place(&mut text, place)?;
    }
    Ok(text)
}

fn write_place(text: &mut String, place: &Place) -> std::fmt::Result {
    writeln!(text, "\n{}: {}", place.place, place.outcome)?;
    for clause in &place.clauses {
        let depth = clause.path.matches('/').count().div_ceil(2);
        let value = clause
            .value
            .as_ref()
            .map(|value| format!(", which is {value}"))
            .unwrap_or_default();
        writeln!(
            text,
            "  {:indent$}{:<5}  {}{value}  [{}]",
            "",
            clause.outcome,
            clause.text,
            clause.by,
            indent = depth * 2
        )?;
    }
    Ok(())
}
