//! Dates told from now: `2 giờ trước`, `hôm qua lúc 15:37`, `vừa xong`.
//!
//! Only when they are nearly all of the text: in prose `5 năm trước` and `hôm nay` date something else.

use jiff::{Span, ToSpan, civil};

use super::token::{Line, Token};
use super::{Dated, clock};
use crate::clock::Timestamp;

/// A label such as `Cập nhật cách đây` may stand around the date.
const MOST_OTHER_WORDS: usize = 5;

pub(super) fn read(tokens: &[Token], now: Timestamp) -> Option<Dated> {
    let line = Line(tokens);
    let words = tokens.iter().filter(|token| !matches!(token, Token::Blank | Token::Mark(_))).count();
    (0..line.len()).find_map(|at| {
        let (dated, taken) =
            ago(line, at, now).or_else(|| named_day(line, at, now)).or_else(|| just_now(line, at, now))?;
        (words <= taken + MOST_OTHER_WORDS).then_some(dated)
    })
}

/// `2 giờ trước`, `6 days ago`; the date and how many words it took.
fn ago(line: Line<'_>, at: usize, now: Timestamp) -> Option<(Dated, usize)> {
    let count = match line.number(at) {
        Some((value, digits)) if digits <= 4 => i64::from(value),
        None if matches!(line.word(at), "mot" | "an" | "a" | "one") => 1,
        _ => return None,
    };
    let unit_at = line.skip_blank(at + 1);
    let word = if line.has(unit_at, &['\'']) { "phut" } else { line.word(unit_at) };
    let (span, has_time) = unit(word, count)?;
    let mut end = line.skip_blank(unit_at + 1);
    if matches!(line.word(end), "dong") {
        end = line.skip_blank(end + 1);
    }
    let is_ago = matches!(line.word(end), "truoc" | "ago") || follows_cach_day(line, at);
    if !is_ago {
        return None;
    }
    let then = now.to_zoned(crate::clock::vietnam()).checked_sub(span).ok()?;
    let then = if has_time { then } else { then.start_of_day().ok()? };
    Some((Dated { at: then.timestamp(), has_time, zone: None }, 3))
}

/// `cách đây 3 giờ` puts the word for the past first.
fn follows_cach_day(line: Line<'_>, at: usize) -> bool {
    let mut words = line.0[..at].iter().rev().filter(|token| **token != Token::Blank);
    let is = |token: Option<&Token>, expected: &str| matches!(token, Some(Token::Word(word)) if word == expected);
    is(words.next(), "day") && is(words.next(), "cach")
}

fn unit(word: &str, count: i64) -> Option<(Span, bool)> {
    Some(match word {
        "giay" | "second" | "seconds" | "sec" | "secs" => (Span::new().try_seconds(count).ok()?, true),
        "phut" | "minute" | "minutes" | "min" | "mins" => (Span::new().try_minutes(count).ok()?, true),
        "gio" | "tieng" | "hour" | "hours" | "h" => (Span::new().try_hours(count).ok()?, true),
        "ngay" | "hom" | "day" | "days" => (Span::new().try_days(count).ok()?, false),
        "tuan" | "week" | "weeks" => (Span::new().try_weeks(count).ok()?, false),
        "thang" | "month" | "months" => (Span::new().try_months(count).ok()?, false),
        "nam" | "year" | "years" => (Span::new().try_years(count).ok()?, false),
        _ => return None,
    })
}

/// `hôm nay, 08:30`, `15:37 hôm qua`, `yesterday`.
fn named_day(line: Line<'_>, at: usize, now: Timestamp) -> Option<(Dated, usize)> {
    let (days, end, taken) = match line.word(at) {
        "hom" => {
            let next = line.skip_blank(at + 1);
            let days = match line.word(next) {
                "nay" => 0,
                "qua" => 1,
                "kia" => 2,
                _ => return None,
            };
            (days, next + 1, 2)
        }
        "today" => (0, at + 1, 1),
        "yesterday" => (1, at + 1, 1),
        _ => return None,
    };
    let date = now.to_zoned(crate::clock::vietnam()).date().checked_sub(days.days()).ok()?;
    let time =
        (0..line.len()).filter(|start| *start < at || *start >= end).find_map(|start| clock::time_at(line, start));
    let at = match time {
        Some(time) => civil::Time::new(time.hour as i8, time.minute as i8, time.second as i8, 0).ok()?,
        None => civil::Time::midnight(),
    };
    let at = date.to_datetime(at).to_zoned(crate::clock::vietnam()).ok()?.timestamp();
    let taken = if time.is_some() { taken + 2 } else { taken };
    Some((Dated { at, has_time: time.is_some(), zone: None }, taken))
}

/// `vừa xong`, `just now`.
fn just_now(line: Line<'_>, at: usize, now: Timestamp) -> Option<(Dated, usize)> {
    let next = line.skip_blank(at + 1);
    let is_now = matches!((line.word(at), line.word(next)), ("vua", "xong") | ("moi", "day") | ("just", "now"));
    is_now.then_some((Dated { at: now, has_time: true, zone: None }, 2))
}
