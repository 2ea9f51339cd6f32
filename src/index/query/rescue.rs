//! Other readings of a query that found nothing: signs of a keyboard that was switched off, syllables without spaces,
//! words that only hold a sentence together. In: the query. Out: another query, and what was changed.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::Asked;
use crate::index::tokens::Key;
use crate::vietnamese::{self, keyboard};

/// Words that hold a sentence together. Only as typed here, with marks: `là` says nothing, but `la` may be `lạ`.
const HOLDING: &str = "à ạ ấy bị bởi các cái cần cho chưa có của cùng cũng đã đang đây để đến đó được gì hãy hay khi không \
    làm là lại mà mấy mình mỗi mới muốn nào này nên nếu nhé nhỉ những như ở phải ra rằng rất sao sẽ tại thế theo thì tôi từ \
    trong trên vậy về và vào vẫn vì với xin";

static HOLDING_KEYS: LazyLock<HashSet<String>> =
    LazyLock::new(|| HOLDING.split_whitespace().map(vietnamese::tone_key).collect());

/// Letters of a word that may hold several syllables, at least.
const SHORTEST_GLUED: usize = 6;
/// Syllables in one word, at most: `uybannhandan`.
const MOST_GLUED: usize = 6;

/// The words as they would have been with the keyboard switched on; nothing when none spells another syllable.
pub(super) fn keyboard(asked: &Asked) -> Option<String> {
    let meant: Vec<_> =
        asked.typed.iter().map(|word| keyboard::spelled(word).unwrap_or_else(|| word.clone())).collect();
    (meant != asked.typed).then(|| meant.join(" "))
}

/// The words with those like `chinhphu` in syllables; nothing when there are none.
pub(super) fn unglued(asked: &Asked) -> Option<String> {
    let meant = asked.words.iter().zip(&asked.typed).map(|(word, typed)| {
        let is_glued = word.folded.len() >= SHORTEST_GLUED && !word.is_marked();
        let cut = syllables(&word.folded).filter(|_| is_glued);
        cut.map_or_else(|| typed.clone(), |syllables| syllables.join(" "))
    });
    let meant: Vec<_> = meant.collect();
    (meant != asked.typed).then(|| meant.join(" "))
}

/// The fewest syllables that the letters can be cut into, two at least; the longer ones first.
fn syllables(letters: &str) -> Option<Vec<&str>> {
    if letters.len() > 7 * MOST_GLUED || !letters.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    // best[n]: how few syllables the first n letters make, and where the last of them begins.
    let mut best: Vec<Option<(usize, usize)>> = vec![None; letters.len() + 1];
    best[0] = Some((0, 0));
    for end in 1..=letters.len() {
        for start in end.saturating_sub(7)..end {
            let Some((count, _)) = best[start] else { continue };
            let is_fewer = best[end].is_none_or(|(known, _)| count + 1 < known);
            // A vowel alone is a syllable, but hardly ever one inside a glued word; but for `y tế`.
            let can_stand = end - start > 1 || &letters[start..end] == "y";
            let is_syllable = can_stand && vietnamese::is_folded_syllable(&letters[start..end]);
            if is_fewer && is_syllable {
                best[end] = Some((count + 1, start));
            }
        }
    }
    let (count, _) = best[letters.len()]?;
    if !(2..=MOST_GLUED).contains(&count) {
        return None;
    }
    let mut cut = Vec::with_capacity(count);
    let mut end = letters.len();
    while end > 0 {
        let (_, start) = best[end]?;
        cut.push(&letters[start..end]);
        end = start;
    }
    cut.reverse();
    Some(cut)
}

/// Which words do more than hold the query together; nothing when all do, or none.
pub(super) fn content(asked: &Asked) -> Option<Vec<usize>> {
    // Where others bear marks, a word without any is meant so: `sao`, `cho`.
    let is_marked = asked.is_marked();
    let holds = |word: &Key| is_marked && HOLDING_KEYS.contains(word.exact.as_ref());
    let kept: Vec<usize> = (0..asked.words.len()).filter(|&at| !holds(&asked.words[at])).collect();
    (!kept.is_empty() && kept.len() < asked.words.len()).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    #[test]
    fn a_keyboard_that_was_off() {
        let check = |typed: &str, expected: Option<&str>| {
            assert_eq!(keyboard(&read(typed)).as_deref(), expected, "{typed}");
        };
        check("chinhs phur", Some("chính phủ"));
        check("d9a6u2 tu7", Some("đầu tư"));
        check("chinh phu", None);
        check("covid19", None);
        check("", None);
    }

    #[test]
    fn syllables_without_spaces() {
        let check = |typed: &str, expected: Option<&str>| {
            assert_eq!(unglued(&read(typed)).as_deref(), expected, "{typed}");
        };
        check("chinhphu", Some("chinh phu"));
        check("nghidinh", Some("nghi dinh"));
        check("uybannhandan", Some("uy ban nhan dan"));
        check("baohiemyte tỉnh", Some("bao hiem y te tỉnh"));
        check("giaoduc", Some("giao duc"));
        check("nghieng", None);
        check("blockchain", None);
        check("xyzzyx", None);
    }

    #[test]
    fn words_that_hold_a_sentence_together() {
        let check = |typed: &str, expected: Option<&str>| {
            let asked = read(typed);
            let kept = content(&asked);
            let shown = kept.map(|kept| kept.iter().map(|&at| &*asked.words[at].folded).collect::<Vec<_>>().join(" "));
            assert_eq!(shown.as_deref(), expected, "{typed}");
        };
        check("mức lương cơ sở là gì", Some("muc luong co so"));
        check("làm sao đăng ký cho con", Some("dang ky con"));
        check("muc luong la gi", None);
        check("là gì", None);
        check("thuế", None);
    }
}
