//! Each client loses one answer and sends again; everything is stored once, and what it told of people has arrived.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};
use banso_tests::house::{KEY, SERVER_KEY};
use banso_tests::process::Process;
use banso_tests::stack::program;
use banso_tests::wait::until;
use serde_json::{Value, json};

use crate::collector::{Collector, token};
use crate::relay::Relay;

/// Where `cargo xtask test` installed the packages, with the scripts that use them.
fn installed() -> Result<PathBuf> {
    program("BANSO_PEERS")
}

/// What is to be run.
struct Client {
    script: &'static str,
    /// Arguments after the collector's address.
    arguments: Vec<String>,
    /// How many of its messages are events.
    events: u64,
    /// Whether it ends by itself; a page stays.
    ends: bool,
}

/// Runs a script until everything it said is stored. u1 of acme and the anonymous device that became theirs export one
/// report each.
async fn check(client: Client, account: &Value, user: &Value) -> Result<()> {
    let collector = Collector::start()?;
    let relay = Relay::start(collector.address).await?;
    let folder = installed()?;
    let mut command = Command::new(match client.script.ends_with(".py") {
        true => "python3",
        false => "node",
    });
    command
        .current_dir(&folder)
        .env("PYTHONPATH", folder.join("python"))
        .arg(client.script)
        .arg(&relay.url)
        .args(&client.arguments);
    let mut process = Process::start(command, |line| line == "said")?;
    let stored = until(
        "everything to be stored, and something sent again",
        async || {
            let (accepted, duplicate) = collector.counted().await?;
            Ok((accepted >= client.events && duplicate > 0).then_some(accepted))
        },
    )
    .await
    .with_context(|| process.log());
    let stored = stored?;
    if client.ends {
        tokio::task::block_in_place(|| process.finish())?;
    }
    assert_eq!(stored, client.events, "{}", process.log());
    assert_eq!(collector.counted().await?.0, client.events);
    let acme = until("traits to arrive", async || {
        let acme = collector.account("acme").await?;
        let arrived = acme["users"][0]["traits"] == *user && acme["traits"] == *account;
        Ok(arrived.then_some(acme))
    });
    let acme = match acme.await {
        Ok(acme) => acme,
        Err(error) => {
            let acme = collector.account("acme").await?;
            anyhow::bail!("{error}: {acme:#}\n{}", process.log());
        }
    };
    assert_eq!(acme["features"]["report.export"], 2, "{acme:#}");
    assert_eq!(acme["users"].as_array().map(Vec::len), Some(1), "{acme:#}");
    Ok(())
}

/// A vendor's server.
async fn check_server(script: &'static str, options: &[&str]) -> Result<()> {
    let key = std::iter::once(SERVER_KEY);
    let client = Client {
        script,
        arguments: key
            .chain(options.iter().copied())
            .map(str::to_owned)
            .collect(),
        events: 4,
        ends: true,
    };
    check(
        client,
        &json!({ "plan": "pro", "seats": 20 }),
        &json!({ "name": "Ann", "role": "admin" }),
    )
    .await
}

/// A page. What its token says counts more than what it says itself.
async fn check_page(script: &'static str, options: &[&str]) -> Result<()> {
    let mut arguments = vec![KEY.to_owned(), token()?];
    arguments.extend(options.iter().map(|option| (*option).to_owned()));
    let client = Client {
        script,
        arguments,
        events: 4,
        ends: false,
    };
    check(
        client,
        &json!({ "plan": "pro", "region": "emea" }),
        &json!({ "name": "Ann", "role": "admin" }),
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn segment_analytics_node() -> Result<()> {
    check_server("segment_node.mjs", &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn rudder_sdk_node() -> Result<()> {
    check_server("rudder_node.mjs", &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn posthog_node() -> Result<()> {
    check_server("posthog_node.mjs", &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn segment_analytics_python() -> Result<()> {
    check_server("segment_python.py", &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn segment_analytics_python_compressed() -> Result<()> {
    check_server("segment_python.py", &["gzip"]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn segment_analytics_next() -> Result<()> {
    check_page("segment_next.mjs", &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn segment_analytics_next_in_batches() -> Result<()> {
    check_page("segment_next.mjs", &["batching"]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn posthog_js() -> Result<()> {
    check_page("posthog_js.mjs", &[]).await
}
