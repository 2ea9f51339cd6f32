//! The only place that reads the time. Everything else takes `now` as an argument or is handed a [`Clock`].

use std::sync::{Arc, Mutex};

pub use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

/// Where "now" comes from: the machine, or a hand that a test moves.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands still until [`Clock::set`] moves it.
    Fixed(Arc<Mutex<Timestamp>>),
}

impl Clock {
    /// A clock that stands at `at`.
    #[must_use]
    pub fn fixed(at: Timestamp) -> Self {
        Self::Fixed(Arc::new(Mutex::new(at)))
    }

    /// The current instant, UTC.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Fixed(at) => *at.lock().expect("no holder of the clock panics"),
        }
    }

    /// Moves a fixed clock to `to`; the machine's clock is left alone.
    pub fn set(&self, to: Timestamp) {
        if let Self::Fixed(at) = self {
            *at.lock().expect("no holder of the clock panics") = to;
        }
    }
}

/// Asia/Ho_Chi_Minh: UTC+7 all year, without summer time since 1975, so a fixed offset says all there is to say.
#[must_use]
pub fn vietnam() -> TimeZone {
    TimeZone::fixed(Offset::constant(7))
}
