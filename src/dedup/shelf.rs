//! The texts of the window: in sled two to a record, and in memory where to find them.
//!
//! A text's number is its place: the record, and the place in it. The record that is being filled stays in memory until
//! it is full or the window is flushed; a crash in between loses nothing that the record of lantoa has not.

use std::collections::HashMap;

use anyhow::{Context, Result};
use xxhash_rust::xxh3::{xxh3_64_with_seed, xxh3_128};

use super::Sketch;
use super::directory::Directory;
use crate::clock::Timestamp;

/// Texts in one record of sled, at most 310 bytes each. sled reads and keeps eight to sixteen records at a time, and more
/// of them beyond its cache than it says, so that large records cost time and memory; small ones cost memory by number.
const TOGETHER: u32 = 2;
/// Bytes of an id or a story; they are 26 long.
const ID_BYTES: usize = 26;
/// Makes the key of an id another than that of a text.
const IDS: u64 = 0x1D;

/// What the window keeps of an article's text.
pub(super) struct Text {
    pub(super) id: String,
    /// [`short_hash`] of the portal's slug.
    pub(super) portal: u32,
    pub(super) story: String,
    pub(super) published: Timestamp,
    pub(super) sketch: Sketch,
}

/// What stands in memory for each text: enough to pass over most candidates without reading their texts.
#[derive(Clone, Copy, Default)]
pub(super) struct About {
    /// Seconds since 1970.
    pub(super) published: u32,
    /// [`short_hash`] of the portal's slug; 0 for a text that was forgotten.
    pub(super) portal: u32,
}

/// The texts.
pub(super) struct Shelf {
    tree: sled::Tree,
    directory: Directory,
    about: Vec<About>,
    /// Numbers of texts that were forgotten.
    free: Vec<u32>,
    /// Records that are not in sled yet, or not as they are.
    open: HashMap<u32, Vec<Vec<u8>>>,
}

/// Tells portals apart, but for one pair in four thousand million, whose copies of each other are then not found.
pub(super) fn short_hash(portal: &str) -> u32 {
    (xxh3_128(portal.as_bytes()) as u32).max(1)
}

pub(super) fn seconds(at: Timestamp) -> u32 {
    u32::try_from(at.as_second().max(0)).unwrap_or(u32::MAX)
}

impl Shelf {
    /// Reads where every text is.
    pub(super) fn read(tree: sled::Tree) -> Result<Self> {
        let mut shelf =
            Self { tree, directory: Directory::new(), about: Vec::new(), free: Vec::new(), open: HashMap::new() };
        for entry in &shelf.tree.clone() {
            let (key, record) = entry.context("cannot read the dedup window")?;
            let Ok(key) = key.as_ref().try_into() else { continue };
            let first = u32::from_be_bytes(key).saturating_mul(TOGETHER);
            // Another process may have pruned whole records away.
            shelf.fill_up_to(first);
            for (number, bytes) in (first..).zip(split(&record)) {
                match Text::from_bytes(bytes) {
                    Some(text) => shelf.note(number, &text),
                    None => shelf.free(number),
                }
            }
        }
        let whole = (shelf.about.len() as u32).next_multiple_of(TOGETHER);
        shelf.fill_up_to(whole);
        // The next text takes the lowest free number.
        shelf.free.sort_unstable_by(|a, b| b.cmp(a));
        Ok(shelf)
    }

    fn fill_up_to(&mut self, number: u32) {
        while (self.about.len() as u32) < number {
            self.free.push(self.about.len() as u32);
            self.about.push(About::default());
        }
    }

    fn free(&mut self, number: u32) {
        self.fill_up_to(number);
        if self.about.len() as u32 == number {
            self.about.push(About::default());
        }
        self.about[number as usize] = About::default();
        self.free.push(number);
    }

    fn note(&mut self, number: u32, text: &Text) {
        self.directory.add(id_key(&text.id), number);
        for key in text.sketch.keys() {
            self.directory.add(key, number);
        }
        let about = About { published: seconds(text.published), portal: text.portal };
        match self.about.get_mut(number as usize) {
            Some(known) => *known = about,
            None => self.about.push(about),
        }
    }

    /// Texts with a key, as numbers with what is in memory of them; a few may not have it.
    pub(super) fn find(&self, key: u64, mut each: impl FnMut(u32, About)) {
        self.directory.find(key, |number| {
            if let Some(about) = self.about.get(number as usize).filter(|about| about.portal != 0) {
                each(number, *about);
            }
        });
    }

    /// The text with a number, if there is one.
    pub(super) fn get(&self, number: u32) -> Result<Option<Text>> {
        let (record, place) = (number / TOGETHER, (number % TOGETHER) as usize);
        if let Some(texts) = self.open.get(&record) {
            return Ok(texts.get(place).and_then(|bytes| Text::from_bytes(bytes)));
        }
        let record = self.tree.get(record.to_be_bytes()).context("cannot read the dedup window")?;
        Ok(record.and_then(|record| split(&record).nth(place).and_then(Text::from_bytes)))
    }

    /// The number of an article's text.
    pub(super) fn number_of(&self, id: &str) -> Result<Option<(u32, Text)>> {
        let mut numbers = Vec::new();
        self.find(id_key(id), |number, _| numbers.push(number));
        for number in numbers {
            if let Some(text) = self.get(number)?.filter(|text| text.id == id) {
                return Ok(Some((number, text)));
            }
        }
        Ok(None)
    }

    /// Puts a text in, in the place of the one with the number if there is one.
    pub(super) fn put(&mut self, number: Option<u32>, text: &Text) -> Result<()> {
        let number = match number.or_else(|| self.free.pop()) {
            Some(number) => number,
            None => self.about.len() as u32,
        };
        self.note(number, text);
        self.write(number, text.to_bytes())
    }

    /// Forgets a text. Its keys lead nowhere from then on.
    pub(super) fn remove(&mut self, number: u32) -> Result<()> {
        self.write(number, Vec::new())?;
        self.about[number as usize] = About::default();
        self.free.push(number);
        Ok(())
    }

    fn write(&mut self, number: u32, bytes: Vec<u8>) -> Result<()> {
        let (record, place) = (number / TOGETHER, (number % TOGETHER) as usize);
        if !self.open.contains_key(&record) {
            let known = self.tree.get(record.to_be_bytes()).context("cannot read the dedup window")?;
            let texts = known.map(|known| split(&known).map(<[u8]>::to_vec).collect()).unwrap_or_default();
            // One record is open at a time, so that memory follows the number of texts and nothing else.
            self.close()?;
            self.open.insert(record, texts);
        }
        let texts = self.open.entry(record).or_default();
        if texts.len() <= place {
            texts.resize(place + 1, Vec::new());
        }
        texts[place] = bytes;
        Ok(())
    }

    /// Writes what is only in memory to sled.
    pub(super) fn close(&mut self) -> Result<()> {
        for (record, texts) in self.open.drain() {
            let mut bytes = Vec::with_capacity(4096);
            for text in &texts {
                bytes.extend_from_slice(&(text.len() as u16).to_le_bytes());
                bytes.extend_from_slice(text);
            }
            self.tree.insert(record.to_be_bytes(), bytes).context("cannot remember a text")?;
        }
        Ok(())
    }

    /// Forgets the texts that were published first, until `most` are left; returns how many went.
    pub(super) fn drop_oldest(&mut self, most: usize) -> Result<usize> {
        let mut ages: Vec<(u32, u32)> = (0u32..)
            .zip(&self.about)
            .filter(|(_, about)| about.portal != 0)
            .map(|(number, about)| (about.published, number))
            .collect();
        let excess = ages.len().saturating_sub(most);
        if excess == 0 {
            return Ok(0);
        }
        ages.sort_unstable();
        ages.truncate(excess);
        // Texts of one record go together.
        ages.sort_unstable_by_key(|(_, number)| *number);
        for (_, number) in ages {
            self.remove(number)?;
        }
        self.close()?;
        Ok(excess)
    }
}

fn id_key(id: &str) -> u64 {
    xxh3_64_with_seed(id.as_bytes(), IDS)
}

/// The texts of a record, an empty slice for one that was forgotten; a damaged record ends early.
fn split(mut record: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (length, rest) = record.split_first_chunk::<2>()?;
        let (text, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
        record = rest;
        Some(text)
    })
}

impl Text {
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(320);
        bytes.extend_from_slice(&self.portal.to_le_bytes());
        bytes.extend_from_slice(&self.published.as_second().to_le_bytes());
        // Most texts begin their story.
        let story = if self.story == self.id { "" } else { &self.story };
        for word in [&self.id, story] {
            let word = &word.as_bytes()[..word.len().min(ID_BYTES)];
            bytes.push(word.len() as u8);
            bytes.extend_from_slice(word);
        }
        self.sketch.to_bytes(&mut bytes);
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (portal, rest) = bytes.split_first_chunk::<4>()?;
        let (published, rest) = rest.split_first_chunk::<8>()?;
        let (id, rest) = word(rest)?;
        let (story, rest) = word(rest)?;
        Some(Self {
            portal: u32::from_le_bytes(*portal),
            published: Timestamp::from_second(i64::from_le_bytes(*published)).ok()?,
            story: if story.is_empty() { id.clone() } else { story },
            id,
            sketch: Sketch::from_bytes(rest)?,
        })
    }
}

fn word(bytes: &[u8]) -> Option<(String, &[u8])> {
    let (length, rest) = bytes.split_first()?;
    let (word, rest) = rest.split_at_checked(usize::from(*length))?;
    Some((String::from_utf8(word.to_vec()).ok()?, rest))
}
