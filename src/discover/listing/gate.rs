//! The cheap look before the parser: one linear pass that says whether a page would make an HTML parser explode. An
//! ordinary page passes; the few kilobytes that become millions of nodes do not.

use std::collections::HashMap;

/// Larger pages are not listings.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// Nested blocks; portals with tables inside tables inside tables stay under 60.
const MAX_DEPTH: usize = 512;
/// Attributes of one tag; the parser compares each with each.
const MAX_ATTRIBUTES: usize = 1000;
/// Elements that the parser may make, those that it opens again in every block included.
const MAX_NODES: usize = 1_000_000;

/// Tags that need no end tag, or have none: they add nothing to the depth.
const SHALLOW: [&str; 28] = [
    "p", "li", "td", "th", "tr", "dd", "dt", "option", "br", "img", "hr", "input", "meta", "link", "wbr", "col",
    "base", "area", "embed", "source", "param", "track", "tbody", "thead", "tfoot", "colgroup", "html", "body",
];
/// Elements that the parser opens again wherever they were left open (WHATWG HTML, "list of active formatting elements").
const FORMATTING: [&str; 13] =
    ["b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];

/// Why the page must not be parsed, or nothing.
pub(super) fn refuse(html: &str) -> Option<String> {
    if html.len() > MAX_BYTES {
        return Some(format!("page of {} MB is too large to be a listing", html.len() >> 20));
    }
    let (mut depth, mut nodes) = (0_usize, 0_usize);
    let mut formatting = Formatting::default();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let (tag, after) = next_tag(rest);
        rest = after;
        let name = name_of(tag);
        if name.is_empty() {
            continue;
        }
        let closes = tag.as_bytes().get(1) == Some(&b'/');
        if attributes(tag) > MAX_ATTRIBUTES {
            return Some(format!("a tag with more than {MAX_ATTRIBUTES} attributes, page not parsed"));
        }
        if FORMATTING.contains(&name.as_str()) {
            formatting.count(&name, tag, closes);
        } else if closes {
            depth = depth.saturating_sub(usize::from(!SHALLOW.contains(&name.as_str())));
        } else {
            depth += usize::from(!SHALLOW.contains(&name.as_str()) && !tag.ends_with("/>"));
            nodes += 1 + formatting.open;
        }
        if depth > MAX_DEPTH || nodes > MAX_NODES {
            return Some("markup nested too deep or left open too often, page not parsed".to_owned());
        }
        if matches!(name.as_str(), "script" | "style" | "textarea" | "title") && !closes {
            rest = skip_raw(rest, &name);
        }
    }
    None
}

/// Formatting elements that are open. Of equal ones the parser keeps three ("Noah's Ark").
#[derive(Default)]
struct Formatting<'a> {
    open: usize,
    equal: HashMap<&'a str, usize>,
    by_name: HashMap<String, Vec<&'a str>>,
}

impl<'a> Formatting<'a> {
    fn count(&mut self, name: &str, tag: &'a str, closes: bool) {
        if closes {
            if let Some(closed) = self.by_name.get_mut(name).and_then(Vec::pop) {
                self.open -= 1;
                *self.equal.entry(closed).or_default() -= 1;
            }
            return;
        }
        let equal = self.equal.entry(tag).or_default();
        if *equal < 3 {
            *equal += 1;
            self.open += 1;
            self.by_name.entry(name.to_owned()).or_default().push(tag);
        }
    }
}

/// The tag or comment at the start of `rest`, and what follows.
fn next_tag(rest: &str) -> (&str, &str) {
    let end = match rest.strip_prefix("<!--") {
        Some(comment) => comment.find("-->").map(|end| end + 7),
        None => rest.find('>').map(|end| end + 1),
    };
    rest.split_at(end.unwrap_or(rest.len()))
}

fn name_of(tag: &str) -> String {
    tag.trim_start_matches(['<', '/'])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric())
        .take(12)
        .collect::<String>()
        .to_ascii_lowercase()
}

/// At most how many attributes a tag has, quoted values counted as if they were not quoted when that is few.
fn attributes(tag: &str) -> usize {
    if tag.len() < MAX_ATTRIBUTES {
        return 0;
    }
    let mut quote = None;
    let mut count = 0;
    for byte in tag.bytes() {
        match (byte, quote) {
            (b'"' | b'\'', None) => quote = Some(byte),
            (_, Some(open)) if open == byte => quote = None,
            (b' ' | b'\n' | b'\t' | b'/', None) => count += 1,
            _ => {}
        }
    }
    count
}

fn skip_raw<'a>(rest: &'a str, name: &str) -> &'a str {
    let mut from = 0;
    while let Some(at) = rest[from..].find("</").map(|at| at + from) {
        if rest.get(at + 2..at + 2 + name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name)) {
            return &rest[at..];
        }
        from = at + 2;
    }
    ""
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    fn check(html: &str, refused: bool) {
        assert_eq!(refuse(html).is_some(), refused, "{}", &html[..html.len().min(60)]);
    }

    #[test]
    fn ordinary_pages_pass() {
        check("", false);
        check("<html><body><p>a<p>b<ul><li>c<li>d</ul><script>if (a<b) '<div>'</script></body></html>", false);
        check(&"<p><b>x<li><font color=red>y".repeat(5000), false);
        check(&"<a href=x>y</a>".repeat(100_000), false);
        check(&"<div><img src='data:image/png;base64,AAAA/AAAA'></div>".repeat(1000), false);
        check("<a <b <!-- <", false);
    }

    #[test]
    fn explosive_pages_do_not() {
        check(&"<ul><li>".repeat(32_000), true);
        check(&"<div>".repeat(500_000), true);
        let fonts: String = (0..2000).map(|n| format!("<font a{n}>")).collect();
        check(&format!("{fonts}{}", "<p>".repeat(2000)), true);
        check(&format!("<a {}>", "b ".repeat(1_000_000)), true);
    }
}
