//! Finding the day: `16/08/2023`, `2023-08-16`, `ngày 16 tháng 8 năm 2023`, `Th8 16, 2023`, `16 Aug 2023`.

use super::clock;
use super::names;
use super::token::{Line, Token};

/// Which comes first in `8/9/2023`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// The day, as in Vietnam.
    DayFirst,
    /// The month, as in programs set to American English.
    MonthFirst,
}

/// How a day was written, which tells what may follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Year first: programs.
    Iso,
    /// `16/08/2023`, or with Vietnamese words.
    Local,
    /// With the month's name in another language: mail and feeds.
    Named,
}

/// A day as written, not yet known to exist.
#[derive(Clone, Copy, Debug)]
pub(super) struct Day {
    /// Nothing when the text leaves it out, as in `5 tháng 6 lúc 15:37`.
    pub(super) year: Option<u32>,
    /// `23` for 2023.
    pub(super) short_year: bool,
    pub(super) month: u32,
    pub(super) day: u32,
    /// The month only: `Nov. 2020`.
    pub(super) whole_month: bool,
    pub(super) style: Style,
    /// Tokens from here ...
    pub(super) start: usize,
    /// ... up to here, this one left out.
    pub(super) end: usize,
    /// A time found between the month and the year, as C's `asctime` writes it.
    pub(super) inner_time: Option<clock::Time>,
}

impl Day {
    fn new(year: u32, month: u32, day: u32, style: Style, start: usize, end: usize) -> Self {
        Self {
            year: Some(year),
            short_year: false,
            month,
            day,
            whole_month: false,
            style,
            start,
            end,
            inner_time: None,
        }
    }
}

const SEPARATORS: [char; 3] = ['/', '-', '.'];

/// The day that begins at token `at`.
pub(super) fn day_at(line: Line<'_>, at: usize, order: Order) -> Option<Day> {
    match line.0.get(at)? {
        Token::Number { digits: 4, .. } => year_first(line, at),
        Token::Number { digits: 1 | 2, .. } => {
            in_digits(line, at, order).or_else(|| in_words(line, at)).or_else(|| with_named_month(line, at))
        }
        Token::Number { digits: 8, .. } => compact(line, at),
        Token::Word(_) => month_first(line, at),
        _ => None,
    }
}

/// `2023-08-16`, `2023/8/16`, `2023.08.16`, `2004-július-13`.
fn year_first(line: Line<'_>, at: usize) -> Option<Day> {
    if continues_before(line, at) {
        return None;
    }
    let (year, _) = line.number(at)?;
    let (separator, month_at) = separator(line, at + 1)?;
    let month = line.short(month_at).or_else(|| names::month(line.word(month_at)))?;
    let (second, day_at) = self::separator(line, month_at + 1)?;
    let day = line.short(day_at)?;
    let end = day_at + 1;
    if separator != second || continues_after(line, end) {
        return None;
    }
    Some(Day::new(year, month, day, Style::Iso, at, end))
}

/// `20230816` before a time.
fn compact(line: Line<'_>, at: usize) -> Option<Day> {
    let (value, _) = line.number(at)?;
    if line.word(at + 1) != "t" || line.number(at + 2).is_none() {
        return None;
    }
    Some(Day::new(value / 10_000, value / 100 % 100, value % 100, Style::Iso, at, at + 1))
}

/// `16/08/2023`, `16-8-2023`, `07.03.2026`, `16 / 08 / 2023`, and `2/26/2026` which can only be American.
fn in_digits(line: Line<'_>, at: usize, order: Order) -> Option<Day> {
    if continues_before(line, at) {
        return None;
    }
    let first = line.short(at)?;
    let (separator, middle_at) = separator(line, at + 1)?;
    let middle = line.short(middle_at);
    let named = names::month(line.word(middle_at));
    let (second, year_at) = self::separator(line, middle_at + 1)?;
    let (year, digits) = line.number(year_at)?;
    let end = year_at + 1;
    if separator != second || !matches!(digits, 2 | 4) || continues_after(line, end) {
        return None;
    }
    let (day, month) = match (middle, named, order) {
        (_, Some(month), _) => (first, month),
        (Some(middle), None, Order::DayFirst) if middle > 12 => (middle, first),
        (Some(middle), None, Order::DayFirst) => (first, middle),
        (Some(middle), None, Order::MonthFirst) if first > 12 => (first, middle),
        (Some(middle), None, Order::MonthFirst) => (middle, first),
        (None, None, _) => return None,
    };
    let style = if named.is_some() { Style::Named } else { Style::Local };
    let mut found = Day::new(year, month, day, style, at, end);
    if digits == 2 {
        // A fraction looks like a short date; a real one has its zeros.
        found.short_year = true;
        found.year = Some(if year < 70 { 2000 + year } else { 1900 + year });
    }
    Some(found)
}

/// `16 tháng 8 năm 2023`, `19 tháng 11, 2024`, `21 Thg 9, 2026`, `5 tháng 6` (of a year not given).
fn in_words(line: Line<'_>, at: usize) -> Option<Day> {
    let day = line.short(at)?;
    let word_at = line.skip(at + 1, &['/', '-', ',', '.']);
    let (month, after) = month_after_word(line, word_at)?;
    let mut year_at = line.skip(after, &['/', '-', ',', '.']);
    if line.word(year_at) == "nam" {
        year_at = line.skip(year_at + 1, &[':']);
    }
    let found = match line.number(year_at) {
        Some((year, 4)) if !line.has(year_at + 1, &['/']) => Day::new(year, month, day, Style::Local, at, year_at + 1),
        _ => Day { year: None, ..Day::new(0, month, day, Style::Local, at, after) },
    };
    Some(found)
}

/// The month of `tháng 8`, `Thg 8`, `Th8`, `tháng Tám` that begins at `at`, and the position after it.
fn month_after_word(line: Line<'_>, at: usize) -> Option<(u32, usize)> {
    let word = line.word(at);
    if !matches!(word, "thang" | "thg" | "th") {
        return None;
    }
    let month_at = line.skip(at + 1, &['.']);
    if let Some(month) = line.short(month_at) {
        return Some((month, month_at + 1));
    }
    let next_at = line.skip_blank(month_at + 1);
    let (month, words) = names::vietnamese_month(line.word(month_at), line.word(next_at))?;
    Some((month, if words == 2 { next_at + 1 } else { month_at + 1 }))
}

/// `16 Aug 2023`, `2nd January, 2006`, `16. Novembre 2020`, `13 de febrero de 2012`.
fn with_named_month(line: Line<'_>, at: usize) -> Option<Day> {
    let day = line.short(at)?;
    let mut month_at = line.skip(at + 1, &['.', ',']);
    if matches!(line.word(month_at), "st" | "nd" | "rd" | "th" | "de" | "er") {
        month_at = line.skip_blank(month_at + 1);
    }
    let month = names::month(line.word(month_at))?;
    let mut year_at = line.skip(month_at + 1, &['.', ',']);
    if line.word(year_at) == "de" {
        year_at = line.skip_blank(year_at + 1);
    }
    let (year, digits) = line.number(year_at)?;
    let mut found = Day::new(year, month, day, Style::Named, at, year_at + 1);
    match digits {
        4 => Some(found),
        // Two digits and a colon are the time of a date without a year.
        2 if !line.has(year_at + 1, &[':']) => {
            found.short_year = true;
            found.year = Some(if year < 70 { 2000 + year } else { 1900 + year });
            Some(found)
        }
        _ => None,
    }
}

/// `Th8 06, 2026`, `Jan 2, 2006`, `Jan 2 15:04:05 2006`, `Nov. 2020`.
fn month_first(line: Line<'_>, at: usize) -> Option<Day> {
    let (month, after, style) = match month_after_word(line, at) {
        Some((month, after)) => (month, after, Style::Local),
        None => (names::month(line.word(at))?, at + 1, Style::Named),
    };
    let day_at = line.skip(after, &['.', ',']);
    let (day, digits) = line.number(day_at)?;
    if digits == 4 && style == Style::Named {
        return Some(Day { whole_month: true, ..Day::new(day, month, 1, style, at, day_at + 1) });
    }
    if digits > 2 || day_at == after {
        return None;
    }
    let mut year_at = day_at + 1;
    if matches!(line.word(year_at), "st" | "nd" | "rd" | "th") {
        year_at += 1;
    }
    year_at = line.skip(year_at, &[',']);
    if line.word(year_at) == "nam" {
        year_at = line.skip_blank(year_at + 1);
    }
    if let Some((year, 4)) = line.number(year_at) {
        return Some(Day::new(year, month, day, style, at, year_at + 1));
    }
    let time = clock::time_at(line, year_at)?;
    let time = clock::with_zone(line, time, true);
    let year_at = line.skip_blank(time.end);
    match line.number(year_at) {
        Some((year, 4)) => Some(Day { inner_time: Some(time), ..Day::new(year, month, day, style, at, year_at + 1) }),
        _ => None,
    }
}

/// The separator at `at` with the blanks around it, and the position after them.
fn separator(line: Line<'_>, at: usize) -> Option<(char, usize)> {
    let mark_at = line.skip_blank(at);
    let mark = line.mark(mark_at).filter(|mark| SEPARATORS.contains(mark))?;
    Some((mark, line.skip_blank(mark_at + 1)))
}

/// Whether the number at `at` goes on to the left: `42/12/05/2026`, `1.2.3.2026`, `B12/05/2026`.
fn continues_before(line: Line<'_>, at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return false };
    if line.has(before, &['/']) {
        return before > 0 && !matches!(line.0[before - 1], Token::Blank);
    }
    if line.has(before, &['.']) {
        return before > 0 && line.number(before - 1).is_some();
    }
    line.word(before).chars().count() == 1
}

/// Whether the date that ends before `at` goes on: `12/05/2026/NĐ-CP`, `1.2.3.4`.
fn continues_after(line: Line<'_>, at: usize) -> bool {
    let goes_on = matches!(line.0.get(at + 1), Some(Token::Number { .. } | Token::Word(_)));
    (line.has(at, &['/']) && goes_on)
        || (line.has(at, &['.']) && line.number(at + 1).is_some())
        || (line.has(at, &['-']) && !line.word(at + 1).is_empty())
}
