//! Patterns that are ready soon. A class as `\p{L}` or `\w` stands for hundreds of ranges, and a pattern that repeats it
//! holds them once for each repetition: one such pattern took 24 ms to compile, as long as ten pages take to read.

use regex::Regex;

/// Letters as `\p{L}` has them, in a few ranges: those of Latin exactly, other scripts with the signs between them. Scripts
/// that know capitals are ranges apart, with a gap: where case is ignored, every letter of a range is looked up when one
/// of them has a capital.
const LETTERS: &str = r"A-Za-zªµºÀ-ÖØ-öø-\u{2ff}\u{370}-\u{58f}\u{591}-\u{109d}\u{10a0}-\u{10fa}\u{1101}-\u{1399}\u{13a0}-\u{13fd}\u{1401}-\u{1c7d}\u{1c80}-\u{1cbf}\u{1cd0}-\u{1d78}\u{1e00}-\u{1fff}\u{2126}\u{212a}\u{212b}\u{2c00}-\u{2dff}\u{3005}-\u{3007}\u{3041}-\u{a63e}\u{a640}-\u{a7ff}\u{a802}-\u{ab2e}\u{ab30}-\u{abbf}\u{abc1}-\u{d7ff}\u{f900}-\u{fafe}\u{fb00}-\u{fb06}\u{fb1d}-\u{fdff}\u{fe70}-\u{fefe}\u{ff21}-\u{ff3a}\u{ff41}-\u{ff5a}\u{ff66}-\u{ffdc}\u{20000}-\u{3fffd}";
/// Small letters as `\p{Ll}` has them, and the capitals that stand between those of Latin beyond Latin-1.
const SMALL: &str = r"a-zß-öø-ÿ\u{100}-\u{24f}\u{3ac}-\u{3ce}\u{430}-\u{45f}\u{1e00}-\u{1eff}";

/// Puts a class into a pattern; the flag tells that it stands within another.
type Write = fn(&mut String, bool);

/// What is written, and how its few ranges are put into a pattern.
const CLASSES: [(&str, Write); 6] = [
    (r"\p{L}", |to, in_class| put(to, in_class, &["[", LETTERS, "]"])),
    (r"\p{Ll}", |to, _| put(to, true, &["[", SMALL, "]"])),
    (r"\p{M}", |to, _| put(to, true, &[r"[\u{300}-\u{36f}]"])),
    (r"\w", |to, in_class| put(to, in_class, &[r"[0-9_\u{300}-\u{36f}", LETTERS, "]"])),
    (r"\W", |to, in_class| put(to, in_class, &[r"[^0-9_\u{300}-\u{36f}", LETTERS, "]"])),
    (r"\d", |to, _| put(to, true, &["[0-9]"])),
];

/// Classes that hold both cases of each letter need no look-up of the other, which is what takes longest.
fn put(to: &mut String, as_it_is: bool, parts: &[&str]) {
    to.push_str(if as_it_is { "" } else { "(?-i:" });
    to.extend(parts.iter().copied());
    to.push_str(if as_it_is { "" } else { ")" });
}

/// Compiles a constant pattern. `\d` is `[0-9]`; `\p{L}`, `\p{Ll}`, `\p{M}` and `\w` are a few ranges.
pub(super) fn pattern(written: &str) -> Regex {
    Regex::new(&shortened(written, &[])).expect("the pattern is a constant that the tests compile")
}

/// Compiles a constant pattern that only tells whether a line matches, with long runs of any character (`.{0,200}`): each
/// of the run is two classes of bytes here, of which the second goes on to the next character, and not ten of UTF-8.
pub(super) fn line_pattern(written: &str) -> regex::bytes::Regex {
    const ANY: [(&str, &str); 2] =
        [(".", r"(?-u:[^\n\x80-\xbf][\x80-\xbf]*)"), ("[^.]", r"(?-u:[^.\x80-\xbf][\x80-\xbf]*)")];
    regex::bytes::Regex::new(&shortened(written, &ANY)).expect("the pattern is a constant that the tests compile")
}

/// A pattern with its long classes written short, and with `others` outside of classes.
fn shortened(written: &str, others: &[(&str, &str)]) -> String {
    let mut short = String::with_capacity(written.len() * 4);
    let mut in_class = 0_usize;
    let mut rest = written;
    while let Some(first) = rest.chars().next() {
        if let Some((after, write)) = CLASSES.iter().find_map(|(long, write)| Some((rest.strip_prefix(long)?, write))) {
            write(&mut short, in_class > 0);
            rest = after;
            continue;
        }
        let other = others.iter().filter(|_| in_class == 0);
        if let Some((after, to)) = other.filter_map(|(from, to)| Some((rest.strip_prefix(from)?, to))).next() {
            short.push_str(to);
            rest = after;
            continue;
        }
        let length =
            if first == '\\' { 1 + rest[1..].chars().next().map_or(0, char::len_utf8) } else { first.len_utf8() };
        match first {
            '[' => in_class += 1,
            ']' => in_class = in_class.saturating_sub(1),
            _ => {}
        }
        short.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    short
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
        check(r"(?i)^[\w.]+$", "Å.K", true);
        check(r"(?i)^\w+$", "\u{212a}ÅĐ", true);
    }

    #[test]
    fn characters_are_counted_not_bytes() {
        let check = |written: &str, line: &str| {
            assert_eq!(
                line_pattern(written).is_match(line.as_bytes()),
                pattern(written).is_match(line),
                "{written} {line}"
            );
        };
        for written in
            [r"^.{0,3}$", r"^.{2}đ.{1}$", r"^[^.]{1,3}\.$", r"^a.{0,2}\W$", r"(?i)^.{1,2}Đ|^\w.\W.{0,1}$", r"^[.đ]+$"]
        {
            for line in [
                "",
                "a",
                "ab",
                "đặc",
                "đặcb",
                "abđc",
                "ắẳđặ",
                "đặc.",
                "a😀đ😀",
                "a..",
                "a\nb",
                "😀.",
                "ađ»",
                "a– ",
                "..đ",
                "ađa",
            ] {
                check(written, line);
            }
        }
    }
}
