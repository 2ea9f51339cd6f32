//! Counts of all matches by portal, kind, topic, cited document and year. In: sets of matches. Out: the counts that
//! results show.

use super::bits::Bits;
use super::columns::{AllNames, Names, Place};
use super::part::Part;
use crate::index::{MOST_DOCUMENT_VALUES, MOST_FACET_VALUES, Results};

/// Years counted, from this one on; an article from outside is counted at the end that is nearer.
const FIRST_YEAR: i16 = 1900;
const YEARS: usize = 300;

/// How many matches there are, in all and by value.
pub(super) struct Counts {
    total: u64,
    portals: Vec<u32>,
    kinds: Vec<u32>,
    topics: Vec<u32>,
    documents: Vec<u32>,
    years: Vec<u32>,
}

impl Counts {
    pub(super) fn none() -> Self {
        let small = || vec![0; usize::from(u8::MAX) + 1];
        Self {
            total: 0,
            portals: Vec::new(),
            kinds: small(),
            topics: small(),
            documents: Vec::new(),
            years: vec![0; YEARS],
        }
    }

    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// Counts the matches of a segment, whose columns know every name by now.
    pub(super) fn add(&mut self, part: &Part<'_>, names: &AllNames, matches: &Bits) {
        self.portals.resize(names.portals.len(), 0);
        self.documents.resize(names.documents.len(), 0);
        let columns = &part.columns;
        let found = matches.count();
        self.total += found as u64;
        columns.count_cited(matches, &mut self.documents);
        if found < columns.places.len() {
            matches.each(|doc| columns.place_of(doc).into_iter().for_each(|place| self.add_place(place, 1)));
            return;
        }
        // All articles of one place at once.
        let mut places = vec![0; columns.places.len()];
        columns.count_places(matches, &mut places);
        for (place, n) in columns.places.iter().zip(places).filter(|(_, n)| *n > 0) {
            self.add_place(place, n);
        }
    }

    fn add_place(&mut self, place: &Place, n: u32) {
        let year = usize::try_from(place.year.saturating_sub(FIRST_YEAR)).unwrap_or_default();
        add(&mut self.portals, place.portal as usize, n);
        add(&mut self.kinds, usize::from(place.kind), n);
        add(&mut self.topics, usize::from(place.topic), n);
        add(&mut self.years, year.min(YEARS - 1), n);
    }

    /// Results with counts and still without hits.
    pub(super) fn results(&self, names: &AllNames) -> Results {
        let mut years: Vec<(i16, u64)> =
            (FIRST_YEAR..).zip(&self.years).filter(|(_, n)| **n > 0).map(|(year, n)| (year, u64::from(*n))).collect();
        years.reverse();
        Results {
            total: self.total,
            hits: Vec::new(),
            portals: most_first(&self.portals, &names.portals, MOST_FACET_VALUES),
            kinds: most_first(&self.kinds, &names.kinds, MOST_FACET_VALUES),
            topics: most_first(&self.topics, &names.topics, MOST_FACET_VALUES),
            documents: most_first(&self.documents, &names.documents, MOST_DOCUMENT_VALUES),
            years,
            stories: 0,
            notes: Vec::new(),
        }
    }
}

fn add(counts: &mut [u32], at: usize, n: u32) {
    if let Some(count) = counts.get_mut(at) {
        *count += n;
    }
}

/// The most frequent values; equal counts in the order of the alphabet.
fn most_first(counts: &[u32], names: &Names, most: usize) -> Vec<(String, u64)> {
    let mut sorted: Vec<(usize, u32)> = counts.iter().copied().enumerate().filter(|(_, n)| *n > 0).collect();
    // Only names that may be shown are looked up: those that are as frequent as the last that fits.
    if sorted.len() > most && most > 0 {
        let (_, (_, least), _) = sorted.select_nth_unstable_by_key(most - 1, |(_, n)| std::cmp::Reverse(*n));
        let least = *least;
        sorted.retain(|(_, n)| *n >= least);
    }
    let mut named: Vec<(String, u64)> =
        sorted.into_iter().filter_map(|(number, n)| Some((names.name(number)?.to_string(), u64::from(n)))).collect();
    named.sort_by(|(name, n), (other, m)| m.cmp(n).then_with(|| name.cmp(other)));
    named.truncate(most);
    named
}
