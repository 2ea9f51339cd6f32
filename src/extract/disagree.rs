//! The layers check each other: where a portal's or family's selector, the structured data and the general method say
//! different things of one page, that becomes a problem in plain words, with what was taken. Small differences are
//! none: the site's name, letters in capitals, a headline that was cut short, a teaser's wording.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::Extracted;
use super::body::compare_key;
use super::dated::Found;
use super::dateline;
use super::headline::{Headline, overlap};
use super::outline::Outline;
use super::selected::{Field, Match, Selected};
use crate::clock::vietnam;

/// The share of the shorter title's words from which two titles mean one article: newspapers word the headline for
/// search engines anew.
const SAME_TITLE: f32 = 0.5;
/// Times that one body is longer than another before that is a problem.
const APART: u32 = 3;
/// Characters below which a body is too short to be compared.
const ENOUGH: u32 = 400;
/// The share of a body in links from which it is a list of links.
const MOSTLY_LINKS: f32 = 0.5;
/// Hours that two dates of different days are apart at least: zones alone make less.
const HOURS: i64 = 14;

/// How much a body holds.
#[derive(Clone, Copy)]
pub(super) struct Length {
    pub(super) chars: u32,
    /// The share of them in links, 0 to 1.
    pub(super) links: f32,
}

/// Whether the title that the rules found is believed beside the one that the page shows; names the difference. A
/// portal's own selectors are the operator's word. A family's are a guess: where a heading and the metadata say one
/// thing, they found the title of another article.
pub(super) fn on_title(out: &mut Extracted, ruled: &Match, shown: &Headline) -> bool {
    // What only `<title>` or Dublin Core says is as often a constant of the site.
    let is_weak = matches!(shown.source.as_str(), "<title>" | "dc.title");
    if is_weak || are_alike(&ruled.value, &shown.text) {
        return true;
    }
    let is_sure = shown.id.is_some() && shown.sure;
    let is_believed = is_portal(&ruled.source) || !is_sure;
    let took = if is_believed { "first" } else { "second" };
    let (who, other) = (who(&ruled.source), &shown.source);
    let [a, b] = [&ruled.value, &shown.text].map(|text| short(text));
    out.problems.push(format!("title: {who} says “{a}”, the {other} says “{b}”; took the {took}"));
    is_believed
}

/// Names a headline of JSON-LD that cannot be of the article whose title was taken.
pub(super) fn on_headline(out: &mut Extracted, taken: (&str, &str), headline: &str) {
    if !are_alike(taken.0, headline) {
        let [a, b] = [taken.0, headline].map(short);
        let the = if taken.1.starts_with("heading") { "the " } else { "" };
        out.problems.push(format!("title: {the}{} says “{a}”, JSON-LD says “{b}”; took the first", who(taken.1)));
    }
}

/// Whether two titles can be of one article.
fn are_alike(a: &str, b: &str) -> bool {
    let (key, other) = (compare_key(a), compare_key(b));
    key.contains(&other) || other.contains(&key) || overlap(a, b) >= SAME_TITLE
}

fn is_portal(source: &str) -> bool {
    source.starts_with("portal: ")
}

/// Whether the body that the rules found is believed beside that of the general method; names the difference.
pub(super) fn on_text(out: &mut Extracted, selector: &str, ruled: Length, general: Length) -> bool {
    let (a, b) = (ruled.chars, general.chars);
    let problem = |what: &str| format!("text: {}: {what}", who(selector));
    if ruled.links > MOSTLY_LINKS && general.links < MOSTLY_LINKS / 2.0 && b > ENOUGH / 2 {
        out.problems.push(problem(&format!("mostly links; took the general method's {b} characters")));
        return false;
    }
    if a.saturating_mul(APART) < b && b > ENOUGH {
        out.problems.push(problem(&format!("{a} characters, the general method {b}; took the second")));
        return false;
    }
    if b.saturating_mul(APART) < a && b > 0 && a > ENOUGH {
        out.problems.push(problem(&format!("{a} characters, the general method {b}; took the first")));
    }
    true
}

/// Names a date of another day in the structured data, and hands it back when it is to be taken: two of its fields
/// that agree outweigh a family's selector, which may have found the date of another article. `ruled` is what the rules
/// yielded.
pub(super) fn on_day(out: &mut Extracted, place: &dateline::Place<'_, '_>, ruled: &Found) -> Option<Found> {
    let claimed = place.claimed()?;
    let show = |day: Date| day.strftime("%d/%m/%Y").to_string();
    let day = day_in(ruled.dated.at, vietnam());
    let other = day_in(claimed.dated.at, vietnam());
    // A page abroad writes its own day.
    let own = claimed.offset.map_or(other, |offset| day_in(claimed.dated.at, TimeZone::fixed(offset)));
    let written = ruled.offset.map_or(day, |offset| day_in(ruled.dated.at, TimeZone::fixed(offset)));
    let apart = ruled.dated.at.duration_since(claimed.dated.at).abs() >= SignedDuration::from_hours(HOURS);
    if day == other || day == own || written == own || !apart {
        return None;
    }
    let agree = claimed.source.starts_with("JSON-LD")
        && place.named().is_some_and(|named| day_in(named.dated.at, vietnam()) == other);
    let takes_second = agree && !is_portal(&ruled.source);
    let took = if takes_second { "second" } else { "first" };
    let (who, second) = (who(&ruled.source), &claimed.source);
    out.problems.push(format!("date: {who} says {}, {second} says {}; took the {took}", show(day), show(own)));
    takes_second.then_some(claimed)
}

fn day_in(at: Timestamp, zone: TimeZone) -> Date {
    at.to_zoned(zone).date()
}

/// Names a family that knows the title of the page and not its body.
pub(super) fn on_silence(out: &mut Extracted, rules: &[&Selected], page: &Outline<'_>) {
    let Some(first) = rules.first().filter(|rules| rules.origin != "portal") else { return };
    let knows_title = first
        .first(page, Field::Title)
        .is_some_and(|found| compare_key(&found.value) == compare_key(&out.article.title));
    if knows_title && rules.iter().all(|rules| rules.content(page).is_none()) {
        out.problems
            .push(format!("text: {} knows the title and finds no body; took the general method's", first.origin));
    }
}

/// Whose word it is: `family OneCMS: h1` → `family OneCMS`.
fn who(source: &str) -> &str {
    source.split_once(": ").map_or(source, |(who, _)| who)
}

/// The beginning of a long title.
fn short(text: &str) -> String {
    /// Characters of a title that a line has room for.
    const MOST: usize = 80;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    let cut: String = text.chars().take(MOST).collect();
    format!("{}…", &cut[..cut.rfind(' ').unwrap_or(cut.len())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_of_two_articles_are_named() {
        let check = |taken: &str, other: &str, expected: bool| {
            let mut out = Extracted::default();
            on_headline(&mut out, (taken, "family OneCMS: h1"), other);
            assert_eq!(!out.problems.is_empty(), expected, "{taken} / {other}: {:?}", out.problems);
        };
        check("Khai mạc hội nghị cải cách", "KHAI MẠC HỘI NGHỊ CẢI CÁCH", false);
        check("Khai mạc hội nghị cải cách hành chính", "Khai mạc hội nghị cải cách…", false);
        check("Giá vàng hôm nay tăng mạnh", "Giá vàng ngày 12/5: tăng mạnh", false);
        check("Khai mạc hội nghị cải cách", "Phát động tháng an toàn giao thông", true);
        check("Khai mạc hội nghị cải cách", "", false);
    }

    #[test]
    fn a_familys_title_gives_way_to_a_heading_that_the_metadata_names() {
        let check = |rules: &str, heading: &str, expected: &str| {
            let mut out = Extracted::default();
            let ruled = Match { value: "Phát động tháng an toàn".into(), id: 1, source: format!("{rules}: .t") };
            let shown = Headline {
                text: "Khai mạc hội nghị cải cách".into(),
                source: heading.into(),
                id: Some(2),
                sure: heading != "heading",
                heading: None,
            };
            on_title(&mut out, &ruled, &shown);
            assert_eq!(out.problems.join(""), expected);
        };
        let says = "says “Phát động tháng an toàn”, the";
        let other = "says “Khai mạc hội nghị cải cách”; took the";
        check(
            "family A",
            "heading that JSON-LD names",
            &format!("title: family A {says} heading that JSON-LD names {other} second"),
        );
        check(
            "portal",
            "heading that JSON-LD names",
            &format!("title: portal {says} heading that JSON-LD names {other} first"),
        );
        check("family A", "heading", &format!("title: family A {says} heading {other} first"));
        check("family A", "<title>", "");
    }

    #[test]
    fn bodies_are_weighed() {
        let check = |ruled: (u32, f32), general: u32, believed: bool, words: &str| {
            let mut out = Extracted::default();
            let ruled = Length { chars: ruled.0, links: ruled.1 };
            let kept = on_text(&mut out, "portal: .b", ruled, Length { chars: general, links: 0.0 });
            assert_eq!(kept, believed, "{:?}", out.problems);
            assert_eq!(out.problems.join(""), words);
        };
        check((2_000, 0.0), 1_900, true, "");
        check((100, 0.0), 1_900, false, "text: portal: 100 characters, the general method 1900; took the second");
        check((1_900, 0.0), 100, true, "text: portal: 1900 characters, the general method 100; took the first");
        check((1_900, 0.8), 1_000, false, "text: portal: mostly links; took the general method's 1000 characters");
        check((300, 0.0), 0, true, "");
        check((100, 0.0), 390, true, "");
    }
}
