//! Whose turn it is: one request at a time per host, a pause between the end of an answer and the next request,
//! longer pauses when a host asks for them, and a rate over all hosts that no bug can pass.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};
use jiff::SignedDuration;
use jiff::fmt::{rfc2822, strtime};
use jiff::tz::TimeZone;
use tokio::sync::OwnedMutexGuard;
use tokio::time::Instant;

use super::{FetchError, Options};
use crate::clock::{Clock, Timestamp};

/// A pause that is slept through; for a longer one the caller is told when to come back.
const PATIENCE: Duration = Duration::from_secs(10);

/// First pause after 429 or 503 without a usable `Retry-After`; doubled each time.
const FIRST_BACK_OFF: Duration = Duration::from_secs(30);

/// Shortest pause that a `Retry-After` brings: some say 0, or a moment that has passed.
const MIN_RETRY_AFTER: Duration = Duration::from_secs(60);

/// Hosts remembered before idle ones are forgotten; 14,000 portals with their component sites.
const MAX_HOSTS: usize = 50_000;

/// How often idle hosts are forgotten, and how long a host must have been idle. Longer than any `Crawl-delay`.
const SWEEP: Duration = Duration::from_secs(600);

/// The turns of all hosts.
pub(super) struct Pace {
    clock: Clock,
    delay: Duration,
    max_retry_after: Duration,
    hosts: Mutex<Hosts>,
    /// Requests per second over all hosts.
    global: DefaultDirectRateLimiter,
    /// Holds every host to the general delay, independently of the turns; `None` when there is no delay.
    per_host: Option<DefaultKeyedRateLimiter<String>>,
}

struct Hosts {
    states: HashMap<String, Arc<tokio::sync::Mutex<State>>>,
    swept: Instant,
}

#[derive(Default)]
struct State {
    /// When the last answer was complete.
    ended: Option<Instant>,
    /// The host asked not to be visited before.
    waits_until: Option<Timestamp>,
    /// 429 and 503 in a row.
    refusals: u32,
}

/// The right to send one request to a host; the pause begins when it is dropped.
pub(super) struct Turn {
    state: OwnedMutexGuard<State>,
    now: Timestamp,
    max_retry_after: Duration,
}

impl Pace {
    pub(super) fn new(options: &Options, clock: Clock) -> Self {
        let per_second = NonZeroU32::new(options.requests_per_second).unwrap_or(NonZeroU32::MIN);
        // `with_period` is None for a delay of 0.
        let per_host =
            Quota::with_period(options.delay()).map(|quota| RateLimiter::keyed(quota.allow_burst(NonZeroU32::MIN)));
        Self {
            clock,
            delay: options.delay(),
            max_retry_after: options.max_retry_after(),
            hosts: Mutex::new(Hosts { states: HashMap::new(), swept: Instant::now() }),
            global: RateLimiter::direct(Quota::per_second(per_second)),
            per_host,
        }
    }

    /// Waits until a request may go to `host` (host and port), `delay` after the end of the last answer.
    ///
    /// # Errors
    /// `Waiting` when the host asked for a pause that is longer than [`PATIENCE`].
    pub(super) async fn turn(&self, host: &str, delay: Duration) -> Result<Turn, FetchError> {
        let state = self.state_of(host).lock_owned().await;
        let now = self.clock.now();
        if let Some(left) = state.pause_left(now, self.max_retry_after) {
            if left > PATIENCE {
                return Err(FetchError::Waiting { until: now + left });
            }
            tokio::time::sleep(left).await;
        }
        if let Some(ended) = state.ended {
            tokio::time::sleep_until(ended + delay).await;
        }
        if let Some(per_host) = self.per_host.as_ref().filter(|_| delay >= self.delay) {
            while let Err(not_until) = per_host.check_key(&host.to_owned()) {
                tokio::time::sleep(not_until.wait_time_from(DefaultClock::default().now())).await;
            }
        }
        while let Err(not_until) = self.global.check() {
            tokio::time::sleep(not_until.wait_time_from(DefaultClock::default().now())).await;
        }
        Ok(Turn { state, now: self.clock.now(), max_retry_after: self.max_retry_after })
    }

    /// Until when `host` has asked to be left alone; nothing when a pause is so short that it is slept through.
    pub(super) async fn pause(&self, host: &str) -> Option<Timestamp> {
        let state = self.state_of(host).lock_owned().await;
        let now = self.clock.now();
        let left = state.pause_left(now, self.max_retry_after).filter(|left| *left > PATIENCE)?;
        now.checked_add(left).ok()
    }

    fn state_of(&self, host: &str) -> Arc<tokio::sync::Mutex<State>> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.swept.elapsed() > SWEEP || hosts.states.len() >= MAX_HOSTS {
            self.sweep(&mut hosts);
        }
        if let Some(state) = hosts.states.get(host) {
            return state.clone();
        }
        hosts.states.entry(host.to_owned()).or_default().clone()
    }

    /// Forgets hosts that nobody waits for and whose pauses are over; when that is not enough, all that are idle.
    fn sweep(&self, hosts: &mut Hosts) {
        let now = self.clock.now();
        let is_in_use = |state: &Arc<tokio::sync::Mutex<State>>| Arc::strong_count(state) > 1;
        hosts.states.retain(|_, state| {
            is_in_use(state)
                || state.try_lock().map_or(true, |state| {
                    state.pause_left(now, self.max_retry_after).is_some()
                        || state.ended.is_some_and(|ended| ended.elapsed() < SWEEP)
                })
        });
        if hosts.states.len() >= MAX_HOSTS {
            hosts.states.retain(|_, state| is_in_use(state));
        }
        if let Some(per_host) = &self.per_host {
            per_host.retain_recent();
            per_host.shrink_to_fit();
        }
        hosts.swept = Instant::now();
    }
}

impl State {
    /// What is left of the pause that the host asked for. A pause beyond the longest one means that the machine's
    /// clock was set back, and is over.
    fn pause_left(&self, now: Timestamp, longest: Duration) -> Option<Duration> {
        let left = Duration::try_from(self.waits_until?.duration_since(now)).ok()?;
        Some(left).filter(|left| !left.is_zero() && *left <= longest.max(MIN_RETRY_AFTER))
    }
}

impl Turn {
    /// Takes note of how the host answered: 429 and 503 silence it for a while, anything else ends the series.
    pub(super) fn answered(&mut self, status: u16, retry_after: Option<&str>) {
        if !matches!(status, 429 | 503) {
            self.state.refusals = 0;
            self.state.waits_until = None;
            return;
        }
        let longest = self.max_retry_after.max(MIN_RETRY_AFTER);
        let asked =
            retry_after.and_then(|value| read_retry_after(value, self.now)).map(|pause| pause.max(MIN_RETRY_AFTER));
        let own = FIRST_BACK_OFF.saturating_mul(2_u32.saturating_pow(self.state.refusals));
        self.state.refusals = self.state.refusals.saturating_add(1);
        let pause = asked.unwrap_or(own).min(longest);
        self.state.waits_until = self.now.checked_add(pause).ok();
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.state.ended = Some(Instant::now());
    }
}

/// Reads `Retry-After`: seconds, or an HTTP date in one of its three forms (RFC 9110 §5.6.7, §10.2.3). A moment that
/// has passed is no time at all.
fn read_retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let date = rfc2822::parse(value).ok().map(|date| date.timestamp()).or_else(|| {
        ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"].iter().find_map(|format| {
            let date = strtime::parse(format, value).ok()?.to_datetime().ok()?;
            Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp())
        })
    })?;
    Some(Duration::try_from(date.duration_since(now).max(SignedDuration::ZERO)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    #[test]
    fn retry_after_as_sent() {
        let check = |value: &str, seconds: Option<u64>| {
            let got = read_retry_after(value, at("2026-11-21T08:00:00Z"));
            assert_eq!(got.map(|pause| pause.as_secs()), seconds, "{value}");
        };
        check("120", Some(120));
        check(" 0 ", Some(0));
        check("99999999999999999999999", Some(u64::MAX));
        check("Sat, 21 Nov 2026 08:05:00 GMT", Some(300));
        check("Saturday, 21-Nov-26 08:05:00 GMT", Some(300));
        check("Sat Nov 21 08:05:00 2026", Some(300));
        check("Fri, 31 Dec 1999 23:59:59 GMT", Some(0));
        check("-5", None);
        check("soon", None);
        check("", None);
    }

    async fn pause_after(answers: &[(u16, Option<&str>)]) -> Option<i64> {
        let now = at("2026-11-21T08:00:00Z");
        let options = Options { delay_ms: 0, ..Options::default() };
        let clock = Clock::fixed(now);
        let pace = Pace::new(&options, clock.clone());
        for (status, retry_after) in answers {
            clock.set(clock.now() + Duration::from_secs(48 * 3_600));
            pace.turn("a:80", Duration::ZERO)
                .await
                .unwrap_or_else(|error| panic!("{error}"))
                .answered(*status, *retry_after);
        }
        match pace.turn("a:80", Duration::ZERO).await {
            Err(FetchError::Waiting { until }) => Some(until.duration_since(clock.now()).as_secs()),
            _ => None,
        }
    }

    #[tokio::test]
    async fn a_refusing_host_is_left_alone() {
        assert_eq!(pause_after(&[(200, None)]).await, None);
        assert_eq!(pause_after(&[(503, None)]).await, Some(30));
        assert_eq!(pause_after(&[(503, None), (429, None), (503, None)]).await, Some(120));
        assert_eq!(pause_after(&[(503, None), (200, None), (503, None)]).await, Some(30));
        assert_eq!(pause_after(&[(503, None), (200, None)]).await, None);
        assert_eq!(pause_after(&[(429, Some("3"))]).await, Some(60));
        assert_eq!(pause_after(&[(429, Some("300"))]).await, Some(300));
        assert_eq!(pause_after(&[(429, Some("999999999"))]).await, Some(86_400));
        assert_eq!(pause_after(&[(429, Some("abc"))]).await, Some(30));
        let many = vec![(503, None); 40];
        assert_eq!(pause_after(&many).await, Some(86_400));
    }

    #[tokio::test]
    async fn a_turn_comes_after_the_end_of_the_last() {
        let delay = Duration::from_millis(80);
        let options = Options { delay_ms: 80, ..Options::default() };
        let pace = Arc::new(Pace::new(&options, Clock::System));
        let start = Instant::now();
        let first = pace.turn("a:80", delay).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        let waiting = tokio::spawn({
            let pace = pace.clone();
            async move { pace.turn("a:80", delay).await.map(|_| Instant::now()) }
        });
        assert!(pace.turn("b:80", delay).await.is_ok(), "another host does not wait");
        assert!(start.elapsed() < Duration::from_millis(110));
        drop(first);
        let second = waiting.await.expect("the task ends").expect("a turn");
        assert!(second - start >= Duration::from_millis(130), "{:?}", second - start);
    }

    #[tokio::test]
    async fn idle_hosts_are_forgotten() {
        let pace =
            Pace::new(&Options { delay_ms: 0, requests_per_second: u32::MAX, ..Options::default() }, Clock::System);
        let held = pace.turn("held", Duration::ZERO).await;
        let mut hosts = pace.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        hosts.states.extend((0..MAX_HOSTS).map(|number| (number.to_string(), Arc::default())));
        pace.sweep(&mut hosts);
        assert_eq!(hosts.states.keys().collect::<Vec<_>>(), ["held"]);
        drop(held);
    }
}
