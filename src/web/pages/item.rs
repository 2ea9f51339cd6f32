//! One article: what it is, where the original stands, which documents it cites, who else carries it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::REFERER;
use axum::response::Response;
use serde_json::json;

use crate::archive::attachments::{self, File};
use crate::archive::telling::{self, Telling};
use crate::archive::{self, Cited, Record, Status};
use crate::pipeline::attachments::LIST_OF_PERSONS;
use crate::web::asked::show_issue;
use crate::web::form;
use crate::web::frame::{Frame, page};
use crate::web::history::{self, Edit};
use crate::web::pages::document;
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;
use crate::web::{Options, Site, outward, unanswered};

/// Other articles of the story that the page lists; the story's own page has more.
const OTHERS: usize = 5;

#[derive(Template)]
#[template(path = "item.html")]
struct Item {
    frame: Frame,
    article: Record,
    summary: String,
    extract: String,
    files: Vec<File>,
    others: Vec<Telling>,
    /// All articles of the story but this one.
    told_by: i64,
    versions: Vec<Edit>,
    cited: Vec<Cited>,
    json_ld: String,
}

/// `/items/{id}`.
pub(in crate::web) async fn show(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    let article = find(&site, &id).await?;
    if let Some(before) = headers.get(REFERER).and_then(|before| before.to_str().ok()) {
        unanswered::opened(&site, before);
    }
    let pool = site.parts.store.pool();
    let cited = archive::table::cited(pool, &article).await?;
    let mut others = telling::of(pool, &article.story, OTHERS as i64 + 1).await?;
    others.retain(|other| other.id != article.id);
    others.truncate(OTHERS);
    let told_by = telling::spread(pool, &article.story).await?.0 - 1;
    let files = if shown(&article) { attachments::of(pool, &id).await? } else { Vec::new() };
    others.iter_mut().for_each(|other| other.title = outward::masked(&other.title));
    let versions = history::edits(&archive::table::versions(pool, &id).await?, quoted(&article));
    let json_ld = outward::json_block(&linked_data(&article, &site.parts.options));
    let summary = if shown(&article) { outward::masked(&article.summary) } else { String::new() };
    let extract = if shown(&article) && !article.noarchive { outward::extract(&article.text) } else { String::new() };
    let frame = Frame::of(&visitor);
    page(&Item { frame, article, summary, extract, files, others, told_by, versions, cited, json_ld })
}

/// The article with this id.
pub(in crate::web) async fn find(site: &Site, id: &str) -> Result<Record, Trouble> {
    let shape = id.len() == 26 && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if !shape {
        return Err(Trouble::NotFound);
    }
    let mut article = archive::table::find(site.parts.store.pool(), id).await?.ok_or(Trouble::NotFound)?;
    article.title = outward::masked(&article.title);
    Ok(article)
}

/// What its portal took down we do not show either.
pub(in crate::web) fn shown(article: &Record) -> bool {
    article.status == Status::Live
}

/// Whether words of it may be shown.
pub(in crate::web) fn quoted(article: &Record) -> bool {
    shown(article) && !article.noarchive
}

impl Item {
    fn gone(&self) -> bool {
        !shown(&self.article)
    }

    fn original(&self) -> Option<&str> {
        outward::link(&self.article.url)
    }

    fn published(&self, article: &Record) -> String {
        article.published_at.map_or_else(|| "–".to_owned(), |at| self.frame.published(at, article.date_only))
    }

    fn published_word(&self) -> &'static str {
        self.frame.word("item", if self.article.date_only { "published_on" } else { "published" })
    }

    /// The words of a file's link, or the name of the file.
    fn file_title(&self, file: &File) -> String {
        if !file.title.trim().is_empty() {
            return outward::masked(&file.title);
        }
        let name = file.url.split(['?', '#']).next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
        outward::masked(&form::unescaped(name))
    }

    /// `PDF, 15,7 KB`.
    fn file_facts(&self, file: &File) -> String {
        let kind = self.frame.word("file_kind", &file.kind);
        match file.bytes {
            Some(bytes) => format!("{kind}, {}", self.frame.size(bytes)),
            None => kind.to_owned(),
        }
    }

    /// What became of a file, in the reader's words.
    fn file_state(&self, file: &File) -> &'static str {
        let reason = file.reason.as_deref().unwrap_or_default();
        let key = match file.state {
            attachments::State::Refused if reason == LIST_OF_PERSONS => "persons",
            state => state.as_str(),
        };
        self.frame.word("file_state", key)
    }

    fn issue(&self, cited: &Cited) -> Option<String> {
        show_issue(cited)
    }

    fn citing(&self, number: &str) -> String {
        document::address(number)
    }

    fn told(&self, other: &Telling) -> String {
        self.frame.published(other.at, other.date_only)
    }
}

/// schema.org for machines: our page speaks about the original and says so.
fn linked_data(article: &Record, options: &Options) -> serde_json::Value {
    let mut data = json!({
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.title,
        "url": options.address(&format!("/items/{}", article.id)),
        "isBasedOn": outward::link(&article.url),
        "inLanguage": if article.language.is_empty() { "vi" } else { &article.language },
        "publisher": { "@type": "GovernmentOrganization", "name": article.portal_name },
        "citation": article.documents,
    });
    if let Some(at) = article.published_at {
        let day = || at.to_zoned(crate::clock::vietnam()).date().to_string();
        data["datePublished"] = if article.date_only { json!(day()) } else { json!(at) };
    }
    if let Some(at) = article.modified_at {
        data["dateModified"] = json!(at);
    }
    if shown(article) && !article.summary.is_empty() {
        data["abstract"] = json!(outward::masked(&article.summary));
    }
    data
}
