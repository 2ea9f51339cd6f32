//! Dates as Vietnamese portals write them. All local times are UTC+7; the day comes first.

use crate::clock::Timestamp;

/// What a date string said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dated {
    /// The instant; midnight in Vietnam when only a day was given.
    pub at: Timestamp,
    /// False when only a day was given.
    pub has_time: bool,
}

/// The first date in `text`, or nothing when there is none, or it lies before 1995 or more than a day after `now`.
#[must_use]
pub fn read(_text: &str, _now: Timestamp) -> Option<Dated> {
    None
}

/// `08:37 16/08/2023`, in Vietnam.
#[must_use]
pub fn show(at: Timestamp) -> String {
    at.to_zoned(crate::clock::vietnam()).strftime("%H:%M %d/%m/%Y").to_string()
}
