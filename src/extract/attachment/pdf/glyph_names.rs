//! Names of glyphs (Adobe Glyph List) as letters. Vietnamese letters are named by their parts, such as
//! `acircumflexdotbelow`, so parts are what is listed here.

use unicode_normalization::UnicodeNormalization;

const MARKS: [(&str, char); 13] = [
    ("circumflex", '\u{302}'),
    ("breve", '\u{306}'),
    ("horn", '\u{31b}'),
    ("acute", '\u{301}'),
    ("grave", '\u{300}'),
    ("hookabove", '\u{309}'),
    ("tilde", '\u{303}'),
    ("dotbelow", '\u{323}'),
    ("dieresis", '\u{308}'),
    ("caron", '\u{30c}'),
    ("ring", '\u{30a}'),
    ("cedilla", '\u{327}'),
    ("macron", '\u{304}'),
];

const NAMES: [(&str, &str); 77] = [
    ("space", " "),
    ("nbspace", " "),
    ("nonbreakingspace", " "),
    ("exclam", "!"),
    ("quotedbl", "\""),
    ("numbersign", "#"),
    ("dollar", "$"),
    ("percent", "%"),
    ("ampersand", "&"),
    ("quotesingle", "'"),
    ("parenleft", "("),
    ("parenright", ")"),
    ("asterisk", "*"),
    ("plus", "+"),
    ("comma", ","),
    ("hyphen", "-"),
    ("minus", "-"),
    ("sfthyphen", "-"),
    ("period", "."),
    ("slash", "/"),
    ("zero", "0"),
    ("one", "1"),
    ("two", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("colon", ":"),
    ("semicolon", ";"),
    ("less", "<"),
    ("equal", "="),
    ("greater", ">"),
    ("question", "?"),
    ("at", "@"),
    ("bracketleft", "["),
    ("backslash", "\\"),
    ("bracketright", "]"),
    ("underscore", "_"),
    ("braceleft", "{"),
    ("bar", "|"),
    ("braceright", "}"),
    ("quoteleft", "‘"),
    ("quoteright", "’"),
    ("quotedblleft", "“"),
    ("quotedblright", "”"),
    ("quotesinglbase", "‚"),
    ("quotedblbase", "„"),
    ("bullet", "•"),
    ("endash", "–"),
    ("emdash", "—"),
    ("ellipsis", "…"),
    ("dcroat", "đ"),
    ("dmacron", "đ"),
    ("dslash", "đ"),
    ("Dcroat", "Đ"),
    ("Dmacron", "Đ"),
    ("Dslash", "Đ"),
    ("Eth", "Đ"),
    ("eth", "ð"),
    ("fi", "fi"),
    ("fl", "fl"),
    ("ff", "ff"),
    ("ffi", "ffi"),
    ("ffl", "ffl"),
    ("degree", "°"),
    ("section", "§"),
    ("dong", "₫"),
    ("Euro", "€"),
    ("multiply", "×"),
    ("divide", "÷"),
    ("plusminus", "±"),
    ("guillemotleft", "«"),
    ("guillemotright", "»"),
    ("periodcentered", "·"),
];

/// The letters that a glyph of this name shows.
pub(super) fn letters(name: &str) -> Option<String> {
    // What follows a dot is a variant's name, and an underscore joins the parts of a ligature.
    let name = name.split('.').next().filter(|name| !name.is_empty())?;
    if let Some(whole) = letter(name) {
        return Some(whole);
    }
    let parts: Option<String> = name.split('_').map(letter).collect();
    parts.filter(|_| name.contains('_'))
}

fn letter(name: &str) -> Option<String> {
    if let Some((_, text)) = NAMES.iter().find(|(known, _)| *known == name) {
        return Some((*text).to_owned());
    }
    let number = |digits: &str| u32::from_str_radix(digits, 16).ok().and_then(char::from_u32).map(String::from);
    if let Some(digits) = name.strip_prefix("uni").filter(|digits| digits.len() >= 4 && digits.is_ascii()) {
        return number(&digits[..4]);
    }
    if let Some(digits) = name.strip_prefix('u').filter(|digits| (4..=6).contains(&digits.len()))
        && let Some(letter) = number(digits)
    {
        return Some(letter);
    }
    let first = name.chars().next().filter(char::is_ascii_alphabetic)?;
    let mut composed = String::from(first);
    let mut rest = &name[1..];
    while !rest.is_empty() {
        let (mark, c) = MARKS.iter().find(|(mark, _)| rest.starts_with(mark))?;
        composed.push(*c);
        rest = &rest[mark.len()..];
    }
    Some(composed.nfc().collect())
}

#[cfg(test)]
mod tests {
    use super::letters;

    #[test]
    fn names_are_letters() {
        let check = |name: &str, expected: Option<&str>| assert_eq!(letters(name).as_deref(), expected, "{name}");
        check("A", Some("A"));
        check("acircumflexdotbelow", Some("ậ"));
        check("Ohornacute", Some("Ớ"));
        check("dcroat", Some("đ"));
        check("uni1EC7", Some("ệ"));
        check("u1EC7", Some("ệ"));
        check("f_i", Some("fi"));
        check("a.sc", Some("a"));
        check("g123", None);
        check("", None);
        check(".notdef", None);
    }
}
