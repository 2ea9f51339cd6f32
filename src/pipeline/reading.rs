//! The second half of a visit: pages that may be articles are read and kept, known ones are asked for again.

use jiff::SignedDuration;
use url::Url;

use super::leads::Leads;
use super::{Visit, Witnessed, health};
use crate::archive::table::Check;
use crate::archive::{self, Copy, Incoming, Kept, notices};
use crate::dedup::{self, Sketch};
use crate::discover::Lead;
use crate::extract::{self, Hints};
use crate::fetch::{FetchError, Fetched, Page, What, decode};
use crate::index::outbox;
use crate::portal::{canonical_url, same_site};
use crate::store::Connection;
use crate::triage;
use crate::vietnamese::secrecy::{self, Degree};

/// Notes that go into the record together.
const NOTES: usize = 200;
/// Missing articles that are believed however small the portal is: three of ten are an ordinary clean-up.
const MISSING_BELIEVED: usize = 3;

/// What came of a page that was read.
pub(super) enum Read {
    /// It is an article, with what its text hashes to.
    Article { kept: Kept, content: String },
    /// It is none, and why.
    NoArticle(String),
    /// It led to another site.
    Elsewhere,
}

/// What a page turned out to be.
enum Found {
    Article(Box<Incoming>),
    /// Something else, in words.
    Other(String),
    /// It bears a mark of secrecy.
    Marked(Degree),
}

impl Visit<'_> {
    /// Reads a page that is not known.
    pub(super) async fn read(&mut self, lead: &Lead) {
        if self.asked.contains(lead.url.as_str()) {
            return;
        }
        if self.closed.contains(lead.url.as_str()) {
            return self.waiting.done(&lead.url);
        }
        match self.ask(&lead.url, What::Page, false).await {
            Ok(Fetched::Page(page)) => {
                let hints = Hints { title: lead.title.clone(), published: lead.published };
                if self.keep(page, hints, None).await.is_some() {
                    self.waiting.done(&lead.url);
                } else {
                    self.try_later(&lead.url);
                }
            }
            Ok(Fetched::NotModified) => self.waiting.done(&lead.url),
            Err(FetchError::RobotsDenied) => self.leave(&lead.url),
            Err(cause) if cause.is_gone() => self.leave(&lead.url),
            // No request was made: the page waits as it did.
            Err(FetchError::Cancelled | FetchError::Waiting { .. }) => {}
            Err(cause) => {
                self.failed(&lead.url, &cause);
                self.try_later(&lead.url);
            }
        }
    }

    /// Asks for a known article again.
    pub(super) async fn check(&mut self, article: &Check) {
        let Ok(url) = Url::parse(&article.url) else { return };
        if self.asked.contains(url.as_str()) {
            return;
        }
        match self.ask(&url, What::Page, true).await {
            Ok(Fetched::NotModified) => {
                self.report.unchanged += 1;
                self.unchanged.push(article.id.clone());
                if self.unchanged.len() >= NOTES {
                    self.note_unchanged().await;
                }
            }
            Ok(Fetched::Page(page)) => {
                self.keep(page, Hints::default(), Some(article)).await;
            }
            Err(cause) if cause.is_gone() => self.missing.push(article.id.clone()),
            Err(cause) => {
                if !matches!(cause, FetchError::RobotsDenied) {
                    self.failed(&url, &cause);
                }
                let (id, now) = (article.id.clone(), self.parts.clock.now());
                let noted = self
                    .parts
                    .store
                    .write(move |connection| Box::pin(async move { archive::asked(connection, &id, now).await }))
                    .await;
                self.report.note(noted);
            }
        }
    }

    /// Which known articles to ask for again: those that a listing says have changed, then those that are due by
    /// their age, or all of them when the operator asked.
    pub(super) async fn articles_to_check(&mut self, leads: &Leads) -> Vec<Check> {
        let limit = if self.order.full {
            self.parts.options.pages_per_visit
        } else {
            // Room to choose from: not every article that was not checked lately is due.
            self.parts.options.checks_per_visit * 8
        };
        let known =
            archive::table::unchecked_since(self.parts.store.pool(), self.portal.id, self.started_at, limit).await;
        let Some(known) = self.report.note(known) else { return Vec::new() };
        let (mut first, rest): (Vec<_>, Vec<_>) =
            known.into_iter().partition(|article| leads.changed.contains(&article.url));
        if self.order.full {
            first.extend(rest);
        } else {
            let now = self.started_at;
            let due = rest.into_iter().filter(|article| is_due(article, now));
            first.extend(due.take(self.parts.options.checks_per_visit));
        }
        first
    }

    /// Reads a page and puts it into the record; marks it seen last. None when that failed and is worth another try.
    pub(super) async fn keep(&mut self, mut page: Page, hints: Hints, known: Option<&Check>) -> Option<Read> {
        let home = &self.portal.entry.url;
        if !same_site(home, &self.portal.entry.aliases, &page.url) {
            self.leave(&page.requested);
            return Some(Read::Elsewhere);
        }
        // Where a known article is now does not change what it is.
        let found = self.extract(&mut page, hints, known.map(|known| known.url.clone())).await?;
        let incoming = match found {
            Found::Article(incoming) => *incoming,
            Found::Marked(degree) => {
                self.withhold(&page, known, degree).await;
                return Some(Read::NoArticle("it bears a mark of secrecy".to_owned()));
            }
            Found::Other(reason) => {
                tracing::debug!(portal = self.portal.entry.slug, url = %page.url, reason, "no article");
                match known {
                    None => self.leave(&page.requested),
                    Some(known) if reason == extract::NOT_FOUND => self.missing.push(known.id.clone()),
                    // A known article that now answers with something else keeps its text.
                    Some(known) => {
                        self.report.skipped += 1;
                        self.unchanged.push(known.id.clone());
                    }
                }
                return Some(Read::NoArticle(reason));
            }
        };
        let (id, url, content) = (incoming.id.clone(), incoming.url.clone(), incoming.content_hash.clone());
        let kept = self.archive(incoming).await;
        let kept = self.report.note(kept);
        match kept {
            None => self.unwritten_in_a_row += 1,
            Some(Kept::New) => self.report.new += 1,
            Some(Kept::Changed) => self.report.changed += 1,
            Some(Kept::Unchanged) if known.is_some() => self.report.unchanged += 1,
            Some(Kept::Unchanged) => self.report.duplicates += 1,
            Some(Kept::Duplicate) => {
                // Its text stands in the window under the address that the record knows.
                let forgotten = self.parts.window.forget(&id);
                self.report.note(forgotten);
                self.report.duplicates += 1;
            }
        }
        let kept = kept?;
        self.unwritten_in_a_row = 0;
        self.parts.index.wake();
        let now = self.parts.clock.now();
        let mut noted = self.parts.window.set_validators(page.requested.as_str(), &page.validators, now);
        let mut addresses = vec![&url, &page.requested, &page.url];
        addresses.dedup();
        for address in addresses {
            noted =
                noted.and_then(|()| self.parts.window.mark_seen(&self.portal.entry.slug, address.as_str(), true, now));
        }
        self.report.note(noted);
        Some(Read::Article { kept, content })
    }

    /// What a page holds, placed in its story; or why it is no article. `known` is the address under which the record
    /// has it. Takes the page's body.
    async fn extract(&mut self, page: &mut Page, hints: Hints, known: Option<String>) -> Option<Found> {
        let (body, content_type) = (std::mem::take(&mut page.body), page.content_type.clone());
        let robots_tag = page.robots_tag.clone();
        let (url, rules) = (page.url.clone(), self.portal.entry.rules.clone());
        let (slug, portal) = (self.portal.entry.slug.clone(), self.portal.id);
        let (window, verbatim) = (self.parts.window.clone(), self.parts.dedup.verbatim);
        let (families, witness) = (self.parts.families.clone(), self.parts.witness.clone());
        let now = self.parts.clock.now();
        let (closed, harmless) = (self.closed.clone(), self.harmless.clone());
        let addresses = [page.url.to_string(), page.requested.to_string()];
        let work = move || {
            let decoded = decode(&body, content_type.as_deref());
            let mut read = extract::article_of(&decoded.text, &url, &hints, rules.as_ref(), &families, now);
            let seen = health::Seen::of(&read);
            // Before anything of the page goes anywhere, and whatever else the page is.
            let text = format!("{}\n{}", read.article.title, read.full_text());
            let harmless = addresses.iter().any(|address| harmless.contains(address));
            if let Some(degree) = secrecy::of_page(&text).max(extract::stamp::mark(&decoded.text)).filter(|_| !harmless)
            {
                return Ok((seen, Found::Marked(degree)));
            }
            read.article.attachments.retain(|file| !closed.contains(file.url.as_str()));
            if decoded.doubtful {
                read.problems.push(format!("the encoding is doubtful, read as {}", decoded.encoding));
            }
            if let Some(witness) = witness {
                witness(Witnessed::Page { url: &url, html: &decoded.text, read: &read });
            }
            if let Some(reason) = read.not_an_article {
                return Ok((seen, Found::Other(reason)));
            }
            read.article.noarchive |= robots_tag.is_some_and(|tag| tag.to_ascii_lowercase().contains("noarchive"));
            let url = match known {
                Some(known) => Url::parse(&known)?,
                None => canonical_url(read.article.canonical.as_ref().unwrap_or(&url)),
            };
            let id = archive::article_id(&slug, url.as_str());
            let sketch = Sketch::of(&read.article.text);
            let place = window.place(&id, &slug, &sketch, read.article.published.unwrap_or(now))?;
            let copy = match place.likeness {
                None => Copy::Origin,
                Some(likeness) if likeness >= verbatim => Copy::Verbatim,
                Some(_) => Copy::Near,
            };
            let incoming = Box::new(Incoming {
                id,
                portal,
                url,
                content_hash: dedup::content_hash(&read.article),
                article: read.article,
                problems: read.problems,
                story: place.story,
                copy,
                now,
            });
            anyhow::Ok((seen, Found::Article(incoming)))
        };
        let found = self.think(work).await?;
        let (seen, found) = self.report.note(found)?;
        self.watch.read(seen);
        Some(found)
    }

    /// Reads which addresses are closed.
    pub(super) async fn load_notices(&mut self) {
        let known = notices::of_portal(self.parts.store.pool(), self.portal.id).await;
        let (closed, harmless) = self.report.note(known).unwrap_or_default();
        self.closed.extend(closed);
        self.harmless.extend(harmless);
    }

    /// A page that bears a mark of secrecy: nothing of it is stored, what was stored of it before is taken back, and a
    /// person is told.
    async fn withhold(&mut self, page: &Page, known: Option<&Check>, degree: Degree) {
        self.waiting.done(&page.requested);
        self.report.withheld += 1;
        self.report.mention(page.url.as_str(), &super::attachments::withheld(degree));
        let own = known.and_then(|known| Url::parse(&known.url).ok());
        let mut addresses = vec![page.requested.clone(), page.url.clone(), canonical_url(&page.url)];
        addresses.extend(own);
        addresses.sort();
        addresses.dedup();
        self.closed.extend(addresses.iter().map(Url::to_string));
        let slug = &self.portal.entry.slug;
        let mut ids: Vec<_> = addresses.iter().map(|url| archive::article_id(slug, url.as_str())).collect();
        ids.extend(known.map(|known| known.id.clone()));
        for id in &ids {
            let forgotten = self.parts.window.forget(id);
            self.report.note(forgotten);
        }
        let (targets, portal, now) = (self.parts.targets.clone(), self.portal.id, self.parts.clock.now());
        if known.is_some() {
            // Seen long ago as no article: once a person opens the address again, it is read like a new one.
            let days = i64::from(self.parts.options.no_article_days) + 1;
            let long_ago = now - SignedDuration::from_hours(24 * days);
            for url in &addresses {
                let noted = self.parts.window.mark_seen(slug, url.as_str(), false, long_ago);
                self.report.note(noted);
            }
        }
        let noted = self
            .parts
            .store
            .write(move |connection| {
                Box::pin(async move {
                    for url in &addresses {
                        let met = notices::Met { portal, url: url.as_str(), article: None, degree };
                        notices::note(connection, &met, now).await?;
                    }
                    for id in &ids {
                        if let Some(revision) = archive::withdraw(connection, id, now).await? {
                            outbox::mark(connection, &targets, id, revision).await?;
                        }
                    }
                    Ok(())
                })
            })
            .await;
        self.report.note(noted);
        self.parts.index.wake();
    }

    /// One transaction: the article, its version, the outbox and the queue.
    async fn archive(&mut self, incoming: Incoming) -> anyhow::Result<Kept> {
        let targets = self.parts.targets.clone();
        let options = self.parts.triage.clone();
        let recent = SignedDuration::from_hours(i64::from(self.parts.options.triage_hours));
        // What a feed or listing brings today without a date is today's; what a sweep digs up is not.
        let recent_without_date = !self.back_catalogue;
        self.parts
            .store
            .write(move |connection| {
                Box::pin(async move {
                    let outcome = archive::keep(connection, &incoming).await?;
                    for (id, revision) in &outcome.dirty {
                        outbox::mark(connection, &targets, id, *revision).await?;
                    }
                    let published = incoming.article.published;
                    let is_recent =
                        published.map_or(recent_without_date, |at| incoming.now.duration_since(at) <= recent);
                    if outcome.kept == Kept::New && is_recent {
                        triage::table::refresh(connection, &incoming.story, &options, incoming.now).await?;
                    }
                    Ok(outcome.kept)
                })
            })
            .await
    }

    /// A page that is left alone: not asked for again for some days.
    pub(super) fn leave(&mut self, url: &Url) {
        self.waiting.done(url);
        self.report.skipped += 1;
        let now = self.parts.clock.now();
        let noted = self.parts.window.mark_seen(&self.portal.entry.slug, url.as_str(), false, now);
        self.report.note(noted);
    }

    /// Writes down which articles are as they were.
    pub(super) async fn note_unchanged(&mut self) {
        let ids = std::mem::take(&mut self.unchanged);
        if ids.is_empty() {
            return;
        }
        let now = self.parts.clock.now();
        let noted = self
            .parts
            .store
            .write(move |connection| {
                Box::pin(async move {
                    for id in &ids {
                        archive::seen(connection, id, now).await?;
                    }
                    Ok(())
                })
            })
            .await;
        self.report.note(noted);
    }

    /// Writes down which articles are missing, unless so many are that the portal itself must be in trouble.
    pub(super) async fn note_missing(&mut self) {
        let ids = std::mem::take(&mut self.missing);
        if ids.is_empty() {
            return;
        }
        let live = archive::table::live(self.parts.store.pool(), self.portal.id).await;
        let Some(live) = self.report.note(live) else { return };
        let share = ids.len() as i64 * 100 / live.max(1);
        if ids.len() > MISSING_BELIEVED && share > i64::from(self.parts.archive.gone_share_percent) {
            let hold = format!(
                "{} of {live} articles are missing at once; nothing was marked gone (check the portal, then crawl it again)",
                ids.len()
            );
            self.report.hold = Some(hold);
            return;
        }
        let after = SignedDuration::from_hours(i64::from(self.parts.archive.gone_after_hours));
        let (targets, now) = (self.parts.targets.clone(), self.parts.clock.now());
        let gone = self
            .parts
            .store
            .write(move |connection| Box::pin(mark_missing(connection, ids, targets, after, now)))
            .await;
        self.report.gone += self.report.note(gone).unwrap_or(0);
        self.parts.index.wake();
    }
}

async fn mark_missing(
    connection: &mut Connection,
    ids: Vec<String>,
    targets: std::sync::Arc<[&'static str]>,
    after: SignedDuration,
    now: crate::clock::Timestamp,
) -> anyhow::Result<u64> {
    let mut gone = 0;
    for id in &ids {
        if let Some(revision) = archive::missing(connection, id, after, now).await? {
            outbox::mark(connection, &targets, id, revision).await?;
            gone += 1;
        }
    }
    Ok(gone)
}

/// A young article is corrected often, an old one hardly ever: it is due when the time since it was last asked for
/// is a quarter of its age, but at least an hour and at most thirty days.
fn is_due(article: &Check, now: crate::clock::Timestamp) -> bool {
    let age = now.duration_since(article.published_at);
    let wait = (age / 4).clamp(SignedDuration::from_hours(1), SignedDuration::from_hours(24 * 30));
    now.duration_since(article.checked_at).abs() >= wait
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_are_checked_by_age() {
        let now: crate::clock::Timestamp = "2026-11-21T00:00:00Z".parse().expect("a timestamp");
        let check = |age_hours: i64, checked_hours: i64, expected: bool| {
            let article = Check {
                id: String::new(),
                url: String::new(),
                checked_at: now - SignedDuration::from_hours(checked_hours),
                published_at: now - SignedDuration::from_hours(age_hours),
            };
            assert_eq!(is_due(&article, now), expected, "{age_hours} h old, checked {checked_hours} h ago");
        };
        check(2, 1, true);
        check(24, 5, false);
        check(24, 6, true);
        check(24 * 400, 24 * 29, false);
        check(24 * 400, 24 * 30, true);
    }
}
