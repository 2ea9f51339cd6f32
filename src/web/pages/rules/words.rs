//! What rules ask for and find, in the words of the page instead of the record's.

use crate::web::frame::Frame;

/// What a condition asks for or found.
pub(super) fn told(frame: &Frame, condition: &str, value: &str) -> String {
    match condition {
        "kinds" => each(value, ", ", |kind| shown(frame, "kind", kind)),
        "words" | "words_all" | "words_none" => each(value, "; ", |found| match found.rsplit_once(" (") {
            // Where a word was found stands behind it.
            Some((word, places)) if places.ends_with(')') => {
                let places = each(places.trim_end_matches(')'), ", ", |place| shown(frame, "rule_place", place));
                format!("{word} ({places})")
            }
            _ => found.to_owned(),
        }),
        _ => value.to_owned(),
    }
}

/// What an action set.
pub(super) fn set(frame: &Frame, action: &str, value: &str) -> String {
    if action == "level" { shown(frame, "level", value) } else { value.to_owned() }
}

fn each(list: &str, between: &str, told: impl Fn(&str) -> String) -> String {
    list.split(between).map(told).collect::<Vec<_>>().join(between)
}

fn shown(frame: &Frame, group: &str, word: &str) -> String {
    let said = frame.word(group, word);
    if said.is_empty() { word.to_owned() } else { said.to_owned() }
}
