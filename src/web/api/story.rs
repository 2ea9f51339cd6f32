//! Stories for programs: the twins of a story's page, for everybody and at the desk.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::desk::conflict;
use crate::archive::stories;
use crate::archive::telling::Telling;
use crate::triage::MAX_REASON;
use crate::triage::stories::Declined;
use crate::web::Site;
use crate::web::pages::desk_story;
use crate::web::pages::story::{known, lag_minutes};
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;

/// `GET /api/v1/desk/questions`: the matches that wait for an editor.
pub(in crate::web) async fn questions(State(site): State<Arc<Site>>) -> Result<Json<Value>, Trouble> {
    let (questions, total) = stories::open_questions(site.parts.store.pool()).await?;
    Ok(Json(json!({ "total": total, "questions": questions })))
}

/// `POST /api/v1/desk/stories/{id}/decisions` with `{"act":"same","question":7}`, `{"act":"detach","article":"…"}` or
/// `{"act":"lead","article":"…"}`.
pub(in crate::web) async fn deal(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Response, Trouble> {
    let account = visitor.account.as_ref().ok_or(Trouble::SignIn)?;
    let asked: Asked = serde_json::from_slice(&body)
        .map_err(|cause| Trouble::Bad(format!("cannot read the decision about a story: {cause}")))?;
    let question = asked.question.map(|number| number.to_string());
    let deed = desk_story::deed(Some(&asked.act), question.as_deref(), asked.article.as_deref())?;
    let reason = asked.reason.chars().take(MAX_REASON).collect();
    match desk_story::take(&site, account, &id, deed, reason).await? {
        Ok(dealt) => {
            Ok(Json(json!({ "item": dealt.item, "story": dealt.story, "other": dealt.other })).into_response())
        }
        Err(Declined::Unknown) => Err(Trouble::NotFound),
        Err(Declined::Answered(question)) => Ok(conflict("somebody answered first", &json!({ "question": *question }))),
        Err(Declined::BothAmplified) => Ok(conflict("both stories are being spread (recall one first)", &json!({}))),
    }
}

/// What a body asks for; a misspelt field is no decision.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    act: String,
    #[serde(default)]
    question: Option<i64>,
    #[serde(default)]
    article: Option<String>,
    #[serde(default)]
    reason: String,
}

/// `GET /api/v1/stories/{id}`; the id of any article of the story will do.
pub(in crate::web) async fn show(
    State(site): State<Arc<Site>>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Trouble> {
    let known = known(&site, &id).await?;
    let first = known.tellings.first();
    let item = |telling: &Telling| {
        json!({
            "id": telling.id,
            "title": telling.title,
            "portal": telling.portal,
            "portal_name": telling.portal_name,
            "kind": telling.kind,
            "published_at": telling.at,
            "date_only": telling.date_only,
            "first_seen_at": telling.first_seen_at,
            "appeared_at": telling.appeared_at,
            "copy": telling.copy,
            "credit": telling.credit,
            "lag_minutes": first.and_then(|first| lag_minutes(first, telling)),
            "status": if telling.live { "live" } else { "gone" },
        })
    };
    Ok(Json(json!({
        "id": known.id,
        "title": first.map(|first| &first.title),
        "origin": first.map(|first| &first.id),
        "articles": known.articles,
        "portals": known.portals,
        "items": known.tellings.iter().map(item).collect::<Vec<_>>(),
    })))
}
