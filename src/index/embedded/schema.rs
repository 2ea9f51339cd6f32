//! What the embedded index keeps of an article. In: `Document`. Out: a tantivy document, and the way back to a hit.

use tantivy::TantivyDocument;
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions, Value,
};
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};
use xxhash_rust::xxh3::xxh3_64;

use super::neighbours::{WORDS, signature};
use crate::clock::{Timestamp, vietnam};
use crate::index::Document;
use crate::index::tokens::{BREAK, Keys, Streams};
use crate::index::weights::prior;
use crate::store::{instant, millis};
use crate::vietnamese;

/// Names the way keys are made. Raise the number when they change: an index with another name is set aside at opening.
pub(super) const TOKENIZER: &str = "lantoa-keys-2";
/// Positions between two parts of a field, more than any phrase is long.
const PART_GAP: usize = 100;

/// The fields, by what they are for.
#[derive(Clone, Debug)]
pub(super) struct Fields {
    pub(super) id: Field,
    pub(super) revision: Field,
    pub(super) portal: Field,
    pub(super) portal_name: Field,
    pub(super) kind: Field,
    pub(super) topic: Field,
    pub(super) url: Field,
    pub(super) title: Field,
    pub(super) summary: Field,
    pub(super) text: Field,
    /// Text of the attached files.
    pub(super) files: Field,
    pub(super) published: Field,
    pub(super) year: Field,
    pub(super) documents: Field,
    /// What the cited documents answer to when a part of a number is asked for.
    pub(super) cited: Field,
    pub(super) story: Field,
    /// Equal for the articles of one story.
    pub(super) story_key: Field,
    /// What its source and its place in the story add to every score.
    pub(super) prior: Field,
    /// Which words may stand side by side in sapo and body; see [`super::neighbours`].
    pub(super) neighbours: Vec<Field>,
    /// Words of the headline with marks, and without.
    pub(super) title_exact: Field,
    pub(super) title_folded: Field,
    /// Words of sapo and body with marks, and without.
    pub(super) body_exact: Field,
    pub(super) body_folded: Field,
    /// Words of the attached files with marks, and without.
    pub(super) files_exact: Field,
    pub(super) files_folded: Field,
}

pub(super) fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let keys = TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer(TOKENIZER)
            .set_index_option(IndexRecordOption::WithFreqsAndPositions),
    );
    let fields = Fields {
        id: builder.add_text_field("id", STRING | STORED),
        revision: builder.add_i64_field("revision", FAST),
        portal: builder.add_text_field("portal", STRING | FAST | STORED),
        portal_name: builder.add_text_field("portal_name", STORED),
        kind: builder.add_text_field("kind", STRING | FAST),
        topic: builder.add_text_field("topic", STRING | FAST),
        url: builder.add_text_field("url", STORED),
        title: builder.add_text_field("title", STORED),
        summary: builder.add_text_field("summary", STORED),
        text: builder.add_text_field("text", STORED),
        files: builder.add_text_field("files", STORED),
        published: builder.add_i64_field("published", INDEXED | FAST | STORED),
        year: builder.add_i64_field("year", FAST),
        documents: builder.add_text_field("documents", STRING | FAST | STORED),
        cited: builder.add_text_field("cited", STRING),
        story: builder.add_text_field("story", STORED),
        story_key: builder.add_u64_field("story_key", FAST),
        prior: builder.add_f64_field("prior", FAST),
        neighbours: (0..WORDS).map(|word| builder.add_u64_field(&neighbours_name(word), FAST)).collect(),
        title_exact: builder.add_text_field("title_exact", keys.clone()),
        title_folded: builder.add_text_field("title_folded", keys.clone()),
        body_exact: builder.add_text_field("body_exact", keys.clone()),
        body_folded: builder.add_text_field("body_folded", keys.clone()),
        files_exact: builder.add_text_field("files_exact", keys.clone()),
        files_folded: builder.add_text_field("files_folded", keys),
    };
    (builder.build(), fields)
}

/// The name of the field that holds this word of 64 bits of the signatures.
pub(super) fn neighbours_name(word: usize) -> String {
    format!("neighbours_{word:02}")
}

impl Fields {
    pub(super) fn document(&self, article: &Document, keys: &mut Keys) -> TantivyDocument {
        let [title, summary, text, files] =
            [&article.title, &article.summary, &article.text, &article.files].map(|text| vietnamese::clean(text));
        let mut headline = Streams::default();
        keys.append(&title, &mut headline);
        let mut body = Streams::default();
        keys.append(&summary, &mut body);
        body.end_part();
        keys.append(&text, &mut body);
        let mut attached = Streams::default();
        keys.append(&files, &mut attached);

        let mut document = TantivyDocument::default();
        document.add_text(self.id, &article.id);
        document.add_i64(self.revision, article.revision);
        document.add_text(self.portal, &article.portal);
        document.add_text(self.portal_name, &article.portal_name);
        document.add_text(self.kind, article.kind.as_str());
        if !article.topic.is_empty() {
            document.add_text(self.topic, &article.topic);
        }
        document.add_text(self.url, &article.url);
        document.add_i64(self.published, millis(article.published_at));
        document.add_i64(self.year, i64::from(article.published_at.to_zoned(vietnam()).year()));
        for number in &article.documents {
            document.add_text(self.documents, number);
            for key in vietnamese::document::keys(number) {
                document.add_text(self.cited, key);
            }
        }
        document.add_text(self.story, &article.story);
        // An article that has no story is one of its own.
        let story = if article.story.is_empty() { &article.id } else { &article.story };
        document.add_u64(self.story_key, xxh3_64(story.as_bytes()));
        document.add_f64(self.prior, f64::from(prior(article.kind, article.origin)));
        document.add_text(self.title, title);
        document.add_text(self.summary, summary);
        document.add_text(self.text, text);
        if !files.is_empty() {
            document.add_text(self.files, files);
            document.add_text(self.files_exact, attached.exact);
            document.add_text(self.files_folded, attached.folded);
        }
        for (word, bits) in self.neighbours.iter().zip(signature(&body.folded)) {
            document.add_u64(*word, bits);
        }
        document.add_text(self.title_exact, headline.exact);
        document.add_text(self.title_folded, headline.folded);
        document.add_text(self.body_exact, body.exact);
        document.add_text(self.body_folded, body.folded);
        document
    }

    /// Words without marks, of headline, text and files.
    pub(super) fn folded(&self) -> [Field; 3] {
        [self.title_folded, self.body_folded, self.files_folded]
    }

    /// Words with marks, of headline, text and files.
    pub(super) fn exact(&self) -> [Field; 3] {
        [self.title_exact, self.body_exact, self.files_exact]
    }

    pub(super) fn text_of<'d>(&self, document: &'d TantivyDocument, field: Field) -> &'d str {
        document.get_first(field).and_then(|value| value.as_str()).unwrap_or_default()
    }

    pub(super) fn published_of(&self, document: &TantivyDocument) -> Timestamp {
        instant(document.get_first(self.published).and_then(|value| value.as_i64()).unwrap_or_default())
    }

    pub(super) fn documents_of(&self, document: &TantivyDocument) -> Vec<String> {
        document.get_all(self.documents).filter_map(|value| value.as_str().map(str::to_owned)).collect()
    }
}

/// Reads a stream of keys: they were made once, for both fields and for the whole batch, and only need to be cut.
#[derive(Clone, Default)]
pub(super) struct CutKeys {
    token: Token,
}

pub(super) struct CutStream<'a> {
    text: &'a str,
    at: usize,
    next_position: usize,
    token: &'a mut Token,
}

impl Tokenizer for CutKeys {
    type TokenStream<'a> = CutStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> CutStream<'a> {
        self.token.reset();
        CutStream { text, at: 0, next_position: 0, token: &mut self.token }
    }
}

impl TokenStream for CutStream<'_> {
    fn advance(&mut self) -> bool {
        while self.text[self.at..].starts_with(BREAK) {
            self.at += BREAK.len_utf8();
            self.next_position += PART_GAP;
        }
        let Some(length) = self.text[self.at..].find(' ') else { return false };
        self.token.text.clear();
        self.token.text.push_str(&self.text[self.at..self.at + length]);
        self.token.offset_from = self.at;
        self.token.offset_to = self.at + length;
        self.token.position = self.next_position;
        self.next_position += 1;
        self.at += length + 1;
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}
