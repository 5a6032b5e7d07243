//! What the fuzzer found worth keeping, fed to the same functions: `cargo xtask fuzz` looks for more.

use anyhow::{Context as _, Result, ensure};
use banso_tests::stack::root;

#[path = "../../fuzz/src/lib.rs"]
mod fuzzed;

fn check(target: &str, feed: fn(&[u8])) -> Result<()> {
    let folder = root().join("fuzz/corpus").join(target);
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).with_context(|| format!("{}", folder.display()))? {
        let file = entry?.path();
        let data = std::fs::read(&file)?;
        let fed = std::panic::catch_unwind(|| feed(&data));
        ensure!(fed.is_ok(), "{} breaks a promise", file.display());
        count += 1;
    }
    ensure!(count > 0, "{} is empty", folder.display());
    Ok(())
}

#[test]
fn whatever_was_found_is_read_or_refused() -> Result<()> {
    check("body", fuzzed::body)?;
    check("config", fuzzed::config)?;
    check("foreign", fuzzed::foreign)
}
