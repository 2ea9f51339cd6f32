//! Who asks, and in which language: the session cookie and the wish for a language in, a [`Visitor`] out.
//!
//! Every request passes here once, and every trouble on its way back becomes a page or a problem document.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use axum::http::request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::headers::Personal;
use super::language::Language;
use super::trouble::{self, Trouble};
use super::{Site, caller, form};
use crate::accounts::{self, Account, Act, Caller, Key, SignedIn};
use crate::clock::Timestamp;

/// Who asks.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    /// The account that is signed in.
    pub(super) account: Option<Account>,
    /// Its session's secret.
    pub(super) session: Option<String>,
    /// The language of the pages.
    pub(super) language: Language,
    /// Path and query of the request.
    pub(super) here: String,
    /// Where the request comes from.
    pub(super) caller: Caller,
    /// The key of the program that asks; `account` is then what the key stands for.
    pub(super) key: Option<Key>,
    /// When whoever is signed in last proved who they are.
    pub(super) confirmed_at: Option<Timestamp>,
    /// Must set up a second factor before anything else.
    pub(super) must_enrol: bool,
}

impl Visitor {
    /// Whether the visitor may do `act`.
    pub(super) fn may(&self, act: Act) -> bool {
        match &self.key {
            Some(key) => key.may(act),
            None => self.account.as_ref().is_some_and(|account| accounts::may(account.role, act)),
        }
    }

    /// Whether they proved who they are within the last `minutes`.
    pub(super) fn is_confirmed(&self, minutes: u32, now: Timestamp) -> bool {
        self.confirmed_at.is_some_and(|at| now.duration_since(at).as_secs() < i64::from(minutes) * 60)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut request::Parts, _: &S) -> Result<Self, Trouble> {
        let visitor = parts.extensions.get::<Self>().cloned();
        visitor
            .ok_or_else(|| Trouble::Internal(anyhow::anyhow!("a route lies outside of the layer that knows visitors")))
    }
}

/// Finds out who asks, and tells them in their language when something went wrong.
pub(super) async fn recognise(State(site): State<Arc<Site>>, mut request: Request, next: Next) -> Response {
    let wish = wished_language(request.uri().query());
    let kept = || cookie(request.headers(), LANGUAGE).and_then(|word| Language::of(&word));
    let language = wish.or_else(kept).unwrap_or_default();
    let here = request.uri().path_and_query().map_or("/", |whole| whole.as_str()).to_owned();
    let device = cookie(request.headers(), device_cookie(&site));
    let mut visitor = Visitor {
        account: None,
        session: None,
        language,
        here,
        caller: caller::of(&request, &site.parts.options.trusted_proxies, device),
        key: None,
        confirmed_at: None,
        must_enrol: false,
    };
    let shown = Shown::by(&site, &request);
    let mut response = match find_out(&site, shown, &mut visitor).await {
        Ok(()) => {
            request.extensions_mut().insert(visitor.clone());
            next.run(request).await
        }
        Err(problem) => Trouble::Internal(problem).into_response(),
    };
    response = trouble::present(response, &visitor);
    if visitor.account.is_some() {
        response.extensions_mut().insert(Personal);
    }
    if let Some(wish) = wish {
        remember(
            response.headers_mut(),
            &format!("{LANGUAGE}={}; Path=/; Max-Age=31536000; SameSite=Lax", wish.code()),
        );
    }
    response
}

/// Who it is: by the key on the API's addresses where one is sent, by the session's cookie otherwise. A key opens no
/// page, and beside a key no cookie counts.
async fn find_out(site: &Site, shown: Shown, visitor: &mut Visitor) -> anyhow::Result<()> {
    let (store, now) = (&site.parts.store, site.now());
    match shown {
        Shown::Nothing => {}
        Shown::Key(secret) => {
            if let Some(key) = accounts::key_of(store, &secret, now).await? {
                let (name, role, portals) = (key.actor(), key.role(), key.portals.clone());
                visitor.account = Some(Account { id: 0, name, role, portals });
                visitor.key = Some(key);
            }
        }
        Shown::Session(secret) => {
            if let Some(present) = accounts::who(store, &site.parts.accounts, &secret, now).await? {
                visitor.session = Some(secret);
                visitor.confirmed_at = Some(present.confirmed_at);
                visitor.must_enrol = present.must_enrol;
                visitor.account = Some(present.account);
            }
        }
    }
    Ok(())
}

/// What a request shows at the door.
enum Shown {
    Nothing,
    Key(String),
    Session(String),
}

impl Shown {
    fn by(site: &Site, request: &Request) -> Self {
        if request.uri().path().starts_with("/api/")
            && let Some(sent) = request.headers().get(AUTHORIZATION)
        {
            let parts = sent.to_str().ok().and_then(|line| line.split_once(' '));
            let secret = parts.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
            return secret.map_or(Self::Nothing, |(_, secret)| Self::Key(secret.trim().to_owned()));
        }
        cookie(request.headers(), session_cookie(site)).map_or(Self::Nothing, Self::Session)
    }
}

const LANGUAGE: &str = "lantoa_language";

/// Seconds for which a browser is known again: half a year.
const DEVICE_SECONDS: u64 = 180 * 86_400;

fn device_cookie(site: &Site) -> &'static str {
    if site.parts.options.secure_cookies { "__Host-lantoa_device" } else { "lantoa_device" }
}

fn wished_language(query: Option<&str>) -> Option<Language> {
    form::read(query.unwrap_or_default().as_bytes()).get("lang").and_then(Language::of)
}

/// `__Host-` binds the cookie to this host and to TLS; browsers refuse it without.
fn session_cookie(site: &Site) -> &'static str {
    if site.parts.options.secure_cookies { "__Host-lantoa" } else { "lantoa" }
}

/// Puts the session into the visitor's cookie.
pub(super) fn let_in(site: &Site, headers: &mut HeaderMap, signed_in: &SignedIn) {
    let seconds = u64::from(site.parts.accounts.session_hours) * 3600;
    remember(headers, &line(site, session_cookie(site), signed_in.session.secret(), seconds));
    remember(headers, &line(site, device_cookie(site), signed_in.device.secret(), DEVICE_SECONDS));
}

/// Takes the session out of the visitor's cookie.
pub(super) fn let_out(site: &Site, headers: &mut HeaderMap) {
    remember(headers, &line(site, session_cookie(site), "", 0));
}

fn line(site: &Site, name: &str, value: &str, seconds: u64) -> String {
    let secure = if site.parts.options.secure_cookies { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

fn remember(headers: &mut HeaderMap, line: &str) {
    if let Ok(value) = HeaderValue::from_str(line) {
        headers.append(SET_COOKIE, value);
    }
}

/// The cookie `name`, when it is there and not empty.
fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == name && !value.is_empty())
        .map(|(_, value)| value.to_owned())
}
