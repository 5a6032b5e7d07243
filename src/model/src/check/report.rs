//! What `check` says: every problem, with its place and what to do about it.

use std::fmt;

use serde::Serialize;

/// Whether a problem keeps a folder from being served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It does.
    Error,
    /// It does not, but is worth a look.
    Warning,
}

impl Severity {
    /// The word in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Whether it keeps the folder from being served.
    pub severity: Severity,
    /// Path of the file in its folder.
    pub file: String,
    /// Line, counted from 1; 0 when the file could not be read.
    pub line: usize,
    /// Character in the line, counted from 1; 0 when the file could not be read.
    pub column: usize,
    /// JSON Pointer (RFC 6901) to the value; empty for the whole file.
    pub pointer: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The line it is in, and how many of its characters are meant.
    #[serde(skip)]
    pub source: Option<(String, usize)>,
}

/// All problems of a folder, in the order of files and lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// How many of them are errors.
    pub errors: usize,
    /// How many of them are warnings.
    pub warnings: usize,
    /// The problems.
    pub problems: Vec<Problem>,
}

impl Report {
    /// A report of these problems, put in order.
    #[must_use]
    pub fn new(mut problems: Vec<Problem>) -> Self {
        problems.sort_by(|a, b| {
            (&a.file, a.line, a.column, a.severity).cmp(&(&b.file, b.line, b.column, b.severity))
        });
        problems.dedup();
        let errors = problems
            .iter()
            .filter(|problem| problem.severity == Severity::Error)
            .count();
        Self {
            errors,
            warnings: problems.len() - errors,
            problems,
        }
    }

    /// Whether nothing in it keeps the folder from being served.
    #[must_use]
    pub const fn is_passed(&self) -> bool {
        self.errors == 0
    }
}

impl std::error::Error for Report {}

/// Each problem with the line it is in, then how many there are.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.problems {
            writeln!(f, "{problem}")?;
        }
        write!(
            f,
            "{}, {}",
            counted(self.errors, "error"),
            counted(self.warnings, "warning")
        )
    }
}

fn counted(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.severity.as_str(), self.message)?;
        write!(f, "  --> {}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        if !self.pointer.is_empty() {
            write!(f, "  {}", self.pointer)?;
        }
        writeln!(f)?;
        if let Some((line, length)) = &self.source {
            let number = self.line.to_string();
            let margin = " ".repeat(number.len());
            let window = Window::around(line, self.column.saturating_sub(1), *length);
            writeln!(f, "{margin} |")?;
            writeln!(f, "{number} | {}", window.text)?;
            let indent = " ".repeat(window.indent);
            let carets = "^".repeat(window.carets);
            writeln!(f, "{margin} | {indent}{carets}")?;
        }
        if let Some(help) = &self.help {
            writeln!(f, "  help: {help}")?;
        }
        Ok(())
    }
}

/// As much of a line as fits beside its number, and where in it the carets stand, in columns of a terminal.
struct Window {
    text: String,
    indent: usize,
    carets: usize,
}

/// How many characters of a line are shown before and after the place that is meant.
const BEFORE: usize = 60;
const AFTER: usize = 60;

impl Window {
    fn around(line: &str, column: usize, length: usize) -> Self {
        let chars: Vec<char> = line
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let column = column.min(chars.len());
        let length = length.clamp(1, AFTER);
        let from = if column > BEFORE {
            column - BEFORE / 2
        } else {
            0
        };
        let to = (column + length + AFTER).min(chars.len());
        let mark = (column + length).min(chars.len());
        let columns =
            |from: usize, to: usize| chars[from..to].iter().map(|c| width(*c)).sum::<usize>();
        let mut text: String = chars[from..to].iter().collect();
        let mut indent = columns(from, column);
        if from > 0 {
            text.insert_str(0, "… ");
            indent += 2;
        }
        if to < chars.len() {
            text.push_str(" …");
        }
        Self {
            text: text.trim_end().to_owned(),
            indent,
            carets: columns(column, mark).max(1),
        }
    }
}

/// Columns a character takes in a terminal: two for those of East Asian scripts (and for emoji), none for marks that
/// join the one before, one for all others.
fn width(c: char) -> usize {
    match u32::from(c) {
        0x0300..=0x036F | 0x200B..=0x200F | 0xFE00..=0xFE0F => 0,
        0x1100..=0x115F
        | 0x2E80..=0xA4CF
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F
        | 0xFF00..=0xFF60
        | 0xFFE0..=0xFFE6
        | 0x1F300..=0x1FAFF
        | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn problem(line: &str, column: usize, length: usize) -> Problem {
        Problem {
            severity: Severity::Error,
            file: "guides/a.json".to_owned(),
            line: 7,
            column,
            pointer: "/steps/0".to_owned(),
            message: "wrong".to_owned(),
            help: Some("do it right".to_owned()),
            source: Some((line.to_owned(), length)),
        }
    }

    #[test]
    fn problems_point_at_the_line() {
        let expected = "error: wrong\n  --> guides/a.json:7:3  /steps/0\n  |\n7 | あい\"う\": 1\n  |     ^^^^\n  help: do it right\n";
        assert_eq!(problem("あい\"う\": 1", 3, 3).to_string(), expected);
    }

    #[test]
    fn long_lines_are_cut() {
        let line = "x".repeat(500) + "HERE" + &"y".repeat(500);
        let said = problem(&line, 501, 4).to_string();
        let shown: Vec<_> = said.lines().collect();
        let at = shown[4].find('^').expect("carets");
        let text: String = shown[3].chars().skip(at).take(4).collect();
        assert_eq!(text, "HERE");
        assert!(shown[3].chars().count() < 180, "{said}");
    }

    proptest! {
        #[test]
        fn any_place_is_rendered(line in ".{0,80}", column in 0..200usize, length in 0..500usize) {
            prop_assert!(problem(&line, column, length).to_string().contains('^'));
        }
    }
}
