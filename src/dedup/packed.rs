//! Many small entries in few records of sled, whose memory follows the number of its records: entries with the same
//! first bytes of their key's hash share a record.

use anyhow::{Context, Result};
use xxhash_rust::xxh3::xxh3_128;

/// Bytes of a record; sled keeps small values well. What finds no room pushes out what was written first.
const RECORD_BYTES: usize = 4096;
/// Bytes of a hash that choose the record, and bytes that are kept in it: 80 bits tell a million keys apart.
const CHOOSING: usize = 2;
const KEPT: usize = 8;

/// A tree of packed entries. The value of an entry has at most 255 bytes.
pub(super) struct Packed(sled::Tree);

impl Packed {
    pub(super) fn new(tree: sled::Tree) -> Self {
        Self(tree)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        let hash = xxh3_128(key).to_be_bytes();
        let record = self.0.get(&hash[..CHOOSING]).ok()??;
        let value = entries(&record).find(|entry| *entry.hash == hash[CHOOSING..CHOOSING + KEPT])?.value;
        Some(value.to_vec())
    }

    /// Sets the value of a key; a value of more than 255 bytes is not worth keeping.
    pub(super) fn set(&self, key: &[u8], value: &[u8]) -> Result<()> {
        let Ok(length) = u8::try_from(value.len()) else { return Ok(()) };
        let hash = xxh3_128(key).to_be_bytes();
        let kept = &hash[CHOOSING..CHOOSING + KEPT];
        let change = |record: Option<&[u8]>| {
            let mut next = without(record.unwrap_or_default(), |entry| entry.hash == kept);
            let room = RECORD_BYTES - (KEPT + 1 + value.len());
            let mut first = 0;
            while next.len() - first > room {
                first += KEPT + 1 + usize::from(next[first + KEPT]);
            }
            next.drain(..first);
            next.extend_from_slice(kept);
            next.push(length);
            next.extend_from_slice(value);
            Some(next)
        };
        self.0.update_and_fetch(&hash[..CHOOSING], change).context("cannot write the dedup window")?;
        Ok(())
    }

    pub(super) fn clear(&self) -> Result<()> {
        self.0.clear().context("cannot clear the dedup window")
    }

    /// Removes what `age_of` puts before `oldest`, and the oldest beyond `most`; returns how many that were.
    pub(super) fn drop_oldest(&self, oldest: i64, most: usize, age_of: impl Fn(&[u8]) -> Option<i64>) -> Result<usize> {
        let age_of = |value: &[u8]| age_of(value).unwrap_or(i64::MIN);
        let mut ages = Vec::new();
        for record in self.0.iter().values() {
            ages.extend(entries(&record.context("cannot read the dedup window")?).map(|entry| age_of(entry.value)));
        }
        ages.sort_unstable();
        let excess = ages.len().saturating_sub(most);
        // Of equal age all stay.
        let bound = ages.get(excess).map_or(oldest, |age| oldest.max(*age));
        let stale = ages.partition_point(|age| *age < bound);
        if stale == 0 {
            return Ok(0);
        }
        drop(ages);
        for key in self.0.iter().keys() {
            let change = |record: Option<&[u8]>| {
                let left = without(record.unwrap_or_default(), |entry| age_of(entry.value) < bound);
                (!left.is_empty()).then_some(left)
            };
            let key = key.context("cannot read the dedup window")?;
            self.0.update_and_fetch(key, change).context("cannot prune the dedup window")?;
        }
        Ok(stale)
    }
}

struct Entry<'a> {
    hash: &'a [u8],
    value: &'a [u8],
    whole: &'a [u8],
}

/// The entries of a record; a damaged one ends early.
fn entries(mut record: &[u8]) -> impl Iterator<Item = Entry<'_>> {
    std::iter::from_fn(move || {
        let (hash, rest) = record.split_at_checked(KEPT)?;
        let (length, rest) = rest.split_first()?;
        let (value, rest) = rest.split_at_checked(usize::from(*length))?;
        let whole = &record[..record.len() - rest.len()];
        record = rest;
        Some(Entry { hash, value, whole })
    })
}

fn without(record: &[u8], goes: impl Fn(&Entry<'_>) -> bool) -> Vec<u8> {
    entries(record).filter(|entry| !goes(entry)).flat_map(|entry| entry.whole.iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed() -> (Packed, sled::Db) {
        let db = sled::Config::new().temporary(true).open().expect("a database");
        (Packed::new(db.open_tree("t").expect("a tree")), db)
    }

    #[test]
    fn values_are_found_replaced_and_dropped_by_age() {
        let (packed, _db) = packed();
        for n in 0..5_000i64 {
            packed.set(format!("key {n}").as_bytes(), &n.to_le_bytes()).expect("set");
        }
        packed.set(b"key 7", &9_999i64.to_le_bytes()).expect("set");
        assert_eq!(packed.get(b"key 7"), Some(9_999i64.to_le_bytes().to_vec()));
        assert_eq!(packed.get(b"key 5000"), None);
        let age_of = |value: &[u8]| Some(i64::from_le_bytes(*value.first_chunk()?));
        // Key 7 has become the newest.
        assert_eq!(packed.drop_oldest(i64::MIN, 1_000, age_of).expect("pruned"), 4_000);
        assert_eq!(packed.get(b"key 4000"), None);
        assert!(packed.get(b"key 4001").is_some() && packed.get(b"key 7").is_some());
        assert_eq!(packed.drop_oldest(4_500, 10_000, age_of).expect("pruned"), 499);
    }

    #[test]
    fn a_record_stays_small() {
        let (packed, _db) = packed();
        let value = [1; 200];
        for n in 0..1_500_000u32 {
            // Only keys of one record.
            if xxh3_128(&n.to_le_bytes()).to_be_bytes()[..CHOOSING] == [0, 0] {
                packed.set(&n.to_le_bytes(), &value).expect("set");
            }
        }
        let record = packed.0.get([0, 0]).expect("read").expect("there");
        assert!(record.len() <= RECORD_BYTES && record.len() > RECORD_BYTES / 2, "{}", record.len());
    }
}
