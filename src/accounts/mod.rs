//! Who may do what: accounts, roles, passwords, one-time links, sessions and the audit trail.
//!
//! In come names, passwords and tokens; out come accounts and refusals. Neither a password nor a token is ever kept
//! or logged: the record holds an argon2id hash of the one and a SHA-256 hash of the other.

mod guess;
mod key;
mod own;
mod names;
mod password;
mod sign_in;
pub mod table;
mod token;
pub mod totp;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use key::{Key, Scope};
pub use names::who_decides;
pub use own::{
    Enrolled, Standing, begin_second_factor, confirm, end_own_sessions, enrol, set_own_password, standing_of,
    take_off_second_factor,
};
pub use password::{Hasher, MAX_PASSWORD_BYTES, MIN_PASSWORD_CHARACTERS, Weakness, judge};
pub use sign_in::{
    Attempt, Caller, Identity, Present, SignedIn, enter_as, enter_by_link, key_of, link_owner, sign_in, sign_out, who,
};
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
    /// Slugs of the portals that an officer is bound to, and of those below them; empty for the other roles.
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
    /// Looks on: sees the desk, changes nothing.
    Viewer,
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
    /// See and change what is one's own: sessions, password, second factor.
    OwnAccount,
    /// Invite people, change their roles and portals, end their sessions.
    ManagePeople,
    /// Make and revoke the keys of programs.
    ManageKeys,
    /// Say where events are sent, and see what became of them.
    ManageWebhooks,
    /// Read the audit trail.
    ReadAudit,
    /// Take the audit trail away as a table.
    ExportAudit,
    /// Read the decisions about what one's portals carry.
    ReadDecisions,
    /// Hand in an item; keys only.
    Push,
    /// Manage the webhooks of one's own key; keys only.
    ManageOwnWebhooks,
}

impl Act {
    /// Every act.
    pub const ALL: [Self; 14] = [
        Self::ReadDesk,
        Self::Propose,
        Self::Decide,
        Self::ReadConsole,
        Self::ReadUnanswered,
        Self::OwnAccount,
        Self::ManagePeople,
        Self::ManageKeys,
        Self::ManageWebhooks,
        Self::ReadAudit,
        Self::ExportAudit,
        Self::ReadDecisions,
        Self::Push,
        Self::ManageOwnWebhooks,
    ];

    /// Whether whoever does it must have proved who they are within [`Options::confirm_minutes`]; `changes` says that
    /// something is to be changed and not only looked at.
    #[must_use]
    pub fn needs_proof(self, changes: bool) -> bool {
        match self {
            Self::ManagePeople | Self::ManageKeys | Self::ManageWebhooks => changes,
            Self::ExportAudit => true,
            _ => false,
        }
    }
}

/// The one place where it is decided who may do what. A key of a program may what its scopes say: [`Key::may`].
#[must_use]
pub fn may(role: Role, act: Act) -> bool {
    use Role::{Admin, Editor, Officer, Operator, Viewer};
    match act {
        Act::ReadDesk => matches!(role, Admin | Editor | Officer | Viewer),
        Act::Propose => matches!(role, Admin | Editor | Officer),
        Act::ReadDecisions => matches!(role, Admin | Editor | Officer | Viewer),
        Act::Decide => matches!(role, Admin | Editor),
        Act::ReadConsole => matches!(role, Admin | Operator),
        Act::ReadUnanswered => matches!(role, Admin | Operator | Editor),
        Act::OwnAccount => true,
        Act::ManageWebhooks => matches!(role, Admin | Operator),
        Act::ManagePeople | Act::ManageKeys | Act::ReadAudit | Act::ExportAudit => role == Admin,
        Act::Push | Act::ManageOwnWebhooks => false,
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
    /// The longest such closure. A browser in which its owner signed in before is let in all the same, so that locking a
    /// colleague out is no weapon.
    pub lock_seconds_max: u32,
    /// Failures from one address, over all names, that are answered without delay; beyond them the address is closed in
    /// the same way. Offices share one address, so it is patient.
    pub free_failures_address: u32,
    /// Minutes after which who changes rights, keys or webhooks or exports the audit trail must prove anew who they are.
    pub confirm_minutes: u32,
    /// Roles that must have a second factor: until they have one, they see nothing but the page where it is set up.
    pub second_factor_for: Vec<Role>,
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
            free_failures_address: 30,
            confirm_minutes: 10,
            second_factor_for: Vec::new(),
            parallel_hashes: 2,
        }
    }
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Admin, Self::Operator, Self::Editor, Self::Officer, Self::Viewer];

    /// The word in the record, on the command line and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Operator => "operator",
            Self::Editor => "editor",
            Self::Officer => "officer",
            Self::Viewer => "viewer",
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
            .ok_or_else(|| format!("unknown role `{text}` (one of admin, operator, editor, officer, viewer)"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_do_its_own_work_and_no_more() {
        let check = |role, acts: &[Act]| {
            for act in Act::ALL {
                assert_eq!(may(role, act), acts.contains(&act), "{role} {act:?}");
            }
        };
        let of_the_desk = [Act::ReadDesk, Act::ReadDecisions, Act::OwnAccount];
        let with = |more: &[Act]| [&of_the_desk, more].concat();
        check(
            Role::Admin,
            &with(&[
                Act::Propose,
                Act::Decide,
                Act::ReadConsole,
                Act::ReadUnanswered,
                Act::ManagePeople,
                Act::ManageKeys,
                Act::ManageWebhooks,
                Act::ReadAudit,
                Act::ExportAudit,
            ]),
        );
        check(Role::Operator, &[Act::ReadConsole, Act::ReadUnanswered, Act::OwnAccount, Act::ManageWebhooks]);
        check(Role::Editor, &with(&[Act::Propose, Act::Decide, Act::ReadUnanswered]));
        check(Role::Officer, &with(&[Act::Propose]));
        check(Role::Viewer, &of_the_desk);
    }

    #[test]
    fn a_role_is_read_as_it_is_written() {
        for role in Role::ALL {
            assert_eq!(role.to_string().parse(), Ok(role));
        }
        assert!("root".parse::<Role>().is_err());
    }
}
