use std::path::PathBuf;

use super::*;
use crate::check::{Report, Severity};
use crate::config::folder::{File, Folder};

fn in_project(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}

/// The examples of the page as the one folder that they are.
fn examples() -> Folder {
    let file = |path: &str, of: &str| File::new(path, example(of).expect(of));
    Folder {
        files: vec![
            file("banso.json", "banso.json"),
            file("guides/choose-goal.json", "announcement"),
            file("guides/export-hint.json", "hotspot"),
            file("guides/first-report.json", "tour"),
            file("guides/get-started.json", "checklist"),
            file("guides/maintenance.json", "banner"),
            file("guides/nps.json", "survey"),
            file("help/export-csv.json", "article"),
        ],
        ..Folder::default()
    }
}

/// `UPDATE=1` writes the page anew.
#[test]
fn the_page_is_up_to_date() {
    let path = in_project("docs/config.md");
    let page = page();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder can be made");
        std::fs::write(&path, &page).expect("the page can be written");
    }
    let committed = std::fs::read_to_string(&path).expect("docs/config.md can be read");
    let differs = committed
        .lines()
        .zip(page.lines())
        .position(|(old, new)| old != new);
    assert!(
        committed == page,
        "docs/config.md is not what the types say, from line {:?} on: UPDATE=1 cargo test -p banso-model writes it anew",
        differs.map(|line| line + 1)
    );
}

#[test]
fn every_link_of_the_page_leads_somewhere() {
    let page = page();
    let headings: Vec<String> = page
        .lines()
        .filter_map(|line| {
            line.strip_prefix("## ")
                .or_else(|| line.strip_prefix("### "))
        })
        .map(|heading| heading.to_lowercase().replace(' ', "-").replace('.', ""))
        .collect();
    for (number, heading) in headings.iter().enumerate() {
        assert!(
            !headings[..number].contains(heading),
            "{heading} is there twice"
        );
    }
    let links: Vec<&str> = page
        .split("](#")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .collect();
    assert!(links.len() > 100, "{}", links.len());
    for link in links {
        assert!(headings.iter().any(|heading| heading == link), "{link}");
    }
}

#[test]
fn every_field_says_what_it_means() {
    for kind in FileKind::ALL {
        let schema = kind.schema();
        let defs = schema["$defs"].as_object().into_iter().flatten();
        for (name, own) in defs
            .map(|(name, own)| (name.as_str(), own))
            .chain([("", schema)])
        {
            let objects: Vec<&Value> = match own.get("oneOf").and_then(Value::as_array) {
                Some(branches) => branches.iter().collect(),
                None => vec![own],
            };
            for object in objects {
                // A union's object that is one field says what it means itself.
                let alone = object
                    .get("required")
                    .and_then(Value::as_array)
                    .map_or(0, Vec::len)
                    == 1;
                for (field, said) in object["properties"].as_object().into_iter().flatten() {
                    let is_told = said.get("description").is_some()
                        || said.get("const").is_some()
                        || (own.get("oneOf").is_some()
                            && (alone || object["required"][0] == **field));
                    assert!(is_told, "{name} {field}");
                }
                assert!(object.get("description").is_some(), "{name}");
            }
        }
    }
}

#[test]
fn the_examples_are_one_folder_that_passes() {
    let said: Report = match examples().check() {
        Ok(checked) => checked.report().clone(),
        Err(report) => panic!("{report}"),
    };
    for problem in &said.problems {
        assert_eq!(problem.severity, Severity::Warning);
        assert!(problem.message.contains(" yet"), "{problem}");
    }
}

#[test]
fn the_examples_have_every_field_or_nearly_so() {
    let text: String = examples()
        .files
        .into_iter()
        .filter_map(|file| file.text.ok())
        .collect();
    let mut absent = Vec::new();
    for kind in FileKind::ALL {
        let own = [kind.schema()].into_iter();
        let defs = kind.schema()["$defs"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(_, own)| own);
        for object in own.chain(defs) {
            for field in object["properties"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(field, _)| field)
            {
                if !text.contains(&format!("\"{field}\"")) && !absent.contains(field) {
                    absent.push(field.clone());
                }
            }
        }
    }
    assert!(absent.len() < 30, "{absent:?}");
}

#[test]
fn schemas_are_of_2020_and_take_no_null() {
    for kind in FileKind::ALL {
        let schema = kind.schema();
        assert_eq!(
            schema["$schema"],
            "https://json-schema.org/draft/2020-12/schema"
        );
        assert!(
            !schema.to_string().contains("\"null\""),
            "{}",
            kind.file_name()
        );
    }
}

/// The shape has a small matcher for every pattern, so that it needs no regular expressions.
#[test]
fn every_pattern_has_its_matcher() {
    let known: Vec<&str> = crate::check::patterns().collect();
    for kind in FileKind::ALL {
        let mut open = vec![kind.schema()];
        while let Some(schema) = open.pop() {
            match schema {
                Value::Object(object) => {
                    if let Some(Value::String(pattern)) = object.get("pattern") {
                        assert!(known.contains(&pattern.as_str()), "{pattern}");
                    }
                    open.extend(object.values());
                }
                Value::Array(list) => open.extend(list),
                _ => {}
            }
        }
    }
}
