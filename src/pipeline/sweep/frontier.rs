//! The pages that a sweep has found: which wait, which were dealt with, how far each is from the home page. Pure; the
//! record has the same in `sweep_page`.

use std::collections::HashMap;

use url::Url;

use super::shape;
use crate::clock::Timestamp;

/// Pages that one sweep remembers, at most: 200,000 addresses take some 100 MB, and a portal of so many pages is swept
/// in parts.
const PAGES: usize = 200_000;

/// A page that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) url: Url,
    /// Hops from the home page.
    pub(super) depth: u32,
    /// The page that led here first.
    pub(super) parent: Option<Url>,
    /// Title and date, as the page that led here has them.
    pub(super) title: Option<String>,
    pub(super) published: Option<Timestamp>,
    /// The record had it as an article already.
    pub(super) known: bool,
    /// Runs that failed to read it.
    pub(super) tries: u32,
}

/// All pages of a sweep.
#[derive(Default)]
pub(super) struct Frontier {
    pages: Vec<Found>,
    places: HashMap<String, usize>,
    /// Those that need not be asked for again in this run.
    settled: Vec<bool>,
    /// Links that were not taken because there are too many.
    pub(super) beyond: u64,
}

impl Frontier {
    /// Whether the page was met before, under either scheme.
    pub(super) fn has(&self, url: &Url) -> bool {
        self.places.contains_key(&shape::place(url))
    }

    /// Adds a page that waits. False when it was met before or there are too many.
    pub(super) fn add(&mut self, page: Found) -> bool {
        if self.has(&page.url) {
            return false;
        }
        if self.pages.len() >= PAGES {
            self.beyond += 1;
            return false;
        }
        self.places.insert(shape::place(&page.url), self.pages.len());
        self.pages.push(page);
        self.settled.push(false);
        true
    }

    /// The page at this address, when it waits.
    pub(super) fn waiting_at(&self, url: &Url) -> Option<&Found> {
        let at = *self.places.get(&shape::place(url))?;
        (!self.settled[at]).then(|| &self.pages[at])
    }

    /// Those that wait, in the order they were found.
    pub(super) fn waiting(&self) -> impl Iterator<Item = &Found> {
        self.pages.iter().zip(&self.settled).filter(|(_, settled)| !**settled).map(|(page, _)| page)
    }

    /// A page that is not asked for again in this run.
    pub(super) fn settle(&mut self, url: &Url) {
        if let Some(at) = self.places.get(&shape::place(url)) {
            self.settled[*at] = true;
        }
    }
}
