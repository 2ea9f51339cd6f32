//! The portals: a list that can be searched, and one portal with what it published last.

use std::collections::HashSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use crate::index::{self, Results, Sort};
use crate::portal::{self, Kind, Portal, State as Run};
use crate::share;
use crate::vietnamese::{clean, fold};
use crate::web::Site;
use crate::web::directory::{Directory, Listed};
use crate::web::form::{self, Query};
use crate::web::frame::{Frame, page};
use crate::web::outward;
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;

/// Portals on one page of the list.
const PER_PAGE: usize = 100;
/// Newest articles of one portal, and its components, on its page.
const NEWEST: usize = 10;
const COMPONENTS: usize = 30;
/// Characters of a name that is looked for.
const LONGEST: usize = 100;
/// Hours without an answer after which readers are told that news may be missing.
const QUIET_HOURS: i64 = 72;

#[derive(Template)]
#[template(path = "portals.html")]
struct Portals {
    frame: Frame,
    directory: Arc<Directory>,
    /// What was looked for.
    name: String,
    kind: Option<Kind>,
    total: usize,
    /// Places of this page's portals in the directory.
    shown: Vec<usize>,
    number: usize,
    pages: usize,
}

/// `/portals?q=&kind=&page=`.
pub(in crate::web) async fn list(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Query(fields): Query,
) -> Result<Response, Trouble> {
    let directory = site.directory().await?;
    let some: String = fields.get("q").unwrap_or_default().chars().take(2 * LONGEST).collect();
    let name: String = clean(&some).chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    let kind: Option<Kind> = fields.get("kind").and_then(|word| word.parse().ok());
    let words: Vec<String> = fold(&name).split_whitespace().map(str::to_owned).collect();
    let fits = |portal: &Listed| {
        kind.is_none_or(|kind| portal.kind == kind) && words.iter().all(|word| portal.folded.contains(word))
    };
    let fitting: Vec<usize> = (0..directory.portals.len()).filter(|place| fits(&directory.portals[*place])).collect();
    let pages = fitting.len().div_ceil(PER_PAGE).max(1);
    // A page that is not there is the nearest one that is.
    let number = fields.get("page").and_then(|typed| typed.parse().ok()).unwrap_or(1).clamp(1, pages);
    let total = fitting.len();
    let shown = fitting.into_iter().skip((number - 1) * PER_PAGE).take(PER_PAGE).collect();
    page(&Portals { frame: Frame::of(&visitor), directory, name, kind, total, shown, number, pages })
}

impl Portals {
    fn portals(&self) -> impl Iterator<Item = &Listed> {
        self.shown.iter().filter_map(|place| self.directory.portals.get(*place))
    }

    fn page(&self, number: usize) -> String {
        let number = number.to_string();
        let mut pairs = Vec::new();
        if !self.name.is_empty() {
            pairs.push(("q", self.name.as_str()));
        }
        pairs.extend(self.kind.map(|kind| ("kind", kind.as_str())));
        pairs.push(("page", &number));
        format!("/portals?{}", form::write(pairs))
    }
}

#[derive(Template)]
#[template(path = "portal.html")]
struct One {
    frame: Frame,
    portal: Portal,
    parent: Option<(String, String)>,
    components: Vec<(String, String)>,
    more_components: usize,
    province: Option<(String, String)>,
    /// Nothing when the search engine does not answer.
    newest: Option<Results>,
    by_day: HashSet<String>,
    /// The word for how it is being read.
    state: &'static str,
}

/// `/portals/{slug}`.
pub(in crate::web) async fn show(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(slug): Path<String>,
) -> Result<Response, Trouble> {
    let directory = site.directory().await?;
    let pool = site.parts.store.pool();
    let portal = match directory.names.contains_key(&slug) {
        true => portal::table::find(pool, &slug).await?.filter(|portal| portal.state != Run::Removed),
        false => None,
    };
    let portal = portal.ok_or(Trouble::NotFound)?;
    let query = index::Query {
        portals: vec![slug.clone()],
        sort: Sort::Newest,
        page: 1,
        per_page: NEWEST,
        ..index::Query::default()
    };
    let newest = match site.parts.index.search(&query).await {
        Ok(results) => Some(results),
        Err(cause) => {
            tracing::error!(cause = format!("{cause:#}"), "cannot list the newest articles of a portal");
            None
        }
    };
    let ids: Vec<&str> = newest.iter().flat_map(|results| &results.hits).map(|hit| hit.id.as_str()).collect();
    let by_day = share::table::dated_by_day(pool, &ids).await?;
    let named = |slug: &str| Some((slug.to_owned(), directory.names.get(slug)?.clone()));
    let mut components = portal::table::components(pool, &slug).await?;
    let more_components = components.len().saturating_sub(COMPONENTS);
    components.truncate(COMPONENTS);
    let province = directory.province_of(&slug).filter(|province| province.portals.len() > 1);
    page(&One {
        frame: Frame::of(&visitor),
        parent: portal.entry.parent.as_deref().and_then(named),
        components,
        more_components,
        province: province.map(|province| (province.key.clone(), province.name.clone())),
        newest,
        by_day,
        state: state(&portal, site.now()),
        portal,
    })
}

/// How a portal is being read, as far as its readers are concerned.
fn state(portal: &Portal, now: crate::clock::Timestamp) -> &'static str {
    let health = &portal.health;
    match (portal.state, health.last_success_at) {
        (Run::Paused | Run::Removed, _) => "paused",
        (_, None) if health.last_visit_at.is_some() => "unread",
        (_, None) => "new",
        (_, Some(at)) if now.duration_since(at).as_hours() >= QUIET_HOURS => "quiet",
        _ => "read",
    }
}

impl One {
    fn published(&self, hit: &index::Hit) -> String {
        self.frame.published(hit.published_at, self.by_day.contains(&hit.id))
    }

    fn feed(&self) -> String {
        format!("/search.atom?{}", self.all())
    }

    fn all(&self) -> String {
        form::write([("portal", self.portal.entry.slug.as_str()), ("sort", "newest")])
    }

    /// The name in the page's language, where there is one.
    fn name(&self) -> &str {
        let entry = &self.portal.entry;
        if self.frame.code() == "en" && !entry.name_en.is_empty() { &entry.name_en } else { &entry.name }
    }

    fn total(&self) -> u64 {
        self.newest.as_ref().map_or(0, |results| results.total)
    }
}
