//! The figures of a text with the words before them: what weekly notices differ in, and copies of one text do not.

use xxhash_rust::xxh3::xxh3_64;

/// Figures kept of a text.
const FIGURES: usize = 24;
/// Words that say of which day, week or issue a text is: where two texts disagree about one of them, they are two.
const DATING: [&str; 8] = ["ngay", "tuan", "thang", "quy", "ky", "so", "dot", "lan"];

/// A sample of the figures of a text, each with what stands before it. The sample is taken by the hash of what stands
/// before, so that two texts keep the figures of the same places (Broder 1997, bottom-k).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Figures {
    /// Hash of the two words before, its lowest bit set where they date the text; then a hash of the figure. Sorted.
    pairs: Vec<(u16, u16)>,
}

/// How the figures of two texts agree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Agreement {
    /// The share of places that both texts have where they say the same, 0–1; 1 when there is no such place.
    pub(super) share: f64,
    /// They disagree about a day, a week or an issue.
    pub(super) other_date: bool,
}

impl Figures {
    /// The figures of a folded text, as its words.
    pub(super) fn of(words: &[&str]) -> Self {
        let mut pairs = Vec::new();
        for (place, word) in words.iter().enumerate() {
            if !word.starts_with(|c: char| c.is_ascii_digit()) {
                continue;
            }
            let before: Vec<&str> = words[..place].iter().rev().take(2).copied().collect();
            let dates = before.first().is_some_and(|word| DATING.contains(word));
            let context = xxh3_64(before.join(" ").as_bytes()) as u16;
            pairs.push(((context & !1) | u16::from(dates), xxh3_64(word.as_bytes()) as u16));
        }
        pairs.sort_unstable();
        pairs.dedup();
        pairs.truncate(FIGURES);
        Self { pairs }
    }

    /// How the figures of two texts agree. A place that one text has and the other has not says nothing: a copy may be
    /// cut, and may have facts of its own.
    pub(super) fn agreement(&self, other: &Self) -> Agreement {
        // Only below the lower of the two last places did both samples keep everything.
        let last = |figures: &Self| match figures.pairs.get(FIGURES - 1) {
            Some((place, _)) => *place,
            None => u16::MAX,
        };
        let bound = last(self).min(last(other));
        let (mut both, mut same, mut other_date) = (0u32, 0u32, false);
        for mine in self.pairs.chunk_by(|a, b| a.0 == b.0) {
            let place = mine[0].0;
            let from = other.pairs.partition_point(|pair| pair.0 < place);
            let theirs = other.pairs[from..].iter().take_while(|pair| pair.0 == place);
            let mut theirs = theirs.peekable();
            // The last place may be cut in the middle, and its figures with it.
            let is_whole = place < bound || bound == u16::MAX;
            if !is_whole || theirs.peek().is_none() {
                continue;
            }
            both += 1;
            if theirs.any(|pair| mine.contains(pair)) {
                same += 1;
            } else {
                other_date |= place & 1 == 1;
            }
        }
        let share = if both == 0 { 1.0 } else { f64::from(same) / f64::from(both) };
        Agreement { share, other_date }
    }

    pub(super) fn to_bytes(&self, bytes: &mut Vec<u8>) {
        bytes.push(self.pairs.len() as u8);
        for (place, figure) in &self.pairs {
            bytes.extend_from_slice(&place.to_le_bytes());
            bytes.extend_from_slice(&figure.to_le_bytes());
        }
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (length, rest) = bytes.split_first()?;
        let pairs = rest.get(..4 * usize::from(*length))?.chunks_exact(4);
        let pairs = pairs.map(|four| (u16::from_le_bytes([four[0], four[1]]), u16::from_le_bytes([four[2], four[3]])));
        Some(Self { pairs: pairs.collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(one: &str, other: &str, share: std::ops::RangeInclusive<f64>, other_date: bool) {
        let of = |text: &str| Figures::of(&text.split(' ').collect::<Vec<_>>());
        let found = of(one).agreement(&of(other));
        assert!(share.contains(&found.share), "{one} | {other}: {found:?}");
        assert_eq!(found.other_date, other_date, "{one} | {other}");
    }

    #[test]
    fn figures_are_compared_where_both_texts_have_one() {
        check("tram a do 25 mm tram b do 13 mm", "tram a do 25 mm tram b do 13 mm", 1.0..=1.0, false);
        check("tram a do 25 mm tram b do 13 mm", "tram a do 27 mm tram b do 44 mm", 0.0..=0.0, false);
        check("tram a do 25 mm tram b do 13 mm", "tram a do 25 mm", 1.0..=1.0, false);
        check("lich cat dien tuan 42 tai xa x tu 7 gio", "lich cat dien tuan 43 tai xa x tu 7 gio", 0.5..=0.5, true);
        check("khong co so nao", "tram a do 25 mm", 1.0..=1.0, false);
        check("hop ngay 12 va hop ngay 13", "hop ngay 13", 1.0..=1.0, false);
    }

    #[test]
    fn bytes_read_back() {
        let figures = Figures::of(&["ngay", "12", "thang", "3"]);
        let mut bytes = Vec::new();
        figures.to_bytes(&mut bytes);
        assert_eq!(Figures::from_bytes(&bytes), Some(figures));
        assert_eq!(Figures::from_bytes(&[9, 1]), None);
    }
}
