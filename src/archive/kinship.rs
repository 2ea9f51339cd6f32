//! What one article is to another of its story: the two texts in, the kind of copy out, measured and not estimated.

use std::collections::HashSet;

use xxhash_rust::xxh3::xxh3_64;

use super::{Copy, credit};
use crate::vietnamese;

/// Syllables in a shingle.
const SHINGLE: usize = 4;
/// Syllables of a sentence that says something by itself.
const SAYS_SOMETHING: usize = 8;
/// A sentence stands in the other text when it has so much of its shingles; a few words may have been changed.
const STANDS: f64 = 0.4;
/// Share of shingles that two texts have in common from which one is the other's wording.
const VERBATIM: f64 = 0.95;
/// Bytes of a text that are compared: the rest of a very long one decides nothing.
const LONGEST: usize = 200_000;

/// How one text relates to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kinship {
    /// What kind of copy it is.
    pub kind: Copy,
    /// The share of shingles of both that both have, 0–1.
    pub share: f64,
}

/// What `copy` is to `first`.
#[must_use]
pub fn kinship(first: &str, copy: &str) -> Kinship {
    let (first, copy) = (Said::of(first), Said::of(copy));
    let common = first.shingles.intersection(&copy.shingles).count();
    let either = first.shingles.len() + copy.shingles.len() - common;
    let share = if either == 0 { 1.0 } else { common as f64 / either as f64 };
    let kind = if copy.says_more_than(&first) {
        Copy::Own
    } else if first.says_more_than(&copy) {
        Copy::Shortened
    } else if share >= VERBATIM {
        Copy::Verbatim
    } else {
        Copy::Near
    };
    Kinship { kind, share }
}

/// What a text says.
struct Said {
    shingles: HashSet<u64>,
    /// The shingles of each sentence.
    sentences: Vec<Vec<u64>>,
}

impl Said {
    fn of(text: &str) -> Self {
        let end = text.floor_char_boundary(LONGEST.min(text.len()));
        let (mut shingles, mut sentences, mut words) = (HashSet::new(), Vec::new(), Vec::new());
        for line in text[..end].lines().filter(|line| !credit::is_line_of_source(line.trim())) {
            for sentence in line.split_inclusive(['.', ';', '!', '?', '…']) {
                let folded = vietnamese::fold(sentence);
                let own: Vec<u64> = folded
                    .split(|c: char| !vietnamese::is_letter_or_digit(c))
                    .filter(|word| !word.is_empty())
                    .map(|word| xxh3_64(word.as_bytes()))
                    .collect();
                if own.len() >= SAYS_SOMETHING {
                    sentences.push(shingles_of(&own).collect());
                }
                words.extend(own);
            }
        }
        shingles.extend(shingles_of(&words));
        Self { shingles, sentences }
    }

    /// Whether a sentence of this text does not stand in the other.
    fn says_more_than(&self, other: &Self) -> bool {
        self.sentences.iter().any(|sentence| {
            let known = sentence.iter().filter(|shingle| other.shingles.contains(shingle)).count();
            (known as f64) < STANDS * sentence.len() as f64
        })
    }
}

fn shingles_of(words: &[u64]) -> impl Iterator<Item = u64> + '_ {
    let width = SHINGLE.min(words.len().max(1));
    words.windows(width).map(|shingle| {
        shingle.iter().fold(0u64, |hash, word| (hash.rotate_left(17) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "Sáng nay Bộ Y tế họp trực tuyến với các địa phương về phòng chống sốt xuất huyết.";
    const TWO: &str = "Đến hết tháng 10 cả nước ghi nhận 1.250 ca mắc, giảm mạnh so với cùng kỳ năm trước.";
    const THREE: &str = "Thứ trưởng yêu cầu các tỉnh phía Nam bố trí đủ hóa chất và máy phun trước mùa mưa tới.";
    const OTHER: &str = "Tại An Giang, chính quyền xã đã vận động từng hộ dân đậy kín dụng cụ chứa nước sinh hoạt.";

    fn check(first: &[&str], copy: &[&str], expected: Copy) {
        let found = kinship(&first.join("\n"), &copy.join("\n"));
        assert_eq!(found.kind, expected, "{copy:?}: {found:?}");
    }

    #[test]
    fn kinds_of_copies() {
        let whole = [ONE, TWO, THREE];
        check(&whole, &whole, Copy::Verbatim);
        check(&whole, &[ONE, TWO, THREE, "Theo Cổng TTĐT Chính phủ."], Copy::Verbatim);
        check(&whole, &[ONE, TWO], Copy::Shortened);
        check(&whole, &[ONE, TWO, THREE, OTHER], Copy::Own);
        check(&whole, &[ONE, OTHER], Copy::Own);
        check(&whole, &[&ONE.replace("trực tuyến", "khẩn"), &TWO.replace("mạnh", "nhẹ"), THREE], Copy::Near);
        check(&["Một hai ba."], &["MOT HAI BA"], Copy::Verbatim);
    }
}
