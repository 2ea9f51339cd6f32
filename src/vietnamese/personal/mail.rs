//! Addresses of mail: whose they are.

use std::ops::Range;

/// Services where anybody opens a box.
const PUBLIC: [&str; 14] = [
    "gmail.com",
    "googlemail.com",
    "yahoo.com",
    "yahoo.com.vn",
    "ymail.com",
    "rocketmail.com",
    "hotmail.com",
    "outlook.com",
    "outlook.com.vn",
    "live.com",
    "icloud.com",
    "me.com",
    "protonmail.com",
    "proton.me",
];

/// What the box of an office is called. A commune's office may well have its box at a public service.
const OFFICES: [&str; 32] = [
    "vanthu",
    "vanphong",
    "banbientap",
    "bientap",
    "toasoan",
    "thuky",
    "info",
    "contact",
    "lienhe",
    "hotro",
    "support",
    "webmaster",
    "admin",
    "bandoc",
    "tiepcongdan",
    "congan",
    "ubnd",
    "hdnd",
    "ttdt",
    "cttdt",
    "hotline",
    "tuyendung",
    "trungtam",
    "phongban",
    "baochi",
    "truyenthong",
    "gopy",
    "phananh",
    "cskh",
    "noreply",
    "hoithi",
    "cuocthi",
];

/// Family names as they begin the box of a person in an office: `nguyenvana@…`.
const FAMILIES: [&str; 25] = [
    "nguyen", "tran", "le", "pham", "hoang", "huynh", "phan", "vu", "vo", "dang", "bui", "do", "ho", "ngo", "duong",
    "ly", "dinh", "trinh", "doan", "mai", "luong", "truong", "dao", "phung", "cao",
];

/// Characters before an `@` that are read.
const LONGEST_BOX: usize = 64;

/// The address around the `@` at `at` when it is a person's. Nothing before `from` belongs to it.
pub(super) fn around(text: &str, at: usize, from: usize) -> Option<Range<usize>> {
    let in_box = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-');
    let start = text[from..at]
        .char_indices()
        .rev()
        .take(LONGEST_BOX)
        .take_while(|(_, c)| in_box(*c))
        .last()
        .map(|(place, _)| from + place)?;
    let start = start + text[start..at].find(|c: char| c.is_alphanumeric())?;
    let host_length = text[at + 1..].find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-')));
    let host = text[at + 1..].get(..host_length.unwrap_or(text.len() - at - 1))?.trim_end_matches(['.', '-']);
    let (_, domain) = host.split_once('.')?;
    if domain.is_empty() {
        return None;
    }
    is_persons(&text[start..at].to_lowercase(), &host.to_lowercase()).then_some(start..at + 1 + host.len())
}

fn is_persons(name: &str, host: &str) -> bool {
    let letters: String = super::super::fold(name).chars().filter(char::is_ascii_alphabetic).collect();
    if OFFICES.iter().any(|office| letters.contains(office)) {
        return false;
    }
    if PUBLIC.contains(&host) {
        return true;
    }
    // At an office: named after a person, in one word or in several.
    let parts: Vec<&str> = name.split(['.', '_', '-']).filter(|part| !part.is_empty()).collect();
    let named = parts.len() > 1 && parts.iter().any(|part| FAMILIES.contains(part));
    named || FAMILIES.iter().any(|family| family.len() > 3 && letters.starts_with(family) && letters != *family)
}
