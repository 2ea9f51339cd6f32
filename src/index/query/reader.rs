//! Reading a query from left to right. In: any text. Out: its parts.

use super::{Asked, Number, Phrase, Span, Way};
use crate::index::tokens::{Key, Keys, runs};
use crate::vietnamese::{self, document, synonym};

/// Characters read of a query; a pasted headline fits, a pasted article does not.
const LONGEST_QUERY_CHARS: usize = 256;
/// Words read of a query, of all parts together.
const MOST_WORDS: usize = 32;
/// Words that the spelling of one document number may take: `Nghị định số 42 / 2022 / NĐ - CP`.
const LONGEST_NUMBER_WORDS: usize = 8;

/// Reads a query.
pub(in crate::index) fn read(text: &str) -> Asked {
    // Cleaning may shorten the text, so a little more than the bound goes in.
    let some: String = text.chars().take(2 * LONGEST_QUERY_CHARS).collect();
    let text: String = vietnamese::clean(&some).chars().take(LONGEST_QUERY_CHARS).collect();
    let parts = split(&text);
    let mut reader = Reader::default();
    let mut at = 0;
    while at < parts.len() && reader.taken < MOST_WORDS {
        at += reader
            .take_number(&parts[at..])
            .or_else(|| reader.take_day(&parts[at..]))
            .unwrap_or_else(|| reader.take_part(&parts[at]));
    }
    reader.asked.spans = reader.spans();
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

#[derive(Default)]
struct Reader {
    keys: Keys,
    /// Words read so far.
    taken: usize,
    asked: Asked,
}

impl Reader {
    /// Takes the longest document number that the parts begin with and says how many parts it used.
    fn take_number(&mut self, parts: &[Part<'_>]) -> Option<usize> {
        let reach = if parts[0].quoted { 1 } else { parts.iter().take_while(|part| !part.quoted).count() };
        let is_month = self.asked.typed.last().is_some_and(|word| vietnamese::fold(word) == "thang");
        (1..=reach.min(LONGEST_NUMBER_WORDS)).rev().find(|&length| {
            let taken = &parts[..length];
            if taken.iter().any(|part| part.excluded) {
                return false;
            }
            let text = taken.iter().map(|part| part.text).collect::<Vec<_>>().join(" ");
            if !text.contains(|c: char| c.is_ascii_digit()) {
                return false;
            }
            let canonical = document::canonical(&text);
            let partial = if canonical.is_some() { None } else { document::partial(text.trim_matches(',')) };
            let number = match (canonical, partial) {
                (Some(canonical), _) => {
                    Number { words: self.words(&canonical), canonical: Some(canonical), keys: Vec::new() }
                }
                (None, Some(partial)) if partial.has_type || !(is_month || parts[0].quoted) => {
                    Number { words: self.words(&text), canonical: None, keys: partial.keys }
                }
                _ => return false,
            };
            self.asked.numbers.push(number);
            self.asked.ends_in_word = false;
            true
        })
    }

    /// Takes `16 tháng 8 năm 2023`, which texts also write `16/8/2023`.
    fn take_day(&mut self, parts: &[Part<'_>]) -> Option<usize> {
        let said = parts.get(..5)?;
        if said.iter().any(|part| part.quoted || part.excluded) {
            return None;
        }
        let folded: Vec<String> = said.iter().map(|part| vietnamese::fold(part.text)).collect();
        let [day, of_month, month, of_year, year] = &folded[..] else { return None };
        let figures = |text: &str, most: usize| text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit());
        let is_day =
            of_month == "thang" && of_year == "nam" && figures(day, 2) && figures(month, 2) && figures(year, 4);
        if !is_day || year.len() < 4 {
            return None;
        }
        let spelled = said.iter().map(|part| part.text).collect::<Vec<_>>().join(" ");
        let ways = vec![self.words(&spelled), self.uncounted(&format!("{day} {month} {year}"))];
        self.asked.phrases.push(Phrase { ways });
        self.asked.ends_in_word = false;
        Some(5)
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
            let ways = [Some(words), self.spelled_day(part.text)].into_iter().flatten().collect();
            self.asked.phrases.push(Phrase { ways });
        } else {
            self.asked.typed.extend(runs(part.text).take(words.len()).map(|run| part.text[run].to_owned()));
            self.asked.words.extend(words);
        }
        self.asked.ends_in_word = !part.excluded && !is_phrase;
        1
    }

    /// `16/8/2023` as texts spell it out.
    fn spelled_day(&mut self, text: &str) -> Option<Vec<Key>> {
        let figures: Vec<&str> = text.trim_matches(',').split(['/', '.', '-']).collect();
        let [day, month, year] = figures[..] else { return None };
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let is_day =
            [day, month, year].into_iter().all(is_number) && day.len() < 3 && month.len() < 3 && year.len() == 4;
        is_day.then(|| self.uncounted(&format!("{day} tháng {month} năm {year}")))
    }

    fn words(&mut self, text: &str) -> Vec<Key> {
        let left = MOST_WORDS.saturating_sub(self.taken);
        let words: Vec<_> = runs(text).take(left).map(|run| self.keys.of(&text[run]).clone()).collect();
        self.taken += words.len();
        words
    }

    /// Words of our own, which do not count against the bound.
    fn uncounted(&mut self, text: &str) -> Vec<Key> {
        runs(text).map(|run| self.keys.of(&text[run]).clone()).collect()
    }

    fn spans(&mut self) -> Vec<Span> {
        let typed = std::mem::take(&mut self.asked.typed);
        let words: Vec<&str> = typed.iter().map(String::as_str).collect();
        let found = synonym::find(&words);
        let spans = found.into_iter().map(|found| Span {
            typed: typed[found.words.clone()].join(" "),
            words: found.words,
            predecessors: found.predecessors,
            ways: found
                .ways
                .into_iter()
                .map(|way| Way {
                    words: runs(&way.form).map(|run| self.keys.of(&way.form[run]).clone()).collect(),
                    form: way.form,
                    relation: way.relation,
                })
                .collect(),
        });
        let spans = spans.collect();
        self.asked.typed = typed;
        spans
    }
}
