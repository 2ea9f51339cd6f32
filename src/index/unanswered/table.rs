//! The counts in the record: bounded by days and by questions of a day.

use anyhow::{Context, Result};
use futures::FutureExt;
use jiff::ToSpan;
use jiff::civil::Date;

use super::cluster::Question;
use super::{Counted, Tally};
use crate::store::{Connection, Pool, Store};

/// Days for which counts are kept.
const DAYS_KEPT: i64 = 90;
/// Different questions kept of one day: the most asked.
const MOST_OF_A_DAY: i64 = 1_000;
/// Questions read for one page.
const MOST_READ: i64 = 1_000;

/// Writes down what was counted since the last time.
///
/// # Errors
/// When the record cannot be written; what was counted is then lost.
pub async fn write(store: &Store, tally: &Tally, today: Date) -> Result<()> {
    let counted = tally.take();
    if counted.is_empty() {
        return Ok(());
    }
    store.write(move |connection| async move { add(connection, &counted, today).await }.boxed()).await
}

/// Adds what was counted. What was found and opened goes when its day is over.
///
/// # Errors
/// When the record cannot be written.
pub async fn add(connection: &mut Connection, counted: &[Counted], today: Date) -> Result<()> {
    let trouble = "cannot write down what was searched";
    for one in counted {
        // An article opened from an answer whose search was not kept says nothing, and finds no row.
        let change = if one.searches > 0 {
            sqlx::query(
                "INSERT INTO unanswered_query (day, words, clicks, shown, searches, empty) \
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (day, words) DO UPDATE SET shown = excluded.shown, \
                 searches = unanswered_query.searches + excluded.searches, \
                 empty = unanswered_query.empty + excluded.empty, clicks = unanswered_query.clicks + excluded.clicks",
            )
        } else {
            sqlx::query("UPDATE unanswered_query SET clicks = clicks + $3 WHERE day = $1 AND words = $2")
        };
        let mut change = change.bind(one.day.to_string()).bind(&one.words).bind(i64::from(one.clicks));
        if one.searches > 0 {
            change = change.bind(&one.shown).bind(i64::from(one.searches)).bind(i64::from(one.empty));
        }
        change.execute(&mut *connection).await.context(trouble)?;
    }
    let oldest = today.checked_sub(DAYS_KEPT.days()).unwrap_or(today);
    sqlx::query("DELETE FROM unanswered_query WHERE day < $1 OR (day < $2 AND clicks > 0 AND empty = 0)")
        .bind(oldest.to_string())
        .bind(today.to_string())
        .execute(&mut *connection)
        .await
        .context(trouble)?;
    sqlx::query(
        "DELETE FROM unanswered_query WHERE day = $1 AND words NOT IN \
         (SELECT words FROM unanswered_query WHERE day = $1 ORDER BY searches DESC, words LIMIT $2)",
    )
    .bind(today.to_string())
    .bind(MOST_OF_A_DAY)
    .execute(connection)
    .await
    .context(trouble)?;
    Ok(())
}

/// Questions since a day that found nothing, or whose answers nobody opened, the most asked first.
///
/// # Errors
/// When the record cannot be read.
pub async fn since(pool: &Pool, day: Date) -> Result<Vec<Question>> {
    let rows: Vec<(String, String, i64, i64, String)> = sqlx::query_as(
        "SELECT words, MAX(shown), SUM(searches), SUM(empty), MAX(day) FROM unanswered_query WHERE day >= $1 \
         GROUP BY words HAVING SUM(empty) > 0 OR SUM(clicks) = 0 ORDER BY SUM(searches) DESC, words LIMIT $2",
    )
    .bind(day.to_string())
    .bind(MOST_READ)
    .fetch_all(pool)
    .await
    .context("cannot read what stayed without an answer")?;
    let question = |(words, shown, searches, empty, last): (String, String, i64, i64, String)| Question {
        words,
        shown,
        searches,
        empty,
        last: last.parse().unwrap_or(day),
    };
    Ok(rows.into_iter().map(question).collect())
}
