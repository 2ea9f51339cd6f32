//! When a source is worth asking again, learnt from what its own polls brought. Pure: what a poll found in, the
//! instant of the next poll out.
//!
//! A source is asked again when the items that it has probably published by then have waited, added together, for the
//! operator's patience. For a steady source this is the square-root rule: an interval of `√(2 · patience / rate)`, which
//! for any number of polls gives the smallest mean delay (Sia, Cho, Cho: "Efficient Monitoring Algorithm for Fast News
//! Alerts", IEEE TKDE 19(7), 2007). Offices publish by the clock, so the rate is that of the hour and the weekday: a
//! ministry is left alone at night and asked soon after it opens.

use serde::{Deserialize, Serialize};

use super::profile::{self, Profile};
use crate::clock::Timestamp;
use crate::portal::Kind;

/// No source is asked more often than this, in seconds.
const SHORTEST: i64 = 5 * 60;
/// Every source is asked at least this often, in seconds.
const LONGEST: i64 = 24 * 3600;
/// What was seen this many seconds ago counts half in the rate.
const HALF_LIFE: f64 = 14.0 * 86_400.0;
/// Days of watching that the rate of the kind is worth.
const PRIOR_DAYS: f64 = 1.0;
/// Items of its own after which a source's hours weigh as much as those of its kind.
const TRUST: f32 = 100.0;
/// Items that a source's hours remember; older ones fade.
const REMEMBERED: f32 = 2_000.0;
/// How many expected items the present level looks back: a busy day and a holiday are noticed after that many.
const LEVEL: f64 = 6.0;
/// Editors publish what has piled up: within this many seconds another item follows the first.
const BATCH: f64 = 240.0;
/// The share of items that follow another so closely, before a source has shown its own.
const FOLLOWING: f64 = 0.25;
/// Items of its own after which that share is the source's.
const FOLLOWING_TRUST: f64 = 40.0;

/// What the polls of one source have taught.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// The last poll, in Unix seconds.
    polled_at: i64,
    /// The newest item, in Unix seconds.
    newest: i64,
    /// Items seen, those of [`HALF_LIFE`] ago counting half.
    items: f64,
    /// Seconds watched, fading likewise.
    watched: f64,
    /// Items seen over the last [`LEVEL`] expected ones.
    lately: f64,
    /// Items expected over the same time.
    expected: f64,
    /// Items that closely followed another.
    followers: f64,
    /// Items for each hour of the day and day of the week.
    own: Profile,
}

impl History {
    /// A source that was first asked at `at`.
    #[must_use]
    pub fn begin(at: Timestamp) -> Self {
        Self {
            polled_at: at.as_second(),
            newest: i64::MIN / 2,
            items: 0.0,
            watched: 0.0,
            lately: 0.0,
            expected: 0.0,
            followers: 0.0,
            own: Profile::default(),
        }
    }

    /// Notes a poll at `at` and when the items that were new in it were published. The first poll of a source is none:
    /// what it brings was published while nobody watched.
    pub fn polled(&mut self, kind: Kind, at: Timestamp, published: &[Timestamp]) {
        let at = at.as_second().max(self.polled_at);
        let count = published.len() as f64;
        let expected = self.expected_until(kind, at);
        let passed = (at - self.polled_at) as f64;
        self.polled_at = at;

        let fade = (-passed * std::f64::consts::LN_2 / HALF_LIFE).exp();
        self.items = self.items * fade + count;
        self.watched = self.watched * fade + passed;
        self.followers *= fade;
        let fade = (-expected / LEVEL).exp();
        self.lately = self.lately * fade + count;
        self.expected = self.expected * fade + expected;

        let mut times: Vec<i64> = published.iter().map(|at| at.as_second()).collect();
        times.sort_unstable();
        for time in times {
            self.followers += f64::from(u8::from(((time - self.newest) as f64) < 2.0 * BATCH));
            self.newest = self.newest.max(time);
            self.own.add(time);
        }
        self.own.fade_to(REMEMBERED);
    }

    /// The last poll.
    #[must_use]
    pub fn polled_at(&self) -> Timestamp {
        Timestamp::from_second(self.polled_at).unwrap_or_default()
    }

    /// Items a second, over the whole week.
    fn rate(&self, kind: Kind) -> f64 {
        let watched = PRIOR_DAYS * 86_400.0;
        (self.items + profile::items_a_day(kind) * PRIOR_DAYS) / (self.watched + watched)
    }

    /// The rate at an instant as a multiple of the week's.
    fn weight(&self, kind: Kind, at: i64) -> f64 {
        f64::from(profile::of(kind).blended(&self.own, TRUST, at))
    }

    /// Items expected from the last poll until `until`.
    fn expected_until(&self, kind: Kind, until: i64) -> f64 {
        let rate = self.rate(kind);
        let mut at = self.polled_at;
        let mut expected = 0.0;
        // A source that was not asked for weeks has forgotten its level anyway.
        let until = until.min(at + 14 * 86_400);
        while at < until {
            let end = profile::end_of_hour(at).min(until);
            expected += rate * self.weight(kind, at) * (end - at) as f64;
            at = end;
        }
        expected
    }

    /// When to ask again, so that what was published by then has waited `patience` seconds in all.
    #[must_use]
    pub fn next(&self, kind: Kind, patience: f64) -> Timestamp {
        let level = (self.lately + LEVEL) / (self.expected + LEVEL);
        let following = ((self.followers + FOLLOWING * FOLLOWING_TRUST) / (self.items + FOLLOWING_TRUST)).min(0.8);
        let rate = self.rate(kind) * level * (1.0 - following);
        let (mut waiting, mut waited) = (0.0_f64, 0.0_f64);
        let mut at = self.polled_at;
        let last = self.polled_at + LONGEST;
        while at < last {
            let since_newest = (at - self.newest) as f64;
            // Shortly after an item the rate falls fast, so the steps are short.
            let after = since_newest < 4.0 * BATCH;
            let end = profile::end_of_hour(at).min(last).min(if after { at + 60 } else { i64::MAX });
            let burst = if after { following / BATCH * (-since_newest / BATCH).exp() } else { 0.0 };
            let rate = rate * self.weight(kind, at) + burst;
            let step = (end - at) as f64;
            let more = waiting * step + rate * step * step / 2.0;
            if waited + more >= patience {
                let need = patience - waited;
                // The root of `rate/2·x² + waiting·x = need`, in the form that is stable for a small rate.
                at += (2.0 * need / (waiting + (waiting * waiting + 2.0 * rate * need).sqrt())) as i64;
                break;
            }
            waited += more;
            waiting += rate * step;
            at = end;
        }
        let at = at.clamp(self.polled_at + SHORTEST, last);
        Timestamp::from_second(at).unwrap_or(Timestamp::MAX)
    }

    /// Items a day that the source is expected to publish now, for operators to see.
    #[must_use]
    pub fn items_a_day(&self, kind: Kind) -> f64 {
        self.rate(kind) * 86_400.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    /// A source that published `per_hour` items in each hour from 8 to 17 in Vietnam, watched for four weeks from a
    /// Monday, asked every half hour.
    fn office(per_hour: i64) -> History {
        let start = at("2026-08-31T00:00:00Z").as_second();
        let mut history = History::begin(Timestamp::from_second(start).expect("an instant"));
        for poll in 1..=(4 * 7 * 48) {
            let now = start + poll * 1800;
            let hour = (now - 1 + 7 * 3600).rem_euclid(86_400) / 3600;
            let weekday = (now - 1 + 7 * 3600).div_euclid(86_400).rem_euclid(7);
            // 1 January 1970 was a Thursday: days 2 and 3 of that count are Saturday and Sunday.
            let open = (8..17).contains(&hour) && !matches!(weekday, 2 | 3) && poll % 2 == 0;
            let times: Vec<Timestamp> = (0..if open { per_hour } else { 0 })
                .map(|n| Timestamp::from_second(now - 1 - n * 3600 / per_hour.max(1)).expect("an instant"))
                .collect();
            history.polled(Kind::Ministry, Timestamp::from_second(now).expect("an instant"), &times);
        }
        history
    }

    fn gap(history: &History, patience: f64) -> i64 {
        history.next(Kind::Ministry, patience).as_second() - history.polled_at
    }

    #[test]
    fn more_items_or_less_patience_mean_sooner() {
        let (slow, fast) = (office(1), office(12));
        assert!(gap(&fast, 1e5) < gap(&slow, 1e5));
        assert!(gap(&slow, 1e4) < gap(&slow, 1e6));
    }

    #[test]
    fn intervals_stay_between_five_minutes_and_a_day() {
        let busy = office(60);
        assert_eq!(gap(&busy, 0.001), SHORTEST);
        let silent = History::begin(at("2026-08-31T00:00:00Z"));
        assert_eq!(gap(&silent, 1e12), LONGEST);
    }

    #[test]
    fn nights_and_weekends_are_quiet() {
        let mut history = office(4);
        // Friday evening in Vietnam, then Monday at ten.
        history.polled(Kind::Ministry, at("2026-10-02T13:00:00Z"), &[]);
        let evening = gap(&history, 1_000.0);
        let monday = at("2026-10-05T03:00:00Z");
        for _ in 0..3 {
            history.polled(Kind::Ministry, monday, &[]);
        }
        let morning = gap(&history, 1_000.0);
        assert!(morning * 4 < evening, "{morning} s in the morning, {evening} s in the evening");
    }

    #[test]
    fn a_source_that_falls_silent_is_asked_less() {
        let monday = at("2026-09-28T01:00:00Z").as_second();
        // From Monday to Thursday at eight, one with an item each hour and one without a word.
        let (mut busy, mut silent) = (office(1), office(1));
        for poll in 0..144 {
            let now = Timestamp::from_second(monday + poll * 1800).expect("an instant");
            let item = [now - jiff::SignedDuration::from_secs(600)];
            let is_open = profile::of(Kind::Ministry).blended(&Profile::default(), TRUST, now.as_second()) > 1.5;
            busy.polled(Kind::Ministry, now, if is_open && poll % 2 == 0 { &item } else { &[][..] });
            silent.polled(Kind::Ministry, now, &[]);
        }
        let (busy, silent) = (gap(&busy, 1_000.0), gap(&silent, 1_000.0));
        assert!(silent > busy + busy / 4, "silent for three days: {silent} s, busy: {busy} s");
    }

    #[test]
    fn what_was_learnt_survives_the_record() {
        let history = office(3);
        let text = serde_json::to_string(&history).expect("JSON");
        let read: History = serde_json::from_str(&text).expect("a history");
        // A float may lose its last digit on the way.
        assert_eq!(gap(&read, 1_000.0), gap(&history, 1_000.0));
        assert_eq!(read.own, history.own);
    }
}
