//! Headers that every answer carries, whoever made it.

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

/// Nothing but our own files: even if hostile text got through as HTML, it could load and run nothing.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/// Where nothing may be kept by a cache, not even that the page is forbidden.
const STAFF: [&str; 6] = ["/account", "/desk", "/console", "/login", "/logout", "/sign-in"];

/// Marks an answer that was made for somebody who is signed in.
#[derive(Clone, Copy)]
pub(super) struct Personal;

/// Adds them; `tls` says that the site is served by https, and is to stay so.
pub(super) async fn protect(State(tls): State<bool>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let staff =
        STAFF.iter().any(|place| path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    let mut response = next.run(request).await;
    let personal = staff || response.extensions().get::<Personal>().is_some();
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
    set(CONTENT_SECURITY_POLICY, POLICY);
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(REFERRER_POLICY, if staff { "no-referrer" } else { "strict-origin-when-cross-origin" });
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()");
    if tls {
        set(STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
    caching(headers, personal);
    response
}

fn caching(headers: &mut HeaderMap, personal: bool) {
    if personal {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    } else if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        // The language of a page is kept there.
        headers.append(VARY, HeaderValue::from_static("cookie"));
    }
}
