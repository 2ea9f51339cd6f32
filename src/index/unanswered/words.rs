//! A question as a key: what is asked twice is counted once, and what may tell of a person is not kept at all.

use crate::vietnamese::{self, document, personal};

/// Characters kept of a question as it was typed.
const LONGEST_SHOWN: usize = 100;
/// Words of a key; a pasted paragraph is no question.
const MOST_WORDS: usize = 16;
/// Figures in a row that no year, amount in words or document has: telephones, accounts, passports.
const FIGURES_IN_A_ROW: usize = 7;
/// Figures in a row with blanks, points or hyphens between: `2022-2025` has eight.
const FIGURES_WITH_BREAKS: usize = 9;

/// The key of a question and the question as it may be shown; nothing when there is nothing to keep.
#[must_use]
pub fn key(text: &str) -> Option<(String, String)> {
    let some: String = text.chars().take(4 * LONGEST_SHOWN).collect();
    let shown: String = vietnamese::clean(&some).chars().take(LONGEST_SHOWN).collect();
    if is_personal(&shown) {
        return None;
    }
    if let Some(number) = document::canonical(&shown) {
        return Some((number.clone(), number));
    }
    let folded = vietnamese::fold(&shown);
    let mut words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.sort_unstable();
    words.dedup();
    let is_question = (1..=MOST_WORDS).contains(&words.len()) && words.iter().any(|word| word.len() > 1);
    is_question.then(|| (words.join(" "), shown))
}

/// Whether a question may hold a person's number or mail. Whoever looks for a number that is no person's loses a line
/// in a list; the other way round somebody's number would stand in it.
fn is_personal(text: &str) -> bool {
    if text.contains('@') || !personal::find(text).is_empty() {
        return true;
    }
    let (mut row, mut broken) = (0, 0);
    for c in text.chars() {
        if c.is_ascii_digit() {
            (row, broken) = (row + 1, broken + 1);
        } else if matches!(c, ' ' | '.' | '-' | '(' | ')' | '+') {
            row = 0;
        } else {
            (row, broken) = (0, 0);
        }
        if row >= FIGURES_IN_A_ROW || broken >= FIGURES_WITH_BREAKS {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_kept_of_a_question() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(key(text).map(|(words, _)| words).as_deref(), expected, "{text}");
        };
        check("Bảo hiểm y tế", Some("bao hiem te y"));
        check("y te, BAO HIEM!", Some("bao hiem te y"));
        check("nđ 42/2022/nđ-cp", Some("2022 42 cp nd"));
        check("42/2022/nd-cp", Some("42/2022/NĐ-CP"));
        check("giai đoạn 2022-2025", Some("2022 2025 doan giai"));
        check("001204001234", None);
        check("0912 345 678", None);
        check("cccd 001.204.001.234", None);
        check("+84 (912) 345-678", None);
        check("38463314", None);
        check("B1234567", None);
        check("hoa@gmail.com", None);
        check("", None);
        check("?! … a", None);
        check("\u{202e}\u{0}", None);
        check(&"mot ".repeat(200), Some("mot"));
        check(&(0..40).map(|n| format!("từ{n} ")).collect::<String>(), None);
    }
}
