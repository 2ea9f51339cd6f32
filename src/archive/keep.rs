//! Writing the archive: an article comes in, and is new, changed or unchanged. The record decides; what dedup
//! thought was only faster.

use anyhow::{Context, Result};
use sqlx::Row;
use url::Url;

use super::origin::{begin_story, settle_origin};
use super::presence::seen;
use super::row::{add_version, cite, date_citations, forget_citations, insert, next_revision, update};
use super::{Copy, attachments};
use crate::clock::Timestamp;
use crate::extract::Article;
use crate::store::{Connection, millis};

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
        date_citations(connection, incoming).await?;
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
    date_citations(connection, incoming).await?;
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
