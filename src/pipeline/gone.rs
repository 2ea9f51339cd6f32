//! What a visit noted about known articles goes into the record: those that are as they were, and those that are
//! missing, unless so many are that the portal itself must be in trouble.

use jiff::SignedDuration;

use super::Visit;
use crate::archive;
use crate::index::outbox;
use crate::portal::questions::{self, Facts, Kind};
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

    /// Writes down which articles are missing. When too many are, also over the visits before, nothing is marked and
    /// the operator is asked; when they are back, the question is taken back.
    pub(super) async fn note_missing(&mut self) {
        let ids = std::mem::take(&mut self.missing);
        let asked = self.doubts.questions.iter().any(|question| question.kind == Kind::Gone && question.is_open());
        // A portal that has emptied itself says nothing of single articles, and neither does one they are kept for.
        if self.doubts.emptied.is_some() || self.is_answered(Kind::Gone, false) || ids.is_empty() && !asked {
            return;
        }
        let live = archive::table::live(self.parts.store.pool(), self.portal.id).await;
        let before = archive::missing_now(self.parts.store.pool(), self.portal.id).await;
        let (Some(live), Some(mut all)) = (self.report.note(live), self.report.note(before)) else { return };
        all.extend(ids.iter().cloned());
        all.sort();
        all.dedup();
        let missing = i64::try_from(all.len()).unwrap_or(i64::MAX);
        let share = missing.saturating_mul(100) / live.max(1);
        let (portal, now) = (self.portal.id, self.parts.clock.now());
        let too_many = all.len() > MISSING_BELIEVED && share > i64::from(self.parts.archive.gone_share_percent);
        if too_many && !self.is_answered(Kind::Gone, true) {
            let facts = Facts { missing: Some(missing), live: Some(live), ..Facts::default() };
            let noted = self.parts.store.write(move |connection| {
                Box::pin(async move {
                    for id in &ids {
                        archive::sighted_missing(connection, id, now).await?;
                    }
                    questions::sighted(connection, portal, Kind::Gone, "", &facts, now).await
                })
            });
            let noted = noted.await;
            self.doubts.asked_now.extend(self.report.note(noted));
            return;
        }
        let after = SignedDuration::from_hours(i64::from(self.parts.archive.gone_after_hours));
        let targets = self.parts.targets.clone();
        let gone = self
            .parts
            .store
            .write(move |connection| {
                Box::pin(async move {
                    if asked {
                        questions::take_back(connection, portal, Kind::Gone, "").await?;
                    }
                    mark_missing(connection, ids, targets, after, now).await
                })
            })
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
