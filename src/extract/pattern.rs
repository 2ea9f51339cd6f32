//! Patterns that are ready soon. A class as `\p{L}` or `\w` stands for hundreds of ranges, and a pattern that repeats it
//! holds them once for each repetition: one such pattern took 24 ms to compile, as long as ten pages take to read.

use regex::Regex;

/// Letters as `\p{L}` has them, in a few ranges: those of Latin exactly, other scripts with the signs between them. Scripts
/// that know capitals are ranges apart, with a gap: where case is ignored, every letter of a range is looked up when one
/// of them has a capital.
const LETTERS: &str = r"A-Za-zªµºÀ-ÖØ-öø-\u{2ff}\u{370}-\u{58f}\u{591}-\u{109d}\u{10a0}-\u{10fa}\u{1101}-\u{1399}\u{13a0}-\u{13fd}\u{1401}-\u{1c7d}\u{1c80}-\u{1cbf}\u{1cd0}-\u{1d78}\u{1e00}-\u{1fff}\u{2c00}-\u{2dff}\u{3005}-\u{3007}\u{3041}-\u{a63e}\u{a640}-\u{a7ff}\u{a802}-\u{ab2e}\u{ab30}-\u{abbf}\u{abc1}-\u{d7ff}\u{f900}-\u{fafe}\u{fb00}-\u{fb06}\u{fb1d}-\u{fdff}\u{fe70}-\u{fefe}\u{ff21}-\u{ff3a}\u{ff41}-\u{ff5a}\u{ff66}-\u{ffdc}\u{20000}-\u{3fffd}";
/// Small letters as `\p{Ll}` has them, and the capitals that stand between those of Latin beyond Latin-1.
const SMALL: &str = r"a-zß-öø-ÿ\u{100}-\u{24f}\u{3ac}-\u{3ce}\u{430}-\u{45f}\u{1e00}-\u{1eff}";

/// Compiles a constant pattern. `\d` is `[0-9]`; `\p{L}`, `\p{Ll}`, `\p{M}` and `\w` are a few ranges.
pub(super) fn pattern(written: &str) -> Regex {
    let short = written
        .replace(r"\p{L}", &format!("[{LETTERS}]"))
        .replace(r"\p{Ll}", &format!("[{SMALL}]"))
        .replace(r"\w", &format!(r"[0-9_\u{{300}}-\u{{36f}}{LETTERS}]"))
        .replace(r"\W", &format!(r"[^0-9_\u{{300}}-\u{{36f}}{LETTERS}]"))
        .replace(r"\p{M}", r"[\u{300}-\u{36f}]")
        .replace(r"\d", "[0-9]");
    Regex::new(&short).expect("the pattern is a constant that the tests compile")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_classes_hold_what_the_long_ones_do() {
        let check = |written: &str, text: &str, expected: bool| {
            assert_eq!(pattern(written).is_match(text), expected, "{written} {text}");
        };
        for c in (0..0x250).chain(0x1e00..0x1f00).chain(0x3040..0x30ff).chain(0x4e00..0x4f00).filter_map(char::from_u32)
        {
            // Kana have marks between them.
            if c.is_alphanumeric() || c < '\u{3040}' {
                check(r"^\p{L}$", &c.to_string(), c.is_alphabetic());
            }
        }
        check(r"^\p{Lu}\p{Ll}{2,9}$", "Người", true);
        check(r"^\p{Lu}\p{Ll}{2,9}$", "NGƯỜI", false);
        check(r"^\w+$", "Đắk_Lắk1", true);
        check(r"^\W+$", "«– »", true);
        check(r"^[^|\d]{2,60}$", "Nguyễn Thị Lan", true);
        check(r"^[^|\d]{2,60}$", "Lan 1", false);
        check(r"^[\p{L}\d .]+$", "Báo Hà Nội 24", true);
    }
}
