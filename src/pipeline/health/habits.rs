//! What is usual for a portal: how much it publishes, and what its pages give. Pure: visits in, what is unusual out.
//!
//! Each of the four yields (title, date, text, text by selector) is a share of pages, kept twice: over the last dozen
//! pages and over the last few hundred. A changed layout shows as the first falling well below the second.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::extract::Yielded;

/// Pages that the short memory holds.
const LATELY: f64 = 12.0;
/// Pages that the long memory holds.
const USUALLY: f64 = 300.0;
/// Pages that the long memory needs before anything can be below it, and the short one before it is believed.
const ENOUGH: [f64; 2] = [30.0, 7.0];
/// A share has fallen when it is below this part of what was usual, and by that much at least …
const FALLEN: [f64; 2] = [0.5, 0.35];
/// … and is well again from this part of it on.
const RISEN: f64 = 0.75;
/// What has been so for so long is the new habit.
const ACCEPTED: SignedDuration = SignedDuration::from_hours(30 * 24);
/// What was published so many seconds ago counts half.
const HALF_LIFE_S: f64 = 14.0 * 86_400.0;
/// Seconds that a portal has to be watched before its pace is known.
const WATCHED_S: f64 = 3.0 * 86_400.0;

/// What the visits of one portal have taught.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Habits {
    pace: Option<Pace>,
    title: Track,
    date: Track,
    text: Track,
    by_selector: Track,
}

/// How much is published.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Pace {
    at: Timestamp,
    articles: f64,
    watched_s: f64,
}

/// One yield.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Track {
    lately: Share,
    usually: Share,
    fallen_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Share {
    pages: f64,
    found: f64,
}

/// Pages read in one visit, and how many of them gave each field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) pages: u64,
    title: u64,
    date: u64,
    text: u64,
    by_selector: u64,
}

/// A field that pages give less often than they did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fall {
    pub(super) field: &'static str,
    /// Shares of the pages, 0 to 1.
    pub(super) usually: f64,
    pub(super) lately: f64,
}

impl Tally {
    pub(super) fn add(&mut self, page: Yielded) {
        self.pages += 1;
        self.title += u64::from(page.title);
        self.date += u64::from(page.date);
        self.text += u64::from(page.text);
        self.by_selector += u64::from(page.by_selector);
    }
}

impl Habits {
    /// Takes in the pages of a visit that ended at `now`.
    pub(super) fn read(&mut self, tally: &Tally, now: Timestamp) {
        if tally.pages == 0 {
            return;
        }
        let pages = tally.pages as f64;
        for (track, found) in [
            (&mut self.title, tally.title),
            (&mut self.date, tally.date),
            (&mut self.text, tally.text),
            (&mut self.by_selector, tally.by_selector),
        ] {
            track.add(pages, found as f64, now);
        }
    }

    /// The fields that are found less often than they were, the gravest first.
    pub(super) fn falls(&self) -> Vec<Fall> {
        let tracks =
            [("text", &self.text), ("date", &self.date), ("title", &self.title), ("selectors", &self.by_selector)];
        let fallen = tracks.into_iter().filter(|(_, track)| track.fallen_at.is_some());
        fallen
            .map(|(field, track)| Fall { field, usually: track.usually.share(), lately: track.lately.share() })
            .collect()
    }

    /// Takes in how many articles a successful visit at `now` brought. What the first one brings was published while
    /// nobody watched.
    pub(super) fn published(&mut self, articles: u64, now: Timestamp) {
        let Some(pace) = &mut self.pace else {
            self.pace = Some(Pace { at: now, articles: 0.0, watched_s: 0.0 });
            return;
        };
        let passed = now.duration_since(pace.at).as_secs_f64().max(0.0);
        let fade = (-passed * std::f64::consts::LN_2 / HALF_LIFE_S).exp();
        pace.articles = pace.articles * fade + articles as f64;
        pace.watched_s = pace.watched_s * fade + passed;
        pace.at = pace.at.max(now);
    }

    /// Articles a day; nothing before the portal was watched for some days.
    pub(super) fn per_day(&self) -> Option<f64> {
        let pace = self.pace.as_ref().filter(|pace| pace.watched_s >= WATCHED_S)?;
        Some(pace.articles / pace.watched_s * 86_400.0)
    }
}

impl Track {
    fn add(&mut self, pages: f64, found: f64, now: Timestamp) {
        self.lately.add(pages, found, LATELY);
        let [enough, some] = ENOUGH;
        let (usually, lately) = (self.usually.share(), self.lately.share());
        let [part, by] = FALLEN;
        self.fallen_at = match self.fallen_at {
            None if self.usually.pages >= enough
                && self.lately.pages >= some
                && lately < usually * part
                && usually - lately >= by =>
            {
                Some(now)
            }
            Some(_) if lately >= usually * RISEN => None,
            Some(since) if now.duration_since(since) >= ACCEPTED => {
                self.usually = self.lately;
                None
            }
            same => same,
        };
        // What is usual does not learn from what is wrong.
        if self.fallen_at.is_none() {
            self.usually.add(pages, found, USUALLY);
        }
    }
}

impl Share {
    /// Takes in `pages` more as if they came in any order, into a memory of `memory` pages.
    fn add(&mut self, pages: f64, found: f64, memory: f64) {
        let fade = (1.0 - 1.0 / memory).powf(pages);
        let weight = (1.0 - fade) * memory;
        self.pages = self.pages * fade + weight;
        self.found = self.found * fade + weight * found / pages;
    }

    fn share(self) -> f64 {
        if self.pages > 0.0 { self.found / self.pages } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: i64) -> Timestamp {
        let start: Timestamp = "2026-11-01T00:00:00Z".parse().expect("an instant");
        start + SignedDuration::from_hours(24 * day)
    }

    /// Visits of so many pages of which so many give a date; everything else is always there.
    fn read(visits: &[(u64, u64)]) -> Habits {
        let mut habits = Habits::default();
        for (at, (pages, date)) in visits.iter().enumerate() {
            let tally = Tally { pages: *pages, title: *pages, date: *date, text: *pages, by_selector: 0 };
            habits.read(&tally, day(at as i64));
        }
        habits
    }

    #[test]
    fn a_yield_that_falls_is_noticed_and_one_that_swings_is_not() {
        let check = |visits: &[(u64, u64)], expected: &[&str]| {
            let fields: Vec<_> = read(visits).falls().iter().map(|fall| fall.field).collect();
            assert_eq!(fields, expected, "{visits:?}");
        };
        let mut visits = vec![(200, 190)];
        check(&visits, &[]);
        visits.extend([(1, 0); 3]);
        check(&visits, &[]);
        visits.extend([(3, 0); 4]);
        check(&visits, &["date"]);
        visits.extend([(5, 5); 5]);
        check(&visits, &[]);
        // A portal that never dated its pages has lost nothing, and one that dates half of them swings.
        check(&[(200, 20), (10, 0), (10, 0)], &[]);
        check(&[(200, 100), (10, 3), (10, 6), (10, 4)], &[]);
        // Too little is known.
        check(&[(10, 10), (10, 0)], &[]);
        check(&[], &[]);
        check(&[(0, 0), (0, 0)], &[]);
    }

    #[test]
    fn a_fall_is_told_in_shares_and_accepted_after_a_month() {
        let mut habits = read(&[(300, 300), (60, 0)]);
        let fall = habits.falls()[0];
        assert!(fall.usually > 0.99 && fall.lately < 0.01, "{fall:?}");
        let page = |day_of: i64, habits: &mut Habits| {
            habits.read(&Tally { pages: 1, title: 1, date: 0, text: 1, by_selector: 0 }, day(day_of));
        };
        page(29, &mut habits);
        assert_eq!(habits.falls().len(), 1);
        page(32, &mut habits);
        page(33, &mut habits);
        assert_eq!(habits.falls(), []);
    }

    #[test]
    fn the_pace_is_that_of_what_was_watched() {
        let mut habits = Habits::default();
        habits.published(5_000, day(0));
        assert_eq!(habits.per_day(), None);
        for at in 1..=20 {
            habits.published(3, day(at));
        }
        let pace = habits.per_day().expect("known");
        assert!((2.9..3.1).contains(&pace), "{pace}");
        let text = serde_json::to_string(&habits).expect("JSON");
        assert_eq!(serde_json::from_str::<Habits>(&text).expect("habits").per_day().map(|p| p.round()), Some(3.0));
        habits.published(1, day(3));
        assert!(habits.per_day().is_some(), "a clock that was set back");
    }
}
