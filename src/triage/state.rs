//! Which decision leads from which state to which: one pure function.

use serde::{Deserialize, Serialize};

use super::{Level, State};
use crate::clock::Timestamp;

/// What a person does with an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "lowercase", deny_unknown_fields)]
pub enum Action {
    /// Spread it.
    Amplify {
        /// How widely.
        level: Level,
        /// Until when it should have been taken over.
        #[serde(default)]
        deadline: Option<Timestamp>,
    },
    /// Of no wider interest.
    Routine,
    /// Not to be spread.
    Reject,
    /// Decide together with another item.
    Merge {
        /// That item's number.
        into: i64,
    },
    /// Put it off.
    Snooze {
        /// When it comes back.
        until: Timestamp,
    },
    /// Take it back into the queue.
    Reopen,
    /// End the amplification: the portals are told.
    Recall,
    /// Propose it to the centre.
    Propose {
        /// How widely it should be spread.
        level: Level,
        /// Until when it should be spread.
        #[serde(default)]
        deadline: Option<Timestamp>,
    },
    /// Give a proposal back to its officer, with a word.
    Return,
    /// Tell everybody who took an amplified story over that it changed.
    Correct {
        /// How widely it is to be spread from now on; as before where nothing is said.
        #[serde(default)]
        level: Option<Level>,
        /// Until when it should have been taken over.
        #[serde(default)]
        deadline: Option<Timestamp>,
        /// What changed, in words that leave the house.
        correction: String,
    },
    /// Give it to somebody; to nobody where no name is said.
    Assign {
        /// Name of the account.
        #[serde(default)]
        to: Option<String>,
    },
    /// Set its topic; clear it where no code is said.
    Classify {
        /// The topic's code.
        #[serde(default)]
        topic: Option<String>,
    },
    /// Say something about it; changes nothing.
    Note,
    /// Take back the last decision that still counts.
    Undo,
}

/// Why an action cannot be taken now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The item is already decided.
    #[error("already decided as {} (reopen it first)", .0.as_str())]
    Decided(State),
    /// Only what is amplified can be recalled.
    #[error("cannot recall what is {} (only amplified items are recalled)", .0.as_str())]
    NotAmplified(State),
    /// What is amplified leaves that state by recall or undo.
    #[error("amplified (recall it instead)")]
    RecallInstead,
    /// It is open already.
    #[error("already in the queue")]
    Open,
    /// No decision is left to take back.
    #[error("nothing to undo")]
    NothingToUndo,
    /// A snooze must end in the future, and within 30 days.
    #[error("the time to come back at must lie ahead, at most 30 days")]
    BadTime,
    /// An item cannot be merged into itself or into nothing.
    #[error("no such item to merge into")]
    BadMerge,
    /// Only a proposal can be given back.
    #[error("cannot return what is {} (only proposals are returned)", .0.as_str())]
    NotProposed(State),
    /// A proposal goes back with a word, a correction says what changed.
    #[error("a reason is missing (say why)")]
    NoReason,
    /// The value belongs to somebody of a higher rank.
    #[error("the centre has set this value (ask it)")]
    NotYours,
    /// There is no such topic or account.
    #[error("no such topic or person")]
    NoSuchValue,
}

/// Where `action` leads from `state`. [`Action::Undo`] leads back to wherever the decision that it takes back came
/// from, which `state` does not know; the caller looks it up.
///
/// # Errors
/// Why the action is refused in this state.
pub fn next_state(state: State, action: &Action) -> Result<State, Refusal> {
    use State::{Amplified, Merged, New, Proposed, Recalled, Rejected, Routine, Snoozed};
    match (action, state) {
        (Action::Note | Action::Classify { .. }, state) => Ok(state),
        (Action::Assign { .. }, New | Proposed | Snoozed | Amplified) => Ok(state),

        (Action::Amplify { .. }, New | Proposed | Snoozed) => Ok(Amplified),
        // Amplified again with another level or deadline: the portals get a correction.
        (Action::Amplify { .. }, Amplified) => Ok(Amplified),
        (Action::Routine, New | Proposed | Snoozed) => Ok(Routine),
        (Action::Reject, New | Proposed | Snoozed) => Ok(Rejected),
        (Action::Merge { .. }, New | Proposed | Snoozed) => Ok(Merged),
        (Action::Snooze { .. }, New | Proposed | Snoozed) => Ok(Snoozed),
        (Action::Propose { .. }, New | Proposed | Snoozed) => Ok(Proposed),

        (Action::Reopen, Routine | Rejected | Merged | Snoozed | Recalled) => Ok(New),
        (Action::Reopen, New | Proposed) => Err(Refusal::Open),
        (Action::Recall, Amplified) => Ok(Recalled),
        (Action::Correct { .. }, Amplified) => Ok(Amplified),
        (Action::Recall | Action::Correct { .. }, state) => Err(Refusal::NotAmplified(state)),
        (Action::Return, Proposed) => Ok(New),
        (Action::Return, state) => Err(Refusal::NotProposed(state)),

        (Action::Undo, _) => Err(Refusal::NothingToUndo),
        (_, Amplified) => Err(Refusal::RecallInstead),
        (_, state) => Err(Refusal::Decided(state)),
    }
}

impl Action {
    /// The word in the record, in forms and in JSON.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Amplify { .. } => "amplify",
            Self::Routine => "routine",
            Self::Reject => "reject",
            Self::Merge { .. } => "merge",
            Self::Snooze { .. } => "snooze",
            Self::Reopen => "reopen",
            Self::Recall => "recall",
            Self::Propose { .. } => "propose",
            Self::Return => "return",
            Self::Correct { .. } => "correct",
            Self::Assign { .. } => "assign",
            Self::Classify { .. } => "classify",
            Self::Note => "note",
            Self::Undo => "undo",
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    /// For each action, where it leads from each state in the order of [`State::ALL`]; `-` where it is refused.
    fn check(action: &Action, expected: &str) {
        let found: Vec<&str> =
            State::ALL.iter().map(|state| next_state(*state, action).map_or("-", State::as_str)).collect();
        assert_eq!(found.join(" "), expected, "{}", action.as_str());
    }

    #[test]
    fn the_whole_table() {
        let level = Level::Normal;
        let until = Timestamp::UNIX_EPOCH;
        let open = |to: &str| format!("{to} {to} - - - - {to} -");
        check(&Action::Amplify { level, deadline: None }, "amplified amplified amplified - - - amplified -");
        check(&Action::Routine, &open("routine"));
        check(&Action::Reject, &open("rejected"));
        check(&Action::Merge { into: 1 }, &open("merged"));
        check(&Action::Snooze { until }, &open("snoozed"));
        check(&Action::Propose { level, deadline: None }, &open("proposed"));
        check(&Action::Return, "- new - - - - - -");
        let correction = Action::Correct { level: None, deadline: None, correction: String::new() };
        check(&correction, "- - amplified - - - - -");
        check(&Action::Assign { to: None }, "new proposed amplified - - - snoozed -");
        let everywhere = "new proposed amplified routine rejected merged snoozed recalled";
        check(&Action::Classify { topic: None }, everywhere);
        check(&Action::Reopen, "- - - new new new new new");
        check(&Action::Recall, "- - recalled - - - - -");
        check(&Action::Note, "new proposed amplified routine rejected merged snoozed recalled");
        check(&Action::Undo, "- - - - - - - -");
    }

    #[test]
    fn actions_are_read_as_the_contract_writes_them() {
        let read = |json: &str| serde_json::from_str::<Action>(json);
        let amplify = Action::Amplify { level: Level::Urgent, deadline: None };
        assert_eq!(read(r#"{"action":"amplify","level":"urgent"}"#).unwrap(), amplify);
        assert_eq!(read(r#"{"action":"reject"}"#).unwrap(), Action::Reject);
        assert!(read(r#"{"action":"amplify"}"#).is_err());
        assert!(read(r#"{"action":"publish"}"#).is_err());
    }
}
