//! The passage that shows why an article was found. In: sapo, body and the words asked for. Out: escaped HTML, at most
//! 220 characters of text, with `<mark>` around the words; no other markup, whatever the text holds.

use std::ops::Range;

use super::query::Asked;
use super::tokens::{Keys, runs};
use crate::vietnamese;

/// Characters shown, markup aside: two lines on a wide screen.
const LONGEST_CHARS: usize = 220;
/// Characters of context before the first word marked.
const LEAD_CHARS: usize = 50;
/// Bytes of a body that are searched for the best passage; further on a passage is rarely the best.
const SEARCHED_BYTES: usize = 65_536;
/// Bytes of attached files that are searched: a passage far inside a long annex may be the only one.
const SEARCHED_IN_FILES_BYTES: usize = 524_288;

/// Finds passages for one query.
pub(super) struct Highlighter<'q> {
    exact: Vec<&'q str>,
    folded: Vec<&'q str>,
    /// The unfinished last word.
    prefix: Option<&'q str>,
    initials: Initials,
    keys: Keys,
}

/// What the words asked for begin with: most words of a text begin otherwise and need no other look.
struct Initials {
    /// Bit `c`: a word begins with this character of ASCII.
    ascii: u128,
}

impl Initials {
    fn of<'w>(words: impl Iterator<Item = &'w str>) -> Self {
        let bit = |word: &str| match word.chars().next() {
            Some(c) => Self::bit(c).unwrap_or(0),
            None => u128::MAX,
        };
        Self { ascii: words.map(bit).fold(0, |all, bit| all | bit) }
    }

    /// Whether the word, as a text has it, may be one of them.
    fn may_begin(&self, word: &str) -> bool {
        match word.chars().next().map(vietnamese::fold_letter) {
            // `08` is compared as `8`, and what has no letter in ASCII is compared as a whole.
            Some('0') | None => true,
            Some(letter) => Self::bit(letter).is_none_or(|bit| self.ascii & bit != 0),
        }
    }

    fn bit(c: char) -> Option<u128> {
        c.is_ascii().then(|| 1 << u32::from(c))
    }
}

/// A word of the text that was asked for.
struct Found {
    at: Range<usize>,
    /// Which of the words, told without marks; the unfinished one comes after them.
    word: usize,
    as_typed: bool,
}

impl<'q> Highlighter<'q> {
    /// `is_unfinished` says that the last word was taken as the beginning of others.
    pub(super) fn new(asked: &'q Asked, is_unfinished: bool) -> Self {
        let mut folded: Vec<&str> = asked.wanted().map(|word| word.folded.as_ref()).collect();
        folded.sort_unstable();
        folded.dedup();
        let prefix = asked.words.last().filter(|_| is_unfinished).map(|word| word.folded.as_ref());
        Self {
            exact: asked.wanted().map(|word| word.exact.as_ref()).collect(),
            initials: Initials::of(folded.iter().copied().chain(prefix)),
            folded,
            prefix,
            keys: Keys::default(),
        }
    }

    /// The best passage of `summary`, `text` or the attached `files`; the beginning when nothing there was asked for.
    pub(super) fn snippet(&mut self, summary: &str, text: &str, files: &str) -> String {
        let text = &text[..text.floor_char_boundary(SEARCHED_BYTES)];
        let mut passage = |source| {
            let found = self.found(source);
            let (worth, window) = best_window(source, &found, self.folded.len() + 1);
            (worth, source, found, window)
        };
        // Equal worth: the sapo, which was written to be read alone; the files only where the article says nothing.
        let (of_summary, of_text) = (passage(summary), passage(text));
        let is_summary_better = of_summary.0 >= of_text.0 && !summary.trim().is_empty();
        let mut best = if is_summary_better { of_summary } else { of_text };
        if !files.is_empty() {
            let of_files = passage(&files[..files.floor_char_boundary(SEARCHED_IN_FILES_BYTES)]);
            if of_files.0 > best.0 {
                best = of_files;
            }
        }
        let (_, source, found, window) = best;
        render(source, &found, window)
    }

    /// Whether the word may be one of those asked for, told by its letters alone: nearly all words of a text are none, and
    /// their keys need not be made.
    fn may_be_asked_for(&self, word: &str) -> bool {
        let is_like = |wanted: &str, is_prefix: bool| {
            let mut wanted = wanted.chars();
            for letter in word.chars().map(vietnamese::fold_letter) {
                // `08` is compared as `8`, and marks of their own have no letter in the key.
                if !letter.is_ascii() || letter == '0' {
                    return true;
                }
                match wanted.next() {
                    Some(next) if next == letter => {}
                    Some(_) => return false,
                    None => return is_prefix,
                }
            }
            wanted.next().is_none()
        };
        if !self.initials.may_begin(word) {
            return false;
        }
        self.folded.iter().any(|wanted| is_like(wanted, false))
            || self.prefix.is_some_and(|prefix| is_like(prefix, true))
    }

    /// The words asked for, in order. Where a word stands as typed, the same word with other accents is passed over.
    fn found(&mut self, source: &str) -> Vec<Found> {
        let mut found = Vec::new();
        if self.folded.is_empty() {
            return found;
        }
        for at in runs(source) {
            let word = &source[at.clone()];
            if !self.may_be_asked_for(word) {
                continue;
            }
            let key = self.keys.of(word);
            let whole = self.folded.iter().position(|wanted| *wanted == &*key.folded);
            let begun = self.prefix.filter(|prefix| key.folded.starts_with(prefix)).map(|_| self.folded.len());
            if let Some(word) = whole.or(begun) {
                found.push(Found { at, word, as_typed: self.exact.contains(&&*key.exact) });
            }
        }
        let mut is_typed = vec![false; self.folded.len() + 1];
        found.iter().filter(|hit| hit.as_typed).for_each(|hit| is_typed[hit.word] = true);
        found.retain(|hit| hit.as_typed || !is_typed[hit.word]);
        found
    }
}

/// The stretch that shows most of so many words, with its worth.
fn best_window(source: &str, found: &[Found], words: usize) -> (usize, Range<usize>) {
    // The window in which each word was seen last.
    let mut seen_in = vec![0; words];
    let mut best = (0, 0..end_after(source, 0, LONGEST_CHARS));
    let mut last_end = 0;
    for (i, first) in found.iter().enumerate() {
        // A window that starts inside the last one shows little that is new; the loop stays short on dense texts.
        if first.at.start < last_end {
            continue;
        }
        let reach = end_after(source, first.at.start, LONGEST_CHARS - LEAD_CHARS);
        let inside = &found[i..];
        let inside = &inside[..inside.partition_point(|hit| hit.at.end <= reach)];
        let is_new = |hit: &&Found| std::mem::replace(&mut seen_in[hit.word], i + 1) != i + 1;
        let different = inside.iter().filter(is_new).count();
        let neighbours = inside.windows(2).filter(|pair| are_neighbours(source, &pair[0].at, &pair[1].at)).count();
        let typed = inside.iter().filter(|hit| hit.as_typed).count();
        let worth = 100 * different + 10 * neighbours.min(5) + typed.min(5);
        if worth > best.0 {
            let start = start_before(source, first.at.start, LEAD_CHARS);
            best = (worth, start..end_after(source, start, LONGEST_CHARS));
        }
        last_end = first.at.end + (reach - first.at.start) / 4;
    }
    best
}

fn are_neighbours(source: &str, left: &Range<usize>, right: &Range<usize>) -> bool {
    left.end <= right.start && source[left.end..right.start].chars().all(char::is_whitespace)
}

/// At most `chars` before `at`: from the beginning of the sentence when it is that near, else from a word's.
fn start_before(source: &str, at: usize, chars: usize) -> usize {
    let from = source[..at].char_indices().rev().take(chars).last().map_or(at, |(i, _)| i);
    if from == 0 {
        return 0;
    }
    let lead = &source[from..at];
    let sentence = lead.rfind(['.', '!', '?', '\n', ';']).map(|i| i + 1);
    let word = lead.find(char::is_whitespace);
    let cut = sentence.or(word).unwrap_or(lead.len());
    at - lead[cut..].trim_start().len()
}

/// At most `chars` after `start`, not inside a word when that can be helped.
fn end_after(source: &str, start: usize, chars: usize) -> usize {
    let rest = &source[start..];
    let end = nth_char(source, start, chars) - start;
    if end == rest.len() {
        return source.len();
    }
    // One character is left for the ellipsis.
    let cut = &rest[..end];
    let whole = cut.rfind(char::is_whitespace).filter(|at| *at > end / 2);
    let last = cut.char_indices().next_back().map_or(0, |(at, _)| at);
    start + whole.unwrap_or(last)
}

fn render(source: &str, found: &[Found], window: Range<usize>) -> String {
    let starts_inside = !source[..window.start].trim().is_empty();
    let ends_inside = !source[window.end..].trim().is_empty();
    // The ellipses count as characters shown.
    let budget = LONGEST_CHARS - usize::from(starts_inside) - usize::from(ends_inside);
    let window = window.start..window.end.min(nth_char(source, window.start, budget));
    let mut html = String::with_capacity(window.len() + 64);
    if starts_inside {
        html.push('…');
    }
    let mut at = window.start;
    let mut marks = marks(source, found, &window).into_iter().peekable();
    if marks.peek().is_none() {
        escape(source[window.clone()].trim(), &mut html);
        at = window.end;
    }
    for mark in marks {
        escape(&source[at..mark.start], &mut html);
        html.push_str("<mark>");
        escape(&source[mark.clone()], &mut html);
        html.push_str("</mark>");
        at = mark.end;
    }
    escape(source[at..window.end].trim_end(), &mut html);
    if ends_inside {
        html.push('…');
    }
    html
}

/// Where the character `chars` after `start` begins, or the end.
fn nth_char(source: &str, start: usize, chars: usize) -> usize {
    let mut rest = source[start..].chars();
    // The iterator skips many characters at once, which one of indices does not.
    if chars > 0 && rest.nth(chars - 1).is_none() {
        return source.len();
    }
    source.len() - rest.as_str().len()
}

/// What to mark inside the window; neighbours under one mark.
fn marks(source: &str, found: &[Found], window: &Range<usize>) -> Vec<Range<usize>> {
    let mut marks: Vec<Range<usize>> = Vec::new();
    for hit in found.iter().filter(|hit| hit.at.start >= window.start && hit.at.end <= window.end) {
        match marks.last_mut() {
            Some(last) if are_neighbours(source, last, &hit.at) => last.end = hit.at.end,
            _ => marks.push(hit.at.clone()),
        }
    }
    marks
}

/// Escapes for HTML text and attributes alike; line ends become spaces, control characters go.
fn escape(text: &str, html: &mut String) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            '\n' | '\t' | '\r' => html.push(' '),
            c if c.is_control() => {}
            c => html.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::query::read;

    fn check(query: &str, summary: &str, text: &str, expected: &str) {
        assert_eq!(Highlighter::new(&read(query), false).snippet(summary, text, ""), expected, "{query:?}");
    }

    #[test]
    fn words_are_marked_as_typed_or_else_folded() {
        check("lũ", "", "Mưa lũ và luật lữ hành", "Mưa <mark>lũ</mark> và luật lữ hành");
        check("lu", "", "Mưa lũ và luật lữ hành", "Mưa <mark>lũ</mark> và luật <mark>lữ</mark> hành");
        check("hoà bình", "", "Tỉnh Hòa Bình cũ", "Tỉnh <mark>Hòa Bình</mark> cũ");
        check("", "Sapo", "Thân bài", "Sapo");
        check("", "", "", "");
        check("a", "", "a<b>&\"'", "<mark>a</mark>&lt;b&gt;&amp;&quot;&#39;");
        let unfinished = read("thiên ta");
        let snippet = Highlighter::new(&unfinished, true).snippet("", "Khắc phục thiên tai", "");
        assert_eq!(snippet, "Khắc phục <mark>thiên tai</mark>");
    }

    #[test]
    fn the_passage_with_most_words_is_shown() {
        let filler = "Đoạn này nói chuyện khác hẳn. ".repeat(30);
        let text = format!("Thuế tăng. {filler}Luật thuế thu nhập cá nhân sửa đổi. {filler}");
        let asked = read("thuế thu nhập");
        let snippet = Highlighter::new(&asked, false).snippet("", &text, "");
        assert!(snippet.starts_with('…') && snippet.contains("<mark>thuế thu nhập</mark> cá nhân"), "{snippet}");
    }

    #[test]
    fn any_text_gives_a_short_passage() {
        for text in ["ă".repeat(5_000), "a ".repeat(5_000), "\u{301}".repeat(999), "<".repeat(999), "👩‍👩‍👧 ".repeat(300)]
        {
            for query in ["", "ă", "a"] {
                let snippet = Highlighter::new(&read(query), true).snippet(&text, &text, &text);
                let shown = snippet.replace("<mark>", "").replace("</mark>", "").replace("&lt;", "<");
                assert!(shown.chars().count() <= LONGEST_CHARS, "{query:?} {shown}");
            }
        }
    }
}
