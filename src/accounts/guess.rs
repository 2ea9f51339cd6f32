//! Passwords that are guessed first: what lists of stolen passwords hold at the length that is asked for is made of a few
//! words, years, rows of keys and repetitions. Told by how it is made, so that no list has to hold every way of it.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::vietnamese::fold;

/// What such passwords are made of, without accents.
static WORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| include_str!("common.txt").lines().collect());

/// Characters in a row that follow one another on the keyboard or in the alphabet.
const ROWS: [&str; 7] = [
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "azertyuiop",
    "qazwsxedcrfvtgb",
];

/// The longest piece whose repetition is told.
const PIECE: usize = 6;

/// Whether whoever guesses begins with passwords like this one.
pub(super) fn is_guessed_first(password: &str, name: &str) -> bool {
    // Accents, capitals and the usual figures for letters fool nobody who guesses.
    let folded: Vec<char> = fold(password).chars().filter(|c| c.is_alphanumeric()).collect();
    let name: String = fold(name).chars().filter(|c| c.is_alphanumeric()).collect();
    let whole: String = folded.iter().collect();
    if folded.is_empty() {
        // Signs alone: good unless it is one over and over.
        let mut different: Vec<char> = password.chars().collect();
        different.sort_unstable();
        different.dedup();
        return different.len() < 2;
    }
    repeats(&folded) || (name.chars().count() > 3 && rest_of(&whole, &name)) || made_of_words(&whole)
}

/// Whether a short piece is said over and over.
fn repeats(characters: &[char]) -> bool {
    (1..=PIECE.min(characters.len() / 2)).any(|piece| characters.chunks(piece).all(|part| characters.starts_with(part)))
}

/// Whether hardly anything is left of a password without its owner's name.
fn rest_of(whole: &str, name: &str) -> bool {
    whole.contains(name) && whole.replace(name, "").chars().filter(|c| !c.is_ascii_digit()).count() < 4
}

/// Whether nothing but known words, figures and rows of keys stands in it, and few enough of them to be tried.
fn made_of_words(whole: &str) -> bool {
    const MOST_WORDS: usize = 3;
    pieces(whole).is_some_and(|words| words <= MOST_WORDS)
}

/// How few words cover a text; figures and rows of keys count as none. Nothing when they do not cover it.
fn pieces(text: &str) -> Option<usize> {
    const LONGEST: usize = 32;
    if !text.is_ascii() {
        return None;
    }
    // At each place the fewest words that lead there.
    let mut fewest: Vec<Option<usize>> = vec![None; text.len() + 1];
    fewest[0] = Some(0);
    for from in 0..text.len() {
        let Some(words) = fewest[from] else { continue };
        for to in from + 1..=text.len().min(from + LONGEST) {
            let piece = &text[from..to];
            let free = piece.bytes().all(|byte| byte.is_ascii_digit()) || (piece.len() >= 3 && is_row(piece));
            let cost = if free {
                0
            } else if is_word(piece) {
                1
            } else {
                continue;
            };
            fewest[to] = Some(fewest[to].map_or(words + cost, |known| known.min(words + cost)));
        }
    }
    fewest[text.len()]
}

/// Whether a piece is a known word, also with figures for letters.
fn is_word(piece: &str) -> bool {
    WORDS.contains(piece) || WORDS.contains(piece.chars().map(letter).collect::<String>().as_str())
}

fn is_row(piece: &str) -> bool {
    let backwards: String = piece.chars().rev().collect();
    ROWS.iter().any(|row| row.contains(piece) || row.contains(&backwards))
}

/// The letter that a figure or sign stands for.
fn letter(c: char) -> char {
    match c {
        '0' => 'o',
        '1' => 'i',
        '3' => 'e',
        '4' => 'a',
        '5' => 's',
        '7' => 't',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_guessed_first_is_told_by_how_it_is_made() {
        let check = |password: &str, expected: bool| {
            assert_eq!(is_guessed_first(password, "nguyen.van.a"), expected, "{password}");
        };
        for guessed in [
            "password1234",
            "Password@2026",
            "P4ssw0rd2026!!",
            "matkhau123456",
            "Mật khẩu 123456",
            "qwertyuiop123",
            "123456789012",
            "012345678901",
            "abcabcabcabc",
            "anhyeuem2026",
            "aaaaaaaaaaaa",
            "1qaz2wsx3edc4rfv",
            "zxcvbnm12345",
            "iloveyou1234",
            "admin@123456",
            "lantoa@2026lantoa",
            "Vietnam@123456",
            "!!!!!!!!!!!!",
            "NguyenVanA@2026",
            "quantrivien2026",
            "qwertyqwerty",
            "0987654321098",
            "passwordpassword",
            "hanoivietnam2026",
        ] {
            check(guessed, true);
        }
        for good in [
            "một câu dễ nhớ",
            "correct horse battery staple",
            "tôi thích phở bò lúc sáu giờ",
            "🌊🌊🌊🌊🌊🌊🌊🌊🌊🌊🌊🌪 sóng",
            "xe đạp xanh 1987",
            "vxu9mK2qTz7w",
            "chợ Bến Thành mưa chiều",
            "gió mùa đông bắc 42",
        ] {
            check(good, false);
        }
    }
}
