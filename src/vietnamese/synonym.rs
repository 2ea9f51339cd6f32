//! Other ways of writing: abbreviations of bodies and terms, spellings of places, and what took over from bodies and
//! provinces that are no more. The lists are `synonyms.toml` here and `seeds/provinces.toml`, compiled in.
//!
//! In: the words of a query as typed. Out: which of them could be written otherwise, and how. Nothing here replaces
//! anything: the caller shows what it tries.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use serde::Deserialize;

use super::{is_letter_or_digit, place, text};

/// When the provinces became what they are.
const PROVINCES_SINCE: &str = "01/07/2025";
/// Words of a name, at most.
const LONGEST_NAME: usize = 12;
/// Ways of writing one thing that are tried; each makes the search longer.
const MOST_WAYS: usize = 5;
/// Means peace too, which is what it means in small letters.
const COMMON_WORD: &str = "hoa binh";

/// Words of a query that could be written otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Which words.
    pub words: Range<usize>,
    /// How else.
    pub ways: Vec<Way>,
    /// Names of before the reform that this name took over from: worth a search of their own.
    pub predecessors: Vec<String>,
}

/// Another way of writing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// As it is written.
    pub form: String,
    /// What it is to the words that were typed.
    pub relation: Relation,
}

/// How another way of writing relates to what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// The same thing.
    Same,
    /// What took over, since a day (`01/07/2025`).
    Successor(&'static str),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seeds {
    same: Vec<Group>,
    became: Vec<Became>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    forms: Vec<String>,
    #[serde(default)]
    hidden: Vec<String>,
    #[serde(default)]
    small: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Became {
    name: String,
    today: String,
    since: String,
}

/// A form that can be typed.
struct Entry {
    /// Tone keys of its words.
    exact: Vec<String>,
    /// Only when typed in capitals.
    in_capitals: bool,
    /// Of its group, itself among them.
    ways: Vec<Way>,
    predecessors: Vec<String>,
}

static ENTRIES: LazyLock<HashMap<String, Entry>> = LazyLock::new(|| {
    let seeds: Seeds =
        toml::from_str(include_str!("synonyms.toml")).expect("synonyms.toml is compiled in, and a test reads it");
    let mut entries = HashMap::new();
    let became = became(seeds.became);
    for group in &seeds.same {
        let ways: Vec<Way> = group.forms.iter().chain(&group.hidden).map(|form| same(form)).collect();
        for form in &group.forms {
            let is_short = form.chars().filter(|c| is_letter_or_digit(*c)).count() <= 2;
            add(&mut entries, form, ways.clone(), is_short && !group.small);
        }
    }
    for (name, today, since) in &became {
        let known = entries.get(&joined(name)).map_or_else(Vec::new, |entry| entry.ways.clone());
        let successor = Way { form: today.clone(), relation: Relation::Successor(since) };
        // Every form of the old name leads to the new one.
        let forms: Vec<String> = known.iter().map(|way| way.form.clone()).chain([name.clone()]).collect();
        for form in forms {
            add(&mut entries, &form, vec![same(&form), successor.clone()], false);
        }
        let today = entries.entry(joined(today)).or_insert_with(|| entry(today, false));
        today.predecessors.push(name.clone());
    }
    entries
});

/// Bodies and provinces that are no more: the name, what took over, and since when.
fn became(bodies: Vec<Became>) -> Vec<(String, String, &'static str)> {
    let mut became: Vec<(String, String, &'static str)> =
        bodies.into_iter().map(|body| (body.name, body.today, &*body.since.leak())).collect();
    for province in place::provinces() {
        for old in province.predecessors.iter().skip(1) {
            let bare = old.trim_start_matches("Thành phố ").trim_start_matches("Tỉnh ");
            for name in [bare, old] {
                became.push((name.to_owned(), province.name.clone(), PROVINCES_SINCE));
            }
        }
    }
    became
}

fn same(form: &str) -> Way {
    Way { form: form.to_owned(), relation: Relation::Same }
}

fn entry(form: &str, in_capitals: bool) -> Entry {
    Entry { exact: words(form).map(text::tone_key).collect(), in_capitals, ways: Vec::new(), predecessors: Vec::new() }
}

fn add(entries: &mut HashMap<String, Entry>, form: &str, ways: Vec<Way>, in_capitals: bool) {
    let key = joined(form);
    let entry = entries.entry(key).or_insert_with(|| entry(form, in_capitals));
    for way in ways {
        if !entry.ways.iter().any(|known| joined(&known.form) == joined(&way.form)) {
            entry.ways.push(way);
        }
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c| !is_letter_or_digit(c)).filter(|word| !word.is_empty())
}

fn joined(text: &str) -> String {
    words(text).map(text::fold).collect::<Vec<_>>().join(" ")
}

/// What of these words, as typed, could be written otherwise. The longest names win; none overlap.
#[must_use]
pub fn find(typed: &[&str]) -> Vec<Found> {
    let folded: Vec<String> = typed.iter().map(|word| text::fold(word)).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < typed.len() {
        let reach = LONGEST_NAME.min(typed.len() - at);
        let longest = (1..=reach).rev().find_map(|length| {
            let key = folded[at..at + length].join(" ");
            let entry = ENTRIES.get(&key).filter(|entry| entry.fits(&key, &typed[at..at + length]))?;
            Some((length, key, entry))
        });
        let Some((length, key, entry)) = longest else {
            at += 1;
            continue;
        };
        let words = at..at + length;
        let others = || entry.ways.iter().filter(|way| joined(&way.form) != key);
        let same = others().filter(|way| way.relation == Relation::Same).take(MOST_WAYS);
        let ways = same.chain(others().filter(|way| way.relation != Relation::Same)).cloned().collect();
        found.push(Found { words, ways, predecessors: entry.predecessors.clone() });
        at += length;
    }
    found.retain(|found| !found.ways.is_empty() || !found.predecessors.is_empty());
    found
}

impl Entry {
    /// Words with marks must have the marks of the form; words without may stand for any.
    fn fits(&self, key: &str, typed: &[&str]) -> bool {
        let is_capital = |word: &&str| word.starts_with(char::is_uppercase);
        if key == COMMON_WORD && !typed.iter().all(is_capital) {
            return false;
        }
        if self.in_capitals && !typed.iter().all(|word| word.chars().all(char::is_uppercase)) {
            return false;
        }
        self.exact.len() == typed.len()
            && typed.iter().zip(&self.exact).all(|(word, exact)| {
                let key = text::tone_key(word);
                key == text::fold(word) || key == *exact
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(typed: &str, expected: &str) {
        let typed: Vec<&str> = words(typed).collect();
        let shown: Vec<String> = find(&typed)
            .iter()
            .flat_map(|found| {
                let mut forms: Vec<String> = found
                    .ways
                    .iter()
                    .map(|way| match way.relation {
                        Relation::Same => way.form.clone(),
                        Relation::Successor(_) => format!("→ {}", way.form),
                    })
                    .collect();
                forms.extend(found.predecessors.iter().map(|name| format!("← {name}")));
                forms
            })
            .collect();
        assert_eq!(shown.join(" | "), expected, "{typed:?}");
    }

    #[test]
    fn abbreviations_both_ways() {
        check("UBND tỉnh Nghệ An", "Ủy ban nhân dân");
        check("ubnd", "Ủy ban nhân dân");
        check("Uỷ ban nhân dân", "UBND");
        check("uy ban nhan dan", "UBND");
        check("ủy bàn nhân dân", "");
        check("thẻ BHYT", "bảo hiểm y tế");
        check("thuế VAT", "giá trị gia tăng | GTGT");
        check("Sở GD&ĐT", "giáo dục và đào tạo | GDĐT");
        check("DN nhỏ", "doanh nghiệp");
        check("dn nhỏ", "");
        check("BCT", "");
        check("Bộ Công Thương", "BCT");
        check("thông tin", "");
        check("", "");
    }

    #[test]
    fn places_and_bodies_that_are_no_more() {
        check("Bình Dương", "→ Hồ Chí Minh");
        check("tinh ha giang", "→ Tuyên Quang");
        check("BR-VT", "Bà Rịa - Vũng Tàu | BRVT | → Hồ Chí Minh");
        check("Bộ TT&TT", "Bộ Thông tin và Truyền thông | BTTTT | BTT&TT | Bộ TTTT | → Bộ Khoa học và Công nghệ");
        check("Tuyên Quang", "← Hà Giang | ← Tỉnh Hà Giang");
        check("Sở Giao thông vận tải", "→ Sở Xây dựng");
        check("hòa bình", "");
        check("Hoà Bình", "→ Phú Thọ");
        check("tỉnh hòa bình", "→ Phú Thọ");
        check("xây dựng", "");
    }

    #[test]
    fn every_form_of_the_list_is_understood() {
        assert!(ENTRIES.len() > 300);
        for (key, entry) in ENTRIES.iter() {
            assert!(!entry.exact.is_empty() && entry.exact.len() <= LONGEST_NAME, "{key}");
            assert!(entry.ways.len() > 1 || !entry.predecessors.is_empty(), "{key} leads nowhere");
        }
    }
}
