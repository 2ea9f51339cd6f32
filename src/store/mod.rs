//! The record: one SQL database that is the truth of everything. The dedup store and the search index derive from it.
//!
//! Reads go through a small pool. Every change goes through one writer, which commits the changes that are waiting
//! together in one transaction and answers each caller only after `COMMIT`: what was acknowledged survives a crash,
//! and a hundred callers share one disk flush. Nothing else in the crate opens a database.

pub mod chain;
mod lock;
mod writer;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures::future::BoxFuture;
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

pub use lock::DataLock;
pub use writer::NotSaved;

use crate::clock::Timestamp;

/// What a statement runs on; SQLite today. SQL outside this module keeps to what PostgreSQL accepts too.
pub type Connection = sqlx::SqliteConnection;
/// Where reads run.
pub type Pool = SqlitePool;
/// One change on its way into the record.
pub type Change<'c, T> = BoxFuture<'c, Result<T>>;

/// Readers at once: enough for the console and a crawl on two cores, few enough to keep their caches warm.
const READERS: u32 = 6;

/// The writer's page cache. A transaction that outgrows it writes pages that it will change again.
const WRITER_CACHE_KB: u32 = 16 * 1024;

/// Pages of 4 KB in the log from which it is carried over into the file: a page that changes often is carried once.
const CARRY_OVER: u32 = 4_000;

/// A handle on the record. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    readers: SqlitePool,
    writer: writer::Writer,
    path: PathBuf,
}

impl Store {
    /// Opens the record at `path`, makes it when it is absent, and brings its tables up to date.
    ///
    /// # Errors
    /// When the file cannot be opened or written, or was made by a newer lantoa.
    pub async fn open(path: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            // What is deleted is overwritten: a text that has to go must not stay in a free page of the file.
            .pragma("secure_delete", "ON")
            .busy_timeout(Duration::from_secs(20));
        let trouble = |cause: sqlx::Error| {
            let mend = mend_of(&cause);
            anyhow::Error::new(cause).context(format!("cannot open the record {} ({mend})", path.display()))
        };
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(
                options
                    .clone()
                    .pragma("cache_size", format!("-{WRITER_CACHE_KB}"))
                    .pragma("wal_autocheckpoint", CARRY_OVER.to_string())
                    // What a savepoint would have to put back stays in memory; it is a part of the cache's pages.
                    .pragma("temp_store", "MEMORY"),
            )
            .await
            .map_err(trouble)?;
        bring_up_to_date(&write, path).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            // A connection to a file does not go stale, and asking costs as much as a small query.
            .test_before_acquire(false)
            .connect_with(options.read_only(true).create_if_missing(false))
            .await
            .map_err(trouble)?;
        Ok(Self { readers, writer: writer::Writer::start(write), path: path.to_owned() })
    }

    /// Where reads run.
    #[must_use]
    pub fn pool(&self) -> &Pool {
        &self.readers
    }

    /// Where the record lives.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs one change and answers after it is committed. A change that fails is rolled back alone.
    ///
    /// # Errors
    /// What the change itself returns, or the failure to commit.
    pub async fn write<T, F>(&self, change: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Connection) -> Change<'c, T> + Send + 'static,
    {
        self.writer.run(change).await
    }

    /// Writes a consistent copy of the record to `target`, which must not exist, while others go on working.
    ///
    /// # Errors
    /// When the copy cannot be written.
    pub async fn copy_to(&self, target: &Path) -> Result<()> {
        sqlx::query("VACUUM INTO $1")
            .bind(target.to_string_lossy().into_owned())
            .execute(&self.readers)
            .await
            .with_context(|| format!("cannot copy the record to {}", target.display()))?;
        Ok(())
    }

    /// Reads every page of the record at `path`, or of a copy of it, and names what is damaged.
    ///
    /// # Errors
    /// When it cannot be read or is no record of lantoa.
    pub async fn problems_of(path: &Path) -> Result<Vec<String>> {
        let trouble = || format!("cannot read the record {}", path.display());
        let options = SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(Duration::from_secs(20));
        let mut connection = sqlx::SqliteConnection::connect_with(&options).await.with_context(trouble)?;
        let lines: Vec<String> =
            sqlx::query_scalar("PRAGMA quick_check(10)").fetch_all(&mut connection).await.with_context(trouble)?;
        let tables: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_master WHERE name IN ('article', 'journal')")
            .fetch_one(&mut connection)
            .await
            .with_context(trouble)?;
        let _ = connection.close().await;
        let mut problems: Vec<String> = lines.into_iter().filter(|line| line != "ok").collect();
        if tables < 2 {
            problems.push("it is no record of lantoa".to_owned());
        }
        Ok(problems)
    }

    /// Waits for the changes that were handed in and closes the record.
    pub async fn close(&self) {
        self.writer.stop().await;
        self.readers.close().await;
    }
}

async fn bring_up_to_date(write: &SqlitePool, path: &Path) -> Result<()> {
    use sqlx::migrate::MigrateError;
    let what = || format!("cannot bring the record {} up to date", path.display());
    match sqlx::migrate!("src/store/migrations").run(write).await {
        Ok(()) => Ok(()),
        Err(MigrateError::VersionMissing(_)) => {
            bail!("{}: it was made by a newer lantoa (install that one, or give another --data-dir)", what())
        }
        Err(MigrateError::Execute(cause) | MigrateError::ExecuteMigration(cause, _)) => {
            let mend = mend_of(&cause);
            Err(anyhow::Error::new(cause).context(format!("{} ({mend})", what())))
        }
        Err(cause) => Err(cause).with_context(what),
    }
}

/// What to do about a database that cannot be used, by SQLite's primary result code.
fn mend_of(cause: &sqlx::Error) -> &'static str {
    let code = cause.as_database_error().and_then(|cause| cause.code()).and_then(|code| code.parse::<u32>().ok());
    match code.unwrap_or_default() & 0xff {
        5 | 6 => "another process is writing to it; try again",
        10 => "the disk cannot be read or written",
        11 | 26 => "it is damaged: move it aside and restore a backup with lantoa restore DIR",
        13 => "the disk is full: free some space",
        _ => "is the folder writable?",
    }
}

/// An error with its causes as one line. Some errors, those of the database among them, say their cause's words as
/// well; these are said once.
#[must_use]
pub fn in_words(cause: &anyhow::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    for cause in cause.chain() {
        let words = cause.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        if !parts.last().is_some_and(|before| before.ends_with(&words)) {
            parts.push(words);
        }
    }
    parts.join(": ")
}

/// The SQL that hands many rows over as one text, their values parted by commas: reading a row costs more than making
/// the text. Nothing instead of an empty text.
pub(crate) fn joined(expression: &str) -> String {
    // `STRING_AGG(…, ',')` in PostgreSQL.
    format!("GROUP_CONCAT({expression})")
}

/// An instant as the record keeps it: milliseconds since 1970, UTC.
#[must_use]
pub fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// The instant that the record kept; instants outside the calendar become 1970.
#[must_use]
pub fn instant(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH)
}
