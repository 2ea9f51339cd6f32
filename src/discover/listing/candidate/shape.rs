//! What the address of a link shows of its target.

use url::Url;

/// What an address shows.
#[derive(Clone, Copy, Default)]
pub(super) struct Shape {
    /// It carries a number or key that no section has.
    pub(super) has_identity: bool,
    /// Words of its longest segment.
    pub(super) slug_words: usize,
    /// Longest run of digits.
    pub(super) digits: usize,
}

/// Keys of queries whose value names one article.
const IDENTITIES: [&str; 18] = [
    "itemid",
    "newsid",
    "articleid",
    "id",
    "ddocname",
    "tid",
    "nid",
    "docid",
    "postid",
    "idtin",
    "matin",
    "contentid",
    "urile",
    "news_id",
    "item",
    "p",
    "id_tin",
    "urltitle",
];

/// Reads an address.
pub(super) fn shape(url: &Url) -> Shape {
    let path = url.path();
    let segments = || path.split('/').filter(|segment| !segment.is_empty());
    let slug_words = segments()
        .map(|segment| segment.split(['-', '_']).filter(|word| word.bytes().any(|b| b.is_ascii_alphabetic())).count())
        .max()
        .unwrap_or_default();
    let digits = path.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or_default();
    let mut view = None;
    let mut by_query = false;
    for (key, value) in url.query_pairs() {
        let key = key.to_ascii_lowercase();
        if key == "view" {
            view = Some(value.to_ascii_lowercase());
        }
        by_query |= IDENTITIES.contains(&key.as_str()) && value.bytes().any(|b| b.is_ascii_digit());
    }
    // Joomla names sections by the same key as articles.
    by_query &= view.is_none_or(|view| view == "article" || view == "item");
    let lower = path.to_ascii_lowercase();
    let by_path = lower.contains("/-/asset_publisher/")
        || lower.contains("/vi/news/detail")
        || url.query().is_some_and(|query| query.eq_ignore_ascii_case("opendocument"));
    Shape { has_identity: by_query || by_path, slug_words, digits }
}
