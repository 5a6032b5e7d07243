//! Who may know whom. The layout says what each crate is for; this says what it must not know, and why.
//!
//! Dependencies are read twice: as the manifests declare them (`cargo metadata`), and, where features decide what is
//! really compiled, as cargo resolves them for that one crate (`cargo tree`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// What each crate of ours may build upon. A crate that is missing here fails the test.
const DIRECTION: &[(&str, &[&str])] = &[
    ("banso-model", &[]),
    ("banso-engine", &["banso-model"]),
    ("banso-health", &["banso-model"]),
    ("banso-store", &["banso-model"]),
    ("banso-widget", &["banso-model", "banso-engine"]),
    ("banso-console", &["banso-model", "banso-health"]),
    (
        "banso-collector",
        &["banso-model", "banso-engine", "banso-health", "banso-store"],
    ),
    // The host product is a vendor's: it knows of Banso what the snippet says.
    ("banso-demo", &[]),
    // It builds and starts the others as programs.
    ("banso-xtask", &[]),
    // They drive the collector as a router too, so that its clock and store can be a test's; nothing is built upon them.
    (
        "banso-tests",
        &["banso-collector", "banso-model", "banso-store"],
    ),
];

/// Crates of others that must not be compiled into a crate of ours, however far down.
const BANS: &[Ban] = &[
    Ban {
        crates: &["banso-model", "banso-engine", "banso-health"],
        target: None,
        banned: &[
            "tokio",
            "async-std",
            "smol",
            "rusqlite",
            "libsqlite3-sys",
            "axum",
            "hyper",
            "reqwest",
            "tower",
            "notify",
            "tempfile",
            "getrandom",
            "rand",
            "tracing-subscriber",
            "web-sys",
            "js-sys",
            "wasm-bindgen",
            "yew",
        ],
        because: "it is pure: no IO, no clock, no chance, no browser; what it needs comes in as an argument",
    },
    Ban {
        crates: &["banso-store"],
        target: None,
        banned: &["axum", "hyper", "reqwest", "tower-http", "web-sys", "yew"],
        because: "it keeps data and knows no HTTP: who asks is the collector's matter",
    },
    Ban {
        crates: &["banso-collector"],
        target: None,
        banned: &["web-sys", "yew", "rust-embed", "native-tls", "openssl-sys"],
        because: "it runs on a server and links nothing that a fresh machine lacks",
    },
    Ban {
        crates: &["banso-widget"],
        target: Some("wasm32-unknown-unknown"),
        banned: &[
            "jiff",
            "chrono",
            "time",
            "regex",
            "regex-automata",
            "urlpattern",
            "url",
            "idna",
            "schemars",
            "jsonc-parser",
            "pulldown-cmark",
            "strsim",
            "tokio",
            "reqwest",
            "floating-ui-core",
            "rand",
        ],
        because: "every page downloads it: the browser has JSON.parse, Intl and URLPattern, and the collector compiles guides",
    },
];

/// Crates of others that a crate of ours must not use itself. The widget's interface library brings `serde_json` along,
/// of which nothing is left in the wasm as long as nobody of ours calls it.
const DIRECT_BANS: &[Ban] = &[Ban {
    crates: &["banso-widget", "banso-engine", "banso-model"],
    target: Some("wasm32-unknown-unknown"),
    banned: &[
        "serde_json",
        "gloo",
        "gloo-net",
        "console_error_panic_hook",
        "thiserror",
        "blake3",
    ],
    because: "it costs kilobytes in every page: JSON.parse with serde-wasm-bindgen is enough",
}];

struct Ban {
    /// Crates of ours it holds for; as `banso-widget` compiles them when the target is the browser.
    crates: &'static [&'static str],
    /// The platform; none is this one.
    target: Option<&'static str>,
    banned: &'static [&'static str],
    because: &'static str,
}

fn metadata() -> Metadata {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml");
    MetadataCommand::new()
        .manifest_path(manifest)
        .no_deps()
        .exec()
        .expect("cargo metadata reads the workspace")
}

/// What a crate of ours declares that is ours too, tests left out.
fn ours(metadata: &Metadata) -> BTreeMap<String, BTreeSet<String>> {
    let packages = metadata.workspace_packages();
    let names: BTreeSet<&str> = packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    let declared = |package: &cargo_metadata::Package| {
        package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind != DependencyKind::Development)
            .map(|dependency| dependency.name.clone())
            .filter(|name| names.contains(name.as_str()))
            .collect()
    };
    packages
        .iter()
        .map(|package| (package.name.to_string(), declared(package)))
        .collect()
}

/// The crates that are compiled for a package, each with the crates it uses directly.
fn compiled(package: &str, target: Option<&str>) -> BTreeMap<String, BTreeSet<String>> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
    cargo.args([
        "tree",
        "--package",
        package,
        "--edges",
        "normal",
        "--prefix",
        "depth",
        "--format",
        " {p}",
        "--no-dedupe",
    ]);
    cargo.args(target.map(|target| format!("--target={target}")));
    let output = cargo.output().expect("cargo tree starts");
    assert!(
        output.status.success(),
        "cargo tree: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    uses(&String::from_utf8(output.stdout).expect("cargo tree prints UTF-8"))
}

/// Reads lines of `depth name version`.
fn uses(tree: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut path: Vec<&str> = Vec::new();
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in tree.lines() {
        let (depth, rest) = line.split_once(' ').expect("a depth and a crate");
        let name = rest.split(' ').next().unwrap_or(rest);
        path.truncate(depth.parse().expect("a depth is a number"));
        if let Some(parent) = path.last() {
            uses.entry((*parent).to_owned())
                .or_default()
                .insert(name.to_owned());
        }
        uses.entry(name.to_owned()).or_default();
        path.push(name);
    }
    uses
}

#[test]
fn every_crate_of_ours_uses_only_what_it_may() {
    let direction: BTreeMap<&str, &[&str]> = DIRECTION.iter().copied().collect();
    let mut wrong = Vec::new();
    for (package, dependencies) in ours(&metadata()) {
        let Some(allowed) = direction.get(package.as_str()) else {
            wrong.push(format!(
                "{package} is not in DIRECTION: say what it may use"
            ));
            continue;
        };
        for dependency in dependencies
            .iter()
            .filter(|name| !allowed.contains(&name.as_str()))
        {
            wrong.push(format!(
                "{package} must not use {dependency}: it may use only {allowed:?}"
            ));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn nothing_banned_is_compiled() {
    let mut wrong = Vec::new();
    for ban in BANS {
        for package in ban.crates {
            let compiled = compiled(package, ban.target);
            for name in ban
                .banned
                .iter()
                .filter(|name| compiled.contains_key(**name))
            {
                let users: Vec<_> = compiled
                    .iter()
                    .filter(|(_, uses)| uses.contains(*name))
                    .map(|(user, _)| user)
                    .collect();
                wrong.push(format!(
                    "{package} must not contain {name} (used by {users:?}): {}",
                    ban.because
                ));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn nothing_banned_is_used_in_the_browser() {
    let mut wrong = Vec::new();
    for ban in DIRECT_BANS {
        let compiled = compiled("banso-widget", ban.target);
        for package in ban.crates {
            let used = compiled
                .get(*package)
                .unwrap_or_else(|| panic!("the widget does not use {package}"));
            for name in ban.banned.iter().filter(|name| used.contains(**name)) {
                wrong.push(format!(
                    "{package} must not use {name} in the browser: {}",
                    ban.because
                ));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// `cargo tree` above shows what is compiled; this shows that no feature was taken that could compile more.
#[test]
fn the_browser_takes_no_feature_of_ours() {
    let mut wrong = Vec::new();
    let metadata = metadata();
    let in_browser = ["banso-widget", "banso-engine"];
    let packages = metadata.workspace_packages().into_iter();
    for package in packages.filter(|package| in_browser.contains(&package.name.as_str())) {
        let ours = package.dependencies.iter().filter(|dependency| {
            dependency.kind == DependencyKind::Normal && dependency.name.starts_with("banso-")
        });
        for dependency in ours {
            if dependency.uses_default_features || !dependency.features.is_empty() {
                wrong.push(format!(
                    "{} takes {} with features: the browser knows only compiled guides and wire messages",
                    package.name, dependency.name
                ));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn a_tree_is_read_by_its_depths() {
    let tree = uses("0 a v1\n1 b v1\n2 c v1 (*)\n1 d v1\n");
    let names = |name: &str| tree[name].iter().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(
        (names("a"), names("b"), names("c"), names("d")),
        (vec!["b", "d"], vec!["c"], vec![], vec![])
    );
}
