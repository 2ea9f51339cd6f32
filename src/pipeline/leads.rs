//! The first half of a visit: which pages may be articles that are not known yet. Feeds first, then sitemaps, then
//! listing pages, each read until it brings nothing new.

use std::collections::HashSet;

use jiff::SignedDuration;
use url::Url;

use super::{Visit, Witnessed, read_whole, sources_of};
use crate::archive;
use crate::dedup::Seen;
use crate::discover::{self, Lead};
use crate::fetch::{FetchError, Fetched, Page, Validators, What, decode};
use crate::portal::{Source, SourceKind, canonical_url, same_site};

/// Sitemaps read in one visit, at most: an index may name thousands.
const SITEMAPS: usize = 200;
/// Sections of a home page that are followed, at most.
const SECTIONS: usize = 60;

/// What the sources of a portal brought.
#[derive(Default)]
pub(super) struct Leads {
    /// Pages that are not known, in the order they were found, each once.
    pub(super) fresh: Vec<Lead>,
    /// Known articles whose feed or sitemap says that they changed since they were last asked for.
    pub(super) changed: HashSet<String>,
    /// Links that the sources listed, known or not.
    pub(super) listed: usize,
    /// Whether any source answered.
    pub(super) answered: bool,
    /// Where the home page leads now, when that is another site.
    pub(super) moved: Option<Url>,
    /// Feeds and sitemaps that work, beside the registered ones.
    pub(super) found: Vec<Source>,
    /// Sources that were read whole, with what to send next time.
    pub(super) read_whole: Vec<(String, Validators)>,
    /// Pages of listings that could not be read now, from which a later visit goes on.
    pub(super) unwalked: Vec<Url>,
    /// Canonical addresses that are in `fresh` already.
    taken: HashSet<String>,
}

impl Visit<'_> {
    /// Reads the portal's sources.
    pub(super) async fn find_leads(&mut self) -> Leads {
        let mut leads = Leads { found: self.portal.found.clone(), ..Leads::default() };
        self.load_waiting().await;
        let home = self.home(&mut leads).await;
        if leads.moved.is_some() {
            return leads;
        }
        if !self.is_over() {
            let fed = self.feeds(home.as_ref(), &mut leads).await;
            let mapped = self.sitemaps(&mut leads).await;
            self.listings(home, fed || mapped, &mut leads).await;
        }
        // What is new goes first; what earlier visits left comes after it.
        let (left, listed) = (self.waiting.leads(), leads.listed);
        self.take(left.into_iter(), &mut leads).await;
        leads.listed = listed;
        leads
    }

    fn first_visit(&self) -> bool {
        self.portal.health.last_success_at.is_none()
    }

    async fn home(&mut self, leads: &mut Leads) -> Option<discover::Listing> {
        let home = self.portal.entry.url.clone();
        // A home page that did not change still has to be read when every article is asked for, to find its sections.
        let page = self.source(&home, What::Page, !self.order.full, leads).await?;
        if !same_site(&home, &self.portal.entry.aliases, &page.url) {
            leads.moved = Some(page.url);
            return None;
        }
        Some(self.listing_of(page).await)
    }

    /// Reads the feeds that are registered, were found before, or are declared; looks at the usual places when a
    /// portal that is new has none. True when one brought entries or has not changed.
    async fn feeds(&mut self, home: Option<&discover::Listing>, leads: &mut Leads) -> bool {
        let mut feeds: Vec<Url> = sources_of(self.portal, SourceKind::Feed).map(|source| source.url.clone()).collect();
        feeds.extend(home.iter().flat_map(|home| home.feeds.iter().cloned()));
        let mut works = false;
        let mut asked = HashSet::new();
        for feed in feeds {
            if asked.insert(feed.clone()) && !self.is_over() {
                works |= self.feed(&feed, true, leads).await;
            }
        }
        // A portal that does not answer is not asked for what it may not have.
        if !works && self.first_visit() && self.failures_in_a_row == 0 {
            for feed in discover::usual_feeds(&self.portal.entry.url) {
                if asked.insert(feed.clone()) && !self.is_over() && self.feed(&feed, false, leads).await {
                    return true;
                }
            }
        }
        works
    }

    /// Reads one feed. A guess that leads nowhere is no failure.
    async fn feed(&mut self, url: &Url, known: bool, leads: &mut Leads) -> bool {
        let answer = self.ask(url, What::Feed, true).await;
        let page = match answer {
            Ok(Fetched::Page(page)) => page,
            Ok(Fetched::NotModified) => {
                leads.answered = true;
                leads.listed += 1;
                return true;
            }
            Err(cause) => {
                if known {
                    self.failed(url, &cause);
                }
                return false;
            }
        };
        leads.answered = true;
        let now = self.parts.clock.now();
        let read_whole = read_whole(&page);
        let Page { body, content_type, url: base, .. } = page;
        let Some(feed) = self.think(move || discover::feed(&body, content_type.as_deref(), &base, now)).await else {
            return false;
        };
        if feed.entries.is_empty() {
            if known {
                let cause = feed.problems.first().cloned().unwrap_or_else(|| "the feed has no entries".to_owned());
                self.report.fail(url, &cause);
            }
            return false;
        }
        leads.read_whole.push(read_whole);
        let entries = feed.entries.into_iter().filter_map(|entry| entry.lead());
        self.take(entries, leads).await;
        self.remember(SourceKind::Feed, url, leads);
        true
    }

    /// Reads the sitemaps that are registered, named in robots.txt, or at the usual place. True when one brought
    /// links or has not changed.
    pub(super) async fn sitemaps(&mut self, leads: &mut Leads) -> bool {
        let mut queue: Vec<(Url, bool)> =
            sources_of(self.portal, SourceKind::Sitemap).map(|source| (source.url.clone(), true)).collect();
        let home = self.portal.entry.url.clone();
        let named = tokio::select! {
            biased;
            () = self.cancel.cancelled() => Vec::new(),
            named = self.parts.fetcher.sitemaps(&home) => named,
        };
        queue.extend(named.into_iter().map(|url| (url, true)));
        if queue.is_empty() && self.first_visit() && self.failures_in_a_row == 0 {
            queue.extend(discover::usual_sitemaps(&home).into_iter().map(|url| (url, false)));
        }
        queue.reverse();
        let mut asked = HashSet::new();
        let mut works = false;
        while let Some((url, known)) = queue.pop() {
            if asked.len() >= SITEMAPS || self.is_over() {
                break;
            }
            if !same_site(&home, &self.portal.entry.aliases, &url) || !asked.insert(url.clone()) {
                continue;
            }
            let page = match self.ask(&url, What::Sitemap, true).await {
                Ok(Fetched::Page(page)) => page,
                Ok(Fetched::NotModified) => {
                    (leads.answered, works) = (true, true);
                    leads.listed += 1;
                    continue;
                }
                Err(cause) => {
                    if known {
                        self.failed(&url, &cause);
                    }
                    continue;
                }
            };
            leads.answered = true;
            let (read_whole, now) = (read_whole(&page), self.started_at);
            let Page { body, url: base, .. } = page;
            let Some(sitemap) = self.think(move || discover::sitemap(&body, &base, now)).await else { continue };
            if sitemap.leads.is_empty() && sitemap.sitemaps.is_empty() {
                continue;
            }
            works = true;
            leads.read_whole.push(read_whole);
            self.take(sitemap.leads.into_iter(), leads).await;
            queue.extend(sitemap.sitemaps.into_iter().rev().map(|(url, _)| (url, true)));
        }
        works
    }

    /// Walks the registered listing pages and the home page; its sections too when nothing better is known, the
    /// portal is new, or everything was asked for.
    async fn listings(&mut self, home: Option<discover::Listing>, listed_elsewhere: bool, leads: &mut Leads) {
        let mut walked = HashSet::new();
        let registered: Vec<Url> =
            sources_of(self.portal, SourceKind::Listing).map(|source| source.url.clone()).collect();
        for url in registered {
            if walked.insert(url.clone()) && !self.is_over() {
                self.walk(&url, None, leads, &mut walked).await;
            }
        }
        for url in self.waiting.listings() {
            if walked.insert(url.clone()) {
                self.walk(&url, None, leads, &mut walked).await;
            }
        }
        let Some(home) = home else { return };
        let sections = home.sections.clone();
        let address = self.portal.entry.url.clone();
        walked.insert(address.clone());
        self.walk(&address, Some(home), leads, &mut walked).await;
        if !listed_elsewhere || self.first_visit() || self.order.full {
            for section in sections.into_iter().take(SECTIONS) {
                if walked.insert(section.clone()) {
                    self.walk(&section, None, leads, &mut walked).await;
                }
            }
        }
    }

    /// Reads a listing page by page until one brings nothing that was unknown before this visit, or nothing that this
    /// walk has not shown already.
    async fn walk(
        &mut self,
        start: &Url,
        first: Option<discover::Listing>,
        leads: &mut Leads,
        walked: &mut HashSet<Url>,
    ) {
        let mut shown = HashSet::new();
        let mut next = Some(start.clone());
        let mut ready = first;
        for _ in 0..self.parts.options.pages_per_listing {
            let Some(url) = next.take() else { return };
            if self.is_over() {
                if !self.is_spent() {
                    leads.unwalked.push(url);
                }
                return;
            }
            let listing = match ready.take() {
                Some(listing) => listing,
                None => {
                    let Some(page) = self.source(&url, What::Page, !self.order.full, leads).await else { return };
                    self.listing_of(page).await
                }
            };
            let new_here = listing.leads.iter().filter(|lead| shown.insert(lead.url.clone())).count();
            let unknown = self.take(listing.leads.into_iter(), leads).await;
            if new_here == 0 || unknown == 0 {
                return;
            }
            next = listing.next.filter(|next| walked.insert(next.clone()));
        }
    }

    /// Asks for a page that lists. Nothing when it did not change or could not be had.
    async fn source(&mut self, url: &Url, what: What, conditional: bool, leads: &mut Leads) -> Option<Page> {
        match self.ask(url, what, conditional).await {
            Ok(Fetched::Page(page)) => {
                leads.answered = true;
                leads.read_whole.push(read_whole(&page));
                Some(page)
            }
            Ok(Fetched::NotModified) => {
                leads.answered = true;
                leads.listed += 1;
                None
            }
            Err(FetchError::RobotsDenied) => {
                self.report.skipped += 1;
                None
            }
            // A link in a menu that leads nowhere is the portal's own matter, not a failure of the visit.
            Err(cause) if cause.is_gone() && *url != self.portal.entry.url => {
                self.report.skipped += 1;
                None
            }
            Err(cause) => {
                if cause.is_temporary() && *url != self.portal.entry.url {
                    leads.unwalked.push(url.clone());
                }
                self.failed(url, &cause);
                None
            }
        }
    }

    async fn listing_of(&mut self, page: Page) -> discover::Listing {
        let Page { body, content_type, url, .. } = page;
        let home = self.portal.entry.url.clone();
        let (rules, now) = (self.portal.entry.rules.clone(), self.parts.clock.now());
        let witness = self.parts.witness.clone();
        self.think(move || {
            let html = decode(&body, content_type.as_deref()).text;
            if let Some(witness) = witness {
                witness(Witnessed::Listing { html: &html });
            }
            discover::listing(&html, &url, &home, rules.as_ref(), now)
        })
        .await
        .unwrap_or_default()
    }

    /// Sorts links into unknown, changed and known; returns how many were unknown before this visit.
    async fn take(&mut self, found: impl Iterator<Item = Lead>, leads: &mut Leads) -> usize {
        let home = &self.portal.entry.url;
        let mut unknown = 0;
        for mut lead in found {
            if !same_site(home, &self.portal.entry.aliases, &lead.url) {
                continue;
            }
            lead.url = canonical_url(&lead.url);
            leads.listed += 1;
            let taken = |url: &Url| leads.taken.contains(url.as_str());
            if taken(&lead.url) || twin(&lead.url).is_some_and(|twin| taken(&twin)) {
                unknown += 1;
                continue;
            }
            match self.knowledge(&lead).await {
                Knowledge::Unknown => {
                    unknown += 1;
                    leads.taken.insert(lead.url.as_str().to_owned());
                    leads.fresh.push(lead);
                }
                Knowledge::Changed => {
                    leads.changed.insert(lead.url.as_str().to_owned());
                }
                Knowledge::Known => {}
            }
        }
        unknown
    }

    async fn knowledge(&mut self, lead: &Lead) -> Knowledge {
        let slug = &self.portal.entry.slug;
        let url = lead.url.as_str();
        if self.closed.contains(url) {
            return Knowledge::Known;
        }
        match self.parts.window.seen(slug, url) {
            Some(Seen::NoArticle(at)) => {
                let again = SignedDuration::from_hours(24 * i64::from(self.parts.options.no_article_days));
                if self.started_at.duration_since(at).abs() < again { Knowledge::Known } else { Knowledge::Unknown }
            }
            Some(Seen::Article) => self.changed_since(lead),
            None if twin(&lead.url)
                .is_some_and(|twin| self.parts.window.seen(slug, twin.as_str()) == Some(Seen::Article)) =>
            {
                Knowledge::Known
            }
            None => {
                let id = archive::article_id(slug, url);
                let known = archive::table::knows(self.parts.store.pool(), &id).await;
                match self.report.note(known) {
                    Some(true) => self.changed_since(lead),
                    _ => Knowledge::Unknown,
                }
            }
        }
    }

    /// Whether the listing says that a known article changed since the portal was last visited.
    fn changed_since(&self, lead: &Lead) -> Knowledge {
        match (lead.modified, self.portal.health.last_visit_at) {
            (Some(modified), Some(visited)) if modified > visited => Knowledge::Changed,
            _ => Knowledge::Known,
        }
    }

    fn remember(&self, kind: SourceKind, url: &Url, leads: &mut Leads) {
        let source = Source { kind, url: url.clone() };
        if !leads.found.contains(&source) && !self.portal.entry.sources.contains(&source) {
            leads.found.push(source);
        }
    }

    /// Runs work that takes the processor on a blocking thread, no more at once than there are processors: a thread for
    /// each portal would only take memory and switch. Nothing when it panicked, which is noted.
    pub(super) async fn think<T: Send + 'static>(&mut self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let turn = self.parts.thinkers.clone().acquire_owned().await;
        let outcome = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        })
        .await;
        self.report.note(outcome.map_err(|cause| anyhow::anyhow!("a page could not be read: {cause}")))
    }
}

/// The other way to write the address of a folder's own page: `/tin/` and `/tin/index.html` are one page on every
/// server, and feeds and sitemaps of one portal often disagree on which to use.
fn twin(url: &Url) -> Option<Url> {
    const INDEX: &str = "index.html";
    if url.query().is_some() {
        return None;
    }
    let path = match url.path().strip_suffix(INDEX) {
        Some(folder) if folder.ends_with('/') => folder.to_owned(),
        Some(_) => return None,
        None if url.path().ends_with('/') => format!("{}{INDEX}", url.path()),
        None => return None,
    };
    let mut twin = url.clone();
    twin.set_path(&path);
    Some(twin)
}

enum Knowledge {
    Unknown,
    Changed,
    Known,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_and_its_index_are_one_page() {
        let check = |url: &str, expected: Option<&str>| {
            let twin = twin(&Url::parse(url).expect("an address"));
            assert_eq!(twin.as_ref().map(Url::as_str), expected, "{url}");
        };
        check("http://a.vn/tin/bai-1/", Some("http://a.vn/tin/bai-1/index.html"));
        check("http://a.vn/tin/bai-1/index.html", Some("http://a.vn/tin/bai-1/"));
        check("http://a.vn/tin/my-index.html", None);
        check("http://a.vn/tin/bai-1", None);
        check("http://a.vn/?id=1", None);
    }
}
