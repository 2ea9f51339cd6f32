//! What is tried, in order, until something is found; the same for both engines. In: the query. Out: steps, each with
//! what the reader is told of it.

use super::{Asked, Number, rescue};
use crate::index::{Note, NoteKind};

/// Hits under which what took over from a body or province is searched too.
const THIN: u64 = 10;
/// Queries with fewer words are answered whole or not at all.
const FEWEST_WORDS_TO_RELAX: usize = 3;
/// Letters of an unfinished word at least.
const SHORTEST_PREFIX: usize = 2;
/// Letters of a word in which one error is forgiven, at least. A shorter syllable has 23 neighbours on average.
const SHORTEST_MISSPELT: usize = 5;

/// How much of the query an article must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::index) enum Demand {
    /// Every word.
    All,
    /// Every word, the last of which may be unfinished.
    LastUnfinished,
    /// Every word, long ones perhaps misspelt.
    Misspelt,
    /// Most of the words.
    Most,
}

/// One thing to try.
#[derive(Debug, PartialEq)]
pub(in crate::index) struct Step {
    pub(in crate::index) asked: Asked,
    pub(in crate::index) demand: Demand,
    /// What is told when this step finds something.
    pub(in crate::index) note: Option<Note>,
}

/// Whether so few hits call for the successors of what was asked for.
pub(in crate::index) fn answer_is_thin(total: u64, asked: &Asked) -> bool {
    total < THIN && asked.has_successors()
}

/// What to try for this query. Each step is made only when the ones before found nothing.
pub(in crate::index) fn steps(asked: Asked) -> impl Iterator<Item = Step> {
    let mut stage = 0;
    std::iter::from_fn(move || {
        while stage < STAGES.len() {
            stage += 1;
            if let Some(step) = STAGES[stage - 1](&asked) {
                return Some(step);
            }
        }
        None
    })
}

const STAGES: [fn(&Asked) -> Option<Step>; 8] =
    [as_typed, spelled_by_keyboard, unglued, unfinished, numbers_as_words, content, misspelt, most];

fn as_typed(asked: &Asked) -> Option<Step> {
    Some(Step { asked: asked.clone(), demand: Demand::All, note: None })
}

fn spelled_by_keyboard(asked: &Asked) -> Option<Step> {
    let meant = rescue::keyboard(asked)?;
    Some(asked.respelled(NoteKind::Keyboard, meant))
}

fn unfinished(asked: &Asked) -> Option<Step> {
    let last = asked.words.last().filter(|_| asked.ends_in_word)?;
    if last.folded.chars().count() >= SHORTEST_PREFIX {
        return Some(Step { asked: asked.clone(), demand: Demand::LastUnfinished, note: None });
    }
    // One letter may become anything: what stands before it says more.
    let before: Vec<usize> = (0..asked.words.len() - 1).collect();
    (!before.is_empty()).then(|| Step { asked: asked.only(&before), demand: Demand::All, note: Some(fewer()) })
}

/// `kế hoạch số 5 năm 2026` was perhaps no document's number.
fn numbers_as_words(asked: &Asked) -> Option<Step> {
    let is_whole = |number: &Number| number.canonical.is_some();
    if asked.numbers.iter().all(is_whole) {
        return None;
    }
    let mut plain = asked.clone();
    plain.numbers.retain(is_whole);
    for number in asked.numbers.iter().filter(|number| !is_whole(number)) {
        plain.words.extend(number.words.iter().cloned());
        plain.typed.extend(number.words.iter().map(|word| word.folded.to_string()));
    }
    Some(Step { asked: plain, demand: Demand::All, note: None })
}

fn unglued(asked: &Asked) -> Option<Step> {
    let meant = rescue::unglued(asked)?;
    Some(asked.respelled(NoteKind::Spelling, meant))
}

fn misspelt(asked: &Asked) -> Option<Step> {
    let asked = rescue::content(asked).map_or_else(|| asked.clone(), |kept| asked.only(&kept));
    let has_long = asked.words.iter().any(|word| can_be_misspelt(&word.folded));
    // The engine says what it searched, if it can.
    let note = Note { kind: NoteKind::Spelling, typed: asked.typed.join(" "), searched: String::new() };
    has_long.then_some(Step { asked, demand: Demand::Misspelt, note: Some(note) })
}

fn content(asked: &Asked) -> Option<Step> {
    let kept = rescue::content(asked)?;
    Some(Step { asked: asked.only(&kept), demand: Demand::All, note: Some(fewer()) })
}

fn most(asked: &Asked) -> Option<Step> {
    let kept = rescue::content(asked).filter(|kept| kept.len() >= FEWEST_WORDS_TO_RELAX);
    let relaxed = kept.map_or_else(|| asked.clone(), |kept| asked.only(&kept));
    (relaxed.words.len() >= FEWEST_WORDS_TO_RELAX).then(|| Step {
        asked: relaxed,
        demand: Demand::Most,
        note: Some(fewer()),
    })
}

fn fewer() -> Note {
    Note { kind: NoteKind::Fewer, typed: String::new(), searched: String::new() }
}

/// Whether an error in this word may be forgiven: long, and no number.
pub(in crate::index) fn can_be_misspelt(folded: &str) -> bool {
    folded.len() >= SHORTEST_MISSPELT && folded.bytes().all(|byte| byte.is_ascii_lowercase())
}

impl Asked {
    /// The same query with its single words spelled otherwise.
    fn respelled(&self, kind: NoteKind, words: String) -> Step {
        let read = super::read(&words);
        let phrases = self.phrases.iter().chain(&read.phrases).cloned().collect();
        let numbers = self.numbers.iter().chain(&read.numbers).cloned().collect();
        let asked = Self { phrases, numbers, without: self.without.clone(), ..read };
        let note = Note { kind, typed: self.typed.join(" "), searched: words };
        Step { asked, demand: Demand::All, note: Some(note) }
    }

    /// The same query with only these of its single words.
    fn only(&self, kept: &[usize]) -> Self {
        let mut fewer = self.clone();
        fewer.spans.clear();
        fewer.words = kept.iter().filter_map(|&at| self.words.get(at).cloned()).collect();
        fewer.typed = kept.iter().filter_map(|&at| self.typed.get(at).cloned()).collect();
        fewer
    }
}
