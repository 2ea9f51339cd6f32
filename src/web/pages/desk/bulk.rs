//! One decision about many items: each is taken by itself, and those that somebody else was faster with are told.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};

use super::act::{Asked, allowed, read, take, way_back};
use super::{MOST_DONE, seen};
use crate::triage::Action;
use crate::web::Site;
use crate::web::form::Form;
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;

/// `POST /desk/decisions` with `item=ID:REVISION` for each.
pub(in crate::web) async fn decide(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Trouble> {
    let account = visitor.account.clone().ok_or(Trouble::SignIn)?;
    let now = site.now();
    let Asked { action, reason } = read(&form, now)?;
    if !allowed(&account, &action) {
        return Err(Trouble::Forbidden);
    }
    let (mut done, mut late) = (Vec::new(), Vec::new());
    for chosen in form.all("item").take(MOST_DONE) {
        let (id, revision) =
            chosen.split_once(':').ok_or_else(|| Trouble::Bad("an item is chosen as number:revision".into()))?;
        let revision = revision.parse().map_err(|_| Trouble::Bad("an item is chosen as number:revision".into()))?;
        // What one may not see is not there.
        let card = match seen(&site, &visitor, id).await {
            Ok(card) => card,
            Err(Trouble::NotFound) => continue,
            Err(other) => return Err(other),
        };
        // The one that the others are merged into may be among those chosen.
        if matches!(action, Action::Merge { into } if into == card.id) {
            continue;
        }
        match take(&site, &account, card.id, action.clone(), revision, reason.clone(), now).await? {
            Ok(_) => done.push(card.id.to_string()),
            Err(_) => late.push(card.id.to_string()),
        }
    }
    let back = way_back(&form);
    let mark = if back.contains('?') { '&' } else { '?' };
    let late = if late.is_empty() { String::new() } else { format!("&late={}", late.join(",")) };
    Ok(Redirect::to(&format!("{back}{mark}done={}{late}#queue", done.join(","))).into_response())
}
