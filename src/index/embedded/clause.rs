//! One description of a query for two uses. In: clauses. Out: what decides whether an article matches, as tantivy's
//! query without any score, and what decides its place, looked up article by article.
//!
//! tantivy's own scorers would score whole blocks of articles that do not match: its unions fill a window of 4,096
//! articles whenever they are asked for one.

use tantivy::query::{BooleanQuery, EnableScoring, Query, Scorer, TermQuery, Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, Score, Searcher, SeekDangerResult, SegmentReader, TERMINATED, Term};

/// BM25's factor for a term that an article repeats without end, with tantivy's `k1` of 1.2; a little more, for rounding.
const REPEATED: f32 = 2.21;

/// A condition, and what an article that meets it is worth.
#[derive(Debug)]
pub(super) enum Clause {
    /// A word, worth its BM25.
    Term(Term),
    /// Anything else that is there or not, worth nothing.
    Found(Box<dyn Query>),
    /// Worth so much whatever is inside.
    Worth(Box<Clause>, Score),
    /// Worth so many times what is inside.
    Times(Box<Clause>, Score),
    /// Any of them; worth the best.
    Any(Vec<Clause>),
    /// All of them; worth the sum.
    All(Vec<Clause>),
    /// So many of them at least; worth the sum of those that are there.
    Some(Vec<Clause>, usize),
    /// One of [`Clause::Any`] that is there only where another of them is, and so never decides what matches.
    Finer(Box<Clause>),
}

impl Clause {
    /// The articles that meet the condition.
    pub(super) fn matching(&self) -> Box<dyn Query> {
        match self {
            Self::Term(term) => Box::new(TermQuery::new(term.clone(), IndexRecordOption::Basic)),
            Self::Found(query) => query.box_clone(),
            Self::Worth(inside, _) | Self::Times(inside, _) | Self::Finer(inside) => inside.matching(),
            Self::Any(ways) => {
                let mut deciding: Vec<_> =
                    ways.iter().filter(|way| !matches!(way, Self::Finer(_))).map(Self::matching).collect();
                match deciding.len() {
                    1 => deciding.remove(0),
                    _ => Box::new(BooleanQuery::union(deciding)),
                }
            }
            Self::All(parts) => Box::new(BooleanQuery::intersection(parts.iter().map(Self::matching).collect())),
            Self::Some(parts, least) => Box::new(BooleanQuery::union_with_minimum_required_clauses(
                parts.iter().map(Self::matching).collect(),
                *least,
            )),
        }
    }

    /// The same, ready to look up what articles are worth.
    pub(super) fn weighed(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Weighed> {
        self.weighed_by(scoring, 1.0)
    }

    fn weighed_by(&self, scoring: EnableScoring<'_>, times: Score) -> tantivy::Result<Weighed> {
        let each = |parts: &[Self]| {
            parts.iter().map(|part| part.weighed_by(scoring, times)).collect::<tantivy::Result<Vec<_>>>()
        };
        Ok(match self {
            Self::Term(term) => {
                let weight = TermQuery::new(term.clone(), IndexRecordOption::WithFreqs).weight(scoring)?;
                let scored = match scoring {
                    EnableScoring::Enabled { searcher, .. } => Some((times, times * most_of(term, searcher)?)),
                    EnableScoring::Disabled { .. } => None,
                };
                Weighed::Leaf { weight, scored }
            }
            Self::Found(query) => Weighed::Leaf { weight: query.weight(unscored(scoring))?, scored: None },
            Self::Worth(inside, worth) => {
                Weighed::Worth(Box::new(inside.weighed_by(unscored(scoring), 1.0)?), worth * times)
            }
            Self::Times(inside, more) => inside.weighed_by(scoring, times * more)?,
            Self::Finer(inside) => inside.weighed_by(scoring, times)?,
            Self::Any(ways) => Weighed::Any(each(ways)?),
            Self::All(parts) => Weighed::Some(each(parts)?, parts.len()),
            Self::Some(parts, least) => Weighed::Some(each(parts)?, *least),
        })
    }
}

/// The most that BM25 gives an article for this term.
fn most_of(term: &Term, searcher: &Searcher) -> tantivy::Result<Score> {
    let all: f32 = searcher.segment_readers().iter().map(|segment| segment.max_doc() as f32).sum();
    let with = searcher.doc_freq(term)? as f32;
    Ok(REPEATED * (1.0 + ((all - with).max(0.0) + 0.5) / (with + 0.5)).ln())
}

fn unscored(scoring: EnableScoring<'_>) -> EnableScoring<'_> {
    match scoring {
        EnableScoring::Enabled { searcher, .. } => EnableScoring::disabled_from_searcher(searcher),
        disabled @ EnableScoring::Disabled { .. } => disabled,
    }
}

/// A clause with the statistics of the whole index.
pub(super) enum Weighed {
    Leaf {
        weight: Box<dyn Weight>,
        /// How many times its score counts, and the most that this can be; nothing for what is only there or not.
        scored: Option<(Score, Score)>,
    },
    Worth(Box<Weighed>, Score),
    Any(Vec<Weighed>),
    Some(Vec<Weighed>, usize),
}

impl Weighed {
    /// The clause in one segment; nothing when no article there meets it.
    pub(super) fn open(&self, segment: &SegmentReader) -> tantivy::Result<Option<Lookup>> {
        Ok(match self {
            Self::Leaf { weight, scored } => {
                let (times, most) = scored.unwrap_or((1.0, 0.0));
                let scorer = weight.scorer(segment, times)?;
                let next = scorer.doc();
                let inside = Inside::Leaf { scorer, next, is_there: true, is_scored: scored.is_some() };
                (next != TERMINATED).then_some(Lookup { most, inside })
            }
            Self::Worth(inside, worth) => {
                let inside = inside.open(segment)?;
                inside.map(|inside| Lookup { most: *worth, inside: Inside::Worth(Box::new(inside), *worth) })
            }
            Self::Any(ways) => {
                let mut ways = open_all(ways, segment)?;
                // The best first: where it is, the others need not be looked at.
                ways.sort_by(|one, other| other.most.total_cmp(&one.most));
                let most = ways.iter().map(|way| way.most).fold(0.0, Score::max);
                (!ways.is_empty()).then_some(Lookup { most, inside: Inside::Any(ways) })
            }
            Self::Some(parts, least) => {
                let parts = open_all(parts, segment)?;
                let most = parts.iter().map(|part| part.most).sum();
                let can_match = !parts.is_empty() && parts.len() >= *least;
                can_match.then_some(Lookup { most, inside: Inside::Some(parts, *least) })
            }
        })
    }
}

/// The clauses that some article of the segment meets.
pub(super) fn open_all(clauses: &[Weighed], segment: &SegmentReader) -> tantivy::Result<Vec<Lookup>> {
    let mut open = Vec::with_capacity(clauses.len());
    for clause in clauses {
        open.extend(clause.open(segment)?);
    }
    Ok(open)
}

/// A clause in one segment, asked for one article after the other in the order of their numbers.
pub(super) struct Lookup {
    /// No article is worth more.
    pub(super) most: Score,
    inside: Inside,
}

enum Inside {
    Leaf {
        scorer: Box<dyn Scorer>,
        /// No article before this one and after the last that was asked for is in the list.
        next: DocId,
        /// `next` is in the list and the scorer stands on it.
        is_there: bool,
        is_scored: bool,
    },
    Worth(Box<Lookup>, Score),
    Any(Vec<Lookup>),
    Some(Vec<Lookup>, usize),
}

impl Lookup {
    /// What the article is worth; nothing when it does not meet the clause.
    pub(super) fn at(&mut self, doc: DocId) -> Option<Score> {
        match &mut self.inside {
            Inside::Leaf { scorer, next, is_there, is_scored } => {
                let is_in = is_in(scorer.as_mut(), next, is_there, doc);
                is_in.then(|| if *is_scored { scorer.score() } else { 0.0 })
            }
            Inside::Worth(inside, worth) => inside.is_at(doc).then_some(*worth),
            Inside::Any(ways) => {
                let mut best: Option<Score> = None;
                for way in ways {
                    // The others can be worth no more.
                    if best.is_some_and(|best| best >= way.most) {
                        break;
                    }
                    best = match (best, way.at(doc)) {
                        (Some(best), Some(score)) => Some(best.max(score)),
                        (best, score) => best.or(score),
                    };
                }
                best
            }
            Inside::Some(parts, least) => {
                let (mut found, mut sum) = (0, 0.0);
                let mut left = parts.len();
                for part in parts {
                    if found + left < *least {
                        return None;
                    }
                    left -= 1;
                    if let Some(score) = part.at(doc) {
                        found += 1;
                        sum += score;
                    }
                }
                (found >= *least && found > 0).then_some(sum)
            }
        }
    }

    fn is_at(&mut self, doc: DocId) -> bool {
        match &mut self.inside {
            Inside::Leaf { scorer, next, is_there, .. } => is_in(scorer.as_mut(), next, is_there, doc),
            Inside::Worth(inside, _) => inside.is_at(doc),
            Inside::Any(ways) => ways.iter_mut().any(|way| way.is_at(doc)),
            Inside::Some(..) => self.at(doc).is_some(),
        }
    }
}

/// Whether the list holds the article. A phrase is compared in this article only, not searched for in those after it.
fn is_in(scorer: &mut dyn Scorer, next: &mut DocId, is_there: &mut bool, doc: DocId) -> bool {
    if doc < *next {
        return false;
    }
    if doc == *next && *is_there {
        return true;
    }
    match scorer.seek_danger(doc) {
        SeekDangerResult::Found => (*next, *is_there) = (doc, true),
        SeekDangerResult::SeekLowerBound(bound) => (*next, *is_there) = (bound, false),
    }
    *is_there
}
