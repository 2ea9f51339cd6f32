//! A rule as the fields of a form, and back.

use std::hash::Hasher;

use xxhash_rust::xxh3::Xxh3Default;

use crate::portal::Kind;
use crate::triage::Level;
use crate::triage::rules::{Hours, Mode, Place, Rule, Then, When};
use crate::web::form::{self, Form};

/// The fields that show a rule.
pub(super) fn of(rule: &Rule) -> Form {
    let (when, then) = (&rule.when, &rule.then);
    let number = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
    let lines = |list: &[String]| list.join("\n");
    let hours: Vec<String> = when.hours.iter().map(ToString::to_string).collect();
    let mut pairs = vec![
        ("name", rule.name.clone()),
        ("mode", rule.mode.as_str().to_owned()),
        ("portals", lines(&when.portals)),
        ("words", lines(&when.words)),
        ("words_all", lines(&when.words_all)),
        ("words_none", lines(&when.words_none)),
        ("documents", lines(&when.documents)),
        ("score_from", number(when.score_from)),
        ("score_to", number(when.score_to)),
        ("hours", hours.join(", ")),
        ("age_hours", when.age_hours.map(|hours| hours.to_string()).unwrap_or_default()),
        ("topic", then.topic.clone().unwrap_or_default()),
        ("level", then.level.map(|level| level.as_str().to_owned()).unwrap_or_default()),
        ("assign", then.assign.clone().unwrap_or_default()),
        ("notify", then.notify.clone().unwrap_or_default()),
    ];
    pairs.extend(when.kinds.iter().map(|kind| ("kinds", kind.as_str().to_owned())));
    pairs.extend(when.places.iter().map(|place| ("places", place.as_str().to_owned())));
    pairs.extend(when.topics.iter().map(|topic| ("topics", topic.clone())));
    let ticks = [("marks", when.marks), ("routine", then.routine), ("stop", then.stop)];
    pairs.extend(ticks.into_iter().filter(|(_, ticked)| *ticked).map(|(field, _)| (field, "1".to_owned())));
    form::read(form::write(pairs.iter().map(|(key, value)| (*key, value.as_str()))).as_bytes())
}

/// The rule that was typed; or the field that cannot be read and why.
pub(super) fn read(typed: &Form) -> Result<Rule, (String, String)> {
    let own = |field: &str| typed.get(field).map(str::to_owned);
    let bad = |field: &str, why: String| (field.to_owned(), why);
    let list = |field: &str, marks: &[char]| -> Vec<String> {
        let parts = typed.get(field).unwrap_or_default().split(|c| c == '\n' || c == '\r' || marks.contains(&c));
        parts.map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let score = |field: &str| match typed.get(field) {
        None => Ok(None),
        Some(text) => text
            .replace(',', ".")
            .parse()
            .map(Some)
            .map_err(|_| bad(field, format!("`{text}` is no score (write points such as 40)"))),
    };
    let hours: Result<Vec<Hours>, String> = list("hours", &[',', ';']).iter().map(|hours| hours.parse()).collect();
    let age_hours = match typed.get("age_hours") {
        None => None,
        Some(text) => {
            let hours = text.parse().map_err(|_| bad("age_hours", format!("`{text}` is no number of hours")))?;
            Some(hours)
        }
    };
    let level: Option<Level> = match typed.get("level") {
        None => None,
        Some(word) => Some(word.parse().map_err(|why| bad("level", why))?),
    };
    let kinds = Kind::ALL.into_iter().filter(|kind| typed.all("kinds").any(|word| word == kind.as_str()));
    let places = Place::ALL.into_iter().filter(|place| typed.all("places").any(|word| word == place.as_str()));
    Ok(Rule {
        name: own("name").unwrap_or_default(),
        mode: typed.get("mode").map_or(Ok(Mode::default()), str::parse).map_err(|why| bad("mode", why))?,
        when: When {
            portals: list("portals", &[',', ';', ' ']),
            kinds: kinds.collect(),
            words: list("words", &[]),
            words_all: list("words_all", &[]),
            words_none: list("words_none", &[]),
            marks: typed.get("marks").is_some(),
            places: places.collect(),
            documents: list("documents", &[',', ';']),
            topics: typed.all("topics").map(str::to_owned).collect(),
            score_from: score("score_from")?,
            score_to: score("score_to")?,
            hours: hours.map_err(|why| bad("hours", why))?,
            age_hours,
        },
        then: Then {
            topic: own("topic"),
            level,
            assign: own("assign"),
            routine: typed.get("routine").is_some(),
            notify: own("notify"),
            stop: typed.get("stop").is_some(),
        },
    })
}

/// Stands for a rule as it was tried: another rule has another mark.
pub(super) fn mark(rule: &Rule) -> String {
    let mut hasher = Xxh3Default::new();
    hasher.write(serde_json::to_string(rule).unwrap_or_default().as_bytes());
    format!("{:016x}", hasher.finish())
}

/// The field that a message is about, and the message without its beginning: ``rule `a`, when.words: why``.
pub(super) fn place_of(message: &str) -> (String, String) {
    let after = message.rsplit_once("`, ").map(|(_, rest)| rest).and_then(|rest| rest.split_once(": "));
    match after {
        Some((field, why)) => {
            let field = field.trim_start_matches("when.").trim_start_matches("then.");
            // A name that is not known stands before the rule's.
            let unknown = message.split_once(": rule `").map(|(unknown, _)| unknown);
            (field.to_owned(), unknown.map_or_else(|| why.to_owned(), |unknown| format!("{unknown}: {why}")))
        }
        None => ("name".to_owned(), message.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;
    use crate::triage::rules;

    #[test]
    fn a_rule_goes_through_the_form_and_back() {
        let check = |toml: &str| {
            let rule = rules::read(toml).unwrap().remove(0);
            assert_eq!(read(&of(&rule)).unwrap(), rule);
            assert_eq!(mark(&read(&of(&rule)).unwrap()), mark(&rule));
        };
        check("name = 'a'\n[when]\nwords = ['bão số 9', 'lũ']\nkinds = ['press']\n[then]\nlevel = 'urgent'\n");
        check(
            "name = 'b'\nmode = 'off'\n[when]\nportals = ['a', 'b']\nwords_all = ['x']\nwords_none = ['y']\nmarks = false\n\
             places = ['text']\ndocuments = ['42/2022/NĐ-CP']\ntopics = ['y-te']\nscore_from = 12.5\nscore_to = 40.0\n\
             hours = ['22-6', '8-9']\nage_hours = 5\n[then]\ntopic = 'x'\nassign = 'lan'\nroutine = true\nnotify = 'N'\nstop = true\n",
        );
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let check = |typed: &str, field: &str| {
            let typed = form::read(typed.as_bytes());
            assert_eq!(read(&typed).unwrap_err().0, field);
        };
        check("name=a&score_from=x", "score_from");
        check("name=a&hours=22h", "hours");
        check("name=a&age_hours=-1", "age_hours");
        check("name=a&level=now", "level");
        check("name=a&mode=maybe", "mode");
        let placed = |message: &str| place_of(message).0;
        assert_eq!(placed("rule `a`, when.words: `…` is no word"), "words");
        assert_eq!(placed("`mof` is not known: rule `a`, when.portals: no such portal"), "portals");
        assert_eq!(placed("a rule has no name (give it one)"), "name");
    }
}
