//! Dates that are the whole of a text, as programs write them in attributes and feeds.

use jiff::civil;
use jiff::tz::Offset;

use super::clock::{self, Time};
use super::day::{self, Day, Order, Style};
use super::names;
use super::reading::{self, After};
use super::token::{Line, Token};
use super::{Dated, FIRST_YEAR};
use crate::clock::Timestamp;

/// The date that a program's text is, the whole of it.
pub(super) fn whole(tokens: &[Token]) -> Option<Dated> {
    let line = Line(tokens);
    let (found, time) = match (0..line.len()).find_map(|at| day::day_at(line, at, Order::DayFirst)) {
        Some(found) => {
            let time = match found.inner_time {
                Some(time) => Some(time),
                None => match reading::time_after(line, &found)? {
                    After::Time { time, .. } => Some(clock::with_zone(line, time, true)),
                    After::Nothing => reading::nearest(line, &found, &reading::times_in(line), None),
                },
            };
            (found, time)
        }
        None => (part_of_date(line)?, None),
    };
    if !is_all_read(line, &found, time.as_ref()) {
        return None;
    }
    reading::instant(&found, found.year?, time).filter(|dated| {
        let year = dated.at.to_zoned(crate::clock::vietnam()).year();
        year >= FIRST_YEAR
    })
}

/// The W3C's `2003-12` and `2003`.
fn part_of_date(line: Line<'_>) -> Option<Day> {
    let (year, 4) = line.number(0)? else { return None };
    let month = match line.len() {
        1 => 1,
        3 if line.has(1, &['-']) => line.short(2)?,
        _ => return None,
    };
    Some(Day {
        year: Some(year),
        short_year: false,
        month,
        day: 1,
        whole_month: true,
        style: Style::Iso,
        start: 0,
        end: line.len(),
        inner_time: None,
    })
}

/// Whether nothing is left beside day and time but a weekday in some language, marks and a zone nobody knows.
fn is_all_read(line: Line<'_>, found: &Day, time: Option<&Time>) -> bool {
    let mut unknown = 0;
    let mut at = 0;
    while at < line.len() {
        if at == found.start {
            at = found.end;
            continue;
        }
        if let Some(time) = time.filter(|time| time.start == at) {
            at = time.end.max(at + 1);
            continue;
        }
        match &line.0[at] {
            Token::Number { value: 0, digits: 2 | 4 } if at + 1 == line.len() => at += 1,
            Token::Number { .. } => return false,
            Token::Word(word) if matches!(word.as_str(), "thu" | "t") => {
                at = reading::connector_end(line, at).unwrap_or(at + 1);
            }
            Token::Word(word) if !names::is_connector(word) && names::zone(word).is_none() => {
                unknown += 1;
                at += 1;
            }
            _ => at += 1,
        }
    }
    unknown <= 2
}

/// `/Date(1790000000000)/` and bare seconds or milliseconds since 1970.
pub(super) fn epoch(text: &str) -> Option<Dated> {
    let text = text.trim();
    let inner = text.trim_matches('/').strip_prefix("Date(").and_then(|rest| rest.strip_suffix(')'));
    let digits = match inner {
        // Microsoft appends the zone of the server, which changes nothing about the instant.
        Some(inner) => inner.split(['+', '-']).next().unwrap_or(inner),
        None if matches!(text.len(), 10 | 13) && text.starts_with('1') => text,
        None => return None,
    };
    if digits.is_empty() || digits.len() > 14 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value: i64 = digits.parse().ok()?;
    let at = if inner.is_some() || digits.len() == 13 {
        Timestamp::from_millisecond(value).ok()?
    } else {
        Timestamp::from_second(value).ok()?
    };
    (at.to_zoned(crate::clock::vietnam()).year() >= FIRST_YEAR).then_some(Dated {
        at,
        has_time: true,
        zone: Some(Offset::UTC),
    })
}

/// `M/d/yyyy h:mm:ss tt` of .NET.
pub(super) fn american(text: &str) -> Option<Dated> {
    let mut parts = text.split_ascii_whitespace();
    let (date, time, half) = (parts.next()?, parts.next()?, parts.next()?);
    let is_afternoon = match half {
        "AM" => false,
        "PM" => true,
        _ => return None,
    };
    let figures = |text: &str, mark: char| -> Option<[i16; 3]> {
        let mut parts = text.split(mark).map(|part| part.parse().ok().filter(|_| part.len() <= 4));
        let three = [parts.next()??, parts.next()??, parts.next()??];
        parts.next().is_none().then_some(three)
    };
    let pads = |text: &str| text.starts_with('0') || text.contains("/0");
    let ([month, day, year], [hour, minute, second]) = (figures(date, '/')?, figures(time, ':')?);
    if parts.next().is_some() || pads(date) || pads(time) || !(1..=12).contains(&hour) || year < FIRST_YEAR {
        return None;
    }
    let hour = hour % 12 + if is_afternoon { 12 } else { 0 };
    let small = |value: i16| i8::try_from(value).ok();
    let date = civil::Date::new(year, small(month)?, small(day)?).ok()?;
    let time = civil::Time::new(small(hour)?, small(minute)?, small(second)?, 0).ok()?;
    let at = date.to_datetime(time).to_zoned(crate::clock::vietnam()).ok()?.timestamp();
    Some(Dated { at, has_time: true, zone: None })
}

/// `20251121` and `20251121143000`, alone.
pub(super) fn compact(text: &str) -> Option<Dated> {
    let text = text.trim();
    if !matches!(text.len(), 8 | 12 | 14) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let figures = |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse::<i16>().ok()).unwrap_or(0);
    let small = |from: usize| figures(from, from + 2) as i8;
    let date = civil::Date::new(figures(0, 4), small(4), small(6)).ok()?;
    let time = civil::Time::new(small(8), small(10), small(12), 0).ok()?;
    let at = date.to_datetime(time).to_zoned(crate::clock::vietnam()).ok()?.timestamp();
    (date.year() >= FIRST_YEAR).then_some(Dated { at, has_time: text.len() > 8, zone: None })
}
