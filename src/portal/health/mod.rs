//! How a portal is doing: what the record knows of it and the present instant in, a condition with its cause in words
//! out. Pure but for [`table`].

mod cause;
mod incident;
pub mod table;
mod words;

use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

pub use cause::{Cause, Kin};
pub use incident::Incident;

use super::{Portal, State};
use crate::clock::Timestamp;

/// Failure points in a row of visits from which a portal is failing.
const FAILING: f64 = 1.0;
/// A portal is late when so many articles should have come since its last one …
const LATE_ARTICLES: f64 = 6.0;
/// … and silent when so many should have.
const SILENT_ARTICLES: f64 = 30.0;
/// But not before so many days: weekends and single holidays are no news.
const LATE_DAYS: f64 = 4.0;
/// Tết empties the desks for a week or more.
const SILENT_DAYS: f64 = 21.0;
const DAY_S: f64 = 86_400.0;

/// How a portal is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Condition {
    /// Visits bring nothing, or less than they should: a cause is named.
    Failing,
    /// It answers, and there was nothing new for so long that something must be wrong.
    Silent,
    /// It answers, and there was nothing new for several times its usual gap.
    Late,
    /// It was not read yet.
    New,
    /// An operator paused it.
    Paused,
    /// As it should be.
    Good,
}

/// A condition with its reasons.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdict {
    /// How it is doing.
    pub condition: Condition,
    /// Since when.
    pub since: Option<Timestamp>,
    /// What went wrong in the last visit; also of a portal that is not failing yet.
    pub cause: Option<Cause>,
    /// For how long nothing came, of a portal that is late or silent.
    pub quiet: Option<Quiet>,
}

/// A silence beside what is usual.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Quiet {
    /// Whole days without anything new.
    pub days: i64,
    /// Articles a day before that.
    pub usual_per_day: f64,
}

impl Portal {
    /// How the portal is doing at `now`.
    #[must_use]
    pub fn verdict(&self, now: Timestamp) -> Verdict {
        let health = &self.health;
        let state = |condition, since| Verdict { condition, since, cause: health.cause, quiet: None };
        if self.state != State::Active {
            return Verdict { cause: None, ..state(Condition::Paused, health.state_since) };
        }
        if health.cause.is_some() && health.points >= FAILING {
            return state(Condition::Failing, health.cause_since);
        }
        if health.last_success_at.is_none() {
            return state(Condition::New, health.state_since);
        }
        if let (Some(last), Some(usual_per_day)) = (health.last_new_at, health.usual_per_day)
            && let Some((condition, since)) = quiet(last, usual_per_day, now)
        {
            let quiet = Some(Quiet { days: now.duration_since(last).as_hours() / 24, usual_per_day });
            return Verdict { quiet, ..state(condition, Some(since)) };
        }
        state(Condition::Good, health.cause_since.filter(|_| health.cause.is_none()).or(health.last_success_at))
    }
}

/// Whether so long a silence is late or silent, and since when.
fn quiet(last: Timestamp, usual_per_day: f64, now: Timestamp) -> Option<(Condition, Timestamp)> {
    let after = |articles: f64, days: f64| {
        // A portal with an article in ten years is never late.
        let seconds = (articles / usual_per_day.max(1e-3)).max(days) * DAY_S;
        last.checked_add(SignedDuration::from_secs(seconds as i64)).ok()
    };
    let silent = after(SILENT_ARTICLES, SILENT_DAYS).filter(|since| *since <= now);
    let late = after(LATE_ARTICLES, LATE_DAYS).filter(|since| *since <= now);
    silent.map(|since| (Condition::Silent, since)).or(late.map(|since| (Condition::Late, since)))
}

impl Verdict {
    /// What to know beside the condition: the cause, or the silence in numbers. Nothing for a portal that is well.
    #[must_use]
    pub fn words(&self, vietnamese: bool) -> Option<String> {
        if let Some(quiet) = &self.quiet {
            return Some(quiet.words(vietnamese));
        }
        self.cause.map(|cause| if vietnamese { cause.vietnamese() } else { cause.english() }.to_owned())
    }

    /// What an operator can do, where there is something to do.
    #[must_use]
    pub fn mend(&self, vietnamese: bool) -> Option<&'static str> {
        if self.quiet.is_some() {
            return Some(if vietnamese {
                "mở cổng xem có tin mới không; nếu có thì chạy lantoa portal check"
            } else {
                "see whether the portal shows anything newer; if it does, run lantoa portal check"
            });
        }
        self.cause.map(|cause| if vietnamese { cause.mend_vietnamese() } else { cause.mend() })
    }
}

impl Quiet {
    /// `không có tin mới 9 ngày; thường 3 tin mỗi ngày`.
    #[must_use]
    pub fn words(&self, vietnamese: bool) -> String {
        let days = self.days;
        let usual = usual(self.usual_per_day, vietnamese);
        if vietnamese {
            format!("không có tin mới {days} ngày; thường {usual}")
        } else {
            format!("nothing new for {days} days; usually {usual}")
        }
    }
}

/// A rate as people say it: `3 tin mỗi ngày`, `2 tin mỗi tuần`, `1 tin trong 12 ngày`.
fn usual(per_day: f64, vietnamese: bool) -> String {
    let (number, unit) = if per_day >= 0.95 {
        (per_day, if vietnamese { "mỗi ngày" } else { "a day" })
    } else if per_day * 7.0 >= 0.95 {
        (per_day * 7.0, if vietnamese { "mỗi tuần" } else { "a week" })
    } else {
        let days = (1.0 / per_day.max(1e-3)).round();
        return if vietnamese { format!("1 tin trong {days} ngày") } else { format!("1 article in {days} days") };
    };
    let number = number.round();
    match (vietnamese, number > 1.0) {
        (true, _) => format!("{number} tin {unit}"),
        (false, true) => format!("{number} articles {unit}"),
        (false, false) => format!("1 article {unit}"),
    }
}

impl Condition {
    /// Every condition, the worst first.
    pub const ALL: [Self; 6] = [Self::Failing, Self::Silent, Self::Late, Self::New, Self::Paused, Self::Good];

    /// The word in options, addresses and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Failing => "failing",
            Self::Silent => "silent",
            Self::Late => "late",
            Self::New => "new",
            Self::Paused => "paused",
            Self::Good => "good",
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Condition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|condition| condition.as_str() == text).ok_or_else(|| {
            let all = Self::ALL.map(Self::as_str).join(", ");
            format!("unknown state `{text}` (one of {all})")
        })
    }
}

#[cfg(test)]
mod tests;
