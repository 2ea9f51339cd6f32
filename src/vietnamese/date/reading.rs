//! Putting a day and its time together, somewhere in a line.

use jiff::civil;
use jiff::tz::{Offset, TimeZone};

use super::clock::{self, Time};
use super::day::{self, Day, Order, Style};
use super::names;
use super::token::{Line, Token};
use super::{Dated, FIRST_YEAR};
use crate::clock::Timestamp;

/// A day after now is allowed for clocks that run fast and zones that are wrong.
const LATEST: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

/// Between a day and its time there are at most this many tokens.
const LONGEST_GAP: usize = 14;

/// The first plausible date of a line.
pub(super) fn embedded(tokens: &[Token], order: Order, now: Timestamp) -> Option<Dated> {
    let line = Line(tokens);
    let mut times = None;
    let mut at = 0;
    while at < line.len() {
        let Some(found) = day::day_at(line, at, order).filter(|found| !found.whole_month) else {
            at += 1;
            continue;
        };
        let times = times.get_or_insert_with(|| times_in(line));
        if let Some(dated) = resolve(line, &found, times, now).filter(|dated| is_plausible(dated.at, now)) {
            return Some(dated);
        }
        // What follows a refused day may still begin inside it: `8 16/08/2023`.
        at += 1;
        while at < found.end && matches!(found.style, Style::Iso) {
            at += 1;
        }
    }
    None
}

/// Whether a portal could have published at `at`, seen from `now`.
pub(super) fn is_plausible(at: Timestamp, now: Timestamp) -> bool {
    let year = at.to_zoned(crate::clock::vietnam()).year();
    year >= FIRST_YEAR && at.duration_since(now) <= LATEST
}

/// Every time of day in the line with its zone.
pub(super) fn times_in(line: Line<'_>) -> Vec<Time> {
    let mut times = Vec::new();
    let mut at = 0;
    while at < line.len() {
        match clock::time_at(line, at) {
            Some(time) => {
                let time = clock::with_zone(line, time, false);
                at = time.end;
                times.push(time);
            }
            None => at += 1,
        }
    }
    times
}

fn resolve(line: Line<'_>, found: &Day, times: &[Time], now: Timestamp) -> Option<Dated> {
    let time = match found.inner_time {
        Some(time) => Some(time),
        None => match time_after(line, found)? {
            After::Nothing => nearest(line, found, times, None),
            After::Time { time, gap } => nearest(line, found, times, Some((time, gap))),
        },
    };
    if found.short_year && found.style == Style::Local && time.is_none() && !follows_ngay(line, found) {
        return None;
    }
    let year = match found.year {
        Some(year) => year,
        None => {
            time?;
            year_nearest(found, now)
        }
    };
    instant(found, year, time)
}

/// A day without its year is the last such day.
fn year_nearest(found: &Day, now: Timestamp) -> u32 {
    let today = now.to_zoned(crate::clock::vietnam()).date();
    let is_ahead = (found.month, found.day) > (today.month() as u32, today.day() as u32 + 1);
    today.year() as u32 - u32::from(is_ahead)
}

fn follows_ngay(line: Line<'_>, found: &Day) -> bool {
    let before = &line.0[..found.start];
    before.iter().rev().find(|token| **token != Token::Blank) == Some(&Token::Word("ngay".to_owned()))
}

/// What follows a day.
pub(super) enum After {
    Nothing,
    Time { time: Time, gap: usize },
}

/// The time that follows the day. Nothing at all when what follows was meant as a time and is not one: then the day
/// is not to be trusted either.
pub(super) fn time_after(line: Line<'_>, found: &Day) -> Option<After> {
    let written_by_program = found.style != Style::Local;
    if found.style == Style::Iso
        && let Some(time) = glued_time(line, found.end)?
    {
        return Some(After::Time { time, gap: 0 });
    }
    let mut at = found.end;
    let mut gap = 0;
    if line.word(at) == "t" && clock::time_at(line, at + 1).is_some() {
        at += 1;
    }
    while at < line.len() && at < found.end + LONGEST_GAP {
        if let Some(time) = clock::time_at(line, at) {
            let time = clock::with_zone(line, time, written_by_program);
            let goes_on = matches!(line.0.get(time.end), Some(Token::Word(_)))
                || (line.has(time.end, &[':']) && !matches!(line.0.get(time.end + 1), None | Some(Token::Blank)));
            if written_by_program && goes_on && time.zone.is_some() {
                return None;
            }
            return Some(After::Time { time, gap });
        }
        if gap == 0 && line.number(at).is_some() && line.has(at + 1, &[':']) && line.number(at + 2).is_some() {
            return None;
        }
        match connector_end(line, at) {
            Some(end) => {
                gap += usize::from(line.0[at] != Token::Blank);
                at = end;
            }
            None => break,
        }
    }
    Some(After::Nothing)
}

/// The time glued to an ISO day: `T08:37`, `T101508`, `T10-15-08`, and PHP's `+0708:37:00`, where the zone +07 stands
/// in the place of the letter T. The outer nothing is a T without a time.
#[expect(clippy::option_option, reason = "no time, and a bad one, lead to different answers")]
fn glued_time(line: Line<'_>, at: usize) -> Option<Option<Time>> {
    if line.word(at) == "t" {
        let first = line.skip_blank(at + 1);
        let time =
            clock::time_at(line, first).or_else(|| dashed_time(line, first)).or_else(|| compact_time(line, first))?;
        let time = clock::with_zone(line, time, true);
        let goes_on = match line.0.get(time.end) {
            Some(Token::Word(_)) => true,
            Some(Token::Mark(':')) => !matches!(line.0.get(time.end + 1), None | Some(Token::Blank)),
            _ => false,
        };
        return (!goes_on).then_some(Some(time));
    }
    if line.has(at, &['+'])
        && let Some((value, 4)) = line.number(at + 1)
        && line.has(at + 2, &[':'])
        && let Some(minute) = line.short(at + 3)
    {
        let second = if line.has(at + 4, &[':']) { line.short(at + 5) } else { None };
        let end = if second.is_some() { at + 6 } else { at + 4 };
        let (zone, hour, second) = (value / 100, value % 100, second.unwrap_or(0));
        let is_time = zone <= 14 && hour < 24 && minute < 60 && second < 60;
        let zone = Some(zone as i32 * 60);
        return is_time.then_some(Some(Time { hour, minute, second, zone, start: at, end }));
    }
    if let Some(zone) = names::zone(line.word(at))
        && let Some(time) = clock::time_at(line, at + 1)
    {
        return Some(Some(Time { zone: Some(zone), ..time }));
    }
    Some(None)
}

/// `10-15-08`.
fn dashed_time(line: Line<'_>, at: usize) -> Option<Time> {
    let (hour, minute, second) = (line.short(at)?, line.short(at + 2)?, line.short(at + 4)?);
    let is_time = line.has(at + 1, &['-']) && line.has(at + 3, &['-']) && hour < 24 && minute < 60 && second < 60;
    is_time.then_some(Time { hour, minute, second, zone: None, start: at, end: at + 5 })
}

/// `101508`, `1015`.
fn compact_time(line: Line<'_>, at: usize) -> Option<Time> {
    let (value, digits) = line.number(at)?;
    let (hour, minute, second) = match digits {
        4 => (value / 100, value % 100, 0),
        6 => (value / 10_000, value / 100 % 100, value % 100),
        _ => return None,
    };
    let is_time = hour < 24 && minute < 60 && second < 60;
    is_time.then_some(Time { hour, minute, second, zone: None, start: at, end: at + 1 })
}

/// The nearer of the time after the day and the last one before it; at the same distance the one before, because a
/// line that begins with a time goes on that way.
pub(super) fn nearest(line: Line<'_>, found: &Day, times: &[Time], after: Option<(Time, usize)>) -> Option<Time> {
    let before = times.iter().rev().find(|time| time.end <= found.start).and_then(|time| {
        let gap = gap_between(line, time.end, found.start)?;
        Some((*time, gap))
    });
    match (before, after) {
        (Some((before, near)), Some((_, far))) if near <= far => Some(before),
        (_, Some((after, _))) => Some(after),
        (Some((before, _)), None) => Some(before),
        (None, None) => None,
    }
}

/// How many words and marks stand between two tokens, when all of them are connectors.
fn gap_between(line: Line<'_>, start: usize, end: usize) -> Option<usize> {
    let mut at = start;
    let mut gap = 0;
    while at < end {
        gap += usize::from(line.0[at] != Token::Blank);
        at = connector_end(line, at)?;
    }
    (end - start <= LONGEST_GAP).then_some(gap)
}

/// The end of the connector at `at`: a blank, a mark, `ngày`, `lúc`, `Thứ 2`, `T2`.
pub(super) fn connector_end(line: Line<'_>, at: usize) -> Option<usize> {
    match &line.0[at] {
        Token::Blank => Some(at + 1),
        Token::Mark(mark) => "-–—|,.:;()[]•·'*~@/".contains(*mark).then_some(at + 1),
        Token::Word(word) if matches!(word.as_str(), "thu" | "t") => {
            let number_at = line.skip_blank(at + 1);
            match line.number(number_at) {
                Some((2..=8, 1)) if !line.has(number_at + 1, &['/', ':']) => Some(number_at + 1),
                _ => (word == "thu").then_some(at + 1),
            }
        }
        Token::Word(word) => names::is_connector(word).then_some(at + 1),
        Token::Number { .. } => None,
    }
}

pub(super) fn instant(found: &Day, year: u32, time: Option<Time>) -> Option<Dated> {
    let date = civil::Date::new(i16::try_from(year).ok()?, found.month as i8, found.day as i8).ok()?;
    let mut given = None;
    let (zone, at) = match time {
        Some(time) => {
            let clock = civil::Time::new(time.hour as i8, time.minute as i8, time.second as i8, 0).ok()?;
            let zone = match time.zone {
                Some(minutes) => {
                    given = Some(Offset::from_seconds(minutes * 60).ok()?);
                    TimeZone::fixed(given?)
                }
                None => crate::clock::vietnam(),
            };
            (zone, date.to_datetime(clock))
        }
        None => (crate::clock::vietnam(), date.to_datetime(civil::Time::midnight())),
    };
    let at = at.to_zoned(zone).ok()?.timestamp();
    Some(Dated { at, has_time: time.is_some(), zone: given })
}
