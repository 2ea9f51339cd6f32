//! The sources of a portal, one after the other: home page, feeds, sitemaps, listings. Which links they hold goes to
//! [`Leads`]; whether they answered, and what was new, goes to [`super::polls`].

use std::collections::HashSet;

use url::Url;

use super::leads::Leads;
use super::{Visit, Witnessed, health};
use crate::discover;
use crate::extract::{self, Hints};
use crate::fetch::{FetchError, Fetched, Page, Validators, What, decode};
use crate::portal::{Portal, Source, SourceKind, same_site};

/// Sitemaps read in one visit, at most: an index may name thousands.
const SITEMAPS: usize = 200;
/// Sections of a home page that are followed, at most.
const SECTIONS: usize = 60;

impl Visit<'_> {
    /// Whether a source is asked in this visit.
    fn asks(&self, url: &Url) -> bool {
        self.order.full || self.order.force || !self.learns() || self.polls.is_due(url, self.started_at)
    }

    pub(super) async fn home(&mut self, leads: &mut Leads) -> Option<discover::Listing> {
        let home = self.portal.entry.url.clone();
        if !self.asks(&home) {
            return None;
        }
        let page = self.source(&home, true, leads).await?;
        if !same_site(&home, &self.portal.entry.aliases, &page.url) {
            if page.moved_for_good {
                leads.moves.push((home, Some(page.url.clone())));
            }
            leads.moved = Some(page.url);
            return None;
        }
        let listing = self.listing_of(page).await;
        let Some(refresh) = listing.refresh.clone().filter(|_| listing.leads.is_empty()) else {
            leads.moves.push((home, None));
            return Some(listing);
        };
        if !same_site(&home, &self.portal.entry.aliases, &refresh) {
            leads.moves.push((home, Some(refresh.clone())));
            leads.moved = Some(refresh);
            return None;
        }
        // A home page that is only a door.
        leads.moves.push((home, None));
        let page = self.source(&refresh, false, leads).await?;
        Some(self.listing_of(page).await)
    }

    /// Notes where a feed leads that answered.
    fn note_move(&self, page: &Page, leads: &mut Leads) {
        let aliases = &self.portal.entry.aliases;
        let home = &self.portal.entry.url;
        let left = same_site(home, aliases, &page.requested) && !same_site(home, aliases, &page.url);
        if !left || page.moved_for_good {
            leads.moves.push((page.requested.clone(), left.then(|| page.url.clone())));
        }
    }

    /// Reads the feeds that are registered, were found before, or are declared; looks at the usual places when a
    /// portal that is new has none. True when one brought entries or has not changed.
    pub(super) async fn feeds(&mut self, home: Option<&discover::Listing>, leads: &mut Leads) -> bool {
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
        if !self.asks(url) {
            leads.listed += 1;
            return true;
        }
        let answer = self.ask(url, What::Feed, true).await;
        let page = match answer {
            Ok(Fetched::Page(page)) => page,
            Ok(Fetched::NotModified) => {
                leads.answered = true;
                leads.listed += 1;
                self.polls.answered(url, None);
                return true;
            }
            Err(cause) => {
                if known {
                    self.failed(url, &cause);
                    self.polls.failed(url);
                }
                return false;
            }
        };
        leads.answered = true;
        self.note_move(&page, leads);
        let now = self.parts.clock.now();
        let read_whole = read_whole(&page);
        let fresh_for = page.fresh_for;
        let Page { body, content_type, url: base, .. } = page;
        let Some(feed) = self.think(move || discover::feed(&body, content_type.as_deref(), &base, now)).await else {
            return false;
        };
        if feed.entries.is_empty() {
            if known {
                let cause = feed.problems.first().cloned().unwrap_or_else(|| "the feed has no entries".to_owned());
                self.report.fail(url, &cause);
                self.watch.bad_feed();
                self.polls.failed(url);
            }
            return false;
        }
        leads.read_whole.push(read_whole);
        self.polls.answered(url, feed.ttl);
        self.polls.holds(url, fresh_for);
        let entries = feed.entries.into_iter().filter_map(|entry| entry.lead());
        self.take(Some(url), entries, leads).await;
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
            if !self.asks(&url) {
                works = true;
                leads.listed += 1;
                continue;
            }
            let page = match self.ask(&url, What::Sitemap, true).await {
                Ok(Fetched::Page(page)) => page,
                Ok(Fetched::NotModified) => {
                    (leads.answered, works) = (true, true);
                    leads.listed += 1;
                    self.polls.answered(&url, None);
                    continue;
                }
                Err(cause) => {
                    if known {
                        self.failed(&url, &cause);
                        self.polls.failed(&url);
                    }
                    continue;
                }
            };
            leads.answered = true;
            let (read_whole, now) = (read_whole(&page), self.started_at);
            let fresh_for = page.fresh_for;
            let Page { body, url: base, .. } = page;
            let Some(sitemap) = self.think(move || discover::sitemap(&body, &base, now)).await else { continue };
            if sitemap.leads.is_empty() && sitemap.sitemaps.is_empty() {
                continue;
            }
            works = true;
            leads.read_whole.push(read_whole);
            self.polls.answered(&url, None);
            self.polls.holds(&url, fresh_for);
            self.take(Some(&url), sitemap.leads.into_iter(), leads).await;
            queue.extend(sitemap.sitemaps.into_iter().rev().map(|(url, _)| (url, true)));
        }
        works
    }

    /// Walks the registered listing pages and the home page; its sections too when nothing better is known, the
    /// portal is new, or everything was asked for.
    pub(super) async fn listings(
        &mut self,
        home: Option<discover::Listing>,
        listed_elsewhere: bool,
        leads: &mut Leads,
    ) {
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
        let Some(home) = home else {
            // A home page that was not asked or did not change names no sections; those known from before may be due.
            let due: Vec<Url> = if self.learns() { self.polls.due(self.started_at).collect() } else { Vec::new() };
            for url in due {
                if !self.asked.contains(url.as_str()) && walked.insert(url.clone()) {
                    self.walk(&url, None, leads, &mut walked).await;
                }
            }
            return;
        };
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
        if first.is_none() && !self.asks(start) {
            leads.listed += 1;
            return;
        }
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
                    let Some(page) = self.source(&url, url == *start, leads).await else {
                        return;
                    };
                    self.listing_of(page).await
                }
            };
            if url == *start && listing.problems.iter().any(|problem| problem == discover::SCRIPT_PAGER) {
                self.report.mention(url.as_str(), discover::SCRIPT_PAGER);
            }
            let new_here = listing.leads.iter().filter(|lead| shown.insert(lead.url.clone())).count();
            let unknown = self.take(Some(start), listing.leads.into_iter(), leads).await;
            if new_here == 0 || unknown == 0 {
                return;
            }
            next = listing.next.filter(|next| walked.insert(next.clone()));
        }
    }

    /// Asks for a page that lists. Nothing when it did not change or could not be had. The first page of a listing
    /// `is_polled`: it has a schedule of its own; those that follow it have none.
    async fn source(&mut self, url: &Url, is_polled: bool, leads: &mut Leads) -> Option<Page> {
        // A page that did not change still has to be read when every article is asked for, to find its sections.
        let answer = self.ask(url, What::Page, !self.order.full).await;
        if is_polled {
            match &answer {
                Ok(Fetched::Page(page)) => {
                    self.polls.answered(url, None);
                    self.polls.holds(url, page.fresh_for);
                }
                Ok(Fetched::NotModified) => self.polls.answered(url, None),
                Err(cause) if cause.is_temporary() => self.polls.failed(url),
                Err(_) => {}
            }
        }
        match answer {
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
        for address in [&page.requested, &page.url] {
            self.listings.insert(self.learnt.canonical(address).into());
        }
        let Page { body, content_type, url, .. } = page;
        let home = self.portal.entry.url.clone();
        let (rules, now) = (self.portal.entry.rules.clone(), self.parts.clock.now());
        let (witness, families) = (self.parts.witness.clone(), self.parts.families.clone());
        let read = self.think(move || {
            let html = decode(&body, content_type.as_deref()).text;
            if let Some(witness) = witness {
                witness(Witnessed::Listing { html: &html });
            }
            let (links, next) = families.listing_selectors(&html);
            let habits = discover::Habits { links, next };
            let listing = discover::listing(&html, &url, &home, rules.as_ref(), &habits, now);
            // A home page that lists nothing may say why.
            let is_blank = listing.leads.is_empty() && url == home;
            let blank = is_blank.then(|| {
                let read = extract::article_of(&html, &url, &Hints::default(), None, &families, now);
                health::blank(&read)
            });
            (listing, blank)
        });
        let (listing, blank) = read.await.unwrap_or_default();
        if let Some(said) = blank {
            self.watch.blank(said);
        }
        listing
    }
}

/// Where a portal lists what it publishes, as far as is known.
pub(super) fn sources_of(portal: &Portal, kind: SourceKind) -> impl Iterator<Item = &Source> {
    portal.entry.sources.iter().chain(&portal.found).filter(move |source| source.kind == kind)
}

/// The validators to keep of a page.
fn read_whole(page: &Page) -> (String, Validators) {
    (page.requested.to_string(), page.validators.clone())
}
