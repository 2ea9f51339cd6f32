//! The record as the index sees it: which articles are dirty, and what they say now.

use std::borrow::Cow;

use anyhow::{Context, Result};
use futures::{Stream, TryStreamExt};
use sqlx::{AssertSqlSafe, FromRow, QueryBuilder};

use super::Document;
use crate::portal::Kind;
use crate::store::{Connection, Pool, instant};
use crate::vietnamese::personal;

/// Text in one batch: a thousand ordinary articles are 3 MB, a thousand of the longest would be 200.
const MOST_BYTES: usize = 16 << 20;

/// Text of files in one article's document: ten long decrees. More would make one document a batch of its own.
const MOST_FILE_BYTES: usize = 2 << 20;

/// The text of an article's files, one after the other.
const FILES: &str = "(SELECT string_agg(t.text, ' | ' ORDER BY t.place) FROM attachment t \
                     WHERE t.article_id = a.id AND t.state = 'text') AS files";

/// A dirty article at the moment it was read.
pub(super) struct Dirty {
    pub(super) article_id: String,
    /// The outbox's revision, not the article's: a row that was marked again meanwhile carries a higher one and stays.
    pub(super) revision: i64,
    /// Nothing when the article belongs no longer in the index.
    pub(super) document: Option<Document>,
}

#[derive(FromRow)]
struct Row {
    article_id: String,
    marked: i64,
    revision: Option<i64>,
    status: Option<String>,
    state: Option<String>,
    slug: Option<String>,
    name: Option<String>,
    kind: Option<String>,
    url: Option<String>,
    title: Option<String>,
    summary: Option<String>,
    text: Option<String>,
    files: Option<String>,
    published_at: Option<i64>,
    first_seen_at: Option<i64>,
    documents: Option<String>,
    topic: Option<String>,
    story_id: Option<String>,
    copy_kind: Option<String>,
}

impl Row {
    fn dirty(self) -> Dirty {
        let belongs =
            self.status.as_deref() == Some("live") && self.state.as_deref().is_some_and(|state| state != "removed");
        Dirty { article_id: self.article_id.clone(), revision: self.marked, document: belongs.then(|| self.document()) }
    }

    /// What an engine may know of an article. This is the one place where documents are made, so that no number of a
    /// person reaches any engine, its snippets or its files; the record keeps the wording for corrections.
    fn document(self) -> Document {
        let masked = |text: Option<String>| {
            let text = text.unwrap_or_default();
            match personal::mask(&text) {
                Cow::Borrowed(_) => text,
                Cow::Owned(masked) => masked,
            }
        };
        Document {
            id: self.article_id,
            revision: self.revision.unwrap_or_default(),
            portal: self.slug.unwrap_or_default(),
            portal_name: self.name.unwrap_or_default(),
            kind: self.kind.and_then(|kind| kind.parse().ok()).unwrap_or(Kind::Other),
            url: self.url.unwrap_or_default(),
            title: masked(self.title),
            summary: masked(self.summary),
            text: masked(self.text),
            files: masked(self.files.map(bounded_files)),
            published_at: instant(self.published_at.or(self.first_seen_at).unwrap_or_default()),
            documents: self.documents.and_then(|list| serde_json::from_str(&list).ok()).unwrap_or_default(),
            topic: self.topic.unwrap_or_default(),
            story: self.story_id.unwrap_or_default(),
            origin: self.copy_kind.as_deref() == Some("origin"),
        }
    }
}

/// Dirty articles with their current text, all in one view of the record; in the order of the outbox's key, so that a
/// rebuild of a million articles is not sorted anew for each batch.
pub(super) async fn dirty(pool: &Pool, target: &str, most: usize) -> Result<Vec<Dirty>> {
    let rows = sqlx::query_as(AssertSqlSafe(format!(
        "SELECT o.article_id, o.revision AS marked, a.revision, a.status, p.state, p.slug, p.name, p.kind, a.url, a.title, \
         a.summary, a.text, a.published_at, a.first_seen_at, a.documents, s.topic, a.story_id, a.copy_kind, {FILES} \
         FROM outbox o LEFT JOIN article a ON a.id = o.article_id LEFT JOIN portal p ON p.id = a.portal_id \
         LEFT JOIN story_topic s ON s.story_id = a.story_id \
         WHERE o.target = $1 AND o.problem IS NULL ORDER BY o.article_id LIMIT $2"
    )))
    .bind(target)
    .bind(i64::try_from(most).unwrap_or(i64::MAX))
    .fetch(pool);
    bounded(rows).await.context("cannot read the articles that the search index waits for")
}

/// The living articles after an id, in the order of their ids.
pub(super) async fn living(pool: &Pool, after: &str, most: usize) -> Result<Vec<Dirty>> {
    let rows = sqlx::query_as(AssertSqlSafe(format!(
        "SELECT a.id AS article_id, a.revision AS marked, a.revision, a.status, p.state, p.slug, p.name, p.kind, a.url, \
         a.title, a.summary, a.text, a.published_at, a.first_seen_at, a.documents, s.topic, a.story_id, a.copy_kind, {FILES} \
         FROM article a JOIN portal p ON p.id = a.portal_id LEFT JOIN story_topic s ON s.story_id = a.story_id \
         WHERE a.id > $1 AND a.status = 'live' AND p.state <> 'removed' ORDER BY a.id LIMIT $2"
    )))
    .bind(after)
    .bind(i64::try_from(most).unwrap_or(i64::MAX))
    .fetch(pool);
    bounded(rows).await.context("cannot read the articles for the search index")
}

fn bounded_files(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(MOST_FILE_BYTES));
    text
}

/// Reads rows until they fill a batch; the next batch finds the others.
async fn bounded(mut rows: impl Stream<Item = sqlx::Result<Row>> + Unpin) -> Result<Vec<Dirty>> {
    let mut some = Vec::new();
    let mut bytes = 0;
    while bytes < MOST_BYTES
        && let Some(row) = rows.try_next().await?
    {
        bytes += row.text.as_ref().map_or(0, String::len) + row.files.as_ref().map_or(0, String::len);
        some.push(row.dirty());
    }
    Ok(some)
}

/// Marks one article. A higher revision than the one marked before also lifts a problem: the article has changed.
pub(super) async fn mark(connection: &mut Connection, target: &str, article_id: &str, revision: i64) -> Result<()> {
    sqlx::query(
        "INSERT INTO outbox (target, article_id, revision) VALUES ($1, $2, $3) \
         ON CONFLICT (target, article_id) DO UPDATE SET \
         problem = CASE WHEN excluded.revision > outbox.revision THEN NULL ELSE outbox.problem END, \
         revision = CASE WHEN excluded.revision > outbox.revision THEN excluded.revision ELSE outbox.revision END",
    )
    .bind(target)
    .bind(article_id)
    .bind(revision)
    .execute(connection)
    .await
    .context("cannot mark an article for the search index")?;
    Ok(())
}

/// Marks every article, or those of one portal, under a new number of the journal, so that a send that is under way
/// with the old state does not take the mark away.
pub(super) async fn mark_many(connection: &mut Connection, target: &str, portal: Option<i64>) -> Result<u64> {
    let trouble = "cannot mark the articles for the search index";
    sqlx::query("UPDATE journal SET revision = revision + 1 WHERE only_row = 1")
        .execute(&mut *connection)
        .await
        .context(trouble)?;
    let marked = sqlx::query(
        "INSERT INTO outbox (target, article_id, revision) \
         SELECT CAST($1 AS TEXT), a.id, j.revision FROM article a, journal j \
         WHERE j.only_row = 1 AND ($2 IS NULL OR a.portal_id = $2) \
         ON CONFLICT (target, article_id) DO UPDATE SET revision = excluded.revision, problem = NULL",
    )
    .bind(target)
    .bind(portal)
    .execute(connection)
    .await
    .context(trouble)?;
    Ok(marked.rows_affected())
}

/// Takes marks away, unless they were renewed since they were read.
pub(super) async fn settle(connection: &mut Connection, target: &str, sent: &[(String, i64)]) -> Result<()> {
    /// Marks of one statement.
    const TOGETHER: usize = 100;
    for some in sent.chunks(TOGETHER) {
        let mut delete = QueryBuilder::new("DELETE FROM outbox WHERE target = ");
        // The first list finds the rows, the second looks at them: SQLite has no index for a list of pairs.
        delete.push_bind(target).push(" AND article_id IN (");
        let mut ids = delete.separated(", ");
        for (article_id, _) in some {
            ids.push_bind(article_id);
        }
        delete.push(") AND (article_id, revision) IN (");
        delete.push_values(some, |mut row, (article_id, revision)| {
            row.push_bind(article_id).push_bind(revision);
        });
        let delete = delete.push(")").build().persistent(some.len() == TOGETHER);
        delete.execute(&mut *connection).await.context("cannot note what the search index has taken")?;
    }
    Ok(())
}

/// Keeps the engine's words beside an article that it refused.
pub(super) async fn refuse(
    connection: &mut Connection,
    target: &str,
    article_id: &str,
    revision: i64,
    problem: &str,
) -> Result<()> {
    sqlx::query("UPDATE outbox SET problem = $1 WHERE target = $2 AND article_id = $3 AND revision <= $4")
        .bind(problem)
        .bind(target)
        .bind(article_id)
        .bind(revision)
        .execute(connection)
        .await
        .context("cannot note what the search index refused")?;
    Ok(())
}

/// Articles that wait to be sent.
pub(super) async fn behind(pool: &Pool, target: &str) -> Result<i64> {
    sqlx::query_scalar("SELECT COUNT(*) FROM outbox WHERE target = $1 AND problem IS NULL")
        .bind(target)
        .fetch_one(pool)
        .await
        .context("cannot count the articles that the search index waits for")
}

/// Articles that the engine refused, with its words.
pub(super) async fn refused(pool: &Pool, target: &str, most: usize) -> Result<Vec<(String, String)>> {
    sqlx::query_as(
        "SELECT article_id, problem FROM outbox WHERE target = $1 AND problem IS NOT NULL ORDER BY article_id LIMIT $2",
    )
    .bind(target)
    .bind(i64::try_from(most).unwrap_or(i64::MAX))
    .fetch_all(pool)
    .await
    .context("cannot read what the search index refused")
}
