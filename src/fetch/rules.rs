//! The robots.txt of each origin: fetched when first needed, kept for a day, and what an answer that is no
//! robots.txt means (RFC 9309 §2.3 and §2.4).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::SignedDuration;

use super::FetchError;
use super::exchange::Answer;
use super::robots::Robots;
use crate::clock::Timestamp;

/// How long rules are used (§2.4).
const FRESH: SignedDuration = SignedDuration::from_hours(24);

/// How soon an unreachable robots.txt is asked for again.
const RETRY: SignedDuration = SignedDuration::from_mins(5);

/// Bytes of rules kept for all origins; a robots.txt of a portal takes about 2 KB.
const MAX_WEIGHT: usize = 32 << 20;

/// What an origin permits.
pub(super) type Rules = Result<Arc<Robots>, FetchError>;

/// The rules of one origin; the lock makes those who ask at once wait for one request.
pub(super) type Slot = Arc<tokio::sync::Mutex<Option<Entry>>>;

/// Rules with their age.
pub(super) struct Entry {
    rules: Rules,
    fetched_at: Timestamp,
}

/// Rules by origin.
#[derive(Default)]
pub(super) struct Cache {
    origins: Mutex<Origins>,
}

#[derive(Default)]
struct Origins {
    slots: HashMap<String, (u64, Slot)>,
    /// Counts look-ups, so that the oldest can be told.
    asked: u64,
    weight: usize,
}

impl Cache {
    /// The slot of an origin (scheme, host and port).
    pub(super) fn slot(&self, origin: &str) -> Slot {
        let mut origins = self.origins.lock().unwrap_or_else(PoisonError::into_inner);
        origins.asked += 1;
        let asked = origins.asked;
        let (last_asked, slot) = origins.slots.entry(origin.to_owned()).or_default();
        *last_asked = asked;
        slot.clone()
    }

    /// Puts new rules into a slot and, when all slots together have become heavy, forgets the older half of them.
    pub(super) fn keep(&self, slot: &mut Option<Entry>, rules: Rules, now: Timestamp) {
        let mut origins = self.origins.lock().unwrap_or_else(PoisonError::into_inner);
        let replaced = slot.as_ref().map_or(0, |entry| weight(&entry.rules));
        origins.weight = (origins.weight + weight(&rules)).saturating_sub(replaced);
        *slot = Some(Entry { rules, fetched_at: now });
        if origins.weight > MAX_WEIGHT {
            let mut ages: Vec<u64> = origins.slots.values().map(|(asked, _)| *asked).collect();
            ages.sort_unstable();
            let middle = ages.get(ages.len() / 2).copied().unwrap_or_default();
            origins.slots.retain(|_, (asked, _)| *asked >= middle);
            let left =
                |slot: &Slot| slot.try_lock().ok().and_then(|entry| entry.as_ref().map(|entry| weight(&entry.rules)));
            origins.weight = origins.slots.values().filter_map(|(_, slot)| left(slot)).sum();
        }
    }
}

impl Entry {
    /// The rules, unless they have become too old. Rules from the future mean that the clock was set back.
    pub(super) fn fresh(&self, now: Timestamp) -> Option<Rules> {
        let lasts = if self.rules.is_ok() { FRESH } else { RETRY };
        let age = now.duration_since(self.fetched_at);
        (age < lasts && !age.is_negative()).then(|| self.rules.clone())
    }
}

/// Origins without rules still take a place.
fn weight(rules: &Rules) -> usize {
    rules.as_ref().map_or(0, |robots| robots.weight()) + 256
}

/// What the last answer for a robots.txt means. `max` is how much of it was read.
pub(super) fn judge(answer: Result<Answer, FetchError>, max: usize) -> Rules {
    let unreachable = |cause| FetchError::RobotsUnreachable { cause: Box::new(cause) };
    match answer {
        Ok(answer) if answer.is_page() => Ok(Arc::new(read(&answer.body, max))),
        // "Unavailable": there are no rules (§2.3.1.3). An over-long chain of redirects counts as that (§2.3.1.2).
        Ok(Answer { status: 204 | 400..=428 | 430..=499, .. }) | Err(FetchError::TooManyRedirects) => {
            Ok(Arc::default())
        }
        // "Unreachable": everything is closed (§2.3.1.4). 429 is no answer about rules but a plea to go away.
        Ok(answer) => Err(unreachable(FetchError::Status(answer.status))),
        Err(error) if error.is_about_the_host() => Err(error),
        Err(error) => Err(unreachable(error)),
    }
}

/// Reads the rules. Many portals answer every address with a page: a page is no rule.
fn read(body: &[u8], max: usize) -> Robots {
    let begin = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    if begin.starts_with(b"<") {
        return Robots::default();
    }
    // A rule that was cut in two would close more than was meant.
    let whole = match body.iter().rposition(|&byte| byte == b'\n' || byte == b'\r') {
        Some(end) if body.len() >= max => &body[..end],
        _ => body,
    };
    Robots::parse(whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Validators;

    fn answer(status: u16, body: &str) -> Result<Answer, FetchError> {
        Ok(Answer {
            status,
            location: None,
            retry_after: None,
            fresh_for: None,
            content_type: None,
            robots_tag: None,
            validators: Validators::default(),
            body: body.as_bytes().to_vec(),
        })
    }

    fn check(given: Result<Answer, FetchError>, expected: &str) {
        let got = match judge(given, 1_000) {
            Ok(robots) if robots.allows("lantoa", "/a") => "allowed",
            Ok(_) => "denied",
            Err(FetchError::RobotsUnreachable { .. }) => "unreachable",
            Err(_) => "host",
        };
        assert_eq!(got, expected);
    }

    #[test]
    fn what_an_answer_means() {
        let rules = "User-agent: *\nDisallow: /a\n";
        check(answer(200, rules), "denied");
        check(answer(200, ""), "allowed");
        check(answer(204, ""), "allowed");
        check(answer(200, "\u{feff} \n<!DOCTYPE html>\nUser-agent: *\nDisallow: /\n"), "allowed");
        for status in [400, 401, 403, 404, 410, 418] {
            check(answer(status, ""), "allowed");
        }
        for status in [429, 500, 502, 503, 504, 999] {
            check(answer(status, ""), "unreachable");
        }
        check(Err(FetchError::TooManyRedirects), "allowed");
        check(Err(FetchError::Timeout { stage: crate::fetch::Stage::Total }), "unreachable");
        check(Err(FetchError::Connect("refused".to_owned())), "host");
        let cut = format!("User-agent: *\n#{}\nDisallow: /ab", "x".repeat(1_000));
        check(answer(200, &cut), "allowed");
        check(answer(200, "User-agent: *\nDisallow: /a"), "denied");
    }

    #[test]
    fn rules_age() {
        let start: Timestamp = "2026-11-21T08:00:00Z".parse().expect("a timestamp");
        let check = |rules: Rules, minutes: i64, fresh: bool| {
            let entry = Entry { rules, fetched_at: start };
            assert_eq!(entry.fresh(start + SignedDuration::from_mins(minutes)).is_some(), fresh, "{minutes}");
        };
        check(Ok(Arc::default()), 24 * 60 - 1, true);
        check(Ok(Arc::default()), 24 * 60 + 1, false);
        check(Ok(Arc::default()), -1, false);
        check(Err(FetchError::Status(500)), 4, true);
        check(Err(FetchError::Status(500)), 6, false);
    }

    #[test]
    fn memory_is_bounded() {
        let cache = Cache::default();
        let heavy = Arc::new(Robots::parse("User-agent: *\nDisallow: /abcdefgh\n".repeat(20_000).as_bytes()));
        for number in 0..50 {
            let slot = cache.slot(&number.to_string());
            let mut entry = slot.try_lock().expect("nobody else asks");
            cache.keep(&mut entry, Ok(heavy.clone()), Timestamp::UNIX_EPOCH);
        }
        let origins = cache.origins.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(origins.weight <= MAX_WEIGHT, "{}", origins.weight);
        assert!(origins.slots.contains_key("49") && !origins.slots.contains_key("0"));
    }
}
