//! What searches keep for the next ones: columns of segments, and sets that were dear to make. In: segments. Out: the same
//! without the work. Bounded, and never wrong: a segment never changes, and a new one has a new name.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tantivy::index::SegmentId;
use tantivy::{Searcher, SegmentReader};
use xxhash_rust::xxh3::Xxh3;

use super::bits::Bits;
use super::columns::{AllNames, Columns};

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
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            names: AllNames::default(),
            columns: Mutex::default(),
            followed: AtomicU64::default(),
            words: Mutex::new(Sets::of_most(MOST_BYTES_OF_WORDS)),
            phrases: Mutex::new(Sets::of_most(MOST_BYTES_OF_PHRASES)),
        }
    }
}

/// Two generations: when the younger is half of what may be kept, the older one goes.
struct Sets {
    most_bytes: usize,
    younger: HashMap<Name, Arc<Bits>>,
    older: HashMap<Name, Arc<Bits>>,
    bytes: usize,
}

/// A set of a segment, by a hash that no two sets share in practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Name(u128);

impl Name {
    /// What the set is of: a field, and the words that stand there side by side.
    pub(super) fn of<'w>(segment: SegmentId, field: u32, words: impl IntoIterator<Item = &'w str>) -> Self {
        let mut hasher = Xxh3::new();
        hasher.update(segment.uuid_string().as_bytes());
        hasher.update(&field.to_le_bytes());
        for word in words {
            hasher.update(word.as_bytes());
            hasher.update(&[0xff]);
        }
        Self(hasher.digest128())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
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

    /// Makes what searches of this index will need, and lets go of segments that are no more.
    pub(super) fn follow(&self, searcher: &Searcher) -> tantivy::Result<()> {
        // Generations count from 0.
        let generation = searcher.generation().generation_id() + 1;
        if self.followed.load(Ordering::Acquire) == generation {
            return Ok(());
        }
        for segment in searcher.segment_readers() {
            self.columns(segment)?;
        }
        let lives = |id: &SegmentId| searcher.segment_readers().iter().any(|segment| segment.segment_id() == *id);
        lock(&self.columns).retain(|id, _| lives(id));
        self.followed.store(generation, Ordering::Release);
        Ok(())
    }

    /// Where the sets of so many words side by side are kept.
    fn sets(&self, words: usize) -> MutexGuard<'_, Sets> {
        lock(if words > 1 { &self.phrases } else { &self.words })
    }

    /// The set of this name, which is of so many words.
    pub(super) fn set(&self, name: Name, words: usize) -> Option<Arc<Bits>> {
        let mut sets = self.sets(words);
        if let Some(set) = sets.younger.get(&name) {
            return Some(Arc::clone(set));
        }
        let set = sets.older.remove(&name)?;
        sets.put(name, &set);
        Some(set)
    }

    /// Keeps a set of so many words for a while.
    pub(super) fn keep(&self, name: Name, words: usize, set: &Arc<Bits>) {
        self.sets(words).put(name, set);
    }
}

impl Sets {
    fn of_most(most_bytes: usize) -> Self {
        Self { most_bytes, younger: HashMap::new(), older: HashMap::new(), bytes: 0 }
    }

    fn put(&mut self, name: Name, set: &Arc<Bits>) {
        if self.bytes + set.size() > self.most_bytes / 2 {
            self.older = std::mem::take(&mut self.younger);
            self.bytes = 0;
        }
        self.bytes += set.size();
        self.younger.insert(name, Arc::clone(set));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sets_used_last_are_kept_in_bounded_memory() {
        let kept = Kept::default();
        let segment = SegmentId::from_uuid_string("00000000000000000000000000000001").ok();
        let Some(segment) = segment else { unreachable!("a written-out id") };
        let name = |n: u32| Name::of(segment, n, ["a"]);
        let set = Arc::new(Bits::all(1 << 20));
        for n in 0..2_000 {
            kept.keep(name(n), 1, &set);
            assert!(kept.set(name(0), 1).is_some(), "asked for all the time, {n}");
            kept.keep(name(n), 2, &set);
        }
        assert!(kept.set(name(1), 1).is_none() && kept.set(name(1_999), 1).is_some());
        for (sets, most) in [(&kept.words, MOST_BYTES_OF_WORDS), (&kept.phrases, MOST_BYTES_OF_PHRASES)] {
            let sets = lock(sets);
            assert!((sets.younger.len() + sets.older.len()) * set.size() <= most);
        }
        assert_ne!(Name::of(segment, 1, ["a", "b"]), Name::of(segment, 1, ["ab"]));
    }
}
