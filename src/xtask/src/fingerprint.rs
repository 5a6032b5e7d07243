//! The build id: a short hash over everything that determines the bytes of the widget.
//!
//! Those are: the sources of the widget and of the workspace crates it is made of, the exact version and features of
//! every other crate, the root manifest (profiles), the loader and its types, the compiler, the flags, and the steps
//! of this program that touch the bytes afterwards. `Cargo.lock` as a whole is not among them: a new version of a crate
//! that the widget has nothing to do with must not make every page download it again.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, PackageId};

use crate::process;
use crate::workspace::Workspace;

/// Our own steps between the compiler and the folder of assets.
const STEPS: [&str; 4] = [
    include_str!("assets.rs"),
    include_str!("glue.rs"),
    include_str!("minify.rs"),
    include_str!("widget.rs"),
];

/// The build id for a package compiled with these flags.
pub fn build_id(workspace: &Workspace, package: &str, flags: &[String]) -> Result<String> {
    let mut hasher = blake3::Hasher::new();
    let mut feed = |name: &str, bytes: &[u8]| {
        for part in [name.as_bytes(), bytes] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    };
    for ingredient in ingredients(workspace, package)? {
        match ingredient {
            Ingredient::Sources(folder) => {
                for file in files(&folder)? {
                    feed(&workspace.relative(&file), &read(&file)?);
                }
            }
            Ingredient::Released(description) => feed("crate", description.as_bytes()),
        }
    }
    for name in ["Cargo.toml", "www/banso.js", "www/banso.d.ts"] {
        feed(name, &read(&workspace.path(name))?);
    }
    feed(
        "rustc",
        process::read(Command::new("rustc").arg("-vV"))?.as_bytes(),
    );
    for flag in flags {
        feed("flag", flag.as_bytes());
    }
    for step in STEPS {
        feed("step", step.as_bytes());
    }
    Ok(hasher.finalize().to_hex()[..12].to_owned())
}

/// What a crate of the graph adds to the hash.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Ingredient {
    /// A crate of this workspace: the folder with its sources.
    Sources(PathBuf),
    /// A released crate: its id and features.
    Released(String),
}

/// The crates a package is compiled from, itself included, dev-dependencies left out.
fn ingredients(workspace: &Workspace, package: &str) -> Result<BTreeSet<Ingredient>> {
    let metadata = &workspace.metadata;
    let graph = metadata
        .resolve
        .as_ref()
        .context("cargo metadata gave no dependency graph")?;
    let nodes: HashMap<&PackageId, _> = graph.nodes.iter().map(|node| (&node.id, node)).collect();
    let mut todo = vec![&workspace.package(package)?.id];
    let mut seen = BTreeSet::new();
    let mut ingredients = BTreeSet::new();
    while let Some(id) = todo.pop() {
        if !seen.insert(id) {
            continue;
        }
        let (package, node) = (
            &metadata[id],
            nodes
                .get(id)
                .with_context(|| format!("{id} is not in the dependency graph"))?,
        );
        ingredients.insert(match (&package.source, package.manifest_path.parent()) {
            (None, Some(folder)) => Ingredient::Sources(folder.as_std_path().to_path_buf()),
            _ => Ingredient::Released(format!("{id} {:?}", node.features)),
        });
        let built = |dependency: &&cargo_metadata::NodeDep| {
            dependency
                .dep_kinds
                .iter()
                .any(|kind| kind.kind != DependencyKind::Development)
        };
        todo.extend(
            node.deps
                .iter()
                .filter(built)
                .map(|dependency| &dependency.pkg),
        );
    }
    Ok(ingredients)
}

/// Every file of a crate that can reach the compiler, sorted.
fn files(folder: &Path) -> Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    for entry in
        std::fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?
    {
        let entry = entry?;
        let name = entry.file_name();
        let skipped = name.to_string_lossy().starts_with('.')
            || [
                "tests",
                "benches",
                "examples",
                "target",
                "proptest-regressions",
            ]
            .iter()
            .any(|skip| name == *skip);
        if skipped {
            continue;
        }
        if entry.file_type()?.is_dir() {
            found.extend(files(&entry.path())?);
        } else {
            found.insert(entry.path());
        }
    }
    Ok(found)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path)
        .with_context(|| format!("cannot read {}: the widget needs it", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(of: &str) -> Vec<String> {
        let workspace = Workspace::load().expect("the workspace is read");
        let ingredients = ingredients(&workspace, of).expect("the graph is read");
        let sources = ingredients
            .iter()
            .filter_map(|ingredient| match ingredient {
                Ingredient::Sources(folder) => Some(workspace.relative(folder)),
                Ingredient::Released(_) => None,
            });
        sources.collect()
    }

    #[test]
    fn the_widget_is_made_of_itself_and_the_pure_crates_below_it() {
        assert_eq!(
            sources("banso-widget"),
            ["src/engine", "src/model", "src/widget"]
        );
    }

    #[test]
    fn released_crates_count_with_their_version() {
        let workspace = Workspace::load().expect("the workspace is read");
        let ingredients = ingredients(&workspace, "banso-widget").expect("the graph is read");
        let version = |name: &str| {
            ingredients.iter().any(|ingredient| {
                matches!(ingredient, Ingredient::Released(text) if text.contains(&format!("#{name}@")))
            })
        };
        assert_eq!(
            [
                version("wasm-bindgen"),
                version("web-sys"),
                version("rusqlite")
            ],
            [true, true, false]
        );
    }

    #[test]
    fn only_what_reaches_the_compiler_counts() {
        let folder = tempfile::tempdir().expect("a folder");
        for path in [
            "Cargo.toml",
            "src/lib.rs",
            "src/part/one.rs",
            "tests/it.rs",
            ".notes",
            "target/x",
        ] {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            std::fs::write(path, "").expect("written");
        }
        let found = files(folder.path()).expect("listed");
        let found: Vec<_> = found
            .iter()
            .filter_map(|path| path.strip_prefix(folder.path()).ok()?.to_str())
            .collect();
        assert_eq!(found, ["Cargo.toml", "src/lib.rs", "src/part/one.rs"]);
    }
}
