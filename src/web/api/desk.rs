//! The desk for programs: the twins of its pages, over the same functions.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::triage::{self, Action, Filter, Refused};
use crate::web::Site;
use crate::web::form::Query;
use crate::web::pages::desk::{allowed, bound, seen, take};
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;

/// `GET /api/v1/desk/items?state=open|amplified|snoozed|closed&portal=`.
pub(in crate::web) async fn queue(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Query(fields): Query,
) -> Result<Json<Value>, Trouble> {
    let account = visitor.account.as_ref().ok_or(Trouble::SignIn)?;
    let view = fields.get("state").map(str::parse).transpose().map_err(Trouble::Bad)?.unwrap_or_default();
    let filter = Filter {
        view,
        portal: fields.get("portal").map(str::to_owned),
        bound_to: bound(account),
        me: account.name.clone(),
        due: site.parts.triage.due(),
        ..Filter::default()
    };
    let cards = triage::table::queue(site.parts.store.pool(), &filter, site.now()).await?;
    Ok(Json(json!({ "items": cards })))
}

/// `POST /api/v1/desk/items/{id}/decisions` with `{"action":"amplify","level":"high","revision":1}`.
pub(in crate::web) async fn decide(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Response, Trouble> {
    let card = seen(&site, &visitor, &id).await?;
    let account = visitor.account.as_ref().ok_or(Trouble::SignIn)?;
    let (action, revision, reason) = read(&body)?;
    if !allowed(account, &action) {
        return Err(Trouble::Forbidden);
    }
    match take(&site, account, card.id, action, revision, reason, site.now()).await? {
        Ok(decided) => {
            let answer =
                json!({ "id": card.id, "state": decided.to, "from": decided.from, "revision": decided.revision });
            Ok(Json(answer).into_response())
        }
        Err(Refused::Unknown) => Err(Trouble::NotFound),
        Err(Refused::Conflict { card, since }) => {
            Ok(conflict("somebody decided first", &json!({ "item": card, "since": since })))
        }
        Err(Refused::Not(refusal)) => Ok(conflict(&refusal.to_string(), &json!({}))),
    }
}

/// What a body asks for. The fields of the action are checked strictly: a misspelt one is no decision.
fn read(body: &[u8]) -> Result<(Action, i64, String), Trouble> {
    let bad = |why: String| Trouble::Bad(format!("cannot read the decision: {why}"));
    let mut fields: serde_json::Map<String, Value> =
        serde_json::from_slice(body).map_err(|cause| bad(cause.to_string()))?;
    let revision = fields.remove("revision").and_then(|number| number.as_i64());
    let revision = revision.ok_or_else(|| bad("`revision` is missing".into()))?;
    let reason = match fields.remove("reason") {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(reason)) => reason,
        Some(_) => return Err(bad("`reason` is a text".into())),
    };
    let names: Vec<String> = fields.keys().cloned().collect();
    let action: Action = serde_json::from_value(Value::Object(fields)).map_err(|cause| bad(cause.to_string()))?;
    // serde lets an action without fields of its own have any.
    let known = serde_json::to_value(&action).unwrap_or_default();
    if let Some(name) = names.iter().find(|name| known.get(name.as_str()).is_none()) {
        return Err(bad(format!("unknown field `{name}`")));
    }
    Ok((action, revision, reason))
}

/// 409 as a problem document (RFC 9457) that shows what happened.
pub(super) fn conflict(detail: &str, more: &Value) -> Response {
    let status = StatusCode::CONFLICT;
    let mut body = json!({ "type": "about:blank", "title": "Conflict", "status": 409, "detail": detail });
    if let (Some(body), Some(more)) = (body.as_object_mut(), more.as_object()) {
        body.extend(more.clone());
    }
    (status, [(CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions_are_read_strictly() {
        let check = |body: &str, good: bool| assert_eq!(read(body.as_bytes()).is_ok(), good, "{body}");
        check(r#"{"action":"amplify","level":"urgent","revision":3,"reason":"bão"}"#, true);
        check(r#"{"action":"reject","revision":1}"#, true);
        check(r#"{"action":"snooze","until":"2026-11-22T00:00:00Z","revision":1}"#, true);
        check(r#"{"action":"reject"}"#, false);
        check(r#"{"action":"reject","revision":"1"}"#, false);
        check(r#"{"action":"amplify","level":"urgent","revision":1,"actor":"somebody"}"#, false);
        check(r#"{"action":"publish","revision":1}"#, false);
        check("[]", false);
        check("", false);
        check(&"[".repeat(10_000), false);
    }
}
