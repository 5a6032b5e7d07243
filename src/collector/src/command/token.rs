//! `banso token`: what the vendor's programs let themselves in with.

use anyhow::Context as _;
use banso_collector::admin::tokens::{List, Listed, Made, Wanted};
use clap::{Args, Subcommand, ValueEnum};
use reqwest::Method;

use super::remote::{self, Attempts, Remote};
use super::{Ending, output, runtime};

/// Flags of `token`.
#[derive(Debug, Args)]
pub struct Token {
    #[command(subcommand)]
    act: Act,
    #[command(flatten)]
    remote: Remote,
    /// Token of the admin API
    #[arg(long, env = "BANSO_ADMIN_TOKEN", hide_env_values = true, global = true)]
    admin_token: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Make a token and print it, this once
    Create {
        /// What its owner may do
        #[arg(long, value_enum)]
        scope: Scope,
        /// Whose it is, for the list
        #[arg(long, default_value = "")]
        name: String,
    },
    /// Print every token's id, scope, date and name
    List,
    /// End a token
    Revoke {
        /// Its id, as the list has it
        id: String,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Scope {
    /// Post events as a server
    Ingest,
    /// Everything in the admin API
    Admin,
    /// Import history
    Import,
}

impl Token {
    /// Asks the collector.
    pub fn run(self) -> anyhow::Result<Ending> {
        match &self.act {
            Act::Create { scope, name } => {
                let scope = match scope {
                    Scope::Ingest => "ingest",
                    Scope::Admin => "admin",
                    Scope::Import => "import",
                };
                let wanted = Wanted {
                    scope: scope.to_owned(),
                    name: name.clone(),
                };
                let wanted = serde_json::to_string(&wanted)?;
                let made: Made = self.ask(&Method::POST, "/v1/admin/tokens", Some(&wanted))?;
                eprintln!(
                    "keep it: it is told this once; its id is {}",
                    made.listed.id
                );
                output::line(made.token)?;
            }
            Act::List => {
                let list: List = self.ask(&Method::GET, "/v1/admin/tokens", None)?;
                for Listed {
                    id,
                    scope,
                    name,
                    created,
                } in list.tokens
                {
                    output::line(format!("{id}  {scope:<6}  {created}  {name}").trim_end())?;
                }
            }
            Act::Revoke { id } => {
                let mut path = self.remote.url("/v1/admin/tokens/")?;
                if let Ok(mut segments) = path.path_segments_mut() {
                    segments.pop_if_empty().push(id);
                }
                let ended: Listed = self.ask(&Method::DELETE, path.path(), None)?;
                output::line(format!("{} is revoked", ended.id))?;
            }
        }
        Ok(Ending::Good)
    }

    fn ask<T: serde::de::DeserializeOwned>(
        &self,
        method: &Method,
        path: &str,
        body: Option<&str>,
    ) -> anyhow::Result<T> {
        let token = self
            .admin_token
            .as_deref()
            .context("no token of the admin API: set BANSO_ADMIN_TOKEN")?;
        let url = self.remote.url(path)?;
        let client = remote::client()?;
        runtime()?.block_on(async {
            let answer = remote::send(Attempts::ONE, || {
                let request = client.request(method.clone(), url.clone());
                let request = request.bearer_auth(token);
                match body {
                    Some(body) => request.body(body.to_owned()),
                    None => request,
                }
            });
            Ok(answer.await?.json().await?)
        })
    }
}
