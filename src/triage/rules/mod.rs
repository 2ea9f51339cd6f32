//! Rules that people write for the queue: when a story is like this, then do that.
//!
//! In come rules, as files or from the console's form, and what is known of a story; out comes what each rule does with
//! it, and why. A rule never overwrites what a person set, and a rule in shadow changes nothing: it is only counted.
//! There are no patterns: words are compared as whole words, so that no rule can take longer than its length.

mod act;
mod hours;
mod phrases;
mod ready;
mod run;
pub mod table;

use std::str::FromStr;

use anyhow::{Context, Result, anyhow, ensure};
use serde::{Deserialize, Serialize};

pub use hours::Hours;
pub use ready::{Check, Did, Fired, Outcome, Ready, Subject};
pub use run::{DRY_DAYS, Dry, DryHit, MOST_LOOKED_AT, dry_run, run_waiting, subject};

use super::Level;
use crate::portal::Kind;

/// Rules that a record holds at most: more than a desk can keep in its head, few enough to run on every article.
pub const MAX_RULES: usize = 2_000;
/// Characters of a name, a notice and a word.
pub const MAX_NAME: usize = 80;
/// Characters of a notice.
pub const MAX_NOTICE: usize = 300;
const MAX_WORD: usize = 120;
/// Entries of one list of a rule.
const MAX_ENTRIES: usize = 300;
/// Points that a score can be compared with.
const MAX_SCORE: f64 = 10_000.0;

/// One rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What it is called; no two rules share a name.
    pub name: String,
    /// Whether it acts.
    #[serde(default)]
    pub mode: Mode,
    /// What a story must be like; all of it.
    #[serde(default)]
    pub when: When,
    /// What is done with it then.
    #[serde(default)]
    pub then: Then,
}

/// Whether a rule acts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// It acts.
    #[default]
    On,
    /// It is counted and says what it would have done.
    Shadow,
    /// It is not looked at.
    Off,
}

/// What a story must be like. What is left empty is not asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct When {
    /// One of these portals carries it, or a portal that belongs to one of them (slugs).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub portals: Vec<String>,
    /// The portal that had it first is of one of these kinds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<Kind>,
    /// At least one of these words stands there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
    /// Every one of these words stands there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub words_all: Vec<String>,
    /// None of these words stands there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub words_none: Vec<String>,
    /// Whether words are compared with their marks (`bão` is not `báo`). A text without any marks is compared without
    /// them, and then only by phrases of several words.
    #[serde(skip_serializing_if = "is_true")]
    pub marks: bool,
    /// Where words are looked for.
    #[serde(skip_serializing_if = "is_usual")]
    pub places: Vec<Place>,
    /// It cites one of these: a number (`42/2022/NĐ-CP`), the end of one (`NĐ-CP`), or `*` for any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<String>,
    /// Its topic is one of these (codes).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<String>,
    /// Its score is at least this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score_from: Option<f64>,
    /// Its score is at most this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score_to: Option<f64>,
    /// It came into the queue within one of these hours of the day in Vietnam: `22-6` is from 22:00 until before 06:00.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hours: Vec<Hours>,
    /// It was at most so many hours old when it came into the queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age_hours: Option<u32>,
}

/// What a rule does.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Then {
    /// Gives it this topic (code).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// Gives it this level, for whoever decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// Gives it to this person (account).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assign: Option<String>,
    /// Takes it out of the queue as routine.
    #[serde(skip_serializing_if = "is_false")]
    pub routine: bool,
    /// Writes this notice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notify: Option<String>,
    /// No rule after this one is looked at.
    #[serde(skip_serializing_if = "is_false")]
    pub stop: bool,
}

/// Where words are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// The headline.
    Title,
    /// The sapo.
    Summary,
    /// The beginning of the text.
    Text,
}

/// What a rule may name.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Slugs of portals.
    pub portals: Vec<String>,
    /// Codes of topics that are in use.
    pub topics: Vec<String>,
    /// Names of accounts.
    pub people: Vec<String>,
}

impl Default for When {
    fn default() -> Self {
        Self {
            portals: Vec::new(),
            kinds: Vec::new(),
            words: Vec::new(),
            words_all: Vec::new(),
            words_none: Vec::new(),
            marks: true,
            places: vec![Place::Title, Place::Summary],
            documents: Vec::new(),
            topics: Vec::new(),
            score_from: None,
            score_to: None,
            hours: Vec::new(),
            age_hours: None,
        }
    }
}

fn is_true(value: &bool) -> bool {
    *value
}

fn is_false(value: &bool) -> bool {
    !*value
}

fn is_usual(places: &[Place]) -> bool {
    places == [Place::Title, Place::Summary]
}

/// Reads a file of rules: one rule, or a list of `[[rule]]`.
///
/// # Errors
/// Names the rule, the field and the mend.
pub fn read(toml: &str) -> Result<Vec<Rule>> {
    let table: toml::Table = toml::from_str(toml).map_err(|cause| {
        let line = cause.span().map_or(1, |span| 1 + toml[..span.start.min(toml.len())].matches('\n').count());
        anyhow!("line {line} is not TOML: {}", one_line(cause.message()))
    })?;
    let many = table.contains_key("rule");
    if let Some(other) = table.keys().find(|key| many && *key != "rule") {
        return Err(anyhow!("`{other}` stands beside [[rule]] (move it into a rule, or take it away)"));
    }
    let tables = match table.get("rule") {
        Some(toml::Value::Array(rules)) => rules.clone(),
        Some(_) => return Err(anyhow!("`rule` is no list (write [[rule]] before each rule)")),
        None => vec![toml::Value::Table(table)],
    };
    let mut rules: Vec<Rule> = Vec::with_capacity(tables.len());
    for (at, table) in tables.into_iter().enumerate() {
        let rule = read_one(table, at + 1)?;
        ensure!(
            rules.iter().all(|other| other.name != rule.name),
            "rule `{}` stands there twice (give each its own name)",
            rule.name
        );
        rules.push(rule);
    }
    Ok(rules)
}

fn read_one(table: toml::Value, number: usize) -> Result<Rule> {
    let name = table.get("name").and_then(toml::Value::as_str).unwrap_or_default().trim().to_owned();
    ensure!(!name.is_empty(), "rule {number} has no name (begin it with name = \"…\")");
    let mut rule =
        Rule::deserialize(table).map_err(|cause| anyhow!("rule `{name}`: {}", one_line(&cause.to_string())))?;
    rule.name = name;
    rule.check()?;
    Ok(rule)
}

/// A message of the parser on one line.
fn one_line(message: &str) -> String {
    message.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

impl Rule {
    /// The rule as a file.
    ///
    /// # Errors
    /// Never for a rule that [`Rule::check`] lets pass.
    pub fn to_toml(&self) -> Result<String> {
        toml::to_string(self).with_context(|| format!("cannot write rule `{}`", self.name))
    }

    /// Whether the rule says something, within its bounds.
    ///
    /// # Errors
    /// Names the rule, the field and the mend.
    pub fn check(&self) -> Result<()> {
        let (name, when, then) = (&self.name, &self.when, &self.then);
        let bad = |field: &str, why: &str| anyhow!("rule `{name}`, {field}: {why}");
        ensure!(!name.trim().is_empty(), "a rule has no name (give it one)");
        let plain = |text: &str, most: usize| {
            text.chars().count() <= most && !text.contains(char::is_control) && !text.trim().is_empty()
        };
        ensure!(plain(name, MAX_NAME), bad("name", "it is too long (at most 80 characters on one line)"));
        let words = [("words", &when.words), ("words_all", &when.words_all), ("words_none", &when.words_none)];
        for (field, list) in words {
            for word in list {
                let sound = plain(word, MAX_WORD) && word.contains(char::is_alphanumeric);
                ensure!(
                    sound,
                    bad(
                        &format!("when.{field}"),
                        &format!("`{word}` is no word to look for (write whole words, at most {MAX_WORD} characters)")
                    )
                );
            }
        }
        let lists = [
            ("portals", when.portals.len()),
            ("words", when.words.len()),
            ("words_all", when.words_all.len()),
            ("words_none", when.words_none.len()),
            ("documents", when.documents.len()),
            ("topics", when.topics.len()),
            ("hours", when.hours.len()),
        ];
        for (field, length) in lists {
            let field = format!("when.{field}");
            ensure!(
                length <= MAX_ENTRIES,
                bad(&field, &format!("{length} entries (at most {MAX_ENTRIES}; make two rules)"))
            );
        }
        ensure!(!when.places.is_empty(), bad("when.places", "it is empty (name title, summary or text)"));
        for (field, score) in [("score_from", when.score_from), ("score_to", when.score_to)] {
            let sound = score.is_none_or(|score| score.is_finite() && score.abs() <= MAX_SCORE);
            ensure!(sound, bad(&format!("when.{field}"), "it is no score (write points such as 40)"));
        }
        if let (Some(from), Some(to)) = (when.score_from, when.score_to) {
            ensure!(
                from <= to,
                bad("when.score_to", &format!("{to} is less than score_from {from} (turn them round)"))
            );
        }
        if let Some(empty) = when.documents.iter().find(|wanted| !plain(wanted, MAX_WORD)) {
            return Err(bad("when.documents", &format!("`{empty}` is no number (write 42/2022/NĐ-CP, NĐ-CP or *)")));
        }
        ensure!(
            *when != When { marks: when.marks, places: when.places.clone(), ..When::default() },
            bad("when", "it asks for nothing and would hold for every story (add a condition)")
        );
        ensure!(
            *then != Then { stop: then.stop, ..Then::default() } || then.stop,
            bad("then", "it does nothing (add topic, level, assign, routine, notify or stop)")
        );
        if let Some(notice) = &then.notify {
            ensure!(
                plain(notice, MAX_NOTICE),
                bad("then.notify", "it is empty or too long (at most 300 characters on one line)")
            );
        }
        Ok(())
    }

    /// Whether what the rule names is there.
    ///
    /// # Errors
    /// Names the rule, the field and the mend.
    pub fn check_names(&self, known: &Known) -> Result<()> {
        let absent = |field: &str, word: &str, mend: &str| {
            anyhow!("rule `{}`, {field}: no such {mend}", self.name).context(format!("`{word}` is not known"))
        };
        let missing = |names: &[String], there: &[String]| names.iter().find(|name| !there.contains(name)).cloned();
        if let Some(slug) = missing(&self.when.portals, &known.portals) {
            return Err(absent("when.portals", &slug, "portal (lantoa portal list shows their slugs)"));
        }
        if let Some(code) = missing(&self.when.topics, &known.topics) {
            return Err(absent("when.topics", &code, "topic in use (/console/topics shows their codes)"));
        }
        if let Some(code) = self.then.topic.as_ref().filter(|code| !known.topics.contains(code)) {
            return Err(absent("then.topic", code, "topic in use (/console/topics shows their codes)"));
        }
        if let Some(name) = self.then.assign.as_ref().filter(|name| !known.people.contains(name)) {
            return Err(absent("then.assign", name, "account (lantoa user add makes one)"));
        }
        Ok(())
    }
}

impl Mode {
    /// Every mode.
    pub const ALL: [Self; 3] = [Self::On, Self::Shadow, Self::Off];

    /// The word in files, the record and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Shadow => "shadow",
            Self::Off => "off",
        }
    }
}

impl FromStr for Mode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|mode| mode.as_str() == text);
        found.ok_or_else(|| format!("unknown mode `{text}` (one of on, shadow, off)"))
    }
}

impl Place {
    /// Every place, in the order of the texts that are looked at.
    pub const ALL: [Self; 3] = [Self::Title, Self::Summary, Self::Text];

    /// The word in files and forms.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Summary => "summary",
            Self::Text => "text",
        }
    }
}

#[cfg(test)]
mod tests;
