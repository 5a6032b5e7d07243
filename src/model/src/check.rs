//! `banso check`: everything that is wrong with a configuration folder, at once.
//!
//! Files are read in three passes. Each must be JSON; each must have the shape that the schema of its kind says; then
//! what they say must make sense together, fields that nobody knows left out. What a broken file would have said is not
//! held against the others.

use crate::config::folder::Folder;
use crate::config::{Article, ArticleFile, Guide, GuideFile, Workspace, WorkspaceFile};
use crate::schema::FileKind;

mod checklist;
mod condition;
mod context;
mod guides;
mod health;
mod journey;
mod links;
mod names;
mod never;
mod place;
mod report;
mod selector;
mod shape;
mod suggest;
mod survey;
mod target;
mod texts;
mod tour;
mod tree;
mod workspace;

use context::Context;
use names::Names;
use place::Place;
use tree::Node;

pub use report::{Problem, Report, Severity};
pub(crate) use suggest::nearest;

/// A folder that has passed `check`: it can be served. There is no other way to one.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    workspace: Workspace,
    guides: Vec<Guide>,
    help: Vec<Article>,
    report: Report,
}

impl Checked {
    /// The workspace.
    #[must_use]
    pub const fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// The guides, in the order of their files, which is their age: of guides of one priority the earlier goes first.
    #[must_use]
    pub fn guides(&self) -> &[Guide] {
        &self.guides
    }

    /// The help articles, in the order of their files.
    #[must_use]
    pub fn help(&self) -> &[Article] {
        &self.help
    }

    /// The guide of that id.
    #[must_use]
    pub fn guide(&self, id: &str) -> Option<&Guide> {
        self.guides.iter().find(|guide| guide.id == id)
    }

    /// The warnings.
    #[must_use]
    pub const fn report(&self) -> &Report {
        &self.report
    }
}

/// A value that was read, and the file it was read from.
struct Read<T> {
    place: Place,
    value: T,
}

/// Checks the files of a folder.
///
/// # Errors
/// The report, when there is an error in it.
pub fn check(folder: &Folder) -> Result<Checked, Report> {
    let parsed: Vec<Parsed<'_>> = folder.files.iter().map(Parsed::new).collect();
    let mut cx = Context::new(&parsed);
    let workspace = workspace_of(&mut cx);
    let guides: Vec<Read<Guide>> = read_all::<GuideFile, Guide>(&mut cx, FileKind::Guide);
    let help: Vec<Read<Article>> = read_all::<ArticleFile, Article>(&mut cx, FileKind::Article);
    cx.names = Names::of(workspace.as_ref(), &guides, &help, &parsed);
    if let Some(workspace) = &workspace {
        workspace::check(&mut cx, workspace);
    }
    guides::check(&mut cx, &guides);
    for path in &folder.strays {
        cx.stray(path);
    }
    texts::check_articles(&mut cx, &help);
    let report = cx.report();
    match workspace {
        Some(workspace) if report.is_passed() => Ok(Checked {
            workspace: workspace.value,
            guides: guides.into_iter().map(|guide| guide.value).collect(),
            help: help.into_iter().map(|article| article.value).collect(),
            report,
        }),
        _ => Err(report),
    }
}

/// A file and what its JSON is, when it is JSON.
struct Parsed<'a> {
    path: &'a str,
    text: &'a str,
    kind: Option<FileKind>,
    root: Result<Node, Broken>,
}

enum Broken {
    /// It could not be read.
    Unread(String),
    /// It is no JSON.
    Syntax(tree::SyntaxError),
}

impl<'a> Parsed<'a> {
    fn new(file: &'a crate::config::folder::File) -> Self {
        let kind = kind_of(&file.path);
        let (text, root) = match &file.text {
            Ok(text) => {
                // Some editors begin a file with a byte order mark, which is no part of the JSON.
                let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
                (text, tree::parse(text).map_err(Broken::Syntax))
            }
            Err(reason) => ("", Err(Broken::Unread(reason.clone()))),
        };
        Self {
            path: &file.path,
            text,
            kind,
            root,
        }
    }
}

fn kind_of(path: &str) -> Option<FileKind> {
    match path.split_once('/') {
        None if path == "banso.json" => Some(FileKind::Workspace),
        Some(("guides", _)) => Some(FileKind::Guide),
        Some(("help", _)) => Some(FileKind::Article),
        _ => None,
    }
}

fn workspace_of(cx: &mut Context<'_>) -> Option<Read<Workspace>> {
    cx.files_that_are_none();
    let found = read_all::<WorkspaceFile, Workspace>(cx, FileKind::Workspace);
    if !cx
        .files()
        .iter()
        .any(|file| file.kind == Some(FileKind::Workspace))
    {
        cx.missing_workspace();
    }
    found.into_iter().next()
}

/// Reads the files of a kind that have its shape, fields nobody knows aside; says in what files do not.
fn read_all<F, T>(cx: &mut Context<'_>, kind: FileKind) -> Vec<Read<T>>
where
    F: serde::de::DeserializeOwned,
    T: From<F>,
{
    let mut read = Vec::new();
    for (number, file) in cx.files().iter().enumerate() {
        let place = Place::file(number);
        let (true, Ok(root)) = (file.kind == Some(kind), &file.root) else {
            continue;
        };
        if let Some(other) = other_version(root) {
            cx.error(
                &place.field("version"),
                format!("version {other} is not known"),
                Some("this build reads version 1".to_owned()),
            );
            continue;
        }
        let misfits = shape::misfits(kind.schema(), root, &place);
        // A file whose only fault is a field nobody knows still says the rest, and that is looked at too: who has mistyped
        // one name should not learn of the next mistake only after it is mended.
        if misfits.iter().all(|misfit| misfit.place.is_name()) {
            let mut json = root.to_json();
            for misfit in &misfits {
                misfit.place.remove_from(&mut json);
            }
            match serde_json::from_value::<F>(json) {
                Ok(written) => read.push(Read {
                    place,
                    value: written.into(),
                }),
                Err(error) if misfits.is_empty() => cx.error(&place, error.to_string(), None),
                // What is left is too little to go by.
                Err(_) => {}
            }
        }
        for misfit in misfits {
            cx.error(&misfit.place, misfit.message, misfit.help);
        }
    }
    read
}

/// The version a file states, when it is a number that is not known.
fn other_version(root: &Node) -> Option<u64> {
    match &root.field("version")?.value {
        tree::Tree::Number(number) => number.as_u64().filter(|version| *version != 1),
        _ => None,
    }
}

/// The patterns that the shape can match.
#[cfg(test)]
pub(crate) fn patterns() -> impl Iterator<Item = &'static str> {
    shape::PATTERNS.iter().map(|(pattern, ..)| *pattern)
}

#[cfg(test)]
mod tests;
