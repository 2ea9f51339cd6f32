//! What a portal's selectors are worth on the pages that a check read: how many they filled, which never match, and
//! where they say something else than the family or the general method. Nothing is fetched here.

use serde::Serialize;
use url::Url;

use super::check::Seen;
use super::explain::{short, source_of};
use crate::clock::{Timestamp, vietnam};
use crate::extract::{Extracted, Families, Hints, article_of, hits};
use crate::portal::Rules;
use crate::portal::import::Imported;

/// How many of the articles have a field, and where it was found.
#[derive(Serialize)]
pub(super) struct Filled {
    pub(super) field: &'static str,
    pub(super) filled: usize,
    pub(super) sources: Vec<Counted>,
}

/// A source and the articles that it filled.
#[derive(Serialize)]
pub(super) struct Counted {
    pub(super) source: String,
    pub(super) count: usize,
}

/// How a selector did.
#[derive(Serialize)]
pub(super) struct Tried {
    pub(super) key: &'static str,
    selector: String,
    /// Its line in the file that was checked.
    line: Option<usize>,
    /// Pages on which it found something.
    pages: usize,
    /// Pages on which it was tried: articles, and listings for links.
    of: usize,
    /// What it found first.
    first: String,
}

/// A page that is no article.
#[derive(Serialize)]
pub(super) struct Refused {
    pub(super) url: Url,
    pub(super) reason: String,
}

/// One field of one page of which the portal's selectors say something else than is found without them.
#[derive(Serialize)]
pub(super) struct Disagreement {
    pub(super) url: Url,
    pub(super) field: &'static str,
    source: String,
    says: String,
    other_source: String,
    other_says: String,
}

/// What is counted: the name, and the name under which sources are noted.
const FIELDS: [(&str, &str); 7] = [
    ("title", "title"),
    ("summary", "summary"),
    ("date", "published"),
    ("author", "author"),
    ("category", "category"),
    ("image", "image"),
    ("text", "text"),
];

/// How often each field was found, and where.
pub(super) fn fields(seen: &Seen) -> Vec<Filled> {
    let count = |(field, key): &(&'static str, &'static str)| {
        let mut filled = Filled { field, filled: 0, sources: Vec::new() };
        for source in seen.articles.iter().filter_map(|(_, _, read)| source_of(read, key)) {
            filled.filled += 1;
            match filled.sources.iter_mut().find(|known| known.source == source) {
                Some(known) => known.count += 1,
                None => filled.sources.push(Counted { source: source.to_owned(), count: 1 }),
            }
        }
        filled.sources.sort_by_key(|known| std::cmp::Reverse(known.count));
        filled
    };
    FIELDS.iter().map(count).collect()
}

/// How each selector of `rules` did; `file` knows where they stand.
pub(super) fn selectors(slug: &str, rules: &Rules, seen: &Seen, file: &Imported) -> Vec<Tried> {
    // Rules that fit nothing make no articles: then they are tried on what was taken for none.
    let pages = if seen.articles.is_empty() { &seen.refused } else { &seen.articles };
    let articles: Vec<_> = pages.iter().map(|(_, html, _)| hits(html, rules)).collect();
    let listings: Vec<_> = seen.listings.iter().map(|html| hits(html, rules)).collect();
    let mut out = Vec::new();
    for (key, list) in rules.lists() {
        let pages = if matches!(key, "links" | "next") { &listings } else { &articles };
        for (place, selector) in list.iter().enumerate() {
            let found: Vec<_> =
                pages.iter().flatten().filter(|hit| hit.key == key && hit.place == place && hit.count > 0).collect();
            out.push(Tried {
                key,
                selector: selector.clone(),
                line: file.line_of(slug, key, place),
                pages: found.len(),
                of: pages.len(),
                first: found.first().map(|hit| hit.first.clone()).unwrap_or_default(),
            });
        }
    }
    out
}

impl Tried {
    /// How it did, on one line.
    pub(super) fn in_words(&self) -> String {
        let first = if self.first.is_empty() { String::new() } else { format!(": “{}”", short(&self.first, 48)) };
        match (self.pages, self.of) {
            (_, 0) => format!("`{}` was not tried: no such page was read", self.selector),
            (0, of) => format!("`{}` on none of {of}", self.selector),
            (pages, of) => format!("`{}` on {pages} of {of}{first}", self.selector),
        }
    }

    /// What is wrong with it when it never matched.
    pub(super) fn complaint(&self) -> Option<String> {
        let line = self.line.map(|line| format!(" (line {line})")).unwrap_or_default();
        let pages = if matches!(self.key, "links" | "next") { "listing pages" } else { "articles" };
        (self.pages == 0 && self.of > 0).then(|| {
            let Self { key, selector, of, .. } = self;
            format!("rules.{key}: `{selector}`{line} matches nothing on {of} {pages}: mend or remove it")
        })
    }
}

impl Refused {
    pub(super) fn of((url, _, read): &(Url, String, Extracted)) -> Self {
        Self { url: url.clone(), reason: read.not_an_article.clone().unwrap_or_default() }
    }
}

/// Why no page was an article, when pages were read.
pub(super) fn why_none(seen: &Seen) -> String {
    let reason = seen.refused.first().and_then(|(_, _, read)| read.not_an_article.as_deref());
    reason.map(|reason| format!(" ({} pages are none, the first: {reason})", seen.refused.len())).unwrap_or_default()
}

/// Where the portal's selectors and the rest say different things.
pub(super) fn disagreements(seen: &Seen, families: &Families, now: Timestamp) -> Vec<Disagreement> {
    let mut out = Vec::new();
    for (url, html, read) in &seen.articles {
        let by_rules = |key: &str| source_of(read, key).is_some_and(|source| source.starts_with("portal: "));
        if !FIELDS.iter().any(|(_, key)| by_rules(key)) {
            continue;
        }
        let other = article_of(html, url, &Hints::default(), None, families, now);
        for (field, key) in FIELDS.iter().filter(|(_, key)| by_rules(key)) {
            let (Some(source), Some(other_source)) = (source_of(read, key), source_of(&other, key)) else { continue };
            if let Some((says, other_says)) = differ(field, read, &other) {
                out.push(Disagreement {
                    url: url.clone(),
                    field,
                    source: source.to_owned(),
                    says,
                    other_source: other_source.to_owned(),
                    other_says,
                });
            }
        }
    }
    out
}

/// What two readings of one page say of a field, when that is not the same.
fn differ(field: &str, one: &Extracted, other: &Extracted) -> Option<(String, String)> {
    let (a, b) = (&one.article, &other.article);
    let words = |text: &str| text.split(|c: char| !c.is_alphanumeric()).collect::<String>().to_lowercase();
    let texts = |a: &str, b: &str| {
        let differ = words(a) != words(b) && !a.is_empty() && !b.is_empty();
        differ.then(|| (short(a, 60), short(b, 60)))
    };
    match field {
        "title" => texts(&a.title, &b.title),
        "summary" => texts(&a.summary, &b.summary),
        "author" => texts(&a.author, &b.author),
        "category" => texts(&a.category, &b.category),
        "date" => {
            let day = |at: Option<Timestamp>| at.map(|at| at.to_zoned(vietnam()).date());
            let show = |at: Option<Timestamp>| {
                at.map(|at| at.to_zoned(vietnam()).strftime("%d/%m/%Y").to_string()).unwrap_or_default()
            };
            (day(a.published) != day(b.published)).then(|| (show(a.published), show(b.published)))
        }
        "text" => {
            // The sapo may stand in the one and not in the other.
            let (long, short) = (one.full_text().chars().count(), other.full_text().chars().count());
            let apart = long.max(short) * 4 > long.min(short) * 5;
            apart.then(|| (format!("{long} characters"), format!("{short} characters")))
        }
        _ => None,
    }
}

impl Disagreement {
    /// What each says, on one line.
    pub(super) fn in_words(&self) -> String {
        format!("{} says “{}”; {} says “{}”", self.source, self.says, self.other_source, self.other_says)
    }
}
