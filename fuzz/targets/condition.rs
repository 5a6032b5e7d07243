#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| condition::condition(data));

#[path = "../src/condition.rs"]
mod condition;
