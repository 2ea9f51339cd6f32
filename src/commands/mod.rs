//! The command line: one file for each command, and what they share.

mod answer;
mod audit;
mod backup;
mod bench;
mod check;
mod crawl;
pub mod demo;
mod doctor;
mod explain;
mod export;
mod extract;
mod families;
mod init;
mod inspect;
mod key;
mod memory;
mod notice;
mod portal;
mod read_attachment;
mod rebuild;
mod reindex;
mod rule;
mod search;
mod serve;
mod sweep;
mod trial;
mod user;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{CommandFactory, Parser, Subcommand};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

use crate::clock::Clock;
use crate::config::{self, Config, LogFormat};

/// lantoa gathers what ministries and provinces publish, helps editors amplify it, and lets citizens search it.
#[derive(Debug, Parser)]
#[command(name = "lantoa", version, about, max_term_width = 100)]
pub struct Cli {
    /// Options file (default: config.toml here when there is one)
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Data folder (default: data)
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Print JSON on standard output
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve fixture portals on loopback, crawl them and open the site
    Demo(demo::Args),
    /// Write a commented config.toml, make the data folder, print the first administrator's one-time link
    Init(init::Args),
    /// The registry of portals
    #[command(subcommand)]
    Portal(portal::Args),
    /// Visit the portals that are due, then exit
    Crawl(crawl::Args),
    /// Walk one whole portal politely for its back-catalogue; goes on where it was stopped
    Sweep(sweep::Args),
    /// Scheduler, index worker and web
    Serve(serve::Args),
    /// Read one page, or many, and print what it says
    Extract(extract::Args),
    /// The software that portals run on, as files of selectors to read, edit and add
    #[command(subcommand)]
    Families(families::Args),
    /// Show what lantoa makes of one input, as JSON
    Inspect(inspect::Args),
    /// Search as the web does
    Search(search::Args),
    /// Write what is archived as JSON lines
    #[command(subcommand)]
    Export(export::Args),
    /// Build the search index anew from the record
    Reindex(reindex::Args),
    /// Make a derived store anew from the record
    #[command(subcommand)]
    Rebuild(rebuild::Args),
    /// Accounts
    #[command(subcommand)]
    User(user::Args),
    /// Keys of programs
    #[command(subcommand)]
    Key(key::Args),
    /// Evidence: the audit trail and the decisions, chained so that no line can be altered unnoticed
    #[command(subcommand)]
    Audit(audit::Args),
    /// Rules for the queue: when a story is like this, then do that
    #[command(subcommand)]
    Rule(rule::Args),
    /// Addresses that bear a mark of secrecy: nothing of them was stored
    #[command(subcommand)]
    Notice(notice::Args),
    /// Look at each part of the installation and say how to mend what is wrong
    Doctor,
    /// Write a consistent copy of the record, while others work
    Backup(backup::BackupArgs),
    /// Put a backup into an empty data folder
    Restore(backup::RestoreArgs),
    /// Measure, beside a named reference in the same run
    #[command(subcommand)]
    Bench(bench::Args),
    /// Read one attached file: what the pipeline calls as a child
    #[command(hide = true)]
    ReadAttachment(read_attachment::Args),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// What every command is handed.
pub(crate) struct Invocation {
    config: Config,
    json: bool,
    cancel: CancellationToken,
}

/// Runs one command. The exit code is 0, or 1 when part of the work failed and the rest was kept.
///
/// # Errors
/// When the command was used or configured wrongly, or cannot work at all; the caller exits with 2.
pub fn run(cli: Cli) -> Result<ExitCode> {
    if let Command::Completions { shell } = cli.command {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut Cli::command(), "lantoa", &mut script);
        println_or_quit(String::from_utf8_lossy(&script).trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Command::Inspect(args) = &cli.command {
        return inspect::run(args);
    }
    if matches!(cli.command, Command::Crawl(_) | Command::Sweep(_) | Command::Serve(_)) {
        memory::be_sparing();
    }
    open_many_files();
    if let Command::Bench(args) = &cli.command {
        return bench::run(args, cli.json);
    }
    if let Command::ReadAttachment(args) = &cli.command {
        return read_attachment::run(args);
    }
    let mut config = config::load(cli.config.as_deref())?;
    if let Some(folder) = cli.data_dir {
        config.general.data_dir = folder;
    }
    log(&config, matches!(cli.command, Command::Serve(_)))?;
    // Extraction of a page is plain work without a runtime.
    if let Command::Extract(args) = &cli.command
        && !args.needs_network()
    {
        return extract::offline(args, &config, cli.json);
    }
    if let Command::Families(args) = &cli.command {
        return families::run(args, &config, cli.json);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start")?;
    let outcome = runtime.block_on(async move {
        let cancel = CancellationToken::new();
        on_signal(cancel.clone());
        let context = Invocation { config, json: cli.json, cancel };
        match cli.command {
            Command::Demo(args) => demo::run(context, args).await,
            Command::Init(args) => init::run(context, args).await,
            Command::Portal(args) => portal::run(context, args).await,
            Command::Crawl(args) => crawl::run(context, args).await,
            Command::Sweep(args) => sweep::run(context, args).await,
            Command::Serve(args) => serve::run(context, args).await,
            Command::Extract(args) => extract::online(context, args).await,
            Command::Search(args) => search::run(context, args).await,
            Command::Export(args) => export::run(context, args).await,
            Command::Reindex(args) => reindex::run(context, args).await,
            Command::Rebuild(args) => rebuild::run(context, args).await,
            Command::User(args) => user::run(context, args).await,
            Command::Key(args) => key::run(context, args).await,
            Command::Audit(args) => audit::run(context, args).await,
            Command::Rule(args) => rule::run(context, args).await,
            Command::Notice(args) => notice::run(context, args).await,
            Command::Doctor => doctor::run(context).await,
            Command::Backup(args) => backup::backup(context, args).await,
            Command::Restore(args) => backup::restore(context, args).await,
            Command::Inspect(_)
            | Command::Bench(_)
            | Command::Families(_)
            | Command::ReadAttachment(_)
            | Command::Completions { .. } => Ok(ExitCode::SUCCESS),
        }
    });
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    outcome
}

/// An error as one line: what was tried, on what, why.
#[must_use]
pub fn one_line(cause: &anyhow::Error) -> String {
    crate::store::in_words(cause)
}

impl Invocation {
    fn clock(&self) -> Clock {
        Clock::System
    }
}

/// Prints a value as JSON on standard output.
fn print_json(value: &impl serde::Serialize) -> Result<()> {
    println_or_quit(&serde_json::to_string(value).context("cannot write JSON")?)
}

/// Says what was done: as JSON when that was asked for, else as a line.
fn say(json: bool, value: &serde_json::Value, line: &str) -> Result<()> {
    if json { print_json(value) } else { println_or_quit(line) }
}

/// Prints a line on standard output. A reader that went away, as `head` does, ends the command without a complaint.
fn println_or_quit(line: &str) -> Result<()> {
    use std::io::Write;
    match writeln!(std::io::stdout(), "{line}") {
        Err(cause) if cause.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
        other => other.context("cannot write to standard output"),
    }
}

fn log(config: &Config, serving: bool) -> Result<()> {
    let general = &config.general;
    // A server that says nothing cannot be operated; a command that chats cannot be scripted.
    // The engines' own warnings (a merge that was given up, a slow query) are nothing that an operator can mend.
    let wanted = match (serving, general.log.as_str()) {
        (true, "warn") => "info,tantivy=error,sqlx=error,sled=error,tokio_cron_scheduler=warn",
        (false, "warn") => "warn,tantivy=error,sqlx=error,sled=error",
        (_, own) => own,
    };
    let filter = EnvFilter::try_new(wanted)
        .with_context(|| format!("cannot use general.log = \"{wanted}\" (example: \"info\" or \"lantoa=debug\")"))?;
    // It writes whole addresses down, and that of a one-time link is a secret.
    let filter = filter.add_directive("tower_http::csrf=off".parse().context("cannot set up the log")?);
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let set = match general.log_format {
        LogFormat::Json => builder.json().try_init(),
        LogFormat::Text => builder.with_ansi(std::io::stderr().is_terminal()).try_init(),
    };
    set.map_err(|cause| anyhow::anyhow!("cannot start the log: {cause}"))?;
    // A part that gives up, such as a damaged dedup window, is caught where it runs; one line about it is enough.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let cause = panic.payload_as_str().unwrap_or_default();
        tracing::error!(place, cause, "a part of lantoa gave up");
    }));
    Ok(())
}

/// Takes as many descriptors as the system gives: each portal that was just asked holds a connection for a while, and
/// the usual first offer of 1,024 is less than a round of a large registry.
fn open_many_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let offered = getrlimit(Resource::Nofile);
    // What it had before is enough for most.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: offered.maximum, maximum: offered.maximum });
}

/// The first signal asks for an orderly end, the second ends at once.
fn on_signal(cancel: CancellationToken) {
    tokio::spawn(async move {
        let Ok(mut term) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else { return };
        for _ in 0..2 {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = term.recv() => {}
            }
            if cancel.is_cancelled() {
                std::process::exit(130);
            }
            cancel.cancel();
        }
    });
}
