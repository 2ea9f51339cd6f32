//! `lantoa audit`: whether the evidence is whole, and the trail as a table.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, Result};
use serde_json::json;

use super::{Invocation, print_json, println_or_quit};
use crate::accounts::table::{self as accounts, Sought};
use crate::app::App;
use crate::clock::Timestamp;
use crate::share;
use crate::store::chain::{self, Chain, Head, Verdict};
use crate::triage::table::told;
use crate::vietnamese::date;

/// Lines that are exported at a time.
const PAGE: i64 = 1_000;

/// What to do with the evidence.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Args {
    /// Look both chains through and name every altered, missing, moved or added line; exits with 1 when there is one
    Verify {
        /// An end of a chain that was noted earlier, as this command prints it: audit:PLACE:HASH
        #[arg(long, value_name = "CHAIN:PLACE:HASH", value_parser = noted)]
        head: Vec<(String, Head)>,
    },
    /// Write the audit trail to standard output, oldest line first
    Export {
        /// As a table for spreadsheets; without it, JSON lines
        #[arg(long)]
        csv: bool,
        /// Only lines from this instant on, e.g. 2026-11-21T00:00:00Z
        #[arg(long, value_name = "INSTANT")]
        since: Option<Timestamp>,
    },
}

fn noted(text: &str) -> Result<(String, Head), String> {
    let mut parts = text.splitn(3, ':');
    let (chain, place, hash) = (parts.next(), parts.next().and_then(|place| place.parse().ok()), parts.next());
    match (chain, place, hash) {
        (Some(chain @ ("audit" | "decision")), Some(place), Some(hash)) => {
            Ok((chain.to_owned(), Head { place, hash: hash.to_owned() }))
        }
        _ => Err("write audit:PLACE:HASH or decision:PLACE:HASH, as verify prints it".to_owned()),
    }
}

pub(super) async fn run(context: Invocation, args: Args) -> Result<ExitCode> {
    let app = App::open(context.config.clone(), context.clock()).await?;
    let code = match args {
        Args::Verify { head } => verify(&app, context.json, &head).await?,
        Args::Export { csv, since } => export(&app, csv, since).await?,
    };
    app.store.close().await;
    Ok(code)
}

async fn verify(app: &App, as_json: bool, noted: &[(String, Head)]) -> Result<ExitCode> {
    let pool = app.store.pool();
    let mut whole = true;
    let mut told_all = serde_json::Map::new();
    for chain in [&accounts::AUDIT, &told::DECISIONS] {
        let mut verdict = Verdict::default();
        let heads: Vec<_> = noted.iter().filter(|(name, _)| name == chain.name).map(|(_, head)| Some(head)).collect();
        for head in if heads.is_empty() { vec![None] } else { heads } {
            let found = chain::verify(pool, chain, head).await?;
            verdict.faults.retain(|fault| !found.faults.contains(fault));
            verdict = Verdict { faults: verdict.faults.into_iter().chain(found.faults.clone()).collect(), ..found };
        }
        if chain.name == told::DECISIONS.name {
            verdict.faults.extend(told::faults(pool).await?);
        }
        whole &= verdict.faults.is_empty();
        if as_json {
            told_all.insert(chain.name.to_owned(), as_value(&verdict));
        } else {
            show(chain, &verdict)?;
        }
    }
    if as_json {
        print_json(&told_all)?;
    }
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn as_value(verdict: &Verdict) -> serde_json::Value {
    let head = verdict.head.as_ref().map(|head| json!({ "place": head.place, "hash": head.hash }));
    json!({ "lines": verdict.lines, "head": head, "faults": verdict.faults })
}

fn show(chain: &Chain, verdict: &Verdict) -> Result<()> {
    let state = if verdict.faults.is_empty() { "whole" } else { "damaged" };
    println_or_quit(&format!("{}: {} lines, {state}", chain.name, verdict.lines))?;
    if let Some(head) = &verdict.head {
        println_or_quit(&format!("  ends at {}:{}:{}", chain.name, head.place, head.hash))?;
    }
    for fault in &verdict.faults {
        println_or_quit(&format!("  {fault}"))?;
    }
    Ok(())
}

async fn export(app: &App, csv: bool, since: Option<Timestamp>) -> Result<ExitCode> {
    let mut lines = Vec::new();
    let mut sought = Sought { since, ..Sought::default() };
    loop {
        let page = accounts::lines(app.store.pool(), &sought, PAGE).await?;
        let Some(last) = page.last() else { break };
        sought.before = Some(last.id);
        lines.extend(page);
    }
    lines.reverse();
    if !csv {
        for line in &lines {
            print_json(line)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let rows = lines.into_iter().map(|line| {
        vec![
            line.id.to_string(),
            line.at.to_string(),
            date::show(line.at),
            line.actor,
            line.act,
            line.subject,
            line.detail,
        ]
    });
    let sheet = share::sheet(&["id", "at", "vietnam", "actor", "act", "subject", "detail"], rows)?;
    std::io::stdout().write_all(&sheet).context("cannot write to standard output")?;
    Ok(ExitCode::SUCCESS)
}
