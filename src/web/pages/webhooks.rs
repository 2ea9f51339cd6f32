//! Webhooks in the console: where events are sent, and what became of them.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use futures::FutureExt;

use crate::accounts::table::audit;
use crate::share::deliver;
use crate::share::table::hooks::{self, Delivery, Wanted, Webhook};
use crate::share::webhook::Event;
use crate::web::Site;
use crate::web::api::webhooks::put;
use crate::web::form::Form;
use crate::web::frame::{Frame, page};
use crate::web::mistake::{Again, Mistake};
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;

/// Deliveries of each webhook that are shown.
const SHOWN: i64 = 10;

#[derive(Template)]
#[template(path = "webhooks.html")]
struct Webhooks {
    frame: Frame,
    webhooks: Vec<(Webhook, Vec<Delivery>)>,
    /// A secret that was just made, shown once: of which address, and the secret.
    made: Option<(String, String)>,
    /// What came of a test, in words.
    tested: String,
    again: Again,
}

impl Webhooks {
    fn events(&self) -> [Event; 2] {
        Event::ALL
    }
}

/// What is shown on top of the page.
#[derive(Default)]
struct News {
    made: Option<(String, String)>,
    tested: String,
    again: Again,
}

/// `GET /console/webhooks`.
pub(in crate::web) async fn show(State(site): State<Arc<Site>>, visitor: Visitor) -> Result<Response, Trouble> {
    webhooks_page(&site, &visitor, News::default()).await
}

async fn webhooks_page(site: &Site, visitor: &Visitor, news: News) -> Result<Response, Trouble> {
    let pool = site.parts.store.pool();
    let mut webhooks = Vec::new();
    for webhook in hooks::list(pool, site.now()).await? {
        let deliveries = hooks::of_webhook(pool, webhook.id, SHOWN).await?;
        webhooks.push((webhook, deliveries));
    }
    let News { made, tested, again } = news;
    let status = if again.mistake.is_none() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = page(&Webhooks { frame: Frame::of(visitor), webhooks, made, tested, again })?;
    Ok((status, shown).into_response())
}

/// `POST /console/webhooks`.
pub(in crate::web) async fn make(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Trouble> {
    let actor = visitor.account.as_ref().ok_or(Trouble::SignIn)?.name.clone();
    let portals = form.get("portals").unwrap_or_default();
    let wanted = Wanted {
        url: form.get("url").unwrap_or_default().to_owned(),
        events: form.all("event").filter_map(|word| word.parse().ok()).collect(),
        portals: portals.split([',', ' ', '\n', '\r']).filter(|s| !s.is_empty()).map(str::to_owned).collect(),
        key_id: None,
    };
    let news = match put(&site, &wanted, &actor).await {
        Ok((_, secret)) => News { made: Some((wanted.url, secret)), ..News::default() },
        Err(Trouble::Bad(problem)) => {
            News { again: Again::new(form, Mistake::of(visitor.language, &problem)), ..News::default() }
        }
        Err(other) => return Err(other),
    };
    webhooks_page(&site, &visitor, news).await
}

/// `POST /console/webhooks/{id}`: tests, changes the secret, removes, or sends again.
pub(in crate::web) async fn change(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Trouble> {
    let actor = visitor.account.as_ref().ok_or(Trouble::SignIn)?.name.clone();
    let (store, now) = (&site.parts.store, site.now());
    let found = hooks::list(store.pool(), now).await?.into_iter().find(|webhook| webhook.id.to_string() == id);
    let webhook = found.ok_or(Trouble::NotFound)?;
    let (id, url) = (webhook.id, webhook.url.clone());
    let noted = |act: &'static str| {
        let (actor, url) = (actor.clone(), url.clone());
        store.write(move |connection| async move { audit(connection, &actor, act, &url, "", now).await }.boxed())
    };
    match form.get("action") {
        Some("test") => {
            let message = format!("msg_{id}_test-{}", now.as_millisecond());
            let outcome = deliver::send(&site.parts.sender, &webhook, &message, &deliver::test_message(now), now).await;
            let tested = match outcome {
                Ok(status) => status.to_string(),
                Err(cause) => crate::store::in_words(&cause),
            };
            noted("webhook tested").await?;
            webhooks_page(&site, &visitor, News { tested, ..News::default() }).await
        }
        Some("rotate") => {
            let secret =
                store.write(move |connection| async move { hooks::rotate(connection, id, now).await }.boxed()).await?;
            noted("webhook secret changed").await?;
            webhooks_page(&site, &visitor, News { made: Some((url, secret)), ..News::default() }).await
        }
        Some("remove") => {
            store.write(move |connection| async move { hooks::remove(connection, id, now).await }.boxed()).await?;
            noted("webhook removed").await?;
            Ok(Redirect::to("/console/webhooks").into_response())
        }
        Some("enable") => {
            let pool = store.pool().clone();
            store
                .write(move |connection| async move { hooks::enable(connection, &pool, id, now).await }.boxed())
                .await?;
            noted("webhook enabled").await?;
            Ok(Redirect::to("/console/webhooks").into_response())
        }
        _ => Err(Trouble::Bad("an unknown change of a webhook".into())),
    }
}
