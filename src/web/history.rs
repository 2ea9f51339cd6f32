//! The history of an article's wordings, as pages and the API show it: what each edit changed, with the words around.
//! People's numbers are masked before two wordings are compared, so that none shows in a piece of either.

use serde_json::{Value, json};

use super::outward;
use crate::archive::Version;
use crate::archive::difference::{Difference, Fact, Piece, Side, Wording, difference};
use crate::clock::Timestamp;

/// Words around a change that are shown on either side.
const AROUND: usize = 8;
/// Changed pieces of one edit that are shown; whoever needs more reads the original.
const PIECES: usize = 40;
/// Words of one changed piece that are shown.
const LONGEST: usize = 60;
/// Edits that are compared, the latest.
const EDITS: usize = 20;

/// One wording in the history, with what it changed against the one before.
pub(super) struct Edit {
    pub(super) version: i64,
    pub(super) at: Timestamp,
    pub(super) title: String,
    /// What the edit is: a key of the words for it; empty for the first wording.
    pub(super) nature: &'static str,
    /// The facts that it changed.
    pub(super) facts: Vec<Fact>,
    /// Title, sapo and text where they differ, each with the key of its name.
    pub(super) passages: Vec<(&'static str, Vec<Shown>)>,
}

/// A piece of a passage as it is shown.
pub(super) struct Shown {
    /// `same`, `ins` or `del`.
    pub(super) element: &'static str,
    pub(super) text: String,
}

/// The wordings of an article, latest first. Without `quoted` only what kind of edit each was is told: its portal took
/// the article down, or asks that nothing be quoted.
pub(super) fn edits(versions: &[Version], quoted: bool) -> Vec<Edit> {
    let masked: Vec<[String; 3]> = versions
        .iter()
        .map(|version| [&version.title, &version.summary, &version.text].map(|part| outward::masked(part)))
        .collect();
    let wording = |at: usize| masked.get(at).map(|[title, summary, text]| Wording { title, summary, text });
    let mut edits: Vec<Edit> = Vec::with_capacity(versions.len());
    for (at, version) in versions.iter().enumerate() {
        let is_late = at + EDITS >= versions.len();
        let pair = at.checked_sub(1).and_then(wording).zip(wording(at)).filter(|_| is_late);
        let found = pair.map(|(before, after)| difference(&before, &after));
        edits.push(Edit {
            version: version.version,
            at: version.seen_at,
            title: outward::masked(&version.title),
            nature: found.as_ref().map_or("", nature),
            facts: found.as_ref().filter(|_| quoted).map(|found| found.facts.clone()).unwrap_or_default(),
            passages: found.filter(|_| quoted).map(passages).unwrap_or_default(),
        });
    }
    edits.reverse();
    edits
}

/// The history as data, oldest first.
pub(super) fn data(versions: &[Version], quoted: bool) -> Vec<Value> {
    let mut edits = edits(versions, quoted);
    edits.reverse();
    let line = |edit: Edit| {
        let facts: Vec<Value> = edit
            .facts
            .iter()
            .map(|fact| json!({ "kind": fact.kind, "before": fact.before, "after": fact.after, "words": fact.in_words() }))
            .collect();
        json!({
            "version": edit.version,
            "seen_at": edit.at,
            "title": if quoted { Value::from(edit.title) } else { Value::Null },
            "nature": (!edit.nature.is_empty()).then_some(edit.nature),
            "facts": facts,
        })
    };
    edits.into_iter().map(line).collect()
}

fn nature(found: &Difference) -> &'static str {
    use crate::archive::difference::Nature;
    match found.nature {
        Nature::None => "none",
        Nature::Form => "form",
        Nature::Spelling => "spelling",
        Nature::Wording => "wording",
        Nature::Facts => "facts",
    }
}

fn passages(found: Difference) -> Vec<(&'static str, Vec<Shown>)> {
    let parts = [("item.title", found.title), ("item.summary", found.summary), ("item.text", found.text)];
    parts.into_iter().filter(|(_, pieces)| !pieces.is_empty()).map(|(key, pieces)| (key, shown(&pieces))).collect()
}

/// The pieces with a few words around each change.
fn shown(pieces: &[Piece]) -> Vec<Shown> {
    let mut out: Vec<Shown> = Vec::new();
    let mut changes = 0;
    for (at, piece) in pieces.iter().enumerate() {
        let words: Vec<&str> = piece.text.split_whitespace().collect();
        let text = match piece.side {
            Side::Both => {
                let (is_first, is_last) = (at == 0, at + 1 == pieces.len());
                context(&words, if is_first { 0 } else { AROUND }, if is_last { 0 } else { AROUND })
            }
            Side::Before | Side::After => {
                changes += 1;
                if words.len() > LONGEST { format!("{} …", words[..LONGEST].join(" ")) } else { words.join(" ") }
            }
        };
        if changes > PIECES {
            out.push(Shown { element: "same", text: "…".to_owned() });
            break;
        }
        let element = match piece.side {
            Side::Both => "same",
            Side::Before => "del",
            Side::After => "ins",
        };
        if !text.is_empty() {
            out.push(Shown { element, text });
        }
    }
    out
}

/// The first and the last words of a passage.
fn context(words: &[&str], first: usize, last: usize) -> String {
    if words.len() <= first + last {
        return words.join(" ");
    }
    let (head, tail) = (&words[..first], &words[words.len() - last..]);
    [head.join(" ").as_str(), "…", tail.join(" ").as_str()].join(" ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(number: i64, title: &str, text: &str) -> Version {
        let seen_at = Timestamp::UNIX_EPOCH;
        Version { version: number, seen_at, title: title.to_owned(), summary: String::new(), text: text.to_owned() }
    }

    #[test]
    fn an_edit_is_shown_with_a_few_words_around() {
        let before = format!("{} Có 12 người bị thương.", "Mưa lớn kéo dài trên diện rộng. ".repeat(5));
        let after = before.replace("12", "15");
        let history = edits(&[version(1, "Tin", &before), version(2, "Tin", &after)], true);
        assert_eq!((history[0].version, history[0].nature, history[1].nature), (2, "facts", ""));
        let (key, pieces) = &history[0].passages[0];
        let told: Vec<(&str, &str)> = pieces.iter().map(|piece| (piece.element, piece.text.as_str())).collect();
        assert_eq!(*key, "item.text");
        let expected = [
            ("same", "… Mưa lớn kéo dài trên diện rộng. Có"),
            ("del", "12"),
            ("ins", "15"),
            ("same", "người bị thương."),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn nothing_is_quoted_where_nothing_may_be_and_no_number_of_a_person_shows() {
        let versions = [version(1, "Tin", "Gọi 0912.345.678 để hỏi."), version(2, "Tin", "Gọi 0987.654.321 để hỏi.")];
        let all = serde_json::to_string(&data(&versions, true)).expect("it is JSON");
        assert!(!all.contains("345") && !all.contains("654"), "{all}");
        let kinds = data(&[version(1, "Tin", "Có 12 người."), version(2, "Tin", "Có 15 người.")], false);
        assert_eq!(kinds[1]["nature"], "facts");
        assert!(!kinds[1].to_string().contains("15"));
    }
}
