//! A make-believe year of portals: when each of them publishes. It knows nothing of how lantoa schedules, and differs
//! from what lantoa expects of a portal: every portal has hours and weekdays of its own, its level drifts from week to
//! week, editors publish in batches, and for nine days of Tết offices hardly publish at all.

use fastrand::Rng;

use crate::portal::Kind;

/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;
/// The Monday on which the simulated time begins, at midnight in Vietnam, in Unix seconds (5 January 2026).
pub(super) const START: i64 = 1_767_546_000;
/// Items a day and portal, on average: 14,000 portals publish 150,000 a day.
const ITEMS_A_DAY: f64 = 10.7;
/// Spread of the portals' rates: the standard deviation of their logarithm.
const SPREAD: f64 = 1.2;
/// One portal in so many is a newspaper.
const PRESS: f64 = 0.08;
/// Seconds between two items of a batch, on average.
const BATCH_GAP: f64 = 240.0;
/// The first day of Tết, and the first day of work after it.
const TET: std::ops::Range<i64> = 40..49;

const OFFICE_HOURS: [f64; 24] = [
    0.05, 0.02, 0.02, 0.02, 0.03, 0.15, 0.5, 1.6, 2.6, 2.9, 2.7, 1.5, 0.6, 1.3, 2.4, 2.6, 2.5, 1.3, 0.6, 0.4, 0.35,
    0.3, 0.2, 0.1,
];
const PRESS_HOURS: [f64; 24] = [
    0.3, 0.15, 0.1, 0.1, 0.2, 0.6, 1.2, 1.5, 1.5, 1.5, 1.5, 1.3, 1.1, 1.2, 1.4, 1.4, 1.4, 1.3, 1.2, 1.1, 1.1, 1.0, 0.8,
    0.5,
];
const WEEKDAYS: [f64; 7] = [1.25, 1.3, 1.25, 1.25, 1.25, 0.45, 0.25];

/// One portal's year.
pub(super) struct Portal {
    /// Newspaper or ministry.
    pub(super) kind: Kind,
    /// When it publishes, in Unix seconds, in order.
    pub(super) items: Vec<i64>,
}

/// The portal with this number. The same number gives the same year.
pub(super) fn portal(number: u64, days: i64) -> Portal {
    let mut random = Rng::with_seed(number);
    let kind = if random.f64() < PRESS { Kind::Press } else { Kind::Ministry };
    let rate = (ITEMS_A_DAY.ln() - SPREAD * SPREAD / 2.0 + SPREAD * normal(&mut random)).exp() / DAY as f64;
    let hours = if kind == Kind::Press { PRESS_HOURS } else { OFFICE_HOURS };
    let hours = averaging_one(hours.map(|weight| weight * (0.5 * normal(&mut random)).exp()));
    let weekdays = averaging_one(WEEKDAYS.map(|weight| weight * (0.2 * normal(&mut random)).exp()));
    // Items to a batch, on average.
    let batch = 1.0 + 1.5 * random.f64();
    let levels = levels(&mut random, days);

    // A Poisson process of varying rate by thinning (Lewis and Shedler, 1979).
    let most = largest(&hours) * largest(&weekdays) * HIGHEST;
    let end = START + days * DAY;
    let mut items = Vec::new();
    let mut at = START as f64;
    loop {
        at += exponential(&mut random) / (rate / batch * most);
        let second = at as i64;
        if second >= end {
            break;
        }
        let day = (second - START) / DAY;
        let hour = ((second - START) % DAY / 3600) as usize;
        let office = kind != Kind::Press && TET.contains(&(day % 365));
        let tet = if office { 0.1 } else { 1.0 };
        let weight = hours[hour] * weekdays[(day % 7) as usize] * levels[(day / 7) as usize] * tet;
        if random.f64() * most >= weight {
            continue;
        }
        let mut item = at;
        while (item as i64) < end {
            items.push(item as i64);
            if random.f64() < 1.0 / batch {
                break;
            }
            item += BATCH_GAP * exponential(&mut random);
        }
    }
    items.sort_unstable();
    Portal { kind, items }
}

/// How far a portal's level drifts from its mean, at most.
const HIGHEST: f64 = 4.0;

/// The level of each week: a walk.
fn levels(random: &mut Rng, days: i64) -> Vec<f64> {
    let mut level: f64 = 1.0;
    (0..=days / 7)
        .map(|_| {
            level = (level * (0.12 * normal(random)).exp()).clamp(1.0 / HIGHEST, HIGHEST);
            level
        })
        .collect()
}

fn averaging_one<const N: usize>(weights: [f64; N]) -> [f64; N] {
    let mean = weights.iter().sum::<f64>() / N as f64;
    weights.map(|weight| weight / mean)
}

fn largest(weights: &[f64]) -> f64 {
    weights.iter().copied().fold(0.0, f64::max)
}

/// From a normal distribution of mean 0 and deviation 1 (Box and Muller).
fn normal(random: &mut Rng) -> f64 {
    let radius = (-2.0 * (1.0 - random.f64()).ln()).sqrt();
    radius * (std::f64::consts::TAU * random.f64()).cos()
}

/// From an exponential distribution of mean 1.
fn exponential(random: &mut Rng) -> f64 {
    -(1.0 - random.f64()).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_is_the_same_every_time_and_keeps_office_hours() {
        assert_eq!(portal(7, 60).items, portal(7, 60).items);
        let (mut office, mut night) = (0, 0);
        for number in 0..60 {
            let portal = portal(number, 60);
            assert!(portal.items.is_sorted());
            if portal.kind != Kind::Press {
                office += portal.items.iter().filter(|&&at| (8..11).contains(&((at - START) % DAY / 3600))).count();
                night += portal.items.iter().filter(|&&at| (1..4).contains(&((at - START) % DAY / 3600))).count();
            }
        }
        assert!(office > 20 * night, "{office} in the morning, {night} at night");
    }
}
