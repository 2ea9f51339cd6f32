//! One linear pass over the markup before the parser: an HTML parser takes quadratic time on deep nesting and on
//! formatting elements that are never closed. What fails here is read by `plain` instead. Never allocates.

/// Bytes of markup beyond which a page is not parsed: the largest real article page seen was under 600 KB.
const MAX_BYTES: usize = 2 << 20;
/// Open elements at any point. Real pages stay under 60; table layouts of old portals under 150.
const MAX_DEPTH: usize = 400;
/// Formatting elements open at any point: each is opened again in every block that follows.
const MAX_FORMATTING: usize = 120;
/// Attributes of one tag.
const MAX_ATTRIBUTES: usize = 500;
/// Tags in the page.
const MAX_TAGS: usize = 150_000;
/// Formatting elements that the parser opens again, summed over all blocks: each is a node of its own.
const MAX_REBUILT: usize = 300_000;

/// Elements that have no end tag.
const VOID: [&str; 14] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];
/// Elements that the parser carries from block to block while they are open.
const FORMATTING: [&str; 12] = ["b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u"];
/// Elements whose end tag is commonly left out, or that close their own kind: a run of them is no nesting.
const OPTIONAL_END: [&str; 12] = ["p", "li", "dt", "dd", "option", "td", "th", "tr", "tbody", "optgroup", "a", "nobr"];
/// Elements that hold text, not markup.
const RAW: [&str; 4] = ["script", "style", "textarea", "title"];

/// Says why a page must not reach the parser, or nothing when it may.
pub(super) fn refuse(html: &str) -> Option<String> {
    if html.len() > MAX_BYTES {
        return Some(format!("page too large to parse: {} KB of markup", html.len() / 1024));
    }
    let mut counts = Counts::default();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let (closing, body) = match rest.strip_prefix('/') {
            Some(body) => (true, body),
            None => (false, rest),
        };
        if let Some(comment) = body.strip_prefix("!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            continue;
        }
        let length = body.bytes().take_while(u8::is_ascii_alphanumeric).count();
        if length == 0 || length > 20 {
            continue;
        }
        let name = &body[..length];
        let (attributes, after, self_closed) = skip_attributes(&body[length..]);
        if attributes > MAX_ATTRIBUTES {
            return Some(format!("page refused before parsing: a tag with {attributes} attributes"));
        }
        rest = after;
        if let Some(problem) = counts.tag(name, closing, self_closed) {
            return Some(problem);
        }
        if !closing && let Some(raw) = RAW.iter().find(|raw| raw.eq_ignore_ascii_case(name)) {
            rest = after_raw(rest, raw);
            counts.depth = counts.depth.saturating_sub(1);
        }
    }
    None
}

/// What has been met so far.
#[derive(Default)]
struct Counts {
    tags: usize,
    depth: usize,
    loose: usize,
    formatting: usize,
    rebuilt: usize,
}

impl Counts {
    fn tag(&mut self, name: &str, closing: bool, self_closed: bool) -> Option<String> {
        let any = |list: &[&str]| list.iter().any(|entry| entry.eq_ignore_ascii_case(name));
        self.tags += 1;
        if self.tags > MAX_TAGS {
            return Some(format!("page refused before parsing: more than {MAX_TAGS} tags"));
        }
        if any(&VOID) || self_closed {
            return None;
        }
        let count = if any(&FORMATTING) {
            &mut self.formatting
        } else if any(&OPTIONAL_END) {
            &mut self.loose
        } else {
            &mut self.depth
        };
        *count = if closing { count.saturating_sub(1) } else { *count + 1 };
        if !closing {
            self.rebuilt += self.formatting;
        }
        if self.rebuilt > MAX_REBUILT {
            return Some("page refused before parsing: formatting elements left open over many blocks".to_owned());
        }
        if self.formatting > MAX_FORMATTING {
            return Some(format!("page refused before parsing: {} formatting elements left open", self.formatting));
        }
        if self.depth > MAX_DEPTH {
            return Some(format!("page refused before parsing: elements nested more than {MAX_DEPTH} deep"));
        }
        None
    }
}

/// Counts the attributes up to the end of a tag; quoted values may hold `>`.
fn skip_attributes(text: &str) -> (usize, &str, bool) {
    let bytes = text.as_bytes();
    let (mut count, mut at, mut slash) = (0, 0, false);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'>' => return (count, &text[at + 1..], slash),
            b'=' => {
                count += 1;
                at += 1;
                while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
                    at += 1;
                }
                if let Some(&quote @ (b'"' | b'\'')) = bytes.get(at) {
                    let end = bytes[at + 1..].iter().position(|&b| b == quote);
                    at = end.map_or(bytes.len(), |end| at + 1 + end);
                } else {
                    at = at.saturating_sub(1);
                }
                slash = false;
            }
            b'/' => slash = true,
            b' ' | b'\t' | b'\n' | b'\r' => {
                // Attributes without a value count too: a million of them is the same attack.
                if bytes.get(at + 1).is_some_and(u8::is_ascii_alphabetic) {
                    count += 1;
                }
            }
            _ => slash = false,
        }
        at += 1;
    }
    (count, "", slash)
}

fn after_raw<'a>(text: &'a str, name: &str) -> &'a str {
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(at) = text[from..].find("</") {
        let start = from + at + 2;
        if bytes.get(start..start + name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name.as_bytes())) {
            return &text[start + name.len()..];
        }
        from = start;
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_only_what_explodes() {
        let check = |html: String, word: &str| {
            let verdict = refuse(&html).unwrap_or_default();
            let head: String = html.chars().take(30).collect();
            assert!(verdict.contains(word) && verdict.is_empty() == word.is_empty(), "{head}: {verdict:?}");
        };
        check("<p>Một đoạn văn".repeat(5_000), "");
        check("<ul><li>".repeat(32_000), "nested");
        check("<b><i><font>".repeat(3_000), "formatting");
        check(format!("<div {}>", "a ".repeat(2_000)), "attributes");
        check("<font color=red>".repeat(100) + &"<p>Đoạn".repeat(20_000), "formatting");
        check("<table><tr><td>".repeat(100), "");
        check("x".repeat(MAX_BYTES + 1), "too large");
        check("<br>".repeat(MAX_TAGS + 1), "tags");
        check(format!("<script>{}</script><p>x</p>", "if (a<b) c('<div>');".repeat(1_000)), "");
        check(format!("<!--{}-->", "<div>".repeat(1_000)), "");
        check("<svg>".to_owned() + &"<path d='M0'/>".repeat(1_000) + "</svg>", "");
        check("<a title='x>".to_owned(), "");
    }
}
