//! `lantoa bench schedule`: a simulated year, polled by each rule with the same number of polls.

use std::process::ExitCode;

use anyhow::{Result, ensure};
use comfy_table::{CellAlignment, Table, presets};
use fastrand::Rng;
use serde::Serialize;

use super::rules::{Poller, Rule};
use super::world::{self, DAY, Portal, START};
use crate::commands::println_or_quit;

/// Options of `lantoa bench schedule`.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Args {
    /// Simulated portals
    #[arg(long, default_value_t = 14_000)]
    portals: u64,
    /// Simulated days
    #[arg(long, default_value_t = 365)]
    days: i64,
    /// Polls a second that 14,000 portals may be asked; fewer portals get their share
    #[arg(long, default_value_t = 10.0)]
    polls_per_second: f64,
}

/// The portals for which `--polls-per-second` speaks.
const ALL_PORTALS: f64 = 14_000.0;
/// Portals on which a rule's knob is tried before the whole run.
const SAMPLE: usize = 400;
/// Steps of that search.
const STEPS: usize = 20;

/// What a rule reached.
#[derive(Debug, Serialize)]
struct Outcome {
    rule: &'static str,
    knob: f64,
    polls_per_second: f64,
    mean_min: f64,
    p90_min: usize,
    p99_min: usize,
    to_fixed: f64,
}

pub(super) fn run(args: &Args, json: bool) -> Result<ExitCode> {
    ensure!(args.portals >= 1, "--portals must be at least 1");
    ensure!((1..=3_660).contains(&args.days), "--days must lie between 1 and 3660");
    ensure!(args.polls_per_second > 0.0, "--polls-per-second must be above 0");
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let portals: Vec<Portal> =
        in_parallel(threads, args.portals as usize, |number| world::portal(number as u64, args.days));
    let budget = args.polls_per_second / ALL_PORTALS * (args.days * DAY) as f64;

    let mut outcomes: Vec<Outcome> = Vec::new();
    for rule in Rule::ALL {
        let knob = knob(rule, &portals, args.days, budget, threads);
        let mut total = Delays::default();
        for delays in
            in_parallel(threads, portals.len(), |number| poll(rule, knob, &portals[number], number, args.days))
        {
            total.add(&delays);
        }
        let polls_per_second = total.polls as f64 / portals.len() as f64 * ALL_PORTALS / (args.days * DAY) as f64;
        let mean_min = total.seconds / total.items.max(1) as f64 / 60.0;
        let to_fixed = outcomes.first().map_or(1.0, |fixed| mean_min / fixed.mean_min);
        let (p90_min, p99_min) = (total.quantile(0.90), total.quantile(0.99));
        outcomes.push(Outcome { rule: rule.name(), knob, polls_per_second, mean_min, p90_min, p99_min, to_fixed });
    }
    if json {
        println_or_quit(&serde_json::to_string(&outcomes)?)?;
    } else {
        println_or_quit(&table(args, &portals, &outcomes))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn table(args: &Args, portals: &[Portal], outcomes: &[Outcome]) -> String {
    let items: usize = portals.iter().map(|portal| portal.items.len()).sum();
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["rule", "knob", "polls/s", "mean", "p90", "p99", "to fixed"]);
    for outcome in outcomes {
        table.add_row([
            outcome.rule.to_owned(),
            format!("{:.1}", outcome.knob),
            format!("{:.2}", outcome.polls_per_second),
            format!("{:.2}", outcome.mean_min),
            outcome.p90_min.to_string(),
            outcome.p99_min.to_string(),
            format!("{:.0} %", outcome.to_fixed * 100.0),
        ]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    format!(
        "{} portals, {} days, {items} items; minutes from publishing to the poll that finds it; polls/s for 14,000 portals\n{table}",
        args.portals, args.days
    )
}

/// How long items waited, and what that cost.
#[derive(Default)]
struct Delays {
    polls: u64,
    items: u64,
    seconds: f64,
    /// Items by whole minutes of waiting; the last place holds all that waited longer.
    minutes: Vec<u32>,
}

impl Delays {
    fn note(&mut self, seconds: i64) {
        /// A day and a little: no rule waits longer.
        const MINUTES: usize = 1_500;
        self.minutes.resize(MINUTES, 0);
        self.items += 1;
        self.seconds += seconds as f64;
        self.minutes[usize::try_from(seconds / 60).unwrap_or(0).min(MINUTES - 1)] += 1;
    }

    fn add(&mut self, other: &Self) {
        self.polls += other.polls;
        self.items += other.items;
        self.seconds += other.seconds;
        self.minutes.resize(self.minutes.len().max(other.minutes.len()), 0);
        for (sum, minutes) in self.minutes.iter_mut().zip(&other.minutes) {
            *sum += minutes;
        }
    }

    /// Whole minutes within which this share of the items was found.
    fn quantile(&self, share: f64) -> usize {
        let wanted = (share * self.items as f64) as u64;
        let mut sum = 0;
        self.minutes
            .iter()
            .position(|&count| {
                sum += u64::from(count);
                sum >= wanted
            })
            .unwrap_or(0)
    }
}

/// Polls one portal for the whole time.
fn poll(rule: Rule, knob: f64, portal: &Portal, number: usize, days: i64) -> Delays {
    let mut random = Rng::with_seed(number as u64 ^ 0x5EED);
    let mut delays = Delays::default();
    // Sources are not all asked first in the same second.
    let mut at = START + (random.f64() * 1_800.0) as i64;
    let mut poller = Poller::new(rule, knob, portal.kind, at);
    let mut known = 0;
    while at < START + days * DAY {
        let seen = known + portal.items[known..].partition_point(|&item| item <= at);
        for item in &portal.items[known..seen] {
            delays.note(at - item);
        }
        delays.polls += 1;
        let wait = poller.after(at, &portal.items, known, seen);
        known = seen;
        at += (wait * (0.95 + 0.1 * random.f64())) as i64;
    }
    delays
}

/// The knob with which a rule spends `budget` polls on a portal: by halving its range on a sample.
fn knob(rule: Rule, portals: &[Portal], days: i64, budget: f64, threads: usize) -> f64 {
    // Every so many-th portal, so that the sample is like the whole.
    let sample: Vec<usize> = (0..portals.len()).step_by(portals.len().div_ceil(SAMPLE)).collect();
    let (mut many, mut few) = rule.range();
    let mut knob = (many * few).sqrt();
    for _ in 0..STEPS {
        let polls = in_parallel(threads, sample.len(), |place| {
            let number = sample[place];
            poll(rule, knob, &portals[number], number, days).polls
        });
        if polls.iter().sum::<u64>() as f64 > budget * sample.len() as f64 {
            many = knob;
        } else {
            few = knob;
        }
        knob = (many * few).sqrt();
    }
    knob
}

/// `work` of 0 to `count`, in order.
fn in_parallel<T: Send>(threads: usize, count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let part = count.div_ceil(threads.max(1)).max(1);
    let work = &work;
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..count)
            .step_by(part)
            .map(|from| scope.spawn(move || (from..(from + part).min(count)).map(work).collect::<Vec<T>>()))
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_whole_minutes() {
        let mut delays = Delays::default();
        for minute in 0..100 {
            delays.note(minute * 60 + 30);
        }
        assert_eq!((delays.quantile(0.9), delays.quantile(0.99)), (89, 98));
    }

    #[test]
    fn every_item_is_found_once_and_lantoa_finds_them_sooner() {
        let portals: Vec<Portal> = (0..40).map(|number| world::portal(number, 56)).collect();
        let budget = 60.0 * 56.0;
        let mean = |rule: Rule| {
            let knob = knob(rule, &portals, 56, budget, 1);
            let mut total = Delays::default();
            for (number, portal) in portals.iter().enumerate() {
                let delays = poll(rule, knob, portal, number, 56);
                // What is published after the last poll is found by none.
                assert!(delays.items as usize + 40 >= portal.items.len(), "{rule:?}");
                total.add(&delays);
            }
            let spent = total.polls as f64 / portals.len() as f64;
            assert!((spent / budget - 1.0).abs() < 0.1, "{rule:?} spent {spent} of {budget}");
            total.seconds / total.items as f64
        };
        assert!(mean(Rule::Lantoa) < 0.6 * mean(Rule::Fixed));
    }
}
