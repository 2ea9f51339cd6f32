//! Text in, a sketch of at most 260 bytes out, from which the likeness of two texts is estimated.
//!
//! Least hashes of shingles of four folded syllables (Broder 1997), and beside them a sample of the figures in the text and
//! of its paragraphs.

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::figures::{Agreement, Figures};
use super::minima::{PLACES, minima};
use crate::vietnamese;

/// Bands of three hashes: of two texts with a likeness of 0.8 they share a band with probability 0.9998, with one of
/// 0.5 with 0.8. Three bytes of a hash agree by chance for one text in sixteen million.
const BANDS: usize = 12;
const ROWS: usize = 3;
/// Syllables in a shingle.
const SHINGLE: usize = 4;
/// Paragraphs that lead to candidates: a copy that was cut or continued still has the first or the longest ones.
const FIRST_PARAGRAPHS: usize = 2;
const PARAGRAPHS: usize = 5;
/// Bytes of a paragraph below which it says too little to lead anywhere, or to be looked for under other articles.
const SAYS_LITTLE: usize = 40;
/// And below which it leads to too many.
const LEADS_ASTRAY: usize = 80;
/// Texts below this many syllables say too little to be called near anything; they only match when they are equal.
const SHORT: usize = 30;
/// Places of a table that are tried for a hash: so many are full only where somebody chose the hashes.
const MOST_STEPS: usize = 32;

/// A text ready to be sketched: folded, and parted into paragraphs.
#[derive(Clone, Debug)]
pub struct Reading {
    paragraphs: Vec<(String, u32)>,
}

/// What is kept of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sketch {
    /// Fingerprint of the whole folded text.
    pub(super) whole: u64,
    pub(super) short: bool,
    /// Different shingles in it, about.
    size: u16,
    minima: [u8; PLACES],
    figures: Figures,
    /// Hashes of the paragraphs that lead to it.
    paragraphs: Vec<u32>,
}

/// How like two texts are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Likeness {
    /// The share of shingles of both that both have, 0–1.
    pub share: f64,
    /// The share of the shorter one's shingles that the longer one has, 0–1.
    pub contained: f64,
    /// The share of figures that agree where both have one, 0–1.
    pub figures: f64,
    /// They disagree about a day, a week or an issue.
    pub other_date: bool,
    /// They are equal but for marks and spaces.
    pub equal: bool,
}

impl Reading {
    /// Reads a body text, paragraphs parted by line breaks.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let folded = text.split('\n').map(vietnamese::fold).filter(|paragraph| !paragraph.trim().is_empty());
        Self { paragraphs: folded.map(|text| (text.clone(), xxh3_64(text.trim().as_bytes()) as u32)).collect() }
    }

    /// Hashes of the paragraphs that say enough to be recognised under another article.
    pub(super) fn telling(&self) -> impl Iterator<Item = (u32, usize)> + '_ {
        self.paragraphs.iter().filter(|(text, _)| text.len() >= SAYS_LITTLE).map(|(text, hash)| (*hash, text.len()))
    }

    /// Bytes of the folded text.
    pub(super) fn len(&self) -> usize {
        self.paragraphs.iter().map(|(text, _)| text.len()).sum()
    }

    /// The sketch of the text without the paragraphs that do not count.
    #[must_use]
    pub(super) fn sketch(&self, leave_out: impl Fn(u32) -> bool) -> Sketch {
        let kept: Vec<&(String, u32)> = self.paragraphs.iter().filter(|(_, hash)| !leave_out(*hash)).collect();
        let words: Vec<&str> = kept
            .iter()
            .flat_map(|(text, _)| text.split(|c: char| !vietnamese::is_letter_or_digit(c)))
            .filter(|word| !word.is_empty())
            .collect();
        let hashes: Vec<u64> = words.iter().map(|word| xxh3_64(word.as_bytes())).collect();
        let width = SHINGLE.min(hashes.len().max(1));
        let mix = |hash: u64, word: &u64| (hash.rotate_left(17) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let shingles: Vec<u64> = hashes.windows(width).map(|shingle| shingle.iter().fold(0, mix)).collect();
        let short = words.len() < SHORT;
        let mut whole = xxh3_64_with_seed(&[], hashes.len() as u64);
        for word in &hashes {
            whole = (whole.rotate_left(5) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        }
        Sketch {
            whole,
            short,
            size: u16::try_from(different(&shingles)).unwrap_or(u16::MAX),
            minima: minima(&shingles),
            figures: Figures::of(&words),
            paragraphs: if short { Vec::new() } else { leading_paragraphs(&kept) },
        }
    }
}

impl Sketch {
    /// The sketch of a whole text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Reading::of(text).sketch(|_| false)
    }

    /// Keys under which candidates are looked up.
    pub(super) fn keys(&self) -> Vec<u64> {
        if self.short {
            return vec![self.whole];
        }
        let bands = self.minima.chunks_exact(ROWS).take(BANDS).zip(1u8..);
        // The band is hashed with its rows and is no seed: of short inputs the hash mixes the seed with the last byte, and
        // each band would find what only agrees with another one.
        let mut keys: Vec<u64> = bands.map(|(rows, band)| xxh3_64(&[band, rows[0], rows[1], rows[2]])).collect();
        keys.extend(self.paragraphs.iter().map(|hash| xxh3_64(&hash.to_le_bytes())));
        keys
    }

    /// The estimated likeness of two texts.
    #[must_use]
    pub fn likeness(&self, other: &Self) -> Likeness {
        let Agreement { share: figures, other_date } = self.figures.agreement(&other.figures);
        if self.whole == other.whole {
            return Likeness { share: 1.0, contained: 1.0, figures: 1.0, other_date: false, equal: true };
        }
        let equal = self.minima.iter().zip(&other.minima).filter(|(a, b)| a == b).count();
        let agree = equal as f64 / PLACES as f64;
        // One byte in 256 agrees by chance.
        let share = ((agree - 1.0 / 256.0) / (1.0 - 1.0 / 256.0)).max(0.0);
        let (size, other_size) = (f64::from(self.size), f64::from(other.size));
        // What both have is share × what either has: |A∩B| = J (|A| + |B|) ∕ (1 + J).
        let common = share * (size + other_size) / (1.0 + share);
        let contained = (common / size.min(other_size).max(1.0)).min(1.0);
        Likeness { share, contained, figures, other_date, equal: false }
    }

    pub(super) fn to_bytes(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.whole.to_le_bytes());
        bytes.push(u8::from(self.short));
        bytes.extend_from_slice(&self.size.to_le_bytes());
        bytes.extend_from_slice(&self.minima);
        bytes.push(self.paragraphs.len() as u8);
        bytes.extend(self.paragraphs.iter().flat_map(|hash| hash.to_le_bytes()));
        self.figures.to_bytes(bytes);
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (whole, rest) = bytes.split_first_chunk::<8>()?;
        let (short, rest) = rest.split_first()?;
        let (size, rest) = rest.split_first_chunk::<2>()?;
        let (minima, rest) = rest.split_first_chunk::<PLACES>()?;
        let (paragraphs, rest) = rest.split_first()?;
        let (paragraphs, figures) = rest.split_at_checked(4 * usize::from(*paragraphs))?;
        Some(Self {
            whole: u64::from_le_bytes(*whole),
            short: *short == 1,
            size: u16::from_le_bytes(*size),
            minima: *minima,
            figures: Figures::from_bytes(figures)?,
            paragraphs: paragraphs
                .chunks_exact(4)
                .map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
                .collect(),
        })
    }
}

/// How many different hashes there are, about: a table with open places costs a fifth of sorting them.
fn different(hashes: &[u64]) -> usize {
    let mut table = vec![0; (hashes.len() * 2).next_power_of_two()];
    let (last, mut count) = (table.len() - 1, 0);
    for hash in hashes {
        let mut places = (0..MOST_STEPS).map(|step| (*hash as usize).wrapping_add(step) & last);
        if let Some(place) = places.find(|place| [0, *hash].contains(&table[*place])) {
            count += usize::from(table[place] != *hash);
            table[place] = *hash;
        }
    }
    count
}

/// The first paragraphs that say enough, and the longest of the others.
fn leading_paragraphs(kept: &[&(String, u32)]) -> Vec<u32> {
    let mut telling: Vec<(usize, u32)> =
        kept.iter().filter(|(text, _)| text.len() > LEADS_ASTRAY).map(|(text, hash)| (text.len(), *hash)).collect();
    let first = FIRST_PARAGRAPHS.min(telling.len());
    telling[first..].sort_by_key(|(length, _)| std::cmp::Reverse(*length));
    let mut hashes: Vec<u32> = telling.into_iter().take(PARAGRAPHS).map(|(_, hash)| hash).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paragraph(seed: usize) -> String {
        (0..40).map(|n| format!("từ{} ", xxh3_64(format!("{seed} {n}").as_bytes()) % 5000)).collect()
    }

    fn text(paragraphs: std::ops::Range<usize>) -> String {
        paragraphs.map(paragraph).collect::<Vec<_>>().join("\n")
    }

    fn check(a: &str, b: &str, share: std::ops::RangeInclusive<f64>, contained: std::ops::RangeInclusive<f64>) {
        let found = Sketch::of(a).likeness(&Sketch::of(b));
        assert!(share.contains(&found.share), "{found:?} is outside {share:?}");
        assert!(contained.contains(&found.contained), "{found:?} is outside {contained:?}");
    }

    #[test]
    fn likeness_follows_the_share_of_shingles() {
        check(&text(0..10), &text(0..10), 1.0..=1.0, 1.0..=1.0);
        check(&text(0..10), &text(0..9), 0.78..=0.99, 0.9..=1.0);
        check(&text(0..10), &text(0..4), 0.28..=0.52, 0.8..=1.0);
        check(&text(0..10), &text(5..15), 0.2..=0.46, 0.3..=0.65);
        check(&text(0..10), &text(20..30), 0.0..=0.08, 0.0..=0.15);
        check("Chính phủ họp phiên thường kỳ", "CHINH PHU HOP PHIEN THUONG KY", 1.0..=1.0, 1.0..=1.0);
    }

    fn share_a_key(one: &str, other: &str) -> bool {
        let (one, other) = (Sketch::of(one).keys(), Sketch::of(other).keys());
        one.iter().any(|key| other.contains(key))
    }

    #[test]
    fn copies_share_a_key() {
        assert!(share_a_key(&text(0..10), &text(1..9)));
        assert!(share_a_key(&text(0..3), &text(2..5)));
        assert!(!share_a_key(&text(0..10), &text(20..30)));
    }

    #[test]
    fn texts_that_share_nothing_share_no_key() {
        let mut seen = std::collections::HashMap::new();
        let mut shared = 0;
        for n in 0..2_000 {
            for key in Sketch::of(&text(1000 + 2 * n..1002 + 2 * n)).keys() {
                shared += usize::from(seen.insert(key, n).is_some_and(|other| other != n));
            }
        }
        // Two million pairs with twelve bands each, of which one in sixteen million agrees by chance.
        assert!(shared <= 8, "{shared} keys lead to strangers");
    }

    #[test]
    fn a_paragraph_that_is_left_out_does_not_count() {
        let boilerplate = paragraph(99);
        let (one, other) = (format!("{}\n{boilerplate}", text(0..2)), format!("{}\n{boilerplate}", text(5..7)));
        let hash = xxh3_64(vietnamese::fold(&boilerplate).trim().as_bytes()) as u32;
        let strip = |text: &str| Reading::of(text).sketch(|paragraph| paragraph == hash);
        assert!(Sketch::of(&one).likeness(&Sketch::of(&other)).share > 0.1);
        assert!(strip(&one).likeness(&strip(&other)).share < 0.05);
        assert_eq!(strip(&one), Sketch::of(&text(0..2)));
    }

    #[test]
    fn notices_that_differ_in_figures_are_told_apart() {
        let notice = |figures: &[u32]| {
            let line = |(n, figure): (usize, &u32)| {
                format!("Trạm quan trắc {} ghi nhận {figure} mm mưa trong hôm qua. ", char::from(b'a' + n as u8))
            };
            figures.iter().enumerate().map(line).collect::<String>()
        };
        let (week, next) = (Sketch::of(&notice(&[11, 25, 37, 48, 52])), Sketch::of(&notice(&[13, 29, 31, 44, 58])));
        assert!(week.likeness(&next).figures < 0.5);
        assert_eq!(week.likeness(&week).figures, 1.0);
    }

    #[test]
    fn bytes_read_back() {
        let sketch = Sketch::of(&format!("{} ngày 12 tháng 34 năm 56", text(0..10)));
        let mut bytes = Vec::new();
        sketch.to_bytes(&mut bytes);
        assert_eq!(Sketch::from_bytes(&bytes), Some(sketch));
        assert_eq!(Sketch::from_bytes(&[1, 2, 3]), None);
    }
}
