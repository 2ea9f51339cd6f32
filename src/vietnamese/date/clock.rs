//! Finding the time of day: `08:37`, `8:37:00 CH`, `08h37`, `8 giờ 37 phút`, `07:09'`, and the zone after it.

use super::names;
use super::token::Line;

/// A time of day as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Time {
    pub(super) hour: u32,
    pub(super) minute: u32,
    pub(super) second: u32,
    /// Minutes east of Greenwich, when the text says.
    pub(super) zone: Option<i32>,
    /// Tokens from here ...
    pub(super) start: usize,
    /// ... up to here, this one left out.
    pub(super) end: usize,
}

/// The time that begins at token `at`, its half of the day included, its zone not.
pub(super) fn time_at(line: Line<'_>, at: usize) -> Option<Time> {
    let early_half = Half::of(line.word(at)).filter(|_| line.number(line.skip_blank(at + 1)).is_some());
    let first = if early_half.is_some() { line.skip_blank(at + 1) } else { at };
    let hour = line.short(first)?;
    let (minute, second, end) = with_colons(line, first)
        .or_else(|| with_words(line, first))
        .or_else(|| half_at(line, first + 1).map(|_| (0, 0, first + 1)))?;
    let (half, end) = match half_at(line, end) {
        Some((half, end)) => (Some(half), end),
        None => (early_half, end),
    };
    let hour = match half {
        // Programs append AM or PM to a clock of 24 hours too, so a late hour is what it says.
        Some(Half::Morning) if hour == 12 => 0,
        Some(Half::Afternoon) if hour > 0 && hour < 12 => hour + 12,
        _ => hour,
    };
    let is_time = hour < 24 && minute < 60 && second <= 60;
    is_time.then_some(Time { hour, minute, second: second.min(59), zone: None, start: at, end })
}

/// Minutes, seconds and the end of `08:37`, `08:37:00.000`, `07:09'`, `15:4:5`.
fn with_colons(line: Line<'_>, at: usize) -> Option<(u32, u32, usize)> {
    let minute_at = colon(line, at + 1)?;
    let (minute, digits) = line.number(minute_at).filter(|(_, digits)| *digits <= 2)?;
    let mut end = minute_at + 1;
    let mut second = 0;
    match colon(line, end).filter(|second_at| line.number(*second_at).is_some()) {
        Some(second_at) => {
            second = line.short(second_at)?;
            end = second_at + 1;
            let is_fraction = line.has(end, &['.', ',']) && line.number(end + 1).is_some();
            if is_fraction && !is_date(line, end + 1) {
                end += 2;
            }
            if line.has(end, &[':']) && line.number(end + 1).is_some() {
                return None;
            }
        }
        None if digits < 2 => return None,
        None => {}
    }
    if line.has(end, &['\'', '"']) {
        end += 1;
    }
    Some((minute, second, end))
}

/// Whether the number at `at` begins `16/08/2023`.
fn is_date(line: Line<'_>, at: usize) -> bool {
    const MARKS: [char; 3] = ['/', '-', '.'];
    line.short(at).is_some() && line.has(at + 1, &MARKS) && line.short(at + 2).is_some() && line.has(at + 3, &MARKS)
}

/// The position after a colon, with or without blanks around it. `08:37: 16/08` ends after the minutes.
fn colon(line: Line<'_>, at: usize) -> Option<usize> {
    if line.has(at, &[':']) && line.number(at + 1).is_some() {
        return Some(at + 1);
    }
    let mark_at = line.skip_blank(at);
    let spaced = mark_at > at && line.has(mark_at, &[':']);
    spaced.then(|| line.skip_blank(mark_at + 1)).filter(|next| *next > mark_at + 1 && line.short(*next).is_some())
}

/// Minutes, seconds and the end of `08h37`, `8h`, `8g30'`, `8 giờ 37 phút 15 giây`.
fn with_words(line: Line<'_>, at: usize) -> Option<(u32, u32, usize)> {
    let unit_at = line.skip_blank(at + 1);
    if !matches!(line.word(unit_at), "h" | "g" | "gio") {
        return None;
    }
    let mut end = unit_at + 1;
    if line.has(end, &[':']) {
        end += 1;
    }
    let minute_at = line.skip_blank(end);
    // `8h 16/8/2023`: the number after the hour is the day.
    let Some(minute) = line.short(minute_at).filter(|_| !line.has(minute_at + 1, &['/', '-', '.'])) else {
        return Some((0, 0, unit_at + 1));
    };
    end = minute_at + 1;
    let minutes_at = line.skip_blank(end);
    if matches!(line.word(minutes_at), "phut" | "ph" | "p" | "m") || line.has(minutes_at, &['\'']) {
        end = minutes_at + 1;
    } else if minute_at > unit_at + 1 && !ends_minutes(line, minutes_at) {
        // `8 giờ 16 tháng 8`: without its unit a number after a blank may be the day.
        return Some((0, 0, unit_at + 1));
    }
    let second_at = line.skip_blank(end);
    if let Some(second) = line.short(second_at) {
        let seconds_at = line.skip_blank(second_at + 1);
        if matches!(line.word(seconds_at), "giay" | "s") {
            return Some((minute, second, seconds_at + 1));
        }
    }
    Some((minute, 0, end))
}

/// Whether what stands at `at` lets the number before it be the minutes of `8 giờ 37`.
fn ends_minutes(line: Line<'_>, at: usize) -> bool {
    at >= line.len() || names::is_connector(line.word(at)) || line.has(at, &[',', '-', '|', ')', '.'])
}

/// Which half of the day a clock of twelve hours means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Half {
    Morning,
    Afternoon,
}

impl Half {
    fn of(word: &str) -> Option<Self> {
        match word {
            "am" | "sa" => Some(Self::Morning),
            "pm" | "ch" => Some(Self::Afternoon),
            _ => None,
        }
    }
}

/// `AM`, `SA`, `p.m.`, `chiều` after a time, and the position after it.
fn half_at(line: Line<'_>, at: usize) -> Option<(Half, usize)> {
    let at = line.skip_blank(at);
    if let Some(half) = Half::of(line.word(at)) {
        return Some((half, at + 1));
    }
    let half = match line.word(at) {
        "a" => Half::Morning,
        "p" => Half::Afternoon,
        _ => return None,
    };
    let dotted = line.has(at + 1, &['.']) && line.word(at + 2) == "m";
    dotted.then(|| (half, if line.has(at + 3, &['.']) { at + 4 } else { at + 3 }))
}

/// `time` with the zone that follows it. `all_names` lets names count that are words of Vietnamese too, and `-05:00`
/// which after a Vietnamese date is the end of a span of hours.
pub(super) fn with_zone(line: Line<'_>, time: Time, all_names: bool) -> Time {
    let mut time = time;
    let mut at = line.skip(time.end, &['(', '[']);
    if all_names && line.has(time.end, &[':']) && line.has(time.end + 1, &['+', '-']) {
        at = time.end + 1;
    }
    let known = |word: &str| {
        if all_names { names::zone(word) } else { names::zone(word).filter(|_| names::is_plain_zone(word)) }
    };
    let named = known(line.word(at));
    if let Some(minutes) = named {
        time.zone = Some(minutes);
        time.end = at + 1;
        at = line.skip_blank(at + 1);
    }
    if let Some((minutes, end)) = offset_at(line, at, all_names || named.is_some()) {
        time.zone = Some(minutes);
        time.end = end;
        // `-07:00Z`, `-0700 GMT`, `+0700 (ICT)`: the number says it better than the name after it.
        let after = line.skip(end, &['(']);
        if known(line.word(after)).is_some() {
            time.end = after + 1;
        }
    } else if named.is_none() {
        time = with_place(line, time, at);
    }
    if line.has(time.end, &[')', ']']) {
        time.end += 1;
    }
    time
}

/// The zones of this country, and of nowhere, by their place names: `Asia/Ho_Chi_Minh`, `Etc/GMT`.
fn with_place(line: Line<'_>, time: Time, at: usize) -> Time {
    let (area, place) = (line.word(at), line.word(at + 2));
    if area.is_empty() || place.is_empty() || !line.has(at + 1, &['/']) {
        return time;
    }
    let mut end = at + 3;
    while line.has(end, &['_']) {
        end += 2;
    }
    let zone = match (area, place) {
        ("asia", "ho" | "saigon" | "hanoi" | "bangkok") => Some(7 * 60),
        ("etc", _) => Some(0),
        _ => None,
    };
    Time { zone, end, ..time }
}

/// `+07:00`, `-0700`, `+7`, `-700`: minutes east of Greenwich and the position after it.
fn offset_at(line: Line<'_>, at: usize, minus: bool) -> Option<(i32, usize)> {
    let sign = match line.mark(at)? {
        '+' => 1,
        '-' if minus => -1,
        _ => return None,
    };
    let (value, digits) = line.number(at + 1)?;
    let mut end = at + 2;
    let (hours, minutes) = match digits {
        3 | 4 => (value / 100, value % 100),
        1 | 2 if line.has(end, &[':']) => {
            let minutes = line.short(end + 1)?;
            end += 2;
            (value, minutes)
        }
        1 | 2 => (value, 0),
        _ => return None,
    };
    let is_date = line.has(end, &['/', '-', '.', ':']) && line.number(end + 1).is_some();
    let is_offset = hours <= 15 && minutes < 60 && !is_date;
    is_offset.then(|| (sign * (hours * 60 + minutes) as i32, end))
}
