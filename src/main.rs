//! The command line: parse, match, call, print the error once.

use std::process::ExitCode;

use clap::Parser;
use lantoa::commands::{self, Cli};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match commands::run(cli) {
        Ok(code) => code,
        Err(cause) => {
            eprintln!("error: {}", commands::one_line(&cause));
            ExitCode::from(2)
        }
    }
}
