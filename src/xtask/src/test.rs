//! `cargo xtask test`: every suite, with what it needs installed and built before it.

use std::time::Instant;

use anyhow::{Result, bail, ensure};

use crate::browsers::Browser;
use crate::suites::{self, Outcome, Suite};
use crate::widget::Mode;
use crate::workspace::Workspace;
use crate::{browsers, build, clients, packages, terminal};

/// What to test.
#[derive(clap::Args)]
pub struct Arguments {
    /// For the inner loop: debug builds, and no suite that needs a browser or is slow
    #[arg(long)]
    quick: bool,
    /// Only in these browsers, e.g. `firefox,webkit`; in all when none is named, in Chromium alone with `--quick`
    #[arg(long, value_enum, value_delimiter = ',')]
    browser: Vec<Browser>,
    /// Only these suites, e.g. `model http`; all when none is named
    suites: Vec<String>,
    /// Given to the test programs, e.g. `-- --nocapture tour`
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// What the time goes to before the first test.
const PREPARATION: [&str; 2] = ["compile tests", "build programs"];

/// A row of the table at the end.
type Row = (String, Outcome);

/// Runs the suites and ends with a table.
pub fn run(arguments: &Arguments) -> Result<()> {
    let workspace = Workspace::load()?;
    let mode = if arguments.quick {
        Mode::Dev
    } else {
        Mode::Release
    };
    let mut rows = Vec::new();
    let started = Instant::now();
    terminal::step("compiling the tests");
    let suites = suites::compile(&workspace)?;
    rows.push(untested(PREPARATION[0], started));

    let chosen = choose(&suites, arguments)?;
    let started = Instant::now();
    let browsers = arguments.browsers();
    let (mut driver, mut in_page) = (None, None);
    if chosen.iter().any(|suite| suite.browser) {
        driver = browsers::install(&workspace, &browsers)?;
        in_page = Some(packages::install(&workspace)?);
    }
    let mut left_out = None;
    if chosen.iter().any(|suite| suite.clients) {
        left_out = clients::install(&workspace)?;
    }
    if let Some(why) = &left_out {
        ensure!(arguments.suites.is_empty(), "{why}: install it");
        terminal::note(&format!("{why}: the tests that run them are left out"));
    }
    let peers = clients::folder(&workspace);
    let binaries = build::everything(&workspace, mode)?;
    rows.push(untested(PREPARATION[1], started));

    let mut variables = vec![
        ("BANSO_BIN", binaries.banso.as_os_str()),
        ("HIKARI_BIN", binaries.hikari.as_os_str()),
        ("BANSO_PEERS", peers.as_os_str()),
    ];
    if let Some(folder) = &in_page {
        variables.push(("BANSO_PACKAGES", folder.as_os_str()));
    }
    if let Some(program) = &driver {
        variables.push(("BANSO_GECKODRIVER", program.as_os_str()));
    }
    for suite in chosen {
        if suite.clients && left_out.is_some() {
            continue;
        }
        if suite.browser {
            for browser in &browsers {
                // As it is given to this command to run it again.
                let name = format!("{} --browser {}", suite.name, browser.name());
                terminal::step(&format!("testing {name}"));
                let outcome = suite.run_in(*browser, &variables, &arguments.arguments)?;
                rows.extend(outcome.map(|outcome| (name, outcome)));
            }
            continue;
        }
        terminal::step(&format!("testing {}", suite.name));
        rows.push((
            suite.name.clone(),
            suite.run(&variables, &arguments.arguments)?,
        ));
    }
    if !arguments.quick && arguments.suites.is_empty() {
        terminal::step("testing the examples in the documentation");
        rows.push((
            "documentation".to_owned(),
            suites::documentation(&workspace)?,
        ));
    }
    report(&rows)
}

impl Arguments {
    /// The browsers to test in, each once.
    fn browsers(&self) -> Vec<Browser> {
        let wanted = |browser: &Browser| match self.browser.is_empty() {
            true => !self.quick || *browser == Browser::Chromium,
            false => self.browser.contains(browser),
        };
        Browser::ALL.into_iter().filter(wanted).collect()
    }
}

fn untested(what: &str, started: Instant) -> Row {
    (
        what.to_owned(),
        Outcome {
            time: started.elapsed(),
            ..Outcome::default()
        },
    )
}

fn choose<'a>(suites: &'a [Suite], arguments: &Arguments) -> Result<Vec<&'a Suite>> {
    let named = |suite: &Suite| arguments.suites.contains(&suite.name);
    for name in &arguments.suites {
        let known: Vec<_> = suites.iter().map(|suite| suite.name.as_str()).collect();
        ensure!(
            known.contains(&name.as_str()),
            "there is no suite {name:?}: choose among {}",
            known.join(", ")
        );
    }
    let wanted = |suite: &&Suite| match arguments.suites.is_empty() {
        true => !(arguments.quick && suite.slow),
        false => named(suite),
    };
    Ok(suites.iter().filter(wanted).collect())
}

fn report(rows: &[Row]) -> Result<()> {
    let total = rows
        .iter()
        .fold(Outcome::default(), |sum, (_, outcome)| sum.and(*outcome));
    // A binary without a single test, such as a program's own, would only make the table longer.
    let mut lines: Vec<_> = rows
        .iter()
        .filter(|(name, outcome)| outcome.tests() > 0 || PREPARATION.contains(&name.as_str()))
        .map(|(name, outcome)| cells(name, outcome))
        .collect();
    lines.push(cells("total", &total));
    println!(
        "\n{}",
        terminal::table(["suite", "passed", "failed", "ignored", "time"], &lines)
    );
    println!("{} passed, {} failed", total.passed, total.failed);
    let failed: Vec<_> = rows
        .iter()
        .filter(|(_, outcome)| outcome.failed > 0)
        .map(|(name, _)| name.as_str())
        .collect();
    if let Some(first) = failed.first() {
        bail!(
            "failed: {}: what each says is above; one alone runs with `cargo xtask test {first}`",
            failed.join(", ")
        );
    }
    Ok(())
}

fn cells(name: &str, outcome: &Outcome) -> [String; 5] {
    let count = |count: u64| {
        if outcome.tests() > 0 {
            count.to_string()
        } else {
            String::new()
        }
    };
    [
        name.to_owned(),
        count(outcome.passed),
        count(outcome.failed),
        count(outcome.ignored),
        terminal::seconds(outcome.time),
    ]
}
