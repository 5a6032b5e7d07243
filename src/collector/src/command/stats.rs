//! `banso stats`: what a store holds.

use banso_store::read::Counters;
use clap::Args;

use super::store::StoreAddress;
use super::{Ending, output, runtime};

/// Flags of `stats`.
#[derive(Debug, Args)]
pub struct Stats {
    #[command(flatten)]
    store: StoreAddress,
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
        output::line(text(&counters))?;
        Ok(Ending::Good)
    }
}

fn text(counters: &Counters) -> String {
    let total = |days: &[(banso_model::time::Day, u64)]| days.iter().map(|(_, n)| n).sum::<u64>();
    let mut lines = vec![
        format!("events    {:>14}", counters.events),
        format!("accounts  {:>14}", counters.accounts),
        format!("bytes     {:>14}", counters.bytes),
    ];
    if let Some(each) = counters.bytes.checked_div(counters.events) {
        lines.push(format!("per event {each:>14} bytes"));
    }
    lines.push(format!(
        "given up  {:>14} by clients, in 35 days",
        total(&counters.dropped)
    ));
    lines.push(format!(
        "lost      {:>14} on the way, in 35 days",
        total(&counters.lost)
    ));
    lines.join("\n")
}
