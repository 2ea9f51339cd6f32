//! Stories in the record: where a new article belongs, which matches an editor is asked about, and moving articles from
//! one story to another.
//!
//! A story keeps its id for ever; the article that it is named after may move on. What moves is told with new revisions,
//! so that the search index follows.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, QueryBuilder, Row};

use super::keep::{Incoming, Kin, Neighbour};
use super::origin::{appeared_at, settle_origin};
use super::{Copy, article_id, kinship, touch};
use crate::clock::Timestamp;
use crate::store::{Connection, Pool, instant, millis};
use crate::vietnamese::personal;

/// Questions that a page shows at once.
pub const QUESTIONS: i64 = 50;
/// Articles of one statement.
const TOGETHER: usize = 200;

/// Where a new article was put.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) story: String,
    pub(super) copy: Copy,
    pub(super) near: Option<String>,
    pub(super) likeness: Option<f64>,
    pub(super) appeared_at: Timestamp,
    pub(super) question: Option<Asking>,
}

/// A question on its way into the record.
#[derive(Debug)]
pub(super) struct Asking {
    near: Neighbour,
    story: String,
    /// Whether the article stands in the story until the answer is no.
    joined: bool,
}

/// An article that a question is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Side {
    /// Its id.
    pub id: String,
    /// Its headline, persons' numbers masked.
    pub title: String,
    /// Name of its portal.
    pub portal_name: String,
    /// When it came into the world.
    pub appeared_at: Timestamp,
}

/// Whether two articles tell one story.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Question {
    /// Its number.
    pub id: i64,
    /// The article that it is about.
    pub article: Side,
    /// The article of another portal that it is near to.
    pub near: Side,
    /// The story that it was put into, or may belong to.
    pub story: String,
    /// The story that the article is in now.
    pub own_story: String,
    /// Whether it stands in that story until the answer is no.
    pub joined: bool,
    /// Share of what either says that both say, 0–1.
    pub share: f64,
    /// Share of what the shorter one says that the longer one says, 0–1.
    pub contained: f64,
    /// How the article belongs to its story.
    pub kind: Copy,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// What an editor said; nothing while it is open.
    pub answer: Option<Answer>,
}

/// What an editor says to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// The two are one.
    Same,
    /// They are two.
    Apart,
}

/// Articles that moved from one story to another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// The articles.
    pub articles: Vec<String>,
    /// Where they were.
    pub from: String,
    /// Where they are.
    pub to: String,
    /// What the search index has to read again, with the record's new revision of each.
    pub dirty: Vec<(String, i64)>,
}

impl Question {
    /// Both articles, the one that was there first before the other.
    #[must_use]
    pub fn sides(&self) -> [&Side; 2] {
        [&self.near, &self.article]
    }

    /// Whether it is about a story: its article is in it, or may be.
    #[must_use]
    pub fn is_about(&self, story: &str) -> bool {
        self.story == story || self.own_story == story
    }
}

impl Answer {
    /// The word in the record, in forms and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Apart => "apart",
        }
    }

    /// The answer with this word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        [Self::Same, Self::Apart].into_iter().find(|answer| answer.as_str() == word)
    }
}

/// Where a new article belongs. The record decides: stories may have been merged or parted since the window saw them.
pub(super) async fn place(connection: &mut Connection, incoming: &Incoming, kin: &Kin) -> Result<Placed> {
    let article = &incoming.article;
    let mut placed = Placed {
        story: incoming.story.clone(),
        copy: incoming.copy,
        near: None,
        likeness: None,
        appeared_at: appeared_at(article.published, article.date_only, kin.absent_at, incoming.now),
        question: None,
    };
    if let Some(near) = &kin.near
        && let Some((story, text)) = story_and_text(connection, &near.id).await?
    {
        let kinship = kinship(&text, &article.text);
        (placed.near, placed.likeness) = (Some(near.id.clone()), Some(kinship.share));
        // The same text was parted from this story before.
        if let Some(parted) = parted(connection, &story, &incoming.content_hash).await? {
            (placed.story, placed.copy) = (parted, Copy::Verbatim);
            return Ok(placed);
        }
        (placed.story, placed.copy) = (story, kinship.kind);
        let is_sure = kinship.kind == Copy::Verbatim || is_confirmed(connection, &placed.story, &near.id).await?;
        if kin.ask && !is_sure {
            let near = Neighbour { share: kinship.share, ..near.clone() };
            placed.question = Some(Asking { near, story: placed.story.clone(), joined: true });
        }
        return Ok(placed);
    }
    if incoming.story != incoming.id
        && let Some((story, _)) = story_and_text(connection, &incoming.story).await?
    {
        placed.story = story;
    }
    if let Some(near) = kin.perhaps.as_ref().filter(|_| kin.ask)
        && let Some((story, _)) = story_and_text(connection, &near.id).await?
        && story != placed.story
    {
        placed.question = Some(Asking { near: near.clone(), story, joined: false });
    }
    Ok(placed)
}

async fn story_and_text(connection: &mut Connection, id: &str) -> Result<Option<(String, String)>> {
    sqlx::query_as("SELECT story_id, text FROM article WHERE id = $1")
        .bind(id)
        .fetch_optional(connection)
        .await
        .with_context(|| format!("cannot read article {id}"))
}

/// The story that a text was put into when an editor parted it from `story`.
async fn parted(connection: &mut Connection, story: &str, content_hash: &str) -> Result<Option<String>> {
    sqlx::query_scalar(
        "SELECT a.story_id FROM story_question q JOIN article a ON a.id = q.article_id \
         WHERE q.story_id = $1 AND q.answer = 'apart' AND a.content_hash = $2 AND a.story_id <> $1 \
         ORDER BY q.id DESC LIMIT 1",
    )
    .bind(story)
    .bind(content_hash)
    .fetch_optional(connection)
    .await
    .context("cannot read what was answered about a story")
}

/// Whether an editor said of this very article that it belongs to the story.
async fn is_confirmed(connection: &mut Connection, story: &str, article: &str) -> Result<bool> {
    let found: Option<i64> = sqlx::query_scalar(
        "SELECT q.id FROM story_question q JOIN article a ON a.id = q.article_id \
         WHERE q.article_id = $2 AND q.answer = 'same' AND a.story_id = $1 LIMIT 1",
    )
    .bind(story)
    .bind(article)
    .fetch_optional(connection)
    .await
    .context("cannot read what was answered about a story")?;
    Ok(found.is_some())
}

pub(super) async fn ask(connection: &mut Connection, article: &str, asking: &Asking, now: Timestamp) -> Result<()> {
    sqlx::query(
        "INSERT INTO story_question (article_id, near_id, story_id, joined, share, contained, asked_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (article_id, story_id) DO NOTHING",
    )
    .bind(article)
    .bind(&asking.near.id)
    .bind(&asking.story)
    .bind(i64::from(asking.joined))
    .bind(asking.near.share)
    .bind(asking.near.contained)
    .bind(millis(now))
    .execute(connection)
    .await
    .context("cannot ask about a story")?;
    Ok(())
}

const QUESTION: &str = "SELECT q.id, q.article_id, q.near_id, q.story_id, q.joined, q.share, q.contained, q.asked_at, \
     q.answer, a.title, ap.name AS portal, a.story_id AS own_story, a.copy_kind, n.title AS near_title, \
     np.name AS near_portal, COALESCE(a.appeared_at, a.first_seen_at) AS appeared, \
     COALESCE(n.appeared_at, n.first_seen_at) AS near_appeared FROM story_question q JOIN article a ON a.id = q.article_id \
     JOIN portal ap ON ap.id = a.portal_id JOIN article n ON n.id = q.near_id JOIN portal np ON np.id = n.portal_id";

/// One question, or nothing.
///
/// # Errors
/// When the record cannot be read.
pub async fn question(connection: &mut Connection, id: i64) -> Result<Option<Question>> {
    let row = sqlx::query(sqlx::AssertSqlSafe(format!("{QUESTION} WHERE q.id = $1")))
        .bind(id)
        .fetch_optional(connection)
        .await
        .context("cannot read what is asked about stories")?;
    row.as_ref().map(question_of).transpose()
}

/// What is open about stories, latest first, at most [`QUESTIONS`]; and how many there are.
///
/// # Errors
/// When the record cannot be read.
pub async fn open_questions(pool: &Pool) -> Result<(Vec<Question>, i64)> {
    let trouble = "cannot read what is asked about stories";
    let rows =
        sqlx::query(sqlx::AssertSqlSafe(format!("{QUESTION} WHERE q.answer = 'open' ORDER BY q.id DESC LIMIT $1")))
            .bind(QUESTIONS)
            .fetch_all(pool)
            .await
            .context(trouble)?;
    let count = sqlx::query_scalar("SELECT COUNT(*) FROM story_question WHERE answer = 'open'")
        .fetch_one(pool)
        .await
        .context(trouble)?;
    Ok((rows.iter().map(question_of).collect::<Result<_>>()?, count))
}

/// What is open about each of these stories: about an article in it, or about one that it may take.
///
/// # Errors
/// When the record cannot be read.
pub async fn questions_about(connection: &mut Connection, stories: &[String]) -> Result<Vec<Question>> {
    let mut found: Vec<Question> = Vec::new();
    for some in stories.chunks(TOGETHER) {
        let mut query = QueryBuilder::new(QUESTION);
        query.push(" WHERE q.answer = 'open' AND (q.story_id IN (");
        let mut list = query.separated(", ");
        for story in some {
            list.push_bind(story);
        }
        query.push(") OR a.story_id IN (");
        let mut list = query.separated(", ");
        for story in some {
            list.push_bind(story);
        }
        query.push(")) ORDER BY q.id");
        let rows = query.build().fetch_all(&mut *connection).await;
        let rows = rows.context("cannot read what is asked about stories")?;
        for row in &rows {
            found.push(question_of(row)?);
        }
    }
    Ok(found)
}

/// What is open about one story.
///
/// # Errors
/// When the record cannot be read.
pub async fn questions_of(pool: &Pool, story: &str) -> Result<Vec<Question>> {
    let mut connection = pool.acquire().await.context("cannot reach the record")?;
    questions_about(&mut connection, &[story.to_owned()]).await
}

fn question_of(row: &sqlx::sqlite::SqliteRow) -> Result<Question> {
    let side = |id: &str, title: &str, portal: &str, appeared: &str| -> Result<Side> {
        Ok(Side {
            id: row.try_get(id)?,
            title: personal::mask(row.try_get(title)?).into_owned(),
            portal_name: row.try_get(portal)?,
            appeared_at: instant(row.try_get(appeared)?),
        })
    };
    Ok(Question {
        id: row.try_get("id")?,
        article: side("article_id", "title", "portal", "appeared")?,
        near: side("near_id", "near_title", "near_portal", "near_appeared")?,
        story: row.try_get("story_id")?,
        own_story: row.try_get("own_story")?,
        joined: row.try_get::<i64, _>("joined")? == 1,
        share: row.try_get("share")?,
        contained: row.try_get("contained")?,
        kind: row.try_get::<String, _>("copy_kind")?.parse().map_err(anyhow::Error::msg)?,
        asked_at: instant(row.try_get("asked_at")?),
        answer: Answer::of(row.try_get("answer")?),
    })
}

/// Notes what an editor said to a question; with nothing it is open again.
///
/// # Errors
/// When the record cannot be written.
pub async fn answer(
    connection: &mut Connection,
    question: i64,
    said: Option<Answer>,
    actor: &str,
    now: Timestamp,
) -> Result<()> {
    sqlx::query("UPDATE story_question SET answer = $2, answered_at = $3, actor = $4 WHERE id = $1")
        .bind(question)
        .bind(said.map_or("open", Answer::as_str))
        .bind(said.map(|_| millis(now)))
        .bind(actor)
        .execute(connection)
        .await
        .context("cannot note what was answered about a story")?;
    Ok(())
}

/// Moves articles from one story to another and settles both.
///
/// # Errors
/// When the record cannot be written.
pub async fn shift(
    connection: &mut Connection,
    articles: &[String],
    from: &str,
    to: &str,
    now: Timestamp,
) -> Result<Moved> {
    sqlx::query("INSERT INTO story (id, created_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING")
        .bind(to)
        .bind(millis(now))
        .execute(&mut *connection)
        .await
        .context("cannot begin a story")?;
    let mut moved = Moved { from: from.to_owned(), to: to.to_owned(), ..Moved::default() };
    for id in articles {
        let done = sqlx::query("UPDATE article SET story_id = $3 WHERE id = $1 AND story_id = $2")
            .bind(id)
            .bind(from)
            .bind(to)
            .execute(&mut *connection)
            .await
            .with_context(|| format!("cannot move article {id} to another story"))?;
        if done.rows_affected() > 0 {
            moved.articles.push(id.clone());
        }
    }
    let again = moved.articles.clone();
    let mut settled = settle_origin(connection, from, &[]).await?;
    settled.extend(settle_origin(connection, to, &again).await?);
    // An article that left does not stand for the story any more, whoever chose it; the one that it is named after does
    // as long as it is there, and otherwise the origin.
    for story in [from, to] {
        sqlx::query(
            "UPDATE story SET lead_by = '', lead = (SELECT CASE WHEN a.id = $1 THEN NULL ELSE a.id END \
             FROM article a WHERE a.story_id = $1 \
             ORDER BY CASE WHEN a.id = $1 THEN 0 WHEN a.copy_kind = 'origin' THEN 1 ELSE 2 END, a.id LIMIT 1) \
             WHERE id = $1 AND (lead_by = '' OR lead NOT IN (SELECT id FROM article WHERE story_id = $1))",
        )
        .bind(story)
        .execute(&mut *connection)
        .await
        .context("cannot settle which article stands for a story")?;
    }
    for id in &moved.articles {
        let revision = touch(connection, id).await?;
        moved.dirty.push((id.clone(), revision));
    }
    moved.dirty.extend(settled.into_iter().filter(|(id, _)| !again.contains(id)));
    Ok(moved)
}

/// Every article of a story.
///
/// # Errors
/// When the record cannot be read.
pub async fn articles_of(connection: &mut Connection, story: &str) -> Result<Vec<String>> {
    sqlx::query_scalar("SELECT id FROM article WHERE story_id = $1 ORDER BY id")
        .bind(story)
        .fetch_all(connection)
        .await
        .with_context(|| format!("cannot list the articles of story {story}"))
}

/// Takes an article out of its story, and with it those that only copy it word for word; nothing when nobody is left
/// in the story, or the article is unknown.
///
/// # Errors
/// When the record cannot be written.
pub async fn detach(connection: &mut Connection, article: &str, now: Timestamp) -> Result<Option<Moved>> {
    #[derive(FromRow)]
    struct Told {
        id: String,
        near_id: Option<String>,
        text: String,
    }
    let Some((from, text)) = story_and_text(connection, article).await? else { return Ok(None) };
    let told: Vec<Told> =
        sqlx::query_as("SELECT id, near_id, text FROM article WHERE story_id = $1 ORDER BY first_seen_at, id")
            .bind(&from)
            .fetch_all(&mut *connection)
            .await
            .with_context(|| format!("cannot read story {from}"))?;
    let mut leave = vec![article.to_owned()];
    for one in &told {
        let follows = one.near_id.as_ref().is_some_and(|near| leave.contains(near));
        if follows && !leave.contains(&one.id) && kinship(&text, &one.text).kind == Copy::Verbatim {
            leave.push(one.id.clone());
        }
    }
    // Copies of it that were there before it, or came by another way, stay.
    if leave.len() >= told.len() {
        leave.truncate(1);
    }
    if told.len() < 2 {
        return Ok(None);
    }
    // The story keeps its id when the article that it is named after leaves, or left before.
    let is_taken: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM article WHERE story_id = $1")
        .bind(article)
        .fetch_one(&mut *connection)
        .await
        .with_context(|| format!("cannot read story {article}"))?;
    let to = if is_taken > 0 { article_id("story", &format!("{article} {}", millis(now))) } else { article.to_owned() };
    shift(connection, &leave, &from, &to, now).await.map(Some)
}

/// Lets another article stand for its story; with nothing, the origin. Returns what stood for it before, with who chose
/// that.
///
/// # Errors
/// When the record cannot be written.
pub async fn set_lead(
    connection: &mut Connection,
    story: &str,
    lead: Option<&str>,
    by: &str,
) -> Result<(Option<String>, String)> {
    let before: (Option<String>, String) = sqlx::query_as("SELECT lead, lead_by FROM story WHERE id = $1")
        .bind(story)
        .fetch_one(&mut *connection)
        .await
        .with_context(|| format!("cannot read story {story}"))?;
    sqlx::query("UPDATE story SET lead = $2, lead_by = $3 WHERE id = $1")
        .bind(story)
        .bind(lead)
        .bind(by)
        .execute(connection)
        .await
        .with_context(|| format!("cannot choose what stands for story {story}"))?;
    Ok(before)
}

/// The article that stands for a story, and who chose it (empty for the machine).
///
/// # Errors
/// When the record cannot be read.
pub async fn lead_of(pool: &Pool, story: &str) -> Result<Option<(String, String)>> {
    sqlx::query_as("SELECT COALESCE(lead, id), lead_by FROM story WHERE id = $1")
        .bind(story)
        .fetch_optional(pool)
        .await
        .with_context(|| format!("cannot read story {story}"))
}

/// The story that an article is in.
///
/// # Errors
/// When the record cannot be read.
pub async fn story_of(connection: &mut Connection, article: &str) -> Result<Option<String>> {
    sqlx::query_scalar("SELECT story_id FROM article WHERE id = $1")
        .bind(article)
        .fetch_optional(connection)
        .await
        .with_context(|| format!("cannot read article {article}"))
}

/// Notes that an editor took an article out of a story without being asked; returns the number under which it is
/// remembered.
///
/// # Errors
/// When the record cannot be written.
pub async fn remember_apart(
    connection: &mut Connection,
    article: &str,
    story: &str,
    actor: &str,
    now: Timestamp,
) -> Result<i64> {
    sqlx::query_scalar(
        "INSERT INTO story_question (article_id, near_id, story_id, joined, share, contained, asked_at, answer, \
         answered_at, actor) SELECT a.id, COALESCE((SELECT o.id FROM article o WHERE o.id = a.near_id), a.id), $2, 1, \
         COALESCE(a.likeness, 1), 1, $3, 'apart', $3, $4 FROM article a WHERE a.id = $1 \
         ON CONFLICT (article_id, story_id) DO UPDATE SET answer = 'apart', answered_at = $3, actor = $4 RETURNING id",
    )
    .bind(article)
    .bind(story)
    .bind(millis(now))
    .bind(actor)
    .fetch_one(connection)
    .await
    .context("cannot remember that an article is no part of a story")
}
