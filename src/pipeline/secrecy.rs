//! Pages that bear a mark of secrecy: nothing of them is stored, what was stored before is taken back, their addresses
//! are closed until a person has dealt with them.

use jiff::SignedDuration;
use url::Url;

use super::Visit;
use crate::archive::table::Check;
use crate::archive::{self, notices};
use crate::fetch::Page;
use crate::index::outbox;
use crate::portal::canonical_url;
use crate::vietnamese::secrecy::Degree;

impl Visit<'_> {
    /// Reads which addresses are closed.
    pub(super) async fn load_notices(&mut self) {
        let known = notices::of_portal(self.parts.store.pool(), self.portal.id).await;
        let (closed, harmless) = self.report.note(known).unwrap_or_default();
        self.closed.extend(closed);
        self.harmless.extend(harmless);
    }

    /// A page that bears a mark of secrecy: nothing of it is stored, what was stored of it before is taken back, and a
    /// person is told.
    pub(super) async fn withhold(&mut self, page: &Page, known: Option<&Check>, degree: Degree) {
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
        if !self.learnt.is_plain() {
            for url in &addresses {
                ids.extend(self.known_at(url).await.map(|known| known.id));
            }
        }
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
}
