//! Who may do what: accounts, roles, passwords, one-time links, sessions and the audit trail.
//!
//! In come names, passwords and tokens; out come accounts and refusals. Neither a password nor a token is ever kept
//! or logged: the record holds an argon2id hash of the one and a SHA-256 hash of the other.

mod password;
mod sign_in;
pub mod table;
mod token;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use password::{Hasher, MAX_PASSWORD_BYTES, MIN_PASSWORD_CHARACTERS, Weakness, judge};
pub use sign_in::{SignedIn, enter_by_link, link_owner, sign_in, sign_out, who};
pub use token::Token;

/// A person who works with lantoa.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Account {
    /// Its row in the record.
    pub id: i64,
    /// The name it signs in with.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Slugs of the portals that an officer is bound to; empty for the other roles.
    pub portals: Vec<String>,
}

/// What a person is here for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Everything.
    Admin,
    /// Keeps the portals and the crawl running.
    Operator,
    /// Decides what is amplified.
    Editor,
    /// Speaks for one or more portals: sees their stories and proposes.
    Officer,
}

/// What a person may want to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// See the queue; an officer sees the stories of its own portals.
    ReadDesk,
    /// Propose a story for amplification, or leave a note on it.
    Propose,
    /// Decide about a story.
    Decide,
    /// See how the portals and the engines are doing.
    ReadConsole,
    /// See what citizens look for and do not find.
    ReadUnanswered,
}

/// The one place where it is decided who may do what.
#[must_use]
pub fn may(role: Role, act: Act) -> bool {
    match act {
        Act::ReadDesk | Act::Propose => matches!(role, Role::Admin | Role::Editor | Role::Officer),
        Act::Decide => matches!(role, Role::Admin | Role::Editor),
        Act::ReadConsole => matches!(role, Role::Admin | Role::Operator),
        Act::ReadUnanswered => matches!(role, Role::Admin | Role::Operator | Role::Editor),
    }
}

/// How long things last, and how patient the door is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Minutes without a request after which a session ends (ASVS 5.0, 7.3.1).
    pub session_idle_minutes: u32,
    /// Hours after which a session ends whatever happens: a working day and its overtime.
    pub session_hours: u32,
    /// Minutes in which a one-time link can be used.
    pub link_minutes: u32,
    /// Whether a one-time link lets a person in who sets no password; the demo lives on it.
    pub link_without_password: bool,
    /// Wrong passwords in a row that are answered without delay.
    pub free_failures: u32,
    /// Seconds for which an account is closed after the first failure beyond those; doubles with each further one.
    pub lock_seconds: u32,
    /// The longest such closure. Short enough that locking a colleague out is no weapon.
    pub lock_seconds_max: u32,
    /// Passwords hashed at once; each takes 19 MiB and a core for some tens of milliseconds.
    pub parallel_hashes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            session_idle_minutes: 30,
            session_hours: 12,
            link_minutes: 60,
            link_without_password: true,
            free_failures: 5,
            lock_seconds: 30,
            lock_seconds_max: 900,
            parallel_hashes: 2,
        }
    }
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Admin, Self::Operator, Self::Editor, Self::Officer];

    /// The word in the record, on the command line and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Operator => "operator",
            Self::Editor => "editor",
            Self::Officer => "officer",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| format!("unknown role `{text}` (one of admin, operator, editor, officer)"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_do_its_own_work_and_no_more() {
        let check = |role, acts: &[Act]| {
            for act in [Act::ReadDesk, Act::Propose, Act::Decide, Act::ReadConsole, Act::ReadUnanswered] {
                assert_eq!(may(role, act), acts.contains(&act), "{role} {act:?}");
            }
        };
        check(Role::Admin, &[Act::ReadDesk, Act::Propose, Act::Decide, Act::ReadConsole, Act::ReadUnanswered]);
        check(Role::Operator, &[Act::ReadConsole, Act::ReadUnanswered]);
        check(Role::Editor, &[Act::ReadDesk, Act::Propose, Act::Decide, Act::ReadUnanswered]);
        check(Role::Officer, &[Act::ReadDesk, Act::Propose]);
    }

    #[test]
    fn a_role_is_read_as_it_is_written() {
        for role in Role::ALL {
            assert_eq!(role.to_string().parse(), Ok(role));
        }
        assert!("root".parse::<Role>().is_err());
    }
}
