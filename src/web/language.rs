//! The words of the pages: a key in, Vietnamese or English out. The only place that knows where they are kept.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::LazyLock;

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Language {
    /// Vietnamese, the language of the house.
    #[default]
    Vietnamese,
    /// English.
    English,
}

type Words = HashMap<String, String>;

static VIETNAMESE: LazyLock<Words> = LazyLock::new(|| read(include_str!("locales/vi.toml")));
static ENGLISH: LazyLock<Words> = LazyLock::new(|| read(include_str!("locales/en.toml")));

/// `[search] title = "…"` becomes `search.title`.
fn read(text: &str) -> Words {
    let tables: HashMap<String, Words> = toml::from_str(text).expect("the words are tested to be readable");
    let flat = |(table, words): (String, Words)| {
        words.into_iter().map(move |(key, word)| (format!("{table}.{key}"), word)).collect::<Vec<_>>()
    };
    tables.into_iter().flat_map(flat).collect()
}

impl Language {
    /// The language with this code.
    pub(super) fn of(code: &str) -> Option<Self> {
        match code {
            "vi" => Some(Self::Vietnamese),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// BCP 47 code.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Vietnamese => "vi",
            Self::English => "en",
        }
    }

    /// The other one.
    pub(super) fn other(self) -> Self {
        match self {
            Self::Vietnamese => Self::English,
            Self::English => Self::Vietnamese,
        }
    }

    /// What an `Accept-Language` header prefers (RFC 9110, 12.5.4). Many browsers in Vietnam name both with English
    /// second or equal; only who asks for English alone, or for it first, gets it.
    pub(super) fn preferred(header: &str) -> Self {
        let weight = |code: &str| {
            header
                .split(',')
                .filter_map(|range| {
                    let (tag, weight) = range.split_once(";q=").unwrap_or((range, "1"));
                    let primary = tag.trim().split('-').next()?;
                    primary.eq_ignore_ascii_case(code).then(|| weight.trim().parse::<f32>().unwrap_or(0.0))
                })
                .fold(0.0, f32::max)
        };
        if weight("en") > weight("vi") { Self::English } else { Self::Vietnamese }
    }

    /// The words for `key`; the key itself where there are none.
    pub(super) fn say(self, key: &str) -> &str {
        let words: &'static Words = match self {
            Self::Vietnamese => &VIETNAMESE,
            Self::English => &ENGLISH,
        };
        words.get(key).map_or(key, String::as_str)
    }

    /// The words for `group.word`; nothing where there are none.
    pub(super) fn word(self, group: &str, word: &str) -> &'static str {
        let words: &'static Words = match self {
            Self::Vietnamese => &VIETNAMESE,
            Self::English => &ENGLISH,
        };
        words.get(&format!("{group}.{word}")).map_or("", String::as_str)
    }

    /// A whole number with its thousands apart: `1.234` or `1,234`.
    pub(super) fn number(self, number: impl Display) -> String {
        let mark = if self == Self::Vietnamese { '.' } else { ',' };
        let digits = number.to_string();
        let mut text = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                text.push(mark);
            }
            text.push(digit);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn both_languages_say_the_same_things() {
        let keys = |words: &Words| words.keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(keys(&VIETNAMESE), keys(&ENGLISH));
        assert!(VIETNAMESE.values().chain(ENGLISH.values()).all(|word| !word.trim().is_empty()));
    }

    #[test]
    fn every_word_that_a_page_asks_for_is_there() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web");
        let asks = regex::Regex::new(r#"(?:say|count)\("([a-z_0-9.]+)""#).unwrap();
        let mut found = 0;
        for place in ["templates", "pages", "."] {
            for file in std::fs::read_dir(folder.join(place)).unwrap() {
                let path = file.unwrap().path();
                if path.is_dir() {
                    continue;
                }
                for asked in asks.captures_iter(&std::fs::read_to_string(&path).unwrap()) {
                    found += 1;
                    assert!(VIETNAMESE.contains_key(&asked[1]), "{} asks for {}", path.display(), &asked[1]);
                }
            }
        }
        assert!(found > 50, "{found}");
    }

    #[test]
    fn english_only_for_those_who_prefer_it() {
        let check = |header, expected| assert_eq!(Language::preferred(header), expected, "{header}");
        check("", Language::Vietnamese);
        check("vi-VN,vi;q=0.9,en-US;q=0.8", Language::Vietnamese);
        check("en-US,en;q=0.9", Language::English);
        check("en;q=0.8,vi", Language::Vietnamese);
        check("fr,en;q=0.4,vi;q=0.2", Language::English);
        check("en;q=x", Language::Vietnamese);
        check(",,;q=,", Language::Vietnamese);
    }

    #[test]
    fn thousands_stand_apart() {
        let check = |number, expected| assert_eq!(Language::Vietnamese.number(number), expected);
        check(0, "0");
        check(999, "999");
        check(1_000, "1.000");
        check(1_234_567, "1.234.567");
    }
}
