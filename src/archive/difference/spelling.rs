//! How slight an edit is: marks and blanks, the spelling of words, or other words.

use super::token::{Kind, Token};
use super::{Nature, Part};
use crate::vietnamese;

/// Letters from which a word with one letter more, less or other is the same word misspelt.
const LONG: usize = 4;

/// What the edit of one part is, facts aside.
pub(super) fn nature(part: &Part<'_>) -> Nature {
    if part.before == part.after {
        return Nature::None;
    }
    let mut nature = Nature::Form;
    for (gone, added) in &part.hunks {
        let words = |tokens: &[Token<'_>]| -> Vec<String> {
            let words = tokens.iter().filter(|token| token.kind != Kind::Mark);
            words.map(|token| token.text.to_lowercase()).collect()
        };
        let (old, new) = (words(&part.old[gone.clone()]), words(&part.new[added.clone()]));
        if old.concat() == new.concat() {
            continue;
        }
        let figures = |words: &[String]| words.iter().any(|word| word.contains(|c: char| c.is_ascii_digit()));
        let is_spelling = old.len() == new.len()
            && !figures(&old)
            && !figures(&new)
            && old.iter().zip(&new).all(|(old, new)| is_misspelt(old, new));
        if !is_spelling {
            return Nature::Wording;
        }
        nature = Nature::Spelling;
    }
    nature
}

/// Whether two words are one, misspelt: other marks, or one letter of a longer word.
fn is_misspelt(one: &str, other: &str) -> bool {
    let (one, other) = (vietnamese::fold(one), vietnamese::fold(other));
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one == other {
        return true;
    }
    if one.len().min(other.len()) < LONG || one.len().abs_diff(other.len()) > 1 {
        return false;
    }
    let same_start = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let same_end = one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
    same_start + same_end + 1 >= one.len().max(other.len())
}
