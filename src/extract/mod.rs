//! HTML in, [`Article`] and problems out. Pure, and it never fails: what was found is returned with what is wrong.

pub mod attachment;
mod blocks;
mod body;
#[cfg(test)]
mod body_tests;
mod byline;
mod closing;
mod container;
mod dated;
#[cfg(test)]
mod date_tests;
mod dateline;
mod disagree;
mod elements;
mod families;
mod foreign_date;
mod gate;
mod head_date;
mod headline;
mod json_ld;
mod legacy;
mod links;
mod literals;
mod local_day;
mod marked_date;
mod marks;
mod metadata;
mod names;
mod outline;
mod pattern;
mod phrases;
mod plain;
mod refusal;
mod sapo;
mod seen_date;
mod script_text;
mod scripted_date;
mod selected;
mod selector;
mod settle;
mod site_name;
pub mod stamp;
mod tags;
#[cfg(test)]
mod tests;
mod unread;
mod verdict;
mod wording;
mod yielded;

use std::path::PathBuf;

use jiff::Timestamp;
use scraper::Html;
use serde::{Deserialize, Serialize};
use url::Url;

pub use families::{Families, Family};
pub use selected::Hit;
pub use selector::{BadSelector, bad_selectors};
pub use verdict::NOT_FOUND;
pub use yielded::Yielded;

use crate::portal::Rules;
use crate::vietnamese;
use marks::Marks;
use metadata::Metadata;
use outline::Outline;
use selected::Selected;
use selector::Asked;
use settle::Page;

/// How pages are read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// Folder of the operator's own software families, beside the configuration file; empty: the carried ones only.
    pub families: PathBuf,
}

/// What a page says, as text. Nothing in it is HTML.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Article {
    /// The headline, without the site's name.
    pub title: String,
    /// The sapo, without the agency's prefix.
    pub summary: String,
    /// Paragraphs joined by `\n`; without title, sapo, captions, related links and boilerplate.
    pub text: String,
    /// When it was published.
    pub published: Option<Timestamp>,
    /// True when the page gave only the day.
    pub date_only: bool,
    /// When it was changed after that.
    pub modified: Option<Timestamp>,
    /// Names joined by `, `; empty when there is none.
    pub author: String,
    /// The line under the text that names where it comes from, such as `Nguồn: TTXVN`; empty when there is none.
    pub source: String,
    /// The section it was published in; empty when unknown.
    pub category: String,
    /// The lead image, absolute.
    pub image: Option<Url>,
    /// The address that the page itself calls canonical, when it is on the same site and not the home page.
    pub canonical: Option<Url>,
    /// BCP 47 language tag.
    pub language: String,
    /// Files that the article links to.
    pub attachments: Vec<Attachment>,
    /// Canonical numbers of the legal documents it cites, in order.
    pub documents: Vec<String>,
    /// The same documents with issuer and date where the text gives them.
    pub citations: Vec<vietnamese::document::Citation>,
    /// The page asks that no copy be shown.
    pub noarchive: bool,
}

/// A file that an article links to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Attachment {
    /// Where it is.
    pub url: Url,
    /// The text of the link.
    pub title: String,
}

/// What a listing already said about a page: a second opinion for title and date.
#[derive(Clone, Debug, Default)]
pub struct Hints {
    /// The title in the listing or feed.
    pub title: Option<String>,
    /// The date in the listing or feed.
    pub published: Option<Timestamp>,
}

/// The outcome of reading a page.
#[derive(Clone, Debug, Default)]
pub struct Extracted {
    /// What was found.
    pub article: Article,
    /// The sapo as it stands on the page, with the agency's prefix; empty when only the metadata gave the summary.
    pub lead: String,
    /// The distance from UTC in which the page wrote its date; nothing when it wrote none, which means Vietnam.
    pub offset: Option<jiff::tz::Offset>,
    /// The page is foreign and wrote a day, or an hour of no zone: only the day is sure.
    pub zoneless: bool,
    /// The software that the page bears the marks of, the surest.
    pub family: Option<String>,
    /// Why this page is no article at all, when it is none.
    pub not_an_article: Option<String>,
    /// What is missing or doubtful, in words.
    pub problems: Vec<String>,
    /// Where each field was found: `title` → `family OneCMS: h1.detail-title`.
    pub sources: Vec<(&'static str, String)>,
}

impl Extracted {
    /// Everything a reader of the page sees as its text: the sapo where the page shows one, then the body.
    #[must_use]
    pub fn full_text(&self) -> String {
        match (self.lead.is_empty(), self.article.text.is_empty()) {
            (true, _) => self.article.text.clone(),
            (false, true) => self.lead.clone(),
            (false, false) => format!("{}\n{}", self.lead, self.article.text),
        }
    }

    /// The date of publication as RFC 3339, in the zone in which the page wrote it; only the day (`full-date`) of a
    /// foreign page that names no zone.
    #[must_use]
    pub fn published_at(&self) -> Option<String> {
        if self.zoneless {
            return Some(self.article.published?.to_zoned(crate::clock::vietnam()).date().to_string());
        }
        let zone = self.offset.map_or_else(crate::clock::vietnam, jiff::tz::TimeZone::fixed);
        let at = self.article.published?.to_zoned(zone);
        Some(at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
    }

    fn note(&mut self, field: &'static str, source: &str) {
        self.sources.push((field, source.to_owned()));
    }
}

/// Reads one page with the carried families. `rules` are the portal's own selectors; `now` bounds the dates that are
/// believed.
#[must_use]
pub fn article(html: &str, url: &Url, hints: &Hints, rules: Option<&Rules>, now: Timestamp) -> Extracted {
    article_of(html, url, hints, rules, Families::carried(), now)
}

/// Reads one page as [`article`] does, with the operator's `families`.
#[must_use]
pub fn article_of(
    html: &str,
    url: &Url,
    hints: &Hints,
    rules: Option<&Rules>,
    families: &Families,
    now: Timestamp,
) -> Extracted {
    let portal = rules.map(|rules| Selected::new("portal", rules));
    let asked: Vec<&Asked> = portal.iter().map(Selected::asked).chain([families.asked()]).collect();
    let mut document = match parse(html, &asked) {
        Ok(document) => document,
        Err(problem) => return settle::unparsed(html, hints, problem),
    };
    legacy::mend(&mut document);
    let outline = Outline::new(&document);
    let page =
        Page { blocks: &blocks::cut(&outline), meta: &Metadata::read(&outline, url.as_str()), outline: &outline, html };
    let rules: Vec<&Selected> = portal.iter().chain(families.recognise(html)).collect();
    let family = rules.get(usize::from(portal.is_some())).map(|family| family.family().to_owned());
    let mut out = Extracted { family, ..Extracted::default() };

    // The body's place comes first: title and date are told from others of their kind by where they stand.
    let ruled = rules.iter().find_map(|rules| rules.content(&outline).map(|(id, source)| (id, source, *rules)));
    let general = container::find(&outline, page.blocks, Marks::FOREIGN);
    let place = ruled.as_ref().map(|(id, ..)| *id).or(general);
    let (title, heading) = settle::title(&mut out, &page, &rules, place, hints);
    let (mut body, place) = settle::text(&mut out, &page, portal.as_ref(), ruled, general, &heading);
    settle::summary(&mut out, &page, &rules, &mut body, title, &heading);
    settle::body_text(&mut out, &page, &mut body, html);
    let here = dateline::Place { page: &page, url, title, body: place, now };
    settle::dates(&mut out, &here, &rules, hints);
    settle::author(&mut out, &page, &rules, &here, &body);
    out.article.source.clone_from(&body.source);
    settle::category(&mut out, &page, &rules);
    if let Some((image, source)) = links::image(&outline, page.meta, url, place) {
        out.article.image = Some(image);
        out.note("image", source);
    }
    out.article.canonical = links::canonical(page.meta, url);
    out.article.language = settle::language(&page);
    out.article.attachments = links::attachments(&outline, url, place);
    out.article.noarchive = page.meta.noarchive();
    let whole = format!("{}\n{}\n{}", out.article.title, out.article.summary, out.article.text);
    out.article.citations = vietnamese::document::citations(&whole);
    out.article.documents = out.article.citations.iter().map(|cited| cited.number.clone()).collect();

    out.not_an_article = verdict::refuse(&page, html, url, &out, place);
    if out.not_an_article.is_none() {
        out.problems.extend(portal.iter().flat_map(|portal| portal.complaints(&outline)));
        disagree::on_silence(&mut out, &rules, &outline);
    }
    settle::missing(&mut out, title);
    out
}

/// Compiles what reading needs (patterns, selectors, lists of words), so that the first page is not the slowest by far: a
/// twentieth of a second of work, done by reading a small carried page.
pub fn get_ready(families: &Families) {
    const PAGE: &str = include_str!("ready.html");
    let url = Url::parse("https://example.gov.vn/tin/hop-bao-1.html");
    if let Ok(url) = url {
        let _ = article_of(PAGE, &url, &Hints::default(), None, families, Timestamp::UNIX_EPOCH);
    }
}

/// What each selector of `rules` finds on a page; nothing of a page that would choke the parser.
#[must_use]
pub fn hits(html: &str, rules: &Rules) -> Vec<Hit> {
    let asked = Selected::new("portal", rules);
    let Ok(document) = parse(html, &[asked.asked()]) else { return Vec::new() };
    selected::hits(&Outline::new(&document), rules)
}

/// The page as a tree, without the texts that no step reads and the attributes that neither a step nor a selector asks
/// for, or why it must not reach the parser.
fn parse(html: &str, asked: &[&Asked]) -> Result<Html, String> {
    let markup = gate::admit(html, asked)?;
    // Domino answers some requests with bare rows: without a table around them a parser would throw the cells away.
    let start = markup.trim_start().get(..3).unwrap_or_default();
    Ok(if ["<tr", "<td"].iter().any(|tag| start.eq_ignore_ascii_case(tag)) {
        Html::parse_document(&format!("<table>{markup}</table>"))
    } else {
        Html::parse_document(&markup)
    })
}
