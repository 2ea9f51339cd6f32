//! A text cut into what an edit can change: words, numbers, dates, numbers of documents, marks.

use std::sync::LazyLock;

use regex::Regex;

use crate::vietnamese::{document, is_letter_or_digit};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::archive) enum Kind {
    Word,
    Number,
    /// A day or a time of day.
    Date,
    Document,
    /// A mark that is no letter or figure.
    Mark,
}

/// One token with its place in the text, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::archive) struct Token<'a> {
    pub(in crate::archive) kind: Kind,
    pub(in crate::archive) text: &'a str,
    pub(in crate::archive) start: usize,
}

impl Token<'_> {
    pub(in crate::archive) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    pub(super) fn is_capital(&self) -> bool {
        self.kind == Kind::Word && self.text.starts_with(char::is_uppercase)
    }
}

/// Days as texts write them (`16/08/2023`, `16/8`, `ngày 16 tháng 8 năm 2023`, `tháng 8/2023`) and times of day.
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    let forms = [
        r"[Nn]gày \d{1,2} tháng \d{1,2}(?: năm \d{4})?",
        r"\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)\d{2}",
        r"(?:19|20)\d{2}-\d{2}-\d{2}",
        r"\d{1,2}/(?:19|20)\d{2}",
        r"\d{1,2}[/]\d{1,2}",
        r"\d{1,2}(?::|h|H| giờ )\d{2}(?: phút)?(?::\d{2})?",
        r"\d{1,2}(?:h\b| giờ)",
    ];
    Regex::new(&format!("^(?:{})", forms.join("|"))).expect("a constant expression")
});

/// An amount with its thousands and decimals, and the sign of a share.
static NUMBER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\d+(?:[.,]\d+)*(?: ?%)?").expect("a constant expression"));

/// The tokens of a text, in order.
pub(in crate::archive) fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut cited = document::find_with_places(text).into_iter().map(|cited| (cited.start, cited.end)).peekable();
    let mut at = 0;
    std::iter::from_fn(move || {
        at += text[at..].find(|c: char| !c.is_whitespace())?;
        let start = at;
        while cited.next_if(|(begin, _)| *begin < start).is_some() {}
        let (kind, end) = match cited.next_if(|(begin, end)| *begin == start && *end > start) {
            Some((_, end)) => (Kind::Document, end),
            None => {
                let limit = cited.peek().map_or(text.len(), |(begin, _)| *begin);
                let (kind, end) = token(text, start);
                // Words before a document's number that belong to it as well stand for themselves.
                (kind, if end > limit && limit > start { limit } else { end })
            }
        };
        at = end;
        Some(Token { kind, text: &text[start..end], start })
    })
}

/// The kind of the token that begins at `start`, and where it ends.
fn token(text: &str, start: usize) -> (Kind, usize) {
    let rest = &text[start..];
    let ends_clean = |length: usize| !rest[length..].starts_with(|c: char| c.is_alphanumeric());
    if rest.starts_with(|c: char| c.is_ascii_digit() || c == 'n' || c == 'N')
        && let Some(date) = DATE.find(rest).filter(|date| ends_clean(date.end()))
    {
        return (Kind::Date, start + date.end());
    }
    if let Some(number) = NUMBER.find(rest).filter(|number| ends_clean(number.end())) {
        return (Kind::Number, start + number.end());
    }
    let is_word = |c: char| is_letter_or_digit(c) || ('\u{300}'..='\u{36f}').contains(&c);
    let length = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
    if length > 0 {
        return (Kind::Word, start + length);
    }
    (Kind::Mark, start + rest.chars().next().map_or(1, char::len_utf8))
}
