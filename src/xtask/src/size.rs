//! `cargo xtask size`: what a browser downloads, against the budget.

use anyhow::{Result, bail};
use serde_json::{Map, Value};

use crate::assets;
use crate::manifest::{File, Part};
use crate::terminal;
use crate::widget::Mode;
use crate::workspace::Workspace;

/// The loader after brotli, in bytes. It is what a page pays before it is idle.
const LOADER_BUDGET: u64 = 2 * 1024;

/// Loader, glue and wasm after brotli, in bytes.
const TOTAL_BUDGET: u64 = 100 * 1024;

/// How to print it.
#[derive(clap::Args)]
pub struct Arguments {
    /// One JSON object instead of a table
    #[arg(long)]
    json: bool,
}

/// Bytes of a part, uncompressed and compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Bytes {
    raw: u64,
    gzip: u64,
    brotli: u64,
}

impl Bytes {
    fn of<'a>(files: impl Iterator<Item = &'a File>) -> Self {
        files.fold(Self::default(), |sum, file| Self {
            raw: sum.raw + file.raw,
            gzip: sum.gzip + file.gzip,
            brotli: sum.brotli + file.brotli,
        })
    }
}

/// Builds the release widget where it is not up to date, and prints its sizes.
pub fn run(arguments: &Arguments) -> Result<()> {
    let workspace = Workspace::load()?;
    let manifest = assets::make(&workspace, Mode::Release)?.manifest;
    let part = |part| Bytes::of(manifest.files.iter().filter(move |file| file.part == part));
    let downloaded = manifest
        .files
        .iter()
        .filter(|file| file.part != Part::Types);
    let rows = [
        ("loader", part(Part::Loader)),
        ("glue", part(Part::Glue)),
        ("wasm", part(Part::Wasm)),
        ("total", Bytes::of(downloaded)),
    ];
    if arguments.json {
        println!("{}", json(&manifest.build, &rows));
    } else {
        print!("{}", table(&rows));
    }
    let [(_, loader), _, _, (_, total)] = rows;
    let over = over_budget(loader, total);
    if !over.is_empty() {
        bail!(
            "{}: take something out of the widget, or load it when it is needed",
            over.join(", ")
        );
    }
    Ok(())
}

fn over_budget(loader: Bytes, total: Bytes) -> Vec<String> {
    [
        ("the loader", loader, LOADER_BUDGET),
        ("the widget", total, TOTAL_BUDGET),
    ]
    .into_iter()
    .filter(|(_, bytes, budget)| bytes.brotli > *budget)
    .map(|(name, bytes, budget)| {
        format!(
            "{name} has {} bytes after brotli, {} over its budget of {budget}",
            bytes.brotli,
            bytes.brotli - budget
        )
    })
    .collect()
}

fn table(rows: &[(&str, Bytes)]) -> String {
    let budget = |name: &str| match name {
        "loader" => LOADER_BUDGET.to_string(),
        "total" => TOTAL_BUDGET.to_string(),
        _ => String::new(),
    };
    let rows: Vec<_> = rows
        .iter()
        .map(|(name, bytes)| {
            [
                (*name).to_owned(),
                bytes.raw.to_string(),
                bytes.gzip.to_string(),
                bytes.brotli.to_string(),
                budget(name),
            ]
        })
        .collect();
    terminal::table(["bytes", "raw", "gzip", "brotli", "budget"], &rows)
}

fn json(build: &str, rows: &[(&str, Bytes)]) -> Value {
    let mut object = Map::new();
    object.insert("build".to_owned(), build.into());
    for (name, bytes) in rows {
        object.insert(format!("{name}_raw"), bytes.raw.into());
        object.insert(format!("{name}_gzip"), bytes.gzip.into());
        object.insert(format!("{name}_br"), bytes.brotli.into());
    }
    object.insert("loader_budget".to_owned(), LOADER_BUDGET.into());
    object.insert("total_budget".to_owned(), TOTAL_BUDGET.into());
    Value::Object(object)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brotli(brotli: u64) -> Bytes {
        Bytes {
            brotli,
            ..Bytes::default()
        }
    }

    #[track_caller]
    fn check(loader: u64, total: u64, expected: &[&str]) {
        assert_eq!(over_budget(brotli(loader), brotli(total)), expected);
    }

    #[test]
    fn a_byte_too_many_is_over() {
        check(2048, 102_400, &[]);
        check(
            2049,
            102_400,
            &["the loader has 2049 bytes after brotli, 1 over its budget of 2048"],
        );
        check(
            2048,
            102_403,
            &["the widget has 102403 bytes after brotli, 3 over its budget of 102400"],
        );
    }

    #[test]
    fn json_names_every_part_and_form() {
        let object = json(
            "0123456789ab",
            &[(
                "loader",
                Bytes {
                    raw: 3,
                    gzip: 2,
                    brotli: 1,
                },
            )],
        );
        assert_eq!(
            object.to_string(),
            r#"{"build":"0123456789ab","loader_raw":3,"loader_gzip":2,"loader_br":1,"loader_budget":2048,"total_budget":102400}"#
        );
    }
}
