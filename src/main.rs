//! The `rescue79` program.

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    rescue79::app::run(rescue79::cli::Cli::parse())
}
