//! Text in, a sketch of 200 bytes out, from which the likeness of two texts is estimated.
//!
//! `MinHash` over shingles of four folded syllables (Broder 1997), cut to one byte a hash (Li & König 2010, "b-bit
//! minwise hashing"), and beside it a bottom-k sketch of the figures in the text.

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::vietnamese;

/// Hashes in a sketch: the standard error of a likeness of one half is √(¼ ∕ 128) ≈ 0.044.
const HASHES: usize = 128;
/// Bands of three hashes: of two texts with a likeness of 0.8 they share a band with probability 0.997.
const BANDS: usize = 8;
const ROWS: usize = 3;
/// Syllables in a shingle.
const SHINGLE: usize = 4;
/// Figures kept.
const FIGURES: usize = 24;
/// Paragraphs that lead to candidates: a copy that was cut or continued still shares its longest ones.
const PARAGRAPHS: usize = 3;
/// Texts below this many syllables say too little to be called near anything; they only match when they are equal.
const SHORT: usize = 30;

/// What is kept of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sketch {
    /// Fingerprint of the whole folded text.
    pub(super) whole: u64,
    pub(super) short: bool,
    minima: [u8; HASHES],
    /// Sorted.
    figures: Vec<u16>,
    /// Keys under which candidates are looked up.
    pub(super) keys: Vec<u64>,
}

impl Sketch {
    /// The sketch of a body text, paragraphs parted by line breaks.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let folded = text.split('\n').map(vietnamese::fold).collect::<Vec<_>>().join("\n");
        let words: Vec<&str> =
            folded.split(|c: char| !vietnamese::is_letter_or_digit(c)).filter(|word| !word.is_empty()).collect();
        let mut least = [u32::MAX; HASHES];
        let hashes: Vec<u64> = words.iter().map(|word| xxh3_64(word.as_bytes())).collect();
        let width = SHINGLE.min(hashes.len().max(1));
        for shingle in hashes.windows(width) {
            let mut hash = 0u64;
            for word in shingle {
                hash = (hash.rotate_left(17) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            }
            take_minima(&mut least, hash);
        }
        let mut keys: Vec<u64> = (0..BANDS)
            .map(|band| {
                let rows: Vec<u8> =
                    least[band * ROWS..(band + 1) * ROWS].iter().flat_map(|hash| hash.to_le_bytes()).collect();
                xxh3_64_with_seed(&rows, band as u64 + 1)
            })
            .collect();
        let short = words.len() < SHORT;
        if short {
            keys.clear();
        } else {
            keys.extend(longest_paragraphs(&folded));
        }
        let whole = xxh3_64(words.join(" ").as_bytes());
        keys.push(whole);
        keys.sort_unstable();
        keys.dedup();
        Self { whole, short, minima: least.map(|hash| hash.to_le_bytes()[0]), figures: figures(&words), keys }
    }

    /// The estimated share of shingles that two texts have in common, 0–1.
    #[must_use]
    pub fn likeness(&self, other: &Self) -> f64 {
        if self.whole == other.whole {
            return 1.0;
        }
        let equal = self.minima.iter().zip(&other.minima).filter(|(a, b)| a == b).count();
        let share = equal as f64 / HASHES as f64;
        // One byte in 256 agrees by chance.
        ((share - 1.0 / 256.0) / (1.0 - 1.0 / 256.0)).max(0.0)
    }

    /// The share of figures of the text with fewer of them that the other has too; 1 when there are none.
    #[must_use]
    pub fn figures_in_common(&self, other: &Self) -> f64 {
        let fewer = self.figures.len().min(other.figures.len());
        if fewer == 0 {
            return 1.0;
        }
        // Only below the lower of the two last values did both sketches keep everything.
        let last = |figures: &[u16]| if figures.len() < FIGURES { u16::MAX } else { figures[FIGURES - 1] };
        let bound = last(&self.figures).min(last(&other.figures));
        let below = |figures: &[u16]| figures.iter().filter(|figure| **figure <= bound).count();
        let fewer = below(&self.figures).min(below(&other.figures)).max(1);
        let common = self
            .figures
            .iter()
            .filter(|figure| **figure <= bound && other.figures.binary_search(figure).is_ok())
            .count();
        common as f64 / fewer as f64
    }

    /// The sketch as bytes; the keys stand in the window already.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(9 + HASHES + 2 * self.figures.len());
        bytes.extend_from_slice(&self.whole.to_le_bytes());
        bytes.push(u8::from(self.short));
        bytes.extend_from_slice(&self.minima);
        bytes.extend(self.figures.iter().flat_map(|figure| figure.to_le_bytes()));
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (whole, rest) = bytes.split_first_chunk::<8>()?;
        let (short, rest) = rest.split_first()?;
        let (minima, figures) = rest.split_first_chunk::<HASHES>()?;
        Some(Self {
            whole: u64::from_le_bytes(*whole),
            short: *short == 1,
            minima: *minima,
            figures: figures.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect(),
            keys: Vec::new(),
        })
    }
}

fn take_minima(least: &mut [u32; HASHES], hash: u64) {
    // Two halves of one hash make a family of hashes (Kirsch & Mitzenmacher 2006).
    let (mut value, step) = (hash as u32, (hash >> 32) as u32 | 1);
    for slot in least {
        value = value.wrapping_add(step);
        let mixed = (value ^ (value >> 15)).wrapping_mul(0x2C1B_3C6D);
        let mixed = mixed ^ (mixed >> 12);
        *slot = (*slot).min(mixed);
    }
}

fn longest_paragraphs(folded: &str) -> Vec<u64> {
    let mut paragraphs: Vec<&str> = folded.split('\n').map(str::trim).filter(|line| line.len() > 80).collect();
    paragraphs.sort_by_key(|line| std::cmp::Reverse(line.len()));
    paragraphs.iter().take(PARAGRAPHS).map(|line| xxh3_64(line.as_bytes())).collect()
}

fn figures(words: &[&str]) -> Vec<u16> {
    let mut figures: Vec<u16> = words
        .iter()
        .filter(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        .map(|word| xxh3_64(word.as_bytes()) as u16)
        .collect();
    figures.sort_unstable();
    figures.dedup();
    figures.truncate(FIGURES);
    figures
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

    fn check(a: &str, b: &str, low: f64, high: f64) {
        let (a, b) = (Sketch::of(a), Sketch::of(b));
        let likeness = a.likeness(&b);
        assert!((low..=high).contains(&likeness), "likeness {likeness} is outside {low}..{high}");
    }

    #[test]
    fn likeness_follows_the_share_of_shingles() {
        check(&text(0..10), &text(0..10), 1.0, 1.0);
        check(&text(0..10), &text(0..9), 0.78, 0.99);
        check(&text(0..10), &text(5..15), 0.2, 0.46);
        check(&text(0..10), &text(20..30), 0.0, 0.08);
        check("Chính phủ họp phiên thường kỳ", "CHINH PHU HOP PHIEN THUONG KY", 1.0, 1.0);
    }

    #[test]
    fn copies_share_a_key() {
        let (whole, cut) = (Sketch::of(&text(0..10)), Sketch::of(&text(1..9)));
        assert!(whole.keys.iter().any(|key| cut.keys.contains(key)));
        let other = Sketch::of(&text(20..30));
        assert!(!whole.keys.iter().any(|key| other.keys.contains(key)));
    }

    #[test]
    fn a_paragraph_in_common_is_a_key_in_common() {
        let (one, other) = (Sketch::of(&text(0..3)), Sketch::of(&text(2..5)));
        assert!(one.likeness(&other) < 0.3);
        assert!(one.keys.iter().any(|key| other.keys.contains(key)));
    }

    #[test]
    fn notices_that_differ_in_figures_are_told_apart() {
        let notice = |figures: &[u32]| {
            figures.iter().map(|n| format!("Trạm số ghi nhận {n} mm mưa trong ngày hôm qua. ")).collect::<String>()
        };
        let (week, next) = (Sketch::of(&notice(&[11, 25, 37, 48, 52])), Sketch::of(&notice(&[13, 29, 31, 44, 58])));
        assert!(week.figures_in_common(&next) < 0.5);
        assert_eq!(week.figures_in_common(&week), 1.0);
    }

    #[test]
    fn bytes_read_back() {
        let sketch = Sketch::of(&format!("{} 12 34 56", text(0..10)));
        let back = Sketch::from_bytes(&sketch.to_bytes()).expect("whole bytes");
        assert_eq!(Sketch { keys: Vec::new(), ..sketch }, back);
        assert_eq!(Sketch::from_bytes(&[1, 2, 3]), None);
    }
}
