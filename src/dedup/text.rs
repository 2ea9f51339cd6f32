//! What the window keeps of an article's text, as bytes and back.

use xxhash_rust::xxh3::xxh3_128;

use super::Sketch;
use crate::clock::Timestamp;

/// What stands beside each key: enough to pass over most candidates without reading their texts.
pub(super) struct About {
    /// Seconds since 1970.
    pub(super) published: i64,
    /// [`short_hash`] of the portal's slug.
    pub(super) portal: u32,
}

impl About {
    pub(super) fn to_bytes(&self) -> [u8; 12] {
        let mut bytes = [0; 12];
        bytes[..8].copy_from_slice(&self.published.to_le_bytes());
        bytes[8..].copy_from_slice(&self.portal.to_le_bytes());
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (published, portal) = bytes.split_first_chunk::<8>()?;
        Some(Self { published: i64::from_le_bytes(*published), portal: u32::from_le_bytes(portal.try_into().ok()?) })
    }
}

/// Tells portals apart, but for one pair in four thousand million, whose copies of each other are then not found.
pub(super) fn short_hash(portal: &str) -> u32 {
    xxh3_128(portal.as_bytes()) as u32
}

/// What the window keeps of an article's text.
pub(super) struct Text {
    pub(super) portal: String,
    pub(super) story: String,
    pub(super) published: Timestamp,
    pub(super) sketch: Sketch,
}

impl Text {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.published.as_second().to_le_bytes().to_vec();
        for word in [&self.portal, &self.story] {
            // Slugs and ids are shorter than 256 bytes by their own rules.
            bytes.push(u8::try_from(word.len()).unwrap_or(u8::MAX));
            bytes.extend_from_slice(&word.as_bytes()[..word.len().min(255)]);
        }
        bytes.extend(self.sketch.to_bytes());
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (seconds, rest) = bytes.split_first_chunk::<8>()?;
        let (portal, rest) = word(rest)?;
        let (story, rest) = word(rest)?;
        Some(Self {
            portal,
            story,
            published: Timestamp::from_second(i64::from_le_bytes(*seconds)).ok()?,
            sketch: Sketch::from_bytes(rest)?,
        })
    }
}

fn word(bytes: &[u8]) -> Option<(String, &[u8])> {
    let (length, rest) = bytes.split_first()?;
    let (word, rest) = rest.split_at_checked(usize::from(*length))?;
    Some((String::from_utf8(word.to_vec()).ok()?, rest))
}
