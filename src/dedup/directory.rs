//! Which texts have a key, in memory: from the hash of a band, a paragraph or an id to the numbers of texts.
//!
//! Six bytes for each key of each text: the text's number and sixteen bits of the key. Whoever asks looks at the text
//! itself before believing anything, because one alien key in four thousand million agrees.

/// Parts of the directory, by the key's upper bits. With 18 million keys a part has 275, which are looked through in
/// a few dozen nanoseconds.
const PARTS: usize = 1 << 16;
/// Texts that are kept for one key: what more of them share is no mark of a story.
const MOST_SHARED: usize = 64;

/// From keys to the numbers of texts.
pub(super) struct Directory {
    parts: Vec<Part>,
}

#[derive(Clone, Default)]
struct Part {
    tags: Vec<u16>,
    numbers: Vec<u32>,
}

impl Directory {
    pub(super) fn new() -> Self {
        Self { parts: vec![Part::default(); PARTS] }
    }

    /// Calls `each` with every text that was added under the key, and with few others.
    pub(super) fn find(&self, key: u64, mut each: impl FnMut(u32)) {
        let (part, tag) = place(key);
        let part = &self.parts[part];
        for (known, number) in part.tags.iter().zip(&part.numbers) {
            if *known == tag {
                each(*number);
            }
        }
    }

    /// Adds a text under a key. Where too many have the key, the lowest number gives way.
    pub(super) fn add(&mut self, key: u64, number: u32) {
        let (part, tag) = place(key);
        let part = &mut self.parts[part];
        let (mut shared, mut oldest) = (0, (u32::MAX, 0));
        for (slot, known) in part.tags.iter().enumerate() {
            if *known == tag {
                if part.numbers[slot] == number {
                    return;
                }
                shared += 1;
                oldest = oldest.min((part.numbers[slot], slot));
            }
        }
        if shared >= MOST_SHARED {
            part.numbers[oldest.1] = number;
            return;
        }
        if part.tags.len() == part.tags.capacity() {
            // A part grows by an eighth: with the usual doubling a third of the memory would lie idle.
            let more = (part.tags.len() / 8).max(4);
            part.tags.reserve_exact(more);
            part.numbers.reserve_exact(more);
        }
        part.tags.push(tag);
        part.numbers.push(number);
    }
}

fn place(key: u64) -> (usize, u16) {
    ((key >> 48) as usize, key as u16)
}

#[cfg(test)]
mod tests {
    use xxhash_rust::xxh3::xxh3_64;

    use super::*;

    fn found(directory: &Directory, key: u64) -> Vec<u32> {
        let mut numbers = Vec::new();
        directory.find(key, |number| numbers.push(number));
        numbers
    }

    #[test]
    fn what_was_added_is_found_and_little_else() {
        let key = |n: u32| xxh3_64(&n.to_le_bytes());
        let mut directory = Directory::new();
        (0..20_000).for_each(|n| directory.add(key(n), n));
        assert!((0..20_000).all(|n| found(&directory, key(n)).contains(&n)));
        let in_vain: usize = (20_000..40_000).map(|n| found(&directory, key(n)).len()).sum();
        assert!(in_vain < 5, "{in_vain} of 20,000 keys find an alien");
    }

    #[test]
    fn of_a_key_that_many_share_the_newest_are_kept() {
        let mut directory = Directory::new();
        let many = MOST_SHARED as u32 + 10;
        (0..many).for_each(|n| directory.add(7, n));
        let mut kept = found(&directory, 7);
        kept.sort_unstable();
        assert_eq!(kept, (10..many).collect::<Vec<_>>());
    }
}
