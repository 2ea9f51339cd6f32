//! Items of the queue as cards: by their numbers, with the portals that carry their stories.

use std::collections::HashMap;

use anyhow::{Context, Result};
use sqlx::{AssertSqlSafe, FromRow};

use super::decisions::read_state;
use crate::archive::stories::{Question, questions_about};
use crate::portal::Kind;
use crate::store::{Connection, instant};
use crate::triage::ownership::Owner;
use crate::triage::{Card, Classified, Score};
use crate::vietnamese::personal;

pub(in crate::triage) async fn card(connection: &mut Connection, id: i64) -> Result<Option<Card>> {
    Ok(cards(connection, &[id]).await?.pop())
}

/// The cards of these items, in their order; items that are not there are left out.
pub(super) async fn cards(connection: &mut Connection, ids: &[i64]) -> Result<Vec<Card>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("{SELECT_CARD} WHERE t.id IN ({})", marks(ids.len()));
    // The text is put together from the constants here and placeholders; every value is bound.
    let mut query = sqlx::query_as::<_, CardRow>(AssertSqlSafe(sql));
    for id in ids {
        query = query.bind(id);
    }
    let rows = query.fetch_all(&mut *connection).await.context("cannot read the cards of the queue")?;
    let stories: Vec<&str> = rows.iter().map(|row| row.story_id.as_str()).collect();
    let mut portals = portals(connection, &stories).await?;
    let shown: Vec<String> = stories.iter().map(|story| (*story).to_owned()).collect();
    let questions = questions_about(connection, &shown).await?;
    let mut cards = HashMap::new();
    for row in rows {
        let carried = portals.remove(&row.story_id).unwrap_or_default();
        let asked = questions.iter().filter(|asked| asked.is_about(&row.story_id)).cloned().collect();
        cards.insert(row.id, row.card(carried, asked)?);
    }
    Ok(ids.iter().filter_map(|id| cards.remove(id)).collect())
}

const SELECT_CARD: &str = "SELECT t.id, t.story_id, t.state, t.level, t.revision, t.score, t.parts, t.snoozed_until,
        t.amplified_at, t.created_at, t.updated_at, t.deadline, t.assigned_to, t.correction,
        o.title, o.summary, o.url, o.published_at, o.date_only, o.first_seen_at, o.documents, op.kind,
        s.topic, s.owner, s.why, s.actor, o.id AS lead
    FROM triage_item t JOIN article o ON o.id = (SELECT COALESCE(y.lead, y.id) FROM story y WHERE y.id = t.story_id)
    JOIN portal op ON op.id = o.portal_id
    LEFT JOIN story_topic s ON s.story_id = t.story_id";

#[derive(FromRow)]
struct CardRow {
    id: i64,
    story_id: String,
    state: String,
    level: Option<String>,
    revision: i64,
    score: f64,
    parts: String,
    snoozed_until: Option<i64>,
    amplified_at: Option<i64>,
    created_at: i64,
    updated_at: i64,
    deadline: Option<i64>,
    assigned_to: Option<String>,
    correction: String,
    title: String,
    summary: String,
    url: String,
    published_at: Option<i64>,
    date_only: bool,
    first_seen_at: i64,
    documents: String,
    kind: String,
    topic: Option<String>,
    owner: Option<String>,
    why: Option<String>,
    actor: Option<String>,
    lead: String,
}

impl CardRow {
    fn card(self, portals: Vec<(String, String)>, questions: Vec<Question>) -> Result<Card> {
        let topic = self.topic.map(|code| Classified {
            code: (!code.is_empty()).then_some(code),
            owner: self.owner.and_then(|owner| owner.parse().ok()).unwrap_or(Owner::Machine),
            why: self.why.and_then(|why| serde_json::from_str(&why).ok()).unwrap_or_default(),
            actor: self.actor.unwrap_or_default(),
        });
        Ok(Card {
            id: self.id,
            state: read_state(&self.state)?,
            level: self.level.and_then(|level| level.parse().ok()),
            revision: self.revision,
            score: Score { total: self.score, parts: serde_json::from_str(&self.parts).unwrap_or_default() },
            snoozed_until: self.snoozed_until.map(instant),
            amplified_at: self.amplified_at.map(instant),
            created_at: instant(self.created_at),
            updated_at: instant(self.updated_at),
            title: personal::mask(&self.title).into_owned(),
            summary: personal::mask(&self.summary).into_owned(),
            url: self.url,
            kind: self.kind.parse().unwrap_or(Kind::Other),
            published_at: self.published_at.map(instant),
            date_only: self.date_only,
            first_seen_at: instant(self.first_seen_at),
            documents: serde_json::from_str(&self.documents).unwrap_or_default(),
            portals,
            questions,
            lead: self.lead,
            story: self.story_id,
            topic,
            deadline: self.deadline.map(instant),
            assigned_to: self.assigned_to,
            correction: self.correction,
        })
    }
}

/// The portals of each story, the one that had it first first.
async fn portals(connection: &mut Connection, stories: &[&str]) -> Result<HashMap<String, Vec<(String, String)>>> {
    let sql = format!(
        "SELECT a.story_id, p.slug, p.name FROM article a JOIN portal p ON p.id = a.portal_id
         JOIN story y ON y.id = a.story_id WHERE a.story_id IN ({}) GROUP BY a.story_id, p.id, p.slug, p.name
         ORDER BY a.story_id, MIN(CASE WHEN a.id = COALESCE(y.lead, y.id) THEN 0 ELSE a.first_seen_at END), p.slug",
        marks(stories.len())
    );
    let mut query = sqlx::query_as::<_, (String, String, String)>(AssertSqlSafe(sql));
    for story in stories {
        query = query.bind(*story);
    }
    let rows = query.fetch_all(connection).await.context("cannot read the portals of the queue's stories")?;
    let mut portals: HashMap<String, Vec<(String, String)>> = HashMap::new();
    for (story, slug, name) in rows {
        portals.entry(story).or_default().push((slug, name));
    }
    Ok(portals)
}

fn marks(count: usize) -> String {
    let marks: Vec<String> = (1..=count).map(|n| format!("${n}")).collect();
    marks.join(", ")
}
