//! A feed as it was sent in, well-delimited XML out: what careless software writes is mended character by character, and
//! what XML could be abused with (document types, entities, processing instructions) is taken out.

use crate::discover::plain;

/// How far the end of a quoted attribute is looked for; beyond it the quote was a slip.
const MAX_ATTRIBUTE: usize = 4096;
/// Namespaces under which Atom has been written before and beside RFC 4287.
const OLD_ATOM: [&str; 4] = [
    "http://purl.org/atom/ns#",
    "http://purl.org/atom/",
    "http://www.w3.org/2005/Atom/",
    "https://www.w3.org/2005/Atom",
];
const ATOM: &str = "http://www.w3.org/2005/Atom";
/// Versions of RSS that feed-rs knows; other values are read as the newest.
const RSS_VERSIONS: [&str; 3] = ["0.91", "0.92", "2.0"];

/// Rewrites `text` so that an XML parser can read it.
pub(super) fn repair(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    // Warnings of a broken script and blank lines stand before the feed.
    let mut rest = text.find('<').map_or("", |start| &text[start..]);
    let mut root_seen = false;
    while !rest.is_empty() {
        let Some(at) = rest.find('<') else {
            push_text(&mut out, rest);
            break;
        };
        push_text(&mut out, &rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("<![CDATA[") {
            let end = after.find("]]>").unwrap_or(after.len());
            out.push_str("<![CDATA[");
            out.extend(after[..end].chars().filter(|&c| allowed(c)));
            out.push_str("]]>");
            rest = after.get(end + 3..).unwrap_or("");
        } else if rest.starts_with("<!--") {
            rest = skip_past(rest, "-->");
        } else if rest.starts_with("<?") {
            rest = skip_past(rest, ">");
        } else if rest.starts_with("<!") {
            rest = skip_doctype(rest);
        } else if is_tag(rest) {
            let end = tag_end(rest);
            push_tag(&mut out, &rest[..end], &mut root_seen);
            rest = &rest[end..];
        } else {
            out.push_str("&lt;");
            rest = &rest[1..];
        }
    }
    out
}

/// Characters that XML 1.0 allows.
fn allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && !matches!(c, '\u{7F}'..='\u{9F}' | '\u{FFFE}' | '\u{FFFF}'))
}

fn skip_past<'a>(rest: &'a str, end: &str) -> &'a str {
    rest.find(end).map_or("", |at| &rest[at + end.len()..])
}

/// A document type may hold declarations in brackets; none of them is ever read.
fn skip_doctype(rest: &str) -> &str {
    let end = rest.find('>').unwrap_or(rest.len());
    match rest[..end].find('[') {
        Some(bracket) => {
            let after = &rest[bracket..];
            let close = after.find("]>").or_else(|| after.find(']')).unwrap_or(after.len());
            skip_past(&after[close..], ">")
        }
        None => rest.get(end + 1..).unwrap_or(""),
    }
}

fn is_tag(rest: &str) -> bool {
    let bytes = rest.as_bytes();
    let first = if bytes.get(1) == Some(&b'/') { bytes.get(2) } else { bytes.get(1) };
    first.is_some_and(|&b| b.is_ascii_alphabetic() || b == b'_' || b >= 0x80)
}

/// Where the tag at the start of `rest` ends, quotes observed as long as they close.
fn tag_end(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'>' => return at + 1,
            b'<' => return at,
            quote @ (b'"' | b'\'') if opens_value(&bytes[..at]) => {
                let window = &bytes[at + 1..bytes.len().min(at + 1 + MAX_ATTRIBUTE)];
                at += window.iter().position(|&b| b == quote).map_or(1, |end| end + 2);
            }
            _ => at += 1,
        }
    }
    bytes.len()
}

fn opens_value(before: &[u8]) -> bool {
    before.trim_ascii_end().last() == Some(&b'=')
}

fn push_text(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.extend(rest[..at].chars().filter(|&c| allowed(c)));
        rest = &rest[at..];
        let length = push_reference(out, rest);
        rest = &rest[length..];
    }
    out.extend(rest.chars().filter(|&c| allowed(c)));
}

/// Writes the reference at the start of `rest` so that XML knows it, and returns how much was read.
fn push_reference(out: &mut String, rest: &str) -> usize {
    let Some((value, length)) = plain::reference(rest) else {
        out.push_str("&amp;");
        return 1;
    };
    match value.as_str() {
        "&" => out.push_str("&amp;"),
        "<" => out.push_str("&lt;"),
        ">" => out.push_str("&gt;"),
        "\"" => out.push_str("&quot;"),
        "'" => out.push_str("&apos;"),
        other => out.extend(other.chars().filter(|&c| allowed(c))),
    }
    length
}

fn push_tag(out: &mut String, tag: &str, root_seen: &mut bool) {
    let start = out.len();
    if quotes_close(tag) {
        push_text(out, tag);
    } else {
        // Attributes that cannot be told apart would hide everything up to the next quote.
        out.push_str(tag.split(|c: char| c.is_ascii_whitespace()).next().unwrap_or(tag).trim_end_matches('>'));
    }
    if !out.ends_with('>') {
        out.push('>');
    }
    if !*root_seen && !tag.starts_with("</") {
        *root_seen = true;
        let root = mend_root(&out[start..]);
        out.replace_range(start.., &root);
    }
}

fn quotes_close(tag: &str) -> bool {
    let mut open = None;
    for byte in tag.bytes() {
        match (byte, open) {
            (b'"' | b'\'', None) => open = Some(byte),
            (_, Some(quote)) if quote == byte => open = None,
            _ => {}
        }
    }
    open.is_none()
}

/// feed-rs reads a root only with a version and a namespace it knows.
fn mend_root(tag: &str) -> String {
    let name: String = tag[1..].chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
    let mut root = tag.to_owned();
    if name.eq_ignore_ascii_case("rss") {
        root = without_attribute(&root, "xmlns");
        let version = attribute(&root, "version").map(|(start, end)| root[start..end].to_owned());
        if !version.is_some_and(|version| RSS_VERSIONS.contains(&version.as_str())) {
            root = without_attribute(&root, "version");
            root.replace_range(..=name.len(), "<rss version=\"2.0\"");
        }
    } else if name == "feed" || name == "entry" {
        for old in OLD_ATOM {
            for quote in ['"', '\''] {
                root = root.replace(&format!("xmlns={quote}{old}{quote}"), &format!("xmlns={quote}{ATOM}{quote}"));
            }
        }
    }
    root
}

/// Where the value of an attribute stands in a tag.
fn attribute(tag: &str, name: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    while let Some(at) = tag[from..].find(name).map(|at| at + from) {
        from = at + name.len();
        let after = tag[from..].trim_start();
        let is_whole = tag[..at].ends_with(|c: char| c.is_ascii_whitespace());
        let Some(value) = after.strip_prefix('=').map(str::trim_start).filter(|_| is_whole) else { continue };
        let quote = value.chars().next().filter(|&c| c == '"' || c == '\'')?;
        let start = tag.len() - value.len() + 1;
        return Some((start, start + tag[start..].find(quote)?));
    }
    None
}

fn without_attribute(tag: &str, name: &str) -> String {
    let Some((start, end)) = attribute(tag, name) else { return tag.to_owned() };
    let at = tag[..start].rfind(name).unwrap_or(start);
    format!("{}{}", &tag[..at], &tag[end + 1..])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    fn check(feed: &str, expected: &str) {
        assert_eq!(repair(feed), expected, "{feed}");
    }

    #[test]
    fn roots_get_the_version_and_namespace_that_are_meant() {
        check("<rss><channel/></rss>", "<rss version=\"2.0\"><channel/></rss>");
        check("<rss version='2.01'>", "<rss version=\"2.0\" >");
        check("<rss version=\"0.91\">", "<rss version=\"0.91\">");
        check("<rss xmlns=\"http://backend.userland.com/rss2\" version=\"2.0\">", "<rss  version=\"2.0\">");
        check(
            "<feed version='0.3' xmlns='http://purl.org/atom/ns#'>",
            "<feed version='0.3' xmlns='http://www.w3.org/2005/Atom'>",
        );
    }

    #[test]
    fn text_is_mended_and_cdata_is_left_alone() {
        check("<a>tsch&uuml;ss &amp; a & b &#7845; < c</a>", "<a>tschüss &amp; a &amp; b ấ &lt; c</a>");
        check("<a><![CDATA[&uuml; & <b>\u{1}]]></a>", "<a><![CDATA[&uuml; & <b>]]></a>");
        check("<a>\u{0}\u{8}x</a>", "<a>x</a>");
        check("<e url=\"x?a=1&b=2\" q='>'/>", "<e url=\"x?a=1&amp;b=2\" q='>'/>");
        check("\u{FEFF}\n Warning: <?xml version='1.0' encoding='latin1'?><!-- x --><a>y", "<a>y");
    }

    #[test]
    fn entities_are_never_expanded() {
        check(
            "<!DOCTYPE a [<!ENTITY c \"cccc\"><!ENTITY f SYSTEM \"file:///etc/passwd\">]><a>&c;&f;</a>",
            "<a>&amp;c;&amp;f;</a>",
        );
        check("<!DOCTYPE rss PUBLIC \"-//N\" \"http://x/y.dtd\"><a/>", "<a/>");
        check("<!DOCTYPE a [", "");
    }

    #[test]
    fn torn_markup_does_not_swallow_the_rest() {
        check("<a b=\"c><d>x</d>", "<a><d>x</d>");
        check("<a <b>x</b>", "<a ><b>x</b>");
        check("<a><![CDATA[x", "<a><![CDATA[x]]>");
    }
}
