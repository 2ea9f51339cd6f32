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
            turning if turns(turning) => (),
            other => safe.push(other),
        }
    }
    safe
}

/// Characters that XML allows and that turn the reader's line round, and letters that cannot be seen.
fn turns(character: char) -> bool {
    matches!(
        character,
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}'
    )
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
        check("a\u{202e}gnp.exe\u{202c} \u{2067}b\u{e0041}", "agnp.exe b");
    }
}
