//! What single words are worth in an article: BM25. In: the words of a reading and a segment. Out: a sum, article by article.

use std::sync::Arc;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet, Score};

use super::bits::Bits;
use super::part::Part;
use super::ranking::Matched;
use super::schema::Fields;
use crate::index::query::{Asked, Reading};
use crate::index::tokens::Key;
use crate::index::weights::{IN_FILES, IN_TITLE, OTHER_ACCENTS};

/// BM25 (Robertson and Zaragoza 2009) with the customary constants.
const K1: f32 = 1.2;
const B: f32 = 0.75;

/// How many articles there are.
pub(super) struct Statistics {
    docs: f32,
}

impl Statistics {
    pub(super) fn of<'p>(parts: impl Iterator<Item = &'p Part<'p>>) -> Self {
        Self { docs: parts.map(|part| part.docs() as f32).sum() }
    }

    fn idf(&self, with: u32) -> f32 {
        let with = with as f32;
        (1.0 + ((self.docs - with).max(0.0) + 0.5) / (with + 0.5)).ln()
    }
}

/// What the words of a reading are worth in the whole index.
pub(super) struct Worths {
    pub(super) words: Vec<WordWorth>,
    /// Words in the text of an ordinary article.
    ordinary_length: f32,
}

/// What one word adds, wherever it stands.
#[derive(Clone, Copy)]
pub(super) struct WordWorth {
    /// Field of the text whose keys are compared: with marks when the word has any.
    body: Field,
    pub(super) title: Field,
    in_body: f32,
    pub(super) in_title: f32,
    in_files: f32,
    other_accents: f32,
}

impl WordWorth {
    /// The word as its fields have it.
    pub(super) fn text<'k>(&self, key: &'k Key, fields: &Fields) -> &'k str {
        if self.body == fields.body_exact { &key.exact } else { &key.folded }
    }
}

impl Worths {
    pub(super) fn of(
        asked: &Asked,
        reading: &Reading,
        statistics: &Statistics,
        segments: &[Matched<'_, '_>],
    ) -> tantivy::Result<Self> {
        let Some(first) = segments.first() else { return Ok(Self { words: Vec::new(), ordinary_length: 1.0 }) };
        let fields = first.part.fields;
        let with = |field: Field, word: &str| -> tantivy::Result<u32> {
            segments.iter().map(|segment| segment.part.frequency(field, word)).sum()
        };
        let share = 1.0 / reading.words.len().max(1) as f32;
        let mut words = Vec::with_capacity(reading.words.len());
        for word in &reading.words {
            let is_marked = word.is_marked() && asked.is_marked();
            let (body, title) = if is_marked {
                (fields.body_exact, fields.title_exact)
            } else {
                (fields.body_folded, fields.title_folded)
            };
            let key = if is_marked { &word.exact } else { &word.folded };
            words.push(WordWorth {
                body,
                title,
                in_body: share * statistics.idf(with(body, key)?),
                in_title: share * IN_TITLE * statistics.idf(with(title, key)?),
                in_files: share * IN_FILES * statistics.idf(with(fields.files_folded, &word.folded)?),
                other_accents: share * OTHER_ACCENTS * statistics.idf(with(fields.body_folded, &word.folded)?),
            });
        }
        let mut tokens = 0.0;
        for segment in segments {
            tokens += segment.part.segment.inverted_index(fields.body_folded)?.total_num_tokens() as f32;
        }
        Ok(Self { words, ordinary_length: (tokens / statistics.docs.max(1.0)).max(1.0) })
    }

    /// The most that the words of an article can be worth, headline aside.
    pub(super) fn most_beside_titles(&self) -> Score {
        let best = |word: &WordWorth| {
            [(K1 + 1.0) * word.in_body, word.in_files, word.other_accents].into_iter().fold(0.0, f32::max)
        };
        self.words.iter().map(best).sum()
    }
}

/// The words of a reading, article by article.
#[derive(Clone)]
pub(super) struct Words {
    words: Vec<Word>,
    length_share: f32,
}

#[derive(Clone)]
struct Word {
    worth: WordWorth,
    body: Option<SegmentPostings>,
    norms: FieldNormReader,
    files: Arc<Bits>,
    folded: Arc<Bits>,
}

impl Words {
    /// Opens the words of a reading in a segment.
    pub(super) fn of(part: &Part<'_>, reading: &Reading, worths: &Worths) -> tantivy::Result<Self> {
        let mut words = Vec::with_capacity(reading.words.len());
        for (key, worth) in reading.words.iter().zip(&worths.words) {
            words.push(Word {
                worth: *worth,
                body: part.postings(worth.body, worth.text(key, part.fields), IndexRecordOption::WithFreqs)?,
                norms: part.segment.get_fieldnorms_reader(worth.body)?,
                files: part.term(part.fields.files_folded, &key.folded)?,
                folded: part.word(key)?,
            });
        }
        Ok(Self { words, length_share: K1 * B / worths.ordinary_length })
    }

    /// What the words are worth in the article, which must not stand before the last one: BM25 in the text, a fixed worth
    /// in files and with other accents. Words of the headline are bands.
    pub(super) fn worth(&mut self, doc: DocId) -> Score {
        let length_share = self.length_share;
        self.words.iter_mut().map(|word| word.worth_in(doc, length_share)).sum()
    }
}

impl Word {
    fn worth_in(&mut self, doc: DocId, length_share: f32) -> Score {
        let mut best = 0.0;
        if let Some(body) = &mut self.body {
            if body.doc() < doc {
                body.seek(doc);
            }
            if body.doc() == doc {
                let times = body.term_freq() as f32;
                let length = self.norms.fieldnorm(doc) as f32;
                best = self.worth.in_body * times * (K1 + 1.0) / (times + K1 * (1.0 - B) + length_share * length);
            }
        }
        if best == 0.0 && self.files.contains(doc) {
            best = self.worth.in_files;
        }
        if best == 0.0 && self.folded.contains(doc) {
            best = self.worth.other_accents;
        }
        best
    }
}
