//! What was typed on a Telex or VNI keyboard that was switched off: `ddaauf tuw` and `d9a6u2 tu7` mean `đầu tư`.
//!
//! In: one word of letters and digits. Out: the syllable that it spells, or nothing when it spells none, so that
//! `news`, `covid19` and `42a` stay what they are.

use unicode_normalization::UnicodeNormalization;

use super::syllable::is_syllable;

/// Letters and signs of one syllable, at most: `nghieengf` and one sign too many.
const LONGEST: usize = 12;

/// The syllable that the word spells on a keyboard; nothing when it spells none, or is a plain word already.
#[must_use]
pub fn spelled(word: &str) -> Option<String> {
    let begins = word.starts_with(|c: char| c.is_ascii_alphabetic());
    if !begins || word.len() > LONGEST || !word.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let word = word.to_ascii_lowercase();
    let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
    let mut typed = Typed::default();
    for c in word.chars() {
        if has_digit { typed.vni(c)? } else { typed.telex(c) }
    }
    typed.syllable().filter(|syllable| *syllable != word)
}

/// Letters so far, with the tone that was typed last.
#[derive(Default)]
struct Typed {
    letters: Vec<char>,
    /// A combining mark.
    tone: Option<char>,
}

impl Typed {
    fn telex(&mut self, c: char) {
        let has_vowel = self.letters.iter().any(|&letter| is_vowel(letter));
        let taken = match c {
            's' | 'f' | 'r' | 'x' | 'j' if has_vowel => {
                self.tone = tone(c);
                true
            }
            'z' if has_vowel => {
                self.tone = None;
                true
            }
            'd' => self.change(&[('d', 'đ')]),
            'a' => self.change(&[('a', 'â')]),
            'e' => self.change(&[('e', 'ê')]),
            'o' => self.change(&[('o', 'ô')]),
            'w' => self.horn() || self.change(&[('a', 'ă')]) || self.push('ư'),
            _ => false,
        };
        if !taken {
            self.letters.push(c);
        }
    }

    /// Nothing when a digit does not fit where it stands.
    fn vni(&mut self, c: char) -> Option<()> {
        let taken = match c {
            '1'..='5' => {
                self.tone = tone(c);
                self.letters.iter().any(|&letter| is_vowel(letter))
            }
            '6' => self.change(&[('a', 'â'), ('e', 'ê'), ('o', 'ô')]),
            '7' => self.horn(),
            '8' => self.change(&[('a', 'ă')]),
            '9' => self.change(&[('d', 'đ')]),
            _ => self.push(c),
        };
        taken.then_some(())
    }

    fn push(&mut self, c: char) -> bool {
        self.letters.push(c);
        true
    }

    /// Changes the last letter that one of the pairs names.
    fn change(&mut self, pairs: &[(char, char)]) -> bool {
        for letter in self.letters.iter_mut().rev() {
            if let Some((_, to)) = pairs.iter().find(|(from, _)| from == letter) {
                *letter = *to;
                return true;
            }
        }
        false
    }

    /// A horn on `u`, `o`, or both of `uo`.
    fn horn(&mut self) -> bool {
        let both = self.letters.windows(2).position(|pair| pair == ['u', 'o']);
        if let Some(at) = both {
            self.letters[at..at + 2].copy_from_slice(&['ư', 'ơ']);
            return true;
        }
        // In `ua` and `oa` the sign may stand for `ưa` and `oă`; `u` comes first because `uă` is rare.
        self.change(&[('u', 'ư')]) || (!self.letters.contains(&'a') && self.change(&[('o', 'ơ')]))
    }

    fn syllable(mut self) -> Option<String> {
        if let Some(tone) = self.tone {
            self.letters.insert(bearer(&self.letters)? + 1, tone);
        }
        let syllable: String = self.letters.into_iter().nfc().collect();
        // `Đắk Lắk` keeps the k of its own language.
        let as_vietnamese = match syllable.strip_suffix('k') {
            Some(stem) => format!("{stem}c"),
            None => syllable.clone(),
        };
        is_syllable(&as_vietnamese).then_some(syllable)
    }
}

/// The vowel that bears the tone, as official texts place it: `hòa`, `thủy`, `tuần`, `nghiên`.
fn bearer(letters: &[char]) -> Option<usize> {
    let mut first = letters.iter().position(|&letter| is_vowel(letter))?;
    // The `u` of `qu` and the `i` of `gi` belong to the consonant when another vowel follows.
    let glides = matches!(letters.get(first.wrapping_sub(1)..=first), Some(['q', 'u'] | ['g', 'i']));
    if glides && letters.get(first + 1).is_some_and(|&next| is_vowel(next)) {
        first += 1;
    }
    let vowels = letters[first..].iter().take_while(|&&letter| is_vowel(letter)).count();
    let marked = (first..first + vowels).rev().find(|&at| "ăâêôơư".contains(letters[at]));
    let ends_open = first + vowels == letters.len();
    let place = match vowels {
        1 => 0,
        2 if ends_open => 0,
        _ => 1,
    };
    Some(marked.unwrap_or(first + place))
}

fn is_vowel(c: char) -> bool {
    "aeiouyăâêôơư".contains(c)
}

fn tone(sign: char) -> Option<char> {
    match sign {
        's' | '1' => Some('\u{301}'),
        'f' | '2' => Some('\u{300}'),
        'r' | '3' => Some('\u{309}'),
        'x' | '4' => Some('\u{303}'),
        'j' | '5' => Some('\u{323}'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(typed: &str, expected: &str) {
        let read: Vec<String> = typed.split(' ').map(|word| spelled(word).unwrap_or_else(|| word.to_owned())).collect();
        assert_eq!(read.join(" "), expected, "{typed}");
    }

    #[test]
    fn telex() {
        check("vieetj nam", "việt nam");
        check("chinhs phur", "chính phủ");
        check("chisnh phur", "chính phủ");
        check("ddaauf tuw", "đầu tư");
        check("nghij ddinhj", "nghị định");
        check("thoong tuw", "thông tư");
        check("uyr ban nhaan daan", "ủy ban nhân dân");
        check("dduwowngf boojw", "đường boojw");
        check("duongwf quoocs loj", "dường quốc lọ");
        check("hoaf binhf thuyr lowij", "hòa bình thủy lợi");
        check("quyeets quys giax gif", "quyết quý giã gì");
        check("nguwowif huwowngr huowngr khuyeens khuya", "người hưởng hưởng khuyến khuya");
        check("muaw nhuwngx toanf", "mưa những toàn");
        check("THUEES", "thuế");
    }

    #[test]
    fn vni() {
        check("chi1nh phu3", "chính phủ");
        check("d9a6u2 tu7", "đầu tư");
        check("nghi5 d9inh5", "nghị định");
        check("nguo7i2 d9uo7ng2 na8m", "người đường năm");
        check("d9a8k1 la8k1", "đắk lắk");
    }

    #[test]
    fn what_spells_nothing_stays() {
        for word in [
            "",
            "news",
            "box",
            "php",
            "covid19",
            "42a",
            "2022",
            "cars",
            "chinh",
            "việt",
            "abcdefghijklmnop",
            "a9",
            "w9",
        ] {
            let read = spelled(word);
            assert!(read.as_deref().is_none_or(is_syllable), "{word} {read:?}");
        }
        check("news php covid19 42a 2022 chinh phu", "news php covid19 42a 2022 chinh phu");
    }
}
