//! The doors. Of each staff route: who may not do its act is turned away here, before the route's own code runs. Of
//! the whole site: bodies that would have to be unpacked are not taken.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_ENCODING;
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use futures::FutureExt;

use super::Site;
use super::trouble::Trouble;
use super::visitor::Visitor;
use crate::accounts::{self, Act, Role, table};

/// Lets bodies through that are what they say. A compressed one could unpack to anything; nobody needs to send one.
pub(super) async fn plain(request: Request, next: Next) -> Response {
    let packed = request.headers().get(CONTENT_ENCODING).is_some_and(|coding| coding != "identity");
    if packed { StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response() } else { next.run(request).await }
}

/// Lets those through who may do `act`, and have proved who they are lately where it is a grave one.
pub(super) async fn require(
    State((site, act)): State<(Arc<Site>, Act)>,
    visitor: Visitor,
    request: Request,
    next: Next,
) -> Response {
    let (changes, api) = (!request.method().is_safe(), request.uri().path().starts_with("/api/"));
    if visitor.may(act) {
        let proved = visitor.is_confirmed(site.parts.accounts.confirm_minutes, site.now());
        return match () {
            () if visitor.must_enrol && act != Act::OwnAccount => {
                if api {
                    Trouble::Forbidden.into_response()
                } else {
                    Redirect::to("/account#second").into_response()
                }
            }
            () if visitor.key.is_none() && act.needs_proof(changes) && !proved => Trouble::Prove.into_response(),
            () => next.run(request).await,
        };
    }
    // What only keys open is no matter of a session.
    let asks_for_key = visitor.key.is_none() && Role::ALL.iter().all(|role| !accounts::may(*role, act));
    let Some(account) = visitor.account.filter(|_| !asks_for_key) else {
        // A form that was sent after the session ended cannot be sent again from the login page.
        return if changes && !api { Trouble::Forbidden } else { Trouble::SignIn }.into_response();
    };
    let (place, now) = (format!("{} {}", request.method(), request.uri().path()), site.now());
    let noted = site.parts.store.write(move |connection| {
        async move { table::audit(connection, &account.name, "refused", &place, &account.role.to_string(), now).await }
            .boxed()
    });
    match noted.await {
        Ok(()) => Trouble::Forbidden.into_response(),
        Err(cause) => Trouble::Internal(cause).into_response(),
    }
}
