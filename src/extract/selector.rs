//! One selector as operators write it, `css` or `css@attribute`, read or refused in words. Nothing is matched here.

use std::sync::LazyLock;

use regex::Regex;

use super::pattern::pattern;
use scraper::Selector;

use crate::portal::Rules;

/// A selector that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct BadSelector {
    /// The list it stands in, such as `title`.
    pub key: &'static str,
    /// Its place in that list, from 0.
    pub place: usize,
    /// What is written there.
    pub selector: String,
    /// What is wrong and how to mend it, on one line.
    pub why: &'static str,
}

/// Every selector of `rules` that cannot be used.
#[must_use]
pub fn bad_selectors(rules: &Rules) -> Vec<BadSelector> {
    let mut out = Vec::new();
    for (key, list) in rules.lists() {
        for (place, written) in list.iter().enumerate() {
            let why = match parse(written) {
                Err(why) => Some(why),
                // A link is an element, what is taken out is one too: neither list reads attributes.
                Ok(read) if read.attribute.is_some() && matches!(key, "content" | "drop" | "links" | "next") => {
                    Some("this list asks for elements: leave `@attribute` out")
                }
                Ok(_) => None,
            };
            out.extend(why.map(|why| BadSelector { key, place, selector: written.clone(), why }));
        }
    }
    out
}

/// A selector in its parts.
pub(super) struct Parts<'w> {
    pub(super) selector: Selector,
    pub(super) css: &'w str,
    pub(super) attribute: Option<&'w str>,
}

/// Reads one selector, or says what is wrong with it.
pub(super) fn parse(written: &str) -> Result<Parts<'_>, &'static str> {
    static ATTRIBUTE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(.*)@([A-Za-z_:][\w:.-]*)$"));
    // An at sign may also stand in a quoted value: `a[href*='@']`.
    let (css, attribute) = match ATTRIBUTE.captures(written) {
        Some(parts) => (parts.get(1).map_or("", |css| css.as_str()), parts.get(2).map(|name| name.as_str())),
        None => (written, None),
    };
    match Selector::parse(css) {
        // The parser closes at the end what was left open, and matches something else than was meant.
        Ok(selector) if is_closed(css) => Ok(Parts { selector, css, attribute }),
        _ => Err(why(written)),
    }
}

/// Whether every bracket, parenthesis and quote has its partner.
fn is_closed(css: &str) -> bool {
    let (mut open, mut quote) = (0_i32, None);
    for c in css.chars() {
        match (quote, c) {
            (Some(mark), c) if c == mark => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '[' | '(') => open += 1,
            (None, ']' | ')') => open -= 1,
            _ => {}
        }
    }
    open == 0 && quote.is_none()
}

/// What is wrong with a text that is no selector: the mistakes that people make.
fn why(written: &str) -> &'static str {
    static DIGIT: LazyLock<Regex> = LazyLock::new(|| pattern(r"[.#]\d"));
    let count = |c: char| written.matches(c).count();
    let written = written.trim();
    if written.is_empty() || written.starts_with('@') {
        "it is empty: name an element before `@`, or remove it"
    } else if written.starts_with('/') || written.starts_with("(//") || written.contains("/@") {
        "this is XPath: write it as CSS, `//h1[@class='a']` is `h1.a`"
    } else if count('[') != count(']') {
        "a bracket `[` is not closed, or one too many is"
    } else if count('(') != count(')') {
        "a parenthesis `(` is not closed, or one too many is"
    } else if count('"') % 2 == 1 || count('\'') % 2 == 1 {
        "a quote is not closed"
    } else if written.contains("::") {
        "CSS here has no `::text` or `::attr`: text is read by itself, `css@name` reads an attribute"
    } else if [":contains", ":eq", ":first", ":last", ":gt", ":lt", ":visible"]
        .iter()
        .any(|own| written.match_indices(own).any(|(at, _)| !written[at + own.len()..].starts_with(['-', 'o', 'c'])))
    {
        "this is jQuery: use `:first-child`, `:last-child` or `:nth-child(N)`"
    } else if DIGIT.is_match(written) {
        "a name cannot begin with a digit: write `[id='9a']` or `[class~='9a']`"
    } else if written.ends_with(['>', '+', '~', ',']) || written.starts_with(['>', '+', '~', ',']) {
        "it begins or ends with a sign that joins two selectors"
    } else {
        "this is no CSS selector: `.name`, `#id`, `tag`, `[attribute=value]` joined by blanks or `>`"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_named() {
        let check = |written: &str, expected: &str| match parse(written) {
            Ok(_) => assert_eq!("", expected, "{written}"),
            Err(why) => assert!(!expected.is_empty() && why.contains(expected), "{written}: {why}"),
        };
        for good in ["h1", "a[href*='@']", "time@datetime", ".a > .b:first-child", "p:not(.x)", "[id$=lblDate]"] {
            check(good, "");
        }
        check("", "empty");
        check("@datetime", "empty");
        check("//h1[@class='a']", "XPath");
        check("div[class=a", "bracket");
        check("div:not(.a", "parenthesis");
        check("h1::text", "`::text`");
        check("p:contains('x')", "jQuery");
        check("p:first", "jQuery");
        check("#9a", "digit");
        check("div >", "joins");
        check("h1..x", "no CSS selector");
    }

    #[test]
    fn lists_of_elements_take_no_attribute() {
        let text = |list: &[&str]| list.iter().map(|&written| written.to_owned()).collect();
        let rules = Rules { date: text(&["time@datetime"]), content: text(&[".a", ".b@title"]), ..Rules::default() };
        let bad = bad_selectors(&rules);
        assert_eq!(bad.len(), 1, "{bad:?}");
        assert_eq!((bad[0].key, bad[0].place), ("content", 1));
    }
}
