//! Markup in, plain text out, in one linear pass: titles and summaries of feeds are short, many and hostile, and an HTML
//! parser can be made to explode on them.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::vietnamese;

/// Most characters of a title that are kept.
pub(super) const MAX_TITLE: usize = 300;
/// Most characters of a summary that are kept.
pub(super) const MAX_SUMMARY: usize = 2000;
/// Markup beyond this many bytes is not read for a text of a few thousand characters.
const MAX_MARKUP: usize = 64 * 1024;

/// The text of a piece of HTML on one line, at most `max` characters.
pub(super) fn text(html: &str, max: usize) -> String {
    let html = prefix(html, MAX_MARKUP);
    line(&decode(&without_tags(html)), max)
}

/// Text without markup, on one line, at most `max` characters.
pub(super) fn line(text: &str, max: usize) -> String {
    let visible: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words: Vec<&str> = visible.split_whitespace().collect();
    let cleaned = vietnamese::clean(&words.join(" "));
    match cleaned.char_indices().nth(max) {
        Some((end, _)) => cleaned[..end].trim_end().to_owned(),
        None => cleaned,
    }
}

/// At most `max` bytes of `text`, cut between characters.
pub(super) fn prefix(text: &str, max: usize) -> &str {
    let mut end = text.len().min(max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Takes out tags, comments and the content of scripts and styles. Tags that end a line leave a space.
fn without_tags(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let next = rest.as_bytes().get(1).copied().unwrap_or(b' ');
        let opens = if rest.starts_with("<!--") {
            rest.find("-->").map(|end| end + 3)
        } else if next.is_ascii_alphabetic() || matches!(next, b'/' | b'!' | b'?') {
            rest.find('>').map(|end| end + 1)
        } else {
            out.push('<');
            Some(1)
        };
        // A `<` that nothing closes is the end of what can be read.
        let Some(end) = opens else { return out };
        let tag = &rest[..end];
        rest = &rest[end..];
        let name = tag_name(tag);
        if matches!(name.as_str(), "script" | "style") && !tag.starts_with("</") {
            rest = find_ignore_case(rest, &format!("</{name}")).map_or("", |close| &rest[close..]);
        }
        let is_inline =
            matches!(name.as_str(), "" | "a" | "b" | "i" | "u" | "em" | "strong" | "span" | "font" | "sup" | "sub");
        if !is_inline {
            out.push(' ');
        }
    }
    out.push_str(rest);
    out
}

fn tag_name(tag: &str) -> String {
    tag.trim_start_matches(['<', '/'])
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_lowercase()
}

fn find_ignore_case(haystack: &str, needle: &str) -> Option<usize> {
    haystack.as_bytes().windows(needle.len()).position(|window| window.eq_ignore_ascii_case(needle.as_bytes()))
}

/// Resolves character references once; what is none stays as written.
pub(super) fn decode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match reference(rest) {
            Some((value, length)) => {
                out.push_str(&value);
                rest = &rest[length..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// The value of the character reference at the start of `text`, and its length there.
pub(super) fn reference(text: &str) -> Option<(String, usize)> {
    let end = text.as_bytes().iter().take(12).position(|&b| b == b';')?;
    let name = text[1..end].trim();
    let value = match name.strip_prefix('#') {
        Some(number) => number_reference(number)?.to_string(),
        None => ENTITIES.get(name)?.clone(),
    };
    Some((value, end + 1))
}

/// `233` or `xE9`. Numbers in the C1 range mean windows-1252, as browsers read them.
fn number_reference(number: &str) -> Option<char> {
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    if let Ok(byte @ 0x80..=0x9F) = u8::try_from(code) {
        let byte = [byte];
        return encoding_rs::WINDOWS_1252.decode(&byte).0.chars().next();
    }
    char::from_u32(code).filter(|&c| c != '\0')
}

/// Names of characters that portals and their editors write.
const NAMES: &str = "quot amp lt gt apos nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn \
    sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml \
    Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times \
    Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute \
    ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml \
    yacute thorn yuml OElig oelig Scaron scaron Yuml fnof circ tilde Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota \
    Kappa Lambda Mu Nu Xi Omicron Pi Rho Sigma Tau Upsilon Phi Chi Psi Omega alpha beta gamma delta epsilon zeta eta theta \
    iota kappa lambda mu nu xi omicron pi rho sigmaf sigma tau upsilon phi chi psi omega thetasym upsih piv ensp emsp thinsp \
    zwnj zwj lrm rlm ndash mdash lsquo rsquo sbquo ldquo rdquo bdquo dagger Dagger bull hellip permil prime Prime lsaquo \
    rsaquo oline frasl euro image weierp real trade alefsym larr uarr rarr darr harr crarr lArr uArr rArr dArr hArr forall \
    part exist empty nabla isin notin ni prod sum minus lowast radic prop infin ang and or cap cup int there4 sim cong \
    asymp ne equiv le ge sub sup nsub sube supe oplus otimes perp sdot lceil rceil lfloor rfloor lang rang loz spades clubs \
    hearts diams abreve Abreve dstrok Dstrok itilde Itilde utilde Utilde hyphen dash comma colon semi period excl quest lpar \
    rpar lsqb rsqb lbrack rbrack lcub rcub num percnt commat ast plus equals sol bsol lowbar Hat grave vert dollar Tab NewLine";

/// What the names stand for, as the HTML parser reads them.
static ENTITIES: LazyLock<HashMap<&'static str, String>> = LazyLock::new(|| {
    let read = |name| scraper::Html::parse_fragment(&format!("&{name};")).root_element().text().collect::<String>();
    NAMES.split_whitespace().map(|name| (name, read(name))).filter(|(name, value)| !value.contains(name)).collect()
});

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    fn check(html: &str, expected: &str) {
        assert_eq!(text(html, 60), expected, "{html}");
    }

    #[test]
    fn markup_becomes_text() {
        check("K&yacute; ức &amp; đời", "Ký ức & đời");
        check("<a href='x'><img src=y></a>Một<br/>hai</br><p>ba", "Một hai ba");
        check("a<b>b</b>c &#7845; &#x1EA5; &#150;", "abc ấ ấ –");
        check("5 < 6 &unknown; &", "5 < 6 &unknown; &");
        check("<script>alert('<b>')</script>x<style>p{}", "x");
        check("cụt <a href", "cụt");
        check("&lt;b&gt;", "<b>");
        check(&"dài ".repeat(40), "dài ".repeat(15).trim_end());
        check("\u{0}a\u{7}\n b", "a b");
        check("&#0;&#xD800;&#99999999999;", "&#0;&#xD800;&#99999999999;");
    }
}
