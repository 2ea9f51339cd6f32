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
    const SIGNS: &str = "¨©ª«¬®µ¶·¸¹»¼½¾";
    const MOST_SIGNS: usize = 3;
    // Each of these signs begins with this byte, and no Vietnamese letter does: most pages are told by counting it.
    if text.bytes().filter(|&byte| byte == 0xC2).count() <= MOST_SIGNS {
        return false;
    }
    let (mut letters, mut signs, mut in_word) = (0_usize, 0_usize, false);
    for c in text.chars() {
        let is_letter = c.is_alphabetic() && c != 'µ' && c != 'ª';
        signs += usize::from(in_word && SIGNS.contains(c));
        letters += usize::from(is_letter);
        in_word = is_letter;
    }
    signs > MOST_SIGNS && signs * 30 > letters
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
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use std::path::{Path, PathBuf};

    use data_encoding::{BASE64, HEXLOWER};
    use serde_json::Value;

    use super::*;

    fn check(body: &[u8], content_type: Option<&str>, encoding: &str, text: &str) {
        let decoded = decode(body, content_type);
        assert_eq!((decoded.encoding, decoded.text.as_str()), (encoding, text), "{content_type:?}");
    }

    fn check_xml(body: &[u8], content_type: Option<&str>, encoding: &str, text: &str) {
        let decoded = decode_xml(body, content_type);
        assert_eq!((decoded.encoding, decoded.text.as_str()), (encoding, text), "{content_type:?}");
    }

    #[test]
    fn declarations_are_believed_in_order() {
        check("\u{FEFF}Huế".as_bytes(), Some("text/html; charset=windows-1258"), "UTF-8", "Huế");
        check("Huế".as_bytes(), Some("text/html; charset=iso-8859-1"), "UTF-8", "Huế");
        check(b"Hu\xEA\xEC", Some("text/html; charset=windows-1258"), "windows-1258", "Huế");
        check(b"Hu\xEA\xEC", Some("text/html; Charset=\"CP1258\""), "windows-1258", "Huế");
        check(
            b"<meta charset=x-no-such><p>abc",
            Some("text/html; charset=nonsense"),
            "windows-1252",
            "<meta charset=x-no-such><p>abc",
        );
        check(b"<meta charset=windows-1258>t\xF4\xEC", None, "windows-1258", "<meta charset=windows-1258>tố");
        check(
            b"<meta charset=windows-1258>t\xF4\xEC",
            Some("text/html;charset=ISO-8859-1"),
            "windows-1258",
            "<meta charset=windows-1258>tố",
        );
        check(b"<meta charset=utf-16>abc", None, "UTF-8", "<meta charset=utf-16>abc");
        check(b"\xFF\xFEH\0u\0\xBF\x1E", None, "UTF-16LE", "Huế");
        check(b"H\0u\0\xBF\x1E \0H\0u\0", None, "UTF-16LE", "Huế Hu");
    }

    #[test]
    fn one_bad_byte_does_not_change_the_encoding() {
        let mut body = "Ủy ban nhân dân thành phố Huế".as_bytes().to_vec();
        body.insert(3, 0xFF);
        check(&body, None, "UTF-8", "Ủ\u{FFFD}y ban nhân dân thành phố Huế");
        let cut = &"Quyết định số".as_bytes()[.."Quyết định số".len() - 1];
        check(cut, Some("text/html; charset=utf-8"), "UTF-8", "Quyết định s\u{FFFD}");
    }

    #[test]
    fn a_wrong_utf8_label_gives_way_to_what_the_page_says() {
        let page = b"<meta charset=windows-1258>Qu\xFD\xEA\xECt \xF0\xF2nh s\xF4\xEC, th\xE0nh ph\xF4\xEC Hu\xEA\xEC";
        let decoded = decode(page, Some("text/html; charset=utf-8"));
        assert_eq!(decoded.encoding, "windows-1258");
    }

    #[test]
    fn text_of_old_fonts_is_doubtful() {
        // "Cộng hòa xã hội chủ nghĩa Việt Nam, ủy ban nhân dân tỉnh" in TCVN3.
        let tcvn3 = b"C\xE9ng h\xDFa x\xB7 h\xE9i ch\xF1 ngh\xDCa Vi\xD6t Nam, c\xB8c ban qu\xB6n l\xB9i gi\xB8 c\xB6, th\xB5nh ph\xE8 v\xB5 x\xB7";
        assert!(decode(tcvn3, Some("text/html; charset=windows-1258")).doubtful);
        assert!(!decode(b"Hu\xEA\xEC, th\xE0nh ph\xF4\xEC", Some("text/html; charset=windows-1258")).doubtful);
    }

    #[test]
    fn unlabelled_windows_1258_is_guessed_and_said_to_be_a_guess() {
        let body = b"Uy\xD2 ban nh\xE2n d\xE2n th\xE0nh ph\xF4\xEC Hu\xEA\xEC, quy\xEA\xECt \xF0i\xF2nh s\xF4\xEC 12 cu\xD2a Chu\xD2 ti\xF2ch";
        let decoded = decode(body, None);
        assert_eq!((decoded.encoding, decoded.doubtful), ("windows-1258", true), "{}", decoded.text);
        assert!(decoded.text.contains("thành phố Huế"));
    }

    #[test]
    fn xml_reads_its_declaration() {
        check_xml(
            b"<?xml version='1.0' encoding='windows-1258'?><a>t\xF4\xEC</a>",
            None,
            "windows-1258",
            "<?xml version='1.0' encoding='windows-1258'?><a>tố</a>",
        );
        check_xml(
            "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>tố</a>".as_bytes(),
            None,
            "UTF-8",
            "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>tố</a>",
        );
        check_xml(b"<a>abc</a>", None, "UTF-8", "<a>abc</a>");
    }

    #[test]
    fn no_input_panics() {
        for body in [
            &b""[..],
            b"<",
            b"<meta",
            b"<meta ",
            b"<meta charset",
            b"<meta charset=",
            b"<meta charset='",
            b"<!--",
            b"<!-->",
            b"<?xml encoding",
            b"\0",
            b"\xFF",
        ] {
            let _ = (decode(body, Some(";=")), decode_xml(body, Some("a;charset")));
        }
    }

    fn suite(name: &str) -> Option<Vec<Value>> {
        let file: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance").join(name);
        let Ok(text) = std::fs::read_to_string(&file) else {
            println!("skipped: ../shared is absent");
            return None;
        };
        Some(serde_json::from_str(&text).unwrap())
    }

    #[test]
    fn html5lib_prescan() {
        let Some(cases) = suite("html5lib-encoding/cases.json") else { return };
        for case in cases.iter().filter(|case| case["scripted"] == false) {
            let html = BASE64.decode(case["html_b64"].as_str().unwrap().as_bytes()).unwrap();
            let found = Encoding::for_bom(&html).map(|(encoding, _)| encoding).or_else(|| prescan(&html));
            let found = found.unwrap_or(WINDOWS_1252).name();
            let expected = case["encoding"].as_str().unwrap();
            assert!(found.eq_ignore_ascii_case(expected), "{}: {found}, not {expected}", case["id"]);
        }
    }

    #[test]
    fn labels() {
        let Some(cases) = suite("encoding-labels/cases.json") else { return };
        for case in &cases {
            let found = Encoding::for_label(case["label"].as_str().unwrap().as_bytes()).map(Encoding::name);
            assert!(
                found.unwrap_or("").eq_ignore_ascii_case(case["encoding"].as_str().unwrap_or("")),
                "{case}: {found:?}"
            );
        }
    }

    #[test]
    fn vietnamese_bytes() {
        let Some(cases) = suite("encoding-labels/vietnamese.json") else { return };
        for case in &cases {
            let body = HEXLOWER.decode(case["bytes_hex"].as_str().unwrap().as_bytes()).unwrap();
            let content_type = case["http_charset"].as_str().map(|charset| format!("text/html; charset={charset}"));
            let decoded = decode(&body, content_type.as_deref());
            assert_eq!(decoded.text.nfc().collect::<String>(), case["expect"].as_str().unwrap(), "{}", case["note"]);
        }
    }
}
