//! Keys of programs: what a key may do, and how its secret is written. The record holds a prefix, by which people name
//! the key, and a SHA-256 hash of the whole.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Act, Role, token};

/// What a key may be for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Hand in items of its portals.
    Push,
    /// Read the decisions about what its portals carry.
    Decisions,
    /// Manage its own webhooks.
    Webhooks,
    /// Read the queue.
    Desk,
    /// Propose, and leave notes.
    Propose,
    /// Decide, as an editor of the centre does; only for a key that is bound to no portal.
    Decide,
}

/// A key as the record knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Key {
    /// Its row.
    pub id: i64,
    /// The beginning of its secret.
    pub prefix: String,
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Slugs of the portals that it is bound to; none for a key of the centre.
    pub portals: Vec<String>,
    /// Until when it holds.
    pub expires_at: Option<crate::clock::Timestamp>,
}

impl Key {
    /// Whether the key may do `act`: its scopes say so, and the role that it stands for would be let in.
    #[must_use]
    pub fn may(&self, act: Act) -> bool {
        self.scopes.iter().any(|scope| scope.acts().contains(&act))
    }

    /// The role that decides what the key sees: bound to portals it sees theirs, like their officer.
    #[must_use]
    pub fn role(&self) -> Role {
        if !self.portals.is_empty() {
            Role::Officer
        } else if self.scopes.contains(&Scope::Decide) {
            Role::Editor
        } else {
            Role::Viewer
        }
    }

    /// How the key is named in history and audit.
    #[must_use]
    pub fn actor(&self) -> String {
        format!("key:{}", self.name)
    }
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 6] = [Self::Push, Self::Decisions, Self::Webhooks, Self::Desk, Self::Propose, Self::Decide];

    /// The word in the record, on the command line and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Decisions => "decisions",
            Self::Webhooks => "webhooks",
            Self::Desk => "desk",
            Self::Propose => "propose",
            Self::Decide => "decide",
        }
    }

    fn acts(self) -> &'static [Act] {
        match self {
            Self::Push => &[Act::Push],
            Self::Decisions => &[Act::ReadDecisions],
            Self::Webhooks => &[Act::ManageOwnWebhooks],
            Self::Desk => &[Act::ReadDesk],
            Self::Propose => &[Act::ReadDesk, Act::Propose],
            Self::Decide => &[Act::ReadDesk, Act::Propose, Act::Decide],
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.as_str() == text)
            .ok_or_else(|| format!("unknown scope `{text}` (one of push, decisions, webhooks, desk, propose, decide)"))
    }
}

/// Characters of a prefix.
const PREFIX: usize = 11;

/// A fresh secret with its prefix: `lt_` and eight characters that name the key, then 256 random bits.
pub(super) fn fresh() -> anyhow::Result<(String, String)> {
    let (name, secret) = (token::Token::fresh()?, token::Token::fresh()?);
    let name: String = name.secret().chars().filter(char::is_ascii_alphanumeric).take(PREFIX - 3).collect();
    let prefix = format!("lt_{name:x<8}");
    Ok((prefix.clone(), format!("{prefix}_{}", secret.secret())))
}

/// The prefix of what somebody sent as a key.
pub(super) fn prefix_of(secret: &str) -> Option<&str> {
    secret.get(..PREFIX).filter(|prefix| prefix.starts_with("lt_") && secret.as_bytes().get(PREFIX) == Some(&b'_'))
}

/// Whether two hashes are equal, in a time that does not tell where they differ.
pub(super) fn equal(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().zip(other.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    #[test]
    fn a_secret_begins_with_its_prefix() {
        let (prefix, secret) = fresh().unwrap();
        assert_eq!((prefix.len(), secret.len()), (PREFIX, PREFIX + 1 + 43));
        assert_eq!(prefix_of(&secret), Some(prefix.as_str()));
        for bad in ["", "lt_", "lt_12345678", "xx_12345678_aaa", "lt_123456789aaa", "ltđđđđđđđđ_a"] {
            assert_eq!(prefix_of(bad), None, "{bad}");
        }
        assert!(equal("ab", "ab") && !equal("ab", "ac") && !equal("ab", "a"));
    }

    #[test]
    fn a_key_does_what_its_scopes_say_and_no_more() {
        let check = |scope: Scope, acts: &[Act]| {
            let key = Key {
                id: 1,
                prefix: String::new(),
                name: String::new(),
                scopes: vec![scope],
                portals: vec![],
                expires_at: None,
            };
            for act in Act::ALL {
                assert_eq!(key.may(act), acts.contains(&act), "{scope} {act:?}");
            }
        };
        check(Scope::Push, &[Act::Push]);
        check(Scope::Decisions, &[Act::ReadDecisions]);
        check(Scope::Webhooks, &[Act::ManageOwnWebhooks]);
        check(Scope::Desk, &[Act::ReadDesk]);
        check(Scope::Propose, &[Act::ReadDesk, Act::Propose]);
        check(Scope::Decide, &[Act::ReadDesk, Act::Propose, Act::Decide]);
    }
}
