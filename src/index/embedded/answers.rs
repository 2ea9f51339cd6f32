//! Answers given before. In: a query and the state of the index. Out: the same answer without the work, for as long as
//! nothing in the index changes. In a storm thousands ask the same, feed readers ask every minute, and of the queries of
//! any search engine about half were asked before (Baeza-Yates et al. 2007, "The impact of caching on search engines").

use std::mem::size_of;
use std::sync::{Arc, Mutex, PoisonError};

use super::generations::Generations;
use crate::index::{Hit, Query, Results};

/// A thousand answers of twenty hits with the counts of a thousand portals.
const MOST_BYTES: usize = 64 << 20;

pub(super) struct Answers {
    kept: Mutex<OfState>,
}

struct OfState {
    /// The state of the index that the answers are about.
    state: u64,
    answers: Generations<Arc<Query>, Arc<Results>>,
}

impl Default for Answers {
    fn default() -> Self {
        Self { kept: Mutex::new(OfState { state: 0, answers: Generations::of_most(MOST_BYTES) }) }
    }
}

impl Answers {
    /// What was answered to this query in this state of the index.
    pub(super) fn get(&self, state: u64, query: &Query) -> Option<Arc<Results>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.state == state { kept.answers.get(query) } else { None }
    }

    /// Keeps an answer of this state; the first one of a newer state takes the place of all of the older.
    pub(super) fn keep(&self, state: u64, query: &Query, results: &Results) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if state < kept.state {
            return;
        }
        if state > kept.state {
            kept.state = state;
            kept.answers.clear();
        }
        kept.answers.put(Arc::new(query.clone()), Arc::new(results.clone()), size(query, results));
    }
}

/// Memory of an answer and its query in bytes, roughly.
fn size(query: &Query, results: &Results) -> usize {
    let hit = |hit: &Hit| {
        let texts = [&hit.id, &hit.url, &hit.portal, &hit.portal_name, &hit.title, &hit.snippet, &hit.story];
        let texts = texts.iter().map(|text| text.len()).sum::<usize>();
        size_of::<Hit>() + texts + hit.documents.iter().map(|one| size_of::<String>() + one.len()).sum::<usize>()
    };
    let counted = [&results.portals, &results.kinds, &results.topics, &results.documents];
    let counts = counted.iter().flat_map(|counts| counts.iter()).map(|(name, _)| 32 + name.len()).sum::<usize>();
    let filters = query.portals.iter().chain(&query.topics).map(|value| size_of::<String>() + value.len());
    size_of::<Query>()
        + size_of::<Results>()
        + query.text.len()
        + filters.sum::<usize>()
        + counts
        + 16 * results.years.len()
        + 128 * results.notes.len()
        + results.hits.iter().map(hit).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_kept_until_the_index_changes() {
        let answers = Answers::default();
        let query = |text: &str| Query { text: text.to_owned(), ..Query::default() };
        let results = |total| Results { total, ..Results::default() };
        let total = |state, text| answers.get(state, &query(text)).map(|results| results.total);
        answers.keep(4, &query("lũ"), &results(1));
        assert_eq!((total(4, "lũ"), total(4, "lu"), total(5, "lũ")), (Some(1), None, None));
        answers.keep(5, &query("lũ"), &results(2));
        answers.keep(4, &query("bão"), &results(3));
        assert_eq!((total(5, "lũ"), total(4, "lũ"), total(5, "bão")), (Some(2), None, None), "a late answer");
    }
}
