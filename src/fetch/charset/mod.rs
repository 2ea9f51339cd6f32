//! Bytes in, text out: which encoding a page is written in, and the page in it. Never fails: bytes that mean nothing
//! become U+FFFD, and a choice that rests on a guess is marked doubtful.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    Encoding, ISO_8859_2, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, WINDOWS_1258, X_USER_DEFINED,
};
use unicode_normalization::UnicodeNormalization;

/// How far a page is searched for a declaration of its encoding. WHATWG asks for 1,024 bytes; templates that begin with
/// scripts or long comments declare it later, and browsers, which restart their parser, still honour it.
const PRESCAN_BYTES: usize = 16 * 1024;
/// How much of a page the detector looks at; more changes no guess and costs time.
const DETECT_BYTES: usize = 256 * 1024;

/// A page as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without a byte order mark.
    pub text: String,
    /// The WHATWG name of the encoding it was read in.
    pub encoding: &'static str,
    /// True when no declaration held and the encoding is a guess, or when many bytes meant nothing in it.
    pub doubtful: bool,
}

/// Reads an HTML page: byte order mark, `Content-Type`, `<meta>`, then a guess that expects Vietnamese.
///
/// Valid UTF-8 with letters beyond ASCII beats every declaration, because no other encoding looks like it by chance.
#[must_use]
pub fn decode(body: &[u8], content_type: Option<&str>) -> Decoded {
    let header = content_type.and_then(charset_parameter).and_then(|label| known(label.as_bytes()));
    decode_declared(body, header, prescan(body))
}

/// Reads an XML document: byte order mark, `Content-Type`, the XML declaration, then as [`decode`] does.
#[must_use]
pub fn decode_xml(body: &[u8], content_type: Option<&str>) -> Decoded {
    let header = content_type.and_then(charset_parameter).and_then(|label| known(label.as_bytes()));
    // RFC 3023 made us-ascii the default of text/xml; nobody follows it, so a missing parameter says nothing.
    let prolog = xml_declaration(body);
    if header.is_none() && prolog.is_none() && body.is_ascii() {
        return finish(UTF_8, body, false);
    }
    decode_declared(body, header, prolog)
}

/// The encoding that the first bytes of an HTML page declare (WHATWG HTML §13.2.3.2).
#[must_use]
pub fn prescan(body: &[u8]) -> Option<&'static Encoding> {
    let head = &body[..body.len().min(PRESCAN_BYTES)];
    let mut at = 0;
    while at < head.len() {
        let rest = &head[at..];
        if rest.starts_with(b"<!--") {
            // The dashes that open a comment may also close it, as in `<!-->`.
            at += find(&rest[2..], b"-->").map_or(rest.len(), |end| end + 5);
        } else if is_meta(rest) {
            let mut attributes = Attributes { bytes: rest, at: 6 };
            if let Some(encoding) = meta_encoding(&mut attributes) {
                return Some(encoding);
            }
            at += attributes.at.max(1);
        } else if is_tag(rest) {
            let name_end = rest.iter().position(|&b| is_space(b) || b == b'>').unwrap_or(rest.len());
            let mut attributes = Attributes { bytes: rest, at: name_end };
            while attributes.next_pair().is_some() {}
            at += attributes.at.max(1);
        } else if matches!(rest, [b'<', b'!' | b'/' | b'?', ..]) {
            at += rest.iter().position(|&b| b == b'>').map_or(rest.len(), |end| end + 1);
        } else {
            at += 1;
        }
    }
    xml_declaration(head)
}

/// Chooses between what the header and the document declare, and what the bytes themselves show.
fn decode_declared(body: &[u8], header: Option<&'static Encoding>, inside: Option<&'static Encoding>) -> Decoded {
    if let Some((encoding, mark)) = Encoding::for_bom(body) {
        return finish(encoding, &body[mark..], false);
    }
    if let Some(encoding) = wide_pattern(body) {
        return finish(encoding, body, false);
    }
    let has_multibyte = !body.is_ascii();
    if has_multibyte && std::str::from_utf8(body).is_ok() && !body.contains(&0) {
        return finish(UTF_8, body, false);
    }
    // Servers send `iso-8859-1` for everything; a page that calls itself windows-1258 knows better.
    let header = header.filter(|&header| !(header == WINDOWS_1252 && inside == Some(WINDOWS_1258)));
    let mut was_wrong = false;
    for declared in [header, inside].into_iter().flatten() {
        if declared == UTF_8 && has_multibyte && mostly_invalid_utf8(body) {
            was_wrong = true;
            continue;
        }
        return finish(declared, body, was_wrong);
    }
    if !has_multibyte {
        return finish(WINDOWS_1252, body, false);
    }
    if !mostly_invalid_utf8(body) {
        return finish(UTF_8, body, true);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&body[..body.len().min(DETECT_BYTES)], true);
    let guess = detector.guess(Some(b"vn"), Utf8Detection::Allow);
    // A few accented letters look Central European to the detector; on a .vn page they are Vietnamese.
    let guess = if guess == ISO_8859_2 { WINDOWS_1258 } else { guess };
    finish(guess, body, true)
}

fn finish(encoding: &'static Encoding, body: &[u8], doubtful: bool) -> Decoded {
    let (text, broken) = encoding.decode_without_bom_handling(body);
    let text = if encoding == WINDOWS_1258 {
        // This code page stores tones after their letters.
        text.nfc().collect()
    } else {
        text.into_owned()
    };
    let doubtful = doubtful
        || is_font_encoded(&text)
        || (broken && text.chars().filter(|&c| c == '\u{FFFD}').count() * 200 > text.len());
    Decoded { text, encoding: encoding.name(), doubtful }
}

/// Text of the 1990s wrote Vietnamese letters in the places of signs (TCVN3); no code page reads it, and it shows as
/// signs inside words.
fn is_font_encoded(text: &str) -> bool {
    /// The second bytes of `¨©ª«¬®µ¶·¸¹»¼½¾`.
    const SIGNS: &[u8] = b"\xA8\xA9\xAA\xAB\xAC\xAE\xB5\xB6\xB7\xB8\xB9\xBB\xBC\xBD\xBE";
    const MOST_SIGNS: usize = 3;
    let is_letter = |c: char| c.is_alphabetic() && c != 'µ' && c != 'ª';
    // Each of these signs begins with this byte, and no Vietnamese letter does: most of a page is passed over.
    let bytes = text.as_bytes();
    let is_inside = |&at: &usize| {
        bytes.get(at + 1).is_some_and(|second| SIGNS.contains(second))
            && text[..at].chars().next_back().is_some_and(is_letter)
    };
    let signs = memchr::memchr_iter(0xC2, bytes).filter(is_inside).count();
    // The letters need not be counted to the end of a long page.
    signs > MOST_SIGNS && text.chars().filter(|&c| is_letter(c)).nth(signs * 30 - 1).is_none()
}

/// A page cut inside a letter or with one bad comment is still UTF-8; a page in another encoding is broken all over.
fn mostly_invalid_utf8(body: &[u8]) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in body.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    // Of a cut letter at the very end only the end is missing.
    let bad = bad.saturating_sub(usize::from(body.len() > 8 && std::str::from_utf8(&body[..body.len() - 3]).is_ok()));
    bad > 0 && bad * 4 > good
}

/// UTF-16 without a mark shows as ASCII letters with a zero byte on one side. At least a third of the start must.
fn wide_pattern(body: &[u8]) -> Option<&'static Encoding> {
    let head = &body[..body.len().min(512) & !1];
    if head.len() < 4 {
        return None;
    }
    let pairs = head.len() / 2;
    let zeros = |side: usize| head.iter().skip(side).step_by(2).filter(|&&b| b == 0).count();
    let (first, second) = (zeros(0), zeros(1));
    if second * 3 > pairs && first * 20 < pairs {
        Some(UTF_16LE)
    } else if first * 3 > pairs && second * 20 < pairs {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// The encoding of a label; unknown ones and those that browsers refuse are no declaration at all.
fn known(label: &[u8]) -> Option<&'static Encoding> {
    Encoding::for_label(label).filter(|&encoding| encoding != REPLACEMENT)
}

/// The `charset` parameter of a `Content-Type`.
fn charset_parameter(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches(['"', '\'']))
    })
}

/// The encoding in `<?xml … encoding="…"?>`.
fn xml_declaration(body: &[u8]) -> Option<&'static Encoding> {
    let start = body.iter().position(|&b| !is_space(b) && b != 0)?;
    let head = &body[start..body.len().min(start + PRESCAN_BYTES)];
    if !head.starts_with(b"<?xml") {
        return None;
    }
    let declaration = &head[..head.iter().position(|&b| b == b'>')?];
    let after = &declaration[find(declaration, b"encoding")? + 8..];
    let quote_at = after.iter().position(|&b| b == b'"' || b == b'\'')?;
    let only_equals = after[..quote_at].iter().all(|&b| is_space(b) || b == b'=');
    let value = &after[quote_at + 1..];
    let end = value.iter().position(|&b| b == after[quote_at])?;
    let encoding = only_equals.then(|| known(&value[..end])).flatten()?;
    Some(as_declared(encoding))
}

/// Whoever could read an ASCII declaration was not reading UTF-16 (WHATWG HTML, same section).
fn as_declared(encoding: &'static Encoding) -> &'static Encoding {
    if encoding == UTF_16BE || encoding == UTF_16LE {
        UTF_8
    } else if encoding == X_USER_DEFINED {
        WINDOWS_1252
    } else {
        encoding
    }
}

fn is_meta(rest: &[u8]) -> bool {
    rest.len() > 5 && rest[..5].eq_ignore_ascii_case(b"<meta") && (is_space(rest[5]) || rest[5] == b'/')
}

fn is_tag(rest: &[u8]) -> bool {
    match rest {
        [b'<', b'/', letter, ..] | [b'<', letter, ..] => letter.is_ascii_alphabetic(),
        _ => false,
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | 0x0C | b'\r' | b' ')
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window.eq_ignore_ascii_case(needle))
}

/// What one `<meta>` says of the encoding.
fn meta_encoding(attributes: &mut Attributes<'_>) -> Option<&'static Encoding> {
    let mut seen: Vec<Vec<u8>> = Vec::new();
    let (mut is_pragma, mut needs_pragma, mut charset) = (false, None, None);
    while let Some((name, value)) = attributes.next_pair() {
        if seen.contains(&name) {
            continue;
        }
        match name.as_slice() {
            b"http-equiv" => is_pragma |= value == b"content-type",
            b"content" if charset.is_none() => {
                if let Some(label) = charset_in_content(&value) {
                    charset = known(label);
                    needs_pragma = charset.map(|_| true);
                }
            }
            b"charset" => {
                charset = known(&value);
                needs_pragma = Some(false);
            }
            _ => {}
        }
        seen.push(name);
    }
    let holds = needs_pragma.is_some_and(|needed| is_pragma || !needed);
    charset.filter(|_| holds).map(as_declared)
}

/// The label in `text/html; charset=…` (WHATWG HTML, "extracting a character encoding from a meta element").
fn charset_in_content(value: &[u8]) -> Option<&[u8]> {
    let mut from = 0;
    loop {
        from += find(&value[from..], b"charset")? + 7;
        let rest = value[from..].trim_ascii_start();
        let Some(rest) = rest.strip_prefix(b"=") else { continue };
        let rest = rest.trim_ascii_start();
        return match rest.first()? {
            quote @ (b'"' | b'\'') => rest[1..].iter().position(|b| b == quote).map(|end| &rest[1..=end]),
            _ => Some(&rest[..rest.iter().position(|&b| is_space(b) || b == b';').unwrap_or(rest.len())]),
        };
    }
}

/// The attributes of a tag, lower-cased, as the prescan reads them.
struct Attributes<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Attributes<'_> {
    fn next_pair(&mut self) -> Option<(Vec<u8>, Vec<u8>)> {
        self.skip(|b| is_space(b) || b == b'/');
        if self.peek()? == b'>' {
            self.at += 1;
            return None;
        }
        let mut name = Vec::new();
        while let Some(byte) = self.peek() {
            if is_space(byte) || matches!(byte, b'/' | b'>') || (byte == b'=' && !name.is_empty()) {
                break;
            }
            name.push(byte.to_ascii_lowercase());
            self.at += 1;
        }
        self.skip(is_space);
        if self.peek() != Some(b'=') {
            return Some((name, Vec::new()));
        }
        self.at += 1;
        self.skip(is_space);
        let quote = self.peek()?;
        if quote == b'"' || quote == b'\'' {
            let value = &self.bytes[self.at + 1..];
            let end = value.iter().position(|&b| b == quote);
            self.at += end.map_or(value.len() + 1, |end| end + 2);
            return Some((name, value[..end?].to_ascii_lowercase()));
        }
        let value = &self.bytes[self.at..];
        let end = value.iter().position(|&b| is_space(b) || b == b'>').unwrap_or(value.len());
        self.at += end;
        Some((name, value[..end].to_ascii_lowercase()))
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip(&mut self, unwanted: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&unwanted) {
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests;
