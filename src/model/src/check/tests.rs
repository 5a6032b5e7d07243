//! Mistakes and what is said of them, and input that is no configuration at all.

use std::fmt::Write;
use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::config::folder::File;

mod mistakes;

/// A folder without a mistake: each test breaks one thing in it.
fn folder() -> Folder {
    Folder {
        files: vec![
            File::new("banso.json", include_str!("tests/folder/banso.json")),
            File::new(
                "guides/first-report.json",
                include_str!("tests/folder/guides/first-report.json"),
            ),
            File::new(
                "guides/get-started.json",
                include_str!("tests/folder/guides/get-started.json"),
            ),
            File::new(
                "help/export-csv.json",
                include_str!("tests/folder/help/export-csv.json"),
            ),
        ],
        ..Folder::default()
    }
}

/// What is said anyway, of what is not done yet.
fn is_said_anyway(problem: &Problem) -> bool {
    problem.message.starts_with("the planned mix of touch")
        && problem.message.contains("checked but not")
}

fn report(folder: &Folder) -> Report {
    match folder.check() {
        Ok(checked) => checked.report,
        Err(report) => report,
    }
}

#[test]
fn a_mistyped_field_hides_no_other_mistake() {
    let mut folder = folder();
    let guide = include_str!("tests/folder/guides/first-report.json")
        .replacen("\"kind\"", "\"dismisable\": true, \"kind\"", 1)
        .replacen("report.create", "report.creat", 1);
    folder.files[1] = File::new("guides/first-report.json", &guide);
    let report = report(&folder).to_string();
    for said in [
        "did you mean `dismissable`?",
        "did you mean `report.create`?",
    ] {
        assert!(report.contains(said), "{said}\n{report}");
    }
}

#[test]
fn a_folder_without_mistakes_passes() {
    let checked = folder().check().unwrap_or_else(|report| panic!("{report}"));
    assert!(
        checked.report().problems.iter().all(is_said_anyway),
        "{}",
        checked.report()
    );
    let guides: Vec<_> = checked
        .guides()
        .iter()
        .map(|guide| guide.id.as_str())
        .collect();
    assert_eq!(guides, ["first-report", "get-started"]);
    assert_eq!(checked.help().len(), 1);
    assert!(checked.guide("get-started").is_some() && checked.guide("nope").is_none());
    assert_eq!(checked.workspace().workspace, "hikari");
}

#[test]
fn a_folder_is_read_from_a_disk() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/check/tests/folder");
    assert_eq!(Folder::load(&root), folder());
    let report = Folder::read(root.join("guides")).expect_err("there is no banso.json there");
    let said = report.to_string();
    assert!(
        said.starts_with("error: the file cannot be read") && said.contains("--> banso.json\n"),
        "{said}"
    );
}

/// Every mistake with the report it gets, beside the golden file; `UPDATE=1` writes that anew.
#[test]
fn mistakes_are_reported() {
    let mut said = String::new();
    for (file, from, to) in mistakes::MISTAKES {
        let mut broken = folder();
        let text = broken
            .files
            .iter_mut()
            .find(|known| known.path == *file)
            .and_then(|known| known.text.as_mut().ok())
            .expect("a file of the folder");
        assert_eq!(
            text.matches(from).count(),
            1,
            "`{from}` is not once in {file}"
        );
        *text = text.replacen(from, to, 1);
        let mut report = report(&broken);
        report.problems.retain(|problem| !is_said_anyway(problem));
        assert!(!report.problems.is_empty(), "nothing is said of {to}");
        let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        writeln!(said, "### {file}: {} => {}\n", one_line(from), one_line(to))
            .expect("a string takes it");
        for problem in &report.problems {
            writeln!(said, "{problem}").expect("a string takes it");
        }
    }
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/check/tests/mistakes.txt");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &said).expect("the golden file can be written");
    }
    let golden = std::fs::read_to_string(&path).expect("the golden file can be read");
    if golden != said {
        let line = golden.lines().zip(said.lines()).position(|(a, b)| a != b);
        let line = line.unwrap_or_else(|| golden.lines().count().min(said.lines().count()));
        let around = |text: &str| {
            text.lines()
                .skip(line.saturating_sub(4))
                .take(12)
                .collect::<Vec<_>>()
                .join("\n")
        };
        panic!(
            "reports differ from {} at line {} (UPDATE=1 writes it anew)\n--- golden\n{}\n--- now\n{}",
            path.display(),
            line + 1,
            around(&golden),
            around(&said)
        );
    }
}

#[test]
fn reports_are_json_too() {
    let mut broken = folder();
    broken.files[0] = File::new("banso.json", "{\"version\": 1,\n \"wrkspace\": 1}");
    let json = serde_json::to_value(report(&broken)).expect("a report is JSON");
    let first = &json["problems"][0];
    assert_eq!(first["severity"], "error");
    assert_eq!(first["file"], "banso.json");
    assert!(json["errors"].as_u64() > Some(1));
    let unknown = json["problems"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|problem| problem["pointer"] == "/wrkspace");
    let unknown = unknown.expect("the unknown field is reported");
    assert_eq!(
        (unknown["line"].as_u64(), unknown["column"].as_u64()),
        (Some(2), Some(2))
    );
    assert_eq!(unknown["help"], "did you mean `workspace`?");
}

#[test]
fn nothing_is_held_against_what_a_broken_file_would_have_said() {
    for broken_file in 0..3 {
        let mut broken = folder();
        let text = broken.files[broken_file].text.clone().expect("text");
        broken.files[broken_file].text =
            Ok(text.replacen("\"version\": 1", "\"version\": 1, \"extra\": 1", 1));
        let report = report(&broken);
        assert_eq!(report.errors, 1, "{report}");
    }
}

/// An edit of a JSON tree: which node, and what becomes of it.
#[derive(Clone, Debug)]
enum Edit {
    Replace(Value),
    Remove,
    Wrap,
    Rename(String),
    Copy(usize),
}

fn edits() -> impl Strategy<Value = Vec<(usize, Edit)>> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        prop_oneof![
            any::<i64>().prop_map(Value::from),
            (-2.0..200.0).prop_map(Value::from)
        ],
        "[a-z/*{}|.#\\[\\]:<あ-お -]{0,12}".prop_map(Value::from),
        Just(serde_json::json!([])),
        Just(serde_json::json!({})),
        Just(serde_json::json!({"any": []})),
    ];
    let edit = prop_oneof![
        4 => leaf.prop_map(Edit::Replace),
        2 => Just(Edit::Remove),
        1 => Just(Edit::Wrap),
        2 => "[a-z$]{1,8}".prop_map(Edit::Rename),
        3 => any::<usize>().prop_map(Edit::Copy),
    ];
    prop::collection::vec((any::<usize>(), edit), 1..5)
}

/// Pointers to every node of a tree.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Array(list) => {
            for (number, element) in list.iter().enumerate() {
                pointers(element, &format!("{at}/{number}"), found);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                pointers(field, &format!("{at}/{name}"), found);
            }
        }
        _ => {}
    }
}

fn apply(value: &mut Value, which: usize, edit: &Edit) {
    let mut all = Vec::new();
    pointers(value, "", &mut all);
    let pointer = all[which % all.len()].clone();
    let copied = match edit {
        Edit::Copy(from) => value.pointer(&all[from % all.len()]).cloned(),
        _ => None,
    };
    match edit {
        Edit::Replace(_) | Edit::Wrap | Edit::Copy(_) => {
            if let Some(node) = value.pointer_mut(&pointer) {
                *node = match edit {
                    Edit::Replace(new) => new.clone(),
                    Edit::Wrap => Value::Array(vec![node.take()]),
                    _ => copied.unwrap_or_default(),
                };
            }
        }
        Edit::Remove | Edit::Rename(_) => {
            let (parent, name) = pointer.rsplit_once('/').unwrap_or_default();
            if let Some(Value::Object(fields)) = value.pointer_mut(parent) {
                let taken = fields.remove(&name.replace("~1", "/").replace("~0", "~"));
                if let (Edit::Rename(new), Some(taken)) = (edit, taken) {
                    fields.insert(new.clone(), taken);
                }
            }
        }
    }
}

/// The report is whole and can be shown; a folder that passes can be compiled.
fn survives(folder: &Folder) -> Result<(), TestCaseError> {
    match folder.check() {
        Ok(checked) => {
            for guide in checked.guides() {
                for locale in &checked.workspace().locales {
                    let compiled =
                        crate::compile::guide(guide, locale, &checked.workspace().locales);
                    prop_assert!(compiled.is_ok());
                }
            }
        }
        Err(report) => {
            prop_assert!(report.errors > 0);
            prop_assert!(!report.to_string().is_empty());
            prop_assert!(serde_json::to_string(&report).is_ok());
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn edited_trees_never_panic(file in 0..4usize, edits in edits()) {
        let mut broken = folder();
        let text = broken.files[file].text.clone().expect("text");
        let mut tree: Value = serde_json::from_str(&text).expect("JSON");
        for (which, edit) in &edits {
            apply(&mut tree, *which, edit);
        }
        broken.files[file].text = Ok(tree.to_string());
        survives(&broken)?;
    }

    #[test]
    fn edited_bytes_never_panic(file in 0..4usize, edits in prop::collection::vec((any::<usize>(), 0..3u8, any::<u8>()), 1..6)) {
        let mut broken = folder();
        let mut bytes = broken.files[file].text.clone().expect("text").into_bytes();
        for (at, kind, byte) in edits {
            let at = at % bytes.len().max(1);
            match kind {
                0 if at < bytes.len() => { bytes.remove(at); }
                1 => bytes.insert(at, byte),
                _ if at < bytes.len() => bytes[at] = byte,
                _ => {}
            }
        }
        broken.files[file].text = String::from_utf8(bytes).map_err(|error| error.to_string());
        survives(&broken)?;
    }

    /// What the shape lets through is what the types take: no value is left to serde to refuse.
    #[test]
    fn the_shape_is_as_strict_as_the_types(file in 0..4usize, edits in edits()) {
        let kinds = [FileKind::Workspace, FileKind::Guide, FileKind::Guide, FileKind::Article];
        let text = folder().files[file].text.clone().expect("text");
        let mut tree: Value = serde_json::from_str(&text).expect("JSON");
        for (which, edit) in &edits {
            apply(&mut tree, *which, edit);
        }
        let text = tree.to_string();
        let root = tree::parse(&text).expect("JSON");
        let misfits = shape::misfits(kinds[file].schema(), &root, &Place::file(0));
        let read = match kinds[file] {
            FileKind::Workspace => serde_json::from_str::<WorkspaceFile>(&text).err(),
            FileKind::Guide => serde_json::from_str::<GuideFile>(&text).err(),
            FileKind::Article => serde_json::from_str::<ArticleFile>(&text).err(),
        };
        if let Some(error) = read {
            prop_assert!(!misfits.is_empty(), "{error}: {text}");
        }
    }
}

#[test]
fn segments_of_users_say_nothing_of_accounts() {
    let mut broken = folder();
    let text = broken.files[0].text.clone().expect("text");
    let segments = r#""segments": [{ "id": "admins", "when": { "user": "role", "is": "admin" } }, { "id": "big", "when": { "any": [{ "segment": "admins" }] } }, "#;
    let text = text.replacen("\"segments\": [", segments, 1).replacen(
        "{ \"item\": \"get-started/*\", \"done\": true }",
        "{ \"segment\": \"big\" }",
        1,
    );
    broken.files[0].text = Ok(text);
    let report = report(&broken);
    assert_eq!(report.errors, 1, "{report}");
    assert!(
        report
            .to_string()
            .contains("the segment `big` asks about one user"),
        "{report}"
    );
}

#[test]
fn what_is_not_read_is_said() {
    let mut broken = folder();
    broken.strays = ["banzo.json", "guides/old", "help/notes.txt"]
        .map(str::to_owned)
        .to_vec();
    let said: Vec<_> = report(&broken)
        .problems
        .into_iter()
        .filter(|problem| problem.message == "this is not read")
        .map(|problem| (problem.file, problem.help.unwrap_or_default()))
        .collect();
    assert_eq!(said.len(), 3, "{said:?}");
    assert_eq!(
        said[0],
        (
            "banzo.json".to_owned(),
            "did you mean `banso.json`?".to_owned()
        )
    );
}

#[test]
fn surveys_ask_about_what_was_answered() {
    let survey = |when: &str, act: &str| {
        format!(
            r#"{{ "version": 1, "id": "s", "kind": "survey", "questions": [
                {{ "id": "a", "type": "choice", "ask": {{"en": "x", "ja": "x"}}, {when} "options": [
                    {{ "id": "o", "label": {{"en": "x", "ja": "x"}}, "do": [{act}] }},
                    {{ "id": "p", "label": {{"en": "x", "ja": "x"}} }} ] }},
                {{ "id": "b", "type": "text", "ask": {{"en": "x", "ja": "x"}}, "when": {{"answer": "a", "is": "o"}} }} ] }}"#
        )
    };
    for (when, act, expected) in [
        ("", r#"{"goto": "b"}"#, None),
        ("", r#"{"goto": "c"}"#, Some("there is no step `c`")),
        (
            r#""when": {"answer": "b", "is": "x"},"#,
            "",
            Some("`b` has not been answered"),
        ),
        (
            r#""when": {"not": {"answer": "s/a", "is": "o"}},"#,
            "",
            Some("`a` has not been answered"),
        ),
        (
            r#""when": {"answer": "z", "is": "x"},"#,
            "",
            Some("`s` has no question `z`"),
        ),
    ] {
        let mut folder = folder();
        folder
            .files
            .push(File::new("guides/s.json", survey(when, act)));
        let report = report(&folder);
        assert_eq!(report.errors, usize::from(expected.is_some()), "{report}");
        assert!(
            report.to_string().contains(expected.unwrap_or_default()),
            "{report}"
        );
    }
}
