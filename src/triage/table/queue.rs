//! The queue as one view shows it. Each state of a view is a walk along an index of its own, and the walks are merged:
//! a page costs the same with a hundred items and with a hundred thousand.

use anyhow::{Context, Result};
use sqlx::AssertSqlSafe;

use super::cards::cards;
use super::{MAX_CARDS, places};
use crate::clock::{Timestamp, vietnam};
use crate::store::{Pool, millis};
use crate::triage::{Card, Filter, Pick, View};

/// The first [`MAX_CARDS`] of the queue as one view shows it.
///
/// # Errors
/// When the record cannot be read.
pub async fn queue(pool: &Pool, filter: &Filter, now: Timestamp) -> Result<Vec<Card>> {
    queue_from(pool, filter, 0, MAX_CARDS, now).await
}

/// At most `most` cards of the queue after the first `skip`.
///
/// # Errors
/// When the record cannot be read.
pub async fn queue_from(pool: &Pool, filter: &Filter, skip: i64, most: i64, now: Timestamp) -> Result<Vec<Card>> {
    let mut connection = pool.acquire().await.context("cannot reach the record")?;
    let mut sql = Sql::default();
    let (key, direction) = order(filter.view);
    let reach = skip.saturating_add(most);
    let walks: Vec<String> = branches(filter, now, &mut sql)
        .into_iter()
        .map(|condition| {
            format!(
                "SELECT * FROM (SELECT t.id, {key} AS place FROM triage_item t WHERE {condition}
                 ORDER BY {key} {direction}, t.id {direction} LIMIT {reach}) AS walk"
            )
        })
        .collect();
    let text = format!(
        "SELECT id FROM ({}) AS walks ORDER BY place {direction}, id {direction} LIMIT {most} OFFSET {skip}",
        walks.join(" UNION ALL ")
    );
    let ids: Vec<(i64,)> = sql.all(text, &mut connection).await.context("cannot read the queue")?;
    let ids: Vec<i64> = ids.into_iter().map(|(id,)| id).collect();
    cards(&mut connection, &ids).await
}

/// How many items each view has, in the order of [`View::ALL`]; every one is counted.
///
/// # Errors
/// When the record cannot be read.
pub async fn counts(pool: &Pool, filter: &Filter, now: Timestamp) -> Result<Vec<(View, i64)>> {
    let mut counts = Vec::new();
    for view in View::ALL {
        counts.push((view, tally(pool, &Filter { view, ..filter.clone() }, i64::MAX, now).await?));
    }
    Ok(counts)
}

/// How many items the filter shows; nobody counts beyond `most`.
///
/// # Errors
/// When the record cannot be read.
pub async fn tally(pool: &Pool, filter: &Filter, most: i64, now: Timestamp) -> Result<i64> {
    let mut connection = pool.acquire().await.context("cannot reach the record")?;
    let mut sql = Sql::default();
    let walks: Vec<String> = branches(filter, now, &mut sql)
        .into_iter()
        .map(|condition| format!("SELECT * FROM (SELECT 1 FROM triage_item t WHERE {condition} LIMIT {most}) AS walk"))
        .collect();
    let text = format!("SELECT COUNT(*) FROM ({}) AS walks", walks.join(" UNION ALL "));
    let counted: Vec<(i64,)> = sql.all(text, &mut connection).await.context("cannot count the queue")?;
    Ok(counted.first().map_or(0, |(count,)| *count).min(most))
}

fn order(view: View) -> (&'static str, &'static str) {
    match view {
        View::Open | View::Mine | View::Proposals | View::Overdue => ("t.score", "DESC"),
        View::Rising => ("t.growth", "DESC"),
        View::Amplified | View::Closed | View::Today => ("t.updated_at", "DESC"),
        View::Snoozed => ("t.snoozed_until", "ASC"),
    }
}

/// The conditions of a filter, one for each walk; no item fulfils two of them.
fn branches(filter: &Filter, now: Timestamp, sql: &mut Sql) -> Vec<String> {
    let now_ms = millis(now);
    let decided = ["amplified", "routine", "rejected", "merged", "recalled"];
    let mut states = match filter.view {
        View::Open | View::Mine | View::Rising | View::Overdue => {
            let back = format!("t.state = 'snoozed' AND t.snoozed_until <= {}", sql.number(now_ms));
            vec!["t.state = 'new'".to_owned(), "t.state = 'proposed'".to_owned(), back]
        }
        View::Proposals => vec!["t.state = 'proposed'".to_owned()],
        View::Amplified => vec!["t.state = 'amplified'".to_owned()],
        View::Snoozed => vec![format!("t.state = 'snoozed' AND t.snoozed_until > {}", sql.number(now_ms))],
        View::Today => decided.map(|state| format!("t.state = '{state}'")).to_vec(),
        View::Closed => decided[1..].iter().map(|state| format!("t.state = '{state}'")).collect(),
    };
    let mut also = String::new();
    match filter.view {
        View::Mine => also += &format!(" AND t.assigned_to = {}", sql.text(&filter.me)),
        View::Rising => also += " AND t.growth > 0",
        View::Today => also += &format!(" AND t.updated_at >= {}", sql.number(start_of_day(now))),
        View::Overdue => {
            let [urgent, high, normal] = filter.due.before(now).map(|before| sql.number(before));
            also += &format!(
                " AND (t.created_at <= CASE t.level WHEN 'urgent' THEN {urgent} WHEN 'high' THEN {high} ELSE {normal} END
                     OR t.deadline <= {})",
                sql.number(now_ms)
            );
        }
        View::Open | View::Proposals | View::Amplified | View::Snoozed | View::Closed => (),
    }
    let picks = &filter.picks;
    also += &sql.pick("t.kind", &picks.kind, "");
    also += &sql.pick("COALESCE(t.level, 'none')", &picks.level, "");
    also += &sql.pick("t.topic", &picks.topic, "none");
    let with: Vec<String> = picks.portal.with.iter().chain(&filter.portal).cloned().collect();
    if !with.is_empty() {
        also += &sql.carried("IN", &with, false);
    }
    if !picks.portal.without.is_empty() {
        also += &sql.carried("NOT IN", &picks.portal.without, false);
    }
    if let Some(own) = &filter.bound_to {
        also += &sql.carried("IN", own, true);
    }
    states.iter_mut().for_each(|condition| *condition += &also);
    states
}

/// Midnight in Vietnam, in milliseconds.
fn start_of_day(now: Timestamp) -> i64 {
    let today = now.to_zoned(vietnam()).date();
    today.to_zoned(vietnam()).map_or(0, |midnight| millis(midnight.timestamp()))
}

enum Value {
    Number(i64),
    Text(String),
}

/// A statement's values, in the order of their places.
#[derive(Default)]
struct Sql(Vec<Value>);

impl Sql {
    fn number(&mut self, number: i64) -> String {
        self.0.push(Value::Number(number));
        format!("${}", self.0.len())
    }

    fn text(&mut self, text: &str) -> String {
        self.0.push(Value::Text(text.to_owned()));
        format!("${}", self.0.len())
    }

    fn list(&mut self, texts: &[String]) -> String {
        let marks: Vec<String> = texts.iter().map(|text| self.text(text)).collect();
        marks.join(", ")
    }

    /// Wanted and unwanted values of a column; `none` is the word for its empty value.
    fn pick(&mut self, column: &str, pick: &Pick, none: &str) -> String {
        let mut said = String::new();
        for (list, operator) in [(&pick.with, "IN"), (&pick.without, "NOT IN")] {
            let values: Vec<String> = list
                .iter()
                .map(|value| if !none.is_empty() && value == none { String::new() } else { value.clone() })
                .collect();
            if !values.is_empty() {
                said += &format!(" AND {column} {operator} ({})", self.list(&values));
            }
        }
        said
    }

    /// Items that these portals carry or do not.
    fn carried(&mut self, operator: &str, slugs: &[String], and_children: bool) -> String {
        let ids = if and_children {
            let first = self.0.len() + 1;
            slugs.iter().for_each(|slug| self.0.push(Value::Text(slug.clone())));
            places::with_children(slugs.len(), first)
        } else {
            format!("SELECT p.id FROM portal p WHERE p.slug IN ({})", self.list(slugs))
        };
        format!(" AND t.id {operator} (SELECT x.item_id FROM triage_place x WHERE x.portal_id IN ({ids}))")
    }

    async fn all<T>(&self, text: String, connection: &mut crate::store::Connection) -> sqlx::Result<Vec<T>>
    where
        T: for<'r> sqlx::FromRow<'r, sqlx::sqlite::SqliteRow> + Send + Unpin,
    {
        // The text is put together from the constants here and placeholders; every value is bound.
        let mut query = sqlx::query_as::<_, T>(AssertSqlSafe(text));
        for value in &self.0 {
            query = match value {
                Value::Number(number) => query.bind(number),
                Value::Text(text) => query.bind(text),
            };
        }
        query.fetch_all(connection).await
    }
}
