//! The desk while it is open: what others decide and who looks at what, told as server-sent events.
//!
//! Changes come from the record by their numbers, so that nothing is missed when a connection breaks or another process
//! made them. Who looks at what is kept in memory only: it is over with the process.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures::Stream;
use serde_json::json;
use tokio::sync::broadcast;
use tokio::time::{Interval, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::{sees, triage};
use crate::accounts::{self, Account};
use crate::clock::Timestamp;
use crate::web::Site;
use crate::web::form::Query;
use crate::web::language::Language;
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;

/// Watchers of the whole site at once; each holds a connection of the site's thousand.
const MOST_WATCHERS: usize = 300;
/// Watchers of one account: so many tabs are open on somebody's screen.
const MOST_PER_ACCOUNT: usize = 8;
/// How often the record is asked for what other processes changed.
const TICK: Duration = Duration::from_secs(2);
/// Ticks after which the session is looked at, and something is said to keep the connection.
const TICKS_A_CHECK: u32 = 7;
/// Milliseconds after which somebody who said nothing more is taken to be gone.
const LOOKS_FOR_MS: i64 = 60_000;
/// Milliseconds for which the count of a filter that is kept is not made anew.
const COUNTS_FOR_MS: i128 = 5_000;

/// Ends with the server; `serve` hands it to every request.
#[derive(Clone)]
pub(in crate::web) struct Closing(pub(in crate::web) CancellationToken);

/// Who watches the desk, and what they are looking at.
pub(in crate::web) struct Live {
    stirred: broadcast::Sender<Stir>,
    watchers: Mutex<HashMap<i64, usize>>,
    looking: Mutex<HashMap<i64, HashMap<String, Timestamp>>>,
    counts: Mutex<HashMap<String, (Timestamp, i64)>>,
}

#[derive(Clone, Copy, Debug)]
enum Stir {
    /// Something was decided.
    Decided,
    /// Somebody came to an item or left it.
    Looking(i64),
}

impl Default for Live {
    fn default() -> Self {
        let (watchers, looking, counts) = Default::default();
        Self { stirred: broadcast::channel(256).0, watchers, looking, counts }
    }
}

impl Live {
    /// Something was decided: who watches is told at once.
    pub(in crate::web) fn stir(&self) {
        // Nobody may be listening.
        let _ = self.stirred.send(Stir::Decided);
    }

    /// Somebody looks at an item.
    pub(super) fn look(&self, item: i64, name: &str, now: Timestamp) {
        let Ok(mut looking) = self.looking.lock() else { return };
        looking.retain(|_, names| {
            names.retain(|_, at| is_recent(*at, now));
            !names.is_empty()
        });
        let came = looking.entry(item).or_default().insert(name.to_owned(), now).is_none();
        drop(looking);
        if came {
            let _ = self.stirred.send(Stir::Looking(item));
        }
    }

    fn leave(&self, item: i64, name: &str) {
        let Ok(mut looking) = self.looking.lock() else { return };
        let left = looking.get_mut(&item).is_some_and(|names| names.remove(name).is_some());
        drop(looking);
        if left {
            let _ = self.stirred.send(Stir::Looking(item));
        }
    }

    /// Who else looks at each of these items.
    pub(super) fn lookers(&self, items: &[i64], me: &str, now: Timestamp) -> HashMap<i64, Vec<String>> {
        let Ok(looking) = self.looking.lock() else { return HashMap::new() };
        let others = |item: &i64| {
            let mut names: Vec<String> = looking
                .get(item)?
                .iter()
                .filter(|(name, at)| *name != me && is_recent(**at, now))
                .map(|(name, _)| name.clone())
                .collect();
            names.sort();
            (!names.is_empty()).then_some((*item, names))
        };
        items.iter().filter_map(others).collect()
    }

    /// The count of a filter that is kept, when it was counted a moment ago: a filter that lets little through looks at
    /// every item that waits.
    pub(super) fn counted(&self, key: &str, now: Timestamp) -> Option<i64> {
        let counts = self.counts.lock().ok()?;
        counts.get(key).filter(|(at, _)| now.duration_since(*at).as_millis().abs() < COUNTS_FOR_MS).map(|(_, n)| *n)
    }

    pub(super) fn count(&self, key: String, count: i64, now: Timestamp) {
        let Ok(mut counts) = self.counts.lock() else { return };
        counts.retain(|_, (at, _)| now.duration_since(*at).as_millis().abs() < COUNTS_FOR_MS);
        counts.insert(key, (now, count));
    }

    /// A seat for one more watcher of this account.
    fn take_seat(&self, account: i64) -> bool {
        let Ok(mut watchers) = self.watchers.lock() else { return false };
        let all: usize = watchers.values().sum();
        let own = watchers.entry(account).or_default();
        let free = all < MOST_WATCHERS && *own < MOST_PER_ACCOUNT;
        *own += usize::from(free);
        free
    }

    fn give_up_seat(&self, account: i64) {
        let Ok(mut watchers) = self.watchers.lock() else { return };
        if let Some(own) = watchers.get_mut(&account) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                watchers.remove(&account);
            }
        }
    }
}

fn is_recent(at: Timestamp, now: Timestamp) -> bool {
    now.duration_since(at).as_millis() < i128::from(LOOKS_FOR_MS)
}

/// `GET /desk/events?seen=&item=&wait=`: the changes after number `seen` (or `Last-Event-ID`), and who looks at what.
/// `item` says what the asker looks at; `wait` ends the stream after so many seconds, for those who only ask.
pub(in crate::web) async fn watch(
    State(site): State<Arc<Site>>,
    closing: Option<Extension<Closing>>,
    visitor: Visitor,
    headers: HeaderMap,
    Query(fields): Query,
) -> Result<Response, Trouble> {
    let account = visitor.account.clone().ok_or(Trouble::SignIn)?;
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.parse().ok());
    let seen = match last.or_else(|| fields.get("seen").and_then(|id| id.parse().ok())) {
        Some(seen) => seen,
        None => triage::table::watch::latest(site.parts.store.pool()).await?,
    };
    let item = match fields.get("item") {
        Some(id) => Some(super::seen(&site, &visitor, id).await?.id),
        None => None,
    };
    if !site.live.take_seat(account.id) {
        return Ok(StatusCode::TOO_MANY_REQUESTS.into_response());
    }
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let wait: Option<u64> = fields.get("wait").and_then(|seconds| seconds.parse().ok());
    let watcher = Watcher {
        stirred: site.live.stirred.subscribe(),
        closing: closing.map_or_else(CancellationToken::new, |Extension(Closing(token))| token),
        secret: visitor.session.clone().unwrap_or_default(),
        language: visitor.language,
        seen,
        item,
        tick,
        ticks: 0,
        ends: wait.map(|seconds| tokio::time::Instant::now() + Duration::from_secs(seconds.min(3600))),
        waiting: VecDeque::new(),
        is_over: false,
        account,
        site,
    };
    watcher.begin();
    Ok(Sse::new(events(watcher)).into_response())
}

struct Watcher {
    site: Arc<Site>,
    account: Account,
    secret: String,
    language: Language,
    stirred: broadcast::Receiver<Stir>,
    closing: CancellationToken,
    seen: i64,
    item: Option<i64>,
    tick: Interval,
    ticks: u32,
    ends: Option<tokio::time::Instant>,
    waiting: VecDeque<Event>,
    is_over: bool,
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.site.live.give_up_seat(self.account.id);
        if let Some(item) = self.item {
            self.site.live.leave(item, &self.account.name);
        }
    }
}

fn events(watcher: Watcher) -> impl Stream<Item = Result<Event, Infallible>> {
    futures::stream::unfold(watcher, |mut watcher| async move {
        let event = watcher.next().await?;
        Some((Ok(event), watcher))
    })
}

impl Watcher {
    fn begin(&self) {
        if let Some(item) = self.item {
            self.site.live.look(item, &self.account.name, self.site.now());
        }
    }

    /// The next event; nothing when the session, the time or the server ends.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            if self.is_over {
                return None;
            }
            let stir = tokio::select! {
                _ = self.tick.tick() => None,
                stir = self.stirred.recv() => match stir {
                    Ok(stir) => Some(stir),
                    // Whoever falls behind asks the record.
                    Err(broadcast::error::RecvError::Lagged(_)) => Some(Stir::Decided),
                    Err(broadcast::error::RecvError::Closed) => return None,
                },
                () = self.closing.cancelled() => return None,
            };
            if let Err(cause) = self.hear(stir).await {
                tracing::error!(cause = format!("{cause:#}"), "cannot tell what changed at the desk");
                return None;
            }
        }
    }

    async fn hear(&mut self, stir: Option<Stir>) -> anyhow::Result<()> {
        let now = self.site.now();
        if stir.is_none() {
            self.ticks += 1;
            if self.ticks.is_multiple_of(TICKS_A_CHECK) {
                let parts = &self.site.parts;
                let pool = parts.store.pool();
                if !accounts::table::colleagues::lasts(pool, &parts.accounts, &self.secret, now).await? {
                    self.waiting.push_back(Event::default().event("end").data("{}"));
                    self.is_over = true;
                    return Ok(());
                }
                self.waiting.push_back(Event::default().comment("still here"));
                self.begin();
            }
        }
        match stir {
            Some(Stir::Looking(item)) => self.tell_lookers(item, now).await?,
            Some(Stir::Decided) | None => self.tell_changes().await?,
        }
        self.is_over |= self.ends.is_some_and(|ends| tokio::time::Instant::now() >= ends);
        Ok(())
    }

    async fn tell_changes(&mut self) -> anyhow::Result<()> {
        let pool = self.site.parts.store.pool();
        let Some(changes) = triage::table::watch::since(pool, self.seen).await? else {
            self.seen = triage::table::watch::latest(pool).await?;
            self.waiting.push_back(Event::default().event("reload").id(self.seen.to_string()).data("{}"));
            return Ok(());
        };
        for (seq, item) in changes {
            self.seen = seq;
            let Some(card) = triage::table::item(pool, item).await? else { continue };
            if !sees(&self.site, &self.account, &card).await? {
                continue;
            }
            let last = triage::table::history(pool, item).await?.pop();
            let (actor, action) = last.map_or_else(Default::default, |last| (last.actor, last.action));
            let said = format!("{actor}: {}", self.language.word("action", &action));
            let told = json!({
                "item": item, "state": card.state, "revision": card.revision, "actor": actor, "action": action,
                "said": said,
            });
            self.waiting.push_back(Event::default().event("change").id(seq.to_string()).data(told.to_string()));
        }
        Ok(())
    }

    async fn tell_lookers(&mut self, item: i64, now: Timestamp) -> anyhow::Result<()> {
        let Some(card) = triage::table::item(self.site.parts.store.pool(), item).await? else { return Ok(()) };
        if sees(&self.site, &self.account, &card).await? {
            let names = self.site.live.lookers(&[item], &self.account.name, now).remove(&item).unwrap_or_default();
            let told = json!({ "item": item, "names": names });
            self.waiting.push_back(Event::default().event("looking").data(told.to_string()));
        }
        Ok(())
    }
}
