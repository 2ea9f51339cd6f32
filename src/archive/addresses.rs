//! The addresses of articles in the record: which article stands at one, under any of its spellings, and what becomes of
//! the addresses when a portal moves or turns out to spell them otherwise. The id of an article never changes.

use anyhow::{Context, Result};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::clock::Timestamp;
use crate::store::{Connection, Pool, instant};

/// What tells an article from others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gist {
    /// Its id.
    pub id: String,
    /// Its own address.
    pub url: String,
    /// Headline.
    pub title: String,
    /// Fingerprint of what a reader sees.
    pub content_hash: String,
    /// When it was published.
    pub published_at: Option<Timestamp>,
    /// Whether the portal still serves it.
    pub live: bool,
}

/// Why an address leads to an article whose own address is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alias {
    /// It is how the learnt rules spell the article's address.
    Spelling,
    /// The page there calls the article's address its own.
    Claim,
}

impl Alias {
    fn as_str(self) -> &'static str {
        match self {
            Self::Spelling => "spelling",
            Self::Claim => "claim",
        }
    }
}

const GIST: &str = "SELECT a.id, a.url, a.title, a.content_hash, a.published_at, a.status FROM article a";

/// The article whose own address this is.
///
/// # Errors
/// When the record cannot be read.
pub async fn at(pool: &Pool, portal: i64, url: &str) -> Result<Option<Gist>> {
    gist(pool, &format!("{GIST} WHERE a.portal_id = $1 AND a.url = $2"), portal, url).await
}

/// The article that this other address leads to.
///
/// # Errors
/// When the record cannot be read.
pub async fn behind(pool: &Pool, portal: i64, url: &str) -> Result<Option<Gist>> {
    const BEHIND: &str = "JOIN article_address o ON o.article_id = a.id WHERE o.portal_id = $1 AND o.url = $2";
    gist(pool, &format!("{GIST} {BEHIND}"), portal, url).await
}

/// The story of an article; nothing when there is no such article.
///
/// # Errors
/// When the record cannot be read.
pub async fn story_of(connection: &mut Connection, id: &str) -> Result<Option<String>> {
    sqlx::query_scalar("SELECT story_id FROM article WHERE id = $1")
        .bind(id)
        .fetch_optional(connection)
        .await
        .with_context(|| format!("cannot read the story of article {id}"))
}

async fn gist(pool: &Pool, query: &str, portal: i64, url: &str) -> Result<Option<Gist>> {
    let row = sqlx::query(sqlx::AssertSqlSafe(query))
        .bind(portal)
        .bind(url)
        .fetch_optional(pool)
        .await
        .context("cannot read which article stands at an address")?;
    row.as_ref().map(gist_of).transpose()
}

/// Every article of a portal.
///
/// # Errors
/// When the record cannot be read.
pub async fn all(connection: &mut Connection, portal: i64) -> Result<Vec<Gist>> {
    let rows =
        sqlx::query(sqlx::AssertSqlSafe(format!("{GIST} WHERE a.portal_id = $1 ORDER BY a.first_seen_at, a.id")))
            .bind(portal)
            .fetch_all(connection)
            .await
            .context("cannot read the addresses of a portal")?;
    rows.iter().map(gist_of).collect()
}

/// Notes another address of an article; the first article to have it keeps it.
///
/// # Errors
/// When the record cannot be written.
pub async fn note(connection: &mut Connection, portal: i64, url: &str, article: &str, alias: Alias) -> Result<()> {
    sqlx::query(
        "INSERT INTO article_address (portal_id, url, article_id, kind) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    )
    .bind(portal)
    .bind(url)
    .bind(article)
    .bind(alias.as_str())
    .execute(connection)
    .await
    .context("cannot note another address of an article")?;
    Ok(())
}

/// Forgets the addresses that rules of spelling made.
///
/// # Errors
/// When the record cannot be written.
pub async fn forget_spellings(connection: &mut Connection, portal: i64) -> Result<()> {
    sqlx::query("DELETE FROM article_address WHERE portal_id = $1 AND kind = 'spelling'")
        .bind(portal)
        .execute(connection)
        .await
        .context("cannot forget how addresses are spelt")?;
    Ok(())
}

/// Gives the article that stands at a claimed address the address back at which it was found, for a portal whose pages
/// all claim the same one. False when there is nothing to give back.
///
/// # Errors
/// When the record cannot be written.
pub async fn take_claim_back(connection: &mut Connection, portal: i64, claimed: &str) -> Result<bool> {
    let found = sqlx::query(
        "SELECT a.id, o.url FROM article a JOIN article_address o ON o.article_id = a.id \
         WHERE a.portal_id = $1 AND a.url = $2 AND o.kind = 'claim' LIMIT 1",
    )
    .bind(portal)
    .bind(claimed)
    .fetch_optional(&mut *connection)
    .await
    .context("cannot read which article stands at an address")?;
    let Some(found) = found else { return Ok(false) };
    let (id, url): (String, String) = (found.try_get("id")?, found.try_get("url")?);
    set_url(connection, portal, &id, &url).await
}

/// Makes `url` the address of an article; false when another article has it.
///
/// # Errors
/// When the record cannot be written.
pub async fn set_url(connection: &mut Connection, portal: i64, id: &str, url: &str) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE article SET url = $3 WHERE id = $2 AND NOT EXISTS \
         (SELECT 1 FROM article taken WHERE taken.portal_id = $1 AND taken.url = $3)",
    )
    .bind(portal)
    .bind(id)
    .bind(url)
    .execute(connection)
    .await
    .with_context(|| format!("cannot change the address of article {id}"))?;
    Ok(done.rows_affected() > 0)
}

/// Rewrites the other addresses of a portal's articles after a move.
///
/// # Errors
/// When the record cannot be read or written.
pub async fn relocate(
    connection: &mut Connection,
    portal: i64,
    to: &(dyn Fn(&url::Url) -> url::Url + Sync),
) -> Result<()> {
    let known: Vec<String> = sqlx::query_scalar("SELECT url FROM article_address WHERE portal_id = $1")
        .bind(portal)
        .fetch_all(&mut *connection)
        .await
        .context("cannot read the other addresses of a portal")?;
    for known in known {
        let Some(moved) = url::Url::parse(&known).ok().map(|url| to(&url)).filter(|moved| moved.as_str() != known)
        else {
            continue;
        };
        sqlx::query(
            "UPDATE article_address SET url = $3 WHERE portal_id = $1 AND url = $2 AND NOT EXISTS \
             (SELECT 1 FROM article_address taken WHERE taken.portal_id = $1 AND taken.url = $3)",
        )
        .bind(portal)
        .bind(&known)
        .bind(moved.as_str())
        .execute(&mut *connection)
        .await
        .context("cannot move the other addresses of a portal")?;
    }
    Ok(())
}

fn gist_of(row: &SqliteRow) -> Result<Gist> {
    Ok(Gist {
        id: row.try_get("id")?,
        url: row.try_get("url")?,
        title: row.try_get("title")?,
        content_hash: row.try_get("content_hash")?,
        published_at: row.try_get::<Option<i64>, _>("published_at")?.map(instant),
        live: row.try_get::<String, _>("status")? == "live",
    })
}
