//! Every route, in the order a visitor meets them, and the layers that every request passes.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, delete, get, post};
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use super::pages::{
    about, account, audit, desk, desk_story, document, feeds, home, item, keys, login, operations, people, portal,
    search, story, suggest, unanswered, webhooks,
};
use super::{Parts, Site, api, assets, guard, headers, pages, trouble, visitor};
use crate::accounts::Act;

/// Bytes of a request's body: forms and decisions are small.
const MAX_BODY: usize = 64 * 1024;
/// Bytes of an item that a portal hands in: 200,000 characters of text and what JSON makes of them.
const MAX_ITEM: usize = 1024 * 1024;
/// Time for a whole request, its body included.
const MAX_TIME: Duration = Duration::from_secs(30);

/// The site.
///
/// # Errors
/// When `options.public_url` is no address.
pub fn router(parts: Parts) -> Result<Router> {
    let own_origin = url::Url::parse(&parts.options.public_url)
        .with_context(|| format!("cannot read web.public_url `{}` (write https://host)", parts.options.public_url))?
        .origin()
        .ascii_serialization();
    // A proxy may rewrite Host; the address that people type is trusted all the same.
    let same_origin = CsrfLayer::new().add_trusted_origin(own_origin).context("cannot trust web.public_url")?;
    let tls = parts.options.secure_cookies;
    let counted = operations::Requests::register(&parts.metrics);
    let site = Arc::new(Site::new(parts));
    let only = |act: Act, handlers: MethodRouter<Arc<Site>>| {
        handlers.route_layer(from_fn_with_state((Arc::clone(&site), act), guard::require))
    };

    let routes = Router::new()
        // Citizens.
        .route("/", get(home::show))
        .route("/search", get(search::show))
        .route("/search.atom", get(feeds::search))
        .route("/items/{id}", get(item::show))
        .route("/stories/{id}", get(story::show))
        .route("/documents/{*number}", get(document::show))
        .route("/portals", get(portal::list))
        .route("/portals/{slug}", get(portal::show))
        .route("/suggest", get(suggest::show))
        .route("/feeds/{file}", get(feeds::amplified))
        .route("/opensearch.xml", get(about::opensearch))
        .route("/robots.txt", get(about::robots))
        .route("/sitemap.xml", get(about::sitemap))
        .route("/accessibility", get(about::accessibility))
        .route("/crawler", get(about::crawler))
        .route("/static/{file}", get(assets::serve))
        // Programs.
        .route("/api/v1/search", get(api::search))
        .route("/api/v1/items/{id}", get(api::item))
        .route("/api/v1/stories/{id}", get(api::story::show))
        .route("/api/v1/documents/{*number}", get(api::document::show))
        .route("/api/v1/portals", get(api::portals))
        .route("/api/v1/amplified", get(api::amplified))
        .route("/api/v1/openapi.json", get(api::openapi::show))
        .route("/api/v1/decisions", only(Act::ReadDecisions, get(api::decisions::list)))
        .route("/api/v1/webhooks", only(Act::ManageOwnWebhooks, get(api::webhooks::list).post(api::webhooks::make)))
        .route("/api/v1/webhooks/{id}", only(Act::ManageOwnWebhooks, delete(api::webhooks::remove)))
        .route("/api/v1/desk/items", only(Act::ReadDesk, get(api::desk::queue)))
        .route("/api/v1/desk/items/{id}/decisions", only(Act::Propose, post(api::desk::decide)))
        .route("/api/v1/desk/questions", only(Act::Decide, get(api::story::questions)))
        .route("/api/v1/desk/stories/{id}/decisions", only(Act::Decide, post(api::story::deal)))
        // Staff.
        .route("/login", get(login::show).post(login::submit))
        .route("/sign-in/{token}", get(login::show_link).post(login::use_link))
        .route("/logout", post(login::leave))
        .route("/desk", only(Act::ReadDesk, get(desk::queue)))
        .route("/desk/items/{id}", only(Act::ReadDesk, get(desk::item)))
        .route("/desk/items/{id}/decisions", only(Act::Propose, post(desk::decide)))
        .route("/desk/questions", only(Act::Decide, get(desk_story::questions)))
        .route("/desk/stories/{id}", only(Act::ReadDesk, get(desk_story::show)))
        .route("/desk/stories/{id}/decisions", only(Act::Decide, post(desk_story::deal)))
        .route("/desk/decisions", only(Act::Propose, post(desk::bulk)))
        .route("/desk/events", only(Act::ReadDesk, get(desk::watch)))
        .route("/desk/views", only(Act::ReadDesk, post(desk::keep_view)))
        .route("/desk/settings", only(Act::ReadDesk, post(desk::set_keys)))
        .route("/desk/numbers", only(Act::ReadDesk, get(desk::numbers)))
        .route("/console", only(Act::ReadConsole, get(pages::console::show)))
        .route("/console/portals/{slug}", only(Act::ReadConsole, get(pages::console_portal::show)))
        .route("/console/questions", only(Act::ReadConsole, post(pages::questions::answer)))
        .route("/console/unanswered", only(Act::ReadUnanswered, get(unanswered::show)))
        .route("/console/unanswered.csv", only(Act::ReadUnanswered, get(unanswered::csv)))
        // One's own account, and the administration.
        .route("/account", only(Act::OwnAccount, get(account::show)))
        .route("/account/prove", only(Act::OwnAccount, post(account::prove)))
        .route("/account/sessions", only(Act::OwnAccount, post(account::end_sessions)))
        .route("/account/password", only(Act::OwnAccount, post(account::set_password)))
        .route("/account/second", only(Act::OwnAccount, post(account::second_factor)))
        .route("/console/people", only(Act::ManagePeople, get(people::show).post(people::invite)))
        .route("/console/people/{name}", only(Act::ManagePeople, post(people::change)))
        .route("/console/keys", only(Act::ManageKeys, get(keys::show).post(keys::make)))
        .route("/console/keys/{prefix}", only(Act::ManageKeys, post(keys::revoke)))
        .route("/console/webhooks", only(Act::ManageWebhooks, get(webhooks::show).post(webhooks::make)))
        .route("/console/webhooks/{id}", only(Act::ManageWebhooks, post(webhooks::change)))
        .route("/console/audit", only(Act::ReadAudit, get(audit::show)))
        .route("/console/audit.csv", only(Act::ExportAudit, get(audit::csv)))
        .route("/console/rules", only(Act::Decide, get(pages::rules::list)))
        .route("/console/rules/new", only(Act::Decide, get(pages::rules::new)))
        .route("/console/rules/draft", only(Act::Decide, post(pages::rules::draft)))
        .route("/console/rules/{id}", only(Act::Decide, get(pages::rules::show).post(pages::rules::act)))
        .route("/console/topics", only(Act::Decide, get(pages::topics::list).post(pages::topics::add)))
        .route("/console/topics/new", only(Act::Decide, get(pages::topics::new)))
        .route("/console/topics/{code}", only(Act::Decide, get(pages::topics::show).post(pages::topics::act)))
        .route("/desk/items/{id}/rules", only(Act::Decide, get(pages::rules::of_item)))
        // Machines that watch.
        .route("/healthz", get(operations::healthz))
        .route("/readyz", get(operations::readyz))
        .route("/metrics", get(operations::metrics))
        .fallback(trouble::nothing_here);

    // What portals hand in is as long as their articles are.
    let long = Router::new()
        .route("/api/v1/items", only(Act::Push, post(api::items::hand_in)))
        .layer(from_fn(guard::plain))
        .layer(RequestBodyLimitLayer::new(MAX_ITEM));

    Ok(routes
        .layer(from_fn(guard::plain))
        .layer(RequestBodyLimitLayer::new(MAX_BODY))
        .merge(long)
        .layer(same_origin)
        .layer(from_fn_with_state(counted, operations::count))
        .layer(from_fn_with_state(Arc::clone(&site), visitor::recognise))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, MAX_TIME))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(tls, headers::protect))
        .with_state(site))
}
