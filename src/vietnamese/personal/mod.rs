//! Numbers and addresses that belong to one person: identity, telephone, bank account, mail (Luật 91/2025/QH15).
//!
//! In: text. Out: the same text with those hidden, or the places where they stand. Numbers of offices, companies,
//! documents and sums of money stay: a citizen looks for them. Where neither the shape nor the words make it certain
//! that a number is a person's, the shape of an identity number or of a mobile telephone is enough, because a number
//! shown once too often cannot be taken back.
//!
//! One pass over the bytes; only a run of nine digits or an `@` costs more, and that a fixed amount.

mod context;
mod mail;
mod run;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ops::Range;

/// What a hidden part was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A citizen's identity number, an old identity card or a passport.
    Identity,
    /// A private telephone.
    Telephone,
    /// A bank account.
    Account,
    /// A person's address of mail.
    Mail,
}

/// A part of a text that belongs to one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Private {
    /// What it is.
    pub kind: Kind,
    /// Where it stands, in bytes.
    pub place: Range<usize>,
}

/// What stands for what is hidden.
pub const MASK: &str = "●●●";

/// Last digits that stay. Two keep the persons of one list apart and let one recognise a number that is one's own; the
/// first digits of an identity number would tell province, sex and year of birth.
const KEPT_DIGITS: usize = 2;

/// The text with every person's number and address hidden: `●●●34` for a number, `●●●@gmail.com` for mail.
///
/// Masking twice changes nothing more.
#[must_use]
pub fn mask(text: &str) -> Cow<'_, str> {
    let found = find(text);
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for private in found {
        masked.push_str(&text[at..private.place.start]);
        masked.push_str(MASK);
        let hidden = &text[private.place.clone()];
        match private.kind {
            Kind::Mail => masked.push_str(hidden.find('@').map_or("", |host| &hidden[host..])),
            _ => {
                let digits: Vec<char> = hidden.chars().filter(char::is_ascii_digit).collect();
                masked.extend(&digits[digits.len().saturating_sub(KEPT_DIGITS)..]);
            }
        }
        at = private.place.end;
    }
    masked.push_str(&text[at..]);
    Cow::Owned(masked)
}

/// Every part of `text` that belongs to one person, in order, none inside another.
#[must_use]
pub fn find(text: &str) -> Vec<Private> {
    let bytes = text.as_bytes();
    let mut found: Vec<Private> = Vec::new();
    // The end of the last number that was read as an office's: what is listed after it is the office's too.
    let mut office_end = None;
    let mut mail_end = 0;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte == b'@' {
            let mail = mail::around(text, at, mail_end);
            at = mail.as_ref().map_or(at + 1, |place| place.end);
            mail_end = at;
            found.extend(mail.map(|place| Private { kind: Kind::Mail, place }));
        } else if byte.is_ascii_digit() {
            let end = run::end(bytes, at);
            if run::is_long(&bytes[at..end]) {
                run::read(text, at..end, &mut office_end, &mut found);
            }
            at = end;
        } else {
            at += 1;
        }
    }
    // `0912345678@gmail.com` is found as a number first.
    merge(found)
}

/// Leaves out what stands inside another; of two that overlap the longer stays.
fn merge(mut found: Vec<Private>) -> Vec<Private> {
    found.sort_by_key(|private| (private.place.start, std::cmp::Reverse(private.place.end)));
    let mut kept: Vec<Private> = Vec::with_capacity(found.len());
    for private in found {
        match kept.last() {
            Some(last) if private.place.start < last.place.end => {}
            _ => kept.push(private),
        }
    }
    kept
}
