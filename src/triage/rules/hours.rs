//! Hours of the day: `22-6` in, whether an instant falls into them out.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::clock::{Timestamp, vietnam};

/// Hours of the day in Vietnam, from the first until before the second; over midnight when the second is not later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hours {
    from: i8,
    until: i8,
}

impl Hours {
    /// Whether an instant falls into them.
    #[must_use]
    pub fn hold(self, at: Timestamp) -> bool {
        let hour = at.to_zoned(vietnam()).hour();
        if self.from < self.until {
            (self.from..self.until).contains(&hour)
        } else {
            hour >= self.from || hour < self.until
        }
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.from, self.until)
    }
}

impl FromStr for Hours {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = |part: &str| part.trim().parse::<i8>().ok().filter(|hour| (0..=24).contains(hour));
        text.split_once(['-', '–'])
            .and_then(|(from, until)| Some(Self { from: read(from)?, until: read(until)? }))
            .filter(|hours| hours.from < 24 && hours.from != hours.until)
            .ok_or_else(|| format!("`{text}` are no hours (write 22-6 for 22:00 until before 06:00)"))
    }
}

impl TryFrom<String> for Hours {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Hours> for String {
    fn from(hours: Hours) -> Self {
        hours.to_string()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    /// Whether an hour of the day in Vietnam falls into the hours; nothing when they are none.
    fn check(hours: &str, hour: i64, expected: Option<bool>) {
        let midnight: Timestamp = "2026-11-20T17:00:00Z".parse().unwrap();
        let at = midnight + jiff::SignedDuration::from_hours(hour);
        assert_eq!(hours.parse::<Hours>().ok().map(|hours| hours.hold(at)), expected, "{hours} at {hour}");
    }

    #[test]
    fn over_midnight_too() {
        check("8-17", 8, Some(true));
        check("8-17", 17, Some(false));
        check("22-6", 23, Some(true));
        check("22-6", 5, Some(true));
        check("22-6", 6, Some(false));
        check("0-24", 12, Some(true));
        check("22 – 6", 0, Some(true));
        check("6-6", 6, None);
        check("24-6", 6, None);
        check("8h", 8, None);
        check("-1-5", 3, None);
    }
}
