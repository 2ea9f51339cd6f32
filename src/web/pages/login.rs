//! In by password or one-time link, and out again.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use crate::accounts::{self, Account, Attempt, Role, SignedIn, Weakness};
use crate::web::Site;
use crate::web::form::{Form, Query};
use crate::web::frame::{Frame, page};
use crate::web::trouble::Trouble;
use crate::web::visitor::{self, Visitor};

#[derive(Template)]
#[template(path = "login.html")]
struct Login<'a> {
    frame: Frame,
    name: &'a str,
    next: &'a str,
    refused: bool,
}

/// `GET /login`.
pub(in crate::web) async fn show(visitor: Visitor, Query(fields): Query) -> Result<Response, Trouble> {
    let next = fields.get("next").filter(|next| inside(next)).unwrap_or_default();
    match &visitor.account {
        Some(account) => Ok(Redirect::to(destination(account, next)).into_response()),
        None => page(&Login { frame: Frame::of(&visitor), name: "", next, refused: false }),
    }
}

/// `POST /login`.
pub(in crate::web) async fn submit(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Trouble> {
    let (name, password) = (form.get("name").unwrap_or_default(), form.exact("password").unwrap_or_default());
    let next = form.get("next").filter(|next| inside(next)).unwrap_or_default();
    let parts = &site.parts;
    let code = form.get("code").unwrap_or_default();
    let attempt = Attempt { name, password, code, caller: &visitor.caller };
    let signed_in = accounts::sign_in(&parts.store, &site.hasher, &parts.accounts, attempt, site.now()).await?;
    match signed_in {
        Some(signed_in) => admit(&site, &visitor, &signed_in, next).await,
        None => {
            let again = page(&Login { frame: Frame::of(&visitor), name, next, refused: true })?;
            Ok((StatusCode::UNAUTHORIZED, again).into_response())
        }
    }
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn<'a> {
    frame: Frame,
    /// Nobody when the link is spent.
    owner: Option<Account>,
    /// Where the form goes: the link itself.
    link: &'a str,
    straight_in: bool,
    problem: &'static str,
}

/// `GET /sign-in/{token}`: shows the door and does not use the link up, because mail programs follow links too.
pub(in crate::web) async fn show_link(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(token): Path<String>,
) -> Result<Response, Trouble> {
    link_page(&site, &visitor, &token, "").await
}

/// `POST /sign-in/{token}`: sets a password, or goes straight in.
pub(in crate::web) async fn use_link(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(token): Path<String>,
    form: Form,
) -> Result<Response, Trouble> {
    let (parts, now) = (&site.parts, site.now());
    let password = form.exact("password");
    if let Some(password) = password {
        let owner = accounts::link_owner(&parts.store, &token, now).await?;
        let name = owner.map(|owner| owner.name).unwrap_or_default();
        let problem = fault_of(password, form.exact("again"), &name);
        if !problem.is_empty() {
            return link_page(&site, &visitor, &token, problem).await;
        }
    } else if form.get("straight_in").is_none() {
        return link_page(&site, &visitor, &token, "short").await;
    }
    let (store, caller) = (&parts.store, &visitor.caller);
    let entered = accounts::enter_by_link(store, &site.hasher, &parts.accounts, &token, password, caller, now).await?;
    match entered {
        Some(signed_in) => admit(&site, &visitor, &signed_in, "").await,
        None => link_page(&site, &visitor, &token, "").await,
    }
}

/// Why a new password is not taken, as the words of the page name it; nothing when it is.
pub(super) fn fault_of(password: &str, again: Option<&str>, name: &str) -> &'static str {
    match accounts::judge(password, name) {
        Err(Weakness::Short) => "short",
        Err(Weakness::Long) => "long",
        Err(Weakness::Guessable) => "guessable",
        Ok(()) if again != Some(password) => "differs",
        Ok(()) => "",
    }
}

async fn link_page(site: &Site, visitor: &Visitor, token: &str, problem: &'static str) -> Result<Response, Trouble> {
    let owner = accounts::link_owner(&site.parts.store, token, site.now()).await?;
    let status = match (&owner, problem) {
        (None, _) => StatusCode::NOT_FOUND,
        (Some(_), "") => StatusCode::OK,
        (Some(_), _) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let straight_in = site.parts.accounts.link_without_password;
    let shown = page(&SignIn { frame: Frame::of(visitor), owner, link: token, straight_in, problem })?;
    Ok((status, shown).into_response())
}

/// `POST /logout`.
pub(in crate::web) async fn leave(State(site): State<Arc<Site>>, visitor: Visitor) -> Result<Response, Trouble> {
    end_session(&site, &visitor).await?;
    let mut response = Redirect::to("/").into_response();
    visitor::let_out(&site, response.headers_mut());
    Ok(response)
}

/// A new session, always under a new secret; the one that the browser had before ends.
pub(super) async fn admit(
    site: &Site,
    visitor: &Visitor,
    signed_in: &SignedIn,
    next: &str,
) -> Result<Response, Trouble> {
    end_session(site, visitor).await?;
    let mut response = Redirect::to(destination(&signed_in.account, next)).into_response();
    visitor::let_in(site, response.headers_mut(), signed_in);
    Ok(response)
}

async fn end_session(site: &Site, visitor: &Visitor) -> Result<(), Trouble> {
    if let (Some(account), Some(secret)) = (&visitor.account, &visitor.session) {
        accounts::sign_out(&site.parts.store, account, secret, site.now()).await?;
    }
    Ok(())
}

/// Where to go after signing in: where one came from, or where one works.
fn destination<'a>(account: &Account, next: &'a str) -> &'a str {
    if !next.is_empty() {
        return next;
    }
    if account.role == Role::Operator { "/console" } else { "/desk" }
}

/// Whether `next` stays on this site: one slash and then a path. Browsers drop control characters and take `\` for
/// `/`, so both are refused, as is everything that would have to be encoded in a header.
pub(super) fn inside(next: &str) -> bool {
    let path = next.strip_prefix('/').is_some_and(|rest| !rest.starts_with('/'));
    path && next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::inside;

    #[test]
    fn the_way_back_never_leaves_the_house() {
        let check = |next, good| assert_eq!(inside(next), good, "{next:?}");
        check("/desk?view=open", true);
        check("/", true);
        check("", false);
        check("//evil.example", false);
        check("/\\evil.example", false);
        check("/\t/evil.example", false);
        check("/desk\r\nX: y", false);
        check("https://evil.example", false);
        check("https:evil.example", false);
        check("desk", false);
        check("@evil.example", false);
    }
}
