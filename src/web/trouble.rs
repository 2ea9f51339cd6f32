//! What can go wrong on the way to an answer, and the one place where it becomes a status and a page.

use askama::Template;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde_json::json;

use super::form;
use super::frame::Frame;
use super::mistake::Mistake;
use super::pages::account;
use super::visitor::Visitor;
use crate::store::NotSaved;

/// Why there is no ordinary answer.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Nothing is here, or nothing that this visitor may know of.
    NotFound,
    /// The visitor must sign in first.
    SignIn,
    /// The visitor may not do this.
    Forbidden,
    /// The visitor may do this, and has to prove first who they are.
    Prove,
    /// The request makes no sense; the text says why.
    Bad(String),
    /// The search engine does not answer.
    NoSearch(anyhow::Error),
    /// What was asked for could not be written to the record, and may be asked for again.
    NotSaved(anyhow::Error),
    /// We failed.
    Internal(anyhow::Error),
}

impl From<anyhow::Error> for Trouble {
    fn from(cause: anyhow::Error) -> Self {
        let is_unsaved = cause.chain().any(|cause| cause.is::<NotSaved>());
        if is_unsaved { Self::NotSaved(cause) } else { Self::Internal(cause) }
    }
}

impl From<askama::Error> for Trouble {
    fn from(cause: askama::Error) -> Self {
        Self::Internal(cause.into())
    }
}

/// What is told to whoever has to prove who they are.
const PROVE: &str = "prove first who you are";

/// What is told to whoever asked for a change that could not be written.
const NOT_SAVED: &str = "nothing was saved (the record cannot be written; try again in a moment)";

/// What [`present`] needs to know, carried on a bare response.
#[derive(Clone)]
struct Told(String);

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let (status, told) = match self {
            Self::NotFound => (StatusCode::NOT_FOUND, String::new()),
            Self::SignIn => (StatusCode::UNAUTHORIZED, String::new()),
            Self::Forbidden => (StatusCode::FORBIDDEN, String::new()),
            Self::Prove => (StatusCode::FORBIDDEN, PROVE.to_owned()),
            Self::Bad(why) => (StatusCode::BAD_REQUEST, why),
            Self::NoSearch(cause) => {
                tracing::error!(cause = format!("{cause:#}"), "cannot search");
                (StatusCode::SERVICE_UNAVAILABLE, String::new())
            }
            Self::NotSaved(cause) => {
                tracing::error!(cause = format!("{cause:#}"), "cannot save what was asked for");
                (StatusCode::SERVICE_UNAVAILABLE, NOT_SAVED.to_owned())
            }
            Self::Internal(cause) => {
                tracing::error!(cause = format!("{cause:#}"), "cannot answer a request");
                (StatusCode::INTERNAL_SERVER_ERROR, String::new())
            }
        };
        let mut response = status.into_response();
        response.extensions_mut().insert(Told(told));
        response
    }
}

/// The answer where no route is.
pub(super) async fn nothing_here() -> Trouble {
    Trouble::NotFound
}

/// Turns a bare error into a page, a problem document (RFC 9457) or the way to the login. What already is a page or
/// a document stays as it is.
pub(super) fn present(response: Response, visitor: &Visitor) -> Response {
    let status = response.status();
    let kind = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let finished = ["text/html", "application/"].iter().any(|known| kind.starts_with(known));
    if !(status.is_client_error() || status.is_server_error()) || finished {
        return response;
    }
    let told = response.extensions().get::<Told>().map(|told| told.0.clone()).unwrap_or_default();
    let (mut head, _) = response.into_parts();
    head.headers.remove(CONTENT_TYPE);
    head.headers.remove(axum::http::header::CONTENT_LENGTH);
    let made = if visitor.here.starts_with("/api/") {
        problem(status, &told)
    } else if status == StatusCode::UNAUTHORIZED {
        let query = form::write([("next", visitor.here.as_str())]);
        Redirect::to(&format!("/login?{query}")).into_response()
    } else if told == PROVE {
        account::ask_for_proof(visitor).unwrap_or_else(|_| status.into_response())
    } else {
        page(status, &told, visitor)
    };
    let (made_head, body) = made.into_parts();
    head.status = made_head.status;
    head.headers.extend(made_head.headers);
    Response::from_parts(head, body)
}

fn problem(status: StatusCode, told: &str) -> Response {
    let title = status.canonical_reason().unwrap_or("error");
    let body = json!({ "type": "about:blank", "title": title, "status": status.as_u16(), "detail": told });
    let json = HeaderValue::from_static("application/problem+json");
    (status, [(CONTENT_TYPE, json)], body.to_string()).into_response()
}

#[derive(Template)]
#[template(path = "trouble.html")]
struct TroublePage<'a> {
    frame: Frame,
    status: u16,
    /// What was asked for was not saved.
    unsaved: bool,
    told: &'a Mistake,
}

fn page(status: StatusCode, told: &str, visitor: &Visitor) -> Response {
    let unsaved = told == NOT_SAVED;
    let told = &if unsaved { Mistake::default() } else { Mistake::of(visitor.language, told) };
    let page = TroublePage { frame: Frame::of(visitor), status: status.as_u16(), unsaved, told };
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(_) => status.into_response(),
    }
}

impl TroublePage<'_> {
    /// What happened, and what the visitor can do about it.
    fn words(&self) -> (&'static str, &'static str) {
        let kind = match self.status {
            401 | 403 => "forbidden",
            404 => "missing",
            405 => "method",
            408 => "slow",
            413 => "large",
            503 if self.unsaved => "unsaved",
            503 => "search",
            400..=499 => "bad",
            _ => "internal",
        };
        (self.frame.word("trouble_title", kind), self.frame.word("trouble", kind))
    }
}
