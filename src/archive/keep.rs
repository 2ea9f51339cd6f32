//! Writing the archive: an article comes in, and is new, changed or unchanged. The record decides; what dedup
//! thought was only faster.

use anyhow::{Context, Result};
use sqlx::{AssertSqlSafe, Row};
use url::Url;

use super::{Copy, attachments};
use crate::clock::Timestamp;
use crate::extract::Article;
use crate::store::{Connection, instant, millis};

/// An article on its way into the archive.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// See [`super::article_id`].
    pub id: String,
    /// Its portal's row.
    pub portal: i64,
    /// Its canonical address.
    pub url: Url,
    /// What was read.
    pub article: Article,
    /// What was missing or doubtful.
    pub problems: Vec<String>,
    /// Fingerprint of what a reader sees.
    pub content_hash: String,
    /// The story it belongs to.
    pub story: String,
    /// How it belongs to it, unless it turns out to be the first to publish.
    pub copy: Copy,
    /// When its page was read.
    pub now: Timestamp,
}

/// What became of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It was not in the record.
    New,
    /// Its text differs: it has one more version.
    Changed,
    /// Its text is what it was.
    Unchanged,
    /// The portal serves the same article under another address, which the record knows.
    Duplicate,
}

/// Characters of text from which equal articles of one portal are one: a notice of one line may well be repeated.
const SAYS_ENOUGH: usize = 200;

/// The headline of what was withdrawn.
const WITHDRAWN: &str = "(đã rút)";

/// The outcome of keeping an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What became of it.
    pub kept: Kept,
    /// The articles that the search index has to read again, with the record's new revision of each.
    pub dirty: Vec<(String, i64)>,
}

/// Puts an article into the record.
///
/// # Errors
/// When the record cannot be written.
pub async fn keep(connection: &mut Connection, incoming: &Incoming) -> Result<Outcome> {
    // Not the text: its fingerprint says whether it changed.
    let known = sqlx::query(
        "SELECT version, content_hash, story_id, published_at, status, author, category, documents, attachments, \
         noarchive FROM article WHERE id = $1",
    )
    .bind(&incoming.id)
    .fetch_optional(&mut *connection)
    .await
    .with_context(|| format!("cannot read article {}", incoming.id))?;
    let Some(known) = known else {
        if is_known_elsewhere(connection, incoming).await? {
            return Ok(Outcome { kept: Kept::Duplicate, dirty: Vec::new() });
        }
        let revision = next_revision(connection).await?;
        let begins_story = begin_story(connection, incoming).await?;
        insert(connection, incoming, revision).await?;
        add_version(connection, incoming, 1).await?;
        cite(connection, incoming).await?;
        attachments::sync(connection, &incoming.id, &incoming.article.attachments, false).await?;
        let is_settled = begins_story && incoming.copy == Copy::Origin;
        let mut dirty = if is_settled { Vec::new() } else { settle_origin(connection, &incoming.story).await? };
        dirty.push((incoming.id.clone(), revision));
        return Ok(Outcome { kept: Kept::New, dirty });
    };
    let version: i64 = known.try_get("version")?;
    let changed = known.try_get::<String, _>("content_hash")? != incoming.content_hash;
    if !changed && says_the_same(&known, incoming)? {
        seen(connection, &incoming.id, incoming.now).await?;
        return Ok(Outcome { kept: Kept::Unchanged, dirty: Vec::new() });
    }
    let revision = next_revision(connection).await?;
    let version = if changed { version + 1 } else { version };
    update(connection, incoming, revision, version).await?;
    if changed {
        add_version(connection, incoming, version).await?;
    }
    if changed || known.try_get::<String, _>("documents")? != serde_json::to_string(&incoming.article.documents)? {
        forget_citations(connection, &incoming.id).await?;
        cite(connection, incoming).await?;
    }
    // A new wording may come with new files under the old addresses.
    attachments::sync(connection, &incoming.id, &incoming.article.attachments, changed).await?;
    let mut dirty = settle_origin(connection, &known.try_get::<String, _>("story_id")?).await?;
    dirty.push((incoming.id.clone(), revision));
    Ok(Outcome { kept: if changed { Kept::Changed } else { Kept::Unchanged }, dirty })
}

/// Whether the portal has the same text with the same date under another address.
async fn is_known_elsewhere(connection: &mut Connection, incoming: &Incoming) -> Result<bool> {
    if incoming.article.text.chars().count() < SAYS_ENOUGH {
        return Ok(false);
    }
    let row = sqlx::query(
        "SELECT 1 FROM article WHERE portal_id = $1 AND content_hash = $2 AND status = 'live' \
         AND ($3 IS NULL OR published_at IS NULL OR published_at = $3)",
    )
    .bind(incoming.portal)
    .bind(&incoming.content_hash)
    .bind(incoming.article.published.map(millis))
    .fetch_optional(connection)
    .await
    .context("cannot look for the same article")?;
    Ok(row.is_some())
}

/// Notes that an article is still served as it was.
///
/// # Errors
/// When the record cannot be written.
pub async fn seen(connection: &mut Connection, id: &str, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE article SET last_seen_at = $2, checked_at = $2, missing_since = NULL WHERE id = $1")
        .bind(id)
        .bind(millis(now))
        .execute(connection)
        .await
        .with_context(|| format!("cannot note that article {id} was seen"))?;
    Ok(())
}

/// Notes that an article was asked for in vain for a reason that says nothing about it.
///
/// # Errors
/// When the record cannot be written.
pub async fn asked(connection: &mut Connection, id: &str, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE article SET checked_at = $2 WHERE id = $1")
        .bind(id)
        .bind(millis(now))
        .execute(connection)
        .await
        .with_context(|| format!("cannot note that article {id} was asked for"))?;
    Ok(())
}

/// Notes that a portal answered 404 or 410 for an article. The second sighting at least `gone_after` after the first
/// marks it gone and returns the record's new revision.
///
/// # Errors
/// When the record cannot be written.
pub async fn missing(
    connection: &mut Connection,
    id: &str,
    gone_after: jiff::SignedDuration,
    now: Timestamp,
) -> Result<Option<i64>> {
    let known = sqlx::query("SELECT missing_since, status FROM article WHERE id = $1")
        .bind(id)
        .fetch_optional(&mut *connection)
        .await
        .with_context(|| format!("cannot read article {id}"))?;
    let Some(known) = known else { return Ok(None) };
    let since = known.try_get::<Option<i64>, _>("missing_since")?.map(instant);
    let again = since.is_some_and(|since| now.duration_since(since) >= gone_after);
    if known.try_get::<String, _>("status")? == "gone" {
        return Ok(None);
    }
    if !again {
        sqlx::query("UPDATE article SET missing_since = COALESCE(missing_since, $2), checked_at = $2 WHERE id = $1")
            .bind(id)
            .bind(millis(now))
            .execute(connection)
            .await
            .with_context(|| format!("cannot note that article {id} is missing"))?;
        return Ok(None);
    }
    let revision = next_revision(connection).await?;
    sqlx::query("UPDATE article SET status = 'gone', checked_at = $2, revision = $3 WHERE id = $1")
        .bind(id)
        .bind(millis(now))
        .bind(revision)
        .execute(connection)
        .await
        .with_context(|| format!("cannot mark article {id} gone"))?;
    Ok(Some(revision))
}

/// Takes everything that an article said out of the record, for a page that has come to bear a mark of secrecy: its
/// address stays, so that it is not taken for new. Returns the record's new revision, or nothing when the record does
/// not have the article.
///
/// # Errors
/// When the record cannot be written.
pub async fn withdraw(connection: &mut Connection, id: &str, now: Timestamp) -> Result<Option<i64>> {
    let trouble = || format!("cannot withdraw article {id}");
    for emptied in ["article_version", "article_document", "attachment"] {
        sqlx::query(AssertSqlSafe(format!("DELETE FROM {emptied} WHERE article_id = $1")))
            .bind(id)
            .execute(&mut *connection)
            .await
            .with_context(trouble)?;
    }
    let revision = next_revision(connection).await?;
    let withdrawn = sqlx::query(
        "UPDATE article SET title = $2, summary = '', text = '', author = '', category = '', image = NULL, \
         documents = '[]', attachments = '[]', problems = '[]', content_hash = '', status = 'gone', checked_at = $3, \
         revision = $4 WHERE id = $1",
    )
    .bind(id)
    .bind(WITHDRAWN)
    .bind(millis(now))
    .bind(revision)
    .execute(connection)
    .await
    .with_context(trouble)?;
    Ok((withdrawn.rows_affected() > 0).then_some(revision))
}

/// Gives an article the record's next revision, because something that belongs to it has changed.
pub(super) async fn touch(connection: &mut Connection, id: &str) -> Result<i64> {
    let revision = next_revision(connection).await?;
    sqlx::query("UPDATE article SET revision = $2 WHERE id = $1")
        .bind(id)
        .bind(revision)
        .execute(connection)
        .await
        .with_context(|| format!("cannot note that article {id} has changed"))?;
    Ok(revision)
}

async fn next_revision(connection: &mut Connection) -> Result<i64> {
    let row = sqlx::query("UPDATE journal SET revision = revision + 1 RETURNING revision")
        .fetch_one(connection)
        .await
        .context("cannot take the next revision")?;
    Ok(row.try_get("revision")?)
}

/// Makes the story unless the record has it; true when it was made, and has no other article.
async fn begin_story(connection: &mut Connection, incoming: &Incoming) -> Result<bool> {
    let made = sqlx::query("INSERT INTO story (id, created_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING")
        .bind(&incoming.story)
        .bind(millis(incoming.now))
        .execute(connection)
        .await
        .context("cannot begin a story")?;
    Ok(made.rows_affected() == 1)
}

async fn insert(connection: &mut Connection, incoming: &Incoming, revision: i64) -> Result<()> {
    let (article, now) = (&incoming.article, millis(incoming.now));
    sqlx::query(
        "INSERT INTO article (id, portal_id, url, title, summary, text, published_at, date_only, modified_at, author, \
         category, image, language, documents, attachments, problems, noarchive, content_hash, story_id, copy_kind, \
         revision, first_seen_at, last_seen_at, checked_at) VALUES \
         ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $22, $22)",
    )
    .bind(&incoming.id)
    .bind(incoming.portal)
    .bind(incoming.url.as_str())
    .bind(&article.title)
    .bind(&article.summary)
    .bind(&article.text)
    .bind(article.published.map(millis))
    .bind(i64::from(article.date_only))
    .bind(article.modified.map(millis))
    .bind(&article.author)
    .bind(&article.category)
    .bind(article.image.as_ref().map(Url::as_str))
    .bind(&article.language)
    .bind(serde_json::to_string(&article.documents)?)
    .bind(serde_json::to_string(&article.attachments)?)
    .bind(serde_json::to_string(&incoming.problems)?)
    .bind(i64::from(article.noarchive))
    .bind(&incoming.content_hash)
    .bind(&incoming.story)
    .bind(incoming.copy.as_str())
    .bind(revision)
    .bind(now)
    .execute(connection)
    .await
    .with_context(|| format!("cannot keep article {}", incoming.url))?;
    Ok(())
}

/// What is known stays where the page no longer says it: a date that only the listing gave is not lost.
async fn update(connection: &mut Connection, incoming: &Incoming, revision: i64, version: i64) -> Result<()> {
    let (article, now) = (&incoming.article, millis(incoming.now));
    sqlx::query(
        "UPDATE article SET title = $2, summary = $3, text = $4, published_at = COALESCE($5, published_at), \
         date_only = CASE WHEN $5 IS NULL THEN date_only ELSE $6 END, modified_at = COALESCE($7, modified_at), \
         author = $8, category = $9, image = $10, language = $11, documents = $12, attachments = $13, problems = $14, \
         noarchive = $15, content_hash = $16, revision = $17, version = $18, status = 'live', missing_since = NULL, \
         last_seen_at = $19, checked_at = $19 WHERE id = $1",
    )
    .bind(&incoming.id)
    .bind(&article.title)
    .bind(&article.summary)
    .bind(&article.text)
    .bind(article.published.map(millis))
    .bind(i64::from(article.date_only))
    .bind(article.modified.map(millis))
    .bind(&article.author)
    .bind(&article.category)
    .bind(article.image.as_ref().map(Url::as_str))
    .bind(&article.language)
    .bind(serde_json::to_string(&article.documents)?)
    .bind(serde_json::to_string(&article.attachments)?)
    .bind(serde_json::to_string(&incoming.problems)?)
    .bind(i64::from(article.noarchive))
    .bind(&incoming.content_hash)
    .bind(revision)
    .bind(version)
    .bind(now)
    .execute(connection)
    .await
    .with_context(|| format!("cannot keep article {}", incoming.url))?;
    Ok(())
}

fn says_the_same(known: &sqlx::sqlite::SqliteRow, incoming: &Incoming) -> Result<bool> {
    let article = &incoming.article;
    let published = known.try_get::<Option<i64>, _>("published_at")?;
    let same_date = article.published.is_none() || published == article.published.map(millis);
    Ok(same_date
        && known.try_get::<String, _>("status")? == "live"
        && known.try_get::<String, _>("author")? == article.author
        && known.try_get::<String, _>("category")? == article.category
        && known.try_get::<String, _>("attachments")? == serde_json::to_string(&article.attachments)?
        && known.try_get::<String, _>("documents")? == serde_json::to_string(&article.documents)?
        && (known.try_get::<i64, _>("noarchive")? == 1) == article.noarchive)
}

async fn add_version(connection: &mut Connection, incoming: &Incoming, version: i64) -> Result<()> {
    let article = &incoming.article;
    sqlx::query(
        "INSERT INTO article_version (article_id, version, seen_at, title, summary, text, published_at, content_hash) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&incoming.id)
    .bind(version)
    .bind(millis(incoming.now))
    .bind(&article.title)
    .bind(&article.summary)
    .bind(&article.text)
    .bind(article.published.map(millis))
    .bind(&incoming.content_hash)
    .execute(connection)
    .await
    .with_context(|| format!("cannot keep version {version} of {}", incoming.url))?;
    Ok(())
}

async fn forget_citations(connection: &mut Connection, id: &str) -> Result<()> {
    sqlx::query("DELETE FROM article_document WHERE article_id = $1")
        .bind(id)
        .execute(connection)
        .await
        .context("cannot note which documents are cited")?;
    Ok(())
}

async fn cite(connection: &mut Connection, incoming: &Incoming) -> Result<()> {
    let article = &incoming.article;
    for number in &article.documents {
        let cited = article.citations.iter().find(|cited| cited.number == *number);
        sqlx::query(
            "INSERT INTO article_document (number, article_id, issuer, issued_on) VALUES ($1, $2, $3, $4) \
             ON CONFLICT DO NOTHING",
        )
        .bind(number)
        .bind(&incoming.id)
        .bind(cited.and_then(|cited| cited.issuer.as_deref()))
        .bind(cited.and_then(|cited| cited.date).map(|date| date.to_string()))
        .execute(&mut *connection)
        .await
        .context("cannot note which documents are cited")?;
    }
    Ok(())
}

/// The first to publish is a story's origin. A day without a time counts as its end, so that it does not win against
/// every article of that day.
async fn settle_origin(connection: &mut Connection, story: &str) -> Result<Vec<(String, i64)>> {
    let rows = sqlx::query(
        "SELECT id, copy_kind FROM article WHERE story_id = $1 \
         ORDER BY COALESCE(published_at + 86399000 * date_only, first_seen_at), first_seen_at, id",
    )
    .bind(story)
    .fetch_all(&mut *connection)
    .await
    .context("cannot read a story")?;
    let mut dirty = Vec::new();
    let Some(first) = rows.first() else { return Ok(dirty) };
    let first_kind: String = first.try_get("copy_kind")?;
    for row in &rows {
        let (id, kind): (String, String) = (row.try_get("id")?, row.try_get("copy_kind")?);
        let is_first = id == first.try_get::<String, _>("id")?;
        let settled = match (is_first, kind.as_str()) {
            (true, _) => "origin",
            // What the new origin was to the old one, the old one is to the new.
            (false, "origin") if first_kind == "verbatim" => "verbatim",
            (false, "origin") => "near",
            (false, kind) => kind,
        };
        if settled != kind {
            let revision = next_revision(connection).await?;
            sqlx::query("UPDATE article SET copy_kind = $2, revision = $3 WHERE id = $1")
                .bind(&id)
                .bind(settled)
                .bind(revision)
                .execute(&mut *connection)
                .await
                .context("cannot settle a story's origin")?;
            dirty.push((id, revision));
        }
    }
    Ok(dirty)
}
