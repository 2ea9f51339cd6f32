//! Who is due, and when. [`next_visit`] is pure: a cron expression, the last instant and a slug in, an instant out.
//! [`every`] runs jobs on such expressions; a job never overlaps with itself.
//!
//! A portal's next visit stands in the record. One that was missed while lantoa was down is simply in the past, so
//! it happens once at the next tick and the following one is computed from then.

mod history;
mod profile;

use std::future::Future;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, ensure};
use chrono::{DateTime, FixedOffset};
use croner::Cron;
use croner::parser::{CronParser, Seconds};
use serde::{Deserialize, Serialize};
use tokio_cron_scheduler::{Job, JobScheduler};
use tokio_util::sync::CancellationToken;
use xxhash_rust::xxh3::xxh3_64;

pub use history::History;

use crate::clock::Timestamp;
use crate::portal::{Entry, Kind};

/// When portals are visited: cron expressions (minute hour day month weekday) in Vietnam's time, one for each kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// The Government and its own sites: they announce what everybody else explains.
    pub government: String,
    /// Ministries.
    pub ministry: String,
    /// Agencies under the Government.
    pub agency: String,
    /// Provinces.
    pub province: String,
    /// Departments of provinces and ministries.
    pub department: String,
    /// Communes: many, and each publishes little.
    pub commune: String,
    /// Newspapers.
    pub press: String,
    /// Everything else.
    pub other: String,
    /// Learn from each feed, sitemap and listing when to ask it again, from five minutes to a day. Without it, and for
    /// portals with an expression of their own, the expressions decide.
    pub learn: bool,
    /// A source is asked again when the articles that it has probably published by then have waited so many seconds,
    /// added together. Less finds them sooner and asks more often: 45 makes about ten polls a second of 14,000 portals.
    pub patience_s: f64,
    /// Spreads the portals of one expression over this many seconds, so that they do not start together.
    pub jitter_s: u32,
}

impl Default for Options {
    fn default() -> Self {
        let line = str::to_owned;
        Self {
            government: line("*/10 * * * *"),
            ministry: line("*/15 6-22 * * *"),
            agency: line("*/30 6-22 * * *"),
            province: line("*/20 6-22 * * *"),
            department: line("0 7-21 * * *"),
            commune: line("30 8,11,14,17,20 * * *"),
            press: line("*/30 * * * *"),
            other: line("0 */2 * * *"),
            learn: true,
            patience_s: 45.0,
            jitter_s: 300,
        }
    }
}

impl Options {
    /// The expression for a portal: its own, or its kind's.
    #[must_use]
    pub fn cron_of<'a>(&'a self, entry: &'a Entry) -> &'a str {
        entry.cron.as_deref().unwrap_or(match entry.kind {
            Kind::Government => &self.government,
            Kind::Ministry => &self.ministry,
            Kind::Agency => &self.agency,
            Kind::Province => &self.province,
            Kind::Department => &self.department,
            Kind::Commune => &self.commune,
            Kind::Press => &self.press,
            Kind::Other => &self.other,
        })
    }

    /// Refuses expressions that mean nothing.
    ///
    /// # Errors
    /// Names the option and the expression.
    pub fn check(&self) -> Result<()> {
        let lines = [
            ("government", &self.government),
            ("ministry", &self.ministry),
            ("agency", &self.agency),
            ("province", &self.province),
            ("department", &self.department),
            ("commune", &self.commune),
            ("press", &self.press),
            ("other", &self.other),
        ];
        for (name, line) in lines {
            parse(line).with_context(|| format!("schedule.{name}"))?;
        }
        ensure!(
            (1.0..=1e6).contains(&self.patience_s),
            "schedule.patience_s is {}, and must lie between 1 and 1000000",
            self.patience_s
        );
        Ok(())
    }
}

/// The first visit of a portal after `after`: the next time its cron expression names, plus the portal's own share of
/// the jitter, which is the same every day.
///
/// # Errors
/// When the expression means nothing or names no day.
pub fn next_visit(cron: &str, slug: &str, jitter_s: u32, after: Timestamp) -> Result<Timestamp> {
    let occurrence = next_occurrence(&parse(cron)?, after).with_context(|| format!("cron expression `{cron}`"))?;
    let jitter = if jitter_s == 0 { 0 } else { xxh3_64(slug.as_bytes()) % u64::from(jitter_s) };
    Ok(occurrence + jiff::SignedDuration::from_secs(i64::try_from(jitter).unwrap_or(0)))
}

/// When to ask again after so many failures in a row: a quarter of an hour for each, to a day at most, give or take a
/// tenth so that sources which fell together do not come back together.
#[must_use]
pub fn after_failures(failures: u32, name: &str, now: Timestamp) -> Timestamp {
    const STEP: i64 = 15 * 60;
    const LONGEST: i64 = 24 * 3600;
    let wait = (STEP * i64::from(failures)).min(LONGEST);
    let spread = i64::try_from(xxh3_64(name.as_bytes()) % 200).unwrap_or(0) - 100;
    now + jiff::SignedDuration::from_secs(wait + wait * spread / 1_000)
}

/// The next `count` visits after `after`.
///
/// # Errors
/// As [`next_visit`].
pub fn next_visits(options: &Options, entry: &Entry, after: Timestamp, count: usize) -> Result<Vec<Timestamp>> {
    let cron = options.cron_of(entry);
    let mut visits: Vec<Timestamp> = Vec::with_capacity(count);
    let mut from = after;
    while visits.len() < count {
        let visit = next_visit(cron, &entry.slug, options.jitter_s, from)?;
        // Asking from the occurrence itself, not from the jittered visit, so that none is stepped over.
        from = next_occurrence(&parse(cron)?, from)?;
        visits.push(visit);
    }
    Ok(visits)
}

/// Refuses a cron expression that means nothing.
///
/// # Errors
/// Names the expression and an example.
pub fn parse(cron: &str) -> Result<Cron> {
    CronParser::builder()
        .seconds(Seconds::Optional)
        .build()
        .parse(cron)
        .map_err(|cause| anyhow!("`{cron}` is not a cron expression: {cause} (example: `*/15 6-22 * * *`)"))
}

fn next_occurrence(cron: &Cron, after: Timestamp) -> Result<Timestamp> {
    let zone = FixedOffset::east_opt(7 * 3600).context("seven hours are an offset")?;
    let after = DateTime::from_timestamp(after.as_second(), 0).context("the instant is outside the calendar")?;
    let next = cron
        .find_next_occurrence(&after.with_timezone(&zone), false)
        .map_err(|cause| anyhow!("names no time: {cause}"))?;
    Timestamp::from_second(next.timestamp()).context("the next time is outside the calendar")
}

/// Runs `job` whenever `cron` (with seconds, Vietnam's time) says so, until `cancel`. A run that lasts longer than its
/// period makes the next ones be skipped, never doubled.
///
/// # Errors
/// When the expression means nothing or the scheduler cannot start.
pub async fn every<F, R>(scheduler: &JobScheduler, cron: &str, cancel: &CancellationToken, job: F) -> Result<()>
where
    F: Fn() -> R + Send + Sync + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let running = Arc::new(tokio::sync::Mutex::new(()));
    let (job, cancel) = (Arc::new(job), cancel.clone());
    let zone = FixedOffset::east_opt(7 * 3600).context("seven hours are an offset")?;
    let task = Job::new_async_tz(cron, zone, move |_, _| {
        let (running, job, cancel) = (running.clone(), job.clone(), cancel.clone());
        Box::pin(async move {
            let Ok(_turn) = running.try_lock() else { return };
            if !cancel.is_cancelled() {
                job().await;
            }
        })
    })
    .with_context(|| format!("cannot schedule `{cron}`"))?;
    scheduler.add(task).await.with_context(|| format!("cannot schedule `{cron}`"))?;
    Ok(())
}

/// Runs `job` at once and then every `period`, one run after the other, until `cancel`. Unlike [`every`] it does not
/// look at the machine's clock, which may be set back by a day.
pub async fn steadily<F, R>(period: std::time::Duration, cancel: CancellationToken, job: F)
where
    F: Fn() -> R,
    R: Future<Output = ()>,
{
    let mut ticks = tokio::time::interval(period);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            () = cancel.cancelled() => return,
            _ = ticks.tick() => job().await,
        }
    }
}

/// A scheduler that is not running yet.
///
/// # Errors
/// When it cannot be made.
pub async fn scheduler() -> Result<JobScheduler> {
    JobScheduler::new().await.context("cannot make the scheduler")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    fn check(cron: &str, after: &str, expected: &str) {
        let next = next_visit(cron, "bo-y-te", 0, at(after)).expect("a good expression");
        assert_eq!(next, at(expected), "{cron} after {after}");
    }

    #[test]
    fn cron_is_read_in_vietnam() {
        check("*/15 6-22 * * *", "2026-11-21T00:01:00Z", "2026-11-21T00:15:00Z");
        // 22:45 in Vietnam is the last of the day; the next one is 06:00.
        check("*/15 6-22 * * *", "2026-11-21T15:45:00Z", "2026-11-21T23:00:00Z");
        check("30 8 * * MON", "2026-11-21T00:00:00Z", "2026-11-23T01:30:00Z");
    }

    #[test]
    fn a_visit_missed_for_days_is_due_once() {
        let due = at("2026-11-18T00:15:00Z");
        let now = at("2026-11-21T00:01:00Z");
        assert!(due <= now);
        assert!(next_visit("*/15 * * * *", "a", 300, now).expect("a good expression") > now);
    }

    #[test]
    fn jitter_is_bounded_steady_and_differs() {
        let visits: Vec<_> = (0..50)
            .map(|n| next_visit("0 * * * *", &format!("portal-{n}"), 300, at("2026-11-21T00:01:00Z")).expect("good"))
            .collect();
        let (first, last) = (at("2026-11-21T01:00:00Z"), at("2026-11-21T01:05:00Z"));
        assert!(visits.iter().all(|visit| (first..last).contains(visit)));
        let distinct: std::collections::HashSet<_> = visits.iter().collect();
        assert!(distinct.len() > 30);
    }

    #[test]
    fn next_visits_do_not_skip() {
        let entry = Entry::new("a", "A", Kind::Ministry, "https://a.gov.vn/".parse().expect("an address"));
        let visits = next_visits(&Options::default(), &entry, at("2026-11-21T02:00:00Z"), 3).expect("good");
        let gaps: Vec<_> = visits.windows(2).map(|pair| pair[1].duration_since(pair[0]).as_secs()).collect();
        assert_eq!(gaps, [900, 900]);
    }

    #[test]
    fn nonsense_is_named() {
        let problem =
            format!("{:#}", next_visit("every day", "a", 0, at("2026-11-21T00:00:00Z")).expect_err("nonsense"));
        assert!(problem.contains("`every day` is not a cron expression"), "{problem}");
    }
}
