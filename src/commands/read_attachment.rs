//! `lantoa read-attachment`: the hidden command that the pipeline calls as a child. A file on standard input, its text
//! as one line of JSON on standard output. The process limits itself before it reads the first byte, so that a hostile
//! file can only take this process with it; no option file, log or data folder is opened here.

use std::io::{Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::extract::attachment::{self, Kind, Limits, Problem};
use crate::pipeline::reader::Answer;

/// Options of the child.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The format, as `sniff` found it
    #[arg(long)]
    kind: String,
    /// Largest file, in bytes
    #[arg(long)]
    bytes: u64,
    /// Characters of text that are kept
    #[arg(long)]
    text_chars: usize,
    /// Seconds of processor time
    #[arg(long)]
    cpu_s: u64,
    /// Address space in MB
    #[arg(long)]
    memory_mb: u64,
}

pub(super) fn run(args: &Args) -> Result<ExitCode> {
    // Where a panic happened may quote the file; the parent only learns that there was one.
    std::panic::set_hook(Box::new(|_| {}));
    limit(args)?;
    let kind: Kind = args.kind.parse().map_err(anyhow::Error::msg)?;
    let mut bytes = Vec::new();
    std::io::stdin().take(args.bytes).read_to_end(&mut bytes).context("cannot read the file")?;
    let limits = Limits { text_chars: args.text_chars, ..Limits::default() };
    let answer = match catch_unwind(AssertUnwindSafe(|| attachment::read(&bytes, kind, &limits))) {
        Ok(Ok(text)) => Answer::Text(text),
        Ok(Err(problem)) => Answer::Problem(problem),
        Err(_) => Answer::Problem(Problem::Damaged("the reader gave up on it".to_owned())),
    };
    let line = serde_json::to_string(&answer).context("cannot write JSON")?;
    std::io::stdout().write_all(line.as_bytes()).context("cannot write the text")?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(unix)]
fn limit(args: &Args) -> Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let both = |most: u64| Rlimit { current: Some(most), maximum: Some(most) };
    let memory = args.memory_mb.saturating_mul(1 << 20);
    let limits = [
        // The second more lets the soft limit's signal end the process by its own name.
        (Resource::Cpu, Rlimit { current: Some(args.cpu_s), maximum: Some(args.cpu_s.saturating_add(1)) }),
        (Resource::As, both(memory)),
        (Resource::Core, both(0)),
        (Resource::Fsize, both(0)),
        (Resource::Nofile, both(16)),
    ];
    for (resource, limit) in limits {
        // Only ever downwards: a limit that is lower already stays.
        let current = rustix::process::getrlimit(resource);
        let lower = |new: Option<u64>, old: Option<u64>| match (new, old) {
            (Some(new), Some(old)) => Some(new.min(old)),
            (new, old) => new.or(old),
        };
        let limit =
            Rlimit { current: lower(limit.current, current.maximum), maximum: lower(limit.maximum, current.maximum) };
        setrlimit(resource, limit).with_context(|| format!("cannot limit {resource:?}"))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn limit(_: &Args) -> Result<()> {
    // The parent still ends the process when its time is over.
    Ok(())
}
