//! A date that a page gives, with the zone in which it was written and the place where it stood.

use jiff::tz::Offset;

use crate::vietnamese::date::Dated;

/// A date and where it was found.
#[derive(Clone)]
pub(super) struct Found {
    pub(super) dated: Dated,
    /// The distance from UTC that the page wrote; nothing when it wrote none.
    pub(super) offset: Option<Offset>,
    pub(super) source: String,
}

impl Found {
    /// A date as `written` gave it.
    pub(super) fn new(dated: Dated, written: &str, source: &str) -> Self {
        Self { dated, offset: dated.zone.or_else(|| offset_of(written)), source: source.to_owned() }
    }
}

/// The zone at the end of a machine's date: `Z`, `+07:00`, `-0500`.
fn offset_of(written: &str) -> Option<Offset> {
    let written = written.trim();
    if written.ends_with('Z') || written.ends_with("GMT") || written.ends_with("UTC") {
        return Some(Offset::UTC);
    }
    let at = written.rfind(['+', '-']).filter(|&at| at > 10)?;
    // The hyphen before an hour is no sign: "7 October 2020 - 12:09".
    let after_clock = written[..at].trim_end().ends_with(|c: char| c.is_ascii_digit()) && written[..at].contains(':');
    if !after_clock || !written[at + 1..].chars().all(|c| c.is_ascii_digit() || c == ':') {
        return None;
    }
    let digits: String = written[at + 1..].chars().filter(char::is_ascii_digit).collect();
    let (hours, minutes) = match digits.len() {
        2 => (digits.parse::<i32>().ok()?, 0),
        4 => (digits[..2].parse().ok()?, digits[2..].parse::<i32>().ok()?),
        _ => return None,
    };
    let seconds = (hours * 60 + minutes) * 60;
    Offset::from_seconds(if written[at..].starts_with('-') { -seconds } else { seconds }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_read() {
        let check = |written: &str, hours: Option<i8>| {
            assert_eq!(offset_of(written), hours.map(Offset::constant), "{written}");
        };
        check("2026-03-01T09:51:00+07:00", Some(7));
        check("2026-03-01T09:51:00-0500", Some(-5));
        check("2026-03-01T02:51:00Z", Some(0));
        check("2026-03-01", None);
        check("01/03/2026 09:51", None);
        check("Wednesday, 07 October 2020 - 12:09", None);
        check("2026-03-01 09:51 +07", Some(7));
    }
}
