//! Whom a copy names as its source: `Nguồn: TTXVN`, `Theo Cổng TTĐT Chính phủ`, `(Chinhphu.vn) –`. Text in, a name out.

use std::sync::LazyLock;

use regex::Regex;

/// Characters of a name, and of a line that names a source and says nothing else.
const NAME: usize = 80;
const LINE: usize = 100;
/// Lines at the end of a text among which a source is named.
const LAST_LINES: usize = 4;

/// `Nguồn: TTXVN`, `(Nguồn tin: Báo Nhân Dân)`, `Theo baochinhphu.vn.`
static LINE_OF_SOURCE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^[\s(*–-]*(?:(?i:nguồn(?: tin| bài)?)\s*[:：]\s*|(?i:theo)\s+)(?P<name>.+?)[\s).*]*$"));
/// `(Chinhphu.vn) –` and `(TTXVN/Vietnam+) -` before the first word.
static BEFORE_THE_TEXT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^\s*\((?P<name>\p{Lu}[^()]{1,40}|[^\s()]{2,40}\.vn)\)\s*[-–—]"));
/// `… (Theo VTV)` after the last.
static AFTER_THE_TEXT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\(\s*(?:theo|nguồn(?: tin)?\s*:)\s+(?P<name>[^()]{2,80})\)[\s.]*$"));
/// Those who publish: `Theo Cổng TTĐT Chính phủ, …` within the text.
static PUBLISHER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:Theo|theo) (?P<name>(?:(?:trang|Trang) (?:tin|web)|(?:C|c)ổng (?:TTĐT|(?:T|t)hông tin)|(?:B|b)áo (?:điện tử )?\p{Lu}|TTXVN|Thông tấn xã|VOV|VTV|VGP|VietnamPlus|[\w.-]+\.vn\b)[^,.;:()\n]{0,60})",
    )
});

/// The source that a text names, given the line under it that names one and who signed it.
#[must_use]
pub fn credit(text: &str, line: &str, author: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last = lines.iter().rev().take(LAST_LINES).copied();
    let named = std::iter::once(line).chain(last).find_map(of_line);
    let first = || lines.first().and_then(|first| name(&BEFORE_THE_TEXT, first));
    let end = || lines.last().and_then(|last| name(&AFTER_THE_TEXT, last));
    let within = || lines.iter().take(2).chain(lines.last()).find_map(|line| name(&PUBLISHER, line));
    // An article that is signed by an agency or a site is theirs.
    let signed = || Some(author).filter(|name| is_publisher(name)).map(str::to_owned);
    named.or_else(first).or_else(end).or_else(within).or_else(signed)
}

/// Whether a line names a source and says nothing else.
pub(super) fn is_line_of_source(line: &str) -> bool {
    of_line(line).is_some()
}

fn of_line(line: &str) -> Option<String> {
    if line.is_empty() || line.chars().count() > LINE || line.to_lowercase().contains("ảnh:") {
        return None;
    }
    let found = name(&LINE_OF_SOURCE, line)?;
    // "Theo đó, …" begins a sentence; a source is a name or an address.
    let is_name =
        found.chars().next().is_some_and(char::is_uppercase) || found.contains(".vn") || found.contains("://");
    let is_sentence = found.contains([',', ';']) || found.split_whitespace().count() > 10;
    (is_name && !is_sentence).then_some(found)
}

fn is_publisher(author: &str) -> bool {
    let folded = author.trim().to_lowercase();
    folded.ends_with(".vn") || folded.starts_with("ttxvn") || folded.starts_with("theo ")
}

fn name(pattern: &Regex, text: &str) -> Option<String> {
    let name = pattern.captures(text)?.name("name")?.as_str().trim().trim_end_matches(['.', ')', '*']).trim();
    (!name.is_empty()).then(|| name.chars().take(NAME).collect())
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is a constant and tested")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, line: &str, author: &str, expected: Option<&str>) {
        assert_eq!(credit(text, line, author).as_deref(), expected, "{text} | {line} | {author}");
    }

    #[test]
    fn sources_are_found_where_portals_name_them() {
        check("Thủ tướng chủ trì họp.\nTheo Cổng TTĐT Chính phủ.", "", "", Some("Cổng TTĐT Chính phủ"));
        check("Thủ tướng chủ trì họp.\nTheo baochinhphu.vn.", "", "", Some("baochinhphu.vn"));
        check("Thủ tướng chủ trì họp.", "Nguồn: TTXVN", "", Some("TTXVN"));
        check("Thủ tướng chủ trì họp.\n(Nguồn tin: Báo Nhân Dân)", "", "", Some("Báo Nhân Dân"));
        check("(Chinhphu.vn) – Thủ tướng chủ trì họp.", "", "", Some("Chinhphu.vn"));
        check("Thủ tướng chủ trì họp. (Theo VTV)", "", "", Some("VTV"));
        check(
            "Theo Cổng Thông tin điện tử Chính phủ, sáng nay họp.\nHai.\nBa.",
            "",
            "",
            Some("Cổng Thông tin điện tử Chính phủ"),
        );
        check("Thủ tướng chủ trì họp.", "", "Theo TTXVN", Some("Theo TTXVN"));
    }

    #[test]
    fn what_only_begins_like_one_is_none() {
        check("Thủ tướng chủ trì họp.\nTheo đó, các bộ báo cáo trước ngày 20.", "", "Nguyễn Văn Hòa", None);
        check("Theo kế hoạch, lễ hội khai mạc ngày 12.", "", "", None);
        check("Theo báo cáo của Bộ Y tế, dịch đã giảm.\nNguồn ảnh: TTXVN", "", "", None);
        check("", "", "", None);
    }
}
