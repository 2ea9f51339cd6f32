//! `lantoa crawl`: visits portals side by side, brings the search index up to date, and says what happened.

use std::collections::HashMap;
use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Result, bail};
use comfy_table::{CellAlignment, Table, presets};
use futures::StreamExt;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::{Invocation, print_json, println_or_quit};
use crate::app::{App, Works};
use crate::clock::Timestamp;
use crate::pipeline::{self, Order, Report};
use crate::portal::{self, Portal, State, health};
use crate::triage;

/// Clocks that are set right by less than this do no harm.
const CLOCK_SLACK: jiff::SignedDuration = jiff::SignedDuration::from_mins(5);

/// Options of `lantoa crawl`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Portals to visit now, due or not; each known article is asked for again
    #[arg(value_name = "SLUG")]
    slugs: Vec<String>,
    /// Visit every active portal, due or not; each known article is asked for again
    #[arg(long, conflicts_with = "slugs")]
    all: bool,
    /// Ignore validators and read every page whole
    #[arg(long)]
    force: bool,
}

/// What several visits did.
#[derive(Debug, Serialize)]
pub(super) struct Outcome {
    pub(super) portals: Vec<Report>,
    pub(super) totals: Totals,
}

/// The numbers of several visits added up.
#[derive(Debug, Default, Serialize)]
pub(super) struct Totals {
    requests: u64,
    pub(super) new: u64,
    changed: u64,
    unchanged: u64,
    duplicates: u64,
    gone: u64,
    failed: u64,
    skipped: u64,
    bytes: u64,
    elapsed_ms: u64,
}

pub(super) async fn run(context: Invocation, args: Args) -> Result<ExitCode> {
    let app = App::open(context.config.clone(), context.clock()).await?;
    let portals = chosen(&app, &args).await?;
    let works = app.into_works().await?;
    if portals.is_empty() {
        eprintln!("no portal is due (lantoa crawl --all visits every active one)");
    }
    let order = Order { full: args.all || !args.slugs.is_empty(), force: args.force };
    let outcome = visit_all(&works, &portals, order, &context.cancel).await;
    works.prune().await;
    let incidents = health::table::open_incidents(works.app.store.pool(), works.app.clock.now()).await;
    if let Err(cause) = works.close().await {
        // It is made again from the record at the next start.
        tracing::warn!(cause = %super::one_line(&cause), "the dedup window was not written");
    }
    if context.cancel.is_cancelled() {
        eprintln!("stopped before the end: what was read is kept, the next crawl goes on from there");
    }
    for incident in incidents.unwrap_or_default() {
        eprintln!("error: {} ({})", incident.words(false), incident.mend(false));
    }
    complain(&outcome);
    if context.json {
        print_json(&outcome)?;
    } else {
        print_table(&outcome)?;
    }
    let troubled = outcome.portals.iter().any(|report| report.problem.is_some() || report.failed > 0);
    Ok(if troubled { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// One line on standard error for each portal with trouble; each page that failed stands in the JSON report.
pub(super) fn complain(outcome: &Outcome) {
    // What is ours was said once.
    for report in outcome.portals.iter().filter(|report| !report.ours) {
        if let Some(problem) = &report.problem {
            eprintln!("error: portal `{}`: {problem}", report.portal);
        } else if let Some(first) = report.errors.first() {
            let more = if report.failed > 1 { format!(" (and {} more)", report.failed - 1) } else { String::new() };
            let page = if first.url.is_empty() { String::new() } else { format!(" {}:", first.url) };
            eprintln!("error: portal `{}`:{page} {}{more}", report.portal, first.cause);
        }
    }
}

async fn chosen(app: &App, args: &Args) -> Result<Vec<Portal>> {
    let pool = app.store.pool();
    if args.slugs.is_empty() {
        let now = app.clock.now();
        let mut portals = portal::table::list(pool).await?;
        portals.retain(|portal| portal.state == State::Active && (args.all || is_due(portal, now)));
        return Ok(portals);
    }
    let mut portals = Vec::new();
    for slug in &args.slugs {
        match portal::table::find(pool, slug).await? {
            Some(portal) if portal.state != State::Removed => portals.push(portal),
            _ => bail!("cannot crawl `{slug}`: no such portal (see lantoa portal list)"),
        }
    }
    Ok(portals)
}

/// A portal is due when its time has come, or when it was never visited, or when it was visited in what is the future
/// now: the machine's clock was ahead then, and so is the time of its next visit.
pub(super) fn is_due(portal: &Portal, now: Timestamp) -> bool {
    let ahead = |at: Timestamp| at.duration_since(now) > CLOCK_SLACK;
    portal.health.next_visit_at.is_none_or(|next| next <= now) || portal.health.last_visit_at.is_some_and(ahead)
}

/// Visits portals side by side with the index worker running, and waits until the index has everything.
pub(super) async fn visit_all(works: &Works, portals: &[Portal], order: Order, cancel: &CancellationToken) -> Outcome {
    let worker_ends = CancellationToken::new();
    let worker = works.start_worker(&worker_ends);
    let display = Display::new(portals.len());
    let limit = works.app.config.crawl.portals_at_once;
    let mut portals_done: Vec<Report> = futures::stream::iter(portals)
        .map(|portal| {
            let display = &display;
            async move {
                let report =
                    pipeline::visit(&works.visits, portal, order, cancel, &|report| display.show(report)).await;
                display.done(&report);
                report
            }
        })
        .buffer_unordered(limit)
        .collect()
        .await;
    display.finish();
    let (store, target) = (&works.app.store, works.app.config.index.backend.as_str());
    if let Err(cause) = triage::topics::table::suggest_waiting(store, target, works.app.clock.now()).await {
        tracing::warn!(cause = %format!("{cause:#}"), "stories wait for their topic until lantoa serve or the next crawl");
    }
    if let Err(cause) = triage::rules::run_waiting(store, target, works.app.clock.now()).await {
        tracing::warn!(cause = %format!("{cause:#}"), "stories wait for the rules until lantoa serve or the next crawl");
    }
    worker_ends.cancel();
    let _ = worker.await;
    if let Err(cause) = works.worker.catch_up(cancel).await {
        tracing::warn!(cause = %format!("{cause:#}"), "the search index is behind the record and will catch up later");
    }
    portals_done.sort_by(|a, b| a.portal.cmp(&b.portal));
    Outcome { totals: Totals::of(&portals_done), portals: portals_done }
}

impl Totals {
    fn of(reports: &[Report]) -> Self {
        let mut sum = Report::default();
        for report in reports {
            sum.add(report);
        }
        Self {
            requests: sum.requests,
            new: sum.new,
            changed: sum.changed,
            unchanged: sum.unchanged,
            duplicates: sum.duplicates,
            gone: sum.gone,
            failed: sum.failed,
            skipped: sum.skipped,
            bytes: sum.bytes,
            elapsed_ms: sum.elapsed_ms,
        }
    }
}

pub(super) fn print_table(outcome: &Outcome) -> Result<()> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["portal", "requests", "new", "changed", "unchanged", "gone", "failed", "skipped", "seconds"]);
    for report in &outcome.portals {
        let seconds = format!("{:.1}", report.elapsed_ms as f64 / 1000.0);
        let numbers =
            [report.requests, report.new, report.changed, report.unchanged, report.gone, report.failed, report.skipped];
        let mut row = vec![report.portal.clone()];
        row.extend(numbers.iter().map(u64::to_string));
        row.push(seconds);
        table.add_row(row);
    }
    for column in 1..9 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    println_or_quit(&table.to_string())?;
    for report in outcome.portals.iter().filter(|report| report.withheld > 0) {
        println_or_quit(&format!(
            "{}: {} addresses bear a mark of secrecy and were not stored (see lantoa notice list)",
            report.portal, report.withheld
        ))?;
    }
    let totals = &outcome.totals;
    println_or_quit(&format!(
        "{} portals: {} new, {} changed, {} unchanged, {} gone, {} failed in {:.1} s",
        outcome.portals.len(),
        totals.new,
        totals.changed,
        totals.unchanged,
        totals.gone,
        totals.failed,
        totals.elapsed_ms as f64 / 1000.0
    ))
}

/// A line for each portal under way on standard error; nothing when that is no terminal.
struct Display {
    lines: MultiProgress,
    overall: ProgressBar,
    bars: Arc<Mutex<HashMap<String, ProgressBar>>>,
    visible: bool,
}

impl Display {
    fn new(portals: usize) -> Self {
        let visible = std::io::stderr().is_terminal();
        let lines = MultiProgress::new();
        let overall = if visible { lines.add(ProgressBar::new(portals as u64)) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} portals, {elapsed}") {
            overall.set_style(style);
        }
        Self { lines, overall, bars: Arc::default(), visible }
    }

    fn show(&self, report: &Report) {
        if !self.visible {
            return;
        }
        let Ok(mut bars) = self.bars.lock() else { return };
        let bar = bars.entry(report.portal.clone()).or_insert_with(|| {
            let bar = self.lines.insert_before(&self.overall, ProgressBar::new_spinner());
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        bar.set_message(format!("{}: {} pages, {} new", report.portal, report.requests, report.new));
    }

    fn done(&self, report: &Report) {
        self.overall.inc(1);
        if let Ok(mut bars) = self.bars.lock()
            && let Some(bar) = bars.remove(&report.portal)
        {
            bar.finish_and_clear();
        }
    }

    fn finish(&self) {
        self.overall.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::portal::{Entry, Health, Kind, Learnt};

    #[test]
    fn due_by_the_record_and_when_the_clock_was_ahead() {
        let now: Timestamp = "2026-11-21T08:00:00Z".parse().expect("a timestamp");
        let check = |last: Option<&str>, next: Option<&str>, expected: bool| {
            let at = |text: &str| text.parse().expect("a timestamp");
            let health = Health { last_visit_at: last.map(at), next_visit_at: next.map(at), ..Health::default() };
            let entry = Entry::new("a", "A", Kind::Other, "https://a.vn/".parse().expect("an address"));
            let portal =
                Portal { id: 1, entry, found: Vec::new(), learnt: Learnt::default(), state: State::Active, health };
            assert_eq!(is_due(&portal, now), expected, "last {last:?}, next {next:?}");
        };
        check(None, None, true);
        check(Some("2026-11-21T07:00:00Z"), Some("2026-11-21T07:59:00Z"), true);
        check(Some("2026-11-21T07:00:00Z"), Some("2026-11-21T08:01:00Z"), false);
        check(Some("2036-11-21T07:00:00Z"), Some("2036-11-21T08:00:00Z"), true);
        check(Some("2026-11-21T08:00:30Z"), Some("2026-11-21T08:10:00Z"), false);
    }
}
