//! Answers. In: a query. Out: the best articles, or the newest, and the counts of all that match.

use anyhow::{Context, Result};
use tantivy::collector::TopDocs;
use tantivy::{DocAddress, DocId, Order, Score, Searcher, SegmentReader, TantivyDocument};

use super::Inner;
use super::ask::{Ask, Demand};
use super::facets::{Counts, Facets};
use crate::index::snippet::Highlighter;
use crate::index::{Hit, Query, Results, Sort, query};

/// What a brand-new article is worth inside its band, and the weeks after which half of it is left.
const FRESH_SCORE: f32 = 4.0;
const FRESH_HALF_LIFE_WEEKS: f32 = 4.0;
const WEEK_MS: f32 = 7.0 * 24.0 * 3_600_000.0;

impl Inner {
    pub(super) fn search(&self, query: &Query) -> Result<Results> {
        let asked = query::read(&query.text);
        let searcher = self.reader.searcher();
        let ask = Ask { fields: &self.fields, asked: &asked };
        let mut found = (Vec::new(), Counts::default());
        let mut met = Demand::All;
        for demand in Demand::steps(&asked) {
            met = demand;
            found = self.find(&searcher, &ask, query, demand).context("cannot search")?;
            if found.1.total() > 0 {
                break;
            }
        }
        let (addresses, counts) = found;
        let mut results = counts.results();
        let mut highlighter = Highlighter::new(&asked, met == Demand::LastUnfinished);
        for address in addresses {
            let document: TantivyDocument = searcher.doc(address).context("cannot read a found article")?;
            results.hits.push(self.hit(&document, &mut highlighter));
        }
        Ok(results)
    }

    fn find(
        &self,
        searcher: &Searcher,
        ask: &Ask<'_>,
        query: &Query,
        demand: Demand,
    ) -> tantivy::Result<(Vec<DocAddress>, Counts)> {
        let clause = ask.clause(query, demand);
        let (offset, limit) = query.window();
        if limit == 0 {
            return Ok((Vec::new(), searcher.search(&clause, &Facets)?));
        }
        let best = TopDocs::with_limit(limit).and_offset(offset);
        let by_date = query.sort == Sort::Newest || ask.asked.is_everything();
        if by_date {
            let newest = best.order_by_fast_field::<i64>("published", Order::Desc);
            let (top, counts) = searcher.search(&clause, &(newest, Facets))?;
            return Ok((top.into_iter().map(|(_, address)| address).collect(), counts));
        }
        let newest = newest_instant(searcher)?;
        let fresh = best.tweak_score(move |segment: &SegmentReader| {
            // A segment whose dates cannot be read is searched without them.
            let published = segment.fast_fields().i64("published").ok();
            move |doc: DocId, score: Score| {
                let at = published.as_ref().and_then(|column| column.first(doc)).unwrap_or_default();
                (score + freshness(at, newest), at)
            }
        });
        let (top, counts) = searcher.search(&clause, &(fresh, Facets))?;
        Ok((top.into_iter().map(|(_, address)| address).collect(), counts))
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

/// The instant of the newest article: age is counted from it, so that the same index gives the same order on any day.
fn newest_instant(searcher: &Searcher) -> tantivy::Result<i64> {
    let mut newest = 0;
    for segment in searcher.segment_readers() {
        newest = newest.max(segment.fast_fields().i64("published")?.max_value());
    }
    Ok(newest)
}

fn freshness(published: i64, newest: i64) -> f32 {
    let weeks = newest.saturating_sub(published).max(0) as f32 / WEEK_MS;
    FRESH_SCORE * (-weeks / FRESH_HALF_LIFE_WEEKS).exp2()
}
