//! The commands of `banso` as a team runs them: what they print and how they end.

use std::fs;
use std::process::Command;

use anyhow::{Context as _, Result};
use banso_tests::stack::{ADMIN_TOKEN, root};
use serde_json::{Value, json};

use crate::delivery::{Collector, SERVER_KEY, now, program};

/// How a command ended and what it printed.
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// Runs a command.
pub fn banso(arguments: &[&str], change: impl FnOnce(&mut Command)) -> Result<Ended> {
    let mut command = Command::new(program()?);
    command.args(arguments);
    change(&mut command);
    let output = command.output()?;
    Ok(Ended {
        code: output.status.code(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

#[test]
fn check_reports_and_ends_accordingly() -> Result<()> {
    let fixture = root().join("tests/fixtures/workspace");
    let fixture = fixture.to_str().context("a path of text")?;
    let ended = banso(&["check", fixture], |_| {})?;
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
    let folder = tempfile::tempdir()?;
    fs::write(
        folder.path().join("banso.json"),
        "{\n  \"version\": 1,\n  \"worksapce\": \"x\"\n}\n",
    )?;
    let broken = folder.path().to_str().context("a path of text")?;
    let ended = banso(&["check", broken], |_| {})?;
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.out.contains("banso.json:3:3") && ended.out.contains("workspace"),
        "{}",
        ended.out
    );
    let ended = banso(&["check", broken, "--json"], |_| {})?;
    let report: Value = serde_json::from_str(&ended.out)?;
    assert!(
        report["errors"].as_u64().is_some_and(|errors| errors > 0),
        "{report}"
    );
    assert_eq!(report["problems"][0]["file"], "banso.json", "{report}");
    Ok(())
}

#[test]
fn schemas_are_written() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let into = folder.path().join("new/schemas");
    let ended = banso(
        &["schema", into.to_str().context("a path of text")?],
        |_| {},
    )?;
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let written = fs::read_dir(&into)?.collect::<Result<Vec<_>, _>>()?;
    assert_eq!(ended.out.lines().count(), written.len());
    for file in written {
        let schema: Value = serde_json::from_str(&fs::read_to_string(file.path())?)?;
        assert!(schema["$schema"].is_string(), "{}", file.path().display());
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_replayed_once_however_often() -> Result<()> {
    let mut collector = Collector::open()?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("events.ndjson");
    let at = now()?.to_string();
    // Without ids: each line's is derived from what it says and how often it was said before.
    let line = |account: u32| json!({ "account": format!("a{account}"), "user": "u", "kind": "feature", "name": "report.create", "at": at, "received": at });
    let text: Vec<String> = (0..1500).map(|nth| line(nth % 3).to_string()).collect();
    fs::write(&file, format!("{}\nnonsense\n", text.join("\n")))?;
    let file = file.to_str().context("a path of text")?;
    let url = collector.url();
    let ways: [(&[&str], &str); 3] = [
        (&[], "1500 accepted, 0 duplicate, 1 rejected"),
        (&[], "0 accepted, 1500 duplicate, 1 rejected"),
        (
            &["--as-received", "received"],
            "0 accepted, 1500 duplicate, 1 rejected",
        ),
    ];
    for (more, expected) in ways {
        let arguments = [&["replay", file, "--to", &url], more].concat();
        let ended = banso(&arguments, |command| {
            command
                .env("BANSO_SERVER_KEY", SERVER_KEY)
                .env("BANSO_ADMIN_TOKEN", ADMIN_TOKEN);
        })?;
        assert!(
            ended.out.contains(expected),
            "{more:?}: {}{}",
            ended.out,
            ended.err
        );
        assert!(ended.err.contains("line 1501"), "{}", ended.err);
        assert_eq!(ended.code, Some(1), "something was rejected");
    }
    for account in 0..3 {
        assert_eq!(collector.uses(&format!("a{account}")).await?, 500);
    }
    let ended = banso(
        &[
            "explain",
            "--to",
            &url,
            "--user",
            "u",
            "--account",
            "a0",
            "--guide",
            "first-report",
            "--url",
            "/reports/new",
        ],
        |command| {
            command.env("BANSO_ADMIN_TOKEN", ADMIN_TOKEN);
        },
    )?;
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(
        ended.out.contains("does not start") && ended.out.contains("[collector]"),
        "{}",
        ended.out
    );
    collector.stop()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_made_used_and_revoked() -> Result<()> {
    let mut collector = Collector::open()?;
    let url = collector.url();
    let token = |arguments: &[&str]| {
        let arguments = [&["token"], arguments, &["--to", &url]].concat();
        banso(&arguments, |command| {
            command.env("BANSO_ADMIN_TOKEN", ADMIN_TOKEN);
        })
    };
    let made = token(&["create", "--scope", "ingest", "--name", "billing"])?;
    assert_eq!(made.code, Some(0), "{}", made.err);
    let secret = made.out.trim().to_owned();
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("events.ndjson");
    let line = json!({ "account": "acme", "user": "u", "kind": "feature", "name": "report.create", "at": now()?.to_string() });
    fs::write(&file, format!("{line}\n"))?;
    let file = file.to_str().context("a path of text")?;
    let replay = || {
        banso(&["replay", file, "--to", &url], |command| {
            command.env("BANSO_SERVER_KEY", &secret);
        })
    };
    let ended = replay()?;
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
    collector.kill_and_restart()?;
    let ended = replay()?;
    assert!(ended.out.contains("1 duplicate"), "{}", ended.out);
    let listed = token(&["list"])?;
    let id = listed.out.split_whitespace().next().unwrap_or_default();
    assert!(listed.out.contains("ingest") && listed.out.contains("billing"));
    assert!(!listed.out.contains(&secret), "{}", listed.out);
    let revoked = token(&["revoke", id])?;
    assert_eq!(revoked.code, Some(0), "{}", revoked.err);
    let refused = replay()?;
    assert!(refused.err.contains("unknown_key"), "{}", refused.err);
    assert_eq!(refused.code, Some(2));
    let twice = token(&["revoke", id])?;
    assert!(
        twice.code == Some(2) && twice.err.contains("not_found"),
        "{}",
        twice.err
    );
    assert_eq!(token(&["list"])?.out, "");
    collector.stop()
}

#[test]
fn what_cannot_be_done_is_said_with_the_remedy() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("x.ndjson");
    fs::write(&file, "{}\n")?;
    let file = file.to_str().context("a path of text")?;
    for (arguments, remedy) in [
        (&["replay", file][..], "BANSO_SERVER_KEY"),
        (
            &["replay", file, "--as-received", "received"],
            "BANSO_ADMIN_TOKEN",
        ),
        (
            &["replay", "nothing-here.ndjson", "--key", "k"],
            "nothing-here.ndjson",
        ),
        (
            &["replay", file, "--key", "k", "--to", "https://example.com"],
            "not http",
        ),
        (
            &["explain", "--user", "u", "--account", "a", "--guide", "g"],
            "BANSO_ADMIN_TOKEN",
        ),
        (
            &["replay", file, "--key", "k", "--to", "http://127.0.0.1:1"],
            "cannot be reached",
        ),
        (&["stats", "--store", "mysql:x"], "sqlite:DIR"),
        (
            &["serve", "--config", "nothing-here", "--store", "sqlite:x"],
            "nothing-here",
        ),
    ] {
        let ended = banso(arguments, |command| {
            command
                .env_remove("BANSO_SERVER_KEY")
                .env_remove("BANSO_ADMIN_TOKEN");
        })?;
        assert_eq!(ended.code, Some(2), "{arguments:?}: {}", ended.err);
        assert!(ended.err.contains(remedy), "{arguments:?}: {}", ended.err);
        assert!(
            !ended.err.contains("panicked") && !ended.err.contains("backtrace"),
            "{}",
            ended.err
        );
    }
    Ok(())
}
