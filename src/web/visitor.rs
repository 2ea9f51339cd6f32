//! Who asks, and in which language: the session cookie and the wish for a language in, a [`Visitor`] out.
//!
//! Every request passes here once, and every trouble on its way back becomes a page or a problem document.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use axum::http::request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::headers::Personal;
use super::language::Language;
use super::trouble::{self, Trouble};
use super::{Site, form};
use crate::accounts::{self, Account, Act, Token};

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
}

impl Visitor {
    /// Whether the visitor may do `act`.
    pub(super) fn may(&self, act: Act) -> bool {
        self.account.as_ref().is_some_and(|account| accounts::may(account.role, act))
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
    let mut visitor = Visitor { account: None, session: None, language, here };
    let secret = cookie(request.headers(), session_cookie(&site));
    let recognised = match &secret {
        Some(secret) => accounts::who(&site.parts.store, &site.parts.accounts, secret, site.now()).await,
        None => Ok(None),
    };
    let mut response = match recognised {
        Ok(account) => {
            visitor.session = account.as_ref().and(secret);
            visitor.account = account;
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

const LANGUAGE: &str = "lantoa_language";

fn wished_language(query: Option<&str>) -> Option<Language> {
    form::read(query.unwrap_or_default().as_bytes()).get("lang").and_then(Language::of)
}

/// `__Host-` binds the cookie to this host and to TLS; browsers refuse it without.
fn session_cookie(site: &Site) -> &'static str {
    if site.parts.options.secure_cookies { "__Host-lantoa" } else { "lantoa" }
}

/// Puts the session into the visitor's cookie.
pub(super) fn let_in(site: &Site, headers: &mut HeaderMap, session: &Token) {
    let seconds = u64::from(site.parts.accounts.session_hours) * 3600;
    remember(headers, &session_line(site, session.secret(), seconds));
}

/// Takes the session out of the visitor's cookie.
pub(super) fn let_out(site: &Site, headers: &mut HeaderMap) {
    remember(headers, &session_line(site, "", 0));
}

fn session_line(site: &Site, value: &str, seconds: u64) -> String {
    let secure = if site.parts.options.secure_cookies { "; Secure" } else { "" };
    format!("{}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}", session_cookie(site))
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
