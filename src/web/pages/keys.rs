//! Keys of programs, for administrators: made and shown once, revoked at once.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use futures::FutureExt;

use crate::accounts::Scope;
use crate::accounts::table::keys::{self, Listed, Wanted};
use crate::web::Site;
use crate::web::form::Form;
use crate::web::frame::{Frame, page};
use crate::web::mistake::{Again, Mistake};
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;

#[derive(Template)]
#[template(path = "keys.html")]
struct Keys {
    frame: Frame,
    keys: Vec<Listed>,
    /// A key that was just made: its name and its secret, shown once.
    made: Option<(String, String)>,
    /// The form for a new one, with what was typed when it could not be made.
    again: Again,
}

impl Keys {
    fn scopes(&self) -> [Scope; 6] {
        Scope::ALL
    }
}

/// `GET /console/keys`.
pub(in crate::web) async fn show(State(site): State<Arc<Site>>, visitor: Visitor) -> Result<Response, Trouble> {
    keys_page(&site, &visitor, None, Again::default()).await
}

async fn keys_page(
    site: &Site,
    visitor: &Visitor,
    made: Option<(String, String)>,
    again: Again,
) -> Result<Response, Trouble> {
    let keys = keys::list(site.parts.store.pool()).await?;
    let status = if again.mistake.is_none() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, page(&Keys { frame: Frame::of(visitor), keys, made, again })?).into_response())
}

/// `POST /console/keys`.
pub(in crate::web) async fn make(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Trouble> {
    let (actor, now) = (visitor.account.as_ref().ok_or(Trouble::SignIn)?.name.clone(), site.now());
    let portals = form.get("portals").unwrap_or_default();
    let wanted = Wanted {
        name: form.get("name").unwrap_or_default().to_owned(),
        scopes: form.all("scope").filter_map(|word| word.parse().ok()).collect(),
        portals: portals.split([',', ' ', '\n', '\r']).filter(|s| !s.is_empty()).map(str::to_owned).collect(),
        // What is no number of days must not become a key without end.
        days: form.get("days").map(|days| days.parse().unwrap_or_default()),
    };
    let made = site
        .parts
        .store
        .write(move |connection| async move { keys::make(connection, &wanted, &actor, now).await }.boxed());
    match made.await {
        Ok((key, secret)) => keys_page(&site, &visitor, Some((key.name, secret)), Again::default()).await,
        Err(cause) => {
            let mistake = Mistake::of(visitor.language, &crate::store::in_words(&cause));
            keys_page(&site, &visitor, None, Again::new(form, mistake)).await
        }
    }
}

/// `POST /console/keys/{prefix}`: ends a key.
pub(in crate::web) async fn revoke(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(prefix): Path<String>,
) -> Result<Response, Trouble> {
    let (actor, now) = (visitor.account.as_ref().ok_or(Trouble::SignIn)?.name.clone(), site.now());
    let holds = |listed: &Listed| listed.key.prefix == prefix && listed.revoked_at.is_none();
    if !keys::list(site.parts.store.pool()).await?.iter().any(holds) {
        return Err(Trouble::NotFound);
    }
    let revoked = site
        .parts
        .store
        .write(move |connection| async move { keys::revoke(connection, &prefix, &actor, now).await }.boxed());
    revoked.await?;
    Ok(Redirect::to("/console/keys").into_response())
}
