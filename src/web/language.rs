//! The words of the pages: a key in, Vietnamese or English out. The only place that knows where they are kept.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::LazyLock;

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Language {
    /// Vietnamese, the language of the house: whoever wants another one says so, whatever the browser is set to. Most
    /// browsers on public machines are set to English, and their readers are not.
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
    fn thousands_stand_apart() {
        let check = |number, expected| assert_eq!(Language::Vietnamese.number(number), expected);
        check(0, "0");
        check(999, "999");
        check(1_000, "1.000");
        check(1_234_567, "1.234.567");
    }
}
