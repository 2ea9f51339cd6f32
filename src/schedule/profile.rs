//! At which hours of the week sources publish: what is expected of a kind, what one source has shown, and the blend.

use serde::{Deserialize, Serialize};

use crate::portal::Kind;

/// Vietnam's distance from UTC, in seconds; it has no summer time.
const ZONE: i64 = 7 * 3600;

/// Weights of the hours of the day and of the days of the week from Monday.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Profile {
    hours: [f32; 24],
    days: [f32; 7],
    /// The sum of `hours`, and of `days`.
    total: f32,
}

/// State offices: from seven to five with a pause at noon, hardly at the weekend. Weights are 1 on average.
static OFFICE: Profile = Profile {
    hours: [
        0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.5, 2.0, 2.4, 2.4, 2.4, 1.9, 0.6, 1.4, 2.3, 2.3, 2.3, 1.4, 0.5, 0.3, 0.3, 0.2,
        0.1, 0.1,
    ],
    days: [1.25, 1.25, 1.25, 1.25, 1.25, 0.45, 0.3],
    total: 24.0,
};

/// Newspapers: all day, little at night.
static PRESS: Profile = Profile {
    hours: [
        0.3, 0.2, 0.1, 0.1, 0.3, 0.6, 1.1, 1.4, 1.5, 1.5, 1.5, 1.4, 1.2, 1.3, 1.4, 1.4, 1.4, 1.4, 1.3, 1.2, 1.2, 1.0,
        0.7, 0.5,
    ],
    days: [1.1, 1.1, 1.1, 1.1, 1.1, 0.8, 0.7],
    total: 24.0,
};

/// What is expected of a kind.
pub(super) fn of(kind: Kind) -> &'static Profile {
    if kind == Kind::Press { &PRESS } else { &OFFICE }
}

/// Items a day of a source of this kind, until it has shown its own.
pub(super) fn items_a_day(kind: Kind) -> f64 {
    match kind {
        Kind::Press => 60.0,
        Kind::Government => 25.0,
        Kind::Ministry | Kind::Province => 12.0,
        Kind::Agency => 6.0,
        Kind::Department | Kind::Other => 2.0,
        Kind::Commune => 0.7,
    }
}

/// The end of the hour in which `at` lies, in Unix seconds.
pub(super) fn end_of_hour(at: i64) -> i64 {
    at + 3600 - (at + ZONE).rem_euclid(3600)
}

impl Profile {
    /// Counts an item.
    pub(super) fn add(&mut self, at: i64) {
        self.hours[hour(at)] += 1.0;
        self.days[weekday(at)] += 1.0;
        self.total += 1.0;
    }

    /// Makes old items count less, so that no more than `most` are remembered.
    pub(super) fn fade_to(&mut self, most: f32) {
        if self.total > most {
            let keep = most / self.total;
            self.hours.iter_mut().chain(&mut self.days).for_each(|weight| *weight *= keep);
            self.total = most;
        }
    }

    /// The weight of an instant, 1 on average: this profile's until `own` holds `trust` items, then `own`'s.
    pub(super) fn blended(&self, own: &Self, trust: f32, at: i64) -> f32 {
        let (hour, weekday) = (hour(at), weekday(at));
        let sum = trust + own.total;
        let by_hour = (self.hours[hour] * trust + own.hours[hour] * 24.0) / sum;
        let by_day = (self.days[weekday] * trust + own.days[weekday] * 7.0) / sum;
        by_hour * by_day
    }
}

fn hour(at: i64) -> usize {
    usize::try_from((at + ZONE).rem_euclid(86_400) / 3600).unwrap_or(0)
}

fn weekday(at: i64) -> usize {
    // 1 January 1970 was a Thursday, the fourth day of its week.
    usize::try_from(((at + ZONE).div_euclid(86_400) + 3).rem_euclid(7)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_one_on_average() {
        for profile in [&OFFICE, &PRESS] {
            let hours: f32 = profile.hours.iter().sum();
            let days: f32 = profile.days.iter().sum();
            assert!((hours - 24.0).abs() < 0.01 && (days - 7.0).abs() < 0.3, "{hours} and {days}");
        }
    }

    #[test]
    fn hours_are_those_of_vietnam() {
        let check = |at: &str, expected: (usize, usize)| {
            let at = at.parse::<crate::clock::Timestamp>().expect("an instant").as_second();
            assert_eq!((hour(at), weekday(at)), expected);
        };
        check("2026-11-22T17:00:00Z", (0, 0));
        check("2026-11-22T16:59:59Z", (23, 6));
        check("1969-12-31T17:00:00Z", (0, 3));
    }

    #[test]
    fn a_source_with_many_items_is_itself() {
        let mut own = Profile::default();
        for n in 0..1000 {
            own.add(n * 86_400 - ZONE);
        }
        let midnight = of(Kind::Ministry).blended(&own, 100.0, -ZONE);
        assert!(midnight > 15.0, "{midnight}");
    }
}
