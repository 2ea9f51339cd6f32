//! When each feed, sitemap and listing page of a portal is asked again. Every source learns for itself: of two that list
//! the same articles, the one that always comes second is soon asked once a day only.
//!
//! A scheduled visit asks the sources that are due and leaves the others alone; one ordered by hand asks all.

use std::collections::HashMap;
use std::time::Duration;

use jiff::SignedDuration;
use url::Url;

use crate::clock::Timestamp;
use crate::portal::Kind;
use crate::schedule::{self, History};

/// A source that is due so soon is asked along with the others, so that a portal is not visited twice in a minute.
const SLACK: SignedDuration = SignedDuration::from_secs(60);
/// What a feed says of how long it is to be left alone (`<ttl>`) is believed up to here: some say a year.
const LONGEST_HINT: Duration = Duration::from_secs(3600);
/// What a server says of how long a cache may keep its answer is believed up to here. Asking before brings the same bytes
/// from the cache; but templates say it of every page, whatever it lists.
const LONGEST_FRESHNESS: Duration = Duration::from_secs(30 * 60);
/// And up to so many times as long as the source would be left alone for its own history.
const MOST_STRETCH: i32 = 2;

/// Polls in a row that failed after which a source is not waited for.
const GIVEN_UP: u32 = 10;

/// What the record knows of one source.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Poll {
    pub(super) history: History,
    pub(super) due_at: Timestamp,
    /// Polls in a row that failed.
    pub(super) failures: u32,
}

/// What became of one source in this visit.
#[derive(Debug, Default)]
struct Asked {
    /// When the items were published that were new.
    new: Vec<Timestamp>,
    /// How long the source itself asks to be left alone.
    hint: Option<Duration>,
    /// How long a cache may keep its answer.
    fresh_for: Option<Duration>,
    failed: bool,
}

/// The sources of one portal.
#[derive(Debug, Default)]
pub(super) struct Polls {
    known: HashMap<String, Poll>,
    asked: HashMap<String, Asked>,
}

impl Polls {
    pub(super) fn new(known: HashMap<String, Poll>) -> Self {
        Self { known, asked: HashMap::new() }
    }

    /// When every source that answers had been read; nothing before the first visit. A source that has failed for long
    /// lists nothing.
    pub(super) fn all_read_at(&self) -> Option<Timestamp> {
        let alive = self.known.values().filter(|poll| poll.failures < GIVEN_UP);
        alive.map(|poll| poll.history.polled_at()).min()
    }

    /// Whether a source should be asked at `now`. One that was never asked is due.
    pub(super) fn is_due(&self, url: &Url, now: Timestamp) -> bool {
        self.known.get(url.as_str()).is_none_or(|poll| poll.due_at.duration_since(now) <= SLACK)
    }

    /// The sources that were asked before and are due at `now`.
    pub(super) fn due(&self, now: Timestamp) -> impl Iterator<Item = Url> + '_ {
        let due = self.known.iter().filter(move |(_, poll)| poll.due_at.duration_since(now) <= SLACK);
        due.filter_map(|(url, _)| Url::parse(url).ok())
    }

    /// Whether an address is one at which the portal lists articles.
    pub(super) fn knows(&self, url: &Url) -> bool {
        self.known.contains_key(url.as_str()) || self.asked.contains_key(url.as_str())
    }

    /// Notes that a source answered.
    pub(super) fn answered(&mut self, url: &Url, hint: Option<Duration>) {
        let asked = self.asked.entry(url.as_str().to_owned()).or_default();
        asked.hint = asked.hint.max(hint);
    }

    /// Notes for how long an answer may be kept by caches.
    pub(super) fn holds(&mut self, url: &Url, fresh_for: Option<Duration>) {
        let asked = self.asked.entry(url.as_str().to_owned()).or_default();
        asked.fresh_for = asked.fresh_for.max(fresh_for);
    }

    /// Notes that a source did not answer.
    pub(super) fn failed(&mut self, url: &Url) {
        self.asked.entry(url.as_str().to_owned()).or_default().failed = true;
    }

    /// Notes that a source listed an item that was not known.
    pub(super) fn found(&mut self, url: &Url, published: Timestamp) {
        self.asked.entry(url.as_str().to_owned()).or_default().new.push(published);
    }

    /// What the record should know of the sources that were asked, and the first instant at which any source is due.
    pub(super) fn conclude(
        self,
        kind: Kind,
        now: Timestamp,
        patience: f64,
    ) -> (Vec<(String, Poll)>, Option<Timestamp>) {
        let Self { mut known, asked } = self;
        let mut noted = Vec::with_capacity(asked.len());
        for (url, asked) in asked {
            let before = known.remove(&url);
            let failures = if asked.failed { before.as_ref().map_or(0, |poll| poll.failures) + 1 } else { 0 };
            let history = match before {
                // What the first poll brings was published while nobody watched.
                None => History::begin(now),
                Some(poll) if asked.failed => poll.history,
                Some(Poll { mut history, .. }) => {
                    let began = history.polled_at();
                    // A date before the last poll is a default of the template, or a late release.
                    let times: Vec<Timestamp> =
                        asked.new.iter().map(|at| if (began..=now).contains(at) { *at } else { now }).collect();
                    history.polled(kind, now, &times);
                    history
                }
            };
            let due_at = if asked.failed {
                schedule::after_failures(failures, &url, now)
            } else {
                let hint = asked.hint.unwrap_or_default().min(LONGEST_HINT);
                let learnt = history.next(kind, patience);
                let stretched = learnt.duration_since(now).saturating_mul(MOST_STRETCH);
                let fresh_for = asked.fresh_for.unwrap_or_default().min(LONGEST_FRESHNESS);
                let fresh_for = SignedDuration::try_from(fresh_for).unwrap_or_default().min(stretched);
                learnt.max(now + fresh_for).max(now + hint)
            };
            noted.push((url, Poll { history, due_at, failures }));
        }
        noted.sort_by(|a, b| a.0.cmp(&b.0));
        let due = noted.iter().map(|(_, poll)| poll.due_at).chain(known.values().map(|poll| poll.due_at)).min();
        (noted, due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    fn url(path: &str) -> Url {
        format!("https://a.gov.vn/{path}").parse().expect("an address")
    }

    /// Two sources over ten days of working hours: the feed lists every item first, the home page repeats it.
    #[test]
    fn a_source_that_only_repeats_another_is_left_alone() {
        let mut known: HashMap<String, Poll> = HashMap::new();
        let mut now = at("2026-11-02T01:00:00Z");
        let mut asked = [0, 0];
        for _ in 0..2_000 {
            let mut polls = Polls::new(known.clone());
            for (place, path) in ["feed", "home"].into_iter().enumerate() {
                if polls.is_due(&url(path), now) {
                    asked[place] += 1;
                    polls.answered(&url(path), None);
                    if path == "feed" {
                        polls.found(&url(path), now - SignedDuration::from_mins(2));
                    }
                }
            }
            let (noted, due) = polls.conclude(Kind::Ministry, now, 45.0);
            known.extend(noted);
            now = due.expect("a source is due some time");
            if now > at("2026-11-12T01:00:00Z") {
                break;
            }
        }
        assert!(asked[0] > 8 * asked[1], "the feed was asked {} times, the home page {}", asked[0], asked[1]);
    }

    #[test]
    fn failures_wait_longer_each_time_and_teach_nothing() {
        let now = at("2026-11-02T03:00:00Z");
        let mut known = HashMap::new();
        let mut waits = Vec::new();
        let mut history = None;
        for _ in 0..4 {
            let mut polls = Polls::new(known.clone());
            polls.failed(&url("feed"));
            let (noted, due) = polls.conclude(Kind::Ministry, now, 45.0);
            waits.push(due.expect("due some time").duration_since(now).as_secs());
            let poll = &noted[0].1;
            assert!(history.get_or_insert(poll.history.clone()) == &poll.history);
            known = noted.into_iter().collect();
        }
        assert!(waits.is_sorted() && waits[3] > 2 * waits[0], "{waits:?}");
        let mut polls = Polls::new(known);
        polls.answered(&url("feed"), Some(Duration::from_secs(1 << 40)));
        let (noted, due) = polls.conclude(Kind::Ministry, now, 45.0);
        assert_eq!(noted[0].1.failures, 0);
        assert_eq!(due.expect("due").duration_since(now).as_secs(), 3600, "a hint of centuries is an hour");
    }
}
