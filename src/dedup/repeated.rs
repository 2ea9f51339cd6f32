//! Paragraphs that a portal repeats under its articles: a footer, a licence, a call to read on. They are no mark of a
//! story, on that portal and on others, whose pages may be made by the same hands.

use std::collections::HashSet;

/// Counters. A paragraph that comes under every article of its portal is counted faster than others count it down.
const COUNTERS: usize = 1 << 20;
/// Articles of a portal under which a paragraph stood when it is surely no part of the next. Under the second article
/// it is none as long as most of that is left without it: an article that its portal published twice repeats everything.
const SURELY: u8 = 2;
/// Paragraphs that are remembered as repeated; portals have a handful each.
const MOST: usize = 200_000;

/// What is known of the paragraphs of all portals.
pub(super) struct Repeated {
    /// Sixteen bits of a paragraph and its portal, and how many articles had it lately (Misra & Gries 1982, with a
    /// counter for each slot of a hash table).
    counters: Vec<(u16, u8)>,
    surely: HashSet<u32>,
}

impl Repeated {
    pub(super) fn new(known: impl Iterator<Item = u32>) -> Self {
        Self { counters: vec![(0, 0); COUNTERS], surely: known.take(MOST).collect() }
    }

    /// Counts a paragraph under one more article of a portal; true when that makes it one that is surely repeated.
    pub(super) fn count(&mut self, portal: u32, paragraph: u32) -> bool {
        if self.surely.contains(&paragraph) {
            return false;
        }
        let (slot, tag) = place(portal, paragraph);
        let (known, count) = &mut self.counters[slot];
        if *count == 0 {
            (*known, *count) = (tag, 1);
        } else if *known == tag {
            *count = count.saturating_add(1);
        } else {
            *count -= 1;
        }
        let is_new = *known == tag && *count >= SURELY && self.surely.len() < MOST;
        if is_new {
            self.surely.insert(paragraph);
        }
        is_new
    }

    /// Those of the article's paragraphs (hashes and lengths) that are no part of it. `counted` says that the article
    /// itself was counted before.
    pub(super) fn among(
        &self,
        portal: u32,
        paragraphs: impl Iterator<Item = (u32, usize)>,
        length: usize,
        counted: bool,
    ) -> HashSet<u32> {
        let (mut sure, mut perhaps, mut bytes) = (HashSet::new(), Vec::new(), 0);
        for (paragraph, long) in paragraphs {
            let (slot, tag) = place(portal, paragraph);
            let (known, count) = self.counters[slot];
            let count = if known == tag { count } else { 0 };
            let others = count.saturating_sub(u8::from(counted));
            if self.surely.contains(&paragraph) {
                sure.insert(paragraph);
                bytes += long;
            } else if others > 0 {
                perhaps.push(paragraph);
                bytes += long;
            }
        }
        if bytes * 2 <= length {
            sure.extend(perhaps);
        }
        sure
    }
}

fn place(portal: u32, paragraph: u32) -> (usize, u16) {
    let hash = (u64::from(portal) << 32 | u64::from(paragraph)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    ((hash >> 32) as usize % COUNTERS, hash as u16 ^ (hash >> 16) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn among(repeated: &Repeated, paragraphs: &[(u32, usize)]) -> Vec<u32> {
        let length = paragraphs.iter().map(|(_, long)| long).sum();
        let mut found: Vec<u32> = repeated.among(1, paragraphs.iter().copied(), length, false).into_iter().collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn what_stands_under_the_articles_of_one_portal_does_not_count() {
        let mut repeated = Repeated::new(std::iter::empty());
        assert_eq!(among(&repeated, &[(10, 300), (99, 200)]), Vec::<u32>::new());
        assert!(!repeated.count(1, 99));
        // Under the second article already, as long as it is the smaller part.
        assert_eq!(among(&repeated, &[(11, 300), (99, 200)]), [99]);
        assert_eq!(among(&repeated, &[(11, 100), (99, 200)]), Vec::<u32>::new());
        // Another portal has footers of its own, until this one is known to be one.
        assert!(repeated.among(2, [(99, 200)].into_iter(), 900, false).is_empty());
        assert!(repeated.count(1, 99) && !repeated.count(1, 99));
        assert_eq!(among(&repeated, &[(11, 100), (99, 200)]), [99]);
        assert_eq!(repeated.among(2, [(99, 200)].into_iter(), 900, false).len(), 1);
    }
}
