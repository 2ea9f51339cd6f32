//! The shapes of numbers, and what of a match is really a number.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{Kind, bodies, types};
use crate::vietnamese::fold;

/// All shapes in one expression; borders, types and bodies are checked in code. Blanks are allowed around the marks
/// that come first, where people put them, and not between bodies, where a dash with blanks ends the number.
pub(super) static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    let types = types::pattern();
    let pattern = format!(
        r"(?xi)
        (?P<n> [0-9]{{1,3}}\.[0-9]{{3}} | [0-9]{{1,5}} ) (?P<suffix> [a-zđ]? )
        (?:
            \ ?-\ ? (?P<party> {types} ) \ ?/\ ? (?P<party_body> [A-ZĐ]{{2,8}} (?: - [A-ZĐ]{{2,8}} )? )
          | \ ?/\ ? (?P<law_year> (?:19|20)[0-9]{{2}} ) \ ?/\ ?
            (?P<law> (?: (?:PL|NQ|L) \ ?-\ ? )? (?: UBTVQH | QH ) \ ?[0-9]{{1,2}} )
          | \ ?/\ ? (?: (?P<year> (?:19|20)[0-9]{{2}} ) (?: \ ?/\ ? | \  ) )?
            (?P<type> {types} ) (?: \ ?-\ ? | / ) (?P<bodies> {BODY} (?: [-/] {BODY} ){{0,8}} )
          | \ ?/\ ? (?: (?P<glued_year> (?:19|20)[0-9]{{2}} ) \ ?/\ ? )? (?P<glued> NĐCP | NQCP | QĐTTg | CTTTg )
          | \ ?/\ ? (?: (?P<letter_year> (?:19|20)[0-9]{{2}} ) \ ?/\ ? )?
            (?P<sender> {BODY} ) - (?P<unit> {BODY} (?: [-.] {BODY} )? )
          | \ ?[-/]\ ? (?P<old> TTg | HĐBT | CTN )
        )"
    );
    Regex::new(&pattern).expect("a fixed pattern over fixed lists")
});

/// The letters of a body or unit: `CP`, `BGDĐT`, `GD&ĐT`, `C06`, `TTg`.
const BODY: &str = "[A-ZĐƯƠÂÊÔĂ][A-Z0-9ĐƯƠÂÊÔĂ&]{0,13}";

/// The canonical number of a match, its kind, and where it really ends.
///
/// `is_listed`: another number stands right before it, so that this one too is meant as one.
pub(super) fn read(text: &str, found: &Captures<'_>, is_listed: bool) -> Option<(String, Kind, usize)> {
    let start = found.get(0)?.start();
    if continues_before(text, start) {
        return None;
    }
    let number = figures(&found["n"], &found["suffix"])?;
    if let Some(body) = found.name("party_body") {
        let kind = types::canonical(&found["party"])?;
        let (name, end) = known_body(body.as_str(), body.start())
            .or_else(|| Some((body.as_str().to_owned(), body.end())))
            .filter(|(name, _)| bodies::is_party(name))?;
        return ends(text, end).then(|| (format!("{number}-{kind}/{name}"), Kind::Party, end));
    }
    if let Some(law) = found.name("law") {
        let letters = law.as_str().replace(' ', "").to_uppercase();
        let year = &found["law_year"];
        let next_is_figure = text[law.end()..].starts_with(|c: char| c.is_ascii_digit());
        return (!next_is_figure).then(|| (format!("{number}/{year}/{letters}"), Kind::Law, law.end()));
    }
    if let Some(bodies) = found.name("bodies") {
        return with_type(text, found, &number, bodies, is_listed);
    }
    if let Some(glued) = found.name("glued") {
        let letters = match glued.as_str().to_uppercase().as_str() {
            "NĐCP" => "NĐ-CP",
            "NQCP" => "NQ-CP",
            "QĐTTG" => "QĐ-TTg",
            _ => "CT-TTg",
        };
        return Some(assembled(&number, found.name("glued_year").map(|year| year.as_str()), letters, glued.end()));
    }
    if let Some(old) = found.name("old") {
        let (name, end) = known_body(old.as_str(), old.start())?;
        let is_cased = old.as_str() == name;
        let mark = if text[..old.start()].trim_end().ends_with('-') { '-' } else { '/' };
        return (is_cased && ends(text, end)).then(|| (format!("{number}{mark}{name}"), Kind::Administrative, end));
    }
    letter(text, found, &number)
}

/// `42/2022/NĐ-CP`, `1295/QĐ-TTg`, `05/2010/TTLT-BCA-BTC`, `237/NQ-UBTVQH16`.
fn with_type(
    text: &str,
    found: &Captures<'_>,
    number: &str,
    list: regex::Match<'_>,
    is_listed: bool,
) -> Option<(String, Kind, usize)> {
    let written = &found["type"];
    let kind = types::canonical(written)?;
    let year = found.name("year").map(|year| year.as_str());
    // `42/2022 NĐ-CP` lost its second slash; `tháng 12/2025 TB-KL` never had one.
    let is_loose =
        found.name("year").zip(found.name("type")).is_some_and(|(year, kind)| &text[year.end()..kind.start()] == " ");
    if is_loose && follows(text, found, &["thang", "quy", "ky", "nam", "ngay"]) {
        return None;
    }
    let is_cased = written == kind;
    let mut letters = kind.to_owned();
    let mut end = list.start();
    let mut issuer_known = None;
    let mut issuer = String::new();
    for part in list.as_str().split_inclusive(['-', '/']) {
        let mark_length = usize::from(part.ends_with(['-', '/']));
        let body = &part[..part.len() - mark_length];
        // A consolidated text may say of what: `58/VBHN-TT-BCT`.
        let is_type = kind == "VBHN" && mark_length > 0 && types::name(body).is_some();
        let (name, known, body_end) = match known_body(body, end) {
            _ if is_type => (body.to_owned(), true, end + body.len()),
            Some((name, body_end)) => (name, true, body_end),
            None => (unknown_body(body), false, end + unknown_body(body).len()),
        };
        if name.is_empty() {
            break;
        }
        // What follows the first body is its unit, or a body that signs with it.
        if issuer_known.is_none() {
            issuer_known = Some(known);
            issuer.clone_from(&name);
        }
        letters.push('-');
        letters.push_str(&name);
        let is_cut = body_end < end + body.len();
        end = if is_cut { body_end } else { end + part.len() };
        if is_cut {
            break;
        }
    }
    let end = end.min(list.end());
    let issuer_known = issuer_known.unwrap_or(false);
    if letters.len() == kind.len() || !ends(text, end) || is_site_licence(kind, &issuer) {
        return None;
    }
    // `TT-Huế`: the letters before the small one are no body unless they are written as one.
    if text[end..].starts_with(char::is_lowercase) && !is_written_as_name(&text[..end], &letters) {
        return None;
    }
    let is_citation = if is_loose {
        issuer_known
    } else if year.is_some() {
        // The year and the type say enough, unless all of it is in small letters: then it must be a real body.
        issuer_known || is_cased
    } else {
        issuer_known || (is_cased && (is_strong(text, found, kind) || is_listed || is_introduced(text, found)))
    };
    if !is_citation || (year.is_none() && is_form(text, found)) {
        return None;
    }
    Some(assembled(number, year, &letters, end))
}

/// Whether an act of a body nobody listed may be believed: a type that forms do not use, and a number too high for a
/// form or introduced as a number.
fn is_strong(text: &str, found: &Captures<'_>, kind: &str) -> bool {
    let is_high = found["n"].len() >= 3;
    types::is_strong(kind)
        && (is_high || follows(text, found, &["so", "quyet dinh", "ke hoach", "nghi quyet", "to trinh"]))
}

/// Whether the last of the canonical `letters` stands at the end of `written` as it writes itself, or in capitals.
fn is_written_as_name(written: &str, letters: &str) -> bool {
    let name = letters.rsplit('-').next().unwrap_or_default();
    let from = written.char_indices().rev().nth(name.chars().count().saturating_sub(1)).map_or(0, |(at, _)| at);
    written.ends_with(name) || !written[from..].contains(char::is_lowercase)
}

/// The licence of a paper, a broadcaster or a web site, as it stands in the footer of every page: `123/GP-TTĐT`.
fn is_site_licence(kind: &str, issuer: &str) -> bool {
    const OF_MEDIA: [&str; 12] =
        ["TTĐT", "TTĐN", "BTTTT", "STTTT", "BC", "CBC", "BCXB", "XBIPH", "PTTH", "PTTH&TTĐT", "ICP", "BVHTT"];
    matches!(kind, "GP" | "GPXB") && OF_MEDIA.contains(&issuer)
}

/// Whether the words before the match say that a document's number follows: `Thông báo số`, `căn cứ văn bản`.
fn is_introduced(text: &str, found: &Captures<'_>) -> bool {
    const DOCUMENTS: [&str; 24] = [
        "nghi dinh",
        "thong tu",
        "quyet dinh",
        "nghi quyet",
        "chi thi",
        "cong dien",
        "thong bao",
        "ke hoach",
        "cong van",
        "van ban",
        "to trinh",
        "bao cao",
        "ket luan",
        "huong dan",
        "quy che",
        "quy dinh",
        "phap lenh",
        "lenh",
        "bien ban",
        "phuong an",
        "de an",
        "ban hanh",
        "can cu",
        "theo",
    ];
    let before = words_before(text, found);
    let before = before.strip_suffix("so").map_or(before.as_str(), str::trim_end);
    DOCUMENTS.iter().any(|name| before.strip_suffix(name).is_some_and(|rest| !rest.ends_with(char::is_alphanumeric)))
}

/// `Mẫu số 01/QĐ-UBND`, `mẫu Thông báo số 01/TB-TĐT`: a form to fill in.
fn is_form(text: &str, found: &Captures<'_>) -> bool {
    let before = words_before(text, found);
    let mut words = before.rsplit(' ').map(|word| word.trim_matches(['(', '"', '“', '”', ')'])).take(8);
    words.any(|word| matches!(word, "mau" | "bieu")) || before.ends_with("phu luc")
}

/// The folded words of the same clause right before the match.
fn words_before(text: &str, found: &Captures<'_>) -> String {
    /// Enough for `mẫu Thông báo kết quả xử lý số`.
    const REACH: usize = 48;
    let head = &text[..found.get(0).map_or(0, |whole| whole.start())];
    let from = head.char_indices().rev().nth(REACH).map_or(0, |(at, _)| at);
    let near = head[from..].trim_end_matches([' ', ':', '(', '"', '“']);
    let clause = near.rfind(['.', ';', ',', ':']).map_or(near, |at| &near[at + 1..]);
    fold(clause)
}

/// `1654/BTTTT-ƯDCNTT`, `1453/LĐTBXH-QĐ`: the sender must be known, and written as a name.
fn letter(text: &str, found: &Captures<'_>, number: &str) -> Option<(String, Kind, usize)> {
    let sender = found.name("sender")?;
    let unit = found.name("unit")?;
    // Codes of forms and tables, which look like letters in every other way.
    const FORMS: [&str; 10] = ["CK", "TP", "TSC", "TSTL", "TKLN", "ĐK", "BK", "GTGT", "NG", "CNKD"];
    // Hardly any form has a number of three figures, and a letter that is called one may come from anybody.
    let is_called_letter = || {
        number.len() >= 3
            && !FORMS.contains(&sender.as_str())
            && is_capitals(sender.as_str())
            && is_capitals(unit.as_str())
            && is_introduced(text, found)
    };
    let (name, is_sender) = match known_body(sender.as_str(), sender.start()) {
        Some((name, end)) => {
            let is_sender = end == sender.end() && name == sender.as_str() && bodies::sends_letters(&name);
            (name, is_sender || is_called_letter())
        }
        None => (sender.as_str().to_owned(), is_called_letter()),
    };
    let tail = unknown_body(unit.as_str());
    let end = unit.start() + tail.len();
    if !is_sender || tail.chars().count() < 2 || !ends(text, end) || is_form(text, found) {
        return None;
    }
    let year = found.name("letter_year").map(|year| format!("{}/", year.as_str())).unwrap_or_default();
    Some((format!("{number}/{year}{name}-{tail}"), Kind::Letter, end))
}

fn is_capitals(letters: &str) -> bool {
    !letters.contains(char::is_lowercase)
}

fn assembled(number: &str, year: Option<&str>, letters: &str, end: usize) -> (String, Kind, usize) {
    let kind = if letters.starts_with("VBHN") {
        Kind::Consolidated
    } else if letters.contains("QH") && letters.ends_with(|c: char| c.is_ascii_digit()) {
        Kind::Law
    } else if year.is_some() {
        Kind::Normative
    } else {
        Kind::Administrative
    };
    match year {
        Some(year) => (format!("{number}/{year}/{letters}"), kind, end),
        None => (format!("{number}/{letters}"), kind, end),
    }
}

/// Two figures at least and no zeros before them: `7` and `007` are `07`.
fn figures(number: &str, suffix: &str) -> Option<String> {
    let value: u32 = number.replace('.', "").parse().ok()?;
    Some(format!("{value:02}{suffix}"))
}

/// The canonical name of a listed body at the head of `text`, and where it ends. What is glued to it must be the
/// beginning of a word in small letters: `CPng` is `CP` and the first letters of `ngày`.
fn known_body(text: &str, start: usize) -> Option<(String, usize)> {
    if let Some(name) = bodies::canonical(text) {
        return Some((name, start + text.len()));
    }
    let cuts = text.char_indices().map(|(at, _)| at).skip(2).collect::<Vec<_>>();
    cuts.into_iter().rev().find_map(|cut| {
        let (head, tail) = text.split_at(cut);
        if !tail.chars().all(char::is_lowercase) || !head.starts_with(char::is_uppercase) {
            return None;
        }
        bodies::canonical(head).map(|name| (name, start + cut))
    })
}

/// A body that no list knows, without the small letters glued to its end.
fn unknown_body(text: &str) -> String {
    text.trim_end_matches(char::is_lowercase).trim_end_matches(['-', '.']).to_owned()
}

/// Whether the figures at `start` are the end of something longer.
fn continues_before(text: &str, start: usize) -> bool {
    let mut before = text[..start].chars().rev();
    match before.next() {
        Some(c) if c.is_alphanumeric() => true,
        Some('/' | '-' | '.' | ',') => before.next().is_some_and(|c| c.is_ascii_digit()),
        _ => false,
    }
}

/// Whether a number may end at `end`: a figure or a capital after it would be part of it. A small letter is the next
/// word, its blank lost.
fn ends(text: &str, end: usize) -> bool {
    !text[end..].starts_with(|c: char| c.is_ascii_digit() || c.is_uppercase())
}

/// Whether one of the folded `phrases` stands right before the match.
fn follows(text: &str, found: &Captures<'_>, phrases: &[&str]) -> bool {
    let start = found.get(0).map_or(0, |whole| whole.start());
    let head = &text[..start];
    let from = head.char_indices().rev().nth(14).map_or(0, |(at, _)| at);
    let before = fold(head[from..].trim_end_matches([' ', ':', '(', '"', '“']));
    phrases.iter().any(|phrase| before.strip_suffix(phrase).is_some_and(|rest| !rest.ends_with(char::is_alphanumeric)))
}
