//! `/desk/numbers`: how long news waits for its decision, how much of it is chosen, and how often the two keys agree.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::ToSpan;
use jiff::civil::Date;

use super::bound;
use crate::clock::Timestamp;
use crate::triage::table::numbers::{self, Counted, Numbers};
use crate::triage::table::proposals::{self, Agreement};
use crate::web::Site;
use crate::web::asked::show_day;
use crate::web::form::Query;
use crate::web::frame::{Frame, page};
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;

/// Days that can be asked for.
const DAYS: [i64; 4] = [1, 7, 14, 30];
/// Portals in the table, those with most stories.
const PORTALS: usize = 60;

#[derive(Template)]
#[template(path = "desk_numbers.html")]
struct Page {
    frame: Frame,
    days: i64,
    numbers: Numbers,
    agreement: Vec<Agreement>,
    now: Timestamp,
}

/// `GET /desk/numbers?days=`.
pub(in crate::web) async fn show(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Query(fields): Query,
) -> Result<Response, Trouble> {
    let account = visitor.account.clone().ok_or(Trouble::SignIn)?;
    let (pool, now) = (site.parts.store.pool(), site.now());
    let asked = fields.get("days").and_then(|days| days.parse().ok());
    let days = asked.filter(|days| DAYS.contains(days)).unwrap_or(DAYS[1]);
    let own = bound(&account);
    let mut numbers = numbers::of(pool, days, own.as_deref(), now).await?;
    numbers.portals.truncate(PORTALS);
    let agreement = proposals::agreement(pool, now - (days * 24).hours(), own.as_deref()).await?;
    page(&Page { frame: Frame::of(&visitor), days, numbers, agreement, now })
}

impl Page {
    fn spans(&self) -> [i64; 4] {
        DAYS
    }

    fn day(&self, day: &Date) -> String {
        show_day(*day)
    }

    /// `35`, or a dash before the first decision.
    fn minutes(&self, minutes: &Option<i64>) -> String {
        minutes.map_or_else(|| "–".to_owned(), |minutes| self.frame.number(minutes))
    }

    /// Chosen of a hundred that were shown.
    fn share(&self, counted: &Counted) -> String {
        if counted.shown == 0 {
            return "–".to_owned();
        }
        format!("{} %", (counted.selected * 100 + counted.shown / 2) / counted.shown)
    }

    fn agreed(&self, agreement: &Agreement) -> String {
        agreement.percent().map_or_else(|| "–".to_owned(), |percent| format!("{percent} %"))
    }
}
