//! Which keys the window may have, in memory: most keys of a new text are nobody else's, and a search in sled for one
//! that is not there costs as much as for one that is (Bloom 1970, "Space/Time Trade-offs in Hash Coding").

/// Bits for each key: with two of them set, fewer than two keys in a hundred are looked for in vain.
const BITS_A_KEY: usize = 16;
/// At least so many bits, that a small window is no special case.
const LEAST_BITS: usize = 1 << 16;

/// A set of keys that never forgets one and now and then believes one too many. The keys are hashes.
pub(super) struct Filter {
    bits: Vec<u64>,
}

impl Filter {
    /// A filter for so many keys: two bytes each.
    pub(super) fn for_keys(keys: usize) -> Self {
        let bits = keys.saturating_mul(BITS_A_KEY).clamp(LEAST_BITS, 1 << 32).next_power_of_two();
        Self { bits: vec![0; bits / 64] }
    }

    pub(super) fn add(&mut self, key: u64) {
        for (word, bit) in self.places(key) {
            self.bits[word] |= bit;
        }
    }

    pub(super) fn may_have(&self, key: u64) -> bool {
        self.places(key).iter().all(|(word, bit)| self.bits[*word] & bit != 0)
    }

    /// Two places, from the two halves of the hash.
    fn places(&self, key: u64) -> [(usize, u64); 2] {
        // The length is a power of two.
        let mask = self.bits.len() as u64 * 64 - 1;
        [key, key.rotate_right(32)].map(|hash| {
            let place = hash & mask;
            ((place / 64) as usize, 1 << (place % 64))
        })
    }
}

#[cfg(test)]
mod tests {
    use xxhash_rust::xxh3::xxh3_64;

    use super::*;

    #[test]
    fn what_was_added_is_found_and_little_else() {
        let key = |n: u32| xxh3_64(&n.to_le_bytes());
        let mut filter = Filter::for_keys(10_000);
        (0..10_000).for_each(|n| filter.add(key(n)));
        assert!((0..10_000).all(|n| filter.may_have(key(n))));
        let believed = (10_000..20_000).filter(|n| filter.may_have(key(*n))).count();
        assert!(believed < 300, "{believed} of 10,000 are believed in vain");
    }
}
