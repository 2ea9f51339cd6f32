//! Titles in capitals as sentences, for display. The text of record keeps its capitals.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::syllable::is_syllable;
use super::{document, place, text, words};

/// Names beside those of provinces and bodies. `Hòa Bình` is left out everywhere: it is mostly peace.
const NAMES: [&str; 22] = [
    "Việt Nam",
    "Quốc hội",
    "Đảng",
    "Đảng Cộng sản Việt Nam",
    "Trung ương",
    "Ban Chấp hành Trung ương",
    "Bộ Chính trị",
    "Ban Bí thư",
    "Hồ Chí Minh",
    "Mặt trận Tổ quốc",
    "Mặt trận Tổ quốc Việt Nam",
    "Tổ quốc",
    "Thủ tướng",
    "Biển Đông",
    "Trung Quốc",
    "Hoa Kỳ",
    "Nhật Bản",
    "Hàn Quốc",
    "Liên hợp quốc",
    "Hoàng Sa",
    "Trường Sa",
    "Hồng Kông",
];

/// Names of at most so many words are looked for.
const LONGEST_NAME: usize = 10;

static KNOWN: LazyLock<HashMap<String, Vec<String>>> = LazyLock::new(|| {
    let bare = |name: &'static str| name.trim_start_matches("Thành phố ").trim_start_matches("Tỉnh ");
    let places = place::provinces().iter().flat_map(|province| &province.predecessors).map(|name| bare(name));
    let mut known = HashMap::new();
    for name in NAMES.into_iter().chain(places).chain(document::bodies_by_name()) {
        let cased: Vec<String> = words(name).map(str::to_owned).collect();
        if name != "Hòa Bình" && cased.len() <= LONGEST_NAME {
            known.insert(key(&cased), cased);
        }
    }
    known
});

/// `KHẨN CẤP TẠI HÀ NỘI` as a sentence, for display only: `Khẩn cấp tại Hà Nội`. Abbreviations and numbers of documents
/// stay as they are, names of provinces and state bodies get their capitals back; a text that is not in capitals is
/// only cleaned.
#[must_use]
pub fn sentence_case(text: &str) -> String {
    let text = text::clean(text);
    if !is_in_capitals(&text) {
        return text;
    }
    let parts: Vec<&str> = words(&text).collect();
    let cased = cased(&parts);
    let mut sentence = String::with_capacity(text.len());
    let mut rest = text.as_str();
    let mut begins = true;
    for (part, cased) in parts.iter().zip(&cased) {
        let Some(at) = rest.find(part) else { continue };
        let (between, tail) = rest.split_at(at);
        begins |= between.trim_end().ends_with(['.', '!', '?', '…']) && between.ends_with(' ');
        sentence.push_str(between);
        if begins {
            sentence.push_str(&capitalised(cased));
        } else {
            sentence.push_str(cased);
        }
        begins = false;
        rest = &tail[part.len()..];
    }
    sentence.push_str(rest);
    sentence
}

/// At least two words, seven letters in ten of them capitals.
fn is_in_capitals(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = text.chars().filter(|c| c.is_uppercase()).count();
    letters >= 4 && text.contains(' ') && capitals * 10 >= letters * 7
}

/// Each word with the case it has inside a sentence.
fn cased(parts: &[&str]) -> Vec<String> {
    let mut cased: Vec<String> = Vec::with_capacity(parts.len());
    while cased.len() < parts.len() {
        let at = cased.len();
        let longest = LONGEST_NAME.min(parts.len() - at);
        let name = (1..=longest).rev().find_map(|length| KNOWN.get(&key(&parts[at..at + length])));
        match name {
            Some(name) => cased.extend(name.iter().cloned()),
            None => cased.push(one_word(parts[at], at.checked_sub(1).map(|before| parts[before]))),
        }
    }
    cased
}

fn one_word(word: &str, before: Option<&str>) -> String {
    if !is_syllable(word) || is_roman(word, before) { word.to_owned() } else { word.to_lowercase() }
}

/// `QUÝ I`, `KHÓA VI`: figures that are spelt like syllables.
fn is_roman(word: &str, before: Option<&str>) -> bool {
    const BEFORE: [&str; 10] = ["khoa", "quy", "thu", "ky", "hang", "chuong", "phan", "lan", "cap", "loai"];
    word.chars().all(|c| matches!(c, 'I' | 'V' | 'X'))
        && before.is_some_and(|before| BEFORE.contains(&text::fold(before).as_str()))
}

fn key(words: &[impl AsRef<str>]) -> String {
    let mut key = String::new();
    for word in words {
        key.push_str(&text::tone_key(word.as_ref()));
        key.push(' ');
    }
    key
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_in_capitals_become_sentences() {
        for (title, expected) in [
            ("KHẨN CẤP TẠI HÀ NỘI", "Khẩn cấp tại Hà Nội"),
            ("THỦ TƯỚNG CHÍNH PHỦ LÀM VIỆC VỚI BỘ CÔNG AN", "Thủ tướng Chính phủ làm việc với Bộ Công an"),
            (
                "UBND TỈNH THANH HOÁ TRIỂN KHAI NGHỊ ĐỊNH 42/2022/NĐ-CP",
                "UBND tỉnh Thanh Hóa triển khai nghị định 42/2022/NĐ-CP",
            ),
            ("KẾT QUẢ QUÝ I. NHIỆM VỤ QUÝ II", "Kết quả quý I. Nhiệm vụ quý II"),
            ("SỞ GD&ĐT TP.HCM", "Sở GD&ĐT TP.HCM"),
            ("\"VÌ MỘT VIỆT NAM HÒA BÌNH\"", "\"Vì một Việt Nam hòa bình\""),
            ("Thủ tướng làm việc tại Hà Nội", "Thủ tướng làm việc tại Hà Nội"),
            ("UBND", "UBND"),
            ("", ""),
        ] {
            assert_eq!(sentence_case(title), expected);
        }
    }
}
