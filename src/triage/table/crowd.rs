//! A record as full as a big one, made up at once, to measure the desk against: portals, articles, and items that wait.

use anyhow::{Context, Result};

use crate::clock::Timestamp;
use crate::store::{Connection, Store, millis};

/// Portals of the crowd; one in ten is a ministry, the others stand below them.
const PORTALS: i64 = 2_000;
/// Articles of one transaction.
const TOGETHER: i64 = 50_000;

/// How much is made up.
#[derive(Clone, Copy, Debug)]
pub struct Crowd {
    /// Articles.
    pub articles: i64,
    /// Items of the queue that wait for a decision, at most one an article.
    pub items: i64,
}

/// The slug of the crowd's portal with this number, from 1 on.
#[must_use]
pub fn portal(number: i64) -> String {
    format!("cong-{number}")
}

/// Fills an empty record.
///
/// # Errors
/// When the record cannot be written.
pub async fn fill(store: &Store, crowd: Crowd, now: Timestamp, progress: impl Fn(i64)) -> Result<()> {
    let now_ms = millis(now);
    store.write(move |connection| Box::pin(portals(connection, now_ms))).await?;
    let mut from = 0;
    while from < crowd.articles {
        let to = (from + TOGETHER).min(crowd.articles);
        store.write(move |connection| Box::pin(articles(connection, (from, to), crowd.items, now_ms))).await?;
        from = to;
        progress(from);
    }
    Ok(())
}

const NUMBERS: &str = "WITH RECURSIVE n (i) AS (SELECT $1 + 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2)";

async fn run(connection: &mut Connection, statement: &str, (from, to): (i64, i64), now_ms: i64) -> Result<()> {
    let sql = sqlx::AssertSqlSafe(statement.replace("NUMBERS", NUMBERS));
    sqlx::query(sql)
        .bind(from)
        .bind(to)
        .bind(now_ms)
        .execute(connection)
        .await
        .context("cannot make up a crowd of articles")?;
    Ok(())
}

async fn portals(connection: &mut Connection, now_ms: i64) -> Result<()> {
    let statement = "INSERT INTO portal (id, slug, name, kind, parent, url, created_at)
        SELECT * FROM (NUMBERS SELECT i, 'cong-' || i, 'Cổng số ' || i,
            CASE WHEN i % 10 = 1 THEN 'ministry' WHEN i % 10 < 5 THEN 'province' ELSE 'department' END,
            CASE WHEN i % 10 = 1 THEN NULL ELSE 'cong-' || (i - (i - 1) % 10) END,
            'https://cong-' || i || '.example/', $3 FROM n)";
    run(connection, statement, (0, PORTALS), now_ms).await
}

async fn articles(connection: &mut Connection, span: (i64, i64), items: i64, now_ms: i64) -> Result<()> {
    // One article in ten carries the story of the one before it; of the others each is a story.
    let stories = "INSERT INTO story (id, created_at)
        SELECT * FROM (NUMBERS SELECT printf('%026d', i), $3 FROM n WHERE i % 10 <> 0)";
    run(connection, stories, span, now_ms).await?;
    let articles =
        "INSERT INTO article (id, portal_id, url, title, summary, text, published_at, content_hash, story_id,
            revision, first_seen_at, last_seen_at, checked_at)
        SELECT * FROM (NUMBERS SELECT printf('%026d', i), 1 + i * 7919 % 2000, 'https://cong.example/tin-' || i,
            'Tin số ' || i || ' về phòng, chống thiên tai và bảo đảm an toàn hồ đập trong mùa mưa bão',
            'Các địa phương chủ động phương án sơ tán dân, bảo đảm an toàn hồ đập; trực ban 24/24 giờ.',
            'Nội dung của tin số ' || i, $3 - i * 60000, printf('%x', i), printf('%026d', i - (i % 10 = 0)), i,
            $3 - i * 60000, $3, $3 FROM n)";
    run(connection, articles, span, now_ms).await?;
    let left = (items - span.0).min(span.1 - span.0).max(0);
    if left > 0 {
        let waiting = "INSERT INTO triage_item (story_id, state, level, score, parts, growth, created_at, updated_at)
            SELECT * FROM (NUMBERS SELECT printf('%026d', i),
                CASE WHEN i % 50 = 1 THEN 'proposed' ELSE 'new' END,
                CASE i % 50 WHEN 1 THEN 'high' WHEN 2 THEN 'urgent' ELSE NULL END,
                (i * 7919 % 1500) / 10.0, '[{\"name\":\"law\",\"points\":40.0,\"why\":\"187/CĐ-TTg\"}]',
                CASE WHEN i % 100 = 3 THEN 5.0 ELSE 0.0 END, $3 - i * 30000, $3 - i * 30000
                FROM n WHERE i % 10 <> 0)";
        run(connection, waiting, (span.0, span.0 + left), now_ms).await?;
        let topics = "INSERT INTO story_topic (story_id, topic, owner, set_at)
            SELECT * FROM (NUMBERS SELECT printf('%026d', i), CASE WHEN i % 997 = 0 THEN 'y-te' ELSE 'thien-tai' END,
                'machine', $3 FROM n WHERE i % 10 <> 0)";
        run(connection, topics, (span.0, span.0 + left), now_ms).await?;
    }
    // The machine has nothing to suggest here.
    sqlx::query("DELETE FROM topic_waiting").execute(connection).await.context("cannot make up a crowd of articles")?;
    Ok(())
}
