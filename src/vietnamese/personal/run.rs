//! Runs of digits, cut into groups by blanks, dots and dashes, and what numbers are made of the groups.

use std::ops::Range;

use super::context::{self, Called};
use super::{Kind, Private};

/// Fewer digits are nobody's: the shortest of all is an account.
const FEWEST_DIGITS: usize = 7;
/// More digits than any number has.
const MOST_DIGITS: usize = 19;

/// Where the run of digits that begins at `start` ends: groups parted by at most three marks, such as ` - `.
pub(super) fn end(bytes: &[u8], start: usize) -> usize {
    let mut end = start;
    loop {
        while bytes.get(end).is_some_and(u8::is_ascii_digit) {
            end += 1;
        }
        let gap = gap_length(&bytes[end..]);
        if gap == 0 || !bytes.get(end + gap).is_some_and(u8::is_ascii_digit) {
            return end;
        }
        end += gap;
    }
}

/// The length of the marks between two groups, in bytes: a no-break blank has two.
fn gap_length(bytes: &[u8]) -> usize {
    let (mut at, mut marks) = (0, 0);
    while marks < 3 {
        match bytes.get(at..) {
            Some([b' ' | b'.' | b'-' | b'(' | b')' | b'\t', ..]) => at += 1,
            Some([0xc2, 0xa0, ..]) => at += 2,
            Some([0xe2, 0x80, 0x90..=0x94, ..]) => at += 3,
            _ => break,
        }
        marks += 1;
    }
    at
}

/// Whether a run holds enough digits to be looked at.
pub(super) fn is_long(run: &[u8]) -> bool {
    run.len() >= FEWEST_DIGITS
        && run.iter().filter(|byte| byte.is_ascii_digit()).take(FEWEST_DIGITS).count() == FEWEST_DIGITS
}

/// Groups of digits in a run.
struct Run<'t> {
    text: &'t str,
    groups: Vec<Range<usize>>,
}

/// Finds the numbers of persons in one run.
pub(super) fn read(text: &str, place: Range<usize>, office_end: &mut Option<usize>, found: &mut Vec<Private>) {
    if is_inside_word(text, &place) {
        return;
    }
    if is_amount(text, &place) {
        return;
    }
    // The words before the run are those of every number in it.
    let mut called = context::before(text, place.start);
    let run = Run { text, groups: groups(text, place) };
    let mut first = 0;
    while first < run.groups.len() {
        first += match run.number_at(first, called, *office_end) {
            Some((Some(kind), last)) => {
                found.push(Private { kind, place: run.start_of(first, kind)..run.groups[last].end });
                last - first + 1
            }
            Some((None, last)) => {
                called = called.filter(|called| *called != Called::Code);
                *office_end = Some(run.groups[last].end);
                last - first + 1
            }
            None => 1,
        };
    }
}

/// Whether the run is a sum or a count in groups of three: most long runs are, and need no look at the words before.
fn is_amount(text: &str, place: &Range<usize>) -> bool {
    let run = &text[place.clone()];
    let mut groups = run.split(|c: char| !c.is_ascii_digit());
    let first = groups.next().unwrap_or_default();
    (1..=3).contains(&first.len())
        && !first.starts_with('0')
        && groups.all(|group| group.len() == 3)
        && context::is_sum(text, place.end)
}

fn groups(text: &str, place: Range<usize>) -> Vec<Range<usize>> {
    let mut groups = Vec::new();
    let bytes = text.as_bytes();
    let mut at = place.start;
    while at < place.end {
        let from = at;
        while at < place.end && bytes[at].is_ascii_digit() {
            at += 1;
        }
        if at > from {
            groups.push(from..at);
        } else {
            at += 1;
        }
    }
    groups
}

/// Whether the run is part of an address, a file's name, a decimal or the code of something.
fn is_inside_word(text: &str, place: &Range<usize>) -> bool {
    let mut before = text[..place.start].chars().rev();
    let (last, earlier) = (before.next(), before.next());
    let is_code = match last {
        Some('/' | '.' | ',') => earlier.is_some_and(|c| c.is_ascii_digit()) && last != Some('/'),
        Some('-' | '_' | '=' | '&' | '#') => earlier.is_some_and(char::is_alphanumeric) && !is_label(text, place.start),
        // `C1234567` is a passport where the words say so.
        Some(c) => c.is_alphanumeric() && (!c.is_uppercase() || earlier.is_some_and(char::is_alphanumeric)),
        None => false,
    };
    if is_code || last == Some('_') {
        return true;
    }
    let near = &text[floor(text, place.start.saturating_sub(200))..place.start];
    let word = near.rsplit(char::is_whitespace).next().unwrap_or_default();
    let after = &text[place.end..ceiling(text, place.end + 8)];
    word.contains("://")
        || word.contains("www.")
        || word.contains(".vn/")
        || after.starts_with(".htm")
        || after.starts_with(".pdf")
        || after.starts_with(".jpg")
}

/// `ĐT-0912…`, `SĐT_…`: a word that says what the number is.
fn is_label(text: &str, at: usize) -> bool {
    context::before(text, at - 1).is_some_and(|called| called == Called::Telephone)
}

impl Run<'_> {
    /// The number that begins with group `first` and its last group: a person's by its kind, an office's or a code's as
    /// nothing. Nothing at all when no number begins there.
    fn number_at(
        &self,
        first: usize,
        called: Option<Called>,
        office_end: Option<usize>,
    ) -> Option<(Option<Kind>, usize)> {
        let start = self.groups[first].start;
        let opening = self.digits(first, first);
        if let Some(last) = self.telephone(first, called) {
            if called == Some(Called::Code) {
                return Some((None, last));
            }
            if self.has_tax_branch(last) || self.continues(last) {
                return None;
            }
            let is_listed = office_end.is_some_and(|end| lists(&self.text[end.min(start)..start]));
            let is_office = called == Some(Called::Office)
                || context::names_hotline(self.text, self.groups[last].end)
                || (is_listed && called != Some(Called::Telephone));
            return Some(((!is_office).then_some(Kind::Telephone), last));
        }
        if called == Some(Called::Account)
            || (first == 0 && context::names_bank(self.text, self.groups[self.groups.len() - 1].end))
        {
            let last = self.account(first)?;
            let end = self.groups[last].end;
            let is_sum = context::is_sum(self.text, end);
            return (!is_sum && !context::names_treasury(self.text, end)).then_some((Some(Kind::Account), last));
        }
        if let Some(last) = self.of_length(first, 12).filter(|last| !self.continues(*last)) {
            let is_even = last == first || (first..=last).all(|group| self.groups[group].len() >= 3);
            let is_called = matches!(called, Some(Called::Identity | Called::Card));
            // Identity numbers begin with a province, 001 to 096; the tax number of a person is the same number.
            let is_shaped = is_even && opening.starts_with('0') && !self.digits(first, last).starts_with("000");
            let is_tax = called == Some(Called::Code) && context_is_tax(self.text, start);
            if is_called || (is_shaped && (called != Some(Called::Code) || is_tax)) {
                return Some((Some(Kind::Identity), last));
            }
        }
        match called {
            Some(Called::Card) => {
                let last = self.of_length(first, 9).filter(|last| !self.continues(*last))?;
                Some((Some(Kind::Identity), last))
            }
            Some(Called::Passport) => {
                let length = opening.len();
                let has_letter = self.text[..start].ends_with(|c: char| c.is_ascii_uppercase());
                (has_letter && (7..=8).contains(&length)).then_some((Some(Kind::Identity), first))
            }
            _ => None,
        }
    }

    /// A passport's letter belongs to its number, as `+` and `(` do to a telephone's.
    fn start_of(&self, first: usize, kind: Kind) -> usize {
        let start = self.groups[first].start;
        let before = &self.text[..start];
        match kind {
            Kind::Identity if before.ends_with(|c: char| c.is_ascii_uppercase()) => start - 1,
            Kind::Telephone if before.ends_with("(+") => start - 2,
            // `(0912) 345 678`, but not the bracket around the whole number.
            Kind::Telephone if before.ends_with('(') && self.gap(first).starts_with(')') => start - 1,
            Kind::Telephone if before.ends_with('+') => start - 1,
            _ => start,
        }
    }

    /// The last group of a mobile telephone that begins with group `first`.
    fn telephone(&self, first: usize, called: Option<Called>) -> Option<usize> {
        let before = &self.text[..self.groups[first].start];
        let opening = self.digits(first, first);
        if before.ends_with(|c: char| c.is_alphanumeric()) {
            return None;
        }
        let is_mobile = |digits: &str| digits.len() == 9 && digits.starts_with(['3', '5', '7', '8', '9']);
        // Eleven digits until 2018.
        let was_mobile =
            |digits: &str| digits.len() == 10 && ["12", "16", "18", "19"].iter().any(|head| digits.starts_with(head));
        if opening.starts_with("84") || opening.starts_with("0084") {
            let is_marked = before.ends_with('+') || opening.starts_with("00") || called == Some(Called::Telephone);
            for last in first..self.groups.len().min(first + 8) {
                let digits = self.digits(first, last);
                let national = digits.trim_start_matches("00").strip_prefix("84").unwrap_or_default();
                let national = national.strip_prefix('0').unwrap_or(national);
                let is_whole = last == first || self.groups[first].len() <= 4;
                if is_mobile(national) && is_whole && (is_marked || last == first) {
                    return Some(last);
                }
            }
        }
        if !opening.starts_with('0') || opening.len() == 2 && called != Some(Called::Telephone) {
            return None;
        }
        let most = if opening.len() < 3 { 8 } else { 5 };
        for last in first..self.groups.len().min(first + most) {
            let digits = self.digits(first, last);
            if digits.len() > 11 {
                return None;
            }
            // The last group of an identity number in groups is no end of a telephone.
            if is_mobile(&digits[1..]) || (was_mobile(&digits[1..]) && (last == first || opening.len() >= 3)) {
                return (!self.is_one_number(first, last, digits.len())).then_some(last);
            }
        }
        None
    }

    /// Whether the groups go on as those of a longer number: `001 234 567 890`, `0912.3456.7890`.
    fn is_one_number(&self, first: usize, last: usize, digits: usize) -> bool {
        let next = last + 1;
        if next >= self.groups.len() || last == first {
            return false;
        }
        let rest = self.groups[next].len();
        digits + rest == 12 && rest <= 3 && self.gap(last) == self.gap(last - 1)
    }

    /// The last group of an account: groups with the same mark between them.
    fn account(&self, first: usize) -> Option<usize> {
        let mut last = first;
        let mut digits = self.groups[first].len();
        while last + 1 < self.groups.len() {
            let gap = self.gap(last);
            let next = self.groups[last + 1].len();
            let same = last == first || gap == self.gap(last - 1);
            // A whole number is not continued by a blank: what follows is another.
            let is_whole = digits >= 9 && last == first && gap == " ";
            if gap.len() > 2 || !same || is_whole || digits + next > MOST_DIGITS {
                break;
            }
            last += 1;
            digits += next;
        }
        let is_date = self.groups[first].len() <= 2 && digits == 8 && self.groups[last].len() == 4;
        ((6..=MOST_DIGITS).contains(&digits) && !is_date).then_some(last)
    }

    /// The group with which exactly `length` digits are reached.
    fn of_length(&self, first: usize, length: usize) -> Option<usize> {
        let mut digits = 0;
        for last in first..self.groups.len() {
            digits += self.groups[last].len();
            if digits >= length {
                return (digits == length).then_some(last);
            }
        }
        None
    }

    /// Whether letters or a slash make the number part of something else: `0912345678/QĐ-UBND`, `…A1`.
    fn continues(&self, last: usize) -> bool {
        let mut after = self.text[self.groups[last].end..].chars();
        match after.next() {
            Some('/') => after.next().is_some_and(char::is_alphabetic),
            Some(',') => after.next().is_some_and(|c| c.is_ascii_digit()),
            Some(c) => c.is_ascii_uppercase() || c == '_',
            None => false,
        }
    }

    /// `0312345678-001`: the tax number of a company's branch.
    fn has_tax_branch(&self, last: usize) -> bool {
        let is_whole = self.groups[last].len() == 10;
        is_whole && self.groups.get(last + 1).is_some_and(|next| next.len() == 3) && self.gap(last) == "-"
    }

    fn gap(&self, after: usize) -> &str {
        match self.groups.get(after + 1) {
            Some(next) => &self.text[self.groups[after].end..next.start],
            None => "",
        }
    }

    /// The digits of the groups `first` to `last`, at most one more than any number has.
    fn digits(&self, first: usize, last: usize) -> String {
        let groups = self.groups[first..=last].iter();
        groups.flat_map(|group| self.text[group.clone()].chars()).take(MOST_DIGITS + 1).collect()
    }
}

/// Whether the number before is one of a company or a person by the words `mã số thuế`.
fn context_is_tax(text: &str, at: usize) -> bool {
    let head = &text[floor(text, at.saturating_sub(40))..at];
    let words = super::super::fold(head);
    words.contains("ma so thue") || words.contains("mst")
}

/// What stands between the telephones of one office: `0912 345 678 - 0987 654 321`.
fn lists(between: &str) -> bool {
    let word = between.trim().trim_matches([',', ';', '-', '–', '/', ' ', '(', ')']).to_lowercase();
    between.len() < 12 && matches!(word.as_str(), "" | "và" | "hoặc")
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn ceiling(text: &str, at: usize) -> usize {
    (at.min(text.len())..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}
