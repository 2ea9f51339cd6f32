//! `lantoa portal list` and `show`: how each portal is doing, in words, with the mend.

use std::process::ExitCode;

use anyhow::Result;
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use super::{registered, when};
use crate::app::App;
use crate::clock::Timestamp;
use crate::commands::{print_json, println_or_quit};
use crate::pipeline::sweep;
use crate::portal::health::table::Line;
use crate::portal::health::{self, Cause, Condition, Verdict};
use crate::portal::{Portal, State, questions, table};
use crate::schedule;

/// Visits in the JSON of `show`: all that the record keeps.
const VISITS: i64 = 50;
/// Visits in the table of `show`: as many as a screen holds.
const LINES: usize = 15;

/// What is known of a portal, with how it is doing.
#[derive(Serialize)]
struct Shown<'p> {
    #[serde(flatten)]
    portal: &'p Portal,
    #[serde(flatten)]
    said: Said,
}

/// How a portal is doing, as programs read it.
#[derive(Serialize)]
struct Said {
    verdict: Verdict,
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    words_vi: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mend: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mend_vi: Option<&'static str>,
}

impl Said {
    fn of(verdict: Verdict) -> Self {
        Self {
            words: verdict.words(false),
            words_vi: verdict.words(true),
            mend: verdict.mend(false),
            mend_vi: verdict.mend(true),
            verdict,
        }
    }
}

/// `portal list`: every portal, or those in one state.
pub(super) async fn list(app: &App, wanted: Option<Condition>, json: bool) -> Result<ExitCode> {
    let (pool, now) = (app.store.pool(), app.clock.now());
    let registered = table::list(pool).await?;
    let all = registered.iter().map(|portal| (portal, portal.verdict(now)));
    let portals: Vec<(&Portal, Verdict)> =
        all.filter(|(_, verdict)| wanted.is_none_or(|wanted| verdict.condition == wanted)).collect();
    if json {
        let shown: Vec<_> =
            portals.into_iter().map(|(portal, verdict)| Shown { portal, said: Said::of(verdict) }).collect();
        print_json(&shown)?;
        return Ok(ExitCode::SUCCESS);
    }
    for incident in health::table::open_incidents(pool, now).await? {
        println_or_quit(&format!("{} ({})", incident.words(false), incident.mend(false)))?;
    }
    let mut rows = Table::new();
    rows.load_style(presets::NOTHING);
    rows.set_header(["slug", "name", "kind", "address", "state", "since", "last success", "cause"]);
    for (portal, verdict) in &portals {
        rows.add_row([
            portal.entry.slug.clone(),
            portal.entry.name.clone(),
            portal.entry.kind.to_string(),
            portal.entry.url.to_string(),
            verdict.condition.to_string(),
            when(verdict.since),
            when(portal.health.last_success_at),
            verdict.words(false).unwrap_or_default(),
        ]);
    }
    println_or_quit(&rows.to_string())?;
    println_or_quit(&counted(portals.iter().map(|(_, verdict)| verdict.condition)))?;
    Ok(ExitCode::SUCCESS)
}

/// `62 portals: 3 failing, 1 late, 58 good`.
fn counted(conditions: impl Iterator<Item = Condition> + Clone) -> String {
    let count = |wanted: Condition| conditions.clone().filter(|condition| *condition == wanted).count();
    let counts = Condition::ALL.map(|condition| (count(condition), condition));
    let counts: Vec<_> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, condition)| format!("{count} {condition}"))
        .collect();
    let all = conditions.count();
    if counts.is_empty() { format!("{all} portals") } else { format!("{all} portals: {}", counts.join(", ")) }
}

/// `portal show`: everything about one portal, with its last visits.
pub(super) async fn show(app: &App, slug: &str, json: bool) -> Result<ExitCode> {
    let portal = registered(app, slug, &format!("cannot show `{slug}`")).await?;
    let next = next_runs(app, &portal)?;
    let verdict = portal.verdict(app.clock.now());
    let visits = health::table::last_visits(app.store.pool(), portal.id, VISITS).await?;
    let questions = questions::of_portal(app.store.pool(), portal.id).await?;
    let sweep = sweep::progress(app.store.pool(), portal.id).await?;
    if json {
        let mut value = serde_json::to_value(Shown { portal: &portal, said: Said::of(verdict) })?;
        value["next_runs"] = serde_json::to_value(&next)?;
        value["questions"] = serde_json::to_value(&questions)?;
        value["sweep"] = serde_json::to_value(sweep)?;
        value["visits"] = serde_json::to_value(&visits)?;
        print_json(&value)?;
        return Ok(ExitCode::SUCCESS);
    }
    let health = &portal.health;
    let lines = [
        ("slug", portal.entry.slug.clone()),
        ("name", portal.entry.name.clone()),
        ("English name", portal.entry.name_en.clone()),
        ("kind", portal.entry.kind.to_string()),
        ("parent", portal.entry.parent.clone().unwrap_or_default()),
        ("address", portal.entry.url.to_string()),
        ("other domains", portal.entry.aliases.join(", ")),
        ("state", verdict.condition.to_string()),
        ("since", when(verdict.since)),
        ("cause", verdict.words(false).unwrap_or_default()),
        ("mend", verdict.mend(false).unwrap_or_default().to_owned()),
        ("schedule", app.config.schedule.cron_of(&portal.entry).to_owned()),
        ("next runs", next.iter().map(|at| when(Some(*at))).collect::<Vec<_>>().join(", ")),
        ("last visit", when(health.last_visit_at)),
        ("last success", when(health.last_success_at)),
        ("last new item", when(health.last_new_at)),
        ("problem", health.problem.clone().unwrap_or_default()),
        ("software", health.family.clone().unwrap_or_default()),
        ("confidence", portal.entry.confidence.clone()),
        ("notes", portal.entry.notes.clone()),
    ];
    for (name, value) in lines.iter().filter(|(_, value)| !value.is_empty()) {
        println_or_quit(&format!("{name:14} {value}"))?;
    }
    for question in questions.iter().filter(|question| question.is_open()) {
        println_or_quit(&format!("{:14} {} ({})", "question", question.words(), question.mend()))?;
    }
    for line in portal.learnt.in_words() {
        println_or_quit(&format!("{:14} {line}", "learnt"))?;
    }
    if let Some(sweep) = sweep {
        let (done, waiting) = (sweep.done, sweep.waiting);
        println_or_quit(&format!(
            "{:14} {done} pages dealt with, {waiting} wait (lantoa sweep {slug} goes on)",
            "sweep"
        ))?;
    }
    for source in portal.entry.sources.iter().chain(&portal.found) {
        println_or_quit(&format!("{:14} {}", format!("{:?}", source.kind).to_lowercase(), source.url))?;
    }
    for old in &portal.entry.predecessors {
        let until = old.until.map(|day| day.strftime(" (until %d/%m/%Y)").to_string()).unwrap_or_default();
        let domain = old.domain.as_ref().map(|domain| format!(", {domain}")).unwrap_or_default();
        println_or_quit(&format!("{:14} {}{domain}{until}", "predecessor", old.name))?;
    }
    if visits.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    println_or_quit("")?;
    print_visits(&visits[..visits.len().min(LINES)])?;
    Ok(ExitCode::SUCCESS)
}

/// The next three visits; the first may be one that was missed and is due at once.
fn next_runs(app: &App, portal: &Portal) -> Result<Vec<Timestamp>> {
    if portal.state != State::Active {
        return Ok(Vec::new());
    }
    let now = app.clock.now();
    // A portal that was never visited, or whose visit was missed, is due at once.
    let first = portal.health.next_visit_at.unwrap_or(now).max(now);
    let mut runs = vec![first];
    let from = first;
    runs.extend(schedule::next_visits(&app.config.schedule, &portal.entry, from, 3)?);
    runs.dedup();
    runs.truncate(3);
    Ok(runs)
}

fn print_visits(visits: &[Line]) -> Result<()> {
    let mut rows = Table::new();
    rows.load_style(presets::NOTHING);
    rows.set_header(["visit", "requests", "new", "changed", "failed", "ms", "cause"]);
    for visit in visits {
        let cause = visit.cause.map(Cause::code).unwrap_or_default();
        let ours = if visit.ours { " (ours)" } else { "" };
        let numbers = [visit.requests, visit.new, visit.changed, visit.failed, visit.elapsed_ms];
        let mut row = vec![when(Some(visit.started_at))];
        row.extend(numbers.iter().map(u64::to_string));
        row.push(format!("{cause}{ours}"));
        rows.add_row(row);
    }
    for column in 1..6 {
        if let Some(column) = rows.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    println_or_quit(&rows.to_string())
}
