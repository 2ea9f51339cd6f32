//! The archive in the record: reading it.

use std::collections::HashSet;

use anyhow::{Context, Result};
use futures::TryStreamExt;
use futures::stream::BoxStream;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, QueryBuilder, Row};

use super::{Cited, Copy, Explained, Record, Status, Version};
use crate::clock::Timestamp;
use crate::store::{Pool, instant, millis};

const RECORD: &str = "SELECT a.*, p.slug AS portal, p.name AS portal_name, p.kind AS portal_kind \
                      FROM article a JOIN portal p ON p.id = a.portal_id";

/// One article, or nothing.
///
/// # Errors
/// When the record cannot be read.
pub async fn find(pool: &Pool, id: &str) -> Result<Option<Record>> {
    let row = sqlx::query(AssertSqlSafe(format!("{RECORD} WHERE a.id = $1")))
        .bind(id)
        .fetch_optional(pool)
        .await
        .with_context(|| format!("cannot read article {id}"))?;
    row.as_ref().map(record_of).transpose()
}

/// The articles of a story, first to publish first.
///
/// # Errors
/// When the record cannot be read.
pub async fn story(pool: &Pool, story: &str) -> Result<Vec<Record>> {
    let rows = sqlx::query(AssertSqlSafe(format!(
        "{RECORD} WHERE a.story_id = $1 ORDER BY COALESCE(a.published_at, a.first_seen_at), a.id"
    )))
    .bind(story)
    .fetch_all(pool)
    .await
    .with_context(|| format!("cannot read story {story}"))?;
    rows.iter().map(record_of).collect()
}

/// The wordings of an article, oldest first.
///
/// # Errors
/// When the record cannot be read.
pub async fn versions(pool: &Pool, id: &str) -> Result<Vec<Version>> {
    let rows = sqlx::query(
        "SELECT version, seen_at, title, summary, text FROM article_version WHERE article_id = $1 ORDER BY version",
    )
    .bind(id)
    .fetch_all(pool)
    .await
    .with_context(|| format!("cannot read the versions of article {id}"))?;
    rows.iter()
        .map(|row| {
            Ok(Version {
                version: row.try_get("version")?,
                seen_at: instant(row.try_get("seen_at")?),
                title: row.try_get("title")?,
                summary: row.try_get("summary")?,
                text: row.try_get("text")?,
            })
        })
        .collect()
}

/// The documents that an article cites, with what it says of them.
///
/// # Errors
/// When the record cannot be read.
pub async fn cited(pool: &Pool, article: &Record) -> Result<Vec<Cited>> {
    let rows = sqlx::query("SELECT number, issuer, issued_on FROM article_document WHERE article_id = $1")
        .bind(&article.id)
        .fetch_all(pool)
        .await
        .with_context(|| format!("cannot read the documents of article {}", article.id))?;
    let mut cited = rows.iter().map(cited_of).collect::<Result<Vec<_>>>()?;
    // In the order of the text.
    cited.sort_by_key(|cited| article.documents.iter().position(|number| *number == cited.number));
    Ok(cited)
}

/// What articles say of the document with this number, what most of them say first. Several answers mean several
/// documents, or several spellings.
///
/// # Errors
/// When the record cannot be read.
pub async fn issued(pool: &Pool, number: &str, most: i64) -> Result<Vec<Cited>> {
    let rows = sqlx::query(
        "SELECT number, issuer, issued_on FROM article_document \
         WHERE number = $1 AND (issuer IS NOT NULL OR issued_on IS NOT NULL) \
         GROUP BY number, issuer, issued_on \
         ORDER BY CASE WHEN issued_on IS NULL THEN 1 ELSE 0 END, COUNT(*) DESC, issuer LIMIT $2",
    )
    .bind(number)
    .bind(most)
    .fetch_all(pool)
    .await
    .with_context(|| format!("cannot read what is said of document {number}"))?;
    rows.iter().map(cited_of).collect()
}

/// Who explained the document with this number, the first to do so first; nothing when more than `most` articles cite
/// it, because each of them has to be looked at.
///
/// # Errors
/// When the record cannot be read.
pub async fn explained(pool: &Pool, number: &str, most: i64) -> Result<Option<Vec<Explained>>> {
    let trouble = || format!("cannot read who explained document {number}");
    let citing: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM (SELECT 1 FROM article_document WHERE number = $1 LIMIT $2) AS some")
            .bind(number)
            .bind(most.saturating_add(1))
            .fetch_one(pool)
            .await
            .with_context(trouble)?;
    if citing > most {
        return Ok(None);
    }
    let rows = sqlx::query(
        "SELECT p.slug, p.name, COUNT(*) AS articles, MIN(COALESCE(a.published_at, a.first_seen_at)) AS first, \
         MAX(COALESCE(a.published_at, a.first_seen_at)) AS last \
         FROM article_document d JOIN article a ON a.id = d.article_id JOIN portal p ON p.id = a.portal_id \
         WHERE d.number = $1 AND a.status = 'live' AND p.state <> 'removed' \
         GROUP BY p.slug, p.name ORDER BY first, p.slug",
    )
    .bind(number)
    .fetch_all(pool)
    .await
    .with_context(trouble)?;
    let explained = rows
        .iter()
        .map(|row| {
            Ok(Explained {
                portal: row.try_get("slug")?,
                portal_name: row.try_get("name")?,
                articles: row.try_get("articles")?,
                first: instant(row.try_get("first")?),
                last: instant(row.try_get("last")?),
            })
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(Some(explained))
}

fn cited_of(row: &SqliteRow) -> Result<Cited> {
    let issued_on: Option<String> = row.try_get("issued_on")?;
    Ok(Cited {
        number: row.try_get("number")?,
        issuer: row.try_get("issuer")?,
        issued_on: issued_on.and_then(|day| day.parse().ok()),
    })
}

/// Every article, or those of one portal, first seen or changed since `since`, oldest first, as a stream: an archive
/// of a million articles does not fit in memory.
pub fn export<'a>(
    pool: &'a Pool,
    portal: Option<&'a str>,
    since: Option<Timestamp>,
) -> BoxStream<'a, Result<(Record, Option<String>)>> {
    Box::pin(
        sqlx::query(
            "SELECT a.*, p.slug AS portal, p.name AS portal_name, p.kind AS portal_kind, t.state AS triage \
             FROM article a JOIN portal p ON p.id = a.portal_id LEFT JOIN triage_item t ON t.story_id = a.story_id \
             WHERE ($1 IS NULL OR p.slug = $1) AND ($2 IS NULL OR a.first_seen_at >= $2) ORDER BY a.revision",
        )
        .bind(portal)
        .bind(since.map(millis))
        .fetch(pool)
        .map_err(|cause| anyhow::Error::new(cause).context("cannot read the archive"))
        .and_then(|row| async move { Ok((record_of(&row)?, row.try_get("triage")?)) }),
    )
}

/// Every article that changed after a revision of the record, oldest change first.
pub fn changed_since(pool: &Pool, revision: i64) -> BoxStream<'_, Result<Record>> {
    const CHANGED: &str = "SELECT a.*, p.slug AS portal, p.name AS portal_name, p.kind AS portal_kind \
                           FROM article a JOIN portal p ON p.id = a.portal_id WHERE a.revision > $1 ORDER BY a.revision";
    Box::pin(
        sqlx::query(CHANGED)
            .bind(revision)
            .fetch(pool)
            .map_err(|cause| anyhow::Error::new(cause).context("cannot read the archive"))
            .and_then(|row| async move { record_of(&row) }),
    )
}

/// How many articles the record has, gone ones included.
///
/// # Errors
/// When the record cannot be read.
pub async fn count(pool: &Pool) -> Result<u64> {
    let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM article")
        .fetch_one(pool)
        .await
        .context("cannot count the articles")?;
    Ok(u64::try_from(count).unwrap_or_default())
}

/// The record's last revision.
///
/// # Errors
/// When the record cannot be read.
pub async fn revision(pool: &Pool) -> Result<i64> {
    let row = sqlx::query("SELECT revision FROM journal").fetch_one(pool).await.context("cannot read the journal")?;
    Ok(row.try_get("revision")?)
}

/// The addresses of a portal's live articles that were last asked for before `before`, longest ago first.
///
/// # Errors
/// When the record cannot be read.
pub async fn unchecked_since(pool: &Pool, portal: i64, before: Timestamp, limit: usize) -> Result<Vec<Check>> {
    let rows = sqlx::query(
        "SELECT id, url, checked_at, COALESCE(published_at, first_seen_at) AS published_at FROM article \
         WHERE portal_id = $1 AND status = 'live' AND checked_at < $2 ORDER BY checked_at LIMIT $3",
    )
    .bind(portal)
    .bind(millis(before))
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(pool)
    .await
    .context("cannot read which articles to check")?;
    rows.iter()
        .map(|row| {
            Ok(Check {
                id: row.try_get("id")?,
                url: row.try_get("url")?,
                checked_at: instant(row.try_get("checked_at")?),
                published_at: instant(row.try_get("published_at")?),
            })
        })
        .collect()
}

/// An article that may have changed since it was last asked for.
#[derive(Clone, Debug)]
pub struct Check {
    /// Its id.
    pub id: String,
    /// Where it is.
    pub url: String,
    /// When it was last asked for.
    pub checked_at: Timestamp,
    /// When it was published, or first seen.
    pub published_at: Timestamp,
}

/// Whether a portal's article is in the record.
///
/// # Errors
/// When the record cannot be read.
pub async fn knows(pool: &Pool, id: &str) -> Result<bool> {
    let row = sqlx::query("SELECT 1 FROM article WHERE id = $1").bind(id).fetch_optional(pool).await;
    Ok(row.context("cannot read the archive")?.is_some())
}

/// Those of the articles with these ids that are in the record.
///
/// # Errors
/// When the record cannot be read.
pub async fn known_among(pool: &Pool, ids: &[String]) -> Result<HashSet<String>> {
    /// Ids of one statement.
    const TOGETHER: usize = 200;
    let mut known = HashSet::new();
    for some in ids.chunks(TOGETHER) {
        let mut query = QueryBuilder::new("SELECT id FROM article WHERE id IN (");
        let mut list = query.separated(", ");
        for id in some {
            list.push_bind(id);
        }
        let query = query.push(")").build_query_scalar::<String>().persistent(some.len() == TOGETHER);
        known.extend(query.fetch_all(pool).await.context("cannot read the archive")?);
    }
    Ok(known)
}

/// A portal's live articles.
///
/// # Errors
/// When the record cannot be read.
pub async fn live(pool: &Pool, portal: i64) -> Result<i64> {
    let row = sqlx::query("SELECT COUNT(*) AS n FROM article WHERE portal_id = $1 AND status = 'live'")
        .bind(portal)
        .fetch_one(pool)
        .await
        .context("cannot count articles")?;
    Ok(row.try_get("n")?)
}

/// Articles of each portal: slug, live, gone.
///
/// # Errors
/// When the record cannot be read.
pub async fn counts(pool: &Pool) -> Result<Vec<(String, i64, i64)>> {
    let rows = sqlx::query(
        "SELECT p.slug AS slug, SUM(CASE a.status WHEN 'live' THEN 1 ELSE 0 END) AS live, \
         SUM(CASE a.status WHEN 'gone' THEN 1 ELSE 0 END) AS gone \
         FROM article a JOIN portal p ON p.id = a.portal_id GROUP BY p.slug ORDER BY p.slug",
    )
    .fetch_all(pool)
    .await
    .context("cannot count articles")?;
    rows.iter().map(|row| Ok((row.try_get("slug")?, row.try_get("live")?, row.try_get("gone")?))).collect()
}

fn record_of(row: &SqliteRow) -> Result<Record> {
    let id: String = row.try_get("id")?;
    let trouble = || format!("the record of article {id} is damaged");
    let json = |column: &str| row.try_get::<String, _>(column);
    let when = |column: &str| row.try_get::<Option<i64>, _>(column).map(|at| at.map(instant));
    Ok(Record {
        portal: row.try_get("portal")?,
        portal_name: row.try_get("portal_name")?,
        kind: row.try_get::<String, _>("portal_kind")?.parse().map_err(anyhow::Error::msg).with_context(trouble)?,
        url: row.try_get("url")?,
        title: row.try_get("title")?,
        summary: row.try_get("summary")?,
        text: row.try_get("text")?,
        published_at: when("published_at")?,
        date_only: row.try_get::<i64, _>("date_only")? == 1,
        modified_at: when("modified_at")?,
        author: row.try_get("author")?,
        category: row.try_get("category")?,
        image: row.try_get("image")?,
        language: row.try_get("language")?,
        documents: serde_json::from_str(&json("documents")?).with_context(trouble)?,
        attachments: serde_json::from_str(&json("attachments")?).with_context(trouble)?,
        problems: serde_json::from_str(&json("problems")?).with_context(trouble)?,
        noarchive: row.try_get::<i64, _>("noarchive")? == 1,
        version: row.try_get("version")?,
        status: if json("status")? == "gone" { Status::Gone } else { Status::Live },
        story: row.try_get("story_id")?,
        copy: json("copy_kind")?.parse().map_err(anyhow::Error::msg).with_context(trouble)?,
        revision: row.try_get("revision")?,
        first_seen_at: instant(row.try_get("first_seen_at")?),
        last_seen_at: instant(row.try_get("last_seen_at")?),
        id,
    })
}

impl std::str::FromStr for Copy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "origin" => Ok(Self::Origin),
            "verbatim" => Ok(Self::Verbatim),
            "near" => Ok(Self::Near),
            "shortened" => Ok(Self::Shortened),
            "own" => Ok(Self::Own),
            _ => Err(format!("unknown kind of copy `{text}`")),
        }
    }
}

impl Copy {
    /// The word in the record and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Origin => "origin",
            Self::Verbatim => "verbatim",
            Self::Near => "near",
            Self::Shortened => "shortened",
            Self::Own => "own",
        }
    }
}

/// Ids and headlines of the newest live articles, newest first.
///
/// # Errors
/// When the record cannot be read.
pub async fn headlines(pool: &Pool, most: i64) -> Result<Vec<(String, String)>> {
    sqlx::query_as(
        "SELECT id, title FROM article WHERE status = 'live' AND published_at IS NOT NULL \
         ORDER BY published_at DESC LIMIT $1",
    )
    .bind(most)
    .fetch_all(pool)
    .await
    .context("cannot read the newest headlines")
}
