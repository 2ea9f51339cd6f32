//! The people of the house, for administrators: invite, change role and portals, disable, end sessions.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use futures::FutureExt;

use crate::accounts::table::{self, Change, Person};
use crate::accounts::{Role, Token};
use crate::portal;
use crate::web::Site;
use crate::web::form::Form;
use crate::web::frame::{Frame, page};
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;

#[derive(Template)]
#[template(path = "people.html")]
struct People {
    frame: Frame,
    people: Vec<Person>,
    /// A one-time link that was just made, shown once: for whom, and the address.
    link: Option<(String, String)>,
    link_minutes: u32,
    /// What was wrong with what was sent, in words.
    problem: String,
}

impl People {
    fn roles(&self) -> [Role; 5] {
        Role::ALL
    }
}

/// `GET /console/people`.
pub(in crate::web) async fn show(State(site): State<Arc<Site>>, visitor: Visitor) -> Result<Response, Trouble> {
    people_page(&site, &visitor, None, String::new()).await
}

async fn people_page(
    site: &Site,
    visitor: &Visitor,
    link: Option<(String, Token)>,
    problem: String,
) -> Result<Response, Trouble> {
    let people = table::people(site.parts.store.pool(), site.now()).await?;
    let address = |token: &Token| site.parts.options.address(&format!("/sign-in/{}", token.secret()));
    let link = link.map(|(name, token)| (name, address(&token)));
    let link_minutes = site.parts.accounts.link_minutes;
    let status = if problem.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = page(&People { frame: Frame::of(visitor), people, link, link_minutes, problem })?;
    Ok((status, shown).into_response())
}

/// `POST /console/people`: makes an account and its one-time link.
pub(in crate::web) async fn invite(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Trouble> {
    let actor = visitor.account.as_ref().ok_or(Trouble::SignIn)?.name.clone();
    let name = form.get("name").unwrap_or_default().to_owned();
    let (role, portals) = match rights(&site, &form).await? {
        Ok(rights) => rights,
        Err(problem) => return people_page(&site, &visitor, None, problem).await,
    };
    let (options, now, wanted) = (site.parts.accounts.clone(), site.now(), name.clone());
    let made = site.parts.store.write(move |connection| {
        async move {
            table::create(connection, &wanted, role, &portals, &actor, now).await?;
            table::link(connection, &wanted, &options, &actor, now).await
        }
        .boxed()
    });
    match made.await {
        Ok(token) => people_page(&site, &visitor, Some((name, token)), String::new()).await,
        Err(cause) => people_page(&site, &visitor, None, crate::store::in_words(&cause)).await,
    }
}

/// `POST /console/people/{name}`: changes something about a person.
pub(in crate::web) async fn change(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(name): Path<String>,
    form: Form,
) -> Result<Response, Trouble> {
    let actor = visitor.account.as_ref().ok_or(Trouble::SignIn)?.name.clone();
    let (store, now) = (&site.parts.store, site.now());
    if !table::people(store.pool(), now).await?.iter().any(|person| person.name == name) {
        return Err(Trouble::NotFound);
    }
    let wish = match form.get("action") {
        Some("link") => {
            let (options, wanted) = (site.parts.accounts.clone(), name.clone());
            let made = store.write(move |connection| {
                async move { table::link(connection, &wanted, &options, &actor, now).await }.boxed()
            });
            return people_page(&site, &visitor, Some((name, made.await?)), String::new()).await;
        }
        Some("role") => match rights(&site, &form).await? {
            Ok((role, portals)) => Change::Role(role, portals),
            Err(problem) => return people_page(&site, &visitor, None, problem).await,
        },
        Some("disable") => Change::Disable,
        Some("enable") => Change::Enable,
        Some("end_sessions") => Change::EndSessions,
        Some("forget_second") => Change::ForgetSecondFactor,
        _ => return Err(Trouble::Bad("an unknown change of an account".into())),
    };
    let changed = store
        .write(move |connection| async move { table::change(connection, &name, &wish, &actor, now).await }.boxed());
    match changed.await {
        Ok(()) => Ok(Redirect::to("/console/people").into_response()),
        Err(cause) => people_page(&site, &visitor, None, crate::store::in_words(&cause)).await,
    }
}

/// The role and portals that a form names, or what is wrong with them.
async fn rights(site: &Site, form: &Form) -> Result<Result<(Role, Vec<String>), String>, Trouble> {
    let role = match form.get("role").unwrap_or_default().parse::<Role>() {
        Ok(role) => role,
        Err(problem) => return Ok(Err(problem)),
    };
    let typed = form.get("portals").unwrap_or_default();
    let portals: Vec<String> =
        typed.split([',', ' ', '\n', '\r']).filter(|s| !s.is_empty()).map(str::to_owned).collect();
    for slug in &portals {
        if portal::table::find(site.parts.store.pool(), slug).await?.is_none() {
            return Ok(Err(format!("no portal `{slug}`")));
        }
    }
    Ok(Ok((role, portals)))
}
