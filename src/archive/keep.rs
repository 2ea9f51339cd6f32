//! Writing the archive: an article comes in, and is new, changed or unchanged. The record decides; what dedup
//! thought was only faster.

use anyhow::{Context, Result};
use sqlx::Row;
use url::Url;

use super::difference::Wording;
use super::origin::settle_origin;
use super::presence::seen;
use super::row::{add_version, begin, cite, date_citations, forget_citations, next_revision, update};
use super::stories::{self, place};
use super::{Copy, attachments, unrest};
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

/// What is known of an article besides its text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kin {
    /// The article of another portal that tells the same.
    pub near: Option<Neighbour>,
    /// One that may tell the same; an editor decides.
    pub perhaps: Option<Neighbour>,
    /// When its portal was last looked through without it: it cannot have been there before, whatever it says.
    pub absent_at: Option<Timestamp>,
    /// Whether an editor is asked about matches that are not verbatim. Back-catalogues are not worth their time.
    pub ask: bool,
}

/// An article of another portal that is like this one.
#[derive(Clone, Debug, PartialEq)]
pub struct Neighbour {
    /// Its id.
    pub id: String,
    /// Share of what either says that both say, 0–1.
    pub share: f64,
    /// Share of what the shorter one says that the longer one says, 0–1.
    pub contained: f64,
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
    /// The address under which the record knows a duplicate.
    pub known_at: Option<String>,
    /// The story that it belongs to, as the record has it.
    pub story: String,
}

/// Puts an article into the record of which nothing else is known.
///
/// # Errors
/// When the record cannot be written.
pub async fn keep(connection: &mut Connection, incoming: &Incoming) -> Result<Outcome> {
    keep_kin(connection, incoming, &Kin::default()).await
}

/// Puts an article into the record, beside those that it is like.
///
/// # Errors
/// When the record cannot be written.
pub async fn keep_kin(connection: &mut Connection, incoming: &Incoming, kin: &Kin) -> Result<Outcome> {
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
        if let Some(url) = known_elsewhere(connection, incoming).await? {
            let story = incoming.story.clone();
            return Ok(Outcome { kept: Kept::Duplicate, dirty: Vec::new(), known_at: Some(url), story });
        }
        let placed = place(connection, incoming, kin).await?;
        let (revision, alone) = begin(connection, incoming, &placed).await?;
        cite(connection, incoming).await?;
        if !incoming.article.attachments.is_empty() {
            attachments::sync(connection, &incoming.id, &incoming.article.attachments, false).await?;
        }
        if let Some(question) = &placed.question {
            stories::ask(connection, &incoming.id, question, incoming.now).await?;
        }
        let is_settled = alone && placed.copy == Copy::Origin;
        let mut dirty = if is_settled {
            Vec::new()
        } else {
            settle_origin(connection, &placed.story, std::slice::from_ref(&incoming.id)).await?
        };
        if !dirty.iter().any(|(id, _)| *id == incoming.id) {
            dirty.push((incoming.id.clone(), revision));
        }
        return Ok(Outcome { kept: Kept::New, dirty, known_at: None, story: placed.story });
    };
    let story: String = known.try_get("story_id")?;
    let version: i64 = known.try_get("version")?;
    let changed = known.try_get::<String, _>("content_hash")? != incoming.content_hash;
    let same_facts = says_the_same(&known, incoming)?;
    if same_facts && (!changed || is_unrest(connection, incoming).await?) {
        seen(connection, &incoming.id, incoming.now).await?;
        return Ok(Outcome { kept: Kept::Unchanged, dirty: Vec::new(), known_at: None, story });
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
    let again = if changed { std::slice::from_ref(&incoming.id) } else { &[] };
    let mut dirty = settle_origin(connection, &story, again).await?;
    if !dirty.iter().any(|(id, _)| *id == incoming.id) {
        dirty.push((incoming.id.clone(), revision));
    }
    Ok(Outcome { kept: if changed { Kept::Changed } else { Kept::Unchanged }, dirty, known_at: None, story })
}

/// The address under which the portal has the same text with the same date. Short texts may well be repeated: they are
/// one only where the addresses differ in nothing but case or a slash at the end.
async fn known_elsewhere(connection: &mut Connection, incoming: &Incoming) -> Result<Option<String>> {
    let says_enough = incoming.article.text.chars().count() >= SAYS_ENOUGH;
    sqlx::query_scalar(
        "SELECT url FROM article WHERE portal_id = $1 AND content_hash = $2 AND status = 'live' \
         AND ($3 IS NULL OR published_at IS NULL OR published_at = $3) \
         AND ($4 = 1 OR lower(rtrim(url, '/')) = lower(rtrim($5, '/'))) LIMIT 1",
    )
    .bind(incoming.portal)
    .bind(&incoming.content_hash)
    .bind(incoming.article.published.map(millis))
    .bind(i64::from(says_enough))
    .bind(incoming.url.as_str())
    .fetch_optional(connection)
    .await
    .context("cannot look for the same article")
}

/// Whether the wording differs from the record's only in what changes by itself.
async fn is_unrest(connection: &mut Connection, incoming: &Incoming) -> Result<bool> {
    let rows = sqlx::query(
        "SELECT seen_at, title, summary, text FROM article_version WHERE article_id = $1 ORDER BY version DESC LIMIT 4",
    )
    .bind(&incoming.id)
    .fetch_all(connection)
    .await
    .with_context(|| format!("cannot read the versions of article {}", incoming.id))?;
    let known = rows.iter().map(|row| {
        Ok(unrest::Known {
            seen_at: instant(row.try_get("seen_at")?),
            title: row.try_get("title")?,
            summary: row.try_get("summary")?,
            text: row.try_get("text")?,
        })
    });
    let known = known.collect::<Result<Vec<_>>>()?;
    let article = &incoming.article;
    let after = Wording { title: &article.title, summary: &article.summary, text: &article.text };
    Ok(unrest::is_unrest(&known, &after, incoming.now))
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
