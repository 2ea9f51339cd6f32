//! The files of articles: fetched after the articles are safe in the record, read by a child, and put beside them. A
//! file that cannot be had or read says so in its own row and is tried again later; it never fails a visit, holds an
//! article back or changes what was archived.
//!
//! A file that bears a mark of secrecy is dropped: nothing of it is written down, its address is closed until a person
//! has dealt with it, and the visit says so.

use std::time::Duration;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use url::Url;

use super::Visit;
use super::reader::{Limits, Outcome};
use crate::archive::attachments::{self, Due, Read, State};
use crate::archive::notices::{self, Met};
use crate::extract::attachment::{self, Problem};
use crate::fetch::{FetchError, Fetched, Page, Request, Validators, What};
use crate::index::outbox;
use crate::portal::same_owner;
use crate::vietnamese::secrecy::{self, Degree};

/// Fetches of one file that fail for a while, at most.
const TRIES: u32 = 5;
/// Shares of `max_per_visit` files that one sweep reads, at most; scheduled visits read the rest.
const SHARES_OF_A_SWEEP: usize = 50;
/// Failures in a row after which the files of a portal wait for the next visit.
const FAILURES_IN_A_ROW: u32 = 3;

/// How the files of articles are read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// Whether files are fetched and read at all.
    pub enabled: bool,
    /// Largest file, in MB (1,000,000 bytes).
    pub max_mb: usize,
    /// Files of one article that are read, at most.
    pub max_per_article: usize,
    /// Files fetched in one visit, at most; the others wait for the next.
    pub max_per_visit: usize,
    /// Characters of one file that can be found; the rest of a longer one is left out.
    pub text_chars: usize,
    /// Seconds of processor time for one file.
    pub cpu_s: u64,
    /// Seconds by the clock for one file, after which the reader is killed.
    pub wall_s: u64,
    /// Memory for one file, in MB.
    pub memory_mb: u64,
    /// Hours until a file that could not be had is asked for again; doubles each time.
    pub retry_hours: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            enabled: true,
            max_mb: 20,
            max_per_article: 20,
            max_per_visit: 200,
            text_chars: 200_000,
            cpu_s: 20,
            wall_s: 60,
            memory_mb: 768,
            retry_hours: 6,
        }
    }
}

impl Options {
    fn limits(&self) -> Limits {
        Limits {
            text_chars: self.text_chars,
            cpu_s: self.cpu_s,
            memory_mb: self.memory_mb,
            wall: Duration::from_secs(self.wall_s),
        }
    }
}

/// What became of one file.
enum Fate {
    Settled(Read),
    Unchanged,
    /// Not stored.
    Marked(Degree),
    /// Its address is closed already: another article linked to it.
    Closed,
    /// Nothing was asked: lantoa is stopping, or the host wants a pause.
    Left,
}

impl Visit<'_> {
    /// Fetches and reads the files that are due.
    pub(super) async fn read_attachments(&mut self) {
        if !self.is_over() {
            self.read_due().await;
        }
    }

    /// The same for a sweep, whose pages may well have spent its budget: a back-catalogue without its files is half of
    /// one. Goes on until nothing is due, one visit's share at a time.
    pub(super) async fn read_attachments_of_sweep(&mut self) {
        for _ in 0..SHARES_OF_A_SWEEP {
            let before = self.report.requests;
            if self.is_stopped_short() {
                return;
            }
            self.read_due().await;
            if self.report.requests == before {
                return;
            }
        }
    }

    async fn read_due(&mut self) {
        let options = self.parts.attachments.clone();
        if !options.enabled {
            return;
        }
        let now = self.parts.clock.now();
        let due = attachments::due(self.parts.store.pool(), self.portal.id, now, options.max_per_visit).await;
        let due = self.report.note(due).unwrap_or_default();
        let mut failures_in_a_row = 0;
        for file in due {
            if self.cancel.is_cancelled() || self.wait_until.is_some() || failures_in_a_row >= FAILURES_IN_A_ROW {
                return;
            }
            let fate = self.fate(&file, &options).await;
            let failed = matches!(&fate, Fate::Settled(read) if read.next_try_at.is_some());
            failures_in_a_row = if failed { failures_in_a_row + 1 } else { 0 };
            self.settle(file, fate).await;
        }
    }

    /// One file from its address to its text.
    async fn fate(&mut self, file: &Due, options: &Options) -> Fate {
        let Ok(url) = Url::parse(&file.url) else { return refused("other", "not an address") };
        let promised = attachment::named(&url);
        let kind = promised.as_str();
        if self.closed.contains(url.as_str()) {
            return Fate::Closed;
        }
        if usize::try_from(file.place).is_ok_and(|place| place >= options.max_per_article) {
            return refused(kind, &format!("only {} files of an article are read", options.max_per_article));
        }
        if attachment::is_list_by_name(&file.title, &url) {
            return refused(kind, LIST_OF_PERSONS);
        }
        if !promised.is_read() {
            return refused(kind, &Problem::NotRead(kind.to_owned()).to_string());
        }
        if !same_owner(&self.portal.entry.url, &self.portal.entry.aliases, &url) {
            return refused(kind, "it stands on a host of somebody else");
        }
        let page = match self.ask_file(&url, file, options).await {
            Ok(Fetched::Page(page)) => page,
            Ok(Fetched::NotModified) => return Fate::Unchanged,
            Err(FetchError::Cancelled | FetchError::Waiting { .. }) => return Fate::Left,
            Err(cause) => return self.not_fetched(kind, file, &cause, options),
        };
        if !same_owner(&self.portal.entry.url, &self.portal.entry.aliases, &page.url) {
            return refused(kind, "it leads to a host of somebody else");
        }
        self.understood(&url, file, page, options).await
    }

    /// What the bytes say.
    async fn understood(&mut self, url: &Url, file: &Due, page: Page, options: &Options) -> Fate {
        let promised = attachment::named(url);
        let sha256 = data_encoding::HEXLOWER.encode(&Sha256::digest(&page.body));
        let fetched = |kind: &'static str, state, reason: Option<String>, text: String| {
            Fate::Settled(Read {
                state,
                kind,
                reason,
                bytes: Some(page.body.len() as u64),
                sha256: Some(sha256.clone()),
                text,
                etag: page.validators.etag.clone(),
                last_modified: page.validators.last_modified.clone(),
                next_try_at: None,
            })
        };
        if file.sha256.as_deref() == Some(&sha256) {
            return Fate::Unchanged;
        }
        let kind = match attachment::sniff(&page.body, promised) {
            Ok(kind) => kind,
            Err(problem) => return fetched(promised.as_str(), State::Failed, Some(problem.to_string()), String::new()),
        };
        if !kind.is_read() {
            let problem = Problem::NotRead(kind.as_str().to_owned());
            return fetched(kind.as_str(), State::Refused, Some(problem.to_string()), String::new());
        }
        let twin = attachments::same_bytes(self.parts.store.pool(), &sha256).await;
        if let Some(Some((state, reason, text))) = self.report.note(twin) {
            return fetched(kind.as_str(), state, reason, text);
        }
        // Readers share the turns of page readers: both want a processor.
        let turn = self.parts.thinkers.turn().await;
        let read = self.parts.reader.read(&page.body, kind, &options.limits()).await;
        drop(turn);
        let (state, reason, text) = match self.report.note(read) {
            None => return self.try_again(kind.as_str(), file, "no reader could be started", options),
            Some(Outcome::Lost(why)) => return self.try_again(kind.as_str(), file, &why, options),
            Some(Outcome::Problem(Problem::Scanned)) => (State::Scanned, Some(Problem::Scanned.to_string()), None),
            Some(Outcome::Problem(problem @ (Problem::Bomb(_) | Problem::Encrypted | Problem::NotRead(_)))) => {
                (State::Refused, Some(problem.to_string()), None)
            }
            Some(Outcome::Problem(problem)) => (State::Failed, Some(problem.to_string()), None),
            Some(Outcome::Text(text)) => {
                let harmless = self.harmless.contains(url.as_str());
                if let Some(degree) = secrecy::of_document(&text.text).filter(|_| !harmless) {
                    return Fate::Marked(degree);
                }
                if attachment::is_list_of_persons(&text.text) {
                    (State::Refused, Some(LIST_OF_PERSONS.to_owned()), None)
                } else {
                    let reason = text.cut.then(|| format!("only the first {} characters", options.text_chars));
                    (State::Text, reason, Some(text.text))
                }
            }
        };
        fetched(kind.as_str(), state, reason, text.unwrap_or_default())
    }

    /// Asks for a file. Its failures are its own: they do not count against the portal.
    async fn ask_file(&mut self, url: &Url, file: &Due, options: &Options) -> Result<Fetched, FetchError> {
        let (etag, last_modified) = file.validators.clone();
        let validators = Validators { etag, last_modified };
        let request = Request {
            url,
            what: What::File { max_bytes: options.max_mb.saturating_mul(1_000_000) },
            validators: Some(&validators).filter(|_| !self.order.force && file.sha256.is_some()),
            home: &self.portal.entry.url,
            delay: self.portal.entry.delay_ms.map(Duration::from_millis),
        };
        let answer = tokio::select! {
            biased;
            () = self.cancel.cancelled() => return Err(FetchError::Cancelled),
            answer = self.parts.fetcher.get(request) => answer,
        };
        match &answer {
            Ok(Fetched::Page(page)) => self.report.bytes += page.body.len() as u64,
            Err(FetchError::Waiting { until }) => self.wait_until = Some(*until),
            _ => {}
        }
        self.report.requests += 1;
        (self.progress)(&self.report);
        answer
    }

    fn not_fetched(&mut self, kind: &'static str, file: &Due, cause: &FetchError, options: &Options) -> Fate {
        let passes = cause.is_temporary() || matches!(cause, FetchError::Status(500..) | FetchError::Broken(_));
        if passes {
            return self.try_again(kind, file, &cause.to_string(), options);
        }
        match cause {
            FetchError::Status(_) => settled(kind, State::Failed, &cause.to_string()),
            cause => refused(kind, &cause.to_string()),
        }
    }

    fn try_again(&mut self, kind: &'static str, file: &Due, why: &str, options: &Options) -> Fate {
        let Fate::Settled(mut read) = settled(kind, State::Failed, why) else { return Fate::Left };
        if file.tries + 1 < TRIES {
            let hours = i64::from(options.retry_hours) << file.tries.min(TRIES);
            read.next_try_at = Some(self.parts.clock.now() + SignedDuration::from_hours(hours));
        }
        Fate::Settled(read)
    }

    /// Writes down what became of a file, and tells the search index.
    async fn settle(&mut self, file: Due, fate: Fate) {
        let (targets, portal, now) = (self.parts.targets.clone(), self.portal.id, self.parts.clock.now());
        let url = file.url.clone();
        match &fate {
            Fate::Left => return,
            Fate::Marked(degree) => {
                self.closed.insert(url.clone());
                self.report.withheld += 1;
                self.report.mention(&url, &withheld(*degree));
            }
            Fate::Settled(read) if read.state == State::Failed => {
                self.report.mention(&url, read.reason.as_deref().unwrap_or("not read"));
            }
            Fate::Settled(read) => self.report.attachments += u64::from(read.state == State::Text),
            Fate::Unchanged | Fate::Closed => {}
        }
        let noted = self
            .parts
            .store
            .write(move |connection| {
                Box::pin(async move {
                    let revision = match &fate {
                        Fate::Settled(read) => attachments::settle(connection, &file, read, now).await?,
                        Fate::Marked(degree) => {
                            let article = Some(file.article.as_str());
                            let met = Met { portal, url: &url, article, degree: *degree };
                            notices::note(connection, &met, now).await?;
                            Some(attachments::forget(connection, &file).await?)
                        }
                        Fate::Closed => Some(attachments::forget(connection, &file).await?),
                        Fate::Unchanged => {
                            attachments::unchanged(connection, file.id).await?;
                            None
                        }
                        Fate::Left => None,
                    };
                    if let Some(revision) = revision {
                        outbox::mark(connection, &targets, &file.article, revision).await?;
                    }
                    Ok(())
                })
            })
            .await;
        self.report.note(noted);
        self.parts.index.wake();
    }
}

/// Why a list is not read; the same words on every page.
pub const LIST_OF_PERSONS: &str = "a list of persons: not indexed";

/// What a report says about a mark.
pub(super) fn withheld(degree: Degree) -> String {
    format!("it bears the mark {degree}: nothing of it was stored (tell the portal, then lantoa notice clear URL)")
}

fn refused(kind: &'static str, why: &str) -> Fate {
    settled(kind, State::Refused, why)
}

fn settled(kind: &'static str, state: State, why: &str) -> Fate {
    Fate::Settled(Read {
        state,
        kind,
        reason: Some(why.to_owned()),
        bytes: None,
        sha256: None,
        text: String::new(),
        etag: None,
        last_modified: None,
        next_try_at: None,
    })
}
