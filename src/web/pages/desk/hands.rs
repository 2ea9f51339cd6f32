//! What a visitor can do with a card: which buttons stand on it, and what they carry.

use crate::accounts::{self, Act};
use crate::clock::Timestamp;
use crate::triage::topics::Topic;
use crate::triage::{Card, Decision, Level, State};
use crate::web::Site;
use crate::web::form::Form;
use crate::web::frame::Frame;
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;

/// Hours for which a story can be put off by one click.
pub(super) const SNOOZES: [i64; 4] = [1, 4, 24, 72];
/// Hours within which portals should have taken a story over.
pub(super) const DEADLINES: [i64; 5] = [1, 4, 12, 24, 72];
/// Reasons for a rejection that one key says: words of the group `quick`.
pub(super) const QUICK: [&str; 5] = ["local", "old", "advert", "wrong", "outside"];

/// What the visitor can do, and where the buttons lead back to.
pub(super) struct Hands {
    pub(super) decide: bool,
    pub(super) propose: bool,
    pub(super) me: String,
    pub(super) back: String,
    /// What was typed for a decision that could not be taken: nobody types it twice.
    pub(super) draft: Draft,
    pub(super) topics: Vec<Topic>,
    /// Names that a story can be given to, the visitor's own first.
    pub(super) people: Vec<String>,
    /// Whether keys press buttons.
    pub(super) keys: bool,
}

/// What a form carried besides its action.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) reason: String,
    /// A reason is asked for: its field is open.
    pub(super) asks_reason: bool,
    pub(super) level: Option<Level>,
    pub(super) deadline: String,
    pub(super) correction: String,
    pub(super) into: String,
}

impl Draft {
    /// What a form carried, for the page that asks again.
    pub(super) fn of(form: &Form, most: usize) -> Self {
        let text = |key: &str| form.get(key).unwrap_or_default().chars().take(most).collect::<String>();
        Self {
            reason: text("reason"),
            asks_reason: false,
            level: form.get("level").and_then(|word| word.parse().ok()),
            deadline: text("deadline"),
            correction: text("correction"),
            into: text("into"),
        }
    }
}

impl Hands {
    pub(super) async fn of(site: &Site, visitor: &Visitor, back: String) -> Result<Self, Trouble> {
        let pool = site.parts.store.pool();
        let me = visitor.account.as_ref().map(|account| account.name.clone()).unwrap_or_default();
        let decide = visitor.may(Act::Decide);
        let mut people = Vec::new();
        if decide {
            people.push(me.clone());
            people.extend(accounts::table::colleagues::deciders(pool).await?.into_iter().filter(|name| *name != me));
        }
        let keys = match &visitor.account {
            Some(account) => crate::triage::table::views::keys(pool, account.id).await?,
            None => false,
        };
        let topics = site.directory().await?.topics.clone();
        let propose = visitor.may(Act::Propose);
        Ok(Self { decide, propose, me, back, draft: Draft::default(), topics, people, keys })
    }

    /// Every level, and whether the form offers it first: what was proposed, or the ordinary one.
    pub(super) fn levels(&self, card: &Card) -> [(Level, bool); 3] {
        let first = self.draft.level.or(card.level).unwrap_or_default();
        Level::ALL.map(|level| (level, level == first))
    }

    /// The deadlines that a form offers: value, words, and whether it comes first.
    pub(super) fn deadlines(&self, frame: &Frame, card: &Card, now: &Timestamp) -> Vec<(String, String, bool)> {
        let standing = card.deadline.filter(|deadline| deadline > now);
        let first = match (self.draft.deadline.as_str(), standing) {
            ("", Some(standing)) => standing.to_string(),
            (typed, _) => typed.to_owned(),
        };
        let mut offered = vec![(String::new(), frame.say("desk.no_deadline").to_owned())];
        if let Some(standing) = standing {
            offered.push((standing.to_string(), frame.at(&standing)));
        }
        offered.extend(DEADLINES.map(|hours| (hours.to_string(), frame.count("desk.within", hours))));
        offered.into_iter().map(|(value, words)| (value == first, value, words)).map(|(is, v, w)| (v, w, is)).collect()
    }

    /// Whether a decision can be taken back: notes and what was taken back stay as they are, and a ministry takes back
    /// only what is its own.
    pub(super) fn undoes(&self, decision: &Decision) -> bool {
        let mine = self.decide || decision.actor == self.me;
        mine && !["undo", "note"].contains(&decision.action.as_str())
    }

    /// What can be done with a card in its state, without the actions that always can.
    pub(super) fn open(&self, card: &Card) -> bool {
        self.decide && matches!(card.state, State::New | State::Proposed | State::Snoozed)
    }

    pub(super) fn returns(&self, card: &Card) -> bool {
        self.decide && card.state == State::Proposed
    }

    pub(super) fn recall(&self, card: &Card) -> bool {
        self.decide && card.state == State::Amplified
    }

    pub(super) fn reopen(&self, card: &Card) -> bool {
        let decided = [State::Routine, State::Rejected, State::Merged, State::Recalled];
        self.decide && decided.contains(&card.state)
    }

    pub(super) fn assigns(&self, card: &Card) -> bool {
        self.decide && (self.open(card) || card.state == State::Amplified)
    }

    /// Officers propose; those who decide have no need to.
    pub(super) fn proposes(&self, card: &Card) -> bool {
        self.propose && !self.decide && matches!(card.state, State::New | State::Proposed | State::Snoozed)
    }

    /// The topic of a card by its name.
    pub(super) fn topic(&self, card: &Card) -> Option<&Topic> {
        let code = card.topic.as_ref()?.code.as_deref()?;
        self.topics.iter().find(|topic| topic.code == code)
    }

    /// Whether a topic is the card's.
    pub(super) fn has_topic(&self, card: &Card, code: &str) -> bool {
        card.topic.as_ref().and_then(|topic| topic.code.as_deref()).unwrap_or_default() == code
    }

    /// The quick reasons, with their keys.
    pub(super) fn quick(&self) -> impl Iterator<Item = (usize, &'static str)> {
        QUICK.iter().enumerate().map(|(at, word)| (at + 1, *word))
    }
}
