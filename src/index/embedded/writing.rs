//! The one writer. In: documents. Out: a commit on disk, visible to searches; or nothing of it.

use std::sync::{Arc, MutexGuard};

use anyhow::{Context, Result, bail};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, IndexWriter, Searcher, SegmentReader, TERMINATED, Term};

use super::Inner;
use super::schema::Fields;
use crate::index::tokens::Keys;
use crate::index::{Document, newest};

/// Threads that build segments. Each leaves one segment a commit, and a segment costs more to open, merge and sync than
/// an ordinary batch costs to index; keys are made on the caller's thread beside it.
const WRITER_THREADS: usize = 1;

pub(super) struct Writer {
    pub(super) tantivy: IndexWriter,
    keys: Keys,
}

impl Inner {
    pub(super) fn open_writer(&self) -> tantivy::Result<Writer> {
        let tantivy = self.index.writer_with_num_threads(WRITER_THREADS, self.memory_bytes)?;
        // A process that was killed in a commit leaves files that the next commit would want to make under the same names.
        tantivy.garbage_collect_files().wait()?;
        Ok(Writer { tantivy, keys: Keys::default() })
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Option<Writer>> {
        // A panic while writing leaves a writer that is not to be trusted.
        self.writer.lock().unwrap_or_else(|poisoned| {
            let mut guard = poisoned.into_inner();
            *guard = None;
            self.writer.clear_poison();
            guard
        })
    }

    pub(super) fn write(&self, change: impl FnOnce(&Self, &mut Writer) -> tantivy::Result<()>) -> Result<()> {
        let mut guard = self.lock();
        let mut writer = self.take_writer(&mut guard)?;
        // The writer goes back only when all went well: dropping it forgets what was not committed.
        change(self, &mut writer).context("cannot write to the search index")?;
        writer.tantivy.commit().context("cannot commit to the search index")?;
        *guard = Some(writer);
        self.reader.reload().context("cannot show the new search index")?;
        self.kept.follow(&self.reader.searcher()).context("cannot read the new search index")?;
        Ok(())
    }

    fn take_writer(&self, writer: &mut Option<Writer>) -> Result<Writer> {
        if !self.can_write {
            bail!("cannot write to the search index {}: it was opened for searching", self.directory.display());
        }
        match writer.take() {
            Some(writer) => Ok(writer),
            None => self.open_writer().context("cannot open the search index for writing"),
        }
    }

    /// Adds without a commit: an index that is built from nothing is worth nothing before it is whole, and each commit
    /// makes a segment that has to be merged.
    pub(super) fn add(&self, documents: &[Document]) -> Result<()> {
        let mut guard = self.lock();
        let mut writer = self.take_writer(&mut guard)?;
        for document in newest(documents) {
            let document = self.fields.document(document, &mut writer.keys);
            writer.tantivy.add_document(document).context("cannot write to the search index")?;
        }
        *guard = Some(writer);
        Ok(())
    }

    pub(super) fn put(&self, writer: &mut Writer, documents: &[Document]) -> tantivy::Result<()> {
        let searcher = self.reader.searcher();
        let known = Revisions::of(&searcher, &self.fields)?;
        for document in newest(documents) {
            if known.get(&document.id)?.is_some_and(|current| current > document.revision) {
                continue;
            }
            writer.tantivy.delete_term(Term::from_field_text(self.fields.id, &document.id));
            writer.tantivy.add_document(self.fields.document(document, &mut writer.keys))?;
        }
        Ok(())
    }
}

/// Revisions of the articles that the index holds.
struct Revisions<'s> {
    fields: &'s Fields,
    segments: Vec<(&'s SegmentReader, Arc<tantivy::InvertedIndexReader>, tantivy::columnar::Column<i64>)>,
}

impl<'s> Revisions<'s> {
    fn of(searcher: &'s Searcher, fields: &'s Fields) -> tantivy::Result<Self> {
        let mut segments = Vec::new();
        for segment in searcher.segment_readers() {
            segments.push((segment, segment.inverted_index(fields.id)?, segment.fast_fields().i64("revision")?));
        }
        Ok(Self { fields, segments })
    }

    fn get(&self, id: &str) -> tantivy::Result<Option<i64>> {
        let term = Term::from_field_text(self.fields.id, id);
        for (segment, ids, revisions) in &self.segments {
            let Some(mut postings) = ids.read_postings(&term, IndexRecordOption::Basic)? else { continue };
            let mut doc = postings.doc();
            while doc != TERMINATED {
                if !segment.is_deleted(doc) {
                    return Ok(revisions.first(doc));
                }
                doc = postings.advance();
            }
        }
        Ok(None)
    }
}
