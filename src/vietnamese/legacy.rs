//! Text in the encodings of before Unicode that arrives as if it were Latin: TCVN3 (fonts `.Vn…`) and VNI-Windows.
//!
//! In: text as decoded from bytes, before `clean`, which drops the soft hyphen that TCVN3 writes for `ư`. Out: Vietnamese,
//! or nothing unless the words make it certain; a text in French stays French.

use unicode_normalization::UnicodeNormalization;

use super::syllable::is_syllable;

/// So many words must come out as syllables that were none before.
const ENOUGH_WORDS: usize = 4;

/// Of the words with letters beyond ASCII, this many in a hundred must come out as syllables.
const SHARE_AFTER_PERCENT: usize = 90;

/// And no more than this many in a hundred may have been syllables before: `là`, `có` and `cá` are in both.
const SHARE_BEFORE_PERCENT: usize = 40;

/// The text in Unicode, when it is certainly TCVN3 or VNI-Windows.
#[must_use]
pub fn convert(text: &str) -> Option<String> {
    if !could_be_legacy(text) {
        return None;
    }
    let candidates = [from_tcvn3(text), from_vni(text)];
    let scored = candidates.into_iter().map(|candidate| (certainty(text, &candidate), candidate));
    let (certainty, converted) = scored.max_by_key(|(certainty, _)| *certainty)?;
    certainty.is_some().then_some(converted)
}

/// Legacy text shows as Latin-1 with much beyond ASCII, and has none of the letters that only Unicode has.
fn could_be_legacy(text: &str) -> bool {
    let mut beyond = 0;
    for c in text.chars() {
        match c {
            '\u{a1}'..='\u{ff}' => beyond += 1,
            // Windows-1252 has these few of the letters beyond Latin-1.
            'Œ' | 'œ' | 'Š' | 'š' | 'Ÿ' | 'Ž' | 'ž' => {}
            '\u{102}'..='\u{1b0}' | '\u{300}'..='\u{323}' | '\u{1ea0}'..='\u{1ef9}' => return false,
            _ => {}
        }
    }
    beyond >= ENOUGH_WORDS
}

/// How many words became syllables, when that is enough to be certain.
fn certainty(original: &str, converted: &str) -> Option<usize> {
    let (mut words, mut before, mut after) = (0, 0, 0);
    for (old, new) in pieces(original).zip(pieces(converted)) {
        if old.is_ascii() {
            continue;
        }
        words += 1;
        before += usize::from(is_syllable(old));
        after += usize::from(is_syllable(new));
    }
    let is_certain = after >= before + ENOUGH_WORDS
        && after * 100 >= words * SHARE_AFTER_PERCENT
        && before * 100 <= words * SHARE_BEFORE_PERCENT;
    is_certain.then(|| after - before)
}

/// Words, cut in the same places before and after conversion: at blanks and ASCII punctuation.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_ascii() && !c.is_ascii_alphabetic() || matches!(c, '“' | '”' | '‘' | '’' | '–' | '…'))
}

/// TCVN 5712:1993 VN3, each letter one byte.
fn from_tcvn3(text: &str) -> String {
    const FROM: &str = "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊË®ÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\u{ad}õö÷øùúûüýþ¡¢£¤¥¦§";
    const TO: &str = "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵĂÂÊÔƠƯĐ";
    text.chars()
        .map(|c| {
            let place = if c.is_ascii() { None } else { FROM.chars().position(|from| from == c) };
            place.and_then(|place| TO.chars().nth(place)).unwrap_or(c)
        })
        .collect()
}

/// VNI-Windows: a letter and, after it, a letter that stands for its marks.
fn from_vni(text: &str) -> String {
    let mut converted = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        let base = vni_letter(c);
        if let Some(marked) = letters.peek().and_then(|mark| vni_marked(base, *mark)) {
            letters.next();
            converted.push(marked);
        } else {
            converted.push(base);
        }
    }
    converted
}

/// Letters that VNI writes in one.
fn vni_letter(c: char) -> char {
    match c {
        'ñ' => 'đ',
        'Ñ' => 'Đ',
        'ô' => 'ơ',
        'Ô' => 'Ơ',
        'ö' => 'ư',
        'Ö' => 'Ư',
        'æ' => 'ỉ',
        'Æ' => 'Ỉ',
        'ó' => 'ĩ',
        'Ó' => 'Ĩ',
        'ò' => 'ị',
        'Ò' => 'Ị',
        'î' => 'ỵ',
        'Î' => 'Ỵ',
        c => c,
    }
}

/// The letter that `base` and the mark after it make: `a` and `ù` are `á`, `a` and `á` are `ấ`, `a` and `é` are `ắ`.
fn vni_marked(base: char, mark: char) -> Option<char> {
    const TONES: [(char, &str); 5] =
        [('\u{301}', "ùáé"), ('\u{300}', "øàè"), ('\u{309}', "ûåú"), ('\u{303}', "õãü"), ('\u{323}', "ïäë")];
    let small = mark.to_lowercase().next()?;
    let compose = unicode_normalization::char::compose;
    let lower = base.to_lowercase().next()?;
    match small {
        'â' if matches!(lower, 'a' | 'e' | 'o') => return compose(base, '\u{302}'),
        'ê' if lower == 'a' => return compose(base, '\u{306}'),
        _ => {}
    }
    let (tone, column) = TONES
        .iter()
        .find_map(|(tone, marks)| marks.chars().position(|known| known == small).map(|column| (*tone, column)))?;
    let vowel = match column {
        0 if matches!(lower, 'a' | 'e' | 'o' | 'u' | 'y' | 'ơ' | 'ư') => base,
        1 if matches!(lower, 'a' | 'e' | 'o') => compose(base, '\u{302}')?,
        2 if lower == 'a' => compose(base, '\u{306}')?,
        _ => return None,
    };
    // NFC orders the marks: the dot below goes under the letter before the circumflex goes over it.
    let mut composed = [vowel, tone].into_iter().nfc();
    composed.next().filter(|_| composed.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(convert(text).as_deref(), expected, "{text}");
    }

    #[test]
    fn tcvn3() {
        check("Céng hoµ x· héi chñ nghÜa ViÖt Nam", Some("Cộng hoà xã hội chủ nghĩa Việt Nam"));
        check(
            "ChÝnh phñ quy ®Þnh chi tiÕt, th«ng t\u{ad} h\u{ad}íng dÉn.",
            Some("Chính phủ quy định chi tiết, thông tư hướng dẫn."),
        );
    }

    #[test]
    fn vni() {
        check("Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam", Some("Cộng hòa xã hội chủ nghĩa Việt Nam"));
        check(
            "Chính phuû quy ñònh chi tieát, thoâng tö höôùng daãn ñeå thöïc hieän",
            Some("Chính phủ quy định chi tiết, thông tư hướng dẫn để thực hiện"),
        );
        check("UÛY BAN NHAÂN DAÂN TÆNH LAÂM ÑOÀNG, QUYEÁT ÑÒNH", Some("ỦY BAN NHÂN DÂN TỈNH LÂM ĐỒNG, QUYẾT ĐỊNH"));
    }

    #[test]
    fn other_texts_are_left_alone() {
        check("Cộng hòa xã hội chủ nghĩa Việt Nam", None);
        check("Le gouvernement a été chargé de l'économie numérique à Hanoï, où la réforme a commencé", None);
        check("là có cá bà hà sáu", None);
        check("El ministro español presentó la política económica de la nación según el año", None);
        check("plain ASCII text", None);
        check("", None);
    }
}
