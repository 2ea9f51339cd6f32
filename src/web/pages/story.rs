//! One story: who told it first, and how and when it reached the other portals.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use crate::archive::stories;
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
        let only = known.tellings.first().map_or(id.as_str(), |only| &only.id);
        return Ok(Redirect::to(&format!("/items/{only}")).into_response());
    }
    if known.id != id {
        return Ok(Redirect::to(&format!("/stories/{}", known.id)).into_response());
    }
    page(&Story { frame: Frame::of(&visitor), known })
}

/// The story of the article with this id; a story bears the id of the article that began it.
pub(in crate::web) async fn known(site: &Site, id: &str) -> Result<Known, Trouble> {
    let pool = site.parts.store.pool();
    let story = match item::find(site, id).await {
        Ok(article) => article.story,
        // A story that the article it was named after has left.
        Err(Trouble::NotFound) if stories::lead_of(pool, id).await?.is_some() => id.to_owned(),
        Err(trouble) => return Err(trouble),
    };
    let mut tellings = telling::of(pool, &story, MOST).await?;
    if tellings.is_empty() {
        return Err(Trouble::NotFound);
    }
    for telling in &mut tellings {
        telling.title = outward::masked(&telling.title);
        telling.credit = telling.credit.as_deref().map(outward::masked);
    }
    let (articles, portals) = telling::spread(pool, &story).await?;
    Ok(Known { id: story, tellings, articles, portals })
}

/// Minutes from the first article to another, by when each came into the world as far as that is known; nothing where a
/// portal gave only a day.
pub(in crate::web) fn lag_minutes(first: &Telling, other: &Telling) -> Option<i64> {
    let known = !first.date_only && !other.date_only;
    known.then(|| (other.appeared_at.duration_since(first.appeared_at).as_secs() / 60).max(0))
}

impl Story {
    fn title(&self) -> &str {
        self.known.tellings.first().map_or("", |first| &first.title)
    }

    fn published(&self, telling: &Telling) -> String {
        self.frame.published(telling.at, telling.date_only)
    }

    fn lag(&self, telling: &Telling) -> Option<String> {
        lag(&self.frame, self.known.tellings.first()?, telling)
    }

    /// Articles that the page leaves out.
    fn more(&self) -> i64 {
        (self.known.articles - MOST).max(0)
    }
}

/// `sau 35 phút`; nothing for the first.
pub(in crate::web) fn lag(frame: &Frame, first: &Telling, telling: &Telling) -> Option<String> {
    if first.id == telling.id {
        return None;
    }
    let minutes = lag_minutes(first, telling)?;
    Some(match minutes {
        0..180 => frame.count("story.minutes", minutes),
        180..2880 => frame.count("story.hours", minutes / 60),
        _ => frame.count("story.days", minutes / 1440),
    })
}
