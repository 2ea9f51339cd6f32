//! Text in the encodings of before Unicode that arrives as if it were Latin: TCVN3 (fonts `.Vn…`) and VNI-Windows.
//!
//! In: text as decoded from bytes, before `clean`, which drops the soft hyphen that TCVN3 writes for `ư`. Out: Vietnamese,
//! or nothing unless the words make it certain; a text in French stays French.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use super::syllable::is_syllable;

/// So many words must come out as syllables that were none before.
const ENOUGH_WORDS: usize = 4;

/// Of the words with letters beyond ASCII, this many in a hundred must come out as syllables.
const SHARE_AFTER_PERCENT: usize = 90;

/// And no more than this many in a hundred may have been syllables before: `là`, `có` and `cá` are in both.
const SHARE_BEFORE_PERCENT: usize = 40;

/// Words after which a text that hardly fits is given up.
const FIRST_WORDS: usize = 16;

/// Characters read to be certain: a page of it is as sure as all of it.
const ENOUGH_CHARS: usize = 4_000;

/// An encoding of before Unicode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// TCVN 5712:1993 VN3, also called ABC: fonts `.VnTime`, `.VnArial`, `.VnTimeH`.
    Tcvn3,
    /// VNI-Windows: fonts `VNI-Times`, `VNI-Helve`.
    Vni,
}

/// The encoding of a text, when its words make it certain.
#[must_use]
pub fn recognise(text: &str) -> Option<Encoding> {
    if !could_be_legacy(text) {
        return None;
    }
    let cut = text.char_indices().nth(ENOUGH_CHARS).map_or(text.len(), |(at, _)| at);
    let text = &text[..text[..cut].rfind(' ').filter(|_| cut < text.len()).unwrap_or(cut)];
    let scored = [Encoding::Tcvn3, Encoding::Vni].map(|encoding| (certainty(text, &decode(text, encoding)), encoding));
    let (certainty, encoding) = scored.into_iter().max_by_key(|(certainty, _)| *certainty)?;
    certainty.map(|_| encoding)
}

/// The text in Unicode, when it is certainly TCVN3 or VNI-Windows.
#[must_use]
pub fn convert(text: &str) -> Option<String> {
    recognise(text).map(|encoding| decode(text, encoding))
}

/// A text that its font or the page around it says to be in `encoding`, in Unicode; nothing when its words say that it
/// is not, or when there is nothing to convert. One word is enough to convert and one that fits before spoils nothing.
#[must_use]
pub fn convert_as(text: &str, encoding: Encoding) -> Option<String> {
    if text.is_ascii() || !has_only_latin1(text) {
        return None;
    }
    let converted = decode(text, encoding);
    let (mut words, mut before, mut after) = (0, 0, 0);
    for (old, new) in pieces(text).zip(pieces(&converted)).filter(|(old, _)| !old.is_ascii()) {
        words += 1;
        before += usize::from(is_syllable(old));
        after += usize::from(is_syllable(new));
    }
    (words > 0 && after * 5 >= words * 4 && after > before).then_some(converted)
}

/// The encoding that the name of a font tells, and whether the font shows small letters as capitals: `.VnTimeH`.
#[must_use]
pub fn of_font(names: &str) -> Option<(Encoding, bool)> {
    if !names.contains(['V', 'v']) {
        return None;
    }
    let lower = names.to_ascii_lowercase();
    let vn = lower.match_indices(".vn").map(|(at, _)| &lower[at + 3..]);
    for rest in vn {
        let name: &str = &rest[..rest.bytes().take_while(u8::is_ascii_alphabetic).count()];
        // `.vn` ends addresses too.
        const FACES: [&str; 16] = [
            "time",
            "arial",
            "helv",
            "courier",
            "avant",
            "book",
            "clarendon",
            "cooper",
            "souther",
            "univer",
            "century",
            "pres",
            "black",
            "aristote",
            "revue",
            "bodoni",
        ];
        if FACES.iter().any(|face| name.starts_with(face)) {
            return Some((Encoding::Tcvn3, name.ends_with('h') && name.len() > 4));
        }
    }
    let is_vni = lower.match_indices("vni").any(|(at, _)| lower[at + 3..].starts_with(['-', ' ']));
    is_vni.then_some((Encoding::Vni, false))
}

/// Whether a text is worth a look: letters beyond ASCII that Unicode Vietnamese never writes, such as `µ` and `®`.
#[must_use]
pub fn has_strange_letters(text: &str) -> bool {
    let strange = |c: &char| {
        matches!(c, '¡'..='§' | '¨' | '©' | 'ª' | '¬' | '\u{ad}' | '®' | 'µ'..='¹' | '¼'..='¾' | 'Ä'..='Ç' | 'Ë' | 'Î'..='Ñ' | 'Ö'..='Ø'
            | 'Û' | 'Ü' | 'Þ' | 'ß' | 'ä'..='ç' | 'ë' | 'î'..='ñ' | 'ö'..='ø' | 'û' | 'ü' | 'þ' | 'ÿ')
    };
    text.chars().filter(strange).nth(1).is_some()
}

/// A text in `encoding` in Unicode, whatever its words say.
#[must_use]
pub fn decode(text: &str, encoding: Encoding) -> String {
    match encoding {
        Encoding::Tcvn3 => from_tcvn3(text),
        Encoding::Vni => from_vni(text),
    }
}

/// Legacy text shows as Latin-1 with much beyond ASCII, and has none of the letters that only Unicode has.
fn could_be_legacy(text: &str) -> bool {
    has_only_latin1(text) && text.chars().filter(|c| matches!(c, '\u{a1}'..='\u{ff}')).nth(ENOUGH_WORDS - 1).is_some()
}

fn has_only_latin1(text: &str) -> bool {
    // Windows-1252 has a few of the letters beyond Latin-1.
    let is_other = |c| matches!(c, '\u{102}'..='\u{1b0}' | '\u{300}'..='\u{323}' | '\u{1ea0}'..='\u{1ef9}');
    let is_1252 = |c| matches!(c, 'Œ' | 'œ' | 'Š' | 'š' | 'Ÿ' | 'Ž' | 'ž');
    !text.chars().any(|c| is_other(c) && !is_1252(c))
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
        // Texts in German or French end here.
        if words == FIRST_WORDS && after * 2 < words {
            return None;
        }
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
    static LETTERS: LazyLock<[char; 0x60]> = LazyLock::new(|| {
        let mut letters: [char; 0x60] = std::array::from_fn(|at| char::from(u8::try_from(at + 0xa0).unwrap_or(b'?')));
        for (from, to) in FROM.chars().zip(TO.chars()) {
            if let Some(letter) = letters.get_mut(from as usize - 0xa0) {
                *letter = to;
            }
        }
        letters
    });
    let letter = |c: char| (c as usize).checked_sub(0xa0).and_then(|at| LETTERS.get(at)).copied().unwrap_or(c);
    text.chars().map(letter).collect()
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
    fn fonts_tell_their_encoding() {
        let check = |names: &str, expected| assert_eq!(of_font(names), expected, "{names}");
        check("font-family: .VnTime", Some((Encoding::Tcvn3, false)));
        check("font-family:'.VnTimeH'; font-size: 14pt", Some((Encoding::Tcvn3, true)));
        check(".vnarial", Some((Encoding::Tcvn3, false)));
        check("VNI-Times", Some((Encoding::Vni, false)));
        check("background: url(https://tinh.gov.vn/times.png)", None);
        check("Verdana, Arial", None);
    }

    #[test]
    fn what_the_page_says_helps_short_texts() {
        let check = |text: &str, encoding, expected: Option<&str>| {
            assert_eq!(convert_as(text, encoding).as_deref(), expected, "{text}");
        };
        check("ViÖt Nam", Encoding::Tcvn3, Some("Việt Nam"));
        check("Hµ Néi, ngµy 12/3", Encoding::Tcvn3, Some("Hà Nội, ngày 12/3"));
        check("Vieät Nam", Encoding::Vni, Some("Việt Nam"));
        check("Hôtel de la Paix", Encoding::Tcvn3, None);
        check("Hà Nội", Encoding::Tcvn3, None);
        check("plain", Encoding::Vni, None);
    }

    #[test]
    fn other_texts_are_left_alone() {
        check("Cộng hòa xã hội chủ nghĩa Việt Nam", None);
        check("Le gouvernement a été chargé de l'économie numérique à Hanoï, où la réforme a commencé", None);
        check("là có cá bà hà sáu", None);
        check("El ministro español presentó la política económica de la nación según el año", None);
        check(
            "Ríkisstjórnin hefur ákveðið að halda fund með öðrum ráðherrum um það sem þarf að gera í efnahagsmálum",
            None,
        );
        check("Die Behörde prüft, ob die Maßnahmen für größere Städte genügen, und äußert sich später dazu", None);
        check("O governo não decidiu até hoje a situação das eleições; a população está à espera da decisão", None);
        check("plain ASCII text", None);
        check("", None);
    }
}
