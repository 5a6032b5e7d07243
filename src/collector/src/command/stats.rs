//! `banso stats`: what a store holds.

use banso_store::read::Counters;
use clap::Args;

use super::store::StoreAddress;
use super::{Ending, runtime};

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
        print(&counters);
        Ok(Ending::Good)
    }
}

fn print(counters: &Counters) {
    let total = |days: &[(banso_model::time::Day, u64)]| days.iter().map(|(_, n)| n).sum::<u64>();
    println!("events    {:>14}", counters.events);
    println!("accounts  {:>14}", counters.accounts);
    println!("bytes     {:>14}", counters.bytes);
    if let Some(each) = counters.bytes.checked_div(counters.events) {
        println!("per event {each:>14} bytes");
    }
    println!(
        "given up  {:>14} by clients, in 35 days",
        total(&counters.dropped)
    );
    println!(
        "lost      {:>14} on the way, in 35 days",
        total(&counters.lost)
    );
}
