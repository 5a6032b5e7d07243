//! What a person reads while a command runs: one line a step, a spinner on the long ones, and errors without backtraces.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Announces a step that follows.
pub fn step(what: &str) {
    eprintln!("==> {what}");
}

/// A remark below a step.
pub fn note(what: &str) {
    eprintln!("    {what}");
}

/// Prints an error and its causes, outermost first, each on its line.
pub fn failure(error: &anyhow::Error) {
    eprintln!("error: {error}");
    for cause in error.chain().skip(1) {
        for line in cause.to_string().lines() {
            eprintln!("  {line}");
        }
    }
}

/// Runs `work` under a spinner (a plain line when nobody watches) and says how long it took.
pub fn timed<T>(what: &str, work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    let started = Instant::now();
    let spinner = if std::io::stderr().is_terminal() {
        let spinner = ProgressBar::new_spinner();
        spinner.set_style(ProgressStyle::with_template("{spinner}   {msg} {elapsed}")?);
        spinner.set_message(what.to_owned());
        spinner.enable_steady_tick(Duration::from_millis(100));
        Some(spinner)
    } else {
        note(what);
        None
    };
    let result = work();
    if let Some(spinner) = spinner {
        spinner.finish_and_clear();
    }
    if result.is_ok() {
        note(&format!("{what}: {}", seconds(started.elapsed())));
    }
    result
}

/// A duration as people read it: `0.4 s`, `12 s`, `3 min 05 s`.
pub fn seconds(duration: Duration) -> String {
    let whole = duration.as_secs();
    match whole {
        0..10 => format!("{:.1} s", duration.as_secs_f64()),
        10..60 => format!("{whole} s"),
        _ => format!("{} min {:02} s", whole / 60, whole % 60),
    }
}

/// Rows under a heading, the first column to the left and the others to the right.
pub fn table<const N: usize>(heading: [&str; N], rows: &[[String; N]]) -> String {
    let mut widths = heading.map(str::len);
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: [&str; N]| {
        let mut text = String::new();
        for (column, (cell, width)) in cells.into_iter().zip(widths).enumerate() {
            let padded = if column == 0 {
                format!("{cell:<width$}")
            } else {
                format!("  {cell:>width$}")
            };
            text.push_str(&padded);
        }
        format!("{}\n", text.trim_end())
    };
    let mut text = line(heading);
    for row in rows {
        text.push_str(&line(row.each_ref().map(String::as_str)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(duration: Duration, expected: &str) {
        assert_eq!(seconds(duration), expected);
    }

    #[test]
    fn durations_are_read_at_a_glance() {
        check(Duration::from_millis(40), "0.0 s");
        check(Duration::from_millis(9_940), "9.9 s");
        check(Duration::from_millis(10_900), "10 s");
        check(Duration::from_secs(59), "59 s");
        check(Duration::from_secs(185), "3 min 05 s");
    }

    #[test]
    fn numbers_stand_under_each_other() {
        let rows = [["a", "10"], ["longer", "7"]].map(|row| row.map(str::to_owned));
        assert_eq!(
            table(["name", "n"], &rows),
            "name     n\na       10\nlonger   7\n"
        );
    }
}
