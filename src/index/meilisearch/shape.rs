//! What a Meilisearch index keeps of an article, and its settings.
//!
//! Meilisearch drops accents from everything it indexes, so it cannot tell `chính` from `chinh`. It is therefore not
//! given the texts to search but two streams of ASCII words made here: `*_folded` without marks, and `*_exact` in which
//! the marks are spelled out in letters and digits. The texts themselves are kept for display only.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;

use crate::clock::vietnam;
use crate::index::tokens::{Key, Keys, runs};
use crate::index::weights::standing;
use crate::index::{DEEPEST_HIT, Document, MOST_FACET_VALUES};
use crate::store::millis;
use crate::vietnamese;

/// Ends a sentence: words on both sides are no neighbours.
const STOP: &str = ". ";
/// Milliseconds after which a search answers with what it has.
const SEARCH_CUTOFF_MS: u32 = 5_000;
/// Letters of a word before one typing error is forgiven. Shorter syllables have 23 neighbours each; forgiving them is
/// noise.
const LETTERS_FOR_ONE_TYPO: u32 = 5;
const LETTERS_FOR_TWO_TYPOS: u32 = 12;

/// An article on the server.
#[derive(Serialize)]
pub(super) struct Shape<'d> {
    id: &'d str,
    revision: i64,
    portal: &'d str,
    portal_name: &'d str,
    kind: &'d str,
    topic: Option<&'d str>,
    url: &'d str,
    title: String,
    summary: String,
    text: String,
    files: String,
    published_at: i64,
    year: i16,
    documents: &'d [String],
    story: &'d str,
    /// What decides within a band: the instant of publication, put later by the rank of the source and for the origin
    /// of a story.
    standing: i64,
    /// What the cited documents answer to.
    cited: String,
    title_exact: String,
    title_folded: String,
    body_exact: String,
    body_folded: String,
    files_exact: String,
    files_folded: String,
}

/// An article as the server hands it back.
#[derive(Deserialize)]
pub(super) struct Kept {
    pub(super) id: String,
    pub(super) portal: String,
    pub(super) portal_name: String,
    pub(super) url: String,
    pub(super) title: String,
    pub(super) summary: String,
    pub(super) text: String,
    /// Absent from articles that were sent before files were read.
    #[serde(default)]
    pub(super) files: String,
    pub(super) published_at: i64,
    pub(super) documents: Vec<String>,
    pub(super) story: String,
}

/// The fields of [`Kept`].
pub(super) const KEPT: [&str; 11] =
    ["id", "portal", "portal_name", "url", "title", "summary", "text", "files", "published_at", "documents", "story"];

impl<'d> Shape<'d> {
    pub(super) fn of(article: &'d Document, keys: &mut Keys) -> Self {
        let [title, summary, text, files] =
            [&article.title, &article.summary, &article.text, &article.files].map(|text| vietnamese::clean(text));
        let mut headline = (String::new(), String::new());
        append(&title, keys, &mut headline);
        let mut body = (String::new(), String::new());
        // Numbers are words too, so that a query finds an article that cites a document under another spelling.
        for part in [&summary, &text].into_iter().chain(&article.documents) {
            append(part, keys, &mut body);
        }
        let mut attached = (String::new(), String::new());
        if !files.is_empty() {
            append(&files, keys, &mut attached);
        }
        Self {
            id: &article.id,
            revision: article.revision,
            portal: &article.portal,
            portal_name: &article.portal_name,
            kind: article.kind.as_str(),
            topic: (!article.topic.is_empty()).then_some(article.topic.as_str()),
            url: &article.url,
            title,
            summary,
            text,
            files,
            published_at: millis(article.published_at),
            year: article.published_at.to_zoned(vietnam()).year(),
            documents: &article.documents,
            // An article that has no story is one of its own.
            story: if article.story.is_empty() { &article.id } else { &article.story },
            standing: standing(article.published_at, article.kind, article.origin),
            cited: cited_words(&article.documents),
            title_exact: headline.0,
            title_folded: headline.1,
            body_exact: body.0,
            body_folded: body.1,
            files_exact: attached.0,
            files_folded: attached.1,
        }
    }
}

/// A word for each part by which one of the documents may be asked for.
fn cited_words(documents: &[String]) -> String {
    let keys = documents.iter().flat_map(|number| vietnamese::document::keys(number));
    keys.map(|key| cited_word(&key)).collect::<Vec<_>>().join(STOP)
}

/// A key of a document in letters and digits: `42/2022:nd` is `zzk42y2022tnd`.
pub(super) fn cited_word(key: &str) -> String {
    let plain = key.chars().map(|c| match c {
        '/' => 'y',
        ':' => 't',
        c => c,
    });
    let plain: String = plain.filter(char::is_ascii_alphanumeric).collect();
    format!("zzk{plain}")
}

fn append(text: &str, keys: &mut Keys, (exact, folded): &mut (String, String)) {
    for run in runs(text) {
        let key = keys.of(&text[run]);
        exact.push_str(&exact_word(key));
        exact.push(' ');
        folded.push_str(&folded_word(key));
        folded.push(' ');
    }
    exact.push_str(STOP);
    folded.push_str(STOP);
}

/// The word with its marks in ASCII, as on a VNI keyboard; a word without marks stays as it is.
pub(super) fn exact_word(key: &Key) -> String {
    if !key.is_marked() {
        return folded_word(key);
    }
    // No other word begins so.
    let mut word = String::from("zz");
    for c in key.exact.nfd() {
        match c {
            'a'..='z' | '0'..='9' => word.push(c),
            '\u{302}' => word.push('6'),
            '\u{31b}' => word.push('7'),
            '\u{306}' => word.push('8'),
            'đ' => word.push_str("d9"),
            c => word.push_str(&format!("x{:x}", u32::from(c))),
        }
    }
    word
}

/// The word without marks; open syllables in y are written with i, as [`crate::index::query::other_spelling`] says.
pub(super) fn folded_word(key: &Key) -> String {
    match crate::index::query::other_spelling(&key.folded) {
        Some(other) if key.folded.ends_with('y') => other,
        _ => key.folded.to_string(),
    }
}

/// The settings of the index; sent at every start, which costs nothing when they stand already.
pub(super) fn settings() -> Value {
    json!({
        "searchableAttributes":
            ["title_exact", "title_folded", "body_exact", "body_folded", "files_exact", "files_folded", "cited"],
        "displayedAttributes": ["*"],
        "filterableAttributes": ["id", "portal", "kind", "topic", "documents", "published_at", "year", "story"],
        "sortableAttributes": ["published_at", "standing"],
        "rankingRules": ["sort", "words", "typo", "proximity", "attributeRank", "exactness", "standing:desc"],
        "typoTolerance": {
            "enabled": true,
            "minWordSizeForTypos": { "oneTypo": LETTERS_FOR_ONE_TYPO, "twoTypos": LETTERS_FOR_TWO_TYPOS },
            "disableOnNumbers": true,
            "disableOnAttributes": ["title_exact", "body_exact", "files_exact", "cited"],
        },
        "pagination": { "maxTotalHits": DEEPEST_HIT },
        "faceting": { "maxValuesPerFacet": MOST_FACET_VALUES, "sortFacetValuesBy": { "*": "count" } },
        "searchCutoffMs": SEARCH_CUTOFF_MS,
        "stopWords": [],
        "synonyms": {},
    })
}
