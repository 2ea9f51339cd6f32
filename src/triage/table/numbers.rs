//! How the desk does: how long news waits for its decision, and how much of it is chosen. Never who decided.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context, Result};
use jiff::ToSpan;
use jiff::civil::Date;
use sqlx::AssertSqlSafe;

use super::places;
use crate::clock::{Timestamp, vietnam};
use crate::store::{Pool, instant, millis};

/// Items that are looked at; beyond it the oldest are left out.
const MOST: i64 = 200_000;

/// The numbers of some days.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Numbers {
    /// Minutes from publishing to the first decision.
    pub waited: Waited,
    /// When the oldest item that still waits was published.
    pub oldest_waiting: Option<Timestamp>,
    /// By day in Vietnam, latest first.
    pub days: Vec<(Date, Counted)>,
    /// By portal (slug and name) that had the story first, most shown first.
    pub portals: Vec<(String, String, Counted)>,
}

/// Minutes of waiting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waited {
    /// Half of the decisions came sooner.
    pub median: Option<i64>,
    /// 95 of a hundred came sooner.
    pub percentile_95: Option<i64>,
}

/// What entered the queue, and what became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Items that entered the queue.
    pub shown: i64,
    /// Of these, decided by now.
    pub decided: i64,
    /// Of these, chosen for amplification at some time.
    pub selected: i64,
    /// How long those that are decided waited.
    pub waited: Waited,
}

#[derive(sqlx::FromRow)]
struct Row {
    created_at: i64,
    decided_at: Option<i64>,
    amplified_at: Option<i64>,
    published_at: i64,
    portal_id: i64,
}

/// The numbers of the items that entered the queue within the last `days`; for an officer those of its own portals.
///
/// # Errors
/// When the record cannot be read.
pub async fn of(pool: &Pool, days: i64, own: Option<&[String]>, now: Timestamp) -> Result<Numbers> {
    let today = now.to_zoned(vietnam()).date();
    let first = today.saturating_sub((days - 1).max(0).days());
    let since = first.to_zoned(vietnam()).map_or(0, |midnight| millis(midnight.timestamp()));
    let bound = own.map_or(String::new(), |own| {
        let ids = places::with_children(own.len(), 3);
        format!("AND t.id IN (SELECT x.item_id FROM triage_place x WHERE x.portal_id IN ({ids}))")
    });
    let sql = format!(
        "SELECT t.created_at, t.decided_at, t.amplified_at, COALESCE(t.published_at, t.created_at) AS published_at,
                t.portal_id
         FROM triage_item t
         WHERE t.created_at >= $1 AND t.portal_id IS NOT NULL {bound} ORDER BY t.created_at DESC LIMIT $2"
    );
    let mut query = sqlx::query_as::<_, Row>(AssertSqlSafe(sql)).bind(since).bind(MOST);
    for slug in own.unwrap_or_default() {
        query = query.bind(slug);
    }
    let rows = query.fetch_all(pool).await.context("cannot read the numbers of the desk")?;
    let portals: Vec<(i64, String, String)> = sqlx::query_as("SELECT id, slug, name FROM portal")
        .fetch_all(pool)
        .await
        .context("cannot read the names of portals")?;
    let names = portals.into_iter().map(|(id, slug, name)| (id, (slug, name))).collect();
    Ok(Numbers { oldest_waiting: oldest_waiting(pool, own).await?, ..count(&rows, &names) })
}

/// Of what waits, not what is put off.
async fn oldest_waiting(pool: &Pool, own: Option<&[String]>) -> Result<Option<Timestamp>> {
    let bound = own.map_or(String::new(), |own| {
        let ids = places::with_children(own.len(), 1);
        format!("AND t.id IN (SELECT x.item_id FROM triage_place x WHERE x.portal_id IN ({ids}))")
    });
    // The one that came first is near enough the oldest, and one step in an index.
    let sql = format!(
        "SELECT COALESCE(t.published_at, t.created_at) FROM triage_item t
         WHERE t.state IN ('new', 'proposed') {bound} ORDER BY t.created_at LIMIT 1"
    );
    let mut query = sqlx::query_scalar::<_, i64>(AssertSqlSafe(sql));
    for slug in own.unwrap_or_default() {
        query = query.bind(slug);
    }
    let oldest = query.fetch_optional(pool).await.context("cannot read what waits longest")?;
    Ok(oldest.map(instant))
}

#[derive(Default)]
struct Heap {
    counted: Counted,
    minutes: Vec<i64>,
}

impl Heap {
    fn add(&mut self, row: &Row) {
        self.counted.shown += 1;
        self.counted.selected += i64::from(row.amplified_at.is_some());
        if let Some(decided) = row.decided_at {
            self.counted.decided += 1;
            self.minutes.push(((decided - row.published_at) / 60_000).max(0));
        }
    }

    fn counted(mut self) -> Counted {
        self.minutes.sort_unstable();
        Counted { waited: waited(&self.minutes), ..self.counted }
    }
}

/// Of sorted minutes; the nearest rank.
fn waited(minutes: &[i64]) -> Waited {
    let rank = |percent: usize| minutes.get((minutes.len() * percent).div_ceil(100).saturating_sub(1)).copied();
    Waited { median: rank(50), percentile_95: rank(95) }
}

fn count(rows: &[Row], names: &HashMap<i64, (String, String)>) -> Numbers {
    let (mut all, mut days) = (Heap::default(), BTreeMap::<Date, Heap>::new());
    let mut portals = HashMap::<i64, Heap>::new();
    for row in rows {
        all.add(row);
        days.entry(instant(row.created_at).to_zoned(vietnam()).date()).or_default().add(row);
        portals.entry(row.portal_id).or_default().add(row);
    }
    let mut portals: Vec<(String, String, Counted)> = portals
        .into_iter()
        .filter_map(|(id, heap)| names.get(&id).map(|(slug, name)| (slug.clone(), name.clone(), heap.counted())))
        .collect();
    portals.sort_by(|a, b| (b.2.shown, &a.0).cmp(&(a.2.shown, &b.0)));
    Numbers {
        waited: all.counted().waited,
        oldest_waiting: None,
        days: days.into_iter().rev().map(|(day, heap)| (day, heap.counted())).collect(),
        portals,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_the_nearest() {
        let check = |minutes: &[i64], expected| {
            let found = waited(minutes);
            assert_eq!((found.median, found.percentile_95), expected, "{minutes:?}");
        };
        check(&[], (None, None));
        check(&[7], (Some(7), Some(7)));
        check(&[1, 2, 3, 4], (Some(2), Some(4)));
        check(&(1..=100).collect::<Vec<_>>(), (Some(50), Some(95)));
    }

    #[test]
    fn each_item_counts_on_its_day_and_for_its_portal() {
        let row = |day: i64, decided: Option<i64>, portal_id: i64| Row {
            created_at: day * 86_400_000,
            decided_at: decided.map(|minutes| day * 86_400_000 + minutes * 60_000),
            amplified_at: decided,
            published_at: day * 86_400_000,
            portal_id,
        };
        let names = [(1, "a"), (2, "b")].map(|(id, slug)| (id, (slug.to_owned(), slug.to_owned()))).into();
        let numbers = count(&[row(1, Some(10), 1), row(1, None, 1), row(2, Some(30), 2)], &names);
        let told: Vec<_> = numbers.days.iter().map(|(_, day)| (day.shown, day.decided, day.selected)).collect();
        assert_eq!(told, [(1, 1, 1), (2, 1, 1)]);
        let told: Vec<_> = numbers.portals.iter().map(|(slug, _, all)| (slug.as_str(), all.shown)).collect();
        assert_eq!(told, [("a", 2), ("b", 1)]);
        assert_eq!(numbers.waited, Waited { median: Some(10), percentile_95: Some(30) });
    }
}
