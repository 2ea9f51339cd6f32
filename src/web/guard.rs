//! The doors. Of each staff route: who may not do its act is turned away here, before the route's own code runs. Of
//! the whole site: bodies that would have to be unpacked are not taken.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_ENCODING;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;

use super::Site;
use super::trouble::Trouble;
use super::visitor::Visitor;
use crate::accounts::{Act, table};

/// Lets bodies through that are what they say. A compressed one could unpack to anything; nobody needs to send one.
pub(super) async fn plain(request: Request, next: Next) -> Response {
    let packed = request.headers().get(CONTENT_ENCODING).is_some_and(|coding| coding != "identity");
    if packed { StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response() } else { next.run(request).await }
}

/// Lets those through who may do `act`.
pub(super) async fn require(
    State((site, act)): State<(Arc<Site>, Act)>,
    visitor: Visitor,
    request: Request,
    next: Next,
) -> Response {
    if visitor.may(act) {
        return next.run(request).await;
    }
    let Some(account) = visitor.account else {
        // A form that was sent after the session ended cannot be sent again from the login page.
        let lost = !request.method().is_safe() && !request.uri().path().starts_with("/api/");
        return if lost { Trouble::Forbidden } else { Trouble::SignIn }.into_response();
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
