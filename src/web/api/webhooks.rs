//! `/api/v1/webhooks`: where a key wants events sent. A key sees, makes and removes its own, and is told of what its
//! portals carry.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use crate::accounts::Key;
use crate::accounts::table::audit;
use crate::share::table::hooks::{self, Wanted, Webhook};
use crate::share::webhook::Event;
use crate::web::Site;
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;

/// Webhooks of one key.
const MOST: usize = 10;
/// Characters of an address.
const MAX_URL: usize = 2_048;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    url: Url,
    #[serde(default)]
    events: Option<Vec<String>>,
}

/// `GET /api/v1/webhooks`.
pub(in crate::web) async fn list(State(site): State<Arc<Site>>, visitor: Visitor) -> Result<Json<Value>, Trouble> {
    let key = visitor.key.as_ref().ok_or(Trouble::SignIn)?;
    Ok(Json(json!({ "items": own(&site, key).await? })))
}

/// `POST /api/v1/webhooks` with `{"url":"https://…","events":["amplified","decision"]}`.
pub(in crate::web) async fn make(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    body: Bytes,
) -> Result<Response, Trouble> {
    let key = visitor.key.as_ref().ok_or(Trouble::SignIn)?;
    let asked: Asked =
        serde_json::from_slice(&body).map_err(|cause| Trouble::Bad(format!("cannot read the webhook: {cause}")))?;
    if own(&site, key).await?.len() >= MOST {
        return Err(Trouble::Bad(format!("a key has {MOST} webhooks at most (remove one)")));
    }
    let events = match &asked.events {
        None => Event::ALL.to_vec(),
        Some(words) => words.iter().map(|word| word.parse()).collect::<Result<_, _>>().map_err(Trouble::Bad)?,
    };
    let wanted = Wanted { url: asked.url.to_string(), events, portals: key.portals.clone(), key_id: Some(key.id) };
    let (id, secret) = put(&site, &wanted, &key.actor()).await?;
    let made = own(&site, key).await?.into_iter().find(|webhook| webhook.id == id);
    let mut told = json!(made);
    told["secret"] = json!(secret);
    Ok((StatusCode::CREATED, Json(told)).into_response())
}

/// Makes a webhook, when its address may be sent to; answers with its number and its secret.
pub(in crate::web) async fn put(site: &Site, wanted: &Wanted, actor: &str) -> Result<(i64, String), Trouble> {
    let url = Url::parse(&wanted.url).map_err(|cause| Trouble::Bad(format!("cannot read the address: {cause}")))?;
    if wanted.url.len() > MAX_URL || !url.username().is_empty() || url.password().is_some() {
        return Err(Trouble::Bad(format!("an address has at most {MAX_URL} characters, no name and no password")));
    }
    if wanted.events.is_empty() {
        return Err(Trouble::Bad("say what is to be sent: amplified, decision".into()));
    }
    let allowed = site.parts.sender.check_by_name(&url).await;
    allowed.map_err(|cause| Trouble::Bad(format!("cannot send to this address: {cause}")))?;
    let (wanted, actor, now) = (wanted.clone(), actor.to_owned(), site.now());
    let made = site.parts.store.write(move |connection| {
        async move {
            let made = hooks::make(connection, &wanted, &actor, now).await?;
            audit(connection, &actor, "webhook made", &wanted.url, &wanted.portals.join(" "), now).await?;
            Ok(made)
        }
        .boxed()
    });
    Ok(made.await?)
}

/// `DELETE /api/v1/webhooks/{id}`.
pub(in crate::web) async fn remove(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<StatusCode, Trouble> {
    let key = visitor.key.as_ref().ok_or(Trouble::SignIn)?;
    let webhook = own(&site, key).await?.into_iter().find(|webhook| webhook.id.to_string() == id);
    let Webhook { id, url, .. } = webhook.ok_or(Trouble::NotFound)?;
    let (actor, now) = (key.actor(), site.now());
    let removed = site.parts.store.write(move |connection| {
        async move {
            hooks::remove(connection, id, now).await?;
            audit(connection, &actor, "webhook removed", &url, "", now).await
        }
        .boxed()
    });
    removed.await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn own(site: &Site, key: &Key) -> Result<Vec<Webhook>, Trouble> {
    let mut webhooks = hooks::list(site.parts.store.pool(), site.now()).await?;
    webhooks.retain(|webhook| webhook.key_id == Some(key.id));
    Ok(webhooks)
}
