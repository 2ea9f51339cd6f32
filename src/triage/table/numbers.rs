//! How the desk does: how long news waits for its decision, and how much of it is chosen. Never who decided.

use std::collections::HashMap;

use anyhow::{Context, Result};
use jiff::ToSpan;
use jiff::civil::Date;
use sqlx::AssertSqlSafe;

use super::places;
use crate::clock::{Timestamp, vietnam};
use crate::store::{Connection, Pool, instant, joined, millis};

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

/// What the numbers ask of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Line {
    portal: i64,
    amplified: bool,
    /// Minutes from publishing to the first decision.
    waited: Option<i64>,
}

/// Minutes that a line can hold: seven years.
const MOST_MINUTES: i64 = (1 << 22) - 2;

impl Line {
    /// The line as one number, in SQL; [`Line::read`] takes it apart again.
    fn written() -> String {
        let minutes = "(t.decided_at - COALESCE(t.published_at, t.created_at)) / 60000";
        format!(
            "(t.portal_id * 2 + CASE WHEN t.amplified_at IS NULL THEN 0 ELSE 1 END) * {} + CASE
                WHEN t.decided_at IS NULL THEN 0 WHEN {minutes} < 0 THEN 1 WHEN {minutes} > {MOST_MINUTES}
                THEN {MOST_MINUTES} + 1 ELSE {minutes} + 1 END",
            MOST_MINUTES + 2
        )
    }

    fn read(number: &str) -> Option<Self> {
        let number: i64 = number.parse().ok()?;
        let (rest, waited) = (number / (MOST_MINUTES + 2), number % (MOST_MINUTES + 2));
        Some(Self { portal: rest / 2, amplified: rest % 2 == 1, waited: (waited > 0).then_some(waited - 1) })
    }
}

/// The numbers of the items that entered the queue within the last `days`; for an officer those of its own portals.
///
/// # Errors
/// When the record cannot be read.
pub async fn of(pool: &Pool, days: i64, own: Option<&[String]>, now: Timestamp) -> Result<Numbers> {
    let today = now.to_zoned(vietnam()).date();
    let mut connection = pool.acquire().await.context("cannot reach the record")?;
    let (mut lines, mut room) = (Vec::new(), MOST);
    for back in 0..days.max(1) {
        let day = today.saturating_sub(back.days());
        let of_day = entered_on(&mut connection, day, own, room).await?;
        room -= i64::try_from(of_day.len()).unwrap_or(MOST);
        lines.push((day, of_day));
    }
    let portals: Vec<(i64, String, String)> = sqlx::query_as("SELECT id, slug, name FROM portal")
        .fetch_all(&mut *connection)
        .await
        .context("cannot read the names of portals")?;
    let names = portals.into_iter().map(|(id, slug, name)| (id, (slug, name))).collect();
    Ok(Numbers { oldest_waiting: oldest_waiting(pool, own).await?, ..count(&lines, &names) })
}

/// The items that entered the queue on a day in Vietnam, the latest of them where there is no room for all.
async fn entered_on(connection: &mut Connection, day: Date, own: Option<&[String]>, room: i64) -> Result<Vec<Line>> {
    let midnight = |day: Date| day.to_zoned(vietnam()).map_or(0, |midnight| millis(midnight.timestamp()));
    let bound = own.map_or(String::new(), |own| {
        let ids = places::with_children(own.len(), 4);
        format!("AND t.id IN (SELECT x.item_id FROM triage_place x WHERE x.portal_id IN ({ids}))")
    });
    let sql = format!(
        "SELECT {} FROM (SELECT {} AS line FROM triage_item t WHERE t.created_at >= $1 AND t.created_at < $2
            AND t.portal_id IS NOT NULL {bound} ORDER BY t.created_at DESC LIMIT $3) AS entered",
        joined("line"),
        Line::written()
    );
    let query = sqlx::query_scalar::<_, Option<String>>(AssertSqlSafe(sql));
    let mut query = query.bind(midnight(day)).bind(midnight(day.saturating_add(1.day()))).bind(room);
    for slug in own.unwrap_or_default() {
        query = query.bind(slug);
    }
    let lines = query.fetch_one(connection).await.context("cannot read the numbers of the desk")?;
    Ok(lines.unwrap_or_default().split(',').filter_map(Line::read).collect())
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
    fn add(&mut self, line: &Line) {
        self.counted.shown += 1;
        self.counted.selected += i64::from(line.amplified);
        if let Some(minutes) = line.waited {
            self.counted.decided += 1;
            self.minutes.push(minutes);
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

/// `lines` are those of each day, latest first.
fn count(lines: &[(Date, Vec<Line>)], names: &HashMap<i64, (String, String)>) -> Numbers {
    let (mut all, mut days, mut portals) = (Heap::default(), Vec::new(), HashMap::<i64, Heap>::new());
    for (day, lines) in lines.iter().filter(|(_, lines)| !lines.is_empty()) {
        let mut of_day = Heap::default();
        for line in lines {
            all.add(line);
            of_day.add(line);
            portals.entry(line.portal).or_default().add(line);
        }
        days.push((*day, of_day.counted()));
    }
    let mut portals: Vec<(String, String, Counted)> = portals
        .into_iter()
        .filter_map(|(id, heap)| names.get(&id).map(|(slug, name)| (slug.clone(), name.clone(), heap.counted())))
        .collect();
    portals.sort_by(|a, b| (b.2.shown, &a.0).cmp(&(a.2.shown, &b.0)));
    Numbers { waited: all.counted().waited, oldest_waiting: None, days, portals }
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
        let line = |waited: Option<i64>, portal: i64| Line { portal, amplified: waited.is_some(), waited };
        let names = [(1, "a"), (2, "b")].map(|(id, slug)| (id, (slug.to_owned(), slug.to_owned()))).into();
        let day = |day: i8| Date::constant(2026, 11, day);
        let lines =
            [(day(3), vec![line(Some(30), 2)]), (day(2), Vec::new()), (day(1), vec![line(Some(10), 1), line(None, 1)])];
        let numbers = count(&lines, &names);
        let told: Vec<_> = numbers.days.iter().map(|(day, c)| (day.day(), c.shown, c.decided, c.selected)).collect();
        assert_eq!(told, [(3, 1, 1, 1), (1, 2, 1, 1)]);
        let told: Vec<_> = numbers.portals.iter().map(|(slug, _, all)| (slug.as_str(), all.shown)).collect();
        assert_eq!(told, [("a", 2), ("b", 1)]);
        assert_eq!(numbers.waited, Waited { median: Some(10), percentile_95: Some(30) });
    }

    /// What the record writes is read as it was meant, at every edge.
    #[tokio::test]
    async fn items_are_read_as_they_stand() {
        use futures::FutureExt;

        use crate::store::Store;
        use crate::triage::Score;
        use crate::triage::table::{bare_story, enter};
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("lantoa.db")).await.expect("a record");
        let now: Timestamp = "2026-11-21T08:00:00Z".parse().expect("a time");
        let hour = 3_600_000;
        // When each entered, was published and decided, in milliseconds from now; and whether it was amplified.
        let items: [(i64, Option<i64>, Option<i64>, bool); 7] = [
            (-hour, Some(-2 * hour), Some(0), true),
            (-hour, None, Some(0), false),
            (-hour, Some(-hour), None, false),
            // Published after it was decided; and a thousand years before.
            (-hour, Some(hour), Some(0), false),
            (-hour, Some(-8_766_000 * hour), Some(0), true),
            // Midnight in Vietnam is at 17:00 UTC: the first instant of the day, and the last one before it.
            (-15 * hour, None, None, false),
            (-15 * hour - 1, None, Some(0), false),
        ];
        let filled = store.write(move |connection| {
            async move {
                for (at, (entered, published, decided, amplified)) in items.into_iter().enumerate() {
                    let story = format!("s{at}");
                    bare_story(connection, &story).await?;
                    enter(connection, &story, &Score::default(), now).await?;
                    sqlx::query(
                        "UPDATE triage_item SET created_at = $2, published_at = $3, decided_at = $4, amplified_at = $5,
                                portal_id = 7 WHERE story_id = $1",
                    )
                    .bind(story)
                    .bind(millis(now) + entered)
                    .bind(published.map(|at| millis(now) + at))
                    .bind(decided.map(|at| millis(now) + at))
                    .bind(amplified.then_some(millis(now)))
                    .execute(&mut *connection)
                    .await?;
                }
                Ok(())
            }
            .boxed()
        });
        filled.await.expect("the items are kept");
        let numbers = of(store.pool(), 2, None, now).await.expect("numbers");
        let told: Vec<_> = numbers.days.iter().map(|(_, c)| (c.shown, c.decided, c.selected, c.waited)).collect();
        let waited = |median, percentile_95| Waited { median: Some(median), percentile_95: Some(percentile_95) };
        assert_eq!(told, [(6, 4, 2, waited(60, MOST_MINUTES)), (1, 1, 0, waited(900, 900))]);
        let mut connection = store.pool().acquire().await.expect("a connection");
        let day = now.to_zoned(vietnam()).date();
        let lines = entered_on(&mut connection, day, None, 100).await.expect("lines");
        assert!(lines.iter().all(|line| line.portal == 7));
        let mut minutes: Vec<_> = lines.iter().map(|line| line.waited).collect();
        minutes.sort_unstable();
        assert_eq!(minutes, [None, None, Some(0), Some(60), Some(120), Some(MOST_MINUTES)]);
        assert_eq!(entered_on(&mut connection, day, None, 2).await.expect("lines").len(), 2);
    }
}
