//! A set of the articles of one segment. In: their numbers. Out: the same, combined. One bit an article: sets of frequent
//! words, which decide how long a search takes, are met, joined and counted 64 articles at a time.

use tantivy::DocId;

/// Articles of a segment, by number. An empty set holds no memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bits {
    /// As many as the segment needs, or none at all.
    words: Vec<u64>,
}

impl Bits {
    /// All of so many articles.
    pub(super) fn all(docs: u32) -> Self {
        let mut words = vec![u64::MAX; docs.div_ceil(64) as usize];
        if let (Some(last), extra @ 1..) = (words.last_mut(), docs % 64) {
            *last = (1 << extra) - 1;
        }
        Self { words }
    }

    /// None of so many articles, ready to take some.
    pub(super) fn room_for(docs: u32) -> Self {
        Self { words: vec![0; docs.div_ceil(64) as usize] }
    }

    /// Those whose bits are set, 64 articles a word.
    pub(super) fn of_words(words: Vec<u64>) -> Self {
        Self { words }
    }

    /// Adds an article; one that has no room is left out.
    pub(super) fn insert(&mut self, doc: DocId) {
        if let Some(word) = self.words.get_mut((doc / 64) as usize) {
            *word |= 1 << (doc % 64);
        }
    }

    pub(super) fn contains(&self, doc: DocId) -> bool {
        self.words.get((doc / 64) as usize).is_some_and(|word| word >> (doc % 64) & 1 == 1)
    }

    /// Adds those of the other set.
    pub(super) fn add(&mut self, other: &Self) {
        if self.words.is_empty() {
            self.words.clone_from(&other.words);
            return;
        }
        for (word, more) in self.words.iter_mut().zip(&other.words) {
            *word |= more;
        }
    }

    /// Keeps those that are in the other set too.
    pub(super) fn keep(&mut self, other: &Self) {
        self.words.truncate(other.words.len());
        for (word, kept) in self.words.iter_mut().zip(&other.words) {
            *word &= kept;
        }
    }

    /// Takes out those of the other set.
    pub(super) fn drop(&mut self, other: &Self) {
        for (word, dropped) in self.words.iter_mut().zip(&other.words) {
            *word &= !dropped;
        }
    }

    /// Those in both.
    pub(super) fn met(&self, other: &Self) -> Self {
        Self { words: self.words.iter().zip(&other.words).map(|(one, two)| one & two).collect() }
    }

    /// Those before `doc`, which is rounded down to a multiple of 64, and the others.
    pub(super) fn split(&self, doc: DocId) -> (Self, Self) {
        let middle = (doc as usize / 64).min(self.words.len());
        let (mut before, mut after) = (self.clone(), self.clone());
        before.words.truncate(middle);
        after.words.iter_mut().take(middle).for_each(|word| *word = 0);
        (before, after)
    }

    /// Keeps those for which the condition holds.
    pub(super) fn retain(&mut self, mut holds: impl FnMut(DocId) -> bool) {
        for (at, word) in (0u32..).zip(&mut self.words) {
            let mut left = *word;
            while left != 0 {
                let bit = left.trailing_zeros();
                left &= left - 1;
                if !holds(at * 64 + bit) {
                    *word &= !(1 << bit);
                }
            }
        }
    }

    pub(super) fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// Hands over each in order.
    pub(super) fn each(&self, mut take: impl FnMut(DocId)) {
        for (at, word) in (0u32..).zip(&self.words) {
            let mut left = *word;
            while left != 0 {
                take(at * 64 + left.trailing_zeros());
                left &= left - 1;
            }
        }
    }

    /// In order.
    pub(super) fn iter(&self) -> impl Iterator<Item = DocId> + '_ {
        (0u32..).zip(&self.words).flat_map(|(at, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                (left != 0).then(|| {
                    let bit = left.trailing_zeros();
                    left &= left - 1;
                    at * 64 + bit
                })
            })
        })
    }

    /// Memory in bytes.
    pub(super) fn size(&self) -> usize {
        8 * self.words.capacity()
    }
}

/// A set whose articles are known by their place in it too.
pub(super) struct Ranked {
    docs: Bits,
    /// How many of the set stand before each 64 articles.
    before: Vec<u32>,
}

impl Ranked {
    pub(super) fn of(docs: Bits) -> Self {
        let counts = docs.words.iter().map(|word| word.count_ones());
        let before = counts.scan(0, |sum, count| Some(std::mem::replace(sum, *sum + count))).collect();
        Self { docs, before }
    }

    /// Hands over the place of each article that is in `docs` too, in order.
    pub(super) fn each_place(&self, docs: &Bits, mut take: impl FnMut(usize)) {
        for ((mine, before), other) in self.docs.words.iter().zip(&self.before).zip(&docs.words) {
            let mut left = mine & other;
            while left != 0 {
                let bit = left.trailing_zeros();
                left &= left - 1;
                take(*before as usize + (mine & !(u64::MAX << bit)).count_ones() as usize);
            }
        }
    }
}

/// The articles that are in so many of the sets at least; all of them when it is none.
pub(super) fn in_some(sets: &[std::sync::Arc<Bits>], least: usize, docs: u32) -> Bits {
    // `reached[k]` are the articles in k + 1 of the sets looked at so far, or more.
    let mut reached = vec![Bits::room_for(docs); least];
    for set in sets {
        for k in (0..least).rev() {
            if k == 0 {
                reached[0].add(set);
            } else {
                let more = reached[k - 1].met(set);
                reached[k].add(&more);
            }
        }
    }
    reached.pop().unwrap_or_else(|| Bits::all(docs))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn of(docs: &[DocId]) -> Bits {
        let mut bits = Bits::room_for(200);
        docs.iter().for_each(|doc| bits.insert(*doc));
        bits
    }

    fn check(bits: &Bits, expected: &[DocId]) {
        assert_eq!(bits.iter().collect::<Vec<_>>(), expected);
        assert_eq!((bits.count(), bits.is_empty()), (expected.len(), expected.is_empty()));
        assert!(expected.iter().all(|doc| bits.contains(*doc)));
        let mut each = Vec::new();
        bits.each(|doc| each.push(doc));
        assert_eq!(each, expected);
    }

    #[test]
    fn sets_are_combined() {
        let (one, two, none) = (of(&[0, 63, 64, 199]), of(&[63, 65, 199]), Bits::default());
        check(&one.met(&two), &[63, 199]);
        let mut rest = one.clone();
        rest.drop(&none);
        check(&rest, &[0, 63, 64, 199]);
        rest.drop(&two);
        check(&rest, &[0, 64]);
        check(&one.met(&none), &[]);
        let mut sum = none.clone();
        sum.add(&one);
        sum.add(&two);
        sum.add(&none);
        check(&sum, &[0, 63, 64, 65, 199]);
        sum.retain(|doc| doc % 2 == 1);
        check(&sum, &[63, 65, 199]);
        sum.keep(&one);
        check(&sum, &[63, 199]);
        sum.keep(&none);
        check(&sum, &[]);
        for (middle, expected) in [(0, (0, 4)), (63, (0, 4)), (64, (2, 2)), (150, (3, 1)), (900, (4, 0))] {
            let (before, after) = one.split(middle);
            assert_eq!((before.count(), after.count()), expected, "{middle}");
            assert_eq!(after.iter().chain(before.iter()).filter(|doc| one.contains(*doc)).count(), 4);
        }
        let mut narrow = Bits::room_for(10);
        narrow.insert(900);
        check(&narrow, &[]);
        assert!(!narrow.contains(900));
    }

    #[test]
    fn places_are_counted_in_the_whole_set() {
        let ranked = Ranked::of(of(&[3, 63, 64, 130, 199]));
        let places = |docs: &[DocId]| {
            let mut places = Vec::new();
            ranked.each_place(&of(docs), |place| places.push(place));
            places
        };
        assert_eq!(places(&[3, 63, 64, 130, 199]), [0, 1, 2, 3, 4]);
        assert_eq!(places(&[0, 63, 131, 199]), [1, 4]);
        assert_eq!(places(&[]), [0; 0]);
    }

    #[test]
    fn all_ends_where_the_articles_end() {
        for docs in [0, 1, 63, 64, 65, 128] {
            assert_eq!(Bits::all(docs).count(), docs as usize);
        }
    }

    #[test]
    fn some_of_several() {
        let sets = [of(&[1, 2, 3]), of(&[2, 3]), of(&[3]), of(&[])].map(Arc::new);
        check(&in_some(&sets, 1, 200), &[1, 2, 3]);
        check(&in_some(&sets, 2, 200), &[2, 3]);
        check(&in_some(&sets, 3, 200), &[3]);
        check(&in_some(&sets, 4, 200), &[]);
        assert_eq!(in_some(&sets, 0, 200).count(), 200);
    }
}
