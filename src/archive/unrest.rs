//! Pages that change at every fetch although nobody edited them: counters of visits, clocks, boxes of advertisement.
//! Pure: wordings in, whether the last one says anything new out.

use jiff::SignedDuration;

use super::difference::{Kind, Nature, Part, Token, Wording, difference};
use crate::clock::Timestamp;
use crate::vietnamese;

/// Words beside a figure that only counts or tells the time, folded.
const COUNTS: [&str; 24] = [
    "luot xem",
    "luot doc",
    "luot truy cap",
    "luot tai",
    "luot thich",
    "luot nghe",
    "so lan xem",
    "so lan doc",
    "lan xem",
    "lan doc",
    "da xem",
    "nguoi xem",
    "xem:",
    "views",
    "view:",
    "hits",
    "truy cap",
    "dang online",
    "truc tuyen",
    "binh luan",
    "chia se",
    "hom nay",
    "bay gio",
    "danh gia",
];
/// Words of a line beyond which it is a sentence that may well hold such words by chance.
const LABEL: usize = 25;
/// Edits in a row that replaced the same short line by something unrelated, after which that line rotates.
const ROTATIONS: usize = 2;
/// Share of words that an edited line has in common with what it was.
const RELATED: f64 = 0.3;
/// Such a page gets one version a day, in case that something else is hidden in its unrest.
const REST: SignedDuration = SignedDuration::from_hours(24);

/// A wording that the record has, and when it was first seen.
pub(super) struct Known {
    pub(super) seen_at: Timestamp,
    pub(super) title: String,
    pub(super) summary: String,
    pub(super) text: String,
}

impl Known {
    fn wording(&self) -> Wording<'_> {
        Wording { title: &self.title, summary: &self.summary, text: &self.text }
    }
}

/// Whether a wording differs from the last only in what changes by itself. `known` has the last wordings, newest first.
pub(super) fn is_unrest(known: &[Known], after: &Wording<'_>, now: Timestamp) -> bool {
    let Some(last) = known.first() else { return false };
    if last.title != after.title || last.summary != after.summary {
        return false;
    }
    counts_only(&last.text, after.text) || now.duration_since(last.seen_at) < REST && rotates(known, after)
}

/// Whether two texts differ in figures only that stand beside words of counting, or in a line that is a clock.
fn counts_only(before: &str, after: &str) -> bool {
    let part = Part::compare(before, after);
    if part.hunks.is_empty() {
        return false;
    }
    let is_figure = |token: &Token<'_>| matches!(token.kind, Kind::Number | Kind::Date | Kind::Mark);
    part.hunks.iter().all(|(gone, added)| {
        let figures = part.old[gone.clone()].iter().chain(&part.new[added.clone()]).all(is_figure);
        let label = |text: &str, tokens: &[Token<'_>], at: usize| {
            tokens.get(at).is_some_and(|at| is_label(line_at(text, at.start)))
        };
        let is_old = gone.is_empty() || label(before, &part.old, gone.start);
        let is_new = added.is_empty() || label(after, &part.new, added.start);
        figures && is_old && is_new
    })
}

fn line_at(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
    &text[start..end]
}

/// A line that counts, or that holds nothing but the day and the time.
fn is_label(line: &str) -> bool {
    let folded = vietnamese::fold(line);
    let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is_of_clock = |word: &&str| {
        word.bytes().all(|byte| byte.is_ascii_digit())
            || matches!(
                *word,
                "thu"
                    | "hai"
                    | "ba"
                    | "tu"
                    | "nam"
                    | "sau"
                    | "bay"
                    | "chu"
                    | "nhat"
                    | "ngay"
                    | "thang"
                    | "gio"
                    | "phut"
                    | "giay"
                    | "gmt"
                    | "am"
                    | "pm"
                    | "sa"
                    | "ch"
                    | "cap"
                    | "luc"
                    | "hom"
                    | "nay"
            )
    };
    words.len() <= LABEL
        && (COUNTS.iter().any(|count| folded.contains(count)) || words.len() <= 12 && words.iter().all(is_of_clock))
}

/// Whether the line that differs is one that was replaced by something unrelated in each of the last edits too.
fn rotates(known: &[Known], after: &Wording<'_>) -> bool {
    if known.len() <= ROTATIONS {
        return false;
    }
    let mut texts = vec![after.text];
    texts.extend(known.iter().take(ROTATIONS + 1).map(|known| known.text.as_str()));
    let mut places = Vec::new();
    for pair in texts.windows(2) {
        let Some(place) = replaced_line(pair[1], pair[0]) else { return false };
        places.push(place);
    }
    places.iter().all(|place| *place == places[0]) && difference(&known[0].wording(), after).nature > Nature::Form
}

/// The one line that was replaced by one unrelated line, told by its neighbours; nothing for any other edit.
fn replaced_line<'t>(before: &'t str, after: &'t str) -> Option<(Option<&'t str>, Option<&'t str>)> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    if old.len() != new.len() {
        return None;
    }
    let mut differing = (0..old.len()).filter(|&at| old[at] != new[at]);
    let (at, more) = (differing.next()?, differing.next());
    let short = |line: &str| line.split_whitespace().count() <= 2 * LABEL;
    let words = |line: &'t str| line.split_whitespace().collect::<std::collections::HashSet<&str>>();
    let (one, other) = (words(old[at]), words(new[at]));
    let common = one.intersection(&other).count() as f64;
    let related = common >= RELATED * one.len().min(other.len()).max(1) as f64;
    (more.is_none() && !related && short(old[at]) && short(new[at]))
        .then(|| (at.checked_sub(1).map(|before| old[before]), old.get(at + 1).copied()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_and_clocks_say_nothing() {
        let check = |before: &str, after: &str, expected: bool| {
            let body = "Bão số 3 đổ bộ, 12 người bị thương.";
            let (before, after) = (format!("{body}\n{before}"), format!("{body}\n{after}"));
            assert_eq!(counts_only(&before, &after), expected, "{before} | {after}");
        };
        check("Lượt xem: 1.024", "Lượt xem: 1.031", true);
        check("Đã xem 12 lần", "Đã xem 13 lần", true);
        check("Thứ bảy, 21/11/2026 08:37", "Thứ bảy, 21/11/2026 09:12", true);
        check("Đang truy cập: 5 | Hôm nay: 120", "Đang truy cập: 9 | Hôm nay: 131", true);
        check("Có 1.024 hộ mất điện", "Có 1.031 hộ mất điện", false);
        check("Lượt xem: 12", "Lượt xem: 13, thêm một câu", false);
        check("Lượt xem: 12", "Lượt xem: 12", false);
        check("Cập nhật lúc 15 giờ", "Cập nhật lúc 16 giờ", true);
        check("Lúc 15 giờ bão giật cấp 10", "Lúc 16 giờ bão giật cấp 12", false);
    }

    #[test]
    fn a_box_that_rotates_is_told_from_an_editor_at_work() {
        let now: Timestamp = "2026-11-21T08:00:00Z".parse().expect("an instant");
        let check = |lines: [&str; 4], hours: i64, expected: bool| {
            let text = |line: &str| format!("Đầu bài.\n{line}\nCuối bài.");
            let known: Vec<Known> = (1..4)
                .map(|at| Known {
                    seen_at: now - SignedDuration::from_hours(hours),
                    title: "Tin".to_owned(),
                    summary: String::new(),
                    text: text(lines[at]),
                })
                .collect();
            let after = text(lines[0]);
            let after = Wording { title: "Tin", summary: "", text: &after };
            assert_eq!(is_unrest(&known, &after, now), expected, "{lines:?}");
        };
        let ads =
            ["Mua nhà giá rẻ ngay", "Vay tiêu dùng lãi thấp", "Du lịch hè cùng gia đình", "Học tiếng Anh trực tuyến"];
        check(ads, 2, true);
        check(ads, 25, false);
        let edits = [
            "Đến 15 giờ đã có 12 người bị thương",
            "Đến 14 giờ đã có 9 người bị thương",
            "Đến 13 giờ đã có 7 người bị thương",
            "Đến 12 giờ đã có 2 người bị thương",
        ];
        check(edits, 2, false);
    }
}
