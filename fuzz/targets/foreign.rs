#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| banso_fuzz::foreign(data));
