//! What the fuzzer was given of conditions, fed to the same function: `cargo xtask fuzz condition` looks for more.

use std::path::Path;

#[path = "../../../fuzz/src/condition.rs"]
mod fuzzed;

#[test]
fn whatever_was_found_is_read_or_refused() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/condition");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).expect("the corpus is there") {
        let file = entry.expect("it is listed").path();
        let data = std::fs::read(&file).expect("it is read");
        let fed = std::panic::catch_unwind(|| fuzzed::condition(&data));
        assert!(fed.is_ok(), "{} breaks a promise", file.display());
        // Anything is refused, so the corpus has to be of what is read.
        let read = serde_json::from_slice::<banso_model::condition::Condition>(&data);
        assert!(read.is_ok(), "{}", file.display());
        count += 1;
    }
    assert!(count > 0, "the corpus is empty");
}
