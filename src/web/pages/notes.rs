//! What a search tried besides the words as typed, in the reader's words. In: the notes of an answer. Out: lines, some
//! with another search to follow. Nothing is added to a search or changed in it without such a line.

use crate::index::{Note, NoteKind};
use crate::web::asked::Asked;
use crate::web::frame::Frame;

/// Forms of one thing that a line names; more tell a reader nothing.
const FORMS: usize = 3;

/// One line.
pub(in crate::web) struct Line {
    pub(in crate::web) words: String,
    /// Another search, with its words.
    pub(in crate::web) see: Option<(String, String)>,
}

/// The lines for an answer.
pub(in crate::web) fn lines(frame: &Frame, asked: &Asked, notes: &[Note]) -> Vec<Line> {
    let mut lines = Vec::new();
    let also: Vec<&Note> = notes.iter().filter(|note| note.kind == NoteKind::Also).collect();
    let mut told: Vec<&str> = Vec::new();
    for note in &also {
        if told.contains(&note.typed.as_str()) {
            continue;
        }
        told.push(&note.typed);
        let forms = also.iter().filter(|other| other.typed == note.typed).take(FORMS);
        let forms = forms.map(|form| form.searched.as_str()).collect::<Vec<_>>().join(", ");
        lines.push(Line { words: format!("{} {forms}", frame.say("search.also")), see: None });
    }
    for note in notes {
        let say = |key: &'static str| filled(frame.say(key), note);
        let line = |words| Line { words, see: None };
        let see = |words| Line {
            words,
            see: Some((note.searched.clone(), format!("/search?{}", instead(asked, note).address()))),
        };
        match note.kind {
            NoteKind::Also => {}
            NoteKind::Successor { since } => lines.push(line(say("search.successor").replace("{since}", since))),
            NoteKind::SeeSuccessor { since } => lines.push(see(say("search.see_successor").replace("{since}", since))),
            NoteKind::SeePredecessor => lines.push(see(say("search.see_predecessor"))),
            NoteKind::Keyboard => lines.push(line(say("search.keyboard"))),
            NoteKind::Spelling if note.searched.is_empty() => lines.push(line(say("search.near_spelling"))),
            NoteKind::Spelling => lines.push(line(say("search.spelling"))),
            NoteKind::Fewer => lines.push(line(say("search.fewer"))),
        }
    }
    lines
}

fn filled(words: &str, note: &Note) -> String {
    words.replace("{typed}", &note.typed).replace("{searched}", &note.searched)
}

/// The same question with other words.
fn instead(asked: &Asked, note: &Note) -> Asked {
    let words: Vec<&str> = asked.text.split_whitespace().collect();
    let text = words.join(" ").replacen(&note.typed, &note.searched, 1);
    // Where punctuation stands between the words, the name alone is asked for.
    let text = if text.contains(&note.searched) { text } else { note.searched.clone() };
    Asked { text, page: 1, ..asked.clone() }
}
