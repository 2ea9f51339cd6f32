//! What the site says about itself, to people and to machines.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use crate::web::Site;
use crate::web::frame::{Frame, page};
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;

#[derive(Template)]
#[template(path = "accessibility.html")]
struct Accessibility {
    frame: Frame,
    contact: String,
}

/// `/accessibility`.
pub(in crate::web) async fn accessibility(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
) -> Result<Response, Trouble> {
    page(&Accessibility { frame: Frame::of(&visitor), contact: site.parts.options.contact.clone() })
}

#[derive(Template)]
#[template(path = "crawler.html")]
struct Crawler {
    frame: Frame,
    contact: String,
}

/// `/crawler`: for those whose portals we read.
pub(in crate::web) async fn crawler(State(site): State<Arc<Site>>, visitor: Visitor) -> Result<Response, Trouble> {
    page(&Crawler { frame: Frame::of(&visitor), contact: site.parts.options.contact.clone() })
}

#[derive(Template)]
#[template(path = "opensearch.xml")]
struct OpenSearch {
    site: String,
}

/// `/opensearch.xml`: lets browsers offer the search in their address bar (OpenSearch 1.1).
pub(in crate::web) async fn opensearch(State(site): State<Arc<Site>>) -> Result<Response, Trouble> {
    let body = OpenSearch { site: site.parts.options.address("") }.render()?;
    Ok(([(CONTENT_TYPE, "application/opensearchdescription+xml; charset=utf-8")], body).into_response())
}

/// `/sitemap.xml`: the pages that say something of their own. Items are for the portals' own sitemaps.
pub(in crate::web) async fn sitemap(State(site): State<Arc<Site>>) -> Result<Response, Trouble> {
    let body = Sitemap { site: site.parts.options.address(""), pages: ["/", "/crawler", "/accessibility"] }.render()?;
    Ok(([(CONTENT_TYPE, "application/xml; charset=utf-8")], body).into_response())
}

#[derive(Template)]
#[template(path = "sitemap.xml")]
struct Sitemap {
    site: String,
    pages: [&'static str; 3],
}

/// `/robots.txt` (RFC 9309). Answers to searches are endless and say nothing that the portals do not say better.
pub(in crate::web) async fn robots() -> Response {
    const RULES: &str = "User-agent: *\nDisallow: /search\nDisallow: /documents/\nDisallow: /api/\nDisallow: /desk\n\
                         Disallow: /console\nDisallow: /login\nDisallow: /sign-in/\nDisallow: /metrics\nAllow: /\n";
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], RULES).into_response()
}
