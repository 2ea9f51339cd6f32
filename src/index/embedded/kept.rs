//! What searches keep for the next ones: columns of segments, and sets that were dear to make. In: segments. Out: the same
//! without the work. Bounded, and never wrong: a segment never changes, and a new one has a new name.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tantivy::index::SegmentId;
use tantivy::{Searcher, SegmentReader};
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::answers::Answers;
use super::bits::Bits;
use super::columns::{AllNames, Columns};
use super::generations::Generations;

/// Memory for the sets of words, and for those of phrases, which take a hundred times as long to make and are fewer: 1,000
/// words and 250 phrases in an index of 1,000,000 articles.
const MOST_BYTES_OF_WORDS: usize = 128 << 20;
const MOST_BYTES_OF_PHRASES: usize = 32 << 20;

pub(super) struct Kept {
    pub(super) names: AllNames,
    columns: Mutex<HashMap<SegmentId, Arc<Columns>>>,
    /// The state of the index that was followed last.
    followed: AtomicU64,
    words: Mutex<Sets>,
    phrases: Mutex<Sets>,
    pub(super) answers: Answers,
}

type Sets = Generations<Name, Arc<Bits>>;

impl Default for Kept {
    fn default() -> Self {
        Self {
            names: AllNames::default(),
            columns: Mutex::default(),
            followed: AtomicU64::default(),
            words: Mutex::new(Sets::of_most(MOST_BYTES_OF_WORDS)),
            phrases: Mutex::new(Sets::of_most(MOST_BYTES_OF_PHRASES)),
            answers: Answers::default(),
        }
    }
}

/// A set of a segment, by a hash that no two sets share in practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Name(u128);

impl Name {
    /// What the names of a segment's sets begin with.
    pub(super) fn of_segment(segment: SegmentId) -> Self {
        Self(xxh3_128(segment.uuid_string().as_bytes()))
    }

    /// What the set is of: a field of this segment, and the words that stand there side by side.
    pub(super) fn of_words<'w>(self, field: u32, words: impl IntoIterator<Item = &'w str>) -> Self {
        let mut hasher = Xxh3::new();
        hasher.update(&self.0.to_le_bytes());
        hasher.update(&field.to_le_bytes());
        for word in words {
            hasher.update(word.as_bytes());
            hasher.update(&[0xff]);
        }
        Self(hasher.digest128())
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is kept is whole at any moment.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Kept {
    /// The columns of a segment, made when they are not here yet.
    pub(super) fn columns(&self, segment: &SegmentReader) -> tantivy::Result<Arc<Columns>> {
        if let Some(columns) = lock(&self.columns).get(&segment.segment_id()) {
            return Ok(Arc::clone(columns));
        }
        // Not under the lock: other segments need not wait. Two searches may do the same work once.
        let columns = Arc::new(Columns::of(segment, &self.names)?);
        lock(&self.columns).insert(segment.segment_id(), Arc::clone(&columns));
        Ok(columns)
    }

    /// Makes what searches of this index will need, and lets go of segments that are no more. Returns the number of the
    /// index's state, which grows with every change.
    pub(super) fn follow(&self, searcher: &Searcher) -> tantivy::Result<u64> {
        // Generations count from 0.
        let generation = searcher.generation().generation_id() + 1;
        if self.followed.load(Ordering::Acquire) == generation {
            return Ok(generation);
        }
        for segment in searcher.segment_readers() {
            self.columns(segment)?;
        }
        let lives = |id: &SegmentId| searcher.segment_readers().iter().any(|segment| segment.segment_id() == *id);
        lock(&self.columns).retain(|id, _| lives(id));
        self.followed.store(generation, Ordering::Release);
        Ok(generation)
    }

    /// Where the sets of so many words side by side are kept.
    fn sets(&self, words: usize) -> MutexGuard<'_, Sets> {
        lock(if words > 1 { &self.phrases } else { &self.words })
    }

    /// The set of this name, which is of so many words.
    pub(super) fn set(&self, name: Name, words: usize) -> Option<Arc<Bits>> {
        self.sets(words).get(&name)
    }

    /// Keeps a set of so many words for a while.
    pub(super) fn keep(&self, name: Name, words: usize, set: &Arc<Bits>) {
        self.sets(words).put(name, Arc::clone(set), set.size());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_of_words_and_of_phrases_are_kept_apart_by_name() {
        let kept = Kept::default();
        let segment = SegmentId::from_uuid_string("00000000000000000000000000000001").ok();
        let segment = Name::of_segment(segment.expect("a written-out id"));
        let (one, two) = (Arc::new(Bits::all(1)), Arc::new(Bits::all(2)));
        kept.keep(segment.of_words(1, ["a"]), 1, &one);
        kept.keep(segment.of_words(1, ["a", "b"]), 2, &two);
        assert_eq!(kept.set(segment.of_words(1, ["a"]), 1), Some(one));
        assert_eq!(kept.set(segment.of_words(1, ["a", "b"]), 2), Some(two));
        assert_eq!(kept.set(segment.of_words(2, ["a"]), 1), None);
        assert_ne!(segment.of_words(1, ["a", "b"]), segment.of_words(1, ["ab"]));
    }
}
