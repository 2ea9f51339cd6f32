//! Rules for when to poll a source again: lantoa's, a fixed interval, and those of four systems in use. Each has one
//! knob that trades polls for delay, so that all can be held to the same number of polls.

use crate::clock::Timestamp;
use crate::portal::Kind;
use crate::schedule::History;

/// No rule polls more often than this, in seconds.
const SHORTEST: f64 = 300.0;
/// No rule polls less often than this, in seconds.
const LONGEST: f64 = 86_400.0;
/// Seconds of a week.
const WEEK: i64 = 7 * 86_400;

/// A rule for polling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// What production uses. Knob: patience.
    Lantoa,
    /// The same interval for all. Knob: the interval.
    Fixed,
    /// Found something: halfway to the shortest interval; nothing: half as long again. Knob: the longest interval.
    StormCrawler,
    /// Found something: −20 %; nothing: +40 %; less 0.3 of the time since the last change. Knob: the longest interval.
    Nutch,
    /// The last week divided by its entries. Knob: the factor.
    Miniflux,
    /// More than 67 % of the entries known: 10 minutes longer; under 33 %: an hour shorter. Knob: the longest interval.
    MediaCloud,
}

impl Rule {
    /// All, in the order in which they are printed.
    pub(super) const ALL: [Self; 6] =
        [Self::Fixed, Self::StormCrawler, Self::Nutch, Self::Miniflux, Self::MediaCloud, Self::Lantoa];

    /// What it is called.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Lantoa => "lantoa",
            Self::Fixed => "fixed interval",
            Self::StormCrawler => "StormCrawler",
            Self::Nutch => "Nutch",
            Self::Miniflux => "Miniflux",
            Self::MediaCloud => "Media Cloud",
        }
    }

    /// The knob's range, from most polls to fewest.
    pub(super) fn range(self) -> (f64, f64) {
        match self {
            Self::Lantoa => (0.5, 1e6),
            Self::Miniflux => (1_000.0, 0.01),
            _ => (SHORTEST, LONGEST),
        }
    }
}

/// A source as its rule sees it.
pub(super) struct Poller {
    rule: Rule,
    knob: f64,
    kind: Kind,
    interval: f64,
    changed_at: i64,
    history: History,
    /// Entries before this place are older than a week.
    week: usize,
}

impl Poller {
    /// A source that is polled for the first time at `at`.
    pub(super) fn new(rule: Rule, knob: f64, kind: Kind, at: i64) -> Self {
        let interval = knob.clamp(SHORTEST, 3_600.0);
        Self { rule, knob, kind, interval, changed_at: at, history: History::begin(instant(at)), week: 0 }
    }

    /// Seconds until the next poll, after one at `at` that found `items[known..seen]` new.
    pub(super) fn after(&mut self, at: i64, items: &[i64], known: usize, seen: usize) -> f64 {
        /// Entries that a feed holds.
        const WINDOW: f64 = 20.0;
        let new = seen - known;
        let wait = match self.rule {
            Rule::Fixed => self.knob,
            Rule::Lantoa => {
                let published: Vec<Timestamp> = items[known..seen].iter().map(|&at| instant(at)).collect();
                self.history.polled(self.kind, instant(at), &published);
                (self.history.next(self.kind, self.knob).as_second() - at) as f64
            }
            Rule::StormCrawler => {
                let next = if new > 0 { 0.5 * self.interval + 0.5 * SHORTEST } else { 1.5 * self.interval };
                self.interval = next.clamp(SHORTEST, self.knob);
                self.interval
            }
            Rule::Nutch => {
                self.interval *= if new > 0 { 0.8 } else { 1.4 };
                let unchanged = (at - self.changed_at) as f64;
                self.interval = self.interval.max(unchanged).clamp(SHORTEST, self.knob);
                if new > 0 {
                    self.changed_at = at;
                }
                self.interval - 0.3 * unchanged.min(self.interval)
            }
            Rule::Miniflux => {
                while self.week < seen && items[self.week] < at - WEEK {
                    self.week += 1;
                }
                WEEK as f64 / ((seen - self.week).max(1) as f64 * self.knob)
            }
            Rule::MediaCloud => {
                let known = 1.0 - (new as f64 / WINDOW).min(1.0);
                if known > 0.67 {
                    self.interval += 600.0;
                } else if known < 0.33 {
                    self.interval -= 3_600.0;
                }
                self.interval = self.interval.clamp(SHORTEST, self.knob);
                self.interval
            }
        };
        wait.clamp(SHORTEST, LONGEST)
    }
}

fn instant(at: i64) -> Timestamp {
    Timestamp::from_second(at).unwrap_or_default()
}
