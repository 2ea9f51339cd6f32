//! The date of an entry in, an instant out, and whether it can be believed.

use jiff::{SignedDuration, Timestamp};

use crate::vietnamese::date;

/// Clocks of portals run ahead, and some publish at a time to come; what lies further off is a mistake.
const AHEAD: SignedDuration = SignedDuration::from_hours(48);
/// Longer texts are no dates.
const MAX_LENGTH: usize = 200;
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Reads the date of an entry: what programs write first, then what people write.
pub(in crate::discover) fn read(text: &str, now: Timestamp) -> Option<Timestamp> {
    let text = text.trim();
    if text.is_empty() || text.len() > MAX_LENGTH {
        return None;
    }
    let machine = date::read_machine(text).or_else(|| date::read_machine(&closed_up(text)?));
    machine.or_else(|| date::read(text, now)).map(|dated| dated.at)
}

/// `2003-07-01 T 06:55:07 Z` without its spaces: of such a date people would read the day alone. Nothing for other shapes.
fn closed_up(text: &str) -> Option<String> {
    let is_shape = text.get(4..5) == Some("-") && text.contains('T') && text.contains(' ');
    is_shape.then(|| text.split_whitespace().collect())
}

/// Whether `at` lies too far after `now` to be a date of publication.
pub(in crate::discover) fn is_future(at: Timestamp, now: Timestamp) -> bool {
    at.duration_since(now) > AHEAD
}

/// For `Wed, 16 Aug 2023 01:08:37 GMT`, whether the minutes are the number of the month, as a widespread portal software
/// writes them. Nothing for dates of other shapes.
pub(super) fn minute_is_month(text: &str) -> Option<bool> {
    let lower = text.to_ascii_lowercase();
    let words = || lower.split_whitespace();
    let month = words().find_map(|word| MONTHS.iter().position(|&month| month == word))? + 1;
    let minute: usize = words().find_map(|word| word.split_once(':'))?.1.get(..2)?.parse().ok()?;
    Some(minute == month)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    fn check(text: &str, expected: &str) {
        let now: Timestamp = "2026-11-20T00:00:00Z".parse().unwrap();
        let read = read(text, now).map(|at| at.to_string()).unwrap_or_default();
        assert_eq!(read, expected, "{text}");
    }

    #[test]
    fn dates_of_feeds() {
        check("Wed, 16 Aug 2023 08:37:37 +0700", "2023-08-16T01:37:37Z");
        check(" 2023-08-16T08:37:00+07:00\n", "2023-08-16T01:37:00Z");
        check("8/16/2023 8:37:00 AM", "2023-08-16T01:37:00Z");
        check("16/08/2023 08:37", "2023-08-16T01:37:00Z");
        check("2023-08-16 T 08:37:00 +07:00", "2023-08-16T01:37:00Z");
        for text in ["", "soon", "30 Feb 2023 00:00:00 GMT", "ấấấ"] {
            check(text, "");
        }
    }

    #[test]
    fn minutes_that_are_months() {
        for (text, expected) in [
            ("Wed, 16 Aug 2023 01:08:37 GMT", Some(true)),
            ("Wed, 16 Aug 2023 01:37:37 GMT", Some(false)),
            ("2023-08-16T01:08:37Z", None),
            ("Aug 1:ấ", None),
        ] {
            assert_eq!(minute_is_month(text), expected, "{text}");
        }
    }
}
