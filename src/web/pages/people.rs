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
use crate::web::mistake::{Again, Mistake};
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
    /// What was sent and could not be done, to be shown again in its form.
    again: Again,
    /// The form for a new one: what was typed into it.
    invited: Again,
    /// Whose form it was; nobody's for the one that invites.
    whose: Option<String>,
}

impl People {
    fn roles(&self) -> [Role; 5] {
        Role::ALL
    }

    /// A person's form, with what was typed into it.
    fn changed(&self, person: &Person) -> Again {
        let is_theirs = self.whose.as_ref() == Some(&person.name);
        if is_theirs { self.again.clone() } else { Again::default() }
    }
}

/// `GET /console/people`.
pub(in crate::web) async fn show(State(site): State<Arc<Site>>, visitor: Visitor) -> Result<Response, Trouble> {
    people_page(&site, &visitor, None, None).await
}

async fn people_page(
    site: &Site,
    visitor: &Visitor,
    link: Option<(String, Token)>,
    refused: Option<Refused>,
) -> Result<Response, Trouble> {
    let people = table::people(site.parts.store.pool(), site.now()).await?;
    let address = |token: &Token| site.parts.options.address(&format!("/sign-in/{}", token.secret()));
    let link = link.map(|(name, token)| (name, address(&token)));
    let link_minutes = site.parts.accounts.link_minutes;
    let status = if refused.is_none() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let Refused { whose, typed, message } = refused.unwrap_or_default();
    let again = match message.is_empty() {
        true => Again::default(),
        false => Again::new(typed, Mistake::of(visitor.language, &message)),
    };
    let invited = if whose.is_none() { again.clone() } else { Again::default() };
    let shown = page(&People { frame: Frame::of(visitor), people, link, link_minutes, again, invited, whose })?;
    Ok((status, shown).into_response())
}

/// What was asked for and could not be done.
#[derive(Default)]
struct Refused {
    /// About whom; nobody for an invitation.
    whose: Option<String>,
    typed: Form,
    message: String,
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
        Err(message) => {
            return people_page(&site, &visitor, None, Some(Refused { whose: None, typed: form, message })).await;
        }
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
        Ok(token) => people_page(&site, &visitor, Some((name, token)), None).await,
        Err(cause) => {
            let message = crate::store::in_words(&cause);
            people_page(&site, &visitor, None, Some(Refused { whose: None, typed: form, message })).await
        }
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
            return people_page(&site, &visitor, Some((name, made.await?)), None).await;
        }
        Some("role") => match rights(&site, &form).await? {
            Ok((role, portals)) => Change::Role(role, portals),
            Err(message) => {
                let refused = Refused { whose: Some(name), typed: form, message };
                return people_page(&site, &visitor, None, Some(refused)).await;
            }
        },
        Some("disable") => Change::Disable,
        Some("enable") => Change::Enable,
        Some("end_sessions") => Change::EndSessions,
        Some("forget_second") => Change::ForgetSecondFactor,
        _ => return Err(Trouble::Bad("an unknown change of an account".into())),
    };
    let whose = Some(name.clone());
    let changed = store
        .write(move |connection| async move { table::change(connection, &name, &wish, &actor, now).await }.boxed());
    match changed.await {
        Ok(()) => Ok(Redirect::to("/console/people").into_response()),
        Err(cause) => {
            let message = crate::store::in_words(&cause);
            people_page(&site, &visitor, None, Some(Refused { whose, typed: form, message })).await
        }
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
