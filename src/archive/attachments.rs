//! The files of articles in the record: which there are, which wait to be fetched, what became of each.

use anyhow::{Context, Result};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use url::Url;

use crate::clock::Timestamp;
use crate::extract::Attachment;
use crate::store::{Connection, Pool, instant, millis};

/// A file of an article as the record keeps it, without its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Where it is.
    pub url: String,
    /// The words of the link.
    pub title: String,
    /// Its format, `pdf`; empty until it is known.
    pub kind: String,
    /// What became of it.
    pub state: State,
    /// Why it was refused or failed, in words.
    pub reason: Option<String>,
    /// Its size.
    pub bytes: Option<u64>,
    /// When it was fetched.
    pub fetched_at: Option<Timestamp>,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not fetched yet.
    Waiting,
    /// Read; its text is in the index.
    Text,
    /// Pictures of paper, without a text layer.
    Scanned,
    /// Never read, for a reason that will not pass.
    Refused,
    /// Could not be fetched or read.
    Failed,
}

const STATES: [(State, &str); 5] = [
    (State::Waiting, "waiting"),
    (State::Text, "text"),
    (State::Scanned, "scanned"),
    (State::Refused, "refused"),
    (State::Failed, "failed"),
];

impl State {
    /// The word in the record.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        STATES.iter().find(|(state, _)| *state == self).map_or("failed", |(_, word)| word)
    }

    fn of(word: &str) -> Self {
        STATES.iter().find(|(_, known)| *known == word).map_or(Self::Failed, |(state, _)| *state)
    }
}

/// A file that is to be fetched.
#[derive(Clone, Debug)]
pub struct Due {
    /// Its row.
    pub id: i64,
    /// Its article.
    pub article: String,
    /// Its place among the article's files, from 0.
    pub place: i64,
    /// Where it is.
    pub url: String,
    /// The words of the link.
    pub title: String,
    /// `ETag` and `Last-Modified` of what was read before, when it was.
    pub validators: (Option<String>, Option<String>),
    /// Hash of what was read before.
    pub sha256: Option<String>,
    /// Fetches that failed for a while.
    pub tries: u32,
}

/// What a fetch brought.
#[derive(Clone, Debug)]
pub struct Read {
    /// What became of the file.
    pub state: State,
    /// Its format.
    pub kind: &'static str,
    /// Why it was refused or failed.
    pub reason: Option<String>,
    /// Its size, when it was fetched.
    pub bytes: Option<u64>,
    /// Its hash.
    pub sha256: Option<String>,
    /// Its text.
    pub text: String,
    /// `ETag`.
    pub etag: Option<String>,
    /// `Last-Modified`.
    pub last_modified: Option<String>,
    /// When to try again.
    pub next_try_at: Option<Timestamp>,
}

/// Makes the article's rows those of `files`: new ones wait, those that are no longer linked go, and with `again` those
/// that were read are asked for once more.
pub(super) async fn sync(connection: &mut Connection, article: &str, files: &[Attachment], again: bool) -> Result<()> {
    let trouble = || format!("cannot note the files of article {article}");
    let known = sqlx::query("SELECT id, url FROM attachment WHERE article_id = $1")
        .bind(article)
        .fetch_all(&mut *connection)
        .await
        .with_context(trouble)?;
    for row in known {
        let url: String = row.try_get("url")?;
        if !files.iter().any(|file| file.url.as_str() == url) {
            sqlx::query("DELETE FROM attachment WHERE id = $1")
                .bind(row.try_get::<i64, _>("id")?)
                .execute(&mut *connection)
                .await
                .with_context(trouble)?;
        }
    }
    for (place, file) in (0_i64..).zip(files) {
        sqlx::query(
            "INSERT INTO attachment (article_id, place, url, title) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (article_id, url) DO UPDATE SET place = excluded.place, title = excluded.title, \
             tries = CASE WHEN $5 = 1 THEN 0 ELSE attachment.tries END, \
             next_try_at = CASE WHEN $5 = 1 THEN 0 ELSE attachment.next_try_at END",
        )
        .bind(article)
        .bind(place)
        .bind(file.url.as_str())
        .bind(&file.title)
        .bind(i64::from(again))
        .execute(&mut *connection)
        .await
        .with_context(trouble)?;
    }
    Ok(())
}

/// The files of a portal's live articles that are due, those of the newest articles first.
///
/// # Errors
/// When the record cannot be read.
pub async fn due(pool: &Pool, portal: i64, now: Timestamp, most: usize) -> Result<Vec<Due>> {
    let rows = sqlx::query(
        "SELECT t.id, t.article_id, t.place, t.url, t.title, t.etag, t.last_modified, t.sha256, t.tries \
         FROM attachment t JOIN article a ON a.id = t.article_id \
         WHERE a.portal_id = $1 AND a.status = 'live' AND t.next_try_at <= $2 \
         ORDER BY t.tries, a.revision DESC, t.place LIMIT $3",
    )
    .bind(portal)
    .bind(millis(now))
    .bind(i64::try_from(most).unwrap_or(i64::MAX))
    .fetch_all(pool)
    .await
    .context("cannot read which files wait")?;
    rows.iter()
        .map(|row| {
            Ok(Due {
                id: row.try_get("id")?,
                article: row.try_get("article_id")?,
                place: row.try_get("place")?,
                url: row.try_get("url")?,
                title: row.try_get("title")?,
                validators: (row.try_get("etag")?, row.try_get("last_modified")?),
                sha256: row.try_get("sha256")?,
                tries: u32::try_from(row.try_get::<i64, _>("tries")?).unwrap_or(u32::MAX),
            })
        })
        .collect()
}

/// Another row of the record that was made of the very same bytes: what was read once is not read again.
///
/// # Errors
/// When the record cannot be read.
pub async fn same_bytes(pool: &Pool, sha256: &str) -> Result<Option<(State, Option<String>, String)>> {
    let row = sqlx::query(
        "SELECT state, reason, text FROM attachment \
         WHERE sha256 = $1 AND (state IN ('text', 'scanned') OR (state = 'refused' AND reason IS NOT NULL)) LIMIT 1",
    )
    .bind(sha256)
    .fetch_optional(pool)
    .await
    .context("cannot look for the same file")?;
    let outcome = |row: SqliteRow| {
        Ok((State::of(&row.try_get::<String, _>("state")?), row.try_get("reason")?, row.try_get("text")?))
    };
    row.map(outcome).transpose()
}

/// Notes what became of a file. Returns the record's new revision of its article when what can be found of it changed.
///
/// # Errors
/// When the record cannot be written.
pub async fn settle(connection: &mut Connection, due: &Due, read: &Read, now: Timestamp) -> Result<Option<i64>> {
    let trouble = || format!("cannot note what became of the file {}", due.url);
    let before: Option<String> = sqlx::query_scalar("SELECT text FROM attachment WHERE id = $1")
        .bind(due.id)
        .fetch_optional(&mut *connection)
        .await
        .with_context(trouble)?;
    // Its article may have been read anew meanwhile, without this link.
    let Some(before) = before else { return Ok(None) };
    // A file that cannot be had now keeps the text that it had.
    let keeps = read.state == State::Failed && !before.is_empty();
    let (state, text) = if keeps { (State::Text, &before) } else { (read.state, &read.text) };
    let tries = if read.next_try_at.is_some() { i64::from(due.tries) + 1 } else { 0 };
    sqlx::query(
        "UPDATE attachment SET state = $2, kind = $3, reason = $4, bytes = COALESCE($5, bytes), \
         sha256 = COALESCE($6, sha256), text = $7, etag = $8, last_modified = $9, \
         fetched_at = CASE WHEN $5 IS NULL THEN fetched_at ELSE $10 END, tries = $11, next_try_at = $12 WHERE id = $1",
    )
    .bind(due.id)
    .bind(state.as_str())
    .bind(read.kind)
    .bind(if keeps { None } else { read.reason.as_deref() })
    .bind(read.bytes.and_then(|bytes| i64::try_from(bytes).ok()))
    .bind(&read.sha256)
    .bind(text)
    .bind(&read.etag)
    .bind(&read.last_modified)
    .bind(millis(now))
    .bind(tries)
    .bind(read.next_try_at.map(millis))
    .execute(&mut *connection)
    .await
    .with_context(trouble)?;
    if *text == before { Ok(None) } else { super::row::touch(connection, &due.article).await.map(Some) }
}

/// Notes that a file is as it was.
///
/// # Errors
/// When the record cannot be written.
pub async fn unchanged(connection: &mut Connection, id: i64) -> Result<()> {
    sqlx::query("UPDATE attachment SET tries = 0, next_try_at = NULL WHERE id = $1")
        .bind(id)
        .execute(connection)
        .await
        .context("cannot note that a file is as it was")?;
    Ok(())
}

/// Takes a file out of the record, also from the list that its article was read with. Returns the record's new
/// revision of the article.
///
/// # Errors
/// When the record cannot be written.
pub async fn forget(connection: &mut Connection, due: &Due) -> Result<i64> {
    let trouble = || format!("cannot take out a file of article {}", due.article);
    sqlx::query("DELETE FROM attachment WHERE id = $1")
        .bind(due.id)
        .execute(&mut *connection)
        .await
        .with_context(trouble)?;
    let list: String = sqlx::query_scalar("SELECT attachments FROM article WHERE id = $1")
        .bind(&due.article)
        .fetch_one(&mut *connection)
        .await
        .with_context(trouble)?;
    let mut files: Vec<Attachment> = serde_json::from_str(&list).unwrap_or_default();
    files.retain(|file| file.url.as_str() != due.url);
    sqlx::query("UPDATE article SET attachments = $2 WHERE id = $1")
        .bind(&due.article)
        .bind(serde_json::to_string(&files)?)
        .execute(&mut *connection)
        .await
        .with_context(trouble)?;
    super::row::touch(connection, &due.article).await
}

/// The files of an article, in the order of its links.
///
/// # Errors
/// When the record cannot be read.
pub async fn of(pool: &Pool, article: &str) -> Result<Vec<File>> {
    let rows = sqlx::query(
        "SELECT url, title, kind, state, reason, bytes, fetched_at FROM attachment WHERE article_id = $1 ORDER BY place",
    )
    .bind(article)
    .fetch_all(pool)
    .await
    .with_context(|| format!("cannot read the files of article {article}"))?;
    rows.iter()
        .map(|row| {
            let kind: String = row.try_get("kind")?;
            let url: String = row.try_get("url")?;
            Ok(File {
                kind: if kind.is_empty() { promised(&url) } else { kind },
                url,
                title: row.try_get("title")?,
                state: State::of(&row.try_get::<String, _>("state")?),
                reason: row.try_get("reason")?,
                bytes: row.try_get::<Option<i64>, _>("bytes")?.and_then(|bytes| u64::try_from(bytes).ok()),
                fetched_at: row.try_get::<Option<i64>, _>("fetched_at")?.map(instant),
            })
        })
        .collect()
}

fn promised(url: &str) -> String {
    Url::parse(url).map(|url| crate::extract::attachment::named(&url).as_str().to_owned()).unwrap_or_default()
}
