//! Of all texts the one that a new one is most like: keys lead to candidates, sketches decide.

use anyhow::Result;

use super::Options;
use super::shelf::{Shelf, Text, seconds};
use super::sketch::{Likeness, Sketch};
use crate::clock::Timestamp;

/// Texts that are looked at, those that share most keys first.
const CANDIDATES: usize = 24;
/// Candidates that tell the same after which nobody looks for a nearer one: those that share most keys came first, and
/// what many portals have copied has one story.
const ENOUGH: usize = 3;
/// Share of shingles below which a sketch cannot tell whether one text is a part of the other.
const TELLS: f64 = 0.12;

/// An article that another one is near to.
#[derive(Clone, Debug, PartialEq)]
pub struct Near {
    /// Its id.
    pub id: String,
    /// Its story, as far as the window knows.
    pub story: String,
    /// How like the two are.
    pub likeness: Likeness,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The nearest that tells the same.
    pub(super) near: Option<Near>,
    /// The nearest that may, when none surely does.
    pub(super) perhaps: Option<Near>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Same,
    Perhaps,
    Other,
}

/// The articles of other portals, published within the days of a story, that a text is nearest to.
pub(super) fn nearest(
    shelf: &Shelf,
    id: &str,
    portal: u32,
    sketch: &Sketch,
    published: Timestamp,
    options: &Options,
) -> Result<Found> {
    let apart = options.story_days.saturating_mul(86_400);
    let at = seconds(published);
    let mut numbers = Vec::new();
    for key in sketch.keys() {
        shelf.find(key, |number, about| {
            if about.portal != portal && about.published.abs_diff(at) <= apart {
                numbers.push(number);
            }
        });
    }
    numbers.sort_unstable();
    let mut candidates: Vec<(usize, u32)> = numbers.chunk_by(|a, b| a == b).map(|keys| (keys.len(), keys[0])).collect();
    candidates.sort_unstable_by(|a, b| b.cmp(a));
    let (mut found, mut same) = (Found::default(), 0);
    for (_, number) in candidates.into_iter().take(CANDIDATES) {
        let Some(text) = shelf.get(number)? else { continue };
        // What stands in memory of it may be older than the text.
        if text.portal == portal || text.id == id || seconds(text.published).abs_diff(at) > apart {
            continue;
        }
        let likeness = sketch.likeness(&text.sketch);
        let slot = match verdict(sketch, &text, &likeness, options) {
            Verdict::Same => {
                same += 1;
                &mut found.near
            }
            Verdict::Perhaps => &mut found.perhaps,
            Verdict::Other => continue,
        };
        if slot.as_ref().is_none_or(|best| weight(&likeness) > weight(&best.likeness)) {
            *slot = Some(Near { id: text.id, story: text.story, likeness });
        }
        if likeness.equal || same >= ENOUGH {
            break;
        }
    }
    if found.near.is_some() {
        found.perhaps = None;
    }
    Ok(found)
}

fn verdict(sketch: &Sketch, other: &Text, likeness: &Likeness, options: &Options) -> Verdict {
    if likeness.equal {
        return Verdict::Same;
    }
    // Weekly notices are like each other in all but their figures.
    let other_issue = likeness.other_date || likeness.figures < options.figures;
    if sketch.short || other.sketch.short || other_issue {
        return Verdict::Other;
    }
    let is_part = likeness.contained >= options.contained && likeness.share >= TELLS;
    if likeness.share >= options.near || is_part {
        Verdict::Same
    } else if likeness.share >= options.perhaps {
        Verdict::Perhaps
    } else {
        Verdict::Other
    }
}

fn weight(likeness: &Likeness) -> f64 {
    likeness.share + likeness.contained
}
