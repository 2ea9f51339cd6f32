//! One's own account: who is signed in where, the password, the second factor, and proving anew who one is.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use crate::accounts::table::{self, Open};
use crate::accounts::{self, Account, Attempt, Standing, totp};
use crate::web::Site;
use crate::web::form::Form;
use crate::web::frame::{Frame, page};
use crate::web::pages::login::{admit, fault_of, inside};
use crate::web::qr::{self, Drawn};
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;

#[derive(Template)]
#[template(path = "account.html")]
struct OwnAccount {
    frame: Frame,
    account: Account,
    standing: Standing,
    sessions: Vec<Open>,
    /// The one that asks is named by its place: it was used last.
    must_enrol: bool,
    /// What was wrong with what was sent: a key of the words.
    problem: &'static str,
    /// Shown once, when the second factor was set up.
    recovery_codes: Vec<String>,
}

/// A secret of an authenticator app, in each way in which it gets there.
struct Secret {
    /// In groups of four, to be typed.
    groups: String,
    address: String,
    code: Option<Drawn>,
}

impl OwnAccount {
    /// The secret that waits: to be typed, and as the address that an app takes, in words and as a code.
    fn secret(&self) -> Option<Secret> {
        let secret = self.standing.pending.as_deref()?;
        let groups: Vec<_> = secret.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
        let address = totp::address(&self.account.name, secret);
        Some(Secret { groups: groups.join(" "), code: qr::draw(&address), address })
    }
}

/// `GET /account`.
pub(in crate::web) async fn show(State(site): State<Arc<Site>>, visitor: Visitor) -> Result<Response, Trouble> {
    own_page(&site, &visitor, "", Vec::new()).await
}

async fn own_page(
    site: &Site,
    visitor: &Visitor,
    problem: &'static str,
    recovery_codes: Vec<String>,
) -> Result<Response, Trouble> {
    let account = visitor.account.clone().ok_or(Trouble::SignIn)?;
    let (parts, now) = (&site.parts, site.now());
    let standing = accounts::standing_of(&parts.store, &account).await?;
    let sessions = table::sessions(parts.store.pool(), account.id, &parts.accounts, now).await?;
    let status = if problem.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let must_enrol = visitor.must_enrol && !standing.second_factor;
    let frame = Frame::of(visitor);
    let shown = page(&OwnAccount { frame, account, standing, sessions, must_enrol, problem, recovery_codes })?;
    Ok((status, shown).into_response())
}

#[derive(Template)]
#[template(path = "prove.html")]
struct Prove {
    frame: Frame,
    next: String,
    refused: bool,
}

/// The page on which whoever wants to do something grave proves first who they are.
pub(in crate::web) fn ask_for_proof(visitor: &Visitor) -> Result<Response, Trouble> {
    let path = visitor.here.split('?').next().unwrap_or_default();
    // A form cannot be sent again from there: the way leads to the page that shows it.
    let place: Vec<&str> = path.split('/').take(3).collect();
    let next = if path.ends_with(".csv") { visitor.here.clone() } else { place.join("/") };
    let shown = page(&Prove { frame: Frame::of(visitor), next, refused: false })?;
    Ok((StatusCode::FORBIDDEN, shown).into_response())
}

/// `POST /account/prove`.
pub(in crate::web) async fn prove(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Trouble> {
    let (account, session) = in_person(&visitor)?;
    let next = form.get("next").filter(|next| inside(next)).unwrap_or("/account");
    let proof = (form.exact("password").unwrap_or_default(), form.get("code").unwrap_or_default());
    let parts = &site.parts;
    let (hasher, options, caller) = (&site.hasher, &parts.accounts, &visitor.caller);
    let proved = accounts::confirm(&parts.store, hasher, options, account, session, proof, caller, site.now()).await?;
    if proved {
        return Ok(Redirect::to(next).into_response());
    }
    let again = page(&Prove { frame: Frame::of(&visitor), next: next.to_owned(), refused: true })?;
    Ok((StatusCode::FORBIDDEN, again).into_response())
}

/// `POST /account/sessions`: ends one of one's sessions, or all others.
pub(in crate::web) async fn end_sessions(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Trouble> {
    let (account, session) = in_person(&visitor)?;
    if form.get("session").is_none() && form.get("others").is_none() {
        return Err(Trouble::Bad("a session is named, or all others".into()));
    }
    accounts::end_own_sessions(&site.parts.store, account, form.get("session"), session, site.now()).await?;
    Ok(Redirect::to("/account#sessions").into_response())
}

/// `POST /account/password`: a new password for who knows the old one; every other session ends.
pub(in crate::web) async fn set_password(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Trouble> {
    let (account, _) = in_person(&visitor)?;
    let new = form.exact("password").unwrap_or_default();
    let fault = fault_of(new, form.exact("again"), &account.name);
    if !fault.is_empty() {
        return own_page(&site, &visitor, fault, Vec::new()).await;
    }
    let (old, code) = (form.exact("old").unwrap_or_default(), form.get("code").unwrap_or_default());
    let attempt = Attempt { name: &account.name, password: old, code, caller: &visitor.caller };
    let (parts, hasher) = (&site.parts, &site.hasher);
    let changed = accounts::set_own_password(&parts.store, hasher, &parts.accounts, attempt, new, site.now()).await?;
    match changed {
        Some(signed_in) => admit(&site, &visitor, &signed_in, "/account").await,
        None => own_page(&site, &visitor, "refused", Vec::new()).await,
    }
}

/// `POST /account/second`: sets a second factor up in two steps, or takes it off.
pub(in crate::web) async fn second_factor(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    form: Form,
) -> Result<Response, Trouble> {
    let (account, session) = in_person(&visitor)?;
    let (store, now) = (&site.parts.store, site.now());
    let code = form.get("code").unwrap_or_default();
    let has_one = accounts::standing_of(store, account).await?.second_factor;
    match form.get("action") {
        // Whoever finds a browser left open must not lock its owner out.
        Some("begin") if !visitor.is_confirmed(site.parts.accounts.confirm_minutes, now) => Err(Trouble::Prove),
        Some("begin") if !has_one => {
            accounts::begin_second_factor(store, account).await?;
            Ok(Redirect::to("/account#second").into_response())
        }
        Some("enrol") if !has_one => match accounts::enrol(store, account, session, code, now).await? {
            Some(enrolled) => own_page(&site, &visitor, "", enrolled.recovery_codes).await,
            None => own_page(&site, &visitor, "code", Vec::new()).await,
        },
        Some("off") if has_one => match accounts::take_off_second_factor(store, account, code, now).await? {
            true => Ok(Redirect::to("/account#second").into_response()),
            false => own_page(&site, &visitor, "code", Vec::new()).await,
        },
        _ => Err(Trouble::Bad("a second factor is begun, proved or taken off".into())),
    }
}

/// The account and its session's secret: a key of a program has neither.
fn in_person(visitor: &Visitor) -> Result<(&Account, &str), Trouble> {
    visitor.account.as_ref().zip(visitor.session.as_deref()).ok_or(Trouble::SignIn)
}
