//! What a visit may not decide by itself: that many articles are gone, that a portal has emptied itself, that it has
//! moved. Each is asked once, stands in the record until the operator has answered, and is taken back when the portal
//! is as it was.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::clock::{Timestamp, vietnam};
use crate::store::{Connection, Pool, instant, millis};
use crate::vietnamese::date;

/// Days on which a portal has to lead elsewhere before it is taken for a move.
const DAYS_OF_A_MOVE: u32 = 3;
/// Days that "they are still there" is believed.
const ANSWER_HOLDS_DAYS: i64 = 30;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Are these articles gone?
    Gone,
    /// Has the portal emptied itself?
    Empty,
    /// Has the portal, or one of its feeds, moved?
    Moved,
}

/// What was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// Articles that are missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<i64>,
    /// Articles that are served, the missing ones among them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live: Option<i64>,
    /// Where it leads now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// What it looks like, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen: Option<String>,
}

/// How far a question is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Seen too few times to be asked.
    Watched,
    /// Waits for the operator.
    Open,
    /// Answered.
    Answered,
}

/// A question about one portal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Question {
    /// Slug of the portal.
    pub portal: String,
    /// What is asked.
    pub kind: Kind,
    /// The address that leads elsewhere; empty for the other kinds.
    pub subject: String,
    /// What was seen.
    pub facts: Facts,
    /// How far it is.
    pub stage: Stage,
    /// Days on which it was seen.
    pub days: u32,
    /// When it was first seen.
    pub first_at: Timestamp,
    /// When it was last seen.
    pub last_at: Timestamp,
    /// The operator's answer.
    pub answer: Option<bool>,
    /// When it was given.
    pub answered_at: Option<Timestamp>,
}

impl Kind {
    /// The word in the record and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Empty => "empty",
            Self::Moved => "moved",
        }
    }
}

impl std::str::FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let all = [Self::Gone, Self::Empty, Self::Moved];
        all.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| format!("unknown question `{text}`"))
    }
}

impl Question {
    /// Whether it waits for the operator.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.stage == Stage::Open
    }

    /// What was seen, in words.
    #[must_use]
    pub fn words(&self) -> String {
        let facts = &self.facts;
        match self.kind {
            Kind::Gone => format!(
                "{} of {} articles are missing at once; none is marked gone until you say so",
                facts.missing.unwrap_or_default(),
                facts.live.unwrap_or_default()
            ),
            Kind::Empty => format!(
                "the portal has emptied itself: {}; nothing is read or marked until you say so",
                facts.seen.as_deref().unwrap_or("it lists nothing")
            ),
            Kind::Moved => format!(
                "{} leads to {} since {}, on {} days",
                self.subject,
                facts.to.as_deref().unwrap_or_default(),
                date::show(self.first_at),
                self.days
            ),
        }
    }

    /// The commands that answer it.
    #[must_use]
    pub fn mend(&self) -> String {
        let slug = &self.portal;
        match self.kind {
            Kind::Gone => format!("lantoa portal confirm-gone {slug}, or lantoa portal keep {slug}"),
            Kind::Empty => {
                format!("look at it, then lantoa portal keep {slug} to read on, or lantoa portal pause {slug}")
            }
            Kind::Moved => format!("lantoa portal moves accept {slug}, or lantoa portal moves refuse {slug}"),
        }
    }
}

/// Notes that something was seen again, and asks when it was seen often enough. Returns the question as it stands.
///
/// # Errors
/// When the record cannot be read or written.
pub async fn sighted(
    connection: &mut Connection,
    portal: i64,
    kind: Kind,
    subject: &str,
    facts: &Facts,
    now: Timestamp,
) -> Result<Question> {
    let row = sqlx::query(AT)
        .bind(portal)
        .bind(kind.as_str())
        .bind(subject)
        .fetch_optional(&mut *connection)
        .await
        .context("cannot read what is asked of the operator")?;
    let known = row.as_ref().map(question_of).transpose()?;
    // Another answer to the same question is a question of its own.
    let known = known.filter(|known| known.facts.to == facts.to);
    let (mut stage, mut days, mut first_at) = (Stage::Watched, 1, now);
    if let Some(known) = &known {
        let day = |at: Timestamp| at.to_zoned(vietnam()).date();
        days = known.days + u32::from(day(known.last_at) != day(now));
        (stage, first_at) = (known.stage, known.first_at);
        let lapsed = known
            .answered_at
            .is_some_and(|at| now.duration_since(at) > jiff::SignedDuration::from_hours(24 * ANSWER_HOLDS_DAYS));
        if stage == Stage::Answered && kind != Kind::Moved && lapsed {
            stage = Stage::Watched;
        }
    }
    if stage == Stage::Watched && (kind != Kind::Moved || days >= DAYS_OF_A_MOVE) {
        stage = Stage::Open;
    }
    sqlx::query(
        "INSERT INTO question (portal_id, kind, subject, facts, state, days, first_at, last_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (portal_id, kind, subject) DO UPDATE SET \
         facts = excluded.facts, state = excluded.state, days = excluded.days, first_at = excluded.first_at, \
         last_at = excluded.last_at, \
         answer = CASE excluded.state WHEN 'answered' THEN question.answer ELSE NULL END, \
         answered_at = CASE excluded.state WHEN 'answered' THEN question.answered_at ELSE NULL END",
    )
    .bind(portal)
    .bind(kind.as_str())
    .bind(subject)
    .bind(serde_json::to_string(facts)?)
    .bind(stage.as_str())
    .bind(i64::from(days))
    .bind(millis(first_at))
    .bind(millis(now))
    .execute(&mut *connection)
    .await
    .context("cannot note what is asked of the operator")?;
    let row = sqlx::query(AT)
        .bind(portal)
        .bind(kind.as_str())
        .bind(subject)
        .fetch_one(connection)
        .await
        .context("cannot read what is asked of the operator")?;
    question_of(&row)
}

const AT: &str = "SELECT q.*, p.slug AS slug FROM question q JOIN portal p ON p.id = q.portal_id \
                  WHERE q.portal_id = $1 AND q.kind = $2 AND q.subject = $3";

/// Takes a question back that nobody has answered: the portal is as it was.
///
/// # Errors
/// When the record cannot be written.
pub async fn take_back(connection: &mut Connection, portal: i64, kind: Kind, subject: &str) -> Result<()> {
    sqlx::query("DELETE FROM question WHERE portal_id = $1 AND kind = $2 AND subject = $3 AND state <> 'answered'")
        .bind(portal)
        .bind(kind.as_str())
        .bind(subject)
        .execute(connection)
        .await
        .context("cannot take a question back")?;
    Ok(())
}

/// Notes the operator's answer; false when nobody asked.
///
/// # Errors
/// When the record cannot be written.
pub async fn answer(
    connection: &mut Connection,
    portal: i64,
    kind: Kind,
    subject: &str,
    yes: bool,
    now: Timestamp,
) -> Result<bool> {
    let answered = sqlx::query(
        "UPDATE question SET state = 'answered', answer = $4, answered_at = $5 \
         WHERE portal_id = $1 AND kind = $2 AND subject = $3 AND state = 'open'",
    )
    .bind(portal)
    .bind(kind.as_str())
    .bind(subject)
    .bind(if yes { "yes" } else { "no" })
    .bind(millis(now))
    .execute(connection)
    .await
    .context("cannot note an answer")?;
    Ok(answered.rows_affected() > 0)
}

/// Everything that waits for the operator, oldest first.
///
/// # Errors
/// When the record cannot be read.
pub async fn open(pool: &Pool) -> Result<Vec<Question>> {
    let rows = sqlx::query(
        "SELECT q.*, p.slug AS slug FROM question q JOIN portal p ON p.id = q.portal_id \
         WHERE q.state = 'open' AND p.state <> 'removed' ORDER BY q.first_at, p.slug",
    )
    .fetch_all(pool)
    .await
    .context("cannot read what is asked of the operator")?;
    rows.iter().map(question_of).collect()
}

/// What was asked about one portal, and what is watched.
///
/// # Errors
/// When the record cannot be read.
pub async fn of_portal(pool: &Pool, portal: i64) -> Result<Vec<Question>> {
    let rows = sqlx::query(
        "SELECT q.*, p.slug AS slug FROM question q JOIN portal p ON p.id = q.portal_id \
         WHERE q.portal_id = $1 ORDER BY q.first_at",
    )
    .bind(portal)
    .fetch_all(pool)
    .await
    .context("cannot read what is asked of the operator")?;
    rows.iter().map(question_of).collect()
}

impl Stage {
    fn as_str(self) -> &'static str {
        match self {
            Self::Watched => "watched",
            Self::Open => "open",
            Self::Answered => "answered",
        }
    }
}

fn question_of(row: &SqliteRow) -> Result<Question> {
    let answer: Option<String> = row.try_get("answer")?;
    Ok(Question {
        portal: row.try_get("slug")?,
        kind: row.try_get::<String, _>("kind")?.parse().map_err(anyhow::Error::msg)?,
        subject: row.try_get("subject")?,
        facts: serde_json::from_str(row.try_get("facts")?).unwrap_or_default(),
        stage: match row.try_get::<String, _>("state")?.as_str() {
            "watched" => Stage::Watched,
            "open" => Stage::Open,
            _ => Stage::Answered,
        },
        days: u32::try_from(row.try_get::<i64, _>("days")?).unwrap_or(u32::MAX),
        first_at: instant(row.try_get("first_at")?),
        last_at: instant(row.try_get("last_at")?),
        answer: answer.map(|answer| answer == "yes"),
        answered_at: row.try_get::<Option<i64>, _>("answered_at")?.map(instant),
    })
}
