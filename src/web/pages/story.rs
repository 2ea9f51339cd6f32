//! One story: who told it first, and how and when it reached the other portals.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use crate::archive::telling::{self, Telling};
use crate::web::Site;
use crate::web::frame::{Frame, page};
use crate::web::outward;
use crate::web::pages::item;
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;

/// Articles on the page: what came later is told by its number.
const MOST: i64 = 100;

#[derive(Template)]
#[template(path = "story.html")]
struct Story {
    frame: Frame,
    known: Known,
}

/// What the record knows of a story.
pub(in crate::web) struct Known {
    /// Its id.
    pub(in crate::web) id: String,
    /// The first to tell it first; at least one.
    pub(in crate::web) tellings: Vec<Telling>,
    /// All its articles, and the portals that they stand on.
    pub(in crate::web) articles: i64,
    pub(in crate::web) portals: i64,
}

/// `/stories/{id}`. A story of one article is that article; an article's id leads to its story.
pub(in crate::web) async fn show(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Trouble> {
    let known = known(&site, &id).await?;
    if known.articles == 1 {
        return Ok(Redirect::to(&format!("/items/{id}")).into_response());
    }
    if known.id != id {
        return Ok(Redirect::to(&format!("/stories/{}", known.id)).into_response());
    }
    page(&Story { frame: Frame::of(&visitor), known })
}

/// The story of the article with this id; a story bears the id of its first article.
pub(in crate::web) async fn known(site: &Site, id: &str) -> Result<Known, Trouble> {
    let article = item::find(site, id).await?;
    let pool = site.parts.store.pool();
    let mut tellings = telling::of(pool, &article.story, MOST).await?;
    tellings.iter_mut().for_each(|telling| telling.title = outward::masked(&telling.title));
    let (articles, portals) = telling::spread(pool, &article.story).await?;
    Ok(Known { id: article.story, tellings, articles, portals })
}

/// Minutes from the first article to another; nothing where a portal gave only a day.
pub(in crate::web) fn lag_minutes(first: &Telling, other: &Telling) -> Option<i64> {
    let known = !first.date_only && !other.date_only;
    known.then(|| (other.at.duration_since(first.at).as_secs() / 60).max(0))
}

impl Story {
    fn title(&self) -> &str {
        self.known.tellings.first().map_or("", |first| &first.title)
    }

    fn published(&self, telling: &Telling) -> String {
        self.frame.published(telling.at, telling.date_only)
    }

    /// `sau 35 phút`.
    fn lag(&self, telling: &Telling) -> Option<String> {
        let first = self.known.tellings.first().filter(|first| first.id != telling.id)?;
        let minutes = lag_minutes(first, telling)?;
        Some(match minutes {
            0..180 => self.frame.count("story.minutes", minutes),
            180..2880 => self.frame.count("story.hours", minutes / 60),
            _ => self.frame.count("story.days", minutes / 1440),
        })
    }

    /// Articles that the page leaves out.
    fn more(&self) -> i64 {
        (self.known.articles - MOST).max(0)
    }
}
