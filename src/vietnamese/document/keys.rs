//! What a document can be asked for by: parts of its number that people remember. In: a canonical number, or what
//! somebody typed. Out: keys that are equal when the one may mean the other.
//!
//! `42/2022/NĐ-CP` answers to `42/2022`, `42:nd` and `42/2022:nd`; a `nghị định 42` asks for `42:nd`.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::types;
use crate::vietnamese::fold;

/// A part of a number, as somebody typed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partial {
    /// Keys, any of which is enough; see [`keys`].
    pub keys: Vec<String>,
    /// Whether the type was said too. `12/2025` alone may be a month.
    pub has_type: bool,
}

/// The keys that the document with this canonical number answers to.
#[must_use]
pub fn keys(canonical: &str) -> Vec<String> {
    let figures = |part: &&str| part.starts_with(|c: char| c.is_ascii_digit());
    let mut parts = canonical.split(['/', '-']).filter(|part| !part.is_empty());
    let Some(number) = parts.next().filter(figures) else { return Vec::new() };
    let number = number.trim_start_matches('0').to_lowercase();
    let rest: Vec<&str> = parts.collect();
    let year = rest.first().filter(|part| part.len() == 4 && figures(part));
    let letters = rest.iter().find(|part| !figures(part)).map(|part| fold(part));
    let kind = letters.as_deref().map(plain_kind);
    let mut keys = Vec::with_capacity(3);
    if let Some(year) = year {
        keys.push(format!("{number}/{year}"));
    }
    if let Some(kind) = kind {
        keys.push(format!("{number}:{kind}"));
        if let Some(year) = year {
            keys.push(format!("{number}/{year}:{kind}"));
        }
        if kind != "qh" && types::canonical(kind).is_none() {
            // An official letter names its sender where others name their type.
            keys.push(format!("{number}:cv"));
        }
    }
    keys
}

/// `qh15` and `ubtvqh16` are one kind each, whatever the term.
fn plain_kind(letters: &str) -> &str {
    match letters.trim_end_matches(|c: char| c.is_ascii_digit()) {
        "ubtvqh" | "qh" => "qh",
        _ => letters,
    }
}

/// Types that are asked for with a bare number: `nghị định 42`. A `kế hoạch 5 năm` is none.
const NAMES: &str = "nghi dinh|thong tu lien tich|thong tu|quyet dinh|nghi quyet|chi thi|bo luat|luat|phap lenh|cong dien|\
                     cong van|van ban hop nhat";
/// The same in letters.
const LETTERS: &str = "nd|ttlt|tt|qd|nq|ct|cd|cv|vbhn";
/// Types that need a year or the word for a number: `kế hoạch số 46`.
const WEAK_NAMES: &str =
    "ke hoach|thong bao|huong dan|ket luan|quy dinh|quy che|bao cao|to trinh|giay phep|lenh|chuong trinh";

static TYPED: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = format!(
        r"^(?:(?:(?P<name>{NAMES}) |(?P<letters>{LETTERS}) ?)(?:so )?|(?P<weak>{WEAK_NAMES}) (?P<so>so )?|so )?(?P<number>\d{{1,5}}[a-z]?)(?: ?/ ?(?P<year>(?:19|20)\d\d)| nam (?P<said>(?:19|20)\d\d))?(?: ?/ ?(?P<tail>[a-z]{{2,5}}))?(?:-[a-z0-9&]{{0,14}}){{0,3}}$"
    );
    Regex::new(&pattern).expect("a constant expression")
});

/// What part of a number `text` is, when it is one and nothing else: `nđ 42/2022`, `nghị định 42`, `42/2022`, `nd42`.
#[must_use]
pub fn partial(text: &str) -> Option<Partial> {
    let folded = fold(text);
    let found = TYPED.captures(&folded)?;
    let part = |name: &str| found.name(name).map(|part| part.as_str());
    let number = part("number")?.trim_start_matches('0');
    let year = part("year").or(part("said"));
    let is_named = part("name").is_some() || part("letters").is_some();
    let is_weak = part("weak").is_some() && (part("so").is_some() || part("year").is_some());
    let tail = part("tail").filter(|tail| types::canonical(tail).is_some() || *tail == "qh");
    let has_type = is_named || is_weak || tail.is_some();
    // A bare number is a number; `nghị định 2022` asks for a year.
    let looks_like_year = year.is_none() && tail.is_none() && is_year(number);
    if number.is_empty() || looks_like_year || (!has_type && part("year").is_none()) {
        return None;
    }
    let number = match year {
        Some(year) => format!("{number}/{year}"),
        None => number.to_owned(),
    };
    let kinds = kinds(&found, tail);
    let keys =
        if kinds.is_empty() { vec![number] } else { kinds.iter().map(|kind| format!("{number}:{kind}")).collect() };
    Some(Partial { keys, has_type })
}

fn is_year(number: &str) -> bool {
    number.len() == 4 && (number.starts_with("19") || number.starts_with("20"))
}

/// The letters of the type that was said. The Assembly's laws and resolutions carry none.
fn kinds(found: &Captures<'_>, tail: Option<&str>) -> Vec<String> {
    let said = tail.or(found.name("letters").map(|part| part.as_str()));
    if let Some(letters) = said {
        let canonical = types::canonical(letters).map_or_else(|| letters.to_owned(), fold);
        return vec![canonical];
    }
    let Some(name) = found.name("name").or(found.name("weak")).map(|part| part.as_str()) else { return Vec::new() };
    let mut kinds: Vec<String> = types::letters_of(name).map(fold).collect();
    match name {
        "luat" | "bo luat" => kinds = vec!["qh".to_owned()],
        "nghi quyet" => kinds.push("qh".to_owned()),
        _ => {}
    }
    kinds.dedup();
    kinds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_answers_to_its_parts() {
        let check = |number: &str, expected: &str| assert_eq!(keys(number).join(" "), expected, "{number}");
        check("42/2022/NĐ-CP", "42/2022 42:nd 42/2022:nd");
        check("01/2022/NĐ-CP", "1/2022 1:nd 1/2022:nd");
        check("1295/QĐ-TTg", "1295:qd");
        check("59/2020/QH14", "59/2020 59:qh 59/2020:qh");
        check("66-NQ/TW", "66:nq");
        check("10/2014/TTLT-BYT-BNV-BTC", "10/2014 10:ttlt 10/2014:ttlt");
        check("1654/BTTTT-ƯDCNTT", "1654:btttt 1654:cv");
        check("nonsense", "");
        check("", "");
    }

    #[test]
    fn what_people_type() {
        let check = |typed: &str, expected: &str| {
            let keys = partial(typed).map(|partial| partial.keys.join(" ")).unwrap_or_default();
            assert_eq!(keys, expected, "{typed}");
        };
        for typed in [
            "nđ 42/2022",
            "ND 42/2022",
            "nd42/2022",
            "nghị định 42/2022",
            "nghị định số 42/2022",
            "nghi dinh 42 nam 2022",
            "42/2022/nđ",
            "NĐ số 42/2022",
        ] {
            check(typed, "42/2022:nd");
        }
        for typed in ["nghị định 42", "nghi dinh so 42", "nd 42", "NĐ42", "42/nd-cp", "nghị định 042"] {
            check(typed, "42:nd");
        }
        check("42/2022", "42/2022");
        check("số 42/2022", "42/2022");
        check("thông tư 33/2026", "33/2026:tt");
        check("luật 59/2020", "59/2020:qh");
        check("59/2020/qh", "59/2020:qh");
        check("nghị quyết 66", "66:nq 66:qh");
        check("kế hoạch số 46", "46:kh");
        check("kế hoạch 46/2026", "46/2026:kh");
        for other in [
            "kế hoạch 5",
            "kế hoạch 5 năm 2026",
            "nghị định 2022",
            "42",
            "2022",
            "thuế",
            "16/8/2023",
            "số 12",
            "điều 5",
            "nghị định",
            "42/2022 của",
            "covid 19",
        ] {
            check(other, "");
        }
    }

    /// Whatever of a number is typed, the document answers to it.
    #[test]
    fn parts_and_keys_agree() {
        for (number, typed) in [
            ("18/2026/TT-BYT", "thông tư 18/2026"),
            ("1295/QĐ-TTg", "quyết định 1295"),
            ("07/CT-TTg", "chỉ thị 7"),
            ("10/2014/TTLT-BYT-BNV-BTC", "thông tư liên tịch 10/2014"),
            ("187/CĐ-TTg", "công điện 187"),
            ("30/2000/PL-UBTVQH10", "pháp lệnh 30/2000"),
            ("58/VBHN-BCT", "vbhn 58"),
        ] {
            let asked = partial(typed).map(|partial| partial.keys).unwrap_or_default();
            assert!(keys(number).iter().any(|key| asked.contains(key)), "{number} {typed} {asked:?}");
        }
    }
}
