//! `cargo xtask data oulad`: university courses as a product whose health can be looked at.
//!
//! The Open University Learning Analytics Dataset tells what learners clicked, day by day, what they handed in, and how
//! it ended. One learner of one run of a course reads as one account with one user: what was clicked is the use of a
//! feature, an assessment is an item of a checklist, leaving the course is churn. Everything is received on the day it
//! happened, so an account can be scored as of any day of its course, knowing no more than was known then.
//!
//! What happened in the end goes to a file of its own, so that no score can have seen it.

mod convert;
mod course;
mod line;
mod tables;
#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::terminal;
use crate::workspace::Workspace;
use convert::Converted;
use course::Zone;

/// The configuration of the workspace that the events belong to.
const CONFIG: &str = "src/xtask/oulad";

/// What to read, and where to write.
#[derive(clap::Args)]
pub struct Arguments {
    /// Folder with clicks.csv, sites.csv and the others, each plain or as .csv.gz
    from: PathBuf,
    /// Folder for events.ndjson, outcomes.csv and the workspace's configuration, banso/
    to: PathBuf,
}

/// Converts, and says how to go on.
pub fn run(arguments: &Arguments) -> Result<()> {
    let config = Workspace::load()?.path(CONFIG);
    let zone = Zone::of_workspace(&config.join("banso.json"))?;
    let tables = terminal::timed("reading", || tables::read(&arguments.from))?;
    let converted = terminal::timed("converting", || convert::convert(&tables, &zone))?;
    terminal::timed("writing", || write(&converted, &config, &arguments.to))?;
    report(&converted, &arguments.to);
    Ok(())
}

fn write(converted: &Converted<'_>, config: &Path, to: &Path) -> Result<()> {
    copy_folder(config, &to.join("banso"))?;
    create(&to.join("events.ndjson"), |out| converted.write_events(out))?;
    create(&to.join("outcomes.csv"), |out| {
        converted.write_outcomes(out)
    })
}

fn create(path: &Path, fill: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    let mut out = BufWriter::new(file);
    fill(&mut out)
        .and_then(|()| Ok(out.flush()?))
        .with_context(|| format!("cannot write {}: is the disk full?", path.display()))
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot make {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot list {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)
                .with_context(|| format!("cannot copy to {}", target.display()))?;
        }
    }
    Ok(())
}

fn report(converted: &Converted<'_>, to: &Path) {
    let count = &converted.count;
    terminal::note(&format!(
        "{} events of {} accounts: {} of clicks, {} of submissions, {} of registrations",
        converted.events(),
        converted.accounts(),
        count.clicks,
        count.submissions,
        count.registrations,
    ));
    terminal::note(&format!(
        "{} learners who withdrew before their course began are left out, with {} rows",
        count.left_out, count.left_out_rows,
    ));
    let (config, events) = (to.join("banso"), to.join("events.ndjson"));
    terminal::step("to look at it");
    terminal::note(&format!(
        "BANSO_ADMIN_TOKEN=… banso serve --config {} --store sqlite:{} --listen 127.0.0.1:8788",
        config.display(),
        to.join("store").display(),
    ));
    terminal::note(&format!(
        "BANSO_ADMIN_TOKEN=… banso replay {} --as-received received --to http://127.0.0.1:8788",
        events.display()
    ));
}
