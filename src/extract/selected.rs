//! Selectors from data applied to a page: a portal's own [`Rules`] or those of its software family. In each list the
//! first selector that yields something wins; `selector@attribute` reads an attribute.

use std::sync::LazyLock;

use regex::Regex;
use scraper::Selector;

use super::outline::{Id, Outline};
use super::pattern::pattern;
use super::selector::{self, Asked};
use crate::portal::Rules;

/// One selector, ready to match.
struct Rule {
    written: String,
    selector: Selector,
    attribute: Option<String>,
    /// Names without which nothing can match: most rules of a family are passed over by looking for these.
    needs: Vec<String>,
}

/// Rules ready to match, and what to call them in an article's sources.
pub(super) struct Selected {
    /// `portal` or `family OneCMS`.
    pub(super) origin: String,
    title: Vec<Rule>,
    summary: Vec<Rule>,
    content: Vec<Rule>,
    date: Vec<Rule>,
    author: Vec<Rule>,
    category: Vec<Rule>,
    drop: Vec<Rule>,
    /// Selectors that are none, in words.
    pub(super) problems: Vec<String>,
    asked: Asked,
}

/// What a selector yielded.
pub(super) struct Match {
    /// The value of the attribute, or the text on one line.
    pub(super) value: String,
    /// The element.
    pub(super) id: Id,
    /// `family OneCMS: h1.detail-title`.
    pub(super) source: String,
}

/// What one selector finds on a page.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Hit {
    /// The list it stands in, such as `title`.
    pub key: &'static str,
    /// Its place in that list, from 0.
    pub place: usize,
    /// What is written there.
    pub selector: String,
    /// Elements that it finds; those that yield no text are left out where text is asked for.
    pub count: usize,
    /// What the first of them yields.
    pub first: String,
}

/// What each selector of `rules` finds on a page, also those that others come before.
pub(super) fn hits(page: &Outline<'_>, rules: &Rules) -> Vec<Hit> {
    let mut out = Vec::new();
    for (key, list) in rules.lists() {
        for (place, written) in list.iter().enumerate() {
            let Ok(selector::Parts { selector, css, attribute }) = selector::parse(written) else { continue };
            let attribute = attribute.map(str::to_owned);
            let rule = Rule { written: written.clone(), selector, attribute, needs: needs_of(css) };
            let asks_for_text = !matches!(key, "drop" | "links" | "next");
            let mut yields =
                rule.matches(page).map(|id| rule.value(page, id)).filter(|text| !asks_for_text || !text.is_empty());
            let first = yields.next();
            let count = yields.count() + usize::from(first.is_some());
            out.push(Hit { key, place, selector: written.clone(), count, first: first.unwrap_or_default() });
        }
    }
    out
}

/// The lists that yield one text.
#[derive(Clone, Copy)]
pub(super) enum Field {
    Title,
    Summary,
    Date,
    Author,
    Category,
}

impl Selected {
    /// Compiles `rules`; a selector that is none is left out and named in `problems`.
    pub(super) fn new(origin: &str, rules: &Rules) -> Self {
        let mut problems = Vec::new();
        let mut list = |written: &[String]| -> Vec<Rule> {
            let mut out = Vec::new();
            for written in written {
                match selector::parse(written) {
                    Ok(selector::Parts { selector, css, attribute }) => {
                        let attribute = attribute.map(str::to_owned);
                        out.push(Rule { written: written.clone(), selector, attribute, needs: needs_of(css) });
                    }
                    Err(why) => problems.push(format!("the {origin} rules: `{written}`: {why}")),
                }
            }
            out
        };
        let (title, summary, content) = (list(&rules.title), list(&rules.summary), list(&rules.content));
        let (date, author, category) = (list(&rules.date), list(&rules.author), list(&rules.category));
        let drop = list(&rules.drop);
        let mut asked = Asked::default();
        rules.lists().iter().flat_map(|(_, list)| *list).for_each(|written| asked.add(written));
        Self { origin: origin.to_owned(), title, summary, content, date, author, category, drop, problems, asked }
    }

    /// The name of the family whose rules they are.
    pub(super) fn family(&self) -> &str {
        self.origin.strip_prefix("family ").unwrap_or(&self.origin)
    }

    /// The attributes that the selectors ask for.
    pub(super) fn asked(&self) -> &Asked {
        &self.asked
    }

    /// What the list of `field` yields.
    pub(super) fn first(&self, page: &Outline<'_>, field: Field) -> Option<Match> {
        let list = match field {
            Field::Title => &self.title,
            Field::Summary => &self.summary,
            Field::Date => &self.date,
            Field::Author => &self.author,
            Field::Category => &self.category,
        };
        list.iter().find_map(|rule| {
            rule.matches(page).find_map(|id| {
                let value = rule.value(page, id);
                (!value.is_empty()).then(|| Match { value, id, source: self.source(rule) })
            })
        })
    }

    /// Every name that the first yielding selector for authors matches, one a line.
    pub(super) fn authors(&self, page: &Outline<'_>) -> Option<Match> {
        /// Names kept: more are a list of contributors.
        const MAX_NAMES: usize = 6;
        let first = self.first(page, Field::Author)?;
        let rule = self.author.iter().find(|rule| self.source(rule) == first.source)?;
        if rule.attribute.is_some() {
            return Some(first);
        }
        let mut names: Vec<String> = Vec::new();
        for id in rule.matches(page).take(4 * MAX_NAMES) {
            let name = page.text_of(id);
            if !name.is_empty() && !names.contains(&name) && names.len() < MAX_NAMES {
                names.push(name);
            }
        }
        Some(Match { value: names.join("\n"), ..first })
    }

    /// The element that holds the body: of the first selector that matches text, the one with the most of it.
    pub(super) fn content(&self, page: &Outline<'_>) -> Option<(Id, String)> {
        self.content.iter().find_map(|rule| {
            let id =
                rule.matches(page).filter(|&id| page.nodes[id].chars > 0).max_by_key(|&id| page.nodes[id].chars)?;
            Some((id, self.source(rule)))
        })
    }

    /// What an operator should know of these rules: selectors that are none, and lists that find nothing where every
    /// article has something.
    pub(super) fn complaints(&self, page: &Outline<'_>) -> Vec<String> {
        let mut out = self.problems.clone();
        let silent = [
            ("title", !self.title.is_empty() && self.first(page, Field::Title).is_none()),
            ("content", !self.content.is_empty() && self.content(page).is_none()),
            ("date", !self.date.is_empty() && self.first(page, Field::Date).is_none()),
        ];
        for (key, _) in silent.iter().filter(|(_, silent)| *silent) {
            out.push(format!("the {} rules: no `{key}` selector finds anything on this page", self.origin));
        }
        out
    }

    /// What to take out of `body`.
    pub(super) fn dropped(&self, page: &Outline<'_>, body: Id) -> Vec<Id> {
        let rules: Vec<_> = self.drop.iter().filter(|rule| rule.is_possible(page)).collect();
        let inside = page.elements(body).skip(1);
        inside.filter(|&id| rules.iter().any(|rule| rule.is_match(page, id))).collect()
    }

    fn source(&self, rule: &Rule) -> String {
        format!("{}: {}", self.origin, rule.written)
    }
}

impl Rule {
    fn matches<'p>(&'p self, page: &'p Outline<'_>) -> impl Iterator<Item = Id> + 'p {
        let end = if self.is_possible(page) { page.nodes.len() } else { 0 };
        (0..end).filter(move |&id| self.is_match(page, id))
    }

    /// The value of the attribute, or the text on one line.
    fn value(&self, page: &Outline<'_>, id: Id) -> String {
        match &self.attribute {
            Some(attribute) => page.nodes[id].attr(attribute).map(crate::vietnamese::clean).unwrap_or_default(),
            None => page.text_of(id),
        }
    }

    fn is_possible(&self, page: &Outline<'_>) -> bool {
        self.needs.iter().all(|name| page.names.contains(name.as_str()))
    }

    fn is_match(&self, page: &Outline<'_>, id: Id) -> bool {
        page.nodes[id].element.is_some_and(|element| self.selector.matches(&element))
    }
}

/// The class names, identifiers and roles that a selector asks for, in lower case.
fn needs_of(css: &str) -> Vec<String> {
    static NAMES: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r#"\[(?:id|class|data-role|itemprop)[\^$*~|]?=["']?([\w-]+)[^\]]*\]|\[[^\]]*\]|[.#]([A-Za-z_][\w-]*)"#)
    });
    // Alternatives and negations ask for one name or its absence: such selectors are always tried.
    if css.contains([',', '(', '\\']) {
        return Vec::new();
    }
    let names = NAMES.captures_iter(css).filter_map(|found| found.get(1).or(found.get(2)));
    names.map(|name| name.as_str().to_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_tell_what_they_need() {
        let check = |css: &str, expected: &str| assert_eq!(needs_of(css).join(" "), expected, "{css}");
        check("h1.Title-a [itemprop=name]", "title-a name");
        check("#news-bodyhtml > p", "news-bodyhtml");
        check("[id^=dnn_ctr][id$=lblTitle]", "dnn_ctr lbltitle");
        check("a[href$='.pdf'].x", "x");
        check("div:not(.a)", "");
        check(".a, .b", "");
        check("main h1", "");
    }
}
