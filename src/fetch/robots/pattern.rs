//! One path pattern of robots.txt and the URL it is held against. Matching walks the URL once: a pattern is a row
//! of pieces that must follow each other, and taking each piece at its first place loses no match.

/// The path and query of a URL, in the two spellings that patterns are held against.
#[derive(Debug)]
pub(super) struct Target {
    /// As the URL has it, hexadecimal digits of escapes in upper case.
    written: String,
    /// Escapes of unreserved characters undone, everything that is not plain escaped.
    normal: String,
}

/// A path pattern with `*` and a final `$`.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    written: Pieces,
    /// The other spelling, where it differs.
    normal: Option<Pieces>,
    len: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Pieces {
    /// The literals between the asterisks.
    literals: Vec<String>,
    /// Whether the match must reach the end of the URL.
    anchored: bool,
}

impl Target {
    pub(super) fn of(url: &str) -> Self {
        let path = path_and_query(url);
        // `*` and `$` are pattern characters, so a URL has them escaped when it is compared (RFC 9309 §2.2.3).
        Self { written: upper_escapes(&path), normal: normalise(path.as_bytes(), |byte| matches!(byte, b'*' | b'$')) }
    }

    pub(super) fn path(&self) -> &str {
        &self.written
    }
}

impl Pattern {
    pub(super) fn new(value: &[u8]) -> Self {
        let (body, anchored) = match value.strip_suffix(b"$") {
            Some(body) => (body, true),
            None => (value, false),
        };
        let written = Pieces::new(body, anchored, escape_non_ascii);
        let normal = Pieces::new(body, anchored, |literal| normalise(literal, |byte| byte == b'$'));
        let len = written.literals.iter().map(String::len).sum::<usize>() + written.literals.len() - 1
            + usize::from(anchored);
        Self { normal: Some(normal).filter(|normal| *normal != written), written, len }
    }

    /// Octets of the pattern, which decide between two that match.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Whether the pattern matches as it is spelt.
    pub(super) fn matches_exactly(&self, target: &Target) -> bool {
        self.written.begin(&target.written)
    }

    /// Whether the pattern matches in any spelling.
    pub(super) fn matches_any(&self, target: &Target) -> bool {
        self.written.begin(&target.written) || self.normal.as_ref().unwrap_or(&self.written).begin(&target.normal)
    }
}

impl Pieces {
    fn new(body: &[u8], anchored: bool, spell: impl Fn(&[u8]) -> String) -> Self {
        Self { literals: body.split(|&byte| byte == b'*').map(spell).collect(), anchored }
    }

    /// Whether the pieces match a beginning of `path`, or all of it when anchored.
    fn begin(&self, path: &str) -> bool {
        let Some((first, others)) = self.literals.split_first() else { return false };
        let Some(mut rest) = path.strip_prefix(first.as_str()) else { return false };
        let Some((last, between)) = others.split_last() else { return !self.anchored || rest.is_empty() };
        for literal in between {
            let Some(at) = rest.find(literal.as_str()) else { return false };
            rest = &rest[at + literal.len()..];
        }
        if self.anchored { rest.ends_with(last.as_str()) } else { rest.contains(last.as_str()) }
    }
}

/// The path, parameters and query of a URL that may lack its scheme; `/` when it has none.
fn path_and_query(url: &str) -> String {
    let without_fragment = url.split('#').next().unwrap_or_default();
    let after_scheme = match without_fragment.find("://") {
        Some(scheme) if !without_fragment[..scheme].contains(['/', '?', ';']) => &without_fragment[scheme + 3..],
        _ => without_fragment.strip_prefix("//").unwrap_or(without_fragment),
    };
    match after_scheme.find(['/', '?', ';']) {
        Some(start) if after_scheme[start..].starts_with('/') => after_scheme[start..].to_owned(),
        Some(start) => format!("/{}", &after_scheme[start..]),
        None => "/".to_owned(),
    }
}

/// `%aa` becomes `%AA`; nothing else changes.
fn upper_escapes(text: &str) -> String {
    let mut upper = String::with_capacity(text.len());
    let mut digits_left = 0;
    for character in text.chars() {
        upper.push(if digits_left > 0 { character.to_ascii_uppercase() } else { character });
        digits_left = if character == '%' { 2 } else { digits_left.max(1) - 1 };
    }
    upper
}

/// The spelling of a pattern that only escapes what cannot stand in a URL.
fn escape_non_ascii(literal: &[u8]) -> String {
    let mut escaped = String::with_capacity(literal.len());
    for &byte in literal {
        if byte.is_ascii() { escaped.push(char::from(byte)) } else { push_escape(&mut escaped, byte) }
    }
    upper_escapes(&escaped)
}

/// One spelling for all: escapes of unreserved characters undone, other escapes in upper case, and every octet that
/// is neither reserved nor unreserved (RFC 3986 §2), or that `special` names, escaped.
fn normalise(octets: &[u8], special: impl Fn(u8) -> bool) -> String {
    let mut normal = String::with_capacity(octets.len());
    let mut rest = octets;
    while let [byte, tail @ ..] = rest {
        rest = tail;
        if let (b'%', [high, low, after @ ..]) = (*byte, tail)
            && let (Some(high), Some(low)) = (hexadecimal(*high), hexadecimal(*low))
        {
            let octet = high << 4 | low;
            if is_unreserved(octet) {
                normal.push(char::from(octet));
            } else {
                push_escape(&mut normal, octet);
            }
            rest = after;
        } else if special(*byte) || !(is_unreserved(*byte) || b":/?#[]@!$&'()*+,;=%".contains(byte)) {
            push_escape(&mut normal, *byte);
        } else {
            normal.push(char::from(*byte));
        }
    }
    normal
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

fn hexadecimal(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

fn push_escape(text: &mut String, octet: u8) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    text.push('%');
    text.push(char::from(DIGITS[usize::from(octet >> 4)]));
    text.push(char::from(DIGITS[usize::from(octet & 15)]));
}
