//! One integration binary: everything that looks at the program from outside.

mod catalogue;
mod cli;
#[cfg(target_os = "linux")]
mod lab;
mod layering;
mod loopback;
mod reader;
mod scenarios;
mod serving;
mod xray;
