//! `lantoa bench`: measurements that anybody can repeat, each beside a named reference in the same run.

mod rules;
mod schedule;
mod world;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

/// What is measured.
#[derive(Debug, Subcommand)]
pub(super) enum Args {
    /// How long articles wait until a poll finds them, over a simulated year of portals
    Schedule(schedule::Args),
}

pub(super) fn run(args: &Args, json: bool) -> Result<ExitCode> {
    match args {
        Args::Schedule(args) => schedule::run(args, json),
    }
}
