//! The list of topics in the record: as the program brings it until somebody edits it. What stories have stays on it.

use anyhow::{Context, Result};
use sqlx::FromRow;

use super::{MAX_TOPICS, Topic, check, seed};
use crate::store::{Connection, Pool};

/// Stories that are looked at again after a change of the list, the newest; older ones keep the topic that they have. A
/// desk with 5,000 stories a day has three weeks of them in its queue.
const MOST_AGAIN: i64 = 100_000;

#[derive(FromRow)]
struct TopicRow {
    code: String,
    name: String,
    name_en: String,
    words: String,
    bodies: String,
    retired: i64,
}

/// The list, in its order: as edited, or as the program brings it; retired topics too.
///
/// # Errors
/// When the record cannot be read.
pub async fn list(pool: &Pool) -> Result<Vec<Topic>> {
    listed(&mut *pool.acquire().await.context("cannot reach the record")?).await
}

/// The topics that can be given to a story.
///
/// # Errors
/// When the record cannot be read.
pub async fn in_use(pool: &Pool) -> Result<Vec<Topic>> {
    let mut topics = list(pool).await?;
    topics.retain(|topic| !topic.retired);
    Ok(topics)
}

pub(super) async fn listed(connection: &mut Connection) -> Result<Vec<Topic>> {
    let rows: Vec<TopicRow> =
        sqlx::query_as("SELECT code, name, name_en, words, bodies, retired FROM topic ORDER BY place, code")
            .fetch_all(connection)
            .await
            .context("cannot read the list of topics")?;
    if rows.is_empty() {
        return seed();
    }
    let words = |list: &str| serde_json::from_str(list).unwrap_or_default();
    Ok(rows
        .into_iter()
        .map(|row| Topic {
            words: words(&row.words),
            bodies: words(&row.bodies),
            code: row.code,
            name: row.name,
            name_en: row.name_en,
            retired: row.retired == 1,
        })
        .collect())
}

/// Changes the list and keeps it whole: `change` gets the list as it stands and answers whether it did something.
///
/// # Errors
/// What `change` says, when a topic cannot be kept, or the record cannot be read or written.
pub async fn edit(connection: &mut Connection, change: impl FnOnce(&mut Vec<Topic>) -> Result<()>) -> Result<()> {
    let mut topics = listed(connection).await?;
    change(&mut topics)?;
    replace(connection, &topics).await
}

/// Puts a whole list in the place of the old one. The newest stories whose topic is a machine's are looked at again when
/// another one may fit them now; what people and rules set stays.
///
/// # Errors
/// When a topic cannot be kept, one that stories have is missing, or the record cannot be written.
pub async fn replace(connection: &mut Connection, topics: &[Topic]) -> Result<()> {
    anyhow::ensure!(topics.len() <= MAX_TOPICS, "{} topics are too many (at most {MAX_TOPICS})", topics.len());
    for (at, topic) in topics.iter().enumerate() {
        check(topic)?;
        let twice = topics[..at].iter().any(|other| other.code == topic.code);
        anyhow::ensure!(!twice, "topic `{}` is there already (give this one another code)", topic.code);
    }
    let before = listed(connection).await?;
    let carried: Vec<String> = sqlx::query_scalar("SELECT DISTINCT topic FROM story_topic WHERE topic <> ''")
        .fetch_all(&mut *connection)
        .await
        .context("cannot read which topics stories have")?;
    if let Some(missing) = carried.iter().find(|code| !topics.iter().any(|topic| topic.code == **code)) {
        // What an older list left behind is nobody's fault now.
        let was_there = before.iter().any(|topic| topic.code == *missing);
        anyhow::ensure!(!was_there, "cannot leave out topic `{missing}`: stories have it (retire it)");
    }
    sqlx::query("DELETE FROM topic").execute(&mut *connection).await.context("cannot empty the list of topics")?;
    for (place, topic) in topics.iter().enumerate() {
        sqlx::query(
            "INSERT INTO topic (code, place, name, name_en, words, bodies, retired) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&topic.code)
        .bind(i64::try_from(place).unwrap_or(i64::MAX))
        .bind(&topic.name)
        .bind(&topic.name_en)
        .bind(serde_json::to_string(&topic.words)?)
        .bind(serde_json::to_string(&topic.bodies)?)
        .bind(i64::from(topic.retired))
        .execute(&mut *connection)
        .await
        .with_context(|| format!("cannot keep topic {}", topic.code))?;
    }
    if tells_the_same(&before, topics) {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO topic_waiting (story_id, again)
         SELECT s.story_id, 1 FROM story_topic s JOIN story y ON y.id = s.story_id WHERE s.owner = 'machine'
         ORDER BY y.created_at DESC, y.id LIMIT $1 ON CONFLICT DO NOTHING",
    )
    .bind(MOST_AGAIN)
    .execute(connection)
    .await
    .context("cannot note which stories are to be looked at again")?;
    Ok(())
}

/// Whether two lists suggest the same: the order alone, or a name in English, changes no suggestion worth the work.
fn tells_the_same(before: &[Topic], after: &[Topic]) -> bool {
    let same = |topic: &Topic| {
        before.iter().any(|other| {
            other.code == topic.code
                && other.name == topic.name
                && other.words == topic.words
                && other.bodies == topic.bodies
                && other.retired == topic.retired
        })
    };
    before.len() == after.len() && after.iter().all(same)
}
