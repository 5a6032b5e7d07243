use std::path::PathBuf;

use banso_model::config::Folder;

use super::convert::{Count, convert};
use super::course::Zone;
use super::{CONFIG, line, tables};

const FIXTURE: &str = "tests/fixtures/oulad";

fn path(relative: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(relative)
}

fn expected(name: &str) -> String {
    let path = path(FIXTURE).join("expected").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Compares line by line, so that a failure shows the line.
#[track_caller]
fn check(written: &[u8], name: &str) {
    let written = std::str::from_utf8(written).expect("text");
    let expected = expected(name);
    for (number, (have, want)) in written.lines().zip(expected.lines()).enumerate() {
        assert_eq!(have, want, "line {} of {name}", number + 1);
    }
    assert_eq!(written.lines().count(), expected.lines().count(), "{name}");
}

#[test]
fn learners_become_accounts() {
    let zone = Zone::of_workspace(&path(CONFIG).join("banso.json")).expect("a zone");
    let tables = tables::read(&path(FIXTURE)).expect("the fixture");
    let converted = convert(&tables, &zone).expect("events");
    let (mut events, mut outcomes) = (Vec::new(), Vec::new());
    converted.write_events(&mut events).expect("events");
    converted.write_outcomes(&mut outcomes).expect("outcomes");
    check(&events, "events.ndjson");
    check(&outcomes, "outcomes.csv");
    assert_eq!(
        converted.count,
        Count {
            clicks: 29,
            submissions: 10,
            registrations: 6,
            left_out: 1,
            left_out_rows: 1
        }
    );
}

#[test]
fn the_same_row_makes_the_same_id_and_no_other_does() {
    let at = |text: &str| text.parse().expect("an instant");
    let noon = at("2013-10-01T11:00:00Z");
    let id = line::id(noon, "clicks", 3, "AAA,2013J,28400,546652,-10,1");
    assert_eq!(
        id,
        line::id(noon, "clicks", 3, "AAA,2013J,28400,546652,-10,1")
    );
    let time = u64::from_str_radix(&id.replace('-', "")[..12], 16).expect("a time");
    assert_eq!(time, 1_380_625_200_000);
    assert_eq!(
        (&id[14..15], "89ab".contains(&id[19..20])),
        ("7", true),
        "{id}"
    );
    for other in [
        line::id(noon, "clicks", 4, "AAA,2013J,28400,546652,-10,1"),
        line::id(noon, "submissions", 3, "AAA,2013J,28400,546652,-10,1"),
        line::id(noon, "clicks", 3, "AAA,2013J,28400,546652,-10,2"),
    ] {
        assert_ne!(id, other);
    }
}

#[test]
fn missing_and_foreign_rows_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let put = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("a file is written");
    };
    let read = || {
        let zone = Zone::named("UTC").expect("a zone");
        let converted = tables::read(folder.path())
            .and_then(|tables| Ok(convert(&tables, &zone)?.events()))
            .map_err(|error| error.to_string());
        converted.expect_err("it is not whole")
    };
    let none = read();
    assert!(
        none.contains("neither sites.csv nor sites.csv.gz"),
        "{none}"
    );
    put(
        "sites.csv",
        "id_site,code_module,code_presentation,activity_type\n1,AAA,2013J,quiz\n",
    );
    put(
        "assessments.csv",
        "code_module,code_presentation,id_assessment\nAAA,2013J,7\n",
    );
    let who = "code_module,code_presentation,id_student";
    put(
        "registrations.csv",
        &format!("{who},date_registration,date_unregistration\nAAA,2013J,5,-3,\n"),
    );
    put(
        "results.csv",
        &format!("{who},final_result\nAAA,2013J,5,Pass\n"),
    );
    let submissions = "id_assessment,id_student,date_submitted,is_banked,score\n";
    put("submissions.csv", submissions);
    let clicks = |row: &str| {
        put(
            "clicks.csv",
            &format!("{who},id_site,date,sum_click\n{row}\n"),
        );
    };
    for (row, message) in [
        (
            "AAA,2013J,5,2,0,1",
            "row 1 of clicks is on site 2, which sites lacks",
        ),
        (
            "AAA,2013J,6,1,0,1",
            "row 1 of clicks is about learner 6, who is not in registrations for AAA 2013J",
        ),
        ("AAA,2013J,5,1,soon,1", "cannot read row 1 of"),
    ] {
        clicks(row);
        let said = read();
        assert!(said.starts_with(message), "{said}");
    }
    clicks("AAA,2013J,5,1,0,1");
    put("submissions.csv", &format!("{submissions}8,5,1,False,60\n"));
    let said = read();
    assert_eq!(
        said,
        "row 1 of submissions is for 8, which assessments lacks"
    );
}

#[test]
fn the_configuration_passes_check_and_knows_what_the_events_name() {
    let checked = Folder::read(path(CONFIG)).unwrap_or_else(|report| panic!("{report}"));
    assert_eq!(checked.report().problems, [], "no warnings either");
    let features: Vec<_> = checked
        .workspace()
        .features
        .iter()
        .map(|feature| &*feature.id)
        .collect();
    for line in expected("events.ndjson").lines() {
        let event: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let name = event["name"].as_str().expect("a name");
        let known = match event["kind"].as_str().expect("a kind") {
            "feature" => features.contains(&name),
            "item" => has_item(&checked, name),
            _ => true,
        };
        assert!(known, "{name} is not in the configuration");
    }
}

fn has_item(checked: &banso_model::check::Checked, name: &str) -> bool {
    use banso_model::config::guide::Content;
    let (list, item) = name.split_once('/').expect("list/item");
    checked
        .guide(list)
        .is_some_and(|guide| match &guide.content {
            Content::Checklist(list) => list.items.iter().any(|known| known.id == item),
            _ => false,
        })
}
