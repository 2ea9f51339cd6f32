//! `GET /api/v1/decisions?portal=&since=&after=`: what the centre decided about what one's portals carry, in order.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::clock::Timestamp;
use crate::share::table::back::{Sought, told};
use crate::web::Site;
use crate::web::form::Query;
use crate::web::pages::desk::bound;
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;

/// Decisions in one answer; the next ones come with `after`.
const MOST: i64 = 500;

pub(in crate::web) async fn list(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Query(fields): Query,
) -> Result<Json<Value>, Trouble> {
    let account = visitor.account.as_ref().ok_or(Trouble::SignIn)?;
    let own = bound(account);
    let portals = match (fields.get("portal"), own) {
        (None, own) => own,
        (Some(asked), None) => Some(vec![asked.to_owned()]),
        // One that is not there and one that is somebody else's look the same.
        (Some(asked), Some(own)) if own.iter().any(|slug| slug == asked) => Some(vec![asked.to_owned()]),
        (Some(_), Some(_)) => return Err(Trouble::NotFound),
    };
    let since = match fields.get("since").map(str::parse::<Timestamp>) {
        Some(Err(_)) => return Err(Trouble::Bad("cannot understand `since` (write 2026-11-21T08:00:00Z)".into())),
        Some(Ok(at)) => Some(at),
        None => None,
    };
    let after = match fields.get("after").map(str::parse) {
        Some(Err(_)) => return Err(Trouble::Bad("cannot understand `after` (write the id of a decision)".into())),
        Some(Ok(id)) => id,
        None => 0,
    };
    let items = told(site.parts.store.pool(), &Sought { portals, since, after }, MOST).await?;
    let last = items.last().map_or(after, |told| told.id);
    Ok(Json(json!({ "items": items, "last": last })))
}
