//! The queue of what deserves wide amplification: one item per story, a score that explains itself, and decisions
//! that are only ever added.
//!
//! In come stories and what editors decide; out come cards and history. A machine orders the queue here and never
//! decides.

mod decide;
mod filter;
mod options;
pub mod ownership;
pub mod rules;
mod score;
mod sought;
mod state;
pub mod stories;
pub mod table;
pub mod topics;

use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use decide::{By, Decided, MAX_REASON, Refused, decide, decide_by};
pub use filter::{Due, Filter, Pick, Picks, View};
pub use options::Options;
pub use score::{Facts, Part, Score, score};
pub use state::{Action, Refusal, next_state};

use crate::archive::stories::Question;
use crate::clock::Timestamp;
use crate::portal::Kind;

/// Where an item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Nobody decided yet.
    New,
    /// A portal's officer proposed it.
    Proposed,
    /// To be spread.
    Amplified,
    /// Of no wider interest.
    Routine,
    /// Not to be spread.
    Rejected,
    /// Decided together with another story.
    Merged,
    /// Put off until later.
    Snoozed,
    /// Was amplified, and is no longer.
    Recalled,
}

/// How soon a story is to be spread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// At once, before anything else.
    Urgent,
    /// The same day.
    High,
    /// In the ordinary course.
    #[default]
    Normal,
}

/// One item of the queue with what an editor needs to decide.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Card {
    /// The item's number.
    pub id: i64,
    /// Its story: the id of the story's first article.
    pub story: String,
    /// The article that stands for it.
    pub lead: String,
    /// Where it stands.
    pub state: State,
    /// How soon it is to be spread, once that was decided.
    pub level: Option<Level>,
    /// Rises with every decision; a decision names the revision that it was taken on.
    pub revision: i64,
    /// Its score with its parts.
    pub score: Score,
    /// Put off until then.
    pub snoozed_until: Option<Timestamp>,
    /// When it was first amplified.
    pub amplified_at: Option<Timestamp>,
    /// When it came into the queue.
    pub created_at: Timestamp,
    /// When it was last decided upon.
    pub updated_at: Timestamp,
    /// Headline of its first article.
    pub title: String,
    /// Sapo of its first article.
    pub summary: String,
    /// Address of its first article.
    pub url: String,
    /// Kind of the portal that had it first.
    pub kind: Kind,
    /// When its first article was published, as the portal says.
    pub published_at: Option<Timestamp>,
    /// Whether its portal gave the day and no time.
    pub date_only: bool,
    /// When lantoa first saw it.
    pub first_seen_at: Timestamp,
    /// Documents that its first article cites.
    pub documents: Vec<String>,
    /// The portals that carry it, the first one first: slug and name.
    pub portals: Vec<(String, String)>,
    /// What an editor is asked about it: whether an article tells the same as one of another portal.
    pub questions: Vec<Question>,
    /// Its topic, when it was looked at.
    pub topic: Option<Classified>,
    /// Until when it is to be spread.
    pub deadline: Option<Timestamp>,
    /// Name of the account that it was given to.
    pub assigned_to: Option<String>,
    /// What the centre said when it corrected it; empty when it did not.
    pub correction: String,
}

/// The topic of an item's story.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Classified {
    /// The topic's code; nothing when it has none.
    pub code: Option<String>,
    /// Whose value it is.
    pub owner: ownership::Owner,
    /// What a machine or rule went by: where, and what.
    pub why: Vec<(String, String)>,
    /// The person who set it; empty for a machine.
    pub actor: String,
}

/// One line of an item's history.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decision {
    /// Its number.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What: the action's word.
    pub action: String,
    /// Why, in the person's words.
    pub reason: String,
    /// Where the item stood before.
    pub from: State,
    /// Where it stood after.
    pub to: State,
    /// The item's revision after it.
    pub revision: i64,
    /// Level, deadline and the like, as JSON.
    pub detail: serde_json::Value,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 8] = [
        Self::New,
        Self::Proposed,
        Self::Amplified,
        Self::Routine,
        Self::Rejected,
        Self::Merged,
        Self::Snoozed,
        Self::Recalled,
    ];

    /// The word in the record and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Proposed => "proposed",
            Self::Amplified => "amplified",
            Self::Routine => "routine",
            Self::Rejected => "rejected",
            Self::Merged => "merged",
            Self::Snoozed => "snoozed",
            Self::Recalled => "recalled",
        }
    }
}

impl FromStr for State {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or_else(|| format!("unknown state `{text}`"))
    }
}

impl Level {
    /// Every level, most pressing first.
    pub const ALL: [Self; 3] = [Self::Urgent, Self::High, Self::Normal];

    /// The word in the record and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Urgent => "urgent",
            Self::High => "high",
            Self::Normal => "normal",
        }
    }
}

impl FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|level| level.as_str() == text)
            .ok_or_else(|| format!("unknown level `{text}` (one of urgent, high, normal)"))
    }
}
