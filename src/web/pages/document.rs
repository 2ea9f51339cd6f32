//! One legal document as the portals explain it: its type, who issued it, who explained it first and last, and where.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use crate::archive::citing::{self, Citing, Order};
use crate::archive::{self, Cited};
use crate::index::{self, Sort};
use crate::vietnamese::document;
use crate::web::asked::show_issue;
use crate::web::frame::{Frame, page};
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;
use crate::web::{Site, form, outward};

/// Characters of a number; the longest joint circulars have forty.
const LONGEST: usize = 100;
/// Issuers and days told of one number.
const ISSUES: i64 = 5;
/// Newest articles on the page, and portals in its table.
const NEWEST: i64 = 10;
const PORTALS: usize = 50;

/// What the record knows of a document.
pub(in crate::web) struct Known {
    /// The canonical number.
    pub(in crate::web) number: String,
    /// What articles say of issuer and day, what most of them say first.
    pub(in crate::web) issued: Vec<Cited>,
    /// Who explained it first.
    pub(in crate::web) first: Citing,
    /// The newest articles that cite it, newest first.
    pub(in crate::web) newest: Vec<Citing>,
    /// Articles by portal (slug, name, number), most first; nothing when the search engine does not answer.
    pub(in crate::web) portals: Option<Vec<(String, String, u64)>>,
    /// Articles that cite it, when the search engine answers.
    pub(in crate::web) total: Option<u64>,
}

#[derive(Template)]
#[template(path = "document.html")]
struct Document {
    frame: Frame,
    known: Known,
    described: Option<String>,
}

/// `/documents/42/2022/NĐ-CP`. Another spelling leads to the canonical one.
pub(in crate::web) async fn show(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(typed): Path<String>,
) -> Result<Response, Trouble> {
    let number = canonical(&typed)?;
    if number != typed {
        return Ok(Redirect::to(&address(&number)).into_response());
    }
    let known = known(&site, number).await?;
    let described = described(&known.number, &known.issued);
    page(&Document { frame: Frame::of(&visitor), known, described })
}

/// The canonical number of what stands in an address.
pub(in crate::web) fn canonical(typed: &str) -> Result<String, Trouble> {
    if typed.chars().count() > LONGEST {
        return Err(Trouble::NotFound);
    }
    document::canonical(typed).ok_or(Trouble::NotFound)
}

/// Where the page of a document is.
pub(in crate::web) fn address(number: &str) -> String {
    let parts: Vec<String> = number.split('/').map(form::escaped).collect();
    format!("/documents/{}", parts.join("/"))
}

/// What the record knows of a document; nothing is found where no article cites it.
pub(in crate::web) async fn known(site: &Site, number: String) -> Result<Known, Trouble> {
    let pool = site.parts.store.pool();
    let mut first = citing::articles(pool, &number, Order::OldestFirst, 1).await?;
    let mut first = first.pop().ok_or(Trouble::NotFound)?;
    let mut newest = citing::articles(pool, &number, Order::NewestFirst, NEWEST).await?;
    std::iter::once(&mut first).chain(&mut newest).for_each(|article| article.title = outward::masked(&article.title));
    let issued = archive::table::issued(pool, &number, ISSUES).await?;
    let query = index::Query {
        document: Some(number.clone()),
        sort: Sort::Newest,
        page: 1,
        per_page: 1,
        ..index::Query::default()
    };
    let counted = match site.parts.index.search(&query).await {
        Ok(results) => Some(results),
        Err(cause) => {
            tracing::error!(cause = format!("{cause:#}"), "cannot count who explains a document");
            None
        }
    };
    let directory = site.directory().await?;
    let name = |(slug, count): &(String, u64)| {
        let name = directory.names.get(slug).cloned().unwrap_or_else(|| slug.clone());
        (slug.clone(), name, *count)
    };
    let total = counted.as_ref().map(|results| results.total);
    let portals = counted.map(|results| results.portals.iter().map(name).collect());
    Ok(Known { number, issued, first, newest, portals, total })
}

/// `Quyết định · Ủy ban nhân dân tỉnh Nghệ An, 12/03/2024`. A number alone is used in every province: what articles say
/// stands side by side, and nothing here decides.
pub(in crate::web) fn described(number: &str, told: &[Cited]) -> Option<String> {
    let kind = document::type_name(number).map(str::to_owned);
    let mut issues: Vec<String> = told.iter().filter_map(show_issue).collect();
    // The issuer alone says nothing beside the issuer with a day.
    let whole = issues.clone();
    issues.retain(|issue| !whole.iter().any(|other| other.starts_with(&format!("{issue}, "))));
    if issues.is_empty() {
        issues.extend(document::issuer(number).map(str::to_owned));
    }
    let parts: Vec<String> = kind.into_iter().chain(issues).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

impl Document {
    fn published(&self, article: &Citing) -> String {
        self.frame.published(article.published_at, article.date_only)
    }

    /// The newest one, when it is not the first.
    fn last(&self) -> Option<&Citing> {
        self.known.newest.first().filter(|last| last.id != self.known.first.id)
    }

    fn portals(&self) -> Option<&[(String, String, u64)]> {
        self.known.portals.as_deref().map(|portals| &portals[..portals.len().min(PORTALS)])
    }

    /// Portals that the table leaves out.
    fn more_portals(&self) -> usize {
        self.known.portals.as_ref().map_or(0, |portals| portals.len().saturating_sub(PORTALS))
    }

    fn citing(&self) -> String {
        form::write([("document", self.known.number.as_str()), ("sort", "newest")])
    }

    fn on(&self, slug: &str) -> String {
        form::write([("document", self.known.number.as_str()), ("portal", slug), ("sort", "newest")])
    }
}
