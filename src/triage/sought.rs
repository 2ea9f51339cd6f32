//! Words looked for in a text, whole and with their marks. In: a text and words. Out: whether they stand there. No
//! pattern is ever run, so that no word can take longer than its length.

use crate::vietnamese::{fold, tone_key};

/// A text in which words are looked for, framed by spaces so that only whole words are found.
pub(super) struct Sought {
    key: String,
    accented: bool,
}

/// A word to look for, made ready once.
#[derive(Clone, Debug)]
pub(super) struct Word {
    exact: String,
    /// Without marks; nothing for one syllable, which says too little: "bao" is bão, báo, bao and bảo.
    folded: Option<String>,
}

impl Word {
    pub(super) fn new(word: &str) -> Self {
        let folded = word.trim().contains(' ').then(|| framed(&fold(word)));
        Self { exact: framed(&tone_key(word)), folded }
    }
}

impl Sought {
    pub(super) fn new(text: &str) -> Self {
        let accented = text.chars().any(|c| c.is_alphabetic() && !c.is_ascii());
        let key = if accented { tone_key(text) } else { fold(text) };
        Self { key: framed(&key), accented }
    }

    /// Whether the word stands there: with its marks, unless the whole text has none.
    pub(super) fn has(&self, word: &Word) -> bool {
        let sought = if self.accented { Some(&word.exact) } else { word.folded.as_ref() };
        sought.is_some_and(|sought| sought.len() > 2 && self.key.contains(sought.as_str()))
    }
}

fn framed(key: &str) -> String {
    let words: Vec<&str> = key.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    format!(" {} ", words.join(" "))
}
