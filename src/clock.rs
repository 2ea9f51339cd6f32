//! The only place that reads the time. Everything else takes `now` as an argument or is handed a [`Clock`].

use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
pub use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

/// Where "now" comes from: the machine, or a hand that a test moves.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands still until [`Clock::set`] moves it.
    Fixed(Arc<Mutex<Timestamp>>),
    /// A clock that goes on from where it was set, ahead of the machine's or behind it by this much.
    Shifted(Arc<Mutex<SignedDuration>>),
}

impl Clock {
    /// A clock that stands at `at`.
    #[must_use]
    pub fn fixed(at: Timestamp) -> Self {
        Self::Fixed(Arc::new(Mutex::new(at)))
    }

    /// A clock that goes on from `at`.
    #[must_use]
    pub fn starting_at(at: Timestamp) -> Self {
        Self::Shifted(Arc::new(Mutex::new(at.duration_since(Timestamp::now()))))
    }

    /// The current instant, UTC.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Fixed(at) => *at.lock().expect("no holder of the clock panics"),
            Self::Shifted(by) => Timestamp::now() + *by.lock().expect("no holder of the clock panics"),
        }
    }

    /// Moves a clock of ours to `to`; the machine's is left alone.
    pub fn set(&self, to: Timestamp) {
        match self {
            Self::System => {}
            Self::Fixed(at) => *at.lock().expect("no holder of the clock panics") = to,
            Self::Shifted(by) => {
                *by.lock().expect("no holder of the clock panics") = to.duration_since(Timestamp::now());
            }
        }
    }
}

/// Asia/Ho_Chi_Minh: UTC+7 all year, without summer time since 1975, so a fixed offset says all there is to say.
#[must_use]
pub fn vietnam() -> TimeZone {
    TimeZone::fixed(Offset::constant(7))
}
