//! Answers. In: a query. Out: the best articles, or the newest, one for each story, and the counts of all that match.

use anyhow::{Context, Result};
use tantivy::{DocAddress, Searcher, TantivyDocument};

use super::Inner;
use super::counts::Counts;
use super::part::Part;
use super::ranking::{self, Matched};
use crate::index::query::{self, Asked, Demand, Step};
use crate::index::snippet::Highlighter;
use crate::index::{Hit, Note, Query, Results, Sort};

/// What is shown of the matches.
struct Found {
    addresses: Vec<DocAddress>,
    stories: usize,
}

impl Inner {
    pub(super) fn search(&self, query: &Query) -> Result<Results> {
        let searcher = self.reader.searcher();
        let state = self.kept.follow(&searcher).context("cannot search")?;
        if let Some(results) = self.kept.answers.get(state, query) {
            return Ok((*results).clone());
        }
        let results = self.answer(&searcher, query)?;
        self.kept.answers.keep(state, query, &results);
        Ok(results)
    }

    fn answer(&self, searcher: &Searcher, query: &Query) -> Result<Results> {
        let asked = query::read(&query.text);
        let mut last = None;
        for step in query::steps(asked) {
            let Some((step, found, counts)) = self.attempt_step(searcher, query, step)? else { continue };
            let is_enough = counts.total() > 0;
            last = Some((step, found, counts));
            if is_enough {
                break;
            }
        }
        let Some((step, found, counts)) = last else { return Ok(Results::default()) };
        self.results(searcher, &step, found, &counts)
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
        let parts = self.parts(searcher)?;
        let mut counts = Counts::none();
        let mut segments = Vec::with_capacity(parts.len());
        for part in &parts {
            let matches = part.matching(asked, demand, query)?;
            counts.add(part, &self.kept.names, &matches);
            if !matches.is_empty() {
                segments.push(Matched { part, matches });
            }
        }
        let (offset, limit) = query.window();
        // Beyond the deepest hit only the counts are wanted.
        let addresses = match limit {
            0 => Vec::new(),
            _ if query.sort == Sort::Newest || asked.is_everything() => ranking::newest(&segments, offset, limit),
            _ => ranking::best(&segments, asked, offset, limit)?,
        };
        Ok((Found { addresses, stories: ranking::stories(&segments) }, counts))
    }

    /// The segments of the index, ready to be asked.
    pub(super) fn parts<'s>(&'s self, searcher: &'s Searcher) -> tantivy::Result<Vec<Part<'s>>> {
        let numbered = (0..).zip(searcher.segment_readers());
        numbered.map(|(number, segment)| Part::of(number, segment, &self.fields, &self.kept)).collect()
    }

    fn results(&self, searcher: &Searcher, step: &Step, found: Found, counts: &Counts) -> Result<Results> {
        let mut results = counts.results(&self.kept.names);
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
