//! Dates as Vietnamese portals write them. All local times are UTC+7; the day comes first.
//!
//! In: a line of text, an attribute, a feed's field or a path. Out: an instant, and whether a time of day was given.
//! Nothing here knows what the date is of: a caller that hands over the clock in a page's header gets today.

mod clock;
mod day;
mod machine;
mod names;
mod path;
mod reading;
mod relative;
mod token;

pub use path::in_url;

use crate::clock::Timestamp;
use day::Order;
use token::tokens;

/// What a date string said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dated {
    /// The instant; midnight in Vietnam when only a day was given.
    pub at: Timestamp,
    /// False when only a day was given.
    pub has_time: bool,
    /// The distance from UTC that the text itself gives; nothing when it gives none.
    pub zone: Option<jiff::tz::Offset>,
}

/// Before this year there was no portal; a date that says otherwise is a default or a mistake.
const FIRST_YEAR: i16 = 1995;

/// A date is looked for in this much of a text, in characters: lines with dates are short.
const LONGEST_TEXT: usize = 2_000;

/// The first date in `text`, or nothing when there is none, or it lies before 1995 or more than a day after `now`.
///
/// The date may stand in a line of other text. `9/8/2023` is the ninth of August; `8/16/2023` can only be American.
#[must_use]
pub fn read(text: &str, now: Timestamp) -> Option<Dated> {
    read_in_order(text, Order::DayFirst, now)
}

/// As [`read`], for text known to put the month first: `8/9/2023` is the ninth of August.
#[must_use]
pub fn read_us(text: &str, now: Timestamp) -> Option<Dated> {
    read_in_order(text, Order::MonthFirst, now)
}

fn read_in_order(text: &str, order: Order, now: Timestamp) -> Option<Dated> {
    let tokens = tokens(text);
    reading::embedded(&tokens, order, now)
        .or_else(|| relative::read(&tokens, now))
        .or_else(|| machine::epoch(text).filter(|dated| reading::is_plausible(dated.at, now)))
}

/// A date written by a program, in an attribute or a feed: RFC 3339, RFC 2822, W3C date and time, `/Date(ms)/`, seconds
/// since 1970, and what programs make of them by mistake. The whole text must be the date. A missing zone means
/// UTC+7. Years 1995 to 9999; it is for the caller to doubt the future.
#[must_use]
pub fn read_machine(text: &str) -> Option<Dated> {
    machine::epoch(text).or_else(|| machine::compact(text)).or_else(|| machine::whole(&tokens(text)))
}

/// What .NET prints under the culture of the United States, the whole of the text: `3/4/2026 8:37:00 AM` is the fourth
/// of March. Only for attributes and feeds; the lines that people read put the day first. Nothing when a zero stands
/// before a figure, because that culture writes none.
#[must_use]
pub fn read_american(text: &str) -> Option<Dated> {
    machine::american(text)
}

/// `08:37 16/08/2023`, in Vietnam.
#[must_use]
pub fn show(at: Timestamp) -> String {
    at.to_zoned(crate::clock::vietnam()).strftime("%H:%M %d/%m/%Y").to_string()
}

#[cfg(test)]
mod tests;
