//! Which article a page is. Most pages are what their canonical address says; where a portal spells one address in
//! several ways, lets pages claim the address of others or has moved, the record and what was learnt decide, and each
//! page that is read teaches more.

use url::Url;

use super::Visit;
use crate::archive::addresses::{self, Alias, Gist};
use crate::archive::{self, Kept};
use crate::dedup;
use crate::extract::Article;
use crate::index::outbox;
use crate::portal::{Learnt, Spelling, table};
use crate::vietnamese;

/// The article that a page is.
pub(super) struct Identity {
    pub(super) id: String,
    pub(super) url: Url,
    /// The address at which it was found, when it calls another its own.
    claimed_from: Option<Url>,
}

impl Identity {
    /// One that there is no doubt about.
    pub(super) fn known(id: String, url: Url) -> Self {
        Self { id, url, claimed_from: None }
    }
}

impl Visit<'_> {
    /// The article that the record has at an address, under any spelling that the portal is known to take for the same.
    pub(super) async fn known_at(&mut self, url: &Url) -> Option<Gist> {
        let (pool, portal) = (self.parts.store.pool(), self.portal.id);
        let place = self.learnt.place(url);
        let found = async {
            if let Some(known) = addresses::at(pool, portal, url.as_str()).await? {
                return Ok(Some(known));
            }
            if let Some(known) = addresses::behind(pool, portal, place.as_str()).await? {
                return Ok(Some(known));
            }
            if place == *url { Ok(None) } else { addresses::at(pool, portal, place.as_str()).await }
        };
        let found = found.await;
        self.report.note(found).flatten()
    }

    /// The identity of an article that was read at `url`, after redirects.
    pub(super) async fn identify(&mut self, url: &Url, article: &Article) -> Identity {
        let own = self.learnt.canonical(url);
        if let Some(claim) = self.claim(&own, article) {
            match self.known_at(&claim).await {
                None => {
                    let id = archive::article_id(&self.portal.entry.slug, claim.as_str());
                    return Identity { id, url: claim, claimed_from: Some(own) };
                }
                Some(known) if same_article(&known, article) || self.was_found_at(&known, &own).await => {
                    return known_as(known, own.clone(), Some(own));
                }
                Some(known) => self.claim_is_wrong(&known, &claim).await,
            }
        }
        match self.known_at(&own).await {
            Some(known) if known.url == own.as_str() => known_as(known, own, None),
            Some(known) => {
                let Ok(other) = Url::parse(&known.url) else { return known_as(known, own, None) };
                match Learnt::differ_in(&own, &other) {
                    Some(spelling) if !same_article(&known, article) => {
                        self.spelling_matters(spelling, &own, &other).await;
                    }
                    Some(spelling) => {
                        self.spelling_is_one(spelling, &own, &other).await;
                        return known_as(known, own, None);
                    }
                    // Both habits at once, or a page that claimed another address: as it was.
                    None => return known_as(known, own, None),
                }
                self.unknown(own)
            }
            None => self.unknown(own),
        }
    }

    fn unknown(&self, url: Url) -> Identity {
        Identity::known(archive::article_id(&self.portal.entry.slug, url.as_str()), url)
    }

    /// The address that a page calls its own, when it may be believed: not that of a page that lists others.
    fn claim(&self, own: &Url, article: &Article) -> Option<Url> {
        let claim = self.learnt.canonical(article.canonical.as_ref()?);
        let lists = self.listings.contains(claim.as_str())
            || self.polls.knows(&claim)
            || self.portal.entry.sources.iter().any(|source| self.learnt.canonical(&source.url) == claim);
        (claim != *own && !lists && !self.learnt.claims.are_refuted()).then_some(claim)
    }

    /// Whether an article that stands under a claimed address was found at this one before: then it was edited.
    async fn was_found_at(&mut self, known: &Gist, own: &Url) -> bool {
        let found = addresses::behind(self.parts.store.pool(), self.portal.id, own.as_str()).await;
        self.report.note(found).flatten().is_some_and(|found| found.id == known.id)
    }

    /// A page claims the address of another article.
    async fn claim_is_wrong(&mut self, known: &Gist, claim: &Url) {
        self.learnt.claims.conflicts = self.learnt.claims.conflicts.saturating_add(1);
        self.learnt.claims.example = Some(claim.to_string());
        tracing::debug!(portal = self.portal.entry.slug, %claim, known = known.id, "a canonical address is claimed twice");
        let (portal, learnt, claim) = (self.portal.id, self.learnt.clone(), claim.clone());
        let (targets, id) = (self.parts.targets.clone(), known.id.clone());
        let noted = self.parts.store.write(move |connection| {
            Box::pin(async move {
                table::set_learnt(connection, portal, &learnt).await?;
                if learnt.claims.are_refuted() && addresses::take_claim_back(connection, portal, claim.as_str()).await?
                {
                    let revision = archive::touch(connection, &id).await?;
                    outbox::mark(connection, &targets, &id, revision).await?;
                }
                Ok(())
            })
        });
        let noted = noted.await;
        self.report.note(noted);
    }

    /// Learns from an article that was kept: a redirect, or a text that the record has under another address.
    pub(super) async fn learn(&mut self, identity: &Identity, requested: &Url, kept: Kept, known_at: Option<&str>) {
        let requested = self.learnt.canonical(requested);
        let others = known_at.and_then(|url| Url::parse(url).ok()).into_iter().chain([requested]);
        for other in others {
            if let Some(spelling) = Learnt::differ_in(&identity.url, &other) {
                self.spelling_is_one(spelling, &identity.url, &other).await;
            }
        }
        if !matches!(kept, Kept::New | Kept::Changed | Kept::Unchanged) {
            return;
        }
        let place = self.learnt.place(&identity.url);
        let spelling = (kept == Kept::New && place != identity.url).then_some((place, Alias::Spelling));
        let claim = identity.claimed_from.clone().filter(|from| *from != identity.url).map(|from| (from, Alias::Claim));
        let notes: Vec<_> = spelling.into_iter().chain(claim).collect();
        if notes.is_empty() {
            return;
        }
        let (portal, id) = (self.portal.id, identity.id.clone());
        let noted = self.parts.store.write(move |connection| {
            Box::pin(async move {
                for (url, alias) in &notes {
                    addresses::note(connection, portal, url.as_str(), &id, *alias).await?;
                }
                Ok(())
            })
        });
        let noted = noted.await;
        self.report.note(noted);
    }

    /// Two addresses that differ only so gave the same article.
    async fn spelling_is_one(&mut self, spelling: Spelling, one: &Url, other: &Url) {
        let habit = self.learnt.habit(spelling);
        if habit.holds() && !habit.wants_proof() {
            return;
        }
        let is_news = habit.same == 0 && habit.differ == 0;
        habit.same = habit.same.saturating_add(1);
        habit.example = Some((one.to_string(), other.to_string()));
        self.write_learnt(is_news.then_some(spelling)).await;
    }

    /// Two addresses that differ only so gave different articles.
    async fn spelling_matters(&mut self, spelling: Spelling, one: &Url, other: &Url) {
        let habit = self.learnt.habit(spelling);
        habit.differ = habit.differ.saturating_add(1);
        habit.example = Some((one.to_string(), other.to_string()));
        self.write_learnt(Some(spelling)).await;
    }

    /// Writes down what is known of the addresses; after a habit began or ended, also how every article is spelt by it.
    async fn write_learnt(&mut self, turned: Option<Spelling>) {
        let (portal, mut learnt) = (self.portal.id, self.learnt.clone());
        let noted = self.parts.store.write(move |connection| {
            Box::pin(async move {
                if let Some(spelling) = turned {
                    addresses::forget_spellings(connection, portal).await?;
                    let articles = addresses::all(connection, portal).await?;
                    if let Some((one, other)) = contradiction(&learnt, &articles) {
                        let habit = learnt.habit(spelling);
                        habit.differ = habit.differ.saturating_add(1);
                        habit.example = Some((one, other));
                    }
                    for article in &articles {
                        let Ok(url) = Url::parse(&article.url) else { continue };
                        let place = learnt.place(&url);
                        if place != url {
                            addresses::note(connection, portal, place.as_str(), &article.id, Alias::Spelling).await?;
                        }
                    }
                }
                table::set_learnt(connection, portal, &learnt).await?;
                Ok(learnt)
            })
        });
        let noted = noted.await;
        if let Some(learnt) = self.report.note(noted) {
            self.learnt = learnt;
        }
    }
}

/// Two articles of the record that differ and whose addresses would be one.
fn contradiction(learnt: &Learnt, articles: &[Gist]) -> Option<(String, String)> {
    let mut places: std::collections::HashMap<String, &Gist> = std::collections::HashMap::new();
    for article in articles.iter().filter(|article| article.live) {
        let place = learnt.place(&Url::parse(&article.url).ok()?).to_string();
        if let Some(first) = places.insert(place, article)
            && first.content_hash != article.content_hash
            && !same_title(&first.title, &article.title)
        {
            return Some((first.url.clone(), article.url.clone()));
        }
    }
    None
}

fn known_as(known: Gist, otherwise: Url, claimed_from: Option<Url>) -> Identity {
    Identity { id: known.id, url: Url::parse(&known.url).unwrap_or(otherwise), claimed_from }
}

/// Whether the record's article is the one that was read: word for word, or under the same headline of the same time.
fn same_article(known: &Gist, article: &Article) -> bool {
    let same_time = article.published.is_none_or(|at| known.published_at.is_none_or(|known| known == at));
    known.content_hash == dedup::content_hash(article) || same_time && same_title(&known.title, &article.title)
}

fn same_title(one: &str, other: &str) -> bool {
    let words = |title: &str| vietnamese::fold(title).split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    !one.trim().is_empty() && words(one) == words(other)
}
