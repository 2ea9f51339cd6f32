//! To whom a value belongs. In: what stands and what somebody claims. Out: what stands afterwards.
//!
//! A value that a person cleared is a value too: it stays empty until somebody of the same or a higher rank fills it.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Who set a value; the later in this order goes before the earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Owner {
    /// Suggested from the text.
    Machine,
    /// Set by a rule that people wrote.
    Rule,
    /// A portal's own officer.
    HumanMinistry,
    /// An editor of the centre.
    HumanCentre,
}

/// A value with its owner; nothing is a value too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owned<T> {
    /// The value; `None` when it was cleared, or when nothing fits.
    pub value: Option<T>,
    /// Whose it is.
    pub owner: Owner,
}

impl Owner {
    /// Every owner, the lowest first.
    pub const ALL: [Self; 4] = [Self::Machine, Self::Rule, Self::HumanMinistry, Self::HumanCentre];

    /// The word in the record and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Machine => "machine",
            Self::Rule => "rule",
            Self::HumanMinistry => "human-ministry",
            Self::HumanCentre => "human-centre",
        }
    }
}

impl FromStr for Owner {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|owner| owner.as_str() == text).ok_or_else(|| format!("unknown owner `{text}`"))
    }
}

/// What stands after a claim: the claim itself, unless what stands belongs to somebody of a higher rank.
#[must_use]
pub fn settle<T>(standing: Option<Owned<T>>, claim: Owned<T>) -> Owned<T> {
    match standing {
        Some(standing) if standing.owner > claim.owner => standing,
        _ => claim,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    /// Claims in their order, as `owner=value`; an empty value clears.
    fn check(claims: &str, expected: &str) {
        let standing = claims.split(' ').fold(None, |standing, claim| {
            let (owner, value) = claim.split_once('=').unwrap();
            let value = (!value.is_empty()).then(|| value.to_owned());
            Some(settle(standing, Owned { value, owner: owner.parse().unwrap() }))
        });
        let Owned { value, owner } = standing.unwrap();
        assert_eq!(format!("{}={}", owner.as_str(), value.unwrap_or_default()), expected, "{claims}");
    }

    #[test]
    fn nobody_overwrites_somebody_of_a_higher_rank() {
        check("machine=a", "machine=a");
        check("machine=a machine=b", "machine=b");
        check("machine=a rule=b machine=c", "rule=b");
        check("rule=a human-ministry=b rule=c", "human-ministry=b");
        check("human-ministry=a human-centre=b human-ministry=c", "human-centre=b");
        check("human-centre=a human-centre=b", "human-centre=b");
        check("machine=a human-centre=b machine=b rule=c human-ministry=d", "human-centre=b");
    }

    #[test]
    fn what_a_person_cleared_is_not_filled_again() {
        check("machine=a human-ministry= machine=a", "human-ministry=");
        check("machine=a human-ministry= rule=a", "human-ministry=");
        check("machine=a human-centre= human-ministry=a", "human-centre=");
        check("human-ministry= human-centre=a", "human-centre=a");
        check("machine= machine=a", "machine=a");
    }
}
