//! One page of a sweep: asked for, read as a visit reads it, and its links taken up.

use url::Url;

use super::Sweep;
use super::frontier::Found;
use super::table::{self, Settled};
use super::traps::{self, Facts};
use super::{shape, walker};
use crate::archive::{self, Kept};
use crate::dedup::Seen;
use crate::discover::{self, Lead};
use crate::extract::{Hints, NOT_FOUND};
use crate::fetch::{FetchError, Fetched, Page, What, decode};
use crate::pipeline::UNWRITTEN;
use crate::pipeline::reading::Read;
use crate::portal::{canonical_url, same_site};

/// Runs that try a page, at most.
const TRIES: u32 = 3;

impl Sweep<'_> {
    /// Deals with one page, when it waits and is worth a request. Returns the pages to go on with.
    pub(super) async fn step(&mut self, url: &Url) -> Vec<Url> {
        let Some(page) = self.frontier.waiting_at(url).cloned() else { return Vec::new() };
        if !self.wants(&page) {
            return Vec::new();
        }
        let answer = self.visit.ask(&page.url, What::Page, false).await;
        let links = match answer {
            Ok(Fetched::Page(answer)) => self.read(&page, answer).await,
            Ok(Fetched::NotModified) => self.dismiss(&page, "unchanged").await,
            Err(FetchError::RobotsDenied) => {
                self.report.denied += 1;
                self.dismiss(&page, "denied").await
            }
            Err(cause) if cause.is_gone() => {
                self.report.missing += 1;
                self.dismiss(&page, "missing").await
            }
            // No request was made: the page waits as it did.
            Err(FetchError::Cancelled | FetchError::Waiting { .. }) => Vec::new(),
            Err(cause) => {
                self.visit.failed(&page.url, &cause);
                if cause.is_temporary() { self.try_later(&page).await } else { self.give_up(&page).await }
            }
        };
        self.count();
        (self.progress)(&self.report);
        links
    }

    /// Reads a page as a visit does, with its links before that: the body goes with the article.
    async fn read(&mut self, page: &Found, answer: Page) -> Vec<Url> {
        let portal = self.visit.portal;
        let own = same_site(&portal.entry.url, &portal.entry.aliases, &answer.url);
        if !own && page.url == canonical_url(&portal.entry.url) {
            self.moved = Some(answer.url.clone());
        }
        let leads = if own { self.links(&answer).await } else { Vec::new() };
        let arrived = self.visit.learnt.canonical(&answer.url);
        let hints = Hints { title: page.title.clone(), published: page.published };
        let Some(read) = self.visit.keep(answer, hints, None).await else { return self.try_later(page).await };
        self.report.pages += 1;
        let (outcome, article) = match &read {
            Read::Article { kept: Kept::New, content } => ("new", Some(content.as_str())),
            Read::Article { kept: Kept::Changed, content } => ("changed", Some(content.as_str())),
            Read::Article { kept: Kept::Unchanged | Kept::Duplicate, content } => ("known", Some(content.as_str())),
            Read::NoArticle(_) | Read::Elsewhere => ("none", None),
        };
        match outcome {
            "new" => self.report.new += 1,
            "changed" => self.report.changed += 1,
            "known" => self.report.known += 1,
            _ => self.report.not_articles += 1,
        }

        let mut found = Vec::new();
        // The page under the address that a redirect led to: read by now.
        let same = Found { url: arrived.clone(), title: None, published: None, parent: None, ..page.clone() };
        if own && self.frontier.add(same.clone()) {
            found.push(same);
        }
        let links: Vec<Url> = leads.iter().map(|lead| lead.url.clone()).collect();
        for lead in leads {
            if self.frontier.has(&lead.url) {
                continue;
            }
            let known = self.is_known(&lead.url).await;
            let (title, published, depth) = (lead.title, lead.published, page.depth.saturating_add(1));
            let parent = Some(page.url.clone());
            let next = Found { url: lead.url, depth, parent, title, published, known, tries: 0 };
            if self.frontier.add(next.clone()) {
                found.push(next);
            }
        }
        let own_shape = shape::shape(&page.url);
        let promises = |next: &&Found| !next.known && next.url != arrived && self.traps.promises(&own_shape, &next.url);
        let promised = u32::try_from(found.iter().filter(promises).count()).unwrap_or(u32::MAX);
        let leads_to_known = found.iter().any(|next| next.known);
        let is_there = !matches!(&read, Read::NoArticle(reason) if reason == NOT_FOUND);
        let links: &[Url] = if is_there { &links } else { &[] };
        let facts = Facts {
            news: leads_to_known || matches!(outcome, "new" | "changed"),
            article: article.is_some(),
            promised,
            marks: traps::marks(&page.url, article, links),
        };
        self.traps.note(&page.url, page.parent.as_ref(), page.known, &facts);
        let mut settled = vec![Settled { url: page.url.clone(), outcome, facts: Some(facts) }];
        if arrived != page.url {
            settled.push(Settled { url: arrived, outcome: "same", facts: None });
        }
        self.settle(settled, found).await
    }

    /// Notes what came of a page that there is nothing to learn from.
    async fn dismiss(&mut self, page: &Found, outcome: &'static str) -> Vec<Url> {
        self.traps.settled(&page.url, page.parent.as_ref());
        self.settle(vec![Settled { url: page.url.clone(), outcome, facts: None }], Vec::new()).await
    }

    /// Notes what came of pages, with what they led to. Returns the pages to go on with.
    async fn settle(&mut self, settled: Vec<Settled>, found: Vec<Found>) -> Vec<Url> {
        for page in &settled {
            self.frontier.settle(&page.url);
        }
        let waits = |next: &&Found| self.frontier.waiting_at(&next.url).is_some() && self.wants(next);
        let links = found.iter().filter(waits).map(|next| next.url.clone()).collect();
        let noted = self.write(settled, found).await;
        if self.visit.report.note(noted).is_none() {
            // What cannot be written down is not gone on with: the next run has to find it again.
            self.visit.unwritten_in_a_row = UNWRITTEN;
        }
        links
    }

    /// A page that the next run tries again.
    async fn try_later(&mut self, page: &Found) -> Vec<Url> {
        if page.tries + 1 >= TRIES {
            return self.give_up(page).await;
        }
        self.retry += 1;
        self.frontier.settle(&page.url);
        let (portal, url) = (self.visit.portal.id, page.url.clone());
        let store = &self.visit.parts.store;
        let noted =
            store.write(move |connection| Box::pin(async move { table::failed(connection, portal, &url).await }));
        let noted = noted.await;
        self.visit.report.note(noted);
        Vec::new()
    }

    /// A page that will not be had.
    async fn give_up(&mut self, page: &Found) -> Vec<Url> {
        self.dismiss(page, "failed").await
    }

    /// Whether the record has an article at this address.
    async fn is_known(&mut self, url: &Url) -> bool {
        let slug = &self.visit.portal.entry.slug;
        if self.visit.parts.window.seen(slug, url.as_str()) == Some(Seen::Article) {
            return true;
        }
        if !self.visit.learnt.is_plain() {
            return self.visit.known_at(url).await.is_some();
        }
        let id = archive::article_id(slug, url.as_str());
        let known = archive::table::knows(self.visit.parts.store.pool(), &id).await;
        self.visit.report.note(known).unwrap_or(false)
    }

    /// The pages of the portal that a page leads to, each once: what lists articles with their titles and the next page
    /// first, then every other link. Services, files and feeds are no pages.
    async fn links(&mut self, page: &Page) -> Vec<Lead> {
        let (body, content_type, url) = (page.body.clone(), page.content_type.clone(), page.url.clone());
        let home = self.visit.portal.entry.url.clone();
        let (rules, now) = (self.visit.portal.entry.rules.clone(), self.visit.parts.clock.now());
        let families = self.visit.parts.families.clone();
        let read = self.visit.think(move || {
            let html = decode(&body, content_type.as_deref()).text;
            let (links, next) = families.listing_selectors(&html);
            let habits = discover::Habits { links, next };
            let listing = discover::listing(&html, &url, &home, rules.as_ref(), &habits, now);
            (html, listing)
        });
        let Some((html, listing)) = read.await else { return Vec::new() };
        let others = walker::links(html, &page.url).await;
        let others = listing.next.into_iter().chain(listing.sections).chain(others);
        let others = others.map(|url| Lead { url, title: None, published: None, modified: None });
        let entry = &self.visit.portal.entry;
        let mut seen = std::collections::HashSet::new();
        let mut leads = Vec::new();
        for mut lead in listing.leads.into_iter().chain(others) {
            if !same_site(&entry.url, &entry.aliases, &lead.url) {
                continue;
            }
            lead.url = self.visit.learnt.canonical(&lead.url);
            let is_page = discover::is_calendar(&lead.url) || !discover::is_service_address(&lead.url);
            if is_page && seen.insert(shape::place(&lead.url)) {
                leads.push(lead);
            }
        }
        leads
    }
}
