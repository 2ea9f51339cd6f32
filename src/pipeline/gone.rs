//! What a visit noted about known articles goes into the record: those that are as they were, and those that are
//! missing, unless so many are that the portal itself must be in trouble.

use jiff::SignedDuration;

use super::Visit;
use crate::archive;
use crate::index::outbox;
use crate::store::Connection;

/// Missing articles that are believed however small the portal is: three of ten are an ordinary clean-up.
const MISSING_BELIEVED: usize = 3;

impl Visit<'_> {
    /// Writes down which articles are as they were.
    pub(super) async fn note_unchanged(&mut self) {
        let ids = std::mem::take(&mut self.unchanged);
        if ids.is_empty() {
            return;
        }
        let now = self.parts.clock.now();
        let noted = self
            .parts
            .store
            .write(move |connection| {
                Box::pin(async move {
                    for id in &ids {
                        archive::seen(connection, id, now).await?;
                    }
                    Ok(())
                })
            })
            .await;
        self.report.note(noted);
    }

    /// Writes down which articles are missing, unless so many are that the portal itself must be in trouble.
    pub(super) async fn note_missing(&mut self) {
        let ids = std::mem::take(&mut self.missing);
        if ids.is_empty() {
            return;
        }
        let live = archive::table::live(self.parts.store.pool(), self.portal.id).await;
        let Some(live) = self.report.note(live) else { return };
        let share = ids.len() as i64 * 100 / live.max(1);
        if ids.len() > MISSING_BELIEVED && share > i64::from(self.parts.archive.gone_share_percent) {
            let hold = format!(
                "{} of {live} articles are missing at once; nothing was marked gone (check the portal, then crawl it again)",
                ids.len()
            );
            self.report.hold = Some(hold);
            return;
        }
        let after = SignedDuration::from_hours(i64::from(self.parts.archive.gone_after_hours));
        let (targets, now) = (self.parts.targets.clone(), self.parts.clock.now());
        let gone = self
            .parts
            .store
            .write(move |connection| Box::pin(mark_missing(connection, ids, targets, after, now)))
            .await;
        self.report.gone += self.report.note(gone).unwrap_or(0);
        self.parts.index.wake();
    }
}

async fn mark_missing(
    connection: &mut Connection,
    ids: Vec<String>,
    targets: std::sync::Arc<[&'static str]>,
    after: SignedDuration,
    now: crate::clock::Timestamp,
) -> anyhow::Result<u64> {
    let mut gone = 0;
    for id in &ids {
        if let Some(revision) = archive::missing(connection, id, after, now).await? {
            outbox::mark(connection, &targets, id, revision).await?;
            gone += 1;
        }
    }
    Ok(gone)
}
