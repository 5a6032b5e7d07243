//! `cargo xtask tidy`: rules of the house that no compiler checks. A test runs it too.

use anyhow::{Context, Result, bail};

use crate::terminal;
use crate::workspace::Workspace;

/// Nothing to choose.
#[derive(clap::Args)]
pub struct Arguments {}

/// A text that must not occur, where, and why.
struct Ban {
    /// Path prefixes it holds for.
    below: &'static [&'static str],
    /// Endings of file names it holds for; none is every file.
    endings: &'static [&'static str],
    /// The texts, cut in two so that this file passes.
    texts: &'static [[&'static str; 2]],
    /// The reason and the remedy.
    because: &'static str,
}

const BANS: [Ban; 5] = [
    Ban {
        below: &[""],
        endings: &[],
        texts: &[
            ["/root", "/"],
            ["/home", "/"],
            ["/Users", "/"],
            ["C:\\", "Users"],
        ],
        because: "it is a path of one machine: say it relative to the repository",
    },
    Ban {
        below: &["src/widget/src/"],
        endings: &[".rs"],
        texts: &[[" style", "="], ["\"style", "\""]],
        because: "a strict style-src refuses the attribute: set the property through CSSOM",
    },
    Ban {
        below: &["src/widget/src/", "www/banso.js"],
        endings: &[],
        texts: &[
            ["set_inner", "_html"],
            ["set_outer", "_html"],
            ["from_html", "_unchecked"],
            ["inner", "HTML"],
            ["outer", "HTML"],
            ["insertAdjacent", "HTML"],
        ],
        because: "a guide's text is never markup, and trusted types refuse it: make elements",
    },
    Ban {
        below: &["src/model/src/", "src/engine/src/", "src/health/src/"],
        endings: &[".rs"],
        texts: &[
            ["SystemTime", "::now"],
            ["Instant", "::now"],
            ["Timestamp", "::now"],
            ["Zoned", "::now"],
            ["TimeZone", "::system"],
        ],
        because: "a pure crate has no clock: take the time as an argument",
    },
    Ban {
        below: &["src/", "tests/"],
        endings: &[
            "/mod.rs",
            "/utils.rs",
            "/helpers.rs",
            "/common.rs",
            "/manager.rs",
        ],
        texts: &[["", ""]],
        because: "a module is named by the domain's word",
    },
];

/// Checks every file of the repository, and reports everything at once.
pub fn run(_: &Arguments) -> Result<()> {
    let workspace = Workspace::load()?;
    let found = findings(&workspace)?;
    if found.is_empty() {
        terminal::step("everything is tidy");
        return Ok(());
    }
    bail!("{} untidy:\n{}", found.len(), found.join("\n"))
}

fn findings(workspace: &Workspace) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for file in workspace.files()? {
        let path = workspace.relative(&file);
        let bytes = std::fs::read(&file).with_context(|| format!("cannot read {path}"))?;
        // What is not text has no lines to look at.
        if let Ok(text) = std::str::from_utf8(&bytes) {
            found.extend(untidy(&path, text));
        }
    }
    Ok(found)
}

/// What is untidy in one file, a line each.
fn untidy(path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for ban in BANS {
        let below = ban.below.iter().any(|prefix| path.starts_with(prefix));
        let ends =
            ban.endings.is_empty() || ban.endings.iter().any(|ending| path.ends_with(ending));
        if !below || !ends {
            continue;
        }
        for banned in ban.texts.iter().map(|parts| parts.concat()) {
            let line = text.lines().position(|line| line.contains(&banned));
            if let Some(line) = line {
                found.push(format!("{path}:{}: {banned:?}: {}", line + 1, ban.because));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, text: &str, expected: &[&str]) {
        let found = untidy(path, text);
        let places: Vec<_> = found
            .iter()
            .filter_map(|line| line.split(": ").next())
            .collect();
        assert_eq!(places, expected, "{path}: {text}");
    }

    #[test]
    fn each_ban_holds_where_it_should() {
        check(
            "README.md",
            &["see /ho", "me/me/x"].concat(),
            &["README.md:1"],
        );
        check("README.md", "see /homes", &[]);
        check(
            "src/widget/src/card.rs",
            &["a\nhtml! { <p sty", "le={x}/> }"].concat(),
            &["src/widget/src/card.rs:2"],
        );
        check(
            "src/demo/src/page.rs",
            &["<p sty", "le={x}/>"].concat(),
            &[],
        );
        check(
            "www/banso.js",
            &["root.inner", "HTML = ''"].concat(),
            &["www/banso.js:1"],
        );
        check(
            "src/model/src/mod.rs",
            "//! About.",
            &["src/model/src/mod.rs:1"],
        );
    }

    #[test]
    fn this_repository_is_tidy() {
        let found = Workspace::load()
            .and_then(|workspace| findings(&workspace))
            .map_err(|error| format!("{error:#}"));
        assert_eq!(found, Ok(Vec::new()));
    }
}
