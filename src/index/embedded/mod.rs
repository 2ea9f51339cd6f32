//! The embedded engine: tantivy in this process. In: documents and queries. Out: results. One writer, readers
//! everywhere; what `put` acknowledged is on disk. A damaged or older index is set aside, never deleted, and the caller
//! is told to fill the new one from the record.

mod answers;
mod aside;
mod bits;
mod cited;
mod columns;
mod counts;
mod generations;
mod kept;
mod looked_up;
mod matching;
mod misspelt;
mod neighbours;
mod part;
mod ranking;
mod reading;
mod schema;
mod searching;
mod shelf;
mod walk;
mod worths;
mod writing;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result, anyhow, bail};
use async_trait::async_trait;
use tantivy::directory::MmapDirectory;
use tantivy::{Index, IndexReader, ReloadPolicy, TantivyDocument, Term};

use self::aside::{is_busy, is_machine_trouble, set_aside_as};
use self::kept::Kept;
use self::schema::{CutKeys, Fields, TOKENIZER, schema};
use self::writing::Writer;
use super::{Document, PutError, Query, Results, SearchIndex, check_ids};

/// tantivy wants 15 MB a thread at least.
const LEAST_MEMORY_MB: usize = 32;
/// An index in a directory of this machine. Cheap to clone.
#[derive(Clone)]
pub struct Embedded {
    inner: Arc<Inner>,
}

struct Inner {
    directory: PathBuf,
    index: Index,
    reader: IndexReader,
    fields: Fields,
    kept: Kept,
    /// Nothing in a reader; taken out when it failed and opened again by the next write.
    writer: Mutex<Option<Writer>>,
    memory_bytes: usize,
    can_write: bool,
    fresh: AtomicBool,
}

impl std::fmt::Debug for Embedded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Embedded").field("directory", &self.inner.directory).finish_non_exhaustive()
    }
}

impl Embedded {
    /// Opens the index in `directory` for writing and makes it when it is absent. An index that is damaged or of
    /// another schema is renamed to `NAME.broken-N` beside it and an empty one takes its place; see
    /// [`SearchIndex::take_fresh`].
    ///
    /// # Errors
    /// When another process writes to the index, or the directory cannot be written.
    pub fn open(directory: &Path, options: &super::Options) -> Result<Self> {
        let memory_bytes = options.memory_mb.clamp(LEAST_MEMORY_MB, 4_096) * 1_000_000;
        match Self::attempt(directory, memory_bytes, true) {
            Ok(opened) => Ok(opened),
            Err(cause) if is_busy(&cause) => Err(cause
                .context(format!("cannot write to the search index {}: another process does", directory.display()))),
            // The machine's trouble is not the index's: setting it aside would throw good work away.
            Err(cause) if is_machine_trouble(&cause) => Err(cause),
            Err(cause) => {
                let aside = set_aside_as(directory, "broken")?.unwrap_or_default();
                tracing::warn!(
                    index = %directory.display(),
                    aside = %aside.display(),
                    cause = %format!("{cause:#}"),
                    "the search index could not be opened; it was set aside and will be filled from the record"
                );
                Self::attempt(directory, memory_bytes, true)
            }
        }
    }

    /// Opens the index in `directory` for searching only, while another process may write to it.
    ///
    /// # Errors
    /// When there is no index or it cannot be read.
    pub fn open_reader(directory: &Path) -> Result<Self> {
        if !directory.join("meta.json").exists() {
            bail!("cannot open the search index {}: there is none yet (run `lantoa reindex`)", directory.display());
        }
        Self::attempt(directory, 0, false)
    }

    /// Puts the index that was built in `built` in the place of `directory`. Both must be closed for writing; searches
    /// that have the old one open go on with it.
    ///
    /// # Errors
    /// When a directory cannot be renamed; the old index then stays or returns to its place.
    pub fn swap_in(built: &Path, directory: &Path) -> Result<()> {
        let old = set_aside_as(directory, "old")?;
        if let Err(cause) = std::fs::rename(built, directory) {
            if let Some(old) = &old {
                std::fs::rename(old, directory).context("cannot put the old search index back")?;
            }
            return Err(cause).with_context(|| format!("cannot put the new search index in {}", directory.display()));
        }
        if let Some(old) = old {
            std::fs::remove_dir_all(&old).with_context(|| format!("cannot delete the old index {}", old.display()))?;
        }
        Ok(())
    }

    /// Reads every file of the index and names the damaged ones; for the doctor, since it takes seconds a gigabyte.
    ///
    /// # Errors
    /// When the files cannot be listed or read.
    pub fn damaged_files(&self) -> Result<Vec<PathBuf>> {
        let damaged = self.inner.index.validate_checksum().context("cannot check the search index")?;
        Ok(damaged.into_iter().collect())
    }

    fn attempt(directory: &Path, memory_bytes: usize, can_write: bool) -> Result<Self> {
        // tantivy reports some damage by a panic.
        catch_unwind(AssertUnwindSafe(|| Inner::open(directory, memory_bytes, can_write)))
            .unwrap_or_else(|_| Err(anyhow!("the index is damaged")))
            .map(|inner| Self { inner: Arc::new(inner) })
            .with_context(|| format!("cannot open the search index {}", directory.display()))
    }

    async fn blocking<T: Send + 'static>(&self, work: impl FnOnce(&Inner) -> T + Send + 'static) -> Result<T> {
        let inner = Arc::clone(&self.inner);
        tokio::task::spawn_blocking(move || work(&inner)).await.context("the search index failed")
    }
}

#[async_trait]
impl SearchIndex for Embedded {
    async fn put(&self, documents: &[Document]) -> Result<(), PutError> {
        check_ids(documents)?;
        let documents = documents.to_vec();
        self.write(move |inner, writer| inner.put(writer, &documents)).await
    }

    async fn add(&self, documents: &[Document]) -> Result<(), PutError> {
        check_ids(documents)?;
        let documents = documents.to_vec();
        let outcome = self.blocking(move |inner| inner.add(&documents)).await;
        outcome.and_then(|added| added).map_err(|cause| PutError::Unavailable(format!("{cause:#}")))
    }

    async fn finish(&self) -> Result<(), PutError> {
        self.write(|_, _| Ok(())).await
    }

    async fn remove(&self, ids: &[String]) -> Result<(), PutError> {
        let ids = ids.to_vec();
        self.write(move |inner, writer| {
            for id in &ids {
                writer.tantivy.delete_term(Term::from_field_text(inner.fields.id, id));
            }
            Ok(())
        })
        .await
    }

    async fn search(&self, query: &Query) -> Result<Results> {
        let query = query.clone();
        self.blocking(move |inner| inner.search(&query)).await?
    }

    async fn count(&self) -> Result<u64> {
        Ok(self.inner.reader.searcher().num_docs())
    }

    fn take_fresh(&self) -> bool {
        self.inner.fresh.swap(false, Ordering::AcqRel)
    }
}

impl Embedded {
    /// Runs changes, commits them to disk, and shows them to searches.
    async fn write<F>(&self, change: F) -> Result<(), PutError>
    where
        F: FnOnce(&Inner, &mut Writer) -> tantivy::Result<()> + Send + 'static,
    {
        let outcome = self.blocking(move |inner| inner.write(change)).await;
        outcome.and_then(|written| written).map_err(|cause| PutError::Unavailable(format!("{cause:#}")))
    }
}

impl Inner {
    fn open(directory: &Path, memory_bytes: usize, can_write: bool) -> Result<Self> {
        let (schema, fields) = schema();
        let index = if can_write {
            std::fs::create_dir_all(directory)?;
            Index::open_or_create(MmapDirectory::open(directory)?, schema)?
        } else {
            let index = Index::open_in_dir(directory)?;
            if index.schema() != schema {
                bail!("the index is of another version (run `lantoa reindex`)");
            }
            index
        };
        index.tokenizers().register(TOKENIZER, CutKeys::default());
        let policy = if can_write { ReloadPolicy::Manual } else { ReloadPolicy::OnCommitWithDelay };
        let reader: IndexReader = index.reader_builder().reload_policy(policy).try_into()?;
        let directory = directory.to_owned();
        // An empty index counts as new each time it is opened: marking everything again is cheap, missing it is not.
        let fresh = AtomicBool::new(can_write && reader.searcher().num_docs() == 0);
        let (kept, writer) = (Kept::default(), Mutex::new(None));
        let inner = Self { directory, index, reader, fields, kept, writer, memory_bytes, can_write, fresh };
        inner.probe()?;
        if can_write {
            *inner.lock() = Some(inner.open_writer()?);
        }
        Ok(inner)
    }

    /// Touches each part of each segment, so that damage shows now and not in a citizen's search.
    fn probe(&self) -> Result<()> {
        let searcher = self.reader.searcher();
        for segment in searcher.segment_readers() {
            segment.inverted_index(self.fields.body_folded)?;
            segment.fast_fields().i64("published")?;
            segment.get_store_reader(1)?.get::<TantivyDocument>(0)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
