//! Answers. In: a query. Out: the best articles, or the newest, one for each story, and the counts of all that match.

use anyhow::{Context, Result};
use tantivy::query::{BooleanQuery, ConstScoreQuery, Query as Clause};
use tantivy::{Searcher, TantivyDocument};

use super::Inner;
use super::ask::Ask;
use super::best::{Best, Found};
use super::facets::{Counts, Facets};
use crate::index::query::{self, Asked, Demand, Step};
use crate::index::snippet::Highlighter;
use crate::index::{DEEPEST_HIT, Hit, Note, Query, Results, Sort};

impl Inner {
    pub(super) fn search(&self, query: &Query) -> Result<Results> {
        let searcher = self.reader.searcher();
        let asked = query::read(&query.text);
        let mut last = None;
        for step in query::steps(asked) {
            let Some((step, found, counts)) = self.attempt_step(&searcher, query, step)? else { continue };
            let is_enough = counts.total() > 0;
            last = Some((step, found, counts));
            if is_enough {
                break;
            }
        }
        let Some((step, found, counts)) = last else { return Ok(Results::default()) };
        self.results(&searcher, &step, found, counts)
    }

    /// Tries one step; nothing when there was nothing to try.
    fn attempt_step(
        &self,
        searcher: &Searcher,
        query: &Query,
        mut step: Step,
    ) -> Result<Option<(Step, Found, Counts)>> {
        if step.demand == Demand::Misspelt {
            let Some((asked, note)) = self.corrected(searcher, &step.asked).context("cannot search")? else {
                return Ok(None);
            };
            step = Step { asked, demand: Demand::All, note: Some(note) };
        }
        let (mut found, mut counts) = self.find(searcher, &step.asked, query, step.demand).context("cannot search")?;
        if step.demand == Demand::All && query::answer_is_thin(counts.total(), &step.asked) {
            step.asked.with_successors = true;
            (found, counts) = self.find(searcher, &step.asked, query, step.demand).context("cannot search")?;
        }
        Ok(Some((step, found, counts)))
    }

    fn find(
        &self,
        searcher: &Searcher,
        asked: &Asked,
        query: &Query,
        demand: Demand,
    ) -> tantivy::Result<(Found, Counts)> {
        let ask = Ask { fields: &self.fields, asked };
        let clause = ask.clause(query, demand);
        let (offset, limit) = query.window();
        // Beyond the deepest hit only the counts are wanted.
        let offset = if limit == 0 { 0 } else { offset };
        let by_date = query.sort == Sort::Newest || asked.is_everything();
        let best = Best { offset, limit, by_date, newest: newest_instant(searcher)? };
        // Syllables that stand together outrank scattered ones, so where more articles have them together than anybody
        // can page through, the others would only be counted: at the price of scoring a large part of the index.
        if demand == Demand::All
            && !by_date
            && let Some(together) = ask.together()
        {
            let narrowed = BooleanQuery::intersection(vec![clause.box_clone(), together_only(together)]);
            let (found, counts) = searcher.search(&narrowed, &(best, Facets))?;
            if counts.total() >= DEEPEST_HIT as u64 {
                return Ok((found, counts));
            }
        }
        searcher.search(&clause, &(best, Facets))
    }

    fn results(&self, searcher: &Searcher, step: &Step, found: Found, counts: Counts) -> Result<Results> {
        let mut results = counts.results();
        results.stories = found.stories;
        results.notes = step.note.iter().cloned().chain(step.asked.notes()).collect::<Vec<Note>>();
        let mut highlighter = Highlighter::new(&step.asked, step.demand == Demand::LastUnfinished);
        for address in found.addresses {
            let document: TantivyDocument = searcher.doc(address).context("cannot read a found article")?;
            results.hits.push(self.hit(&document, &mut highlighter));
        }
        Ok(results)
    }

    fn hit(&self, document: &TantivyDocument, highlighter: &mut Highlighter<'_>) -> Hit {
        let fields = &self.fields;
        let text = |field| fields.text_of(document, field);
        Hit {
            id: text(fields.id).to_owned(),
            url: text(fields.url).to_owned(),
            portal: text(fields.portal).to_owned(),
            portal_name: text(fields.portal_name).to_owned(),
            title: text(fields.title).to_owned(),
            snippet: highlighter.snippet(text(fields.summary), text(fields.text), text(fields.files)),
            published_at: fields.published_of(document),
            documents: fields.documents_of(document),
            story: text(fields.story).to_owned(),
        }
    }
}

/// A condition that adds nothing to the score.
fn together_only(clause: Box<dyn Clause>) -> Box<dyn Clause> {
    Box::new(ConstScoreQuery::new(clause, 0.0))
}

/// The instant of the newest article: age is counted from it.
fn newest_instant(searcher: &Searcher) -> tantivy::Result<i64> {
    let mut newest = 0;
    for segment in searcher.segment_readers() {
        newest = newest.max(segment.fast_fields().i64("published")?.max_value());
    }
    Ok(newest)
}
