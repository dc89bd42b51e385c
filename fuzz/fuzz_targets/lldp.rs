#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| rescue79_fuzz::bodies::lldp_announcement(data));
