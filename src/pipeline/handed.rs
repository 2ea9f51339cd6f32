//! Items that portals hand in by themselves. An article with its address in, its place in the archive out: it takes the
//! way of a crawled one from identity to queue, and nothing is fetched.

use std::sync::Arc;

use anyhow::{Context, Result};
use jiff::SignedDuration;
use url::Url;

use super::Parts;
use crate::archive::{self, Copy, Incoming, Kept, addresses};
use crate::clock::Timestamp;
use crate::dedup::{self, Reading, Window};
use crate::extract::Article;
use crate::index::outbox;
use crate::portal::{Portal, canonical_url};
use crate::store::Store;
use crate::triage;
use crate::vietnamese::secrecy;

/// What it takes to take items in. Cheap to clone.
#[derive(Clone)]
pub struct Intake {
    /// The record.
    pub store: Store,
    /// What was seen before.
    pub window: Arc<Window>,
    /// Search engines that have to follow.
    pub targets: Arc<[&'static str]>,
    /// Told when the search index has something to do.
    pub index: outbox::Handle,
    /// How duplicates are recognised.
    pub dedup: Arc<dedup::Options>,
    /// What deserves attention.
    pub triage: Arc<triage::Options>,
    /// Only articles published within these hours enter the queue, unless they are proposed.
    pub triage_hours: u32,
}

/// What became of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is in the archive.
    Kept {
        /// The article.
        id: String,
        /// Its address there.
        url: String,
        /// Its story.
        story: String,
        /// What it was.
        kept: Kept,
    },
    /// It bears a mark of secrecy; nothing of it was stored.
    Marked,
}

impl Intake {
    /// What visits use, for items that are handed in.
    #[must_use]
    pub fn of(parts: &Parts) -> Self {
        Self {
            store: parts.store.clone(),
            window: parts.window.clone(),
            targets: parts.targets.clone(),
            index: parts.index.clone(),
            dedup: parts.dedup.clone(),
            triage: parts.triage.clone(),
            triage_hours: parts.options.triage_hours,
        }
    }

    /// Takes an article in that `portal` hands in as the one at `url`; one that it `proposes` enters the queue however
    /// old it is.
    ///
    /// # Errors
    /// When the record or the window cannot be read or written.
    pub async fn take(
        &self,
        portal: &Portal,
        url: &Url,
        article: Article,
        proposes: bool,
        now: Timestamp,
    ) -> Result<Taken> {
        let text = format!("{}\n{}\n{}", article.title, article.summary, article.text);
        if secrecy::of_page(&text).is_some() {
            return Ok(Taken::Marked);
        }
        let incoming = self.place(portal, url, article, now).await?;
        let (id, own) = (incoming.id.clone(), incoming.url.to_string());
        let (targets, options) = (self.targets.clone(), self.triage.clone());
        let recent = SignedDuration::from_hours(i64::from(self.triage_hours));
        let kept = self.store.write(move |connection| {
            Box::pin(async move {
                let outcome = archive::keep(connection, &incoming).await?;
                for (id, revision) in &outcome.dirty {
                    outbox::mark(connection, &targets, id, *revision).await?;
                }
                let published = incoming.article.published;
                let is_recent = published.is_none_or(|at| incoming.now.duration_since(at) <= recent);
                let enters = proposes || (outcome.kept == Kept::New && is_recent);
                let story = addresses::story_of(connection, &incoming.id).await?;
                if let Some(story) = story.as_ref().filter(|_| enters) {
                    triage::table::refresh(connection, story, &options, incoming.now).await?;
                }
                Ok((outcome, story))
            })
        });
        let (outcome, story) = kept.await?;
        if outcome.kept == Kept::Duplicate {
            // Its text stands in the window under the address that the record knows.
            self.window.forget(&id)?;
        }
        self.window.mark_seen(&portal.entry.slug, &own, true, now)?;
        self.index.wake();
        let kept = outcome.kept;
        let (id, url, story) = match outcome.known_at {
            Some(known) => self.known_at(portal, &known).await?,
            None => (id, own, story.unwrap_or_default()),
        };
        Ok(Taken::Kept { id, url, story, kept })
    }

    /// Which article it is, and which story it belongs to.
    async fn place(&self, portal: &Portal, url: &Url, article: Article, now: Timestamp) -> Result<Incoming> {
        let pool = self.store.pool();
        let own = portal.learnt.canonical(url);
        let mut known = addresses::at(pool, portal.id, own.as_str()).await?;
        if known.is_none() {
            known = addresses::behind(pool, portal.id, own.as_str()).await?;
        }
        let known = known.and_then(|gist| Some((gist.id, Url::parse(&gist.url).ok()?)));
        let (id, own) =
            known.unwrap_or_else(|| (archive::article_id(&portal.entry.slug, canonical_url(&own).as_str()), own));
        let (window, slug, verbatim) = (self.window.clone(), portal.entry.slug.clone(), self.dedup.verbatim);
        let portal = portal.id;
        let placing = move || {
            let text = Reading::of(&article.text);
            let place = window.place(&id, &slug, &text, article.published.unwrap_or(now))?;
            let copy = match place.near.map(|near| near.likeness.share) {
                None => Copy::Origin,
                Some(likeness) if likeness >= verbatim => Copy::Verbatim,
                Some(_) => Copy::Near,
            };
            let (content_hash, story) = (dedup::content_hash(&article), place.story);
            Ok(Incoming { id, portal, url: own, article, problems: Vec::new(), content_hash, story, copy, now })
        };
        tokio::task::spawn_blocking(placing).await.context("cannot place an item")?
    }

    async fn known_at(&self, portal: &Portal, url: &str) -> Result<(String, String, String)> {
        let pool = self.store.pool();
        let Some(gist) = addresses::at(pool, portal.id, url).await? else {
            return Ok((String::new(), url.to_owned(), String::new()));
        };
        let story = addresses::story_of(&mut *pool.acquire().await?, &gist.id).await?;
        Ok((gist.id, gist.url, story.unwrap_or_default()))
    }
}
