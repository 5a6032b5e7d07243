//! What Hikari shows: a guide of every kind, in both languages, and nothing in the way of who begins.

use std::collections::BTreeSet;

use anyhow::{Result, anyhow};
use banso_collector::live::Live;
use banso_model::config::folder::Folder;
use banso_tests::stack::root;
use serde_json::json;

#[test]
fn hikari_has_a_guide_of_every_kind() -> Result<()> {
    let checked = Folder::read(root().join("www/demo/banso"))?;
    for problem in &checked.report().problems {
        // Every text is there in both languages, and every name is known.
        assert!(problem.message.contains(" yet"), "{problem}");
    }
    let kinds: BTreeSet<&str> = checked
        .guides()
        .iter()
        .map(|guide| guide.kind().as_str())
        .collect();
    let every = [
        "announcement",
        "banner",
        "checklist",
        "hotspot",
        "survey",
        "tour",
    ];
    assert_eq!(kinds, BTreeSet::from(every));
    let live = Live::new(&checked)?;
    assert!(checked.help().len() >= 12, "{}", checked.help().len());
    for (locale, query, article) in [
        ("en", "spreadsheet", "export-csv"),
        ("en", "numbers are wrong", "numbers-differ"),
        ("en", "add a user", "invite-team"),
        ("ja", "更新", "numbers-updated"),
        ("ja", "エクセル", "export-csv"),
        ("ja", "招待", "invite-team"),
        ("ja", "ろーる", "roles"),
    ] {
        let found = live.help.search(query, locale, &Default::default());
        let first = found.first().map(|found| found.id.as_str());
        assert_eq!(first, Some(article), "{query}: {found:?}");
    }
    Ok(())
}

/// In setup only the first steps start by themselves, until somebody has made two reports.
#[test]
fn nothing_gets_in_the_way_of_who_begins() -> Result<()> {
    let checked = Folder::read(root().join("www/demo/banso"))?;
    for guide in checked.guides() {
        let in_setup = guide.stage.iter().any(|stage| stage == "setup");
        let known = ["first-report", "get-started", "share-report", "choose-goal"];
        assert_eq!(in_setup, known.contains(&guide.id.as_str()), "{}", guide.id);
    }
    let chooser = checked
        .guide("choose-goal")
        .ok_or_else(|| anyhow!("there is a chooser of goals"))?;
    let when = serde_json::to_string(&chooser.show.when)?;
    let made = json!({ "feature": "report.create", "count": { "gte": 2 } }).to_string();
    assert!(when.contains(&made), "{when}");
    Ok(())
}
