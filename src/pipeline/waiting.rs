//! What a visit found and has not read yet: written down before the first page is read, settled at the end. A crash in
//! between, an outage or a spent budget leave the rest to the next visit, which would not find it again: it stops
//! paging at the first page of a listing with nothing new.

use std::collections::{HashMap, HashSet};

use url::Url;

use super::Visit;
use super::leads::Leads;
use super::table::{self, Pending};
use crate::discover::Lead;

/// Visits that try a page, at most. After that it is left alone like a page that is no article.
const TRIES: u32 = 5;

/// The pages that wait, and what this visit did about them.
#[derive(Default)]
pub(super) struct Waiting {
    pages: Vec<Pending>,
    done: HashSet<String>,
    failed: HashSet<String>,
    /// Whether the record holds pages that wait.
    recorded: bool,
}

impl Waiting {
    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }

    /// The pages that may be articles.
    pub(super) fn leads(&self) -> Vec<Lead> {
        let articles = self.pages.iter().filter(|page| !page.listing);
        articles
            .map(|page| Lead {
                url: page.url.clone(),
                title: page.title.clone(),
                published: page.published,
                modified: None,
            })
            .collect()
    }

    /// The pages of listings from which a walk goes on.
    pub(super) fn listings(&self) -> Vec<Url> {
        self.pages.iter().filter(|page| page.listing).map(|page| page.url.clone()).collect()
    }

    /// A page that was dealt with.
    pub(super) fn done(&mut self, url: &Url) {
        self.done.insert(url.as_str().to_owned());
    }
}

impl Visit<'_> {
    /// Reads what earlier visits left.
    pub(super) async fn load_waiting(&mut self) {
        let pages = table::pending(self.parts.store.pool(), self.portal.id).await;
        self.waiting.pages = self.report.note(pages).unwrap_or_default();
        self.waiting.recorded = !self.waiting.pages.is_empty();
    }

    /// Writes down what is to be read, before any of it is.
    pub(super) async fn note_waiting(&mut self, leads: &Leads) {
        if leads.moved.is_some() {
            return;
        }
        let tries: HashMap<String, u32> =
            self.waiting.pages.iter().map(|page| (page.url.to_string(), page.tries)).collect();
        let tries_of = |url: &Url| tries.get(url.as_str()).copied().unwrap_or(0);
        let articles = leads.fresh.iter().map(|lead| Pending {
            url: lead.url.clone(),
            listing: false,
            title: lead.title.clone(),
            published: lead.published,
            tries: tries_of(&lead.url),
        });
        let listings = leads.unwalked.iter().map(|url| Pending {
            url: url.clone(),
            listing: true,
            title: None,
            published: None,
            tries: tries_of(url),
        });
        // Pages that waited and are known by now are not among the fresh ones.
        let pages: Vec<Pending> = articles.chain(listings).collect();
        self.waiting.failed.extend(leads.unwalked.iter().map(Url::to_string));
        let new = pages.iter().any(|page| !tries.contains_key(page.url.as_str()));
        self.waiting.pages = pages;
        if !new {
            return;
        }
        let (portal, pages) = (self.portal.id, self.waiting.pages.clone());
        let noted = self
            .parts
            .store
            .write(move |connection| Box::pin(async move { table::wait(connection, portal, &pages).await }))
            .await;
        match self.report.note(noted) {
            Some(()) => self.waiting.recorded = true,
            // What cannot be written down must not be read: it would hide the rest from the next visit.
            None => self.unwritten_in_a_row = super::UNWRITTEN,
        }
    }

    /// A page that could not be read now: a later visit tries again, and the last one leaves it alone.
    pub(super) fn try_later(&mut self, url: &Url) {
        let tries = self.waiting.pages.iter().find(|page| page.url == *url).map_or(0, |page| page.tries);
        if tries + 1 >= TRIES {
            self.leave(url);
        } else {
            self.waiting.failed.insert(url.as_str().to_owned());
        }
    }

    /// What is left for the next visit; nothing when the record need not be told.
    pub(super) fn still_waiting(&mut self, answered: bool) -> Option<Vec<Pending>> {
        if !self.waiting.recorded {
            return None;
        }
        let Waiting { pages, done, failed, .. } = std::mem::take(&mut self.waiting);
        let rest = pages.into_iter().filter(|page| !done.contains(page.url.as_str()));
        let (troubled, mut left): (Vec<_>, Vec<_>) = rest.partition(|page| failed.contains(page.url.as_str()));
        // Those that failed go to the end, so that a few bad ones never keep the others from being read. While the
        // whole portal is down nothing is held against a single page.
        left.extend(troubled.into_iter().filter_map(|mut page| {
            page.tries += u32::from(answered);
            (page.tries < TRIES).then_some(page)
        }));
        Some(left)
    }
}
