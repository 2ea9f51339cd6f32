//! Which part of the queue somebody wants to see: a view, and what to leave in and out.

use std::str::FromStr;

use super::options::Options;
use crate::clock::Timestamp;
use crate::store::millis;

/// Which part of the queue to see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Which states.
    pub view: View,
    /// Only stories that this portal (slug) carries.
    pub portal: Option<String>,
    /// Only stories that at least one of these portals, or of those below them, carries; `None` for no such bound. An
    /// officer's portals.
    pub bound_to: Option<Vec<String>>,
    /// What to leave in and out besides.
    pub picks: Picks,
    /// Name of the account that looks; [`View::Mine`] is its.
    pub me: String,
    /// When an item is overdue.
    pub due: Due,
}

/// For each property, values that are wanted and values that are not; the others may come or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picks {
    /// Kinds of the portal that had it first.
    pub kind: Pick,
    /// Codes of topics; `none` for no topic.
    pub topic: Pick,
    /// Levels; `none` for no level.
    pub level: Pick,
    /// Slugs of portals that carry it.
    pub portal: Pick,
}

/// Values of one property.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pick {
    /// One of these, where there are any.
    pub with: Vec<String>,
    /// None of these.
    pub without: Vec<String>,
}

/// How long an item of each level may wait for its decision, in minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// Level urgent.
    pub urgent_minutes: u32,
    /// Level high.
    pub high_minutes: u32,
    /// Level normal, and whatever has no level yet.
    pub normal_minutes: u32,
}

impl Default for Due {
    fn default() -> Self {
        Options::default().due()
    }
}

impl Due {
    /// Items of each level that came before these instants are overdue: urgent, high, others; milliseconds.
    pub(super) fn before(&self, now: Timestamp) -> [i64; 3] {
        [self.urgent_minutes, self.high_minutes, self.normal_minutes].map(|wait| millis(now) - i64::from(wait) * 60_000)
    }
}

impl Pick {
    /// `ministry` is wanted, `-press` is not.
    pub fn add(&mut self, word: &str) {
        match word.strip_prefix('-') {
            Some("") => (),
            Some(word) => self.without.push(word.to_owned()),
            None => self.with.push(word.to_owned()),
        }
    }

    /// Whether the value is wanted (`Some(true)`), unwanted (`Some(false)`) or neither.
    #[must_use]
    pub fn says(&self, value: &str) -> Option<bool> {
        let has = |list: &[String]| list.iter().any(|other| other == value);
        has(&self.with).then_some(true).or_else(|| has(&self.without).then_some(false))
    }

    /// Whether it lets everything through.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.with.is_empty() && self.without.is_empty()
    }
}

impl Picks {
    /// Whether they let everything through.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        [&self.kind, &self.topic, &self.level, &self.portal].iter().all(|pick| pick.is_empty())
    }
}

/// Which states to see together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum View {
    /// What waits for a decision: new, proposed, and snoozed whose time is over. Highest score first.
    #[default]
    Open,
    /// What waits and was given to whoever looks.
    Mine,
    /// What officers proposed.
    Proposals,
    /// What waits and more and more portals carry, fastest first.
    Rising,
    /// What waits for longer than its level allows, or past its own deadline.
    Overdue,
    /// What is being spread, latest first.
    Amplified,
    /// What is put off, next to come back first.
    Snoozed,
    /// What was decided today, latest first.
    Today,
    /// What was decided otherwise, latest first.
    Closed,
}

impl View {
    /// Every view, in the order of the desk's tabs.
    pub const ALL: [Self; 9] = [
        Self::Open,
        Self::Mine,
        Self::Proposals,
        Self::Rising,
        Self::Overdue,
        Self::Amplified,
        Self::Snoozed,
        Self::Today,
        Self::Closed,
    ];

    /// The word in addresses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Mine => "mine",
            Self::Proposals => "proposals",
            Self::Rising => "rising",
            Self::Overdue => "overdue",
            Self::Amplified => "amplified",
            Self::Snoozed => "snoozed",
            Self::Today => "today",
            Self::Closed => "closed",
        }
    }
}

impl FromStr for View {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|view| view.as_str() == text).ok_or_else(|| format!("unknown view `{text}`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_wanted_or_not() {
        let mut pick = Pick::default();
        ["a", "-b", "-", "c"].iter().for_each(|word| pick.add(word));
        let check = |value: &str, expected: Option<bool>| assert_eq!(pick.says(value), expected, "{value}");
        check("a", Some(true));
        check("b", Some(false));
        check("c", Some(true));
        check("d", None);
        check("", None);
    }
}
