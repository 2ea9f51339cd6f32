//! One visit of one portal: the whole flow in one readable function. Start with [`visit`].
//!
//! What a visit promises: what it found is written down before the first page of it is read, and a page is marked
//! seen only after the record has it, so a crash or an outage repeats work and loses none; "not modified" is believed
//! for a listing only when everything that it listed was dealt with; one portal's trouble ends in its own report.

pub mod answers;
pub mod attachments;
mod gone;
mod handed;
pub mod health;
mod identity;
mod leads;
mod not_found;
mod options;
mod polls;
mod questions;
pub mod reader;
mod reading;
mod report;
mod sources;
pub mod rebuild;
mod secrecy;
pub mod sweep;
mod table;
mod thinkers;
mod waiting;
mod witness;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

pub use handed::{Intake, Taken};
pub use options::Options;
pub use report::{Failure, Report};
pub use thinkers::Thinkers;
pub use witness::{Witness, Witnessed};

use crate::archive;
use crate::clock::{Clock, Timestamp};
use crate::dedup::{self, Window};
use crate::extract::Families;
use crate::fetch::{self, FetchError, Fetched, Fetcher, Request, What};
use crate::index::outbox;
use crate::portal::Portal;
use crate::schedule;
use crate::store::Store;
use crate::triage;

/// What a visit needs. Cheap to clone.
#[derive(Clone)]
pub struct Parts {
    /// The record.
    pub store: Store,
    /// What time it is.
    pub clock: Clock,
    /// The way to the portals.
    pub fetcher: Fetcher,
    /// What was seen before.
    pub window: Arc<Window>,
    /// Search engines that have to follow.
    pub targets: Arc<[&'static str]>,
    /// Told when the search index has something to do.
    pub index: outbox::Handle,
    /// Pages read at the same time, over all visits.
    pub thinkers: Thinkers,
    /// The child that reads attached files.
    pub reader: reader::Reader,
    /// How much a visit may do.
    pub options: Arc<Options>,
    /// How attached files are read.
    pub attachments: Arc<attachments::Options>,
    /// The software that portals run on.
    pub families: Arc<Families>,
    /// Who looks over the shoulder, when somebody does.
    pub witness: Option<Witness>,
    /// How duplicates are recognised.
    pub dedup: Arc<dedup::Options>,
    /// When something is gone.
    pub archive: Arc<archive::Options>,
    /// What deserves attention.
    pub triage: Arc<triage::Options>,
    /// When to come again.
    pub schedule: Arc<schedule::Options>,
    /// What visits know of each other: whether trouble is ours.
    pub health: health::Shared,
}

/// What a visit is asked to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// Ask for every known article again, not only for those that are due.
    pub full: bool,
    /// Ignore validators: read every page whole.
    pub force: bool,
}

/// Visits one portal and returns what happened. Never fails: what went wrong stands in the report.
pub async fn visit(
    parts: &Parts,
    portal: &Portal,
    order: Order,
    cancel: &CancellationToken,
    progress: &(dyn Fn(&Report) + Sync),
) -> Report {
    let mut visit = Visit::begin(parts, portal, order, cancel, progress);

    visit.trust_own_certificates();
    visit.load_notices().await;
    visit.load_questions().await;
    let leads = visit.find_leads().await;
    visit.look_whether_empty(&leads).await;
    visit.note_waiting(&leads).await;
    visit.learn_not_found(&leads).await;
    for lead in &leads.fresh {
        if visit.is_over() || visit.doubts.emptied.is_some() {
            break;
        }
        visit.read(lead).await;
    }
    // A portal none of whose sources can be read says nothing about its articles.
    // Neither does one that leads elsewhere: its articles would be read there before anybody agreed to it.
    let speaks = leads.answered && leads.moved.is_none();
    let known = if speaks { visit.articles_to_check(&leads).await } else { Vec::new() };
    for article in known {
        if visit.is_over() || visit.is_stopped() {
            break;
        }
        visit.check(&article).await;
    }
    visit.settle_suspects().await;

    let finished = !visit.is_over();
    visit.read_attachments().await;

    visit.conclude(leads, finished).await
}

/// A visit under way.
struct Visit<'a> {
    parts: &'a Parts,
    portal: &'a Portal,
    order: Order,
    cancel: &'a CancellationToken,
    progress: &'a (dyn Fn(&Report) + Sync),
    report: Report,
    started: Instant,
    started_at: Timestamp,
    /// Temporary failures since something last answered.
    failures_in_a_row: u32,
    /// The host itself cannot be reached.
    unreachable: bool,
    /// Articles in a row that the record did not take: the disk is full or worse, and asking on is a waste.
    unwritten_in_a_row: u32,
    /// Pages may be years old: one that bears no date is not today's.
    back_catalogue: bool,
    /// When every source of the portal had been read: what was not found by then was not there.
    absent_at: Option<Timestamp>,
    /// The portal asked us to come back later than this.
    wait_until: Option<Timestamp>,
    /// Articles that were asked for again and answered 404 or 410.
    missing: Vec<String>,
    /// Articles that were asked for again and are as they were.
    unchanged: Vec<String>,
    /// Pages asked for in this visit, so that none is asked for twice.
    asked: std::collections::HashSet<String>,
    /// Addresses that bear a mark of secrecy: not asked for until a person has dealt with them.
    closed: std::collections::HashSet<String>,
    /// Addresses whose mark a person found to be none.
    harmless: std::collections::HashSet<String>,
    /// Pages that wait to be read: left by earlier visits, or found by this one.
    waiting: waiting::Waiting,
    /// What is known of the portal's sources, and what this visit learnt.
    polls: polls::Polls,
    /// What is known of the portal's addresses.
    learnt: crate::portal::Learnt,
    /// Pages that were read as listings, by canonical address.
    listings: std::collections::HashSet<String>,
    /// A page was read under its other spelling, to prove a habit.
    proved: bool,
    /// What it may not decide by itself.
    doubts: questions::Doubts,
    /// What bears on the portal's health.
    watch: health::Watch,
}

impl<'a> Visit<'a> {
    fn begin(
        parts: &'a Parts,
        portal: &'a Portal,
        order: Order,
        cancel: &'a CancellationToken,
        progress: &'a (dyn Fn(&Report) + Sync),
    ) -> Self {
        Self {
            parts,
            portal,
            order,
            cancel,
            progress,
            report: Report::new(&portal.entry.slug),
            started: Instant::now(),
            started_at: parts.clock.now(),
            failures_in_a_row: 0,
            unreachable: false,
            unwritten_in_a_row: 0,
            back_catalogue: false,
            absent_at: None,
            wait_until: None,
            missing: Vec::new(),
            unchanged: Vec::new(),
            asked: std::collections::HashSet::new(),
            closed: std::collections::HashSet::new(),
            harmless: std::collections::HashSet::new(),
            waiting: waiting::Waiting::default(),
            polls: polls::Polls::default(),
            learnt: portal.learnt.clone(),
            listings: std::collections::HashSet::new(),
            proved: false,
            doubts: questions::Doubts::default(),
            watch: health::Watch::default(),
        }
    }

    /// Hands the portal's own certificates to the fetcher.
    fn trust_own_certificates(&mut self) {
        let entry = &self.portal.entry;
        let Some(file) = &entry.ca_file else { return };
        let Some(certificates) = self.report.note(fetch::certificates(file)) else { return };
        // An alias may name a port, which is no part of a certificate's name.
        let aliases = entry.aliases.iter().map(|alias| alias.split_once(':').map_or(alias.as_str(), |(host, _)| host));
        for host in entry.url.host_str().into_iter().chain(aliases) {
            let host = host.strip_prefix("www.").unwrap_or(host);
            self.parts.fetcher.trust(host, &certificates);
            self.parts.fetcher.trust(&format!("www.{host}"), &certificates);
        }
    }

    /// Whether the visit has to end here: its budget is spent, the portal stopped answering, or lantoa is stopping.
    fn is_over(&self) -> bool {
        self.is_stopped_short() || self.is_spent()
    }

    /// Whether it has to end for another reason than its budget.
    fn is_stopped_short(&self) -> bool {
        self.cancel.is_cancelled()
            || self.wait_until.is_some()
            || self.unreachable
            || self.unwritten_in_a_row >= UNWRITTEN
            || self.failures_in_a_row >= self.parts.options.failures_in_a_row
    }

    /// Whether as many pages were asked for as one visit may.
    fn is_spent(&self) -> bool {
        self.report.requests >= self.parts.options.pages_per_visit as u64
    }

    /// Asks for one page, counts it, and keeps the portal's patience in mind.
    async fn ask(&mut self, url: &url::Url, what: What, conditional: bool) -> Result<Fetched, FetchError> {
        self.asked.insert(url.as_str().to_owned());
        let now = self.parts.clock.now();
        let validators =
            (conditional && !self.order.force).then(|| self.parts.window.validators(url.as_str(), now)).flatten();
        let request = Request {
            url,
            what,
            validators: validators.as_ref(),
            home: &self.portal.entry.url,
            delay: self.portal.entry.delay_ms.map(Duration::from_millis),
        };
        let answer = tokio::select! {
            biased;
            () = self.cancel.cancelled() => return Err(FetchError::Cancelled),
            answer = self.parts.fetcher.get(request) => answer,
        };
        if let Err(cause) = &answer {
            self.watch.missed(health::is_home(self.portal, url), cause);
        }
        match &answer {
            Ok(fetched) => {
                self.report.requests += 1;
                self.failures_in_a_row = 0;
                if let Fetched::Page(page) = fetched {
                    self.report.bytes += page.body.len() as u64;
                }
            }
            Err(FetchError::Waiting { until }) => self.wait_until = Some(*until),
            // Nobody was asked.
            Err(
                FetchError::RobotsDenied
                | FetchError::AddressRefused { .. }
                | FetchError::Scheme(_)
                | FetchError::Port(_),
            ) => {}
            Err(cause) => {
                self.report.requests += 1;
                if matches!(cause, FetchError::Status(429 | 503)) {
                    // The process that visits next knows nothing of the pause unless the record does.
                    self.wait_until = self.parts.fetcher.pause(url).await.or(self.wait_until);
                }
                if cause.is_temporary() {
                    self.failures_in_a_row += 1;
                }
                self.doubts.hiccups += u32::from(cause.is_temporary() || matches!(cause, FetchError::Status(500..)));
                // Only the home page speaks for the portal: a feed may stand on another host.
                self.unreachable |= cause.is_of_the_host() && *url == self.portal.entry.url;
            }
        }
        (self.progress)(&self.report);
        answer
    }

    /// Notes a page that could not be had. That lantoa is stopping is no failure of a portal.
    fn failed(&mut self, url: &url::Url, cause: &FetchError) {
        if *cause != FetchError::Cancelled {
            self.report.fail(url, cause);
        }
    }

    /// Ends the visit: what was noted along the way goes into the record.
    async fn conclude(mut self, leads: leads::Leads, finished: bool) -> Report {
        self.note_unchanged().await;
        self.note_missing().await;
        self.ask_operator(&leads).await;
        if finished {
            // Everything that these pages listed was dealt with: next time "not modified" may be believed.
            for (url, validators) in &leads.read_whole {
                let noted = self.parts.window.set_validators(url, validators, self.started_at);
                self.report.note(noted);
            }
        }
        self.report.elapsed_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let success = leads.answered && self.unwritten_in_a_row < UNWRITTEN;
        let problem = self.problem(&leads);
        let (diagnosis, common) = self.diagnose(problem, success).await;
        let now = self.parts.clock.now();
        let polls = std::mem::take(&mut self.polls);
        let (noted, due) = polls.conclude(self.portal.entry.kind, now, self.parts.schedule.patience_s);
        let next = self.next_visit(now, due, leads.answered).max(self.wait_until);
        let left = self.still_waiting(leads.answered);
        let visited = crate::portal::table::Visited {
            portal: self.portal.id,
            started_at: self.started_at,
            elapsed_ms: self.report.elapsed_ms,
            report: serde_json::to_string(&self.report).unwrap_or_default(),
            success,
            news: self.report.new > 0,
            problem: self.report.problem.clone(),
            next_visit_at: next,
            found: leads.found,
            interrupted: self.cancel.is_cancelled(),
            diagnosis,
        };
        let noted = self
            .parts
            .store
            .write(move |connection| {
                Box::pin(async move {
                    if let Some(left) = &left {
                        table::settle(connection, visited.portal, left).await?;
                    }
                    // What is ours is not held against the portal's sources either.
                    if !visited.interrupted && !visited.diagnosis.ours {
                        table::note_polls(connection, visited.portal, &noted).await?;
                    }
                    crate::portal::table::visited(connection, &visited).await?;
                    common.note(connection, now).await
                })
            })
            .await;
        let noted = self.report.note(noted);
        health::tell(noted.as_deref().unwrap_or_default(), now);
        self.report.unrecorded = noted.is_none();
        self.report
    }

    /// Whether each source of this portal has a schedule of its own.
    fn learns(&self) -> bool {
        self.parts.schedule.learn && self.portal.entry.cron.is_none()
    }

    /// When the portal is visited again: when its first source is due, or as its cron expression says.
    fn next_visit(&self, now: Timestamp, due: Option<Timestamp>, answered: bool) -> Option<Timestamp> {
        let slug = &self.portal.entry.slug;
        if self.learns() {
            let failures = self.portal.health.failures.saturating_add(1);
            return if answered { due } else { Some(schedule::after_failures(failures, slug, now)) };
        }
        let cron = self.parts.schedule.cron_of(&self.portal.entry);
        schedule::next_visit(cron, slug, self.parts.schedule.jitter_s, now).ok()
    }
}

/// Articles in a row that the record does not take, after which a visit gives up.
const UNWRITTEN: u32 = 3;
