//! What a person typed, as parts that both engines understand. In: any text. Out: words that must be there, phrases,
//! document numbers, and what must not be there. Nothing fails and nothing nests: the text is read once from left to
//! right, and what has no meaning is skipped.

use super::tokens::{Key, Keys, runs};
use crate::vietnamese;

/// Characters read of a query; a pasted headline fits, a pasted article does not.
const LONGEST_QUERY_CHARS: usize = 256;
/// Words read of a query, of all parts together.
const MOST_WORDS: usize = 32;
/// Words that the spelling of one document number may take: `Nghị định số 42 / 2022 / NĐ - CP`.
const LONGEST_NUMBER_WORDS: usize = 8;

/// A query in parts.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Asked {
    /// Single words in the order typed.
    pub(super) words: Vec<Key>,
    /// Quoted phrases, and words that punctuation ties to digits: `16/8/2023`.
    pub(super) phrases: Vec<Vec<Key>>,
    /// Document numbers.
    pub(super) numbers: Vec<Number>,
    /// Words and phrases that must not be there.
    pub(super) without: Vec<Vec<Key>>,
    /// The last part is a single word, which may be unfinished.
    pub(super) ends_in_word: bool,
}

/// A document's number in a query.
#[derive(Debug, PartialEq)]
pub(super) struct Number {
    /// As documents carry it.
    pub(super) canonical: String,
    /// Its parts, which stand side by side in texts that spell it out.
    pub(super) words: Vec<Key>,
}

impl Asked {
    /// Nothing is asked for, only perhaps something excluded.
    pub(super) fn is_everything(&self) -> bool {
        self.words.is_empty() && self.phrases.is_empty() && self.numbers.is_empty()
    }

    /// Any word is written with marks, so the reader cares about accents.
    pub(super) fn is_marked(&self) -> bool {
        self.words.iter().chain(self.phrases.iter().flatten()).any(Key::is_marked)
    }

    /// Every word to highlight.
    pub(super) fn wanted(&self) -> impl Iterator<Item = &Key> {
        let numbers = self.numbers.iter().flat_map(|number| &number.words);
        self.words.iter().chain(self.phrases.iter().flatten()).chain(numbers)
    }
}

/// Reads a query.
pub(super) fn read(text: &str) -> Asked {
    // Cleaning may shorten the text, so a little more than the bound goes in.
    let some: String = text.chars().take(2 * LONGEST_QUERY_CHARS).collect();
    let text: String = vietnamese::clean(&some).chars().take(LONGEST_QUERY_CHARS).collect();
    let parts = split(&text);
    let mut reader = Reader { keys: Keys::default(), left: MOST_WORDS, asked: Asked::default() };
    let mut at = 0;
    while at < parts.len() && reader.left > 0 {
        at += reader.take_number(&parts[at..]).unwrap_or_else(|| reader.take_part(&parts[at]));
    }
    reader.asked
}

/// A quoted phrase or a word between spaces.
struct Part<'t> {
    text: &'t str,
    quoted: bool,
    excluded: bool,
}

fn split(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let after_minus =
            rest.strip_prefix('-').filter(|after| after.starts_with(|c| opens(c) || char::is_alphanumeric(c)));
        let excluded = after_minus.is_some();
        let body = after_minus.unwrap_or(rest);
        let phrase = body.strip_prefix(opens).and_then(|inside| inside.split_once(closes));
        let end = body.find(char::is_whitespace).unwrap_or(body.len());
        let (text, quoted, after) = match phrase {
            Some((inside, after)) => (inside, true, after),
            None => (&body[..end], false, &body[end..]),
        };
        parts.push(Part { text, quoted, excluded });
        rest = after.trim_start();
    }
    parts
}

fn opens(c: char) -> bool {
    matches!(c, '"' | '“' | '„' | '«')
}

fn closes(c: char) -> bool {
    matches!(c, '"' | '”' | '“' | '»')
}

struct Reader {
    keys: Keys,
    left: usize,
    asked: Asked,
}

impl Reader {
    /// Takes the longest document number that the parts begin with and says how many parts it used.
    fn take_number(&mut self, parts: &[Part<'_>]) -> Option<usize> {
        let reach = if parts[0].quoted { 1 } else { parts.iter().take_while(|part| !part.quoted).count() };
        (1..=reach.min(LONGEST_NUMBER_WORDS)).rev().find_map(|length| {
            let taken = &parts[..length];
            if taken.iter().any(|part| part.excluded) {
                return None;
            }
            let text = taken.iter().map(|part| part.text).collect::<Vec<_>>().join(" ");
            let has_digit = text.contains(|c: char| c.is_ascii_digit());
            let canonical = has_digit.then(|| vietnamese::document::canonical(&text)).flatten()?;
            let words = self.words(&canonical);
            self.asked.numbers.push(Number { canonical, words });
            self.asked.ends_in_word = false;
            Some(length)
        })
    }

    fn take_part(&mut self, part: &Part<'_>) -> usize {
        let words = self.words(part.text);
        let is_tied = words.len() > 1 && part.text.contains(|c: char| c.is_ascii_digit());
        let is_phrase = part.quoted || is_tied;
        if words.is_empty() {
            return 1;
        }
        if part.excluded {
            self.asked.without.push(words);
        } else if is_phrase {
            self.asked.phrases.push(words);
        } else {
            self.asked.words.extend(words);
        }
        self.asked.ends_in_word = !part.excluded && !is_phrase;
        1
    }

    fn words(&mut self, text: &str) -> Vec<Key> {
        let words: Vec<_> = runs(text).take(self.left).map(|run| self.keys.of(&text[run]).clone()).collect();
        self.left -= words.len();
        words
    }
}

/// Other spellings of an open syllable in i or y: `kĩ` and `kỹ`, `lí` and `lý`, `quí` and `quý`. Never of -ai/-ay,
/// -ui/-uy, -oi, where the letter changes the sound.
pub(super) fn other_spelling(folded: &str) -> Option<String> {
    let (stem, last) = folded.split_at_checked(folded.len().checked_sub(1)?)?;
    let is_open = matches!(stem, "b" | "h" | "k" | "l" | "m" | "n" | "q" | "qu" | "s" | "t" | "v" | "x");
    match last {
        "i" if is_open => Some(format!("{stem}y")),
        "y" if is_open => Some(format!("{stem}i")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(words: &[Key]) -> String {
        words.iter().map(|word| word.folded.as_ref()).collect::<Vec<_>>().join(" ")
    }

    fn check(text: &str, words: &str, phrases: &[&str], without: &[&str]) {
        let asked = read(text);
        assert_eq!(show(&asked.words), words, "words of {text:?}");
        assert_eq!(asked.phrases.iter().map(|phrase| show(phrase)).collect::<Vec<_>>(), phrases, "phrases of {text:?}");
        assert_eq!(asked.without.iter().map(|part| show(part)).collect::<Vec<_>>(), without, "exclusions of {text:?}");
    }

    #[test]
    fn words_phrases_and_exclusions() {
        check("Chính  phủ", "chinh phu", &[], &[]);
        check("thuế \"thu nhập\" -\"cá nhân\" -đất", "thue", &["thu nhap"], &["ca nhan", "dat"]);
        check("“Hà Nội” mưa", "mua", &["ha noi"], &[]);
        check("ngày 16/8/2023", "ngay", &["16 8 2023"], &[]);
        check("\"dở dang", "do dang", &[], &[]);
        check("- -- --a \"\" ((( )))", "a", &[], &[]);
        check("Hà Nội-Huế", "ha noi hue", &[], &[]);
        check("kind = \"press\" OR 1", "kind or 1", &["press"], &[]);
    }

    #[test]
    fn document_numbers_are_taken_with_what_belongs_to_them() {
        let check = |text: &str, numbers: &[&str], words: &str| {
            let asked = read(text);
            let found: Vec<_> = asked.numbers.iter().map(|number| number.canonical.as_str()).collect();
            assert_eq!(found, numbers, "{text}");
            assert_eq!(show(&asked.words), words, "{text}");
        };
        check("thuế 42/2022/nđ-cp", &["42/2022/NĐ-CP"], "thue");
        check("\"1295/QĐ-TTg\" 42/2022/NĐ-CP", &["1295/QĐ-TTg", "42/2022/NĐ-CP"], "");
        check("-42/2022/NĐ-CP", &[], "");
        check("năm 2022", &[], "nam 2022");
    }

    #[test]
    fn the_read_part_is_bounded() {
        assert_eq!(read(&"(".repeat(900)), Asked::default());
        let many = read(&"a ".repeat(5_000));
        assert_eq!(many.words.len(), MOST_WORDS);
        let long = read(&"ă".repeat(10_000));
        assert!(long.wanted().all(|word| word.folded.len() <= LONGEST_QUERY_CHARS));
    }

    #[test]
    fn open_syllables_have_two_spellings() {
        for (word, other) in [("ky", Some("ki")), ("li", Some("ly")), ("quy", Some("qui")), ("tai", None), ("", None)] {
            assert_eq!(other_spelling(word).as_deref(), other, "{word}");
        }
    }
}
