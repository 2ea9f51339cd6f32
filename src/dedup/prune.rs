//! Keeping the window small: sled's memory follows the number of its keys.

use anyhow::{Context, Result};

use super::Window;
use super::text::Text;
use crate::clock::Timestamp;
use crate::fetch::Validators;

/// Keys that lead to one text, about: bands, long paragraphs, and the text itself.
pub(super) const KEYS_OF_A_TEXT: usize = 16;
/// sled's memory grows with the size of batches; this many keys go at a time.
const BATCH: usize = 200;

impl Window {
    /// Forgets what was last seen before the window, and of each kind the oldest beyond the number of keys.
    ///
    /// # Errors
    /// When sled cannot read or write.
    pub fn prune(&self, now: Timestamp) -> Result<usize> {
        let oldest = now.as_second() - i64::from(self.options.window_days) * 86_400;
        let most = self.options.max_keys;
        let pages =
            drop_oldest(&self.seen, oldest, most, |value| Some(i64::from_le_bytes(*value.get(1..)?.first_chunk()?)))?;
        let validators = drop_oldest(&self.http, oldest, most, |value| {
            serde_json::from_slice::<(i64, Validators)>(value).ok().map(|(read_at, _)| read_at)
        })?;
        // However old, a text may have copies: one portal's back-catalogue is read long after another's.
        let texts = drop_oldest(&self.texts, i64::MIN, most / KEYS_OF_A_TEXT, |value| {
            Text::from_bytes(value).map(|text| text.published.as_second())
        })?;
        let mut astray = Vec::new();
        for key in self.keys.iter().keys() {
            let key = key.context("cannot read the dedup window")?;
            let id = key.get(8..).unwrap_or_default();
            if !self.texts.contains_key(id).context("cannot read the dedup window")? {
                astray.push(key);
            }
        }
        remove(&self.keys, astray.into_iter())?;
        Ok(pages + validators + texts)
    }
}

/// Removes what `age_of` puts before `oldest`, and the oldest beyond `most`; returns how many that were.
fn drop_oldest(tree: &sled::Tree, oldest: i64, most: usize, age_of: impl Fn(&[u8]) -> Option<i64>) -> Result<usize> {
    let mut ages = Vec::new();
    for entry in tree {
        let (key, value) = entry.context("cannot read the dedup window")?;
        ages.push((age_of(&value).unwrap_or(i64::MIN), key));
    }
    ages.sort_unstable();
    let excess = ages.len().saturating_sub(most);
    let stale = ages.partition_point(|(at, _)| *at < oldest).max(excess);
    ages.truncate(stale);
    remove(tree, ages.into_iter().map(|(_, key)| key))?;
    Ok(stale)
}

fn remove(tree: &sled::Tree, keys: impl Iterator<Item = sled::IVec>) -> Result<()> {
    let keys: Vec<_> = keys.collect();
    for part in keys.chunks(BATCH) {
        let mut batch = sled::Batch::default();
        for key in part {
            batch.remove(key);
        }
        tree.apply_batch(batch).context("cannot prune the dedup window")?;
    }
    Ok(())
}
