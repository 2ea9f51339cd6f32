//! The second half of a visit: pages that may be articles are read and kept, known ones are asked for again.

use jiff::SignedDuration;
use url::Url;

use super::identity::Identity;
use super::leads::Leads;
use super::{Visit, Witnessed, health, not_found};
use crate::archive::table::Check;
use crate::archive::{self, Copy, Incoming, Kept, Kin, Neighbour};
use crate::clock::Timestamp;
use crate::dedup::{self, Reading, Window};
use crate::discover::Lead;
use crate::extract::{self, Extracted, Hints};
use crate::fetch::{self, FetchError, Fetched, Page, What, decode};
use crate::index::outbox;
use crate::portal::{canonical_url, same_site};
use crate::triage;
use crate::vietnamese::secrecy::{self, Degree};

/// Notes that go into the record together.
const NOTES: usize = 200;

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
    Article(Box<(Incoming, Kin)>, Identity),
    /// An article whose address alone does not tell which one it is.
    Nameless(Box<Extracted>),
    /// Something else, in words.
    Other(String),
    /// It bears a mark of secrecy.
    Marked(Degree),
}

/// What it takes to place an article in its story.
struct Placing {
    slug: String,
    portal: i64,
    window: std::sync::Arc<Window>,
    verbatim: f64,
    absent_at: Option<Timestamp>,
    now: Timestamp,
}

impl Placing {
    fn place(self, read: Extracted, identity: Identity) -> anyhow::Result<Found> {
        let text = Reading::of(&read.article.text);
        let published = read.article.published.unwrap_or(self.now);
        let place = self.window.place(&identity.id, &self.slug, &text, published)?;
        let story = place.story.clone();
        let (copy, kin) = kinship(place, self.verbatim);
        let incoming = Incoming {
            id: identity.id.clone(),
            portal: self.portal,
            url: identity.url.clone(),
            content_hash: dedup::content_hash(&read.article),
            article: read.article,
            problems: read.problems,
            story,
            copy,
            now: self.now,
        };
        let kin = Kin { absent_at: self.absent_at, ..kin };
        Ok(Found::Article(Box::new((incoming, kin)), identity))
    }
}

/// How an article stands to those that the window found like it, when `verbatim` is the share from which a copy counts as
/// such.
pub(super) fn kinship(place: dedup::Place, verbatim: f64) -> (Copy, Kin) {
    let copy = match &place.near {
        None => Copy::Origin,
        Some(near) if near.likeness.share >= verbatim => Copy::Verbatim,
        Some(_) => Copy::Near,
    };
    let neighbour =
        |near: dedup::Near| Neighbour { id: near.id, share: near.likeness.share, contained: near.likeness.contained };
    let kin = Kin { near: place.near.map(neighbour), perhaps: place.perhaps.map(neighbour), ..Kin::default() };
    (copy, kin)
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
        self.doubts.probes += 1;
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
        if self.order.full || self.doubts.emptied.is_some() {
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
        let found = match self.extract(&mut page, hints, known).await? {
            Found::Nameless(read) => {
                let identity = self.identify(&page.url, &read.article).await;
                self.place(*read, identity).await?
            }
            found => found,
        };
        let ((incoming, kin), identity) = match found {
            Found::Article(incoming, identity) => (*incoming, identity),
            Found::Marked(degree) => {
                self.withhold(&page, known, degree).await;
                return Some(Read::NoArticle("it bears a mark of secrecy".to_owned()));
            }
            // Never twice.
            Found::Nameless(_) => return None,
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
        if let Some(known) = known
            && self.is_suspect(known, &incoming).await
        {
            self.keep_back(incoming).await;
            return Some(Read::Article { kept: Kept::Unchanged, content });
        }
        let kept = self.archive(incoming, kin).await;
        let (kept, known_at) = self.report.note(kept).unzip();
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
        self.learn(&identity, &page.requested, kept, known_at.flatten().as_deref()).await;
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

    /// What a page holds, placed in its story; or why it is no article. `known` is what the record has of it. Takes the
    /// page's body.
    async fn extract(&mut self, page: &mut Page, hints: Hints, known: Option<&Check>) -> Option<Found> {
        // Some servers send files with the type of a page, and their bytes pass for letters.
        if let Some(kind) = fetch::no_text(&page.body) {
            return Some(Found::Other(format!("{kind} and no page")));
        }
        let (body, content_type) = (std::mem::take(&mut page.body), page.content_type.clone());
        let robots_tag = page.robots_tag.clone();
        let (url, rules) = (page.url.clone(), self.portal.entry.rules.clone());
        let known = known.and_then(|known| Some((known.id.clone(), Url::parse(&known.url).ok()?)));
        let (place, plain) = (self.placing(), self.learnt.is_plain());
        let not_found = self.learnt.not_found.clone();
        let requested = page.requested.clone();
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
            if not_found.is_some_and(|known| not_found::is_it(&known, &requested, &url, &read)) {
                return Ok((seen, Found::Other(extract::NOT_FOUND.to_owned())));
            }
            read.article.noarchive |= robots_tag.is_some_and(|tag| tag.to_ascii_lowercase().contains("noarchive"));
            let identity = match known {
                Some((id, url)) => Identity::known(id, url),
                None => {
                    let own = canonical_url(&url);
                    let claims = read.article.canonical.as_ref().is_some_and(|claim| canonical_url(claim) != own);
                    if claims || !plain {
                        return Ok((seen, Found::Nameless(Box::new(read))));
                    }
                    Identity::known(archive::article_id(&place.slug, own.as_str()), own)
                }
            };
            Ok((seen, place.place(read, identity)?))
        };
        let found = self.think(work).await?;
        let (seen, found) = self.report.note(found)?;
        self.watch.read(seen);
        Some(found)
    }

    /// An article placed in its story.
    async fn place(&mut self, read: Extracted, identity: Identity) -> Option<Found> {
        let placing = self.placing();
        let found = self.think(move || placing.place(read, identity)).await?;
        self.report.note(found)
    }

    fn placing(&self) -> Placing {
        Placing {
            slug: self.portal.entry.slug.clone(),
            portal: self.portal.id,
            window: self.parts.window.clone(),
            verbatim: self.parts.dedup.verbatim,
            absent_at: self.absent_at,
            now: self.parts.clock.now(),
        }
    }

    /// One transaction: the article, its version, the outbox and the queue.
    pub(super) async fn archive(&mut self, incoming: Incoming, mut kin: Kin) -> anyhow::Result<(Kept, Option<String>)> {
        let targets = self.parts.targets.clone();
        let options = self.parts.triage.clone();
        let recent = SignedDuration::from_hours(i64::from(self.parts.options.triage_hours));
        // What a feed or listing brings today without a date is today's; what a sweep digs up is not.
        let recent_without_date = !self.back_catalogue;
        self.parts
            .store
            .write(move |connection| {
                Box::pin(async move {
                    let published = incoming.article.published;
                    let is_recent =
                        published.map_or(recent_without_date, |at| incoming.now.duration_since(at) <= recent);
                    // What is too old for the queue is too old to ask about.
                    kin.ask = is_recent;
                    let outcome = archive::keep_kin(connection, &incoming, &kin).await?;
                    for (id, revision) in &outcome.dirty {
                        outbox::mark(connection, &targets, id, *revision).await?;
                    }
                    if outcome.kept == Kept::New && is_recent {
                        triage::table::refresh(connection, &outcome.story, &options, incoming.now).await?;
                    }
                    Ok((outcome.kept, outcome.known_at))
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
