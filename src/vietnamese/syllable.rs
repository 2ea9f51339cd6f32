//! Whether a word is spelt as a Vietnamese syllable: a consonant, a rime, a tone that the rime can carry.
//!
//! Spelling only: many syllables that pass mean nothing. What fails is an abbreviation, a foreign word or damage.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::text::{self, without_tone};

const ONSETS: [&str; 28] = [
    "ngh", "ng", "nh", "gh", "gi", "kh", "ph", "qu", "th", "tr", "ch", "b", "c", "d", "đ", "g", "h", "k", "l", "m",
    "n", "p", "r", "s", "t", "v", "x", "",
];

const RIMES: &str = "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây \
    e ec em en eng eo ep et ê êch êm ên êng ênh êp êt êu \
    i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu \
    o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oem oen oeo oet oi om on ong ooc \
    oong op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt \
    u ua uân uâng uât uây uc uê uêch uên uênh ui um un ung uôc uôi uôm uôn uông uôt uơ up ut uy uya uych uyên uyêt \
    uynh uyn uyt uyu uyp ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu \
    y yêm yên yêng yêt yêu yn ynh yt yu yp ych";

static KNOWN_RIMES: LazyLock<HashSet<&str>> = LazyLock::new(|| RIMES.split_whitespace().collect());

static FOLDED_RIMES: LazyLock<HashSet<String>> = LazyLock::new(|| RIMES.split_whitespace().map(text::fold).collect());

/// Whether some marks would make a syllable of these small letters without marks.
#[must_use]
pub fn is_folded_syllable(letters: &str) -> bool {
    let fits = |onset: &str| letters.strip_prefix(onset).is_some_and(|rime| FOLDED_RIMES.contains(rime));
    letters.len() <= 7 && ONSETS.iter().any(|onset| onset.is_ascii() && fits(onset))
}

/// Whether `word` (clean, of any case) is spelt as one Vietnamese syllable.
#[must_use]
pub fn is_syllable(word: &str) -> bool {
    if word.chars().count() > 7 {
        return false;
    }
    let mut letters = String::with_capacity(word.len());
    let mut tone = None;
    for c in word.to_lowercase().chars() {
        let (letter, found) = without_tone(c);
        if found.is_some() && tone.is_some() {
            return false;
        }
        tone = found.or(tone);
        letters.extend(letter);
    }
    let is_stopped = letters.ends_with(['c', 'p', 't']) || letters.ends_with("ch");
    // A rime that ends in a stop has only two tones.
    if is_stopped && !matches!(tone, Some('1' | '5')) {
        return false;
    }
    ONSETS.iter().any(|onset| letters.strip_prefix(onset).is_some_and(|rime| fits(onset, rime)))
}

fn fits(onset: &str, rime: &str) -> bool {
    let is_front = rime.starts_with(['i', 'e', 'ê', 'y']);
    let agrees = match onset {
        // The spelling of these consonants depends on the vowel.
        "k" | "gh" | "ngh" => is_front,
        "c" | "ng" => !is_front,
        "g" => !rime.starts_with(['e', 'ê', 'y']),
        _ => true,
    };
    agrees && KNOWN_RIMES.contains(rime)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_and_others() {
        for word in
            ["khẩn", "CẤP", "nghị", "định", "quyết", "giếng", "gì", "Thuỷ", "thủy", "người", "y", "ưu", "khuya", "quý"]
        {
            assert!(is_syllable(word), "{word}");
        }
        for word in
            ["UBND", "ASEAN", "", "WHO", "ktt", "nghành", "cấpp", "cat", "được2", "thiêng1", "HĐND", "covid", "ngi"]
        {
            assert!(!is_syllable(word), "{word}");
        }
    }

    /// Most of a public list of syllables is spelt by these rules; the rest are names and loans of other languages.
    #[test]
    fn a_list_of_syllables() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/facts/syllables.txt");
        let Ok(list) = std::fs::read_to_string(path) else {
            println!("skipped: ../shared is absent");
            return;
        };
        let words: Vec<String> = list.lines().map(crate::vietnamese::clean).collect();
        let missed: Vec<&String> = words.iter().filter(|word| !is_syllable(word)).collect();
        println!(
            "syllables: {} of {}; such as {:?}",
            words.len() - missed.len(),
            words.len(),
            &missed[..missed.len().min(80)]
        );
        assert!(missed.len() * 5 < words.len());
    }
}
