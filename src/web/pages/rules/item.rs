//! Why each rule holds for an item of the queue or does not, and what rules did with it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use crate::triage::Card;
use crate::triage::rules::table::{self, Hit, Notice};
use crate::triage::rules::{self, Check, Mode, Ready};
use crate::web::Site;
use crate::web::frame::{Frame, page};
use crate::web::outward;
use crate::web::pages::desk::seen;
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;

use super::words;

#[derive(Template)]
#[template(path = "rules_item.html")]
struct RulesOfItem {
    frame: Frame,
    card: Card,
    hits: Vec<Hit>,
    notices: Vec<Notice>,
    explained: Vec<Explained>,
}

/// One rule beside the item.
struct Explained {
    id: i64,
    name: String,
    mode: Mode,
    holds: bool,
    checks: Vec<Check>,
}

/// `GET /desk/items/{id}/rules`.
pub(in crate::web) async fn show(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Trouble> {
    let card = seen(&site, &visitor, &id).await?;
    let (pool, now) = (site.parts.store.pool(), site.now());
    let subject = rules::subject(pool, card.id).await?.ok_or(Trouble::NotFound)?;
    let kept = table::list(pool, now).await?;
    let ready = Ready::new(kept.iter().map(|kept| (kept.id, kept.rule.clone())).collect());
    let explain = |id| {
        let mut checks = ready.explain(id, &subject).unwrap_or_default();
        checks.iter_mut().for_each(|check| check.found = outward::masked(&check.found));
        checks
    };
    let explained = kept.into_iter().map(|kept| {
        let checks = explain(kept.id);
        let holds = checks.iter().all(|check| check.holds);
        Explained { id: kept.id, name: kept.rule.name, mode: kept.rule.mode, holds, checks }
    });
    // What holds comes first; within that, the order of the rules.
    let (holding, not): (Vec<Explained>, Vec<Explained>) = explained.partition(|explained| explained.holds);
    let explained = holding.into_iter().chain(not).collect();
    let hits = table::hits_of(pool, &card.story).await?;
    let notices = table::notices(pool, Some(&card.story)).await?;
    page(&RulesOfItem { frame: Frame::of(&visitor), card, hits, notices, explained })
}
