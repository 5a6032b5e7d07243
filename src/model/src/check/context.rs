//! What every part of the check needs: the files, the names in them, and somewhere to report.

use super::names::Names;
use super::place::Place;
use super::report::{Problem, Report, Severity};
use super::suggest;
use super::tree::Node;
use super::{Broken, Parsed};
use crate::config::folder;

/// The files, the names in them, and the problems found so far.
pub(super) struct Context<'a> {
    files: &'a [Parsed<'a>],
    pub names: Names,
    problems: Vec<Problem>,
}

impl<'a> Context<'a> {
    pub fn new(files: &'a [Parsed<'a>]) -> Self {
        Self {
            files,
            names: Names::default(),
            problems: Vec::new(),
        }
    }

    pub const fn files(&self) -> &'a [Parsed<'a>] {
        self.files
    }

    /// The JSON of the file that a place is in.
    pub fn root(&self, place: &Place) -> Option<&'a Node> {
        self.files.get(place.file)?.root.as_ref().ok()
    }

    /// Whether a field is written there.
    pub fn has(&self, place: &Place, field: &str) -> bool {
        self.root(place)
            .is_some_and(|root| place.field(field).find(root).is_some())
    }

    /// The element of a list, or the one value that stands for a list of one.
    pub fn one_of_many(&self, place: &Place, number: usize) -> Place {
        self.root(place)
            .map_or_else(|| place.clone(), |root| place.one_of_many(number, root))
    }

    pub fn error(&mut self, place: &Place, message: impl Into<String>, help: Option<String>) {
        self.say(Severity::Error, place, message.into(), help);
    }

    pub fn warn(&mut self, place: &Place, message: impl Into<String>, help: Option<String>) {
        self.say(Severity::Warning, place, message.into(), help);
    }

    /// An id that nothing has, unless the file that would say so is broken.
    pub fn unknown<'n>(
        &mut self,
        place: &Place,
        what: &str,
        id: &str,
        known: impl IntoIterator<Item = &'n str>,
    ) {
        let help = suggest::help(id, &format!("{what}s"), known);
        self.error(place, format!("there is no {what} `{id}`"), Some(help));
    }

    fn say(&mut self, severity: Severity, place: &Place, message: String, help: Option<String>) {
        let Some(file) = self.files.get(place.file) else {
            return;
        };
        let span = match &file.root {
            Ok(root) => place.span(root),
            Err(Broken::Syntax(error)) => error.span.clone(),
            Err(Broken::Unread(_)) => {
                self.of_file(severity, file.path, message, help);
                return;
            }
        };
        let start = floor(file.text, span.start);
        let end = floor(file.text, span.end).max(start);
        let before = &file.text[..start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line_end = file.text[start..]
            .find('\n')
            .map_or(file.text.len(), |at| start + at);
        let meant = file.text[start..end.min(line_end).max(start)]
            .chars()
            .count();
        self.problems.push(Problem {
            severity,
            file: file.path.to_owned(),
            line: before.matches('\n').count() + 1,
            column: file.text[line_start..start].chars().count() + 1,
            pointer: place.to_string(),
            message,
            help,
            source: Some((
                file.text[line_start..line_end]
                    .trim_end_matches('\r')
                    .to_owned(),
                meant,
            )),
        });
    }

    /// Reports the files that could not be read and those that are no JSON.
    pub fn files_that_are_none(&mut self) {
        for (number, file) in self.files.iter().enumerate() {
            let place = Place::file(number);
            match &file.root {
                Ok(_) => {}
                Err(Broken::Unread(reason)) => self.error(
                    &place,
                    format!("the file cannot be read: {reason}"),
                    (file.path == "banso.json").then(|| {
                        "a folder holds `banso.json`, `guides/*.json` and `help/*.json`".to_owned()
                    }),
                ),
                Err(Broken::Syntax(error)) => {
                    self.error(&place, error.message.clone(), error.help.map(str::to_owned));
                }
            }
        }
    }

    /// Reports that there is no workspace.
    pub fn missing_workspace(&mut self) {
        self.of_file(
            Severity::Error,
            "banso.json",
            "the file is missing".to_owned(),
            Some("a folder holds `banso.json`, `guides/*.json` and `help/*.json`".to_owned()),
        );
    }

    /// Reports what lies in the folder and is not read.
    pub fn stray(&mut self, path: &str) {
        let help = match folder::nearly(path) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => {
                "only files directly in `guides` and `help` whose names end in `.json` are read"
                    .to_owned()
            }
        };
        self.of_file(
            Severity::Warning,
            path,
            "this is not read".to_owned(),
            Some(help),
        );
    }

    /// A problem with a file as such.
    fn of_file(&mut self, severity: Severity, path: &str, message: String, help: Option<String>) {
        self.problems.push(Problem {
            severity,
            file: path.to_owned(),
            line: 0,
            column: 0,
            pointer: String::new(),
            message,
            help,
            source: None,
        });
    }

    pub fn report(self) -> Report {
        Report::new(self.problems)
    }
}

/// The last place at or before `at` where a character begins.
fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}
