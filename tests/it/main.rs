//! One integration binary: everything that looks at the program from outside.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that meets the unexpected ends there, with what it met"
)]

mod account;
mod addresses;
mod catalogue;
mod cli;
mod evidence;
mod fuzz_smoke;
mod hand;
mod identification;
mod invariants;
#[cfg(target_os = "linux")]
mod lab;
mod layering;
mod loopback;
mod no_panic;
mod orders;
mod pages;
mod plain;
mod power;
#[cfg(unix)]
mod pty;
mod reader;
mod remedies;
mod replay;
mod requests;
mod room;
mod scenarios;
mod screens;
mod serving;
mod svg;
mod symptoms;
mod talk;
mod variation;
mod verdicts;
mod walks;
mod web;
mod wizard;
mod xray;
