//! Which texts have a key, in memory: from the hash of a band, a paragraph or an id to the numbers of texts.
//!
//! Six bytes for each key of each text: the text's number and sixteen bits of the key. Whoever asks looks at the text
//! itself before believing anything, because one alien key in four thousand million agrees.

/// Parts of the directory, by the key's upper bits. With 18 million keys a part has 137, in five blocks.
const PARTS: usize = 1 << 17;
/// Keys in a block: their tags fill one line of the processor's cache.
const TOGETHER: usize = 32;
/// Texts that are kept for one key: what more of them share is no mark of a story.
const MOST_SHARED: usize = 64;
/// No text, and no block.
const NONE: u32 = u32::MAX;

/// From keys to the numbers of texts. Each part is a chain of blocks, and the blocks of all parts lie side by side in
/// three rows: parts that grew on their own would leave a third of the memory in holes.
pub(super) struct Directory {
    /// The block of each part that is being filled; the full ones follow it.
    first: Vec<u32>,
    next: Vec<u32>,
    tags: Vec<Tags>,
    numbers: Vec<[u32; TOGETHER]>,
}

#[derive(Clone, Copy)]
#[repr(align(64))]
struct Tags([u16; TOGETHER]);

impl Directory {
    pub(super) fn new() -> Self {
        Self { first: vec![NONE; PARTS], next: Vec::new(), tags: Vec::new(), numbers: Vec::new() }
    }

    /// Calls `each` with every text that was added under the key, and with few others.
    pub(super) fn find(&self, key: u64, mut each: impl FnMut(u32)) {
        self.walk(key, |_, _, number| each(number));
    }

    /// Adds a text under a key. Where too many have the key, the lowest number gives way.
    pub(super) fn add(&mut self, key: u64, number: u32) {
        let (mut shared, mut oldest, mut is_known) = (0, (NONE, 0, 0), false);
        self.walk(key, |block, slot, other| {
            shared += 1;
            oldest = oldest.min((other, block, slot));
            is_known |= other == number;
        });
        let (part, tag) = place(key);
        match self.first[part] {
            _ if is_known => {}
            _ if shared >= MOST_SHARED => self.numbers[oldest.1][oldest.2] = number,
            first => {
                let open = self.numbers.get(first as usize).and_then(|block| block.iter().position(|n| *n == NONE));
                let (block, slot) = match open {
                    Some(slot) => (first as usize, slot),
                    None => (self.begin(part), 0),
                };
                self.tags[block].0[slot] = tag;
                self.numbers[block][slot] = number;
            }
        }
    }

    /// Calls `each` with the block, the place in it and the number of every text under the key.
    fn walk(&self, key: u64, mut each: impl FnMut(usize, usize, u32)) {
        let (part, tag) = place(key);
        let mut block = self.first[part] as usize;
        while let Some(tags) = self.tags.get(block) {
            let next = self.next[block] as usize;
            // Looking at all of them at once is quicker than at one after another.
            let mut agree =
                tags.0.iter().enumerate().fold(0u32, |bits, (slot, known)| bits | u32::from(*known == tag) << slot);
            while agree != 0 {
                let slot = agree.trailing_zeros() as usize;
                agree &= agree - 1;
                let number = self.numbers[block][slot];
                if number != NONE {
                    each(block, slot, number);
                }
            }
            block = next;
        }
    }

    /// Puts an empty block before those of a part.
    fn begin(&mut self, part: usize) -> usize {
        let block = self.next.len();
        self.next.push(self.first[part]);
        self.tags.push(Tags([0; TOGETHER]));
        self.numbers.push([NONE; TOGETHER]);
        self.first[part] = block as u32;
        block
    }
}

fn place(key: u64) -> (usize, u16) {
    ((key >> (u64::BITS - PARTS.ilog2())) as usize, key as u16)
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
