//! What was used last, in bounded memory. In: values that were dear to make, with their size. Out: the same, while there is
//! room. Two generations: when the younger is half of what may be kept, the older one goes, and what is asked for again
//! moves to the younger.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;

pub(super) struct Generations<K, V> {
    most_bytes: usize,
    younger: HashMap<K, Sized<V>>,
    older: HashMap<K, Sized<V>>,
    /// Of the younger ones.
    bytes: usize,
}

struct Sized<V> {
    value: V,
    bytes: usize,
}

impl<K: Eq + Hash, V: Clone> Generations<K, V> {
    pub(super) fn of_most(most_bytes: usize) -> Self {
        Self { most_bytes, younger: HashMap::new(), older: HashMap::new(), bytes: 0 }
    }

    pub(super) fn get<Q: Eq + Hash + ?std::marker::Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        if let Some(one) = self.younger.get(key) {
            return Some(one.value.clone());
        }
        let (key, Sized { value, bytes }) = self.older.remove_entry(key)?;
        self.put(key, value.clone(), bytes);
        Some(value)
    }

    /// Keeps a value for a while; one that takes more than half of the memory is not kept.
    pub(super) fn put(&mut self, key: K, value: V, bytes: usize) {
        let most = self.most_bytes / 2;
        if bytes > most {
            return;
        }
        if self.bytes + bytes > most {
            self.older = std::mem::take(&mut self.younger);
            self.bytes = 0;
        }
        if let Some(before) = self.younger.insert(key, Sized { value, bytes }) {
            self.bytes -= before.bytes;
        }
        self.bytes += bytes;
    }

    pub(super) fn clear(&mut self) {
        *self = Self::of_most(self.most_bytes);
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.younger.values().chain(self.older.values()).map(|one| one.bytes).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_stays_and_memory_is_bounded() {
        let mut kept = Generations::of_most(100);
        for n in 0..1_000 {
            kept.put(n, n, 9);
            assert_eq!(kept.get(&0), Some(0), "asked for all the time, {n}");
            assert_eq!(kept.get(&n), Some(n));
            assert!(kept.bytes() <= 100, "{}", kept.bytes());
        }
        assert_eq!(kept.get(&1), None);
        kept.put(7, 7, 51);
        assert_eq!(kept.get(&7), None, "more than half of the memory");
        kept.clear();
        assert_eq!((kept.get(&0), kept.bytes()), (None, 0));
    }

    #[test]
    fn a_value_that_is_put_again_is_counted_once() {
        let mut kept = Generations::of_most(100);
        (0..1_000).for_each(|n| kept.put("one", n, 9));
        assert_eq!((kept.get("one"), kept.bytes()), (Some(999), 9));
    }
}
