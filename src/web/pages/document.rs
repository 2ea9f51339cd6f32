//! One legal document as the portals explain it: its type, who issued it, who explained it first and last, and where.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Serialize;

use crate::archive::citing::{self, Citing, Order};
use crate::archive::{self, Cited, Explained};
use crate::clock::{Timestamp, vietnam};
use crate::index::{self, Sort};
use crate::vietnamese::document;
use crate::web::asked::{show_day, show_issue};
use crate::web::frame::{Frame, page};
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;
use crate::web::{Site, form, outward};

/// Characters of a number; the longest joint circulars have forty.
const LONGEST: usize = 100;
/// Issuers and days told of one number.
const ISSUES: i64 = 5;
/// Articles that are looked at one by one; of more only counts are told.
const LOOKED_AT: i64 = 5_000;
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
    /// Who explained it; nothing when the search engine should count them and does not answer.
    pub(in crate::web) portals: Option<Vec<Portal>>,
}

/// A portal that explained it.
#[derive(Serialize)]
pub(in crate::web) struct Portal {
    /// Slug and name.
    pub(in crate::web) portal: String,
    pub(in crate::web) portal_name: String,
    /// Its articles.
    pub(in crate::web) articles: u64,
    /// Its first and last; nothing where so many cite the document that they are only counted.
    pub(in crate::web) first: Option<Timestamp>,
    pub(in crate::web) last: Option<Timestamp>,
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
    let portals = match archive::table::explained(pool, &number, LOOKED_AT).await? {
        Some(explained) => Some(explained.into_iter().map(portal).collect()),
        None => counted(site, &number).await?,
    };
    Ok(Known { number, issued, first, newest, portals })
}

fn portal(explained: Explained) -> Portal {
    Portal {
        portal: explained.portal,
        portal_name: explained.portal_name,
        articles: u64::try_from(explained.articles).unwrap_or_default(),
        first: Some(explained.first),
        last: Some(explained.last),
    }
}

/// Counts by the search engine, for documents that half the country cites.
async fn counted(site: &Site, number: &str) -> Result<Option<Vec<Portal>>, Trouble> {
    let query = index::Query {
        document: Some(number.to_owned()),
        sort: Sort::Newest,
        page: 1,
        per_page: 1,
        ..index::Query::default()
    };
    let results = match site.parts.index.search(&query).await {
        Ok(results) => results,
        Err(cause) => {
            tracing::error!(cause = format!("{cause:#}"), "cannot count who explains a document");
            return Ok(None);
        }
    };
    let directory = site.directory().await?;
    let portal = |(slug, articles): (String, u64)| {
        let portal_name = directory.names.get(&slug).cloned().unwrap_or_else(|| slug.clone());
        Portal { portal: slug, portal_name, articles, first: None, last: None }
    };
    Ok(Some(results.portals.into_iter().map(portal).collect()))
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

    fn articles(&self) -> u64 {
        self.known.portals.iter().flatten().map(|portal| portal.articles).sum()
    }

    /// `16/08/2023 – 20/08/2023`, or one day.
    fn days(&self, portal: &Portal) -> Option<String> {
        let day = |at: Timestamp| show_day(at.to_zoned(vietnam()).date());
        let (first, last) = (day(portal.first?), day(portal.last?));
        Some(if first == last { first } else { format!("{first} – {last}") })
    }

    fn portals(&self) -> Option<&[Portal]> {
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
