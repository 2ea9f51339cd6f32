//! Rules made ready, and one story put to them. Pure: what is to be done comes out, and nobody has done it yet.

use serde::{Deserialize, Serialize};

use super::phrases::{Found, Phrases, Places};
use super::{Mode, Place, Rule};
use crate::clock::Timestamp;
use crate::portal::Kind;
use crate::triage::ownership::{Owned, Owner};
use crate::triage::{Level, State};
use crate::vietnamese::{date, fold};

/// What rules know of a story.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// Its id.
    pub story: String,
    /// Its item in the queue.
    pub item: i64,
    /// Headline of its first article.
    pub title: String,
    /// Sapo.
    pub summary: String,
    /// Beginning of the text.
    pub text: String,
    /// The portals that carry it and those that these belong to.
    pub portals: Vec<String>,
    /// Kind of the portal that had it first.
    pub kind: Kind,
    /// Canonical numbers of the documents that it cites.
    pub documents: Vec<String>,
    /// Its topic, once somebody or something looked at it.
    pub topic: Option<Owned<String>>,
    /// Its level, once there is one.
    pub level: Option<Owned<Level>>,
    /// Whose it is to decide.
    pub assignee: Option<Owned<String>>,
    /// Where it stands in the queue.
    pub state: State,
    /// Whether a person decided anything about it.
    pub touched: bool,
    /// Its score.
    pub score: f64,
    /// When it came into the queue.
    pub entered_at: Timestamp,
    /// When it was published, or first seen when its portal does not say.
    pub published_at: Timestamp,
}

/// A rule that holds for a story, with what it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fired {
    /// The rule's number in the record.
    pub rule: i64,
    /// Its name.
    pub name: String,
    /// Whether it only says what it would do.
    pub shadow: bool,
    /// What it does.
    pub did: Vec<Did>,
}

/// One thing that a rule does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Did {
    /// `topic`, `level`, `assign`, `routine`, `notify` or `stop`.
    pub action: String,
    /// The topic's code, the level's word, the account, the notice.
    pub value: String,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Done.
    Done,
    /// It would have been done; the rule is in shadow.
    Would,
    /// It was so already.
    Already,
    /// A rule above it set the same field.
    Earlier,
    /// A person set it, and keeps it.
    Person,
}

impl Outcome {
    /// The word in the record and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Would => "would",
            Self::Already => "already",
            Self::Earlier => "earlier",
            Self::Person => "person",
        }
    }
}

/// One condition of a rule beside what the story has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The field of `when`; `score` and `words` are asked together.
    pub condition: &'static str,
    /// What the rule asks for.
    pub wanted: String,
    /// What the story has.
    pub found: String,
    /// Whether it holds.
    pub holds: bool,
}

/// Rules made ready, in their order.
pub struct Ready {
    rules: Vec<ReadyRule>,
    phrases: Phrases,
    looks_at_text: bool,
}

struct ReadyRule {
    id: i64,
    rule: Rule,
    /// The conditions that it has, the cheapest first.
    asked: Vec<Condition>,
    words: Vec<usize>,
    words_all: Vec<usize>,
    words_none: Vec<usize>,
    /// The texts in which it looks, as bits.
    places: Places,
    documents: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Condition {
    Kinds,
    Score,
    Topics,
    Age,
    Hours,
    Portals,
    Words,
    WordsAll,
    WordsNone,
    Documents,
}

/// A story while rules look at it.
struct Seen<'s> {
    subject: &'s Subject,
    topic: Option<&'s str>,
    found: Found,
    documents: Vec<String>,
}

impl Ready {
    /// Makes rules ready, with their numbers in the record.
    #[must_use]
    pub fn new(rules: Vec<(i64, Rule)>) -> Self {
        let mut phrases = Phrases::default();
        let rules: Vec<ReadyRule> =
            rules.into_iter().map(|(id, rule)| ReadyRule::new(id, rule, &mut phrases)).collect();
        let looks_at_text = rules.iter().any(|ready| ready.rule.when.places.contains(&Place::Text));
        Self { rules, phrases, looks_at_text }
    }

    /// Whether there is no rule.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Whether a rule looks at texts, so that they have to be read.
    #[must_use]
    pub fn looks_at_text(&self) -> bool {
        self.looks_at_text
    }

    /// The rules that hold for a story, from the top, with what each does. A topic that one sets is what the next one
    /// asks for; of several that set the same field the first wins.
    #[must_use]
    pub fn run(&self, subject: &Subject) -> Vec<Fired> {
        let mut seen = self.look(subject);
        let mut set = Vec::new();
        let mut fired = Vec::new();
        for ready in self.rules.iter().filter(|ready| ready.rule.mode != Mode::Off) {
            if !ready.asked.iter().all(|condition| ready.holds(*condition, &seen)) {
                continue;
            }
            let shadow = ready.rule.mode == Mode::Shadow;
            let did = ready.acts(subject, &set, shadow);
            let stops = ready.rule.then.stop && !shadow;
            for one in did.iter().filter(|one| one.outcome == Outcome::Done) {
                if one.action == "topic" {
                    seen.topic = ready.rule.then.topic.as_deref();
                }
            }
            // What a rule found set as it wants it stays so for the rules below it.
            let holds_on = did.iter().filter(|one| matches!(one.outcome, Outcome::Done | Outcome::Already));
            set.extend(holds_on.filter(|_| !shadow).map(|one| one.action.clone()));
            fired.push(Fired { rule: ready.id, name: ready.rule.name.clone(), shadow, did });
            if stops {
                break;
            }
        }
        fired
    }

    /// Whether the rule with this number holds for a story, condition by condition; nothing when there is no such rule.
    #[must_use]
    pub fn explain(&self, id: i64, subject: &Subject) -> Option<Vec<Check>> {
        let ready = self.rules.iter().find(|ready| ready.id == id)?;
        let seen = self.look(subject);
        Some(ready.asked.iter().map(|condition| ready.check(*condition, &seen)).collect())
    }

    fn look<'s>(&self, subject: &'s Subject) -> Seen<'s> {
        let text = if self.looks_at_text { subject.text.as_str() } else { "" };
        Seen {
            subject,
            topic: subject.topic.as_ref().and_then(|topic| topic.value.as_deref()),
            found: self.phrases.find(&[&subject.title, &subject.summary, text]),
            documents: subject.documents.iter().map(|number| fold(number)).collect(),
        }
    }
}

impl ReadyRule {
    fn new(id: i64, rule: Rule, phrases: &mut Phrases) -> Self {
        let when = &rule.when;
        let mut add = |words: &[String]| words.iter().filter_map(|word| phrases.add(word)).collect::<Vec<_>>();
        let (words, words_all, words_none) = (add(&when.words), add(&when.words_all), add(&when.words_none));
        let places = when.places.iter().fold(0, |bits, place| bits | bit(*place));
        let documents = when.documents.iter().map(|wanted| fold(wanted)).collect();
        let has = [
            (Condition::Kinds, !when.kinds.is_empty()),
            (Condition::Score, when.score_from.is_some() || when.score_to.is_some()),
            (Condition::Topics, !when.topics.is_empty()),
            (Condition::Age, when.age_hours.is_some()),
            (Condition::Words, !when.words.is_empty()),
            (Condition::WordsAll, !when.words_all.is_empty()),
            (Condition::WordsNone, !when.words_none.is_empty()),
            (Condition::Portals, !when.portals.is_empty()),
            (Condition::Documents, !when.documents.is_empty()),
            (Condition::Hours, !when.hours.is_empty()),
        ];
        let asked = has.into_iter().filter(|(_, has)| *has).map(|(condition, _)| condition).collect();
        Self { id, rule, asked, words, words_all, words_none, places, documents }
    }

    fn stands(&self, word: usize, seen: &Seen) -> bool {
        seen.found.places(word, self.rule.when.marks) & self.places != 0
    }

    fn holds(&self, condition: Condition, seen: &Seen) -> bool {
        let (when, subject) = (&self.rule.when, seen.subject);
        match condition {
            Condition::Kinds => when.kinds.contains(&subject.kind),
            Condition::Score => {
                when.score_from.is_none_or(|from| subject.score >= from)
                    && when.score_to.is_none_or(|to| subject.score <= to)
            }
            Condition::Topics => seen.topic.is_some_and(|topic| when.topics.iter().any(|wanted| wanted == topic)),
            Condition::Age => when.age_hours.is_none_or(|most| age_hours(subject) <= i64::from(most)),
            Condition::Hours => when.hours.iter().any(|hours| hours.hold(subject.entered_at)),
            Condition::Portals => subject.portals.iter().any(|slug| when.portals.contains(slug)),
            Condition::Words => self.words.iter().any(|word| self.stands(*word, seen)),
            Condition::WordsAll => self.words_all.iter().all(|word| self.stands(*word, seen)),
            Condition::WordsNone => !self.words_none.iter().any(|word| self.stands(*word, seen)),
            Condition::Documents => {
                seen.documents.iter().any(|number| self.documents.iter().any(|wanted| is_meant(number, wanted)))
            }
        }
    }

    /// The condition in words, for people.
    fn check(&self, condition: Condition, seen: &Seen) -> Check {
        let (when, subject) = (&self.rule.when, seen.subject);
        let there = |words: &[String], numbers: &[usize]| {
            let stands = words.iter().zip(numbers).filter(|(_, number)| self.stands(**number, seen));
            let told: Vec<String> = stands
                .map(|(word, number)| {
                    let bits = seen.found.places(*number, when.marks) & self.places;
                    let places: Vec<&str> =
                        Place::ALL.into_iter().filter(|place| bits & bit(*place) != 0).map(Place::as_str).collect();
                    format!("{word} ({})", places.join(", "))
                })
                .collect();
            told.join("; ")
        };
        let bound = |bound: Option<f64>| bound.map_or_else(|| "…".to_owned(), |points| points.to_string());
        let (name, wanted, found) = match condition {
            Condition::Kinds => {
                let kinds: Vec<&str> = when.kinds.iter().map(|kind| kind.as_str()).collect();
                ("kinds", kinds.join(", "), subject.kind.as_str().to_owned())
            }
            Condition::Score => {
                let wanted = format!("{} – {}", bound(when.score_from), bound(when.score_to));
                ("score", wanted, subject.score.to_string())
            }
            Condition::Topics => ("topics", when.topics.join(", "), seen.topic.unwrap_or("–").to_owned()),
            Condition::Age => {
                let wanted = format!("≤ {} h", when.age_hours.unwrap_or_default());
                ("age_hours", wanted, format!("{} h", age_hours(subject)))
            }
            Condition::Hours => {
                let hours: Vec<String> = when.hours.iter().map(ToString::to_string).collect();
                ("hours", hours.join(", "), date::show(subject.entered_at))
            }
            Condition::Portals => ("portals", when.portals.join(", "), subject.portals.join(", ")),
            Condition::Words => ("words", when.words.join("; "), there(&when.words, &self.words)),
            Condition::WordsAll => ("words_all", when.words_all.join("; "), there(&when.words_all, &self.words_all)),
            Condition::WordsNone => {
                ("words_none", when.words_none.join("; "), there(&when.words_none, &self.words_none))
            }
            Condition::Documents => ("documents", when.documents.join(", "), subject.documents.join(", ")),
        };
        let found = if found.is_empty() { "–".to_owned() } else { found };
        Check { condition: name, wanted, found, holds: self.holds(condition, seen) }
    }

    /// What the rule does with a story for which it holds; `set` are the fields that rules above it have set.
    fn acts(&self, subject: &Subject, set: &[String], shadow: bool) -> Vec<Did> {
        let then = &self.rule.then;
        let mut did = Vec::new();
        let mut act = |action: &str, value: String, belongs_to: Option<Owner>, already: bool| {
            let outcome = if set.iter().any(|field| field == action) {
                Outcome::Earlier
            } else if belongs_to.is_some_and(|owner| owner > Owner::Rule) {
                Outcome::Person
            } else if already {
                Outcome::Already
            } else if shadow {
                Outcome::Would
            } else {
                Outcome::Done
            };
            did.push(Did { action: action.to_owned(), value, outcome });
        };
        if let Some(topic) = &then.topic {
            let standing = subject.topic.as_ref();
            // The machine's own choice becomes the rule's: it stays when the machine thinks otherwise tomorrow.
            let already = standing.is_some_and(|held| held.owner == Owner::Rule && held.value.as_ref() == Some(topic));
            act("topic", topic.clone(), standing.map(|held| held.owner), already);
        }
        if let Some(level) = then.level {
            let standing = subject.level.as_ref();
            let already = standing.is_some_and(|held| held.value == Some(level));
            act("level", level.as_str().to_owned(), standing.map(|held| held.owner), already);
        }
        if let Some(name) = &then.assign {
            let standing = subject.assignee.as_ref();
            let already = standing.is_some_and(|held| held.value.as_ref() == Some(name));
            act("assign", name.clone(), standing.map(|held| held.owner), already);
        }
        if then.routine {
            let owner = subject.touched.then_some(Owner::HumanCentre);
            act("routine", String::new(), owner, subject.state != State::New);
        }
        if let Some(notice) = &then.notify {
            let outcome = if shadow { Outcome::Would } else { Outcome::Done };
            did.push(Did { action: "notify".to_owned(), value: notice.clone(), outcome });
        }
        if then.stop {
            let outcome = if shadow { Outcome::Would } else { Outcome::Done };
            did.push(Did { action: "stop".to_owned(), value: String::new(), outcome });
        }
        did
    }
}

fn bit(place: Place) -> Places {
    match place {
        Place::Title => 1,
        Place::Summary => 2,
        Place::Text => 4,
    }
}

fn age_hours(subject: &Subject) -> i64 {
    subject.entered_at.duration_since(subject.published_at).as_hours().max(0)
}

/// Whether a folded number is the wanted one, ends as wanted behind a stroke, or any will do.
fn is_meant(number: &str, wanted: &str) -> bool {
    wanted == "*" || number == wanted || number.strip_suffix(wanted).is_some_and(|rest| rest.ends_with('/'))
}

#[cfg(test)]
mod tests;
