//! Which matches are shown, and in what order. In: the matches of each segment. Out: addresses, the best first.
//!
//! The bands of [`crate::index::weights`] are sets of articles, so the matches are divided by them, the most promising
//! group first, and only groups that may hold one of the best are looked into. Whether words stand side by side is costly
//! to know; it is looked up last, for the articles that would be the best if they did.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use tantivy::{DocAddress, DocId, Score};

use super::bits::Bits;
use super::part::Part;
use super::reading::{Beside, View};
use super::shelf::{Placed, Shelf};
use super::worths::{Statistics, Worths};
use crate::index::DEEPEST_HIT;
use crate::index::query::{Asked, Reading};
use crate::index::weights::share_left;

/// Articles of one query that are looked up for words side by side. Of more candidates those with the best words are
/// looked up, as a person would page no further.
const MOST_LOOKED_UP: usize = 400;
/// Articles looked up at once beyond those that are needed.
const SPARE: usize = 44;
/// A group of so few articles is not divided any further.
const SMALL: usize = 2_048;

/// A segment and its matches.
pub(super) struct Matched<'p, 's> {
    pub(super) part: &'p Part<'s>,
    pub(super) matches: Bits,
}

impl Matched<'_, '_> {
    fn placed(&self, doc: DocId, score: Score) -> Placed {
        let columns = &self.part.columns;
        Placed {
            score,
            published: columns.published(doc),
            story: columns.story(doc),
            address: DocAddress::new(self.part.number, doc),
        }
    }
}

/// How many stories there are among the matches, counted no further than anybody can page.
pub(super) fn stories(segments: &[Matched<'_, '_>]) -> usize {
    let mut stories = Vec::with_capacity(2 * DEEPEST_HIT);
    for segment in segments {
        for doc in segment.matches.iter() {
            stories.push(segment.part.columns.story(doc));
            if stories.len() == stories.capacity() {
                stories.sort_unstable();
                stories.dedup();
                if stories.len() >= DEEPEST_HIT {
                    return DEEPEST_HIT;
                }
            }
        }
    }
    stories.sort_unstable();
    stories.dedup();
    stories.len().min(DEEPEST_HIT)
}

/// The newest articles.
pub(super) fn newest(segments: &[Matched<'_, '_>], offset: usize, limit: usize) -> Vec<DocAddress> {
    let mut shelf = Shelf::for_most(offset + limit);
    for segment in segments {
        segment.matches.each(|doc| {
            if !shelf.is_beaten(0.0, segment.part.columns.published(doc)) {
                shelf.put(segment.placed(doc, 0.0));
            }
        });
    }
    shelf.after(offset)
}

/// The articles that answer the query best.
pub(super) fn best(
    segments: &[Matched<'_, '_>],
    asked: &Asked,
    offset: usize,
    limit: usize,
) -> tantivy::Result<Vec<DocAddress>> {
    let most = offset + limit;
    if most == 0 {
        return Ok(Vec::new());
    }
    let statistics = Statistics::of(segments.iter().map(|segment| segment.part));
    let readings = asked.readings();
    let worths = readings
        .iter()
        .map(|reading| Worths::of(asked, reading, &statistics, segments))
        .collect::<tantivy::Result<Vec<_>>>()?;
    let mut search = Search {
        segments,
        shelf: Shelf::for_most(most),
        groups: BinaryHeap::new(),
        candidates: BinaryHeap::new(),
        to_look_up: MOST_LOOKED_UP.max(most + SPARE),
        newest: segments.iter().map(|segment| segment.part.columns.newest).max().unwrap_or_default(),
    };
    let mut views = Vec::new();
    for (reading, worths) in readings.iter().zip(&worths) {
        for (at, segment) in segments.iter().enumerate() {
            if let Some(matches) = read_so(segment, reading)? {
                let view = View::of(segment.part, &matches, asked, reading, worths)?;
                let bound = view.bound(0.0, 0);
                search.groups.push(Group { bound, view: views.len(), band: 0, worth: 0.0, docs: matches });
                views.push((at, view));
            }
        }
    }
    search.run(&views)?;
    Ok(search.shelf.after(offset))
}

/// The matches that a reading may be about: those that hold its other ways of writing, as such.
fn read_so(segment: &Matched<'_, '_>, reading: &Reading) -> tantivy::Result<Option<Bits>> {
    let mut docs = segment.matches.clone();
    for tied in &reading.tied {
        docs.keep(&*segment.part.way_anywhere(&reading.words[tied.clone()])?);
    }
    Ok((!docs.is_empty()).then_some(docs))
}

/// Matches that are in the same of the bands looked at so far.
struct Group {
    /// No article of the group is worth more.
    bound: Score,
    /// Segment and reading.
    view: usize,
    /// The next band to look at.
    band: usize,
    worth: Score,
    docs: Bits,
}

/// A match whose words may stand side by side.
#[derive(Clone, Copy)]
struct Candidate {
    /// What it is worth if they do.
    most: Score,
    /// What it is worth if they do not.
    least: Score,
    view: usize,
    doc: DocId,
}

macro_rules! ordered_by {
    ($type:ty, $field:ident) => {
        impl Ord for $type {
            fn cmp(&self, other: &Self) -> Ordering {
                self.$field.total_cmp(&other.$field)
            }
        }
        impl PartialOrd for $type {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }
        impl PartialEq for $type {
            fn eq(&self, other: &Self) -> bool {
                self.cmp(other) == Ordering::Equal
            }
        }
        impl Eq for $type {}
    };
}
ordered_by!(Group, bound);
ordered_by!(Candidate, most);

type Views<'v> = [(usize, View<'v>)];

struct Search<'m, 'p, 's> {
    segments: &'m [Matched<'p, 's>],
    shelf: Shelf,
    groups: BinaryHeap<Group>,
    candidates: BinaryHeap<Candidate>,
    /// How many more candidates may be looked up.
    to_look_up: usize,
    newest: i64,
}

impl Search<'_, '_, '_> {
    fn run(&mut self, views: &Views<'_>) -> tantivy::Result<()> {
        let slack = views.iter().map(|(_, view)| view.slack()).fold(0.0, f32::max);
        loop {
            if self.to_look_up == 0 {
                self.give_up_looking(views);
                if self.shelf.bar().is_some() {
                    return Ok(());
                }
            }
            let group = self.groups.peek().map_or(Score::NEG_INFINITY, |group| group.bound);
            let candidate = self.candidates.peek().map_or(Score::NEG_INFINITY, |candidate| candidate.most);
            let bar = self.shelf.bar().unwrap_or(Score::NEG_INFINITY);
            // Equal scores are told apart by date, so what is equal is still looked at.
            if group.max(candidate) < bar {
                return Ok(());
            }
            // What a group may hold besides its bands is guessed high, so candidates that come near it go first when there
            // are enough of them to be worth a look.
            let is_worth_looking = self.candidates.len() >= self.shelf.most() + SPARE && group < candidate + slack;
            if group >= candidate && !is_worth_looking {
                let Some(group) = self.groups.pop() else { return Ok(()) };
                self.divide(group, views)?;
            } else {
                self.look_up(views)?;
            }
        }
    }

    /// Divides a group by its next band, or takes its articles as candidates when there is none.
    fn divide(&mut self, group: Group, views: &Views<'_>) -> tantivy::Result<()> {
        let (at, view) = &views[group.view];
        let Some(band) = view.bands.get(group.band).filter(|_| group.docs.count() > SMALL) else {
            return self.take(&group, *at, view);
        };
        let inside = group.docs.met(&band.docs);
        let mut outside = group.docs;
        outside.drop(&band.docs);
        for (docs, worth) in [(inside, group.worth + band.worth), (outside, group.worth)] {
            if !docs.is_empty() {
                let bound = view.bound(worth, group.band + 1);
                self.groups.push(Group { bound, view: group.view, band: group.band + 1, worth, docs });
            }
        }
        Ok(())
    }

    fn take(&mut self, group: &Group, at: usize, view: &View<'_>) -> tantivy::Result<()> {
        let segment = &self.segments[at];
        let share = share_left(segment.part.columns.newest, self.newest);
        let mut words = view.words()?;
        let most_taken = MOST_LOOKED_UP.max(self.to_look_up);
        let mut taken = Vec::new();
        // What is worth less would be let go of anyway.
        let mut least_taken = Score::NEG_INFINITY;
        group.docs.each(|doc| {
            let inside = view.bands[group.band..].iter().filter(|band| band.docs.contains(doc));
            let worth = group.worth + inside.map(|band| band.worth).sum::<Score>();
            // What is quick to know comes first: most articles of a large group are beaten by it.
            let quick = worth + segment.part.columns.standing(doc, share) + view.beside_most();
            let bound = quick + view.most_of_words();
            if bound < least_taken || self.shelf.is_beaten(bound, i64::MAX) {
                return;
            }
            let most = quick + words.worth(doc);
            if most < least_taken || self.shelf.is_beaten(most, i64::MAX) {
                return;
            }
            if view.is_sure() {
                self.shelf.put(segment.placed(doc, most));
                return;
            }
            let least = most - view.beside_most() - view.to_be_looked_up(doc);
            taken.push(Candidate { most, least, view: group.view, doc });
            if taken.len() >= 2 * most_taken {
                keep_best(&mut taken, most_taken);
                least_taken = taken.iter().map(|one| one.most).fold(Score::INFINITY, f32::min);
            }
        });
        keep_best(&mut taken, most_taken);
        self.candidates.extend(taken);
        Ok(())
    }

    /// Takes the candidates for what they are worth in any case.
    fn give_up_looking(&mut self, views: &Views<'_>) {
        for one in std::mem::take(&mut self.candidates) {
            self.shelf.put(self.segments[views[one.view].0].placed(one.doc, one.least));
        }
    }

    /// Looks up where words stand side by side in the best candidates.
    fn look_up(&mut self, views: &Views<'_>) -> tantivy::Result<()> {
        // The bar is known after the first; to begin a walk anew costs as much as to look at dozens of articles.
        let batch = self.to_look_up.min(if self.shelf.bar().is_some() { 3 * SPARE } else { self.shelf.most() + SPARE });
        let mut some: Vec<Candidate> = std::iter::from_fn(|| self.candidates.pop()).take(batch).collect();
        self.to_look_up -= some.len();
        some.sort_unstable_by_key(|one| (one.view, one.doc));
        for same in some.chunk_by(|one, other| one.view == other.view) {
            let Some((at, view)) = same.first().and_then(|one| views.get(one.view)) else { continue };
            let mut beside: Beside<'_> = view.beside()?;
            for one in same {
                let is_beaten = |beside: Score| self.shelf.is_beaten(one.least + beside, i64::MAX);
                if let Some(beside) = beside.worth(one.doc, is_beaten)? {
                    self.shelf.put(self.segments[*at].placed(one.doc, one.least + beside));
                }
            }
        }
        Ok(())
    }
}

/// Keeps so many of the best.
fn keep_best(candidates: &mut Vec<Candidate>, most: usize) {
    if candidates.len() > most {
        candidates.select_nth_unstable_by(most, |one, other| other.cmp(one));
        candidates.truncate(most);
    }
}
