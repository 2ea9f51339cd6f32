//! Field by field: what rules, metadata and the page itself found becomes one answer with its source, and what does not
//! fit becomes a problem in words.

use jiff::Timestamp;

use super::blocks::{self, Block};
use super::body::{self, Body};
use super::marks::Marks;
use super::metadata::Metadata;
use super::outline::{Id, Outline};
use super::selected::{Field, Match, Selected};
use super::site_name::is_site_like;
use super::{
    Extracted, Hints, byline, closing, container, dateline, disagree, headline, links, plain, sapo, script_text,
    verdict,
};
use crate::vietnamese;

/// A parsed page as every step sees it.
pub(super) struct Page<'p, 'a> {
    /// Its elements.
    pub(super) outline: &'p Outline<'a>,
    /// Its lines of text.
    pub(super) blocks: &'p [Block],
    /// Its head.
    pub(super) meta: &'p Metadata,
    /// Its markup, as it came.
    pub(super) html: &'p str,
}

/// Characters kept of a title, a summary and a text.
const MAX_TITLE: usize = 300;
const MAX_SUMMARY: usize = 2_000;
const MAX_TEXT: usize = 200_000;

/// A page that would choke the parser: its title and its text, one rough line after the other.
pub(super) fn unparsed(html: &str, hints: &Hints, problem: String) -> Extracted {
    let mut out = Extracted::default();
    let title = plain::title(html).map(plain::plain).filter(|title| !title.is_empty());
    out.article.title = cut(&title.or_else(|| hints.title.clone()).unwrap_or_default(), MAX_TITLE);
    let lines: Vec<String> = plain::strip(html).lines().map(vietnamese::clean).filter(|line| line.len() > 40).collect();
    out.article.text = cut(&lines.join("\n"), MAX_TEXT);
    out.article.published = hints.published;
    out.problems.push(problem);
    out.note("text", "tags stripped without a parser");
    if out.article.text.is_empty() {
        out.not_an_article = Some("no body text found".to_owned());
    }
    out
}

/// Whether what a title selector yielded can be a headline: some templates give the site's name the same class.
fn is_headline(text: &str) -> bool {
    (4..=400).contains(&text.chars().count()) && !is_site_like(text)
}

/// What is said of a title that only the head of the page gives.
pub(super) const SHOWN_NOWHERE: &str = "title: the page shows it nowhere";

/// Settles the title; returns the element that shows it and its wording there.
pub(super) fn title(
    out: &mut Extracted,
    page: &Page<'_, '_>,
    rules: &[&Selected],
    body: Option<Id>,
    hints: &Hints,
) -> (Option<Id>, String) {
    let ruled = pick(page, rules, Field::Title).filter(|found| is_headline(&found.value));
    let shown = headline::find(page, body, hints.title.as_deref());
    let linked = headline::linked(page);
    let (text, source, id, heading) = match (ruled, shown) {
        (Some(ruled), Some(shown)) => {
            if !disagree::on_title(out, &ruled, &shown) {
                (shown.text, shown.source, shown.id, shown.heading)
            } else if let Some((text, source)) = headline::worded(page, &ruled.value) {
                (text, source, Some(ruled.id), Some(ruled.value))
            } else {
                (ruled.value, ruled.source, Some(ruled.id), None)
            }
        }
        (Some(ruled), None) => (ruled.value, ruled.source, Some(ruled.id), None),
        (None, Some(shown)) => (shown.text, shown.source, shown.id, shown.heading),
        (None, None) => {
            let Some(title) = &hints.title else { return (None, String::new()) };
            (vietnamese::clean(title), "listing".to_owned(), None, None)
        }
    };
    if let Some(headline) = linked.filter(|_| out.problems.is_empty()) {
        disagree::on_headline(out, (&text, &source), &headline);
    }
    out.article.title = cut(&text, MAX_TITLE);
    out.note("title", &source);
    (id, heading.unwrap_or_else(|| out.article.title.clone()))
}

/// Reads the body by the rules, and by the general method when that looks wrong.
pub(super) fn text(
    out: &mut Extracted,
    page: &Page<'_, '_>,
    portal: Option<&Selected>,
    ruled: Option<(Id, String, &Selected)>,
    general: Option<Id>,
    heading: &str,
) -> (Body, Option<Id>) {
    let Page { outline, blocks, meta, .. } = *page;
    let read = |id: Id, rules: Option<&Selected>, foreign: Marks| {
        // What the portal's rules take out goes whichever way the body is read.
        let dropped: Vec<Id> = rules.iter().chain(&portal).flat_map(|rules| rules.dropped(outline, id)).collect();
        let reading = body::Reading { dropped: &dropped, title: heading, foreign };
        (body::read(outline, blocks, id, &reading), Some(id))
    };
    let mut chosen = general.map_or_else(|| (Body::default(), None), |id| read(id, None, Marks::FOREIGN));
    let mut source = "general method".to_owned();
    let mut surely_foreign = Marks::SURELY_FOREIGN;
    if container::is_live(outline, blocks) {
        // Such a list holds the newest entries only and another set at every visit; what stands above it tells the
        // story. Where nothing does, the entries are all the text there is.
        let standing = Marks::FOREIGN.with(Marks::LIVE);
        let above = container::find(outline, blocks, standing).map(|id| read(id, None, standing));
        if let Some(above) = above.filter(|above| above.0.lines.len() >= 2 && above.0.chars(blocks) >= 300) {
            (chosen, source) = (above, "general method, without the live entries".to_owned());
            surely_foreign = surely_foreign.with(Marks::LIVE);
        }
    }
    if let Some((id, selector, rules)) = ruled {
        let by_rules = read(id, Some(rules), Marks::FOREIGN);
        let of = |body: &Body| disagree::Length { chars: body.chars(blocks), links: body.links(blocks) };
        if disagree::on_text(out, &selector, of(&by_rules.0), of(&chosen.0)) {
            (chosen, source) = (by_rules, selector);
        }
    }
    let prose: u32 = blocks
        .iter()
        .filter(|block| block.is_prose() && !block.marks.any(surely_foreign))
        .map(|block| block.chars)
        .sum();
    let length = chosen.0.chars(blocks);
    if length * 4 < prose && prose > 600 && (meta.is_article() || !verdict::is_crowded(blocks)) {
        let second = container::find(outline, blocks, surely_foreign);
        let second = second.map(|id| read(id, None, surely_foreign));
        if let Some(second) = second.filter(|second| second.0.chars(blocks) > length * 2) {
            let more = second.0.chars(blocks);
            let who = source.split_once(": ").map_or(source.as_str(), |(who, _)| who);
            out.problems.push(format!(
                "text: {who}: {length} characters, without believing class names {more}; took the second"
            ));
            (chosen, source) = (second, "general method, class names not believed".to_owned());
        }
    }
    if chosen.1.is_some() {
        out.note("text", &source);
    }
    chosen
}

/// Settles the summary, and takes it out of `body`.
pub(super) fn summary(
    out: &mut Extracted,
    page: &Page<'_, '_>,
    rules: &[&Selected],
    body: &mut Body,
    title: Option<Id>,
    heading: &str,
) {
    let ruled = pick(page, rules, Field::Summary);
    let found = sapo::find(page, body, title, heading, ruled.as_ref());
    out.article.summary = cut(&found.text, MAX_SUMMARY);
    out.lead = cut(&found.shown, MAX_SUMMARY);
    if !found.text.is_empty() {
        out.note("summary", &found.source);
    }
}

/// Settles the text: what the markup holds, without the notes below it, or what JSON-LD or a script holds when the
/// markup has next to nothing.
pub(super) fn body_text(out: &mut Extracted, page: &Page<'_, '_>, body: &mut Body, html: &str) {
    let linked = &page.meta.linked;
    let named = page.meta.get(&["author", "article:author", "sailthru.author"]).map(|(_, name)| name);
    let authors: Vec<&str> = linked.authors.iter().map(String::as_str).chain(named).collect();
    closing::trim(page.blocks, body, &linked.body, &authors);
    out.article.text = cut(&body.text(page.blocks), MAX_TEXT);
    let told = &page.meta.linked.body;
    let length = told.chars().count();
    if length > 400 && length > 3 * out.article.text.chars().count() {
        out.problems.push("text: hardly any in the markup; taken from JSON-LD".to_owned());
        out.article.text = cut(told, MAX_TEXT);
        out.note("text", "JSON-LD articleBody");
    }
    // A page that a script builds: it has a headline in its head and no text. Lists and forms have no headline.
    let length = out.article.text.chars().count();
    if length < 300 && page.meta.is_article() && !out.article.title.is_empty() {
        let scripted = read_alone(&script_text::find(html), &out.article.title);
        if scripted.chars().count() > 400.max(4 * length) {
            out.problems.push("text: hardly any in the markup; taken from a script".to_owned());
            out.article.text = cut(&scripted, MAX_TEXT);
            out.note("text", "script");
        }
    }
}

/// The text of markup that is only an article's body.
fn read_alone(markup: &str, title: &str) -> String {
    if markup.is_empty() {
        return String::new();
    }
    let Ok(document) = super::parse(&format!("<article>{markup}</article>"), &[]) else { return String::new() };
    let outline = Outline::new(&document);
    let blocks = blocks::cut(&outline);
    let mut body = body::read(&outline, &blocks, 0, &body::Reading { dropped: &[], title, foreign: Marks::FOREIGN });
    closing::trim(&blocks, &mut body, "", &[]);
    body.text(&blocks)
}

/// Settles the author.
pub(super) fn author(
    out: &mut Extracted,
    page: &Page<'_, '_>,
    rules: &[&Selected],
    here: &dateline::Place<'_, '_>,
    body: &Body,
) {
    let ruled = rules.iter().find_map(|rules| rules.authors(page.outline));
    let site = page.meta.get(&["og:site_name"]).map_or("", |(_, name)| name);
    let signs = byline::Signs {
        title: here.title,
        headline: &out.article.title,
        body: here.body,
        ruled: ruled.as_ref(),
        signature: &body.signature,
        site,
    };
    if let Some(byline) = byline::find(page, &signs) {
        out.article.author = byline.names;
        out.note("author", &byline.source);
    }
}

/// Settles when it was published and changed.
pub(super) fn dates(out: &mut Extracted, place: &dateline::Place<'_, '_>, rules: &[&Selected], hints: &Hints) {
    let ruled = pick(place.page, rules, Field::Date);
    match dateline::published(place, ruled.as_ref()) {
        Some(mut found) => {
            if ruled.as_ref().is_some_and(|ruled| ruled.source == found.source)
                && let Some(other) = disagree::on_day(out, place, &found)
            {
                found = other;
            }
            out.article.published = Some(found.dated.at);
            out.article.date_only = !found.dated.has_time;
            out.offset = found.offset;
            out.zoneless = found.offset.is_none() && !place.is_vietnamese();
            if found.source == dateline::IMAGE_ADDRESS {
                out.problems.push("date: only the address of the lead image gives one".to_owned());
            }
            out.note("published", &found.source);
        }
        None if hints.published.is_some() => {
            out.article.published = hints.published;
            out.note("published", dateline::LISTING);
        }
        None => {}
    }
    // A listing that gives the minute of the same day knows more than a page that gives the day.
    if let (Some(at), Some(hint), true) = (out.article.published, hints.published, out.article.date_only) {
        let day = |at: Timestamp| at.to_zoned(crate::clock::vietnam()).date();
        if day(at) == day(hint) && hint != at {
            out.article.published = Some(hint);
            out.article.date_only = false;
        }
    }
    out.article.modified = dateline::modified(place, out.article.published);
}

/// Settles the section.
pub(super) fn category(out: &mut Extracted, page: &Page<'_, '_>, rules: &[&Selected]) {
    let named = page.meta.get(&["article:section", "articlesection", "cate_name", "category"]);
    let candidates = [
        pick(page, rules, Field::Category).map(|found| (found.value, found.source)),
        named.map(|(name, value)| (value.to_owned(), name.to_owned())),
        Some((page.meta.linked.section.clone(), "JSON-LD".to_owned())),
        links::last_crumb(page.outline, &out.article.title).map(|crumb| (crumb, "breadcrumb".to_owned())),
    ];
    // A section's name is short: longer texts are whole breadcrumbs or teasers.
    let found = candidates.into_iter().flatten().find(|(text, _)| (2..=80).contains(&text.chars().count()));
    if let Some((text, source)) = found {
        out.article.category = text;
        out.note("category", &source);
    }
}

/// The language that the page names.
pub(super) fn language(page: &Page<'_, '_>) -> String {
    let meta = page.meta;
    let named = Some(page.outline.language).filter(|tag| !tag.is_empty());
    let tag = named.or_else(|| meta.get(&["og:locale", "content-language", "language"]).map(|(_, value)| value));
    let tag = tag.unwrap_or(&meta.linked.language).trim().replace('_', "-");
    if tag.len() <= 35 && tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') { tag } else { String::new() }
}

/// Names what an article should have and has not.
pub(super) fn missing(out: &mut Extracted, title: Option<Id>) {
    if out.not_an_article.is_some() {
        return;
    }
    let article = &out.article;
    let found = [
        ("title", !article.title.is_empty()),
        ("text", !article.text.is_empty()),
        ("date", article.published.is_some()),
    ];
    for (field, _) in found.iter().filter(|(_, found)| !found) {
        out.problems.push(format!("{field}: not found on the page"));
    }
    if title.is_none() && !article.title.is_empty() {
        out.problems.push(SHOWN_NOWHERE.to_owned());
    }
}

/// What the first of the rules yields that yields anything.
fn pick(page: &Page<'_, '_>, rules: &[&Selected], field: Field) -> Option<Match> {
    rules.iter().find_map(|rules| rules.first(page.outline, field))
}

/// At most `limit` characters, cut at a space where there is one.
fn cut(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some((at, _)) => text[..text[..at].rfind([' ', '\n']).unwrap_or(at)].to_owned(),
    }
}
