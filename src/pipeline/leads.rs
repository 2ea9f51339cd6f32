//! The first half of a visit: which pages may be articles that are not known yet. Feeds first, then sitemaps, then
//! listing pages, each read until it brings nothing new.

use std::collections::HashSet;

use jiff::SignedDuration;
use url::Url;

use super::Visit;
use super::polls::Polls;
use crate::archive;
use crate::dedup::Seen;
use crate::discover::Lead;
use crate::fetch::Validators;
use crate::portal::{Learnt, Source, SourceKind, same_site};

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
    /// The home page and feeds that were asked, each with the other host to which it leads for good, when it does.
    pub(super) moves: Vec<(Url, Option<Url>)>,
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
        let known = super::table::polls(self.parts.store.pool(), self.portal.id).await;
        self.polls = Polls::new(self.report.note(known).unwrap_or_default());
        // Pages that earlier visits found and left unread were there already.
        self.absent_at = self.polls.all_read_at().filter(|_| self.waiting.is_empty());
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
        self.take(None, left.into_iter(), &mut leads).await;
        leads.listed = listed;
        leads
    }

    pub(super) fn first_visit(&self) -> bool {
        self.portal.health.last_success_at.is_none()
    }

    /// Sorts links into unknown, changed and known; returns how many were unknown before this visit.
    pub(super) async fn take(
        &mut self,
        source: Option<&Url>,
        found: impl Iterator<Item = Lead>,
        leads: &mut Leads,
    ) -> usize {
        let home = &self.portal.entry.url;
        let mut found: Vec<Lead> =
            found.filter(|lead| same_site(home, &self.portal.entry.aliases, &lead.url)).collect();
        for lead in &mut found {
            lead.url = self.learnt.canonical(&lead.url);
        }
        let recorded = if self.learnt.is_plain() { self.recorded(&found).await } else { HashSet::new() };
        let mut unknown = 0;
        for lead in found {
            let place = self.learnt.place(&lead.url);
            leads.listed += 1;
            let taken = |url: &Url| leads.taken.contains(url.as_str());
            if taken(&place) || twin(&lead.url).is_some_and(|twin| taken(&twin)) {
                unknown += 1;
                continue;
            }
            match self.knowledge(&lead, &recorded).await {
                Knowledge::Unknown => {
                    unknown += 1;
                    if let Some(source) = source {
                        self.polls.found(source, lead.published.unwrap_or(self.started_at));
                    }
                    leads.taken.insert(place.into());
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

    /// The ids of those that the record has and the window no longer.
    async fn recorded(&mut self, found: &[Lead]) -> HashSet<String> {
        let slug = &self.portal.entry.slug;
        let unseen =
            found.iter().map(|lead| lead.url.as_str()).filter(|url| self.parts.window.seen(slug, url).is_none());
        let ids: Vec<String> = unseen.map(|url| archive::article_id(slug, url)).collect();
        let known = archive::table::known_among(self.parts.store.pool(), &ids).await;
        self.report.note(known).unwrap_or_default()
    }

    async fn knowledge(&mut self, lead: &Lead, recorded: &HashSet<String>) -> Knowledge {
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
            None if self.learnt.is_plain() => {
                if recorded.contains(&archive::article_id(slug, url)) {
                    self.changed_since(lead)
                } else {
                    Knowledge::Unknown
                }
            }
            None => match self.known_at(&lead.url).await {
                None => Knowledge::Unknown,
                Some(known) if known.url == url => self.changed_since(lead),
                // A young habit is tried now and then, or a wrong one would never be found out.
                Some(known) if self.wants_proof(&known.url, &lead.url) => Knowledge::Unknown,
                Some(_) => Knowledge::Known,
            },
        }
    }

    /// Whether a page is worth reading under its other spelling: one in a visit, until the habit is sure.
    fn wants_proof(&mut self, known: &str, url: &Url) -> bool {
        let spelling = Url::parse(known).ok().and_then(|known| Learnt::differ_in(&known, url));
        let wanted = spelling.is_some_and(|spelling| self.learnt.habit(spelling).wants_proof());
        wanted && !std::mem::replace(&mut self.proved, true)
    }

    /// Whether the listing says that a known article changed since the portal was last visited.
    fn changed_since(&self, lead: &Lead) -> Knowledge {
        match (lead.modified, self.portal.health.last_visit_at) {
            (Some(modified), Some(visited)) if modified > visited => Knowledge::Changed,
            _ => Knowledge::Known,
        }
    }

    pub(super) fn remember(&self, kind: SourceKind, url: &Url, leads: &mut Leads) {
        let source = Source { kind, url: url.clone() };
        if !leads.found.contains(&source) && !self.portal.entry.sources.contains(&source) {
            leads.found.push(source);
        }
    }

    /// Runs work that takes the processor on the threads for it. Nothing when it panicked, which is noted.
    pub(super) async fn think<T: Send + 'static>(&mut self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let outcome = self.parts.thinkers.run(work).await;
        self.report.note(outcome.map_err(|cause| cause.context("a page could not be read")))
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
