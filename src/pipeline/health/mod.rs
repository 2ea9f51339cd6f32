//! What a visit says of its portal's health: failures and pages of one visit in, the cause in the record out. What
//! strikes many portals at once is told once, as ours or as that of their software, and charged to none of them.

mod cause;
mod habits;
mod outage;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use url::Url;

use super::leads::Leads;
use super::{UNWRITTEN, Visit};
use crate::clock::Timestamp;
use crate::extract::{Extracted, Yielded};
use crate::fetch::FetchError;
use crate::portal::health::{Cause, Incident, table};
use crate::portal::table::Diagnosis;
use crate::portal::{self, Portal};
use crate::schedule;
use crate::store::Connection;
use habits::{Habits, Tally};
use outage::{Ended, Outage, Whose};

/// Pages that turn us away until they speak for the portal.
const TURNED_AWAY: u64 = 3;
/// Portals of a software family that have to give less at once.
const MEMBERS: i64 = 3;
/// Percent of its portals that have to.
const MEMBERS_PERCENT: i64 = 50;

/// What the visits of one process know of each other. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Shared(Arc<Mutex<Outage>>);

/// What one visit has seen that bears on its portal's health.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// Of the first page that could not be had.
    first: Option<Cause>,
    /// Of the home page.
    home: Option<Cause>,
    /// What a home page that lists nothing says of itself.
    blank: Option<(Cause, String)>,
    /// A registered feed that is none.
    bad_feed: bool,
    /// Pages that are no articles because the portal turned us away or failed, by what they say.
    refusals: HashMap<Cause, u64>,
    tally: Tally,
    /// Pages by the software whose marks they bear.
    families: HashMap<String, u64>,
}

/// What a page that was read says of its portal.
pub(super) struct Seen {
    yielded: Yielded,
    family: Option<String>,
    refusal: Option<Cause>,
}

impl Seen {
    pub(super) fn of(read: &Extracted) -> Self {
        let refusal = read.not_an_article.as_deref().and_then(cause::of_page);
        Self { yielded: read.yielded(), family: read.family.clone(), refusal }
    }
}

/// What a home page that lists nothing says of itself; nothing when it is an ordinary page.
pub(super) fn blank(read: &Extracted) -> Option<(Cause, String)> {
    let reason = read.not_an_article.as_deref()?;
    Some((cause::of_page(reason)?, reason.to_owned()))
}

impl Watch {
    /// Notes that a page could not be had.
    pub(super) fn missed(&mut self, is_home: bool, error: &FetchError) {
        let Some(cause) = cause::of_error(error) else { return };
        self.first.get_or_insert(cause);
        if is_home {
            self.home = Some(cause);
        }
    }

    /// Notes a page that was read.
    pub(super) fn read(&mut self, seen: Seen) {
        if let Some(cause) = seen.refusal {
            *self.refusals.entry(cause).or_default() += 1;
            // A shell of scripts where articles were is a changed layout; all others are not the article's page.
            if cause != Cause::NeedsJavascript {
                return;
            }
        }
        self.tally.add(seen.yielded);
        if let Some(family) = seen.family {
            *self.families.entry(family).or_default() += 1;
        }
    }

    /// Notes what a home page without links says of itself.
    pub(super) fn blank(&mut self, said: Option<(Cause, String)>) {
        self.blank = said;
    }

    /// Notes that a registered feed is none.
    pub(super) fn bad_feed(&mut self) {
        self.bad_feed = true;
    }

    /// What most pages say that turned us away, when they are more than those that were read.
    fn turned_away(&self) -> Option<(Cause, u64)> {
        let (cause, count) = self.refusals.iter().max_by_key(|(cause, count)| (**count, **cause))?;
        let is_rule = *count >= TURNED_AWAY && *count * 2 > self.tally.pages.max(*count);
        (is_rule && *cause != Cause::NotFound).then_some((*cause, *count))
    }

    fn family(&self) -> Option<String> {
        let most = self.families.iter().max_by_key(|(name, count)| (**count, (*name).clone()))?;
        Some(most.0.clone())
    }
}

impl Visit<'_> {
    /// What is wrong with the portal after this visit, by name and in words.
    pub(super) fn problem(&self, leads: &Leads) -> Option<(Cause, String)> {
        let (watch, report) = (&self.watch, &self.report);
        if self.cancel.is_cancelled() {
            return None;
        }
        let first = |otherwise: &str| report.errors.first().map_or(otherwise, |failure| &failure.cause).to_owned();
        if self.unwritten_in_a_row >= UNWRITTEN {
            let cause = report.errors.last().map_or("", |failure| failure.cause.as_str());
            return Some((Cause::Record, format!("the record cannot be written: {cause}")));
        }
        if let Some(until) = self.wait_until {
            let until = crate::vietnamese::date::show(until);
            // The last failure is the wait itself; the one before says why.
            let why = first("the host asked for a pause");
            let cause = watch.first.unwrap_or(Cause::AskedToWait);
            return Some((cause, format!("the portal has to be left alone until {until}: {why}")));
        }
        if !leads.answered {
            let cause = watch.home.or(watch.first).unwrap_or(Cause::Other);
            let why = if report.errors.is_empty() && cause == Cause::RobotsForbids {
                FetchError::RobotsDenied.to_string()
            } else {
                first("no answer")
            };
            return Some((cause, format!("the portal cannot be read: {why}")));
        }
        if let Some(asked) = self.asks_in_words() {
            return Some(asked);
        }
        if let Some(moved) = &leads.moved {
            let words = format!("the portal seems to have moved to {moved} (nothing is read there before you say so)");
            return Some((Cause::Moved, words));
        }
        if self.failures_in_a_row >= self.parts.options.failures_in_a_row {
            let words = format!("the portal stopped answering after {} requests", report.requests);
            return Some((Cause::StoppedAnswering, words));
        }
        if leads.listed == 0 {
            if let Some((cause, reason)) = &watch.blank {
                return Some((*cause, format!("the home page lists nothing: {reason}")));
            }
            let failure = report.errors.first();
            let why = failure.map(|failure| format!(" ({}: {})", failure.url, failure.cause)).unwrap_or_default();
            let cause = match watch.home {
                Some(cause) => cause,
                None if watch.bad_feed => Cause::NotAFeed,
                None => Cause::NothingListed,
            };
            return Some((cause, format!("no feed, sitemap or listing with articles was found{why}")));
        }
        watch.turned_away().map(|(cause, count)| (cause, format!("{count} pages are no articles: {}", cause.english())))
    }

    /// What goes into the record of the portal's health; brings what is usual for it up to date.
    pub(super) async fn diagnose(&mut self, found: Option<(Cause, String)>, success: bool) -> (Diagnosis, Common) {
        let now = self.parts.clock.now();
        if self.cancel.is_cancelled() {
            return Default::default();
        }
        let known = portal::table::yields(self.parts.store.pool(), self.portal.id).await;
        let known = self.report.note(known).flatten();
        // What an older version wrote and this one cannot read is learnt again.
        let mut habits: Habits = known.and_then(|known| serde_json::from_str(&known).ok()).unwrap_or_default();
        habits.read(&self.watch.tally, now);
        if success {
            habits.published(self.report.new, now);
        }
        let found = found.or_else(|| less(&habits));
        self.report.problem = found.as_ref().map(|(_, words)| words.clone());
        let cause = found.map(|(cause, _)| cause);
        self.report.cause = cause;

        let health = &self.portal.health;
        let owner = crate::portal::owner_of(&self.portal.entry.url);
        let was_well = health.failures == 0 && health.cause.is_none();
        let ended = Ended { at: now, portal: self.portal.id, owner: &owner, was_well, cause };
        // A portal that is visited by hand for the tenth time tells nothing new of the network.
        let whose = self.parts.health.0.lock().unwrap_or_else(PoisonError::into_inner).note(&ended);
        self.report.ours = matches!(whose, Whose::Ours { .. });
        let family = self.watch.family();
        let was_less = health.cause == Some(Cause::LayoutChanged);
        let is_less = cause == Some(Cause::LayoutChanged);
        let recount = (was_less != is_less).then(|| family.clone().or_else(|| health.family.clone())).flatten();
        let diagnosis = Diagnosis {
            cause,
            ours: self.report.ours,
            usual_per_day: (self.report.new > 0).then(|| habits.per_day()).flatten(),
            family,
            yields: serde_json::to_string(&habits).ok(),
        };
        (diagnosis, Common { whose: Some(whose), recount })
    }
}

/// What the pages give less often than they did, in words.
fn less(habits: &Habits) -> Option<(Cause, String)> {
    let percent = |share: f64| (share * 100.0).round();
    let falls: Vec<String> = habits
        .falls()
        .iter()
        .map(|fall| {
            format!("{} on {} % of its pages, before on {} %", fall.field, percent(fall.lately), percent(fall.usually))
        })
        .collect();
    (!falls.is_empty()).then(|| (Cause::LayoutChanged, format!("the layout changed: {}", falls.join("; "))))
}

/// What a visit says of others than its portal, on its way into the record.
#[derive(Default)]
pub(super) struct Common {
    whose: Option<Whose>,
    /// The family one of whose portals gives less than before, or no longer does.
    recount: Option<String>,
}

impl Common {
    /// Writes it down; returns troubles that are new.
    pub(super) async fn note(self, connection: &mut Connection, now: Timestamp) -> anyhow::Result<Vec<table::Struck>> {
        let mut new = Vec::new();
        match self.whose {
            Some(Whose::Ours { struck, pardon }) => {
                if !pardon.is_empty() {
                    table::pardon(connection, &pardon, schedule::after_failures(1, "", now)).await?;
                }
                if table::strike(connection, &struck, now).await? {
                    new.push(struck);
                }
            }
            Some(Whose::Over) => table::end(connection, None, now).await?,
            Some(Whose::Own) | None => {}
        }
        if let Some(family) = self.recount {
            let (members, fallen, began_at) = table::of_family(connection, &family).await?;
            if fallen >= MEMBERS && fallen * 100 >= members * MEMBERS_PERCENT {
                let struck = table::Struck {
                    cause: Cause::LayoutChanged,
                    family: Some(family),
                    began_at: began_at.unwrap_or(now),
                    struck: fallen,
                    asked: members,
                };
                if table::strike(connection, &struck, now).await? {
                    new.push(struck);
                }
            } else {
                table::end(connection, Some(&family), now).await?;
            }
        }
        Ok(new)
    }
}

/// Tells a trouble of many portals in the log, once.
pub(super) fn tell(struck: &[table::Struck], now: Timestamp) {
    for struck in struck {
        let incident = Incident {
            id: 0,
            cause: struck.cause,
            family: struck.family.clone(),
            began_at: struck.began_at,
            last_at: now,
            ended_at: None,
            struck: struck.struck,
            asked: struck.asked,
        };
        tracing::warn!(cause = struck.cause.code(), mend = incident.mend(false), "{}", incident.words(false));
    }
}

/// Whether a page is the portal's home page.
pub(super) fn is_home(portal: &Portal, url: &Url) -> bool {
    portal.entry.url == *url
}
