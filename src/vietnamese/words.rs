//! Cutting text into the words that search counts: syllables, numbers, numbers of documents, abbreviations.

use std::ops::Range;

use super::{document, text};

/// The words (syllables, numbers, document numbers) of a text in order.
///
/// A document number such as `42/2022/NĐ-CP` stays one word, and so do abbreviations joined by `&` or `.`
/// (`GD&ĐT`, `TP.HCM`) and numbers with separators (`1.250,5`).
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut numbers = document::find_with_places(text)
        .into_iter()
        .map(|cited| cited.start..cited.end)
        .filter(|place| !text[place.clone()].contains(char::is_whitespace))
        .peekable();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(is_word)?;
        while numbers.next_if(|number| number.start < start).is_some() {}
        let word = match numbers.next_if(|number| number.start == start) {
            Some(number) => number,
            None => start..word_end(text, start),
        };
        at = word.end;
        Some(&text[word])
    })
}

fn is_word(c: char) -> bool {
    super::is_letter_or_digit(c) || ('\u{300}'..='\u{36f}').contains(&c)
}

/// The end of the word that begins at `start`, joined parts included.
fn word_end(text: &str, start: usize) -> usize {
    let mut end = part_end(text, start);
    let mut part = start..end;
    while let Some(joiner) = text[end..].chars().next() {
        let next = end + joiner.len_utf8()..part_end(text, end + joiner.len_utf8());
        if next.is_empty() || !joins(text, &part, joiner, &next) {
            break;
        }
        end = next.end;
        part = next;
    }
    end
}

fn part_end(text: &str, start: usize) -> usize {
    text[start..].find(|c| !is_word(c)).map_or(text.len(), |length| start + length)
}

/// Whether `joiner` makes one word of what stands before and after it.
fn joins(text: &str, before: &Range<usize>, joiner: char, after: &Range<usize>) -> bool {
    let (before, after) = (&text[before.clone()], &text[after.clone()]);
    match joiner {
        '&' => is_capitals(before) && is_capitals(after),
        // `TP.HCM` and `Tp.HCM`, but not the end of one sentence in capitals and the start of the next.
        '.' if is_capitals(after) => before.starts_with(char::is_uppercase) && !has_vowel(before),
        '.' | ',' => is_digits(before) && is_digits(after),
        _ => false,
    }
}

fn is_capitals(part: &str) -> bool {
    part.chars().all(|c| c.is_uppercase() || c.is_ascii_digit()) && part.contains(char::is_uppercase)
}

fn is_digits(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_digit())
}

fn has_vowel(part: &str) -> bool {
    text::fold(part).contains(['a', 'e', 'i', 'o', 'u', 'y'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        assert_eq!(words(text).collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn syllables_and_numbers() {
        check("Chính phủ họp, ngày 16!", &["Chính", "phủ", "họp", "ngày", "16"]);
        check("", &[]);
        check(" – ", &[]);
        check("tăng 1.250,5 tỷ đồng.", &["tăng", "1.250,5", "tỷ", "đồng"]);
        check("Chi\u{301}nh", &["Chi\u{301}nh"]);
    }

    #[test]
    fn numbers_of_documents_stay_whole() {
        check("theo Nghị định số 42/2022/NĐ-CP, ngày", &["theo", "Nghị", "định", "số", "42/2022/NĐ-CP", "ngày"]);
        check("ngày 16/8/2023", &["ngày", "16", "8", "2023"]);
        check("(1295/QĐ-TTg)", &["1295/QĐ-TTg"]);
    }

    #[test]
    fn abbreviations_are_joined() {
        check("Sở GD&ĐT TP.HCM", &["Sở", "GD&ĐT", "TP.HCM"]);
        check("Tp.HCM", &["Tp.HCM"]);
        check("TẠI HÀ NỘI.CHÍNH PHỦ", &["TẠI", "HÀ", "NỘI", "CHÍNH", "PHỦ"]);
        check("TP. HCM", &["TP", "HCM"]);
        check("R&D, a&b", &["R&D", "a", "b"]);
    }
}
