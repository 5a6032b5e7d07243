//! `banso stats`: what a store holds, and what became of what was sent.

use banso_store::losses::Tally;
use banso_store::read::{Counters, DayLosses};
use clap::Args;
use serde_json::{Value, json};

use super::store::StoreAddress;
use super::{Ending, output, runtime};

/// Flags of `stats`.
#[derive(Debug, Args)]
pub struct Stats {
    #[command(flatten)]
    store: StoreAddress,
    /// Print the numbers as one JSON object
    #[arg(long)]
    json: bool,
}

impl Stats {
    /// Prints the store's counters.
    pub fn run(self) -> anyhow::Result<Ending> {
        let counters = runtime()?.block_on(async {
            let store = self.store.open().await?;
            let counters = store.counters().await;
            store.close().await;
            anyhow::Ok(counters?)
        })?;
        if self.json {
            output::line(format_args!("{:#}", as_json(&counters)))?;
        } else {
            output::line(text(&counters))?;
        }
        Ok(Ending::Good)
    }
}

fn text(counters: &Counters) -> String {
    let mut lines = vec![
        format!("events    {:>14}", counters.events),
        format!("accounts  {:>14}", counters.accounts),
        format!("bytes     {:>14}", counters.bytes),
    ];
    if let Some(each) = counters.bytes.checked_div(counters.events) {
        lines.push(format!("per event {each:>14} bytes"));
    }
    if !counters.losses.is_empty() {
        lines.push(String::new());
        lines.extend(table(&counters.losses));
    }
    lines.join("\n")
}

/// A row for each day and key, and their sum.
fn table(losses: &[DayLosses]) -> Vec<String> {
    let name = |row: &DayLosses| row.key.chars().count();
    let width = losses.iter().map(name).max().unwrap_or(0).max(3);
    let row = |day: &str, key: &str, cells: [String; 6]| {
        let cells: String = cells.iter().map(|cell| format!(" {cell:>10}")).collect();
        format!("{day:<10} {key:<width$}{cells}")
    };
    let numbers = |of: Tally| {
        [
            of.sent,
            of.received,
            of.duplicate,
            of.rejected,
            of.dropped,
            of.lost(),
        ]
        .map(|count| count.to_string())
    };
    let names = [
        "sent",
        "received",
        "duplicate",
        "rejected",
        "dropped",
        "lost",
    ];
    let mut lines = vec![row("day", "key", names.map(str::to_owned))];
    let mut sum = Tally::default();
    for DayLosses { day, key, tally } in losses {
        lines.push(row(&day.to_string(), key, numbers(*tally)));
        sum = sum.and(*tally);
    }
    lines.push(row("all", "", numbers(sum)));
    lines
}

fn as_json(counters: &Counters) -> Value {
    let days: Vec<Value> = counters
        .losses
        .iter()
        .map(|DayLosses { day, key, tally }| {
            json!({
                "day": day.to_string(), "key": key, "sent": tally.sent, "received": tally.received,
                "duplicate": tally.duplicate, "rejected": tally.rejected, "dropped": tally.dropped,
                "lost": tally.lost(),
            })
        })
        .collect();
    json!({
        "events": counters.events, "accounts": counters.accounts, "bytes": counters.bytes, "days": days,
    })
}
