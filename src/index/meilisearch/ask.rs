//! From a query in parts to a request. In: [`Asked`] and the filters. Out: the queries of one federated search.
//!
//! Every word is sent in quotes, which means whole and without guessing. A query with marks is sent twice: as typed,
//! with a weight that no other match reaches, and folded; and once more for each other way of writing it. The server
//! merges them and counts each article once.

use serde_json::{Value, json};

use super::shape::{KEPT, cited_word, exact_word, folded_word};
use super::text::Text;
use crate::index::query::{Asked, Demand, Reading};
use crate::index::tokens::Key;
use crate::index::{Query, Sort};
use crate::store::millis;

/// Lifts every match as typed over every other: ranking scores lie between 0 and 1.
const WEIGHT_AS_TYPED: f64 = 1_000.0;
/// Words of which each in turn may be missing; each makes a query of its own.
const WORDS_TO_LEAVE_OUT: std::ops::RangeInclusive<usize> = 3..=5;
/// Ways of asking one thing that are sent together.
const MOST_VARIANTS: usize = 8;

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// One page of hits, one for each story.
    Hits,
    /// The counts of all matches.
    Counts,
}

/// The body of a federated search.
pub(super) fn request(index: &str, query: &Query, asked: &Asked, demand: Demand, part: Part) -> Value {
    let by_date = query.sort == Sort::Newest || asked.is_everything();
    let filter = filter(query);
    let one = |(text, weight): (String, f64), strategy: &str| {
        let mut one = json!({
            "indexUid": index, "q": text, "filter": filter, "attributesToRetrieve": KEPT,
            "matchingStrategy": strategy, "federationOptions": { "weight": weight },
        });
        if by_date {
            one["sort"] = json!(["published_at:desc"]);
        }
        one
    };
    let as_typed = asked.is_marked() && !by_date && demand == Demand::All;
    // Words in quotes are never left out, so those that may be are sent bare.
    let is_long = asked.words.len() > *WORDS_TO_LEAVE_OUT.end();
    let strategy = if demand == Demand::Most && is_long { "frequency" } else { "all" };
    let queries: Vec<Value> = texts(asked, demand, as_typed).into_iter().map(|text| one(text, strategy)).collect();
    let federation = match part {
        Part::Hits => {
            let (_, limit) = query.window();
            let page = if limit == 0 { 1 } else { query.page.max(1) };
            json!({ "page": page, "hitsPerPage": query.per_page.clamp(1, 100), "distinct": "story" })
        }
        Part::Counts => json!({
            "page": 1, "hitsPerPage": 1,
            "facetsByIndex": { index: ["portal", "kind", "topic", "documents", "year"] },
        }),
    };
    json!({ "queries": queries, "federation": federation })
}

/// Every way of asking, with its weight.
fn texts(asked: &Asked, demand: Demand, as_typed: bool) -> Vec<(String, f64)> {
    let mut texts = Vec::new();
    if demand == Demand::Most && WORDS_TO_LEAVE_OUT.contains(&asked.words.len()) {
        for missing in 0..asked.words.len() {
            let mut text = Text::new(asked, &first_ways(asked), folded_word);
            text.words(asked.words.iter().enumerate().filter(|(at, _)| *at != missing).map(|(_, word)| word));
            texts.push((text.finish(), 1.0));
        }
        return texts;
    }
    let readings =
        if demand == Demand::All { asked.readings() } else { asked.readings().into_iter().take(1).collect() };
    for ways in ways_of_parts(asked) {
        for reading in &readings {
            let mut add = |spell: fn(&Key) -> String, weight: f64| {
                let text = spelled(asked, demand, reading, &ways, spell);
                texts.push((text, weight * f64::from(reading.nearness)));
            };
            if as_typed {
                add(exact_word, WEIGHT_AS_TYPED);
            }
            add(folded_word, 1.0);
        }
    }
    texts.truncate(2 * MOST_VARIANTS);
    texts
}

fn spelled(asked: &Asked, demand: Demand, reading: &Reading, ways: &[String], spell: fn(&Key) -> String) -> String {
    let mut text = Text::new(asked, ways, spell);
    match demand {
        Demand::All => text.reading(reading),
        Demand::LastUnfinished => {
            let (last, whole) =
                asked.words.split_last().map_or((None, &asked.words[..]), |(last, whole)| (Some(last), whole));
            text.leave_room(1);
            text.words(whole.iter());
            text.bare(last);
        }
        Demand::Misspelt => text.forgiving(&asked.words),
        Demand::Most => text.bare(&asked.words),
    }
    text.finish()
}

/// Phrases and numbers as first written.
fn first_ways(asked: &Asked) -> Vec<String> {
    ways_of_parts(asked).into_iter().next().unwrap_or_default()
}

/// Every combination of the ways of writing the phrases and numbers; each a list of what stands between quotes.
fn ways_of_parts(asked: &Asked) -> Vec<Vec<String>> {
    let joined = |words: &[Key]| words.iter().map(folded_word).collect::<Vec<_>>().join(" ");
    let phrases = asked.phrases.iter().map(|phrase| phrase.ways.iter().map(|way| joined(way)).collect::<Vec<_>>());
    let numbers = asked.numbers.iter().map(|number| {
        let keys = number.keys.iter().map(|key| cited_word(key));
        keys.chain([joined(&number.words)]).collect::<Vec<_>>()
    });
    let mut combinations = vec![Vec::new()];
    for ways in phrases.chain(numbers) {
        combinations = combinations
            .iter()
            .flat_map(|before: &Vec<String>| {
                ways.iter().map(|way| before.iter().cloned().chain([way.clone()]).collect::<Vec<_>>())
            })
            .take(MOST_VARIANTS)
            .collect();
    }
    combinations
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
    if !query.topics.is_empty() {
        filter.push(one_of("topic", query.topics.iter().map(String::as_str)));
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

pub(super) fn one_of<'v>(field: &str, values: impl Iterator<Item = &'v str>) -> String {
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

    fn check(typed: &str, demand: Demand, expected: &[&str]) {
        let asked = read(typed);
        let sent: Vec<_> = texts(&asked, demand, asked.is_marked() && demand == Demand::All)
            .into_iter()
            .map(|(text, _)| text)
            .collect();
        assert_eq!(sent, expected, "{typed:?}");
    }

    #[test]
    fn words_are_spelled_in_ascii_and_quoted() {
        check("Chính phủ", Demand::All, &[r#""zzchinh1" "zzphu3""#, r#""chinh" "phu""#]);
        check("đầu tư cang", Demand::All, &[r#""zzd9a6u2" "zztu7" "cang""#, r#""dau" "tu" "cang""#]);
        check(
            "thuế -\"cá nhân\" -dat",
            Demand::All,
            &[r#"-"zzca1 zznha6n" -"dat" "zzthue61""#, r#"-"zzca1 zznha6n" -"dat" "thue""#],
        );
        check("kỹ thu", Demand::LastUnfinished, &[r#""ki" thu"#]);
        check(
            &"một ".repeat(20),
            Demand::All,
            &[&[r#""zzmo6t5 zzmo6t5""#; 10].join(" "), &[r#""mot mot""#; 10].join(" ")],
        );
        check("", Demand::All, &[""]);
    }

    #[test]
    fn other_ways_of_writing_are_queries_of_their_own() {
        check("xa ubnd", Demand::All, &[r#""xa" "ubnd""#, r#""xa" "uy ban nhan dan""#]);
        check("nghi dinh 42", Demand::All, &[r#""zzk42tnd""#, r#""nghi dinh 42""#]);
        check("16/8/2023", Demand::All, &[r#""16 8 2023""#, r#""16 thang 8 nam 2023""#]);
        check("truong hoc xa", Demand::Misspelt, &[r#"truong "hoc" "xa""#]);
        check("a b c", Demand::Most, &[r#""b" "c""#, r#""a" "c""#, r#""a" "b""#]);
        check("a b c d e f", Demand::Most, &["a b c d e f"]);
    }

    #[test]
    fn filter_values_stay_inside_their_quotes() {
        let portal = |slug: &str| filter(&Query { portals: vec![slug.to_owned()], ..Query::default() });
        assert_eq!(portal("moha"), [r#"portal IN ["moha"]"#]);
        assert_eq!(portal(r#"q1" OR kind = "press"#), [r#"portal IN ["q1\" OR kind = \"press"]"#]);
        assert_eq!(portal(r"\"), [r#"portal IN ["\\"]"#]);
    }
}
