//! Where the tags, comments and raw texts of a page begin and end, by the rules of the HTML standard's tokeniser
//! (§13.2.5). In: bytes and a place among them. Out: the place behind. One pass, nothing is copied or kept.

/// A start or end tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// Its name as written.
    pub(super) name: &'a [u8],
    /// Whether it is an end tag.
    pub(super) closing: bool,
    /// Whether it ends in `/>`.
    pub(super) self_closed: bool,
    /// How many attributes it has, the same one twice counted twice.
    pub(super) attributes: usize,
    /// Where it begins and one past its end.
    pub(super) start: usize,
    pub(super) end: usize,
}

/// What begins at a `<`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Markup<'a> {
    /// A start or end tag.
    Tag(Tag<'a>),
    /// `<!-- -->`, with the place behind it.
    Comment(usize),
    /// `<!doctype>`, `<?xml?>`, `</ >`, `<![CDATA[`: whatever else ends at the next `>`, with the place behind it.
    Other(usize),
    /// A `<` that is text.
    Text,
    /// A tag that the page ends in: the tokeniser drops it.
    Unfinished,
}

/// Reads what begins at the `<` at `start`.
pub(super) fn read(bytes: &[u8], start: usize) -> Markup<'_> {
    let is_letter = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphabetic);
    match bytes.get(start + 1) {
        Some(b'!') if bytes[start..].starts_with(b"<!--") => Markup::Comment(end_of_comment(bytes, start + 4)),
        Some(b'!' | b'?') => Markup::Other(behind(bytes, start, b'>')),
        Some(b'/') if is_letter(start + 2) => tag(bytes, start, start + 2),
        Some(b'/') if start + 2 < bytes.len() => Markup::Other(behind(bytes, start, b'>')),
        Some(_) if is_letter(start + 1) => tag(bytes, start, start + 1),
        _ => Markup::Text,
    }
}

/// The place of the end tag that closes a script whose text begins at `from`, or the end of the page. A script that
/// opens a comment and another script in it needs two end tags ("script data double escaped state").
pub(super) fn end_of_script(bytes: &[u8], from: usize) -> usize {
    let (mut escaped, mut doubly) = (false, false);
    let mut at = from;
    loop {
        let rest = &bytes[at..];
        // Dashes tell only where a comment is open, and scripts are full of them.
        let found = if escaped { memchr::memchr2(b'<', b'-', rest) } else { memchr::memchr(b'<', rest) };
        let Some(found) = found else { return bytes.len() };
        at += found;
        if bytes[at] == b'-' {
            if escaped && bytes[at..].starts_with(b"-->") {
                (escaped, doubly) = (false, false);
                at += 3;
            } else {
                at += 1;
            }
        } else if is_end_tag(bytes, at, b"script") {
            if !doubly {
                return at;
            }
            doubly = false;
            at += 8;
        } else if !escaped && bytes[at..].starts_with(b"<!--") {
            escaped = true;
            // Its dashes may be those of its end: `<!-->`.
            at += 2;
        } else if escaped && !doubly && is_named(bytes, at + 1, b"script") {
            doubly = true;
            at += 7;
        } else {
            at += 1;
        }
    }
}

/// The place of the end tag that closes the raw text of `name` from `from` on, or the end of the page.
pub(super) fn end_of_raw(bytes: &[u8], from: usize, name: &[u8]) -> usize {
    let mut at = from;
    while let Some(found) = memchr::memchr(b'<', &bytes[at..]) {
        at += found;
        if is_end_tag(bytes, at, name) {
            return at;
        }
        at += 1;
    }
    bytes.len()
}

fn is_end_tag(bytes: &[u8], at: usize, name: &[u8]) -> bool {
    bytes.get(at + 1) == Some(&b'/') && is_named(bytes, at + 2, name)
}

fn is_named(bytes: &[u8], at: usize, name: &[u8]) -> bool {
    let end = at + name.len();
    bytes.get(at..end).is_some_and(|found| found.eq_ignore_ascii_case(name))
        && bytes.get(end).is_some_and(|&byte| is_space(byte) || matches!(byte, b'/' | b'>'))
}

fn end_of_comment(bytes: &[u8], from: usize) -> usize {
    if bytes[from..].starts_with(b">") {
        return from + 1;
    }
    if bytes[from..].starts_with(b"->") {
        return from + 2;
    }
    let mut at = from;
    while let Some(found) = memchr::memmem::find(&bytes[at..], b"--") {
        at += found;
        if bytes[at + 2..].starts_with(b">") {
            return at + 3;
        }
        if bytes[at + 2..].starts_with(b"!>") {
            return at + 4;
        }
        at += 1;
    }
    bytes.len()
}

fn behind(bytes: &[u8], from: usize, byte: u8) -> usize {
    memchr::memchr(byte, &bytes[from..]).map_or(bytes.len(), |at| from + at + 1)
}

/// Reads a tag whose name begins at `at`.
fn tag(bytes: &[u8], start: usize, at: usize) -> Markup<'_> {
    let length = bytes[at..].iter().position(|&byte| is_space(byte) || matches!(byte, b'/' | b'>'));
    let Some(length) = length else { return Markup::Unfinished };
    let name = &bytes[at..at + length];
    let mut at = at + length;
    let mut attributes = 0;
    let mut slash = false;
    // Each turn stands before the name of an attribute.
    loop {
        match bytes.get(at) {
            None => return Markup::Unfinished,
            Some(b'>') => {
                let closing = bytes[start + 1] == b'/';
                return Markup::Tag(Tag { name, closing, self_closed: slash, attributes, start, end: at + 1 });
            }
            Some(b'/') => {
                slash = true;
                at += 1;
            }
            Some(&byte) if is_space(byte) => {
                slash = false;
                at += 1;
            }
            Some(_) => {
                slash = false;
                attributes += 1;
                match attribute(bytes, at) {
                    Some(after) => at = after,
                    None => return Markup::Unfinished,
                }
            }
        }
    }
}

/// The place behind the attribute that begins at `at`; nothing when the page ends in it.
fn attribute(bytes: &[u8], at: usize) -> Option<usize> {
    // An `=` that comes first belongs to the name.
    let rest = &bytes[at + 1..];
    let mut at = at + 1 + rest.iter().position(|&byte| is_space(byte) || matches!(byte, b'/' | b'>' | b'='))?;
    while bytes.get(at).is_some_and(|&byte| is_space(byte)) {
        at += 1;
    }
    if bytes.get(at) != Some(&b'=') {
        return Some(at);
    }
    at += 1;
    while bytes.get(at).is_some_and(|&byte| is_space(byte)) {
        at += 1;
    }
    match bytes.get(at)? {
        b'>' => Some(at),
        &quote @ (b'"' | b'\'') => memchr::memchr(quote, &bytes[at + 1..]).map(|end| at + 1 + end + 1),
        _ => bytes[at..].iter().position(|&byte| is_space(byte) || byte == b'>').map(|end| at + end),
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\t' | b'\r' | 0x0C)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_end_where_the_standard_says() {
        let check = |html: &str, name: &str, attributes: usize, self_closed: bool, rest: &str| {
            let Markup::Tag(tag) = read(html.as_bytes(), 0) else { panic!("{html}: no tag") };
            let got = (std::str::from_utf8(tag.name), tag.attributes, tag.self_closed, &html[tag.end..]);
            assert_eq!(got, (Ok(name), attributes, self_closed, rest), "{html}");
        };
        check("<a>x", "a", 0, false, "x");
        check("<a/>x", "a", 0, true, "x");
        check("<a / >x", "a", 0, false, "x");
        check("<a href=b/>x", "a", 1, false, "x");
        check("<a title='>' b>x", "a", 2, false, "x");
        check("<a \"x>y\">", "a", 1, false, "y\">");
        check("<a b='1'c=2 =d>x", "a", 3, false, "x");
        check("<a b = >x", "a", 1, false, "x");
        check("<a b=c\"d>e\">", "a", 1, false, "e\">");
        check("<script-x>y", "script-x", 0, false, "y");
        check("</p a=b>x", "p", 1, false, "x");
        assert_eq!(read(b"<a title='x>", 0), Markup::Unfinished);
        assert_eq!(read(b"< a>", 0), Markup::Text);
        assert_eq!(read(b"</ a>b", 0), Markup::Other(5));
    }

    #[test]
    fn comments_and_scripts_end_where_the_standard_says() {
        let comment = |html: &str, rest: &str| {
            let Markup::Comment(end) = read(html.as_bytes(), 0) else { panic!("{html}: no comment") };
            assert_eq!(&html[end..], rest, "{html}");
        };
        comment("<!-->a-->", "a-->");
        comment("<!--->a-->", "a-->");
        comment("<!---->a", "a");
        comment("<!-- > -- --!>a", "a");
        comment("<!-- a", "");
        let script = |text: &str, rest: &str| {
            assert_eq!(&text[end_of_script(text.as_bytes(), 0)..], rest, "{text}");
        };
        script("a</script>b", "</script>b");
        script("'</scripts>'</SCRIPT x>", "</SCRIPT x>");
        script("<!-- <script> </script> --></script>b", "</script>b");
        script("<!-- <script> </script> </script>b", "</script>b");
        script("<!--><script></script>b", "</script>b");
        script("<!-- a </script>b", "</script>b");
        script("a<b", "");
    }
}
