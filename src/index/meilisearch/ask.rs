//! From a query in parts to a request. In: [`Asked`] and the filters. Out: one or two queries of one federated search.
//!
//! Every word is sent in quotes, which means whole and without guessing. A query with marks is sent twice: as typed,
//! with a weight that no other match reaches, and folded; the server merges both and counts each article once.

use std::fmt::Write;

use serde_json::{Value, json};

use super::shape::{KEPT, exact_word, folded_word};
use crate::index::query::Asked;
use crate::index::tokens::Key;
use crate::index::{Query, Sort};
use crate::store::millis;

/// Parts of a query that the server reads; what comes after is ignored.
const MOST_PARTS: usize = 10;
/// Lifts every match as typed over every other: ranking scores lie between 0 and 1.
const WEIGHT_AS_TYPED: f64 = 1_000.0;
/// Fewest words of which one may be missing, and most, because each makes a query of its own.
const WORDS_TO_RELAX: std::ops::RangeInclusive<usize> = 3..=8;

/// What to try, in order, until something is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Demand {
    /// Every word.
    All,
    /// Every word, the last of which may be unfinished or mistyped.
    LastUnfinished,
    /// All words but one.
    Most,
}

impl Demand {
    pub(super) fn steps(asked: &Asked) -> impl Iterator<Item = Self> {
        let can_complete = asked.ends_in_word && asked.words.last().is_some_and(|word| word.folded.chars().count() > 1);
        let can_relax = WORDS_TO_RELAX.contains(&asked.words.len());
        [(Self::All, true), (Self::LastUnfinished, can_complete), (Self::Most, can_relax)]
            .into_iter()
            .filter_map(|(demand, applies)| applies.then_some(demand))
    }
}

/// The body of a federated search.
pub(super) fn request(index: &str, query: &Query, asked: &Asked, demand: Demand) -> Value {
    let per_page = query.per_page.clamp(1, 100);
    let (_, limit) = query.window();
    // Beyond the deepest hit only the counts are wanted.
    let page = if limit == 0 { 1 } else { query.page.max(1) };
    let by_date = query.sort == Sort::Newest || asked.is_everything();
    let filter = filter(query);
    let one = |text: String, weight: f64| {
        let mut one = json!({
            "indexUid": index, "q": text, "filter": filter, "attributesToRetrieve": KEPT,
            "matchingStrategy": "all", "federationOptions": { "weight": weight },
        });
        if by_date {
            one["sort"] = json!(["published_at:desc"]);
        }
        one
    };
    let mut queries = Vec::new();
    if asked.is_marked() && !by_date && demand == Demand::All {
        queries.push(one(text(asked, demand, None, exact_word), WEIGHT_AS_TYPED));
    }
    match demand {
        Demand::Most => {
            queries.extend(
                (0..asked.words.len()).map(|missing| one(text(asked, demand, Some(missing), folded_word), 1.0)),
            );
        }
        _ => queries.push(one(text(asked, demand, None, folded_word), 1.0)),
    }
    json!({
        "queries": queries,
        "federation": {
            "page": page, "hitsPerPage": per_page,
            "facetsByIndex": { index: ["portal", "kind", "documents", "year"] },
        },
    })
}

/// The words of a query. Only letters and digits of our own making reach the server between the quotes.
fn text(asked: &Asked, demand: Demand, missing: Option<usize>, spell: fn(&Key) -> String) -> String {
    let mut text = String::new();
    let mut quote = |sign: &str, words: &[String]| {
        if !words.is_empty() {
            let _ = write!(text, "{sign}\"{}\" ", words.join(" "));
        }
    };
    // First, because the server stops reading at its limit of parts. What is excluded is excluded as typed.
    for part in &asked.without {
        quote("-", &part.iter().map(exact_word).collect::<Vec<_>>());
    }
    for phrase in &asked.phrases {
        quote("", &phrase.iter().map(spell).collect::<Vec<_>>());
    }
    for number in &asked.numbers {
        quote("", &number.words.iter().map(folded_word).collect::<Vec<_>>());
    }
    let mut words: Vec<_> =
        asked.words.iter().enumerate().filter(|(i, _)| Some(*i) != missing).map(|(_, word)| spell(word)).collect();
    let unfinished = if demand == Demand::LastUnfinished { words.pop() } else { None };
    let parts =
        MOST_PARTS.saturating_sub(asked.phrases.len() + asked.numbers.len() + usize::from(unfinished.is_some()));
    // A pasted headline has more words than the server reads, so neighbours share a part.
    for group in words.chunks(words.len().div_ceil(parts.max(1)).max(1)) {
        quote("", group);
    }
    if let Some(word) = unfinished {
        text.push_str(&word);
    }
    text.truncate(text.trim_end().len());
    text
}

/// The filters, all of which must hold. Values are quoted and escaped; nothing else of theirs reaches the expression.
fn filter(query: &Query) -> Vec<String> {
    let mut filter = Vec::new();
    if !query.portals.is_empty() {
        filter.push(one_of("portal", query.portals.iter().map(String::as_str)));
    }
    if !query.kinds.is_empty() {
        filter.push(one_of("kind", query.kinds.iter().map(|kind| kind.as_str())));
    }
    if let Some(number) = query.document() {
        filter.push(one_of("documents", std::iter::once(number.as_str())));
    }
    if let Some(from) = query.from {
        filter.push(format!("published_at >= {}", millis(from)));
    }
    if let Some(to) = query.to {
        filter.push(format!("published_at < {}", millis(to)));
    }
    filter
}

fn one_of<'v>(field: &str, values: impl Iterator<Item = &'v str>) -> String {
    format!("{field} IN [{}]", values.map(quoted).collect::<Vec<_>>().join(", "))
}

/// A value as the filter language reads it: in double quotes, with `"` and `\` escaped.
fn quoted(value: &str) -> String {
    let mut quoted = String::with_capacity(value.len() + 2);
    quoted.push('"');
    for c in value.chars() {
        if matches!(c, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::query::read;

    fn check(typed: &str, demand: Demand, as_typed: &str, folded: &str) {
        let asked = read(typed);
        assert_eq!(text(&asked, demand, None, exact_word), as_typed, "{typed:?} as typed");
        assert_eq!(text(&asked, demand, None, folded_word), folded, "{typed:?} folded");
    }

    #[test]
    fn words_are_spelled_in_ascii_and_quoted() {
        check("Chính phủ", Demand::All, r#""zzchinh1" "zzphu3""#, r#""chinh" "phu""#);
        check("đầu tư cong", Demand::All, r#""zzd9a6u2" "zztu7" "cong""#, r#""dau" "tu" "cong""#);
        check(
            "thuế -\"cá nhân\" -dat",
            Demand::All,
            r#"-"zzca1 zznha6n" -"dat" "zzthue61""#,
            r#"-"zzca1 zznha6n" -"dat" "thue""#,
        );
        check("kỹ thu", Demand::LastUnfinished, r#""zzky4" thu"#, r#""ki" thu"#);
        check(
            &"một ".repeat(20),
            Demand::All,
            &[r#""zzmo6t5 zzmo6t5""#; 10].join(" "),
            &[r#""mot mot""#; 10].join(" "),
        );
        check("", Demand::All, "", "");
    }

    #[test]
    fn filter_values_stay_inside_their_quotes() {
        let portal = |slug: &str| filter(&Query { portals: vec![slug.to_owned()], ..Query::default() });
        assert_eq!(portal("moha"), [r#"portal IN ["moha"]"#]);
        assert_eq!(portal(r#"q1" OR kind = "press"#), [r#"portal IN ["q1\" OR kind = \"press"]"#]);
        assert_eq!(portal(r"\"), [r#"portal IN ["\\"]"#]);
    }
}
