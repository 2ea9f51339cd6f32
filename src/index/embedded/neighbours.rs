//! Which words may stand side by side in the text of an article, without looking at it: two bits for each pair of
//! neighbours in a signature (superimposed coding; Faloutsos and Christodoulakis 1984, "Signature files"), kept in columns
//! so that one bit of all articles is read in a row (Goodwin et al. 2017, "BitFunnel"). In: the stream of words without
//! marks. Out: words of 64 bits for the index, and the answer "no" or "perhaps". A "no" is always right; of the pairs that
//! an article of 500 syllables does not hold one in twenty is a "perhaps", which a look at the positions then decides.

use std::sync::Arc;

use tantivy::DocId;
use tantivy::columnar::ColumnValues;
use xxhash_rust::xxh3::xxh3_64;

use super::bits::Bits;
use super::matching::folded;
use crate::index::tokens::{BREAK, Key};

/// Words of 64 bits in a signature: half of them for the first bit of each pair, half for the second.
pub(super) const WORDS: usize = 64;
const BITS: u64 = 64 * WORDS as u64;
/// Articles read at once.
const CHUNK: usize = 4_096;

/// Two words side by side, as signatures know them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair(u64);

impl Pair {
    /// Of two words without marks.
    pub(super) fn of(words: &[&str]) -> Self {
        Self(xxh3_64(words.join(" ").as_bytes()))
    }

    /// Each two neighbours among the words.
    pub(super) fn all_of(words: &[Key]) -> Vec<Self> {
        words.windows(2).map(|pair| Self::of(&folded(pair))).collect()
    }

    /// The two bits of the pair.
    pub(super) fn bits(self) -> [u64; 2] {
        let half = BITS / 2;
        [self.0 % half, half + (self.0 >> 32) % half]
    }
}

/// The signature of a stream of keys, each of which is followed by a space.
pub(super) fn signature(stream: &str) -> [u64; WORDS] {
    let mut signature = [0; WORDS];
    for part in stream.split(BREAK) {
        let (mut left, mut right) = (0, None);
        for (end, _) in part.match_indices(' ') {
            if let Some(right) = right {
                for bit in Pair(xxh3_64(&part.as_bytes()[left..end])).bits() {
                    signature[(bit / 64) as usize] |= 1 << (bit % 64);
                }
                left = right;
            }
            right = Some(end + 1);
        }
    }
    signature
}

/// The signatures of one segment.
pub(super) struct Signatures {
    words: Vec<Arc<dyn ColumnValues<u64>>>,
}

impl Signatures {
    /// Of the columns of each word, in order.
    pub(super) fn of(words: Vec<Arc<dyn ColumnValues<u64>>>) -> Self {
        Self { words }
    }

    /// Bit `i`: the pair `i` may stand in the text of the article. Pairs after the 32nd always may.
    pub(super) fn possible(&self, doc: DocId, pairs: &[Pair]) -> u32 {
        let mut possible = u32::MAX;
        for (i, pair) in (0..u32::BITS).zip(pairs) {
            if !pair.bits().into_iter().all(|bit| self.is_set(doc, bit)) {
                possible &= !(1 << i);
            }
        }
        possible
    }

    fn is_set(&self, doc: DocId, bit: u64) -> bool {
        self.words.get((bit / 64) as usize).is_none_or(|word| word.get_val(doc) >> (bit % 64) & 1 == 1)
    }

    /// The articles that have the bit, of so many.
    pub(super) fn row(&self, bit: u64, docs: u32) -> Bits {
        let Some(word) = self.words.get((bit / 64) as usize) else { return Bits::all(docs) };
        let mut row = Vec::with_capacity(docs.div_ceil(64) as usize);
        let mut values = [0; CHUNK];
        for start in (0..docs).step_by(CHUNK) {
            let values = &mut values[..CHUNK.min((docs - start) as usize)];
            word.get_range(u64::from(start), values);
            let of_64 = values
                .chunks(64)
                .map(|some| (0..).zip(some).fold(0, |row, (at, value)| row | (value >> (bit % 64) & 1) << at));
            row.extend(of_64);
        }
        Bits::of_words(row)
    }
}

#[cfg(test)]
mod tests {
    use tantivy::columnar::column_values::VecColumn;

    use super::*;
    use crate::index::tokens::{Keys, Streams};

    fn stream(text: &str) -> String {
        let mut streams = Streams::default();
        Keys::default().append(text, &mut streams);
        streams.folded
    }

    fn holds(signature: &[u64; WORDS], words: &str) -> bool {
        let mut keys = Keys::default();
        let words: Vec<Key> = words.split(' ').map(|word| keys.of(word).clone()).collect();
        let bits = Pair::all_of(&words).into_iter().flat_map(Pair::bits);
        bits.map(|bit| signature[(bit / 64) as usize] >> (bit % 64) & 1).all(|bit| bit == 1)
    }

    #[test]
    fn every_pair_of_a_text_is_possible_and_most_others_are_not() {
        let words: Vec<String> = (0..500).map(|n| format!("tu{n}")).collect();
        let signature = signature(&stream(&words.join(" ")));
        assert!(words.windows(2).all(|pair| holds(&signature, &pair.join(" "))));
        let wrong = (0..1_000).filter(|n| holds(&signature, &format!("khac{n} tu{n}"))).count();
        assert!((10..100).contains(&wrong), "{wrong} of 1,000");
    }

    #[test]
    fn parts_are_no_neighbours() {
        assert_eq!((signature(""), signature("mot ")), ([0; WORDS], [0; WORDS]));
        let signature = signature(&format!("{}{BREAK}{}", stream("Hà Nội"), stream("Mưa lũ")));
        assert_eq!(signature.iter().map(|word| word.count_ones()).sum::<u32>(), 4);
        assert!(holds(&signature, "hà nội") && holds(&signature, "mua lu") && !holds(&signature, "nội mưa"));
    }

    #[test]
    fn a_row_is_one_bit_of_all() {
        let signatures: Vec<[u64; WORDS]> = (0..5_000).map(|n| signature(&format!("mot so{} ", n % 7))).collect();
        let column = |word: usize| -> Arc<dyn ColumnValues<u64>> {
            Arc::new(VecColumn::from(signatures.iter().map(|signature| signature[word]).collect::<Vec<_>>()))
        };
        let columns = Signatures::of((0..WORDS).map(column).collect());
        let pair = Pair::of(&["mot", "so3"]);
        let mut found = columns.row(pair.bits()[0], 5_000);
        found.keep(&columns.row(pair.bits()[1], 5_000));
        assert_eq!(found.iter().collect::<Vec<_>>(), (0..5_000).filter(|n| n % 7 == 3).collect::<Vec<_>>());
        assert_eq!((columns.possible(3, &[pair]), columns.possible(4, &[pair])), (u32::MAX, u32::MAX - 1));
    }
}
