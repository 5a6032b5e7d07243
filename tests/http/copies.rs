//! `banso export`, `erase`, `backup` and `restore` against a collector that is in use, and what no file of it has.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use anyhow::{Context as _, Result, ensure};
use banso_model::time::Timestamp;
use banso_tests::collector::{Collector, now, token};
use banso_tests::house::{KEY, ORIGIN, SERVER_KEY, id};
use banso_tests::stack::ADMIN_TOKEN;
use serde_json::{Value, json};

use crate::commands::{Ended, banso};

fn run(collector: &Collector, arguments: &[&str]) -> Result<Ended> {
    let url = collector.url();
    banso(&[arguments, &["--to", &url]].concat(), |command| {
        command.env("BANSO_ADMIN_TOKEN", ADMIN_TOKEN);
    })
}

fn folder(collector: &Collector) -> Result<PathBuf> {
    let store = collector.store();
    Ok(store.strip_prefix("sqlite:").context("a folder")?.into())
}

fn batch(user: &str, account: &str, recorded: Timestamp, nth: u32) -> Value {
    json!({
        "key": SERVER_KEY, "account": account, "user": user,
        "events": [{ "id": id(recorded, nth), "kind": "feature", "name": "report.create", "at": recorded.to_string() }],
    })
}

async fn post(client: &reqwest::Client, url: &str, body: &Value) -> Result<Value> {
    let request = client
        .post(format!("{url}/v1/events"))
        .body(body.to_string());
    let answer = request.send().await?.error_for_status()?;
    Ok(answer.json().await?)
}

/// Whether a file of a folder has a text, as it is.
fn holds(folder: &Path, text: &str) -> Result<bool> {
    for entry in std::fs::read_dir(folder)? {
        let bytes = std::fs::read(entry?.path())?;
        if bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes())
        {
            return Ok(true);
        }
    }
    Ok(false)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_load_has_what_was_answered_before_it() -> Result<()> {
    let mut collector = Collector::open()?;
    let (recorded, url) = (now()?, collector.url());
    for nth in 0..100 {
        post(&collector.client, &url, &batch("u1", "acme", recorded, nth)).await?;
    }
    // Others go on meanwhile.
    let (over, next) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicU32::new(100)),
    );
    let writers: Vec<_> = (0..4)
        .map(|_| {
            let (client, url) = (collector.client.clone(), url.clone());
            let (over, next) = (Arc::clone(&over), Arc::clone(&next));
            tokio::spawn(async move {
                while !over.load(Ordering::Relaxed) {
                    let nth = next.fetch_add(1, Ordering::Relaxed);
                    post(&client, &url, &batch("u1", "acme", recorded, nth)).await?;
                }
                anyhow::Ok(())
            })
        })
        .collect();
    let place = tempfile::tempdir()?;
    let file = place.path().join("backup.db");
    let file = file.to_str().context("a path of text")?;
    let ended = tokio::task::block_in_place(|| run(&collector, &["backup", file]))?;
    over.store(true, Ordering::Relaxed);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    for writer in writers {
        writer.await??;
    }
    // None is overwritten, and nothing else is left.
    let before = std::fs::read(file)?;
    let ended = run(&collector, &["backup", file])?;
    assert!(
        ended.code == Some(2) && ended.err.contains("there already"),
        "{}",
        ended.err
    );
    ensure!(std::fs::read(file)? == before && std::fs::read_dir(place.path())?.count() == 1);
    collector.stop()?;
    // A second collector on what is restored.
    let mut second = Collector::open()?;
    let store = second.store();
    let restore = |file: &str| banso(&["restore", file, "--store", &store], |_| {});
    second.stop()?;
    let ended = restore(file)?;
    assert!(
        ended.code == Some(2) && ended.err.contains("holds data"),
        "{}",
        ended.err
    );
    for name in ["banso.db", "journal.db"] {
        std::fs::remove_file(folder(&second)?.join(name))?;
    }
    let ended = restore(file)?;
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    second.start()?;
    let found = second.uses("acme").await?;
    let written = next.load(Ordering::Relaxed);
    ensure!(
        (100..=u64::from(written)).contains(&found),
        "{found} of {written}"
    );
    let url = second.url();
    for nth in 0..written {
        let answer = post(&second.client, &url, &batch("u1", "acme", recorded, nth)).await?;
        ensure!(nth >= 100 || answer["duplicate"] == 1, "{nth}: {answer}");
    }
    assert_eq!(second.uses("acme").await?, u64::from(written));
    second.stop()
}

#[tokio::test(flavor = "multi_thread")]
async fn someone_is_exported_erased_and_stays_away() -> Result<()> {
    let mut collector = Collector::open()?;
    let (recorded, url) = (now()?, collector.url());
    for (nth, user) in ["zoe@secret.example", "bob"].into_iter().enumerate() {
        let mut batch = batch(user, "acme", recorded, u32::try_from(nth)?);
        batch["user_traits"] = json!({ "email": format!("{user}-trait") });
        post(&collector.client, &url, &batch).await?;
    }
    let place = tempfile::tempdir()?;
    let file = place.path().join("before.db");
    let file = file.to_str().context("a path of text")?;
    assert_eq!(run(&collector, &["backup", file])?.code, Some(0));
    let who = ["--user", "zoe@secret.example", "--account", "acme"];
    let exported = run(&collector, &[&["export"], &who[..]].concat())?;
    assert_eq!(exported.code, Some(0), "{}", exported.err);
    let kinds: BTreeSet<String> = exported
        .out
        .lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line)?;
            Ok(line["kind"].as_str().context("a kind")?.to_owned())
        })
        .collect::<Result<_>>()?;
    for kind in ["user", "trait", "event", "uses", "active", "end"] {
        ensure!(kinds.contains(kind), "{kind}: {kinds:?}");
    }
    let erased = run(&collector, &[&["erase"], &who[..]].concat())?;
    assert_eq!(erased.code, Some(0), "{}", erased.err);
    ensure!(
        erased.out.contains("1 users") && erased.out.contains("1 events"),
        "{}",
        erased.out
    );
    for secret in ["zoe@secret.example", "-trait"] {
        let left = holds(&folder(&collector)?, secret)?;
        assert_eq!(left, secret == "-trait", "{secret}: Bob's stays");
    }
    let nothing = run(&collector, &[&["export"], &who[..]].concat())?;
    ensure!(
        nothing.code == Some(2) && nothing.err.contains("nothing is held"),
        "{}",
        nothing.err
    );
    let again = run(&collector, &[&["erase"], &who[..]].concat())?;
    ensure!(
        again.code == Some(0) && again.out.contains("nothing was held"),
        "{}",
        again.out
    );
    // An older backup in its place, with the list of who was erased left there.
    collector.stop()?;
    let data = folder(&collector)?;
    for name in ["banso.db", "journal.db"] {
        std::fs::remove_file(data.join(name))?;
    }
    let ended = banso(&["restore", file, "--store", &collector.store()], |_| {})?;
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    collector.start()?;
    ensure!(!holds(&data, "zoe@secret.example")?, "they are back");
    assert_eq!(collector.uses("acme").await?, 2, "the account's sums stay");
    let late = batch("zoe@secret.example", "acme", recorded, 7);
    let answer = post(&collector.client, &collector.url(), &late).await?;
    assert_eq!(answer["rejected"][0]["reason"], "erased", "{answer}");
    collector.stop()
}

/// Neither the address that a connection comes from nor one that a header tells is in any file or line.
#[tokio::test(flavor = "multi_thread")]
async fn no_address_is_kept() -> Result<()> {
    let mut collector = Collector::open()?;
    let peer: IpAddr = "127.77.66.55".parse()?;
    let told = ["203.0.113.77", "198.51.100.23", "2001:db8::77"];
    let client = reqwest::Client::builder().local_address(peer).build()?;
    let (recorded, url) = (now()?, collector.url());
    let event = json!({ "id": id(recorded, 1), "seq": 1, "kind": "feature", "name": "report.create", "at": recorded.to_string() });
    let page = json!({
        "key": KEY, "device": "d", "stream": "s", "session": "v", "sent_at": recorded.to_string(), "user": "u1",
        "account": "acme", "token": token("u1", "acme", 3600)?, "events": [event], "locales": ["en"],
    });
    let track = json!({ "writeKey": SERVER_KEY, "type": "track", "messageId": "m", "event": "report_exported", "userId": "u1",
        "timestamp": recorded.to_string(), "context": { "groupId": "acme", "ip": told[0] } });
    let capture = json!({ "api_key": SERVER_KEY, "event": "report_exported", "distinct_id": "u1", "uuid": id(recorded, 2),
        "timestamp": recorded.to_string(), "properties": { "$ip": told[1], "$groups": { "company": "acme" } } });
    for (path, body) in [
        ("/v1/session", &page),
        ("/v1/events", &page),
        ("/v1/events", &json!("nonsense")),
        ("/segment/v1/track", &track),
        ("/posthog/e", &capture),
    ] {
        let request = client
            .post(format!("{url}{path}"))
            .header("origin", ORIGIN)
            .header("x-forwarded-for", format!("{}, {}", told[0], told[1]))
            .header("forwarded", format!("for=\"[{}]\"", told[2]))
            .header("x-real-ip", told[0]);
        let answer = request.body(body.to_string()).send().await?;
        ensure!(
            answer.status().as_u16() == 200 || *body == "nonsense",
            "{path}: {}",
            answer.text().await?
        );
    }
    let exported = run(&collector, &["export", "--account", "acme"])?;
    ensure!(exported.out.contains("report.create"), "{}", exported.out);
    let metrics = collector.get("/metrics").await?.1;
    collector.stop()?;
    let data = folder(&collector)?;
    for address in told.into_iter().chain(["127.77.66.55"]) {
        ensure!(!holds(&data, address)?, "{address} is in a file");
        for (what, text) in [
            ("the log", collector.log()),
            ("an export", exported.out.clone()),
            ("the metrics", metrics.clone()),
        ] {
            ensure!(!text.contains(address), "{address} is in {what}");
        }
    }
    Ok(())
}

#[test]
fn a_command_that_cannot_says_why() -> Result<()> {
    let place = tempfile::tempdir()?;
    let missing = place.path().join("missing.db");
    let missing = missing.to_str().context("a path of text")?;
    for (arguments, remedy) in [
        (&["export"][..], "--user"),
        (&["erase", "--user", ""], "--user"),
        (&["erase", "--user", "u"], "BANSO_ADMIN_TOKEN"),
        (&["export", "--account", "a"], "BANSO_ADMIN_TOKEN"),
        (&["backup", missing], "BANSO_ADMIN_TOKEN"),
        (&["restore", missing, "--store", "sqlite:x"], "banso backup"),
        (&["restore", missing, "--store", "mysql:x"], "sqlite:DIR"),
    ] {
        let ended = banso(arguments, |command| {
            command
                .env_remove("BANSO_ADMIN_TOKEN")
                .env_remove("BANSO_STORE");
        })?;
        assert_eq!(ended.code, Some(2), "{arguments:?}: {}", ended.err);
        ensure!(ended.err.contains(remedy), "{arguments:?}: {}", ended.err);
    }
    let ended = banso(
        &["backup", missing, "--to", "http://127.0.0.1:1"],
        |command| {
            command.env("BANSO_ADMIN_TOKEN", "x");
        },
    )?;
    ensure!(
        ended.code == Some(2) && ended.err.contains("cannot be reached"),
        "{}",
        ended.err
    );
    ensure!(
        std::fs::read_dir(place.path())?.count() == 0,
        "something is left"
    );
    Ok(())
}
