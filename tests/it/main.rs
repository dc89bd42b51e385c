//! One integration binary: everything that looks at the program from outside.

mod catalogue;
#[cfg(target_os = "linux")]
mod lab;
mod layering;
mod loopback;
mod reader;
mod serving;
mod r#try;
mod xray;
