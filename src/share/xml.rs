//! Text for XML: escaped, and without the characters that XML 1.0 forbids even when escaped.

/// `text` as the content of an element or of a quoted attribute (XML 1.0, sections 2.2 and 2.4).
pub(super) fn text(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\t' | '\n' | '\r' => safe.push(' '),
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => (),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn nothing_gets_out_of_its_element() {
        let check = |given, expected: &str| assert_eq!(text(given), expected);
        check("Bộ & <b>\"'", "Bộ &amp; &lt;b&gt;&quot;&#39;");
        check("a\u{0}\u{8}\u{1b}b\u{fffe}\u{85}", "ab");
        check("a\r\nb\tc", "a  b c");
        check("]]>", "]]&gt;");
        check("🌊 ợ", "🌊 ợ");
    }
}
