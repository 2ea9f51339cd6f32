//! What a person may mean, while it is being typed. In: the beginning of a question. Out: at most eight portals,
//! documents, places and headlines. Nothing is kept of what was typed but answers under their words, for a while.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use serde::Serialize;
use tokio::sync::RwLock;

use super::directory::{Directory, Listed};
use super::{Site, form, outward};
use crate::archive::{self, citing};
use crate::clock::Timestamp;
use crate::vietnamese::{self, document, fold, place};

/// Suggestions in one answer.
const MOST: usize = 8;
/// Portals, places and documents among them.
const MOST_PORTALS: usize = 3;
const MOST_PLACES: usize = 2;
const MOST_DOCUMENTS: i64 = 4;
/// Headlines looked through, the newest: a scan of them takes a millisecond or two.
const HEADLINES: i64 = 20_000;
/// Seconds for which headlines and answers are kept.
const KEPT_FOR_SECONDS: i64 = 300;
/// Answers kept; when there are more, all go.
const MOST_ANSWERS: usize = 2_000;
/// Characters and words read of what was typed.
const LONGEST: usize = 100;
const MOST_WORDS: usize = 12;

/// One suggestion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Suggestion {
    /// `portal`, `document`, `place` or `title`.
    pub(super) kind: &'static str,
    /// What to show.
    pub(super) text: String,
    /// Where it leads.
    pub(super) address: String,
}

/// Something with the instant since when it is kept.
type Kept<T> = (Timestamp, Arc<T>);

/// What is kept between requests.
#[derive(Default)]
pub(super) struct Suggestions {
    headlines: RwLock<Option<Kept<Vec<Headline>>>>,
    answers: Mutex<HashMap<String, Kept<Vec<Suggestion>>>>,
}

struct Headline {
    id: String,
    title: String,
    /// Without marks and punctuation, a blank before each word.
    words: String,
}

/// What was typed, in words.
struct Typed {
    /// In small letters, with its marks.
    lower: String,
    /// Folded, each with a blank before it; the last may be unfinished.
    words: Vec<String>,
}

impl Typed {
    fn read(text: &str) -> Option<Self> {
        let some: String = text.chars().take(2 * LONGEST).collect();
        let lower: String = vietnamese::clean(&some).to_lowercase().chars().take(LONGEST).collect();
        let words: Vec<String> = words(&lower).split(' ').skip(1).map(|word| format!(" {word}")).collect();
        let letters = words.iter().map(|word| word.trim().chars().count()).sum::<usize>();
        (letters >= 2 && words.len() <= MOST_WORDS).then_some(Self { lower, words })
    }

    /// Whether each word begins a word of `others`.
    fn begin_words_of(&self, others: &str) -> bool {
        self.words.iter().all(|word| others.contains(word.as_str()))
    }

    fn whole(&self) -> String {
        self.words.concat()
    }
}

/// Suggestions for what was typed.
pub(super) async fn suggest(site: &Site, text: &str) -> Result<Arc<Vec<Suggestion>>> {
    let Some(typed) = Typed::read(text) else { return Ok(Arc::default()) };
    let now = site.now();
    let is_fresh = |since: Timestamp| now.duration_since(since).as_secs().abs() < KEPT_FOR_SECONDS;
    {
        let answers = site.suggestions.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, answer)) = answers.get(&typed.lower).filter(|(since, _)| is_fresh(*since)) {
            return Ok(Arc::clone(answer));
        }
    }
    let directory = site.directory().await?;
    let mut found = documents(site, &typed).await?;
    found.extend(portals(&directory, &typed));
    found.extend(places(&directory, &typed));
    let headlines = headlines(site, now).await?;
    titles(&headlines, &typed, MOST.saturating_sub(found.len()), &mut found);
    found.truncate(MOST);
    let found = Arc::new(found);
    let mut answers = site.suggestions.answers.lock().unwrap_or_else(PoisonError::into_inner);
    if answers.len() >= MOST_ANSWERS {
        answers.clear();
    }
    answers.insert(typed.lower, (now, Arc::clone(&found)));
    Ok(found)
}

/// Numbers of documents that begin with the figures that were typed.
async fn documents(site: &Site, typed: &Typed) -> Result<Vec<Suggestion>> {
    let number = typed.lower.split(' ').next_back().unwrap_or_default();
    let figures: String = number.chars().take_while(|c| c.is_ascii_digit() || *c == '/').collect();
    if figures.len() < 2 || !number.starts_with(|c: char| c.is_ascii_digit()) {
        return Ok(Vec::new());
    }
    let begin = fold(number);
    let numbers = citing::beginning_with(site.parts.store.pool(), &figures, 10 * MOST_DOCUMENTS).await?;
    let fitting = numbers.into_iter().filter(|number| fold(number).starts_with(&begin));
    let suggestion = |number: String| {
        let kind = document::type_name(&number).map(|kind| format!("{kind} ")).unwrap_or_default();
        let address = super::pages::document::address(&number);
        Suggestion { kind: "document", text: format!("{kind}{number}"), address }
    };
    Ok(fitting.take(usize::try_from(MOST_DOCUMENTS).unwrap_or_default()).map(suggestion).collect())
}

fn portals(directory: &Directory, typed: &Typed) -> Vec<Suggestion> {
    let fits = |portal: &&Listed| typed.begin_words_of(&words(&portal.folded));
    let suggestion = |portal: &Listed| Suggestion {
        kind: "portal",
        text: portal.name.clone(),
        address: format!("/portals/{}", portal.slug),
    };
    directory.portals.iter().filter(fits).take(MOST_PORTALS).map(suggestion).collect()
}

/// Provinces, and units that became part of one.
fn places(directory: &Directory, typed: &Typed) -> Vec<Suggestion> {
    let whole = typed.whole();
    let whole = whole.trim_start();
    let known = place::provinces().iter().flat_map(|province| {
        std::iter::once((province, province.name.as_str())).chain(province.predecessors.iter().map(move |name| {
            let bare = name.strip_prefix("Tỉnh ").or_else(|| name.strip_prefix("Thành phố ")).unwrap_or(name);
            (province, bare)
        }))
    });
    let mut met = HashSet::new();
    let fitting = known.filter(|(_, name)| words(name).trim_start().starts_with(whole) && met.insert(name.to_owned()));
    let suggestion = |(province, name): (&place::Province, &str)| {
        let key = directory.provinces.iter().find(|other| other.name == province.name);
        let address = match key {
            Some(there) if name == province.name => form::write([("province", there.key.as_str()), ("sort", "newest")]),
            _ => form::write([("q", name)]),
        };
        Suggestion { kind: "place", text: name.to_owned(), address: format!("/search?{address}") }
    };
    fitting.take(MOST_PLACES).map(suggestion).collect()
}

/// Headlines with every word: first those that say them side by side as typed, then side by side, then the others;
/// within each the newest first.
fn titles(headlines: &[Headline], typed: &Typed, most: usize, found: &mut Vec<Suggestion>) {
    let whole = typed.whole();
    let mut bands: [Vec<&Headline>; 3] = Default::default();
    for headline in headlines.iter().filter(|headline| typed.begin_words_of(&headline.words)) {
        let band = match headline.words.contains(&whole) {
            true if headline.title.to_lowercase().contains(&typed.lower) => 0,
            true => 1,
            false => 2,
        };
        if bands[band].len() < 4 * most {
            bands[band].push(headline);
        }
    }
    let mut met = HashSet::new();
    // Copies of one story bear one headline.
    let fitting = bands.into_iter().flatten().filter(|headline| met.insert(headline.words.as_str()));
    found.extend(fitting.take(most).map(|headline| Suggestion {
        kind: "title",
        text: outward::masked(&headline.title),
        address: format!("/items/{}", headline.id),
    }));
}

async fn headlines(site: &Site, now: Timestamp) -> Result<Arc<Vec<Headline>>> {
    let fresh = |kept: &Option<Kept<Vec<Headline>>>| {
        let (since, headlines) = kept.as_ref()?;
        (now.duration_since(*since).as_secs().abs() < KEPT_FOR_SECONDS).then(|| Arc::clone(headlines))
    };
    if let Some(headlines) = fresh(&*site.suggestions.headlines.read().await) {
        return Ok(headlines);
    }
    let mut kept = site.suggestions.headlines.write().await;
    if let Some(headlines) = fresh(&kept) {
        return Ok(headlines);
    }
    let rows = archive::table::headlines(site.parts.store.pool(), HEADLINES).await?;
    let headline = |(id, title): (String, String)| {
        let words = words(&title);
        Headline { id, title, words }
    };
    let headlines = Arc::new(rows.into_iter().map(headline).collect::<Vec<_>>());
    *kept = Some((now, Arc::clone(&headlines)));
    Ok(headlines)
}

/// Folded words, a blank before each.
fn words(text: &str) -> String {
    let folded = fold(text);
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.flat_map(|word| [" ", word]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headlines_are_found_by_the_beginnings_of_words() {
        let headline = |title: &str| Headline { id: title.to_owned(), title: title.to_owned(), words: words(title) };
        let headlines = [
            headline("Hỗ trợ tiền lương cho người lao động"),
            headline("Tiên lượng mưa lớn"),
            headline("Lương tối thiểu: tiền thưởng Tết"),
            headline("Tiên lượng: mưa lớn"),
        ];
        let check = |typed: &str, expected: &[&str]| {
            let mut found = Vec::new();
            if let Some(typed) = Typed::read(typed) {
                titles(&headlines, &typed, 8, &mut found);
            }
            let found: Vec<_> = found.iter().map(|one| one.text.as_str()).collect();
            assert_eq!(found, expected, "{typed}");
        };
        check(
            "tiên lượ",
            &["Tiên lượng mưa lớn", "Hỗ trợ tiền lương cho người lao động", "Lương tối thiểu: tiền thưởng Tết"],
        );
        check("thuong tet", &["Lương tối thiểu: tiền thưởng Tết"]);
        check("t", &[]);
        check("?!", &[]);
        check("không có", &[]);
        check(&"a ".repeat(50), &[]);
    }
}
