//! What stands around a number: who issued the document, and when.
//!
//! In: normal text and the place of a number. Out: the body and the day that are said directly before or after it, in
//! the same line. What stands further away may belong to anything else and is never believed.

use std::ops::Range;
use std::sync::LazyLock;

use jiff::civil::Date;
use regex::{Captures, Regex};

use super::bodies;
use crate::vietnamese::fold;

/// What the words around one mention say.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// The body, by its full name.
    pub(super) issuer: Option<String>,
    /// The day of issue.
    pub(super) date: Option<Date>,
}

/// Characters read on each side.
const REACH: usize = 160;

/// `ngày 12/3/2024`, `ngày 12 tháng 3 năm 2024`.
const DAY: &str = r"ngày (?P<day>[0-9]{1,2})(?: ?[/.-] ?(?P<m1>[0-9]{1,2}) ?[/.-] ?| tháng (?P<m2>[0-9]{1,2}) năm )(?P<year>[0-9]{4})";

/// What departments are for, where the second syllable is written small.
const FIELDS: &str = r"Nội\ vụ|Tài\ chính|Tư\ pháp|Xây\ dựng|Giáo\ dục|Đào\ tạo|Công\ thương|Khoa\ học|Công\ nghệ|Nông\ nghiệp|Môi\ trường|\
    Phát\ triển\ nông\ thôn|Văn\ hóa|Văn\ hoá|Thể\ thao|Du\ lịch|Thông\ tin|Truyền\ thông|Lao\ động|Thương\ binh|Xã\ hội|Ngoại\ vụ|\
    Dân\ tộc|Tôn\ giáo|Y\ tế|Giao\ thông\ vận\ tải|Tài\ nguyên|Kế\ hoạch|Đầu\ tư|Hải\ quan|Thống\ kê|Chỉ\ đạo|Quản\ lý|Tổ\ chức|Tuyên\ giáo|\
    Dân\ vận|Thi\ hành\ án\ dân\ sự|Thị\ trường|Bảo\ hiểm|Trung\ ương";

/// Reads the words around the number at `place`.
pub(super) fn read(text: &str, place: Range<usize>) -> Told {
    let before = &text[floor(text, place.start)..place.start];
    let after = &text[place.end..ceiling(text, place.end)];
    let mut told = after_number(after);
    if told.issuer.is_none() || told.date.is_none() {
        let earlier = before_number(before);
        told.issuer = told.issuer.or(earlier.issuer);
        told.date = told.date.or(earlier.date);
    }
    told
}

/// The issuer by the number's own letters and by the words of the text. The letters are sure, except that they do not
/// say of which place a people's committee or council is.
pub(super) fn issuer(number: &str, told: Option<String>) -> Option<String> {
    match super::issuer(number) {
        Some(local @ ("Ủy ban nhân dân" | "Hội đồng nhân dân")) => {
            told.filter(|told| told.starts_with(local)).or_else(|| Some(local.to_owned()))
        }
        Some(own) => Some(own.to_owned()),
        None => told,
    }
}

/// `… ngày 12/3/2024 của Bộ Tài chính`, `… do Bộ Tài chính ban hành ngày 12/3/2024`.
fn after_number(after: &str) -> Told {
    static DATED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(&format!(r"(?i)^[ ,(]*(?:được )?(?:ban hành |ký )*{DAY}")).expect("a fixed pattern")
    });
    static ISSUED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?i)^[ ,()]*(?:của|do) ").expect("a fixed pattern"));
    let mut told = Told::default();
    let mut rest = after;
    for _ in 0..2 {
        if told.date.is_none()
            && let Some(found) = DATED.captures(rest)
        {
            told.date = day_of(&found);
            rest = &rest[found.get(0).map_or(0, |whole| whole.end())..];
        }
        if told.issuer.is_none()
            && let Some(found) = ISSUED.find(rest)
            && let Some((name, length)) = body_at(&rest[found.end()..])
        {
            told.issuer = Some(name);
            rest = &rest[found.end() + length..];
        }
    }
    told
}

/// `Ngày 12/3/2024, UBND tỉnh Nghệ An ban hành Quyết định số …`.
fn before_number(before: &str) -> Told {
    static ISSUES: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?ix) (?: \ (?:đã|vừa|mới|cũng|chính\ thức) )* \ (?: ký\ ban\ hành | ban\ hành | ký | có | phê\ duyệt | thông\ qua )
              (?: \ (?: nghị\ định | thông\ tư (?: \ liên\ tịch )? | quyết\ định | nghị\ quyết | chỉ\ thị | công\ điện
                | thông\ báo | kế\ hoạch | công\ văn | văn\ bản | tờ\ trình | báo\ cáo | kết\ luận | hướng\ dẫn | luật
                | pháp\ lệnh ) )?
              (?: \ số )? [\ :(“]* $",
        )
        .expect("a fixed pattern")
    });
    static DATED: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(&format!(r"(?i){DAY}[ ,]*$")).expect("a fixed pattern"));
    let mut told = Told::default();
    let Some(verb) = ISSUES.find(before) else { return told };
    let subject = &before[..verb.start()];
    // The longest name that ends at the verb: `Thường trực HĐND tỉnh`, not `HĐND tỉnh`.
    let starts = subject
        .char_indices()
        .filter(|(at, c)| c.is_uppercase() && (*at == 0 || subject[..*at].ends_with([' ', '(', '“'])));
    for (at, _) in starts {
        let Some((name, length)) = body_at(&subject[at..]) else { continue };
        if at + length == subject.len() {
            told.issuer = Some(name);
            told.date = DATED.captures(&subject[..at]).and_then(|found| day_of(&found));
            return told;
        }
    }
    told
}

fn day_of(found: &Captures<'_>) -> Option<Date> {
    let month = found.name("m1").or_else(|| found.name("m2"))?;
    let date = Date::new(found["year"].parse().ok()?, month.as_str().parse().ok()?, found["day"].parse().ok()?).ok()?;
    (1945..2100).contains(&date.year()).then_some(date)
}

/// The body named at the head of `text`, in full, and the length of what names it.
fn body_at(text: &str) -> Option<(String, usize)> {
    static OFFICE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)^(?:bộ trưởng|thống đốc|chánh án|viện trưởng|tổng giám đốc|giám đốc|tổng thanh tra|tổng kiểm toán|chủ nhiệm|cục trưởng|tổng cục trưởng|chủ tịch|phó chủ tịch|thường trực) ")
            .expect("a fixed pattern")
    });
    if let Some(known) = known_at(text) {
        return Some(known);
    }
    if let Some(office) = OFFICE.find(text) {
        let (name, length) = known_at(&text[office.end()..]).or_else(|| local_at(&text[office.end()..]))?;
        return Some((name, office.end() + length));
    }
    local_at(text)
}

/// A body of the list.
fn known_at(text: &str) -> Option<(String, usize)> {
    static KNOWN: LazyLock<Vec<(String, &'static str)>> = LazyLock::new(|| {
        const SHORT: [(&str, &str); 8] = [
            ("thu tuong", "Thủ tướng Chính phủ"),
            ("bo chinh tri", "Bộ Chính trị"),
            ("ban bi thu", "Ban Bí thư"),
            ("quoc hoi", "Quốc hội"),
            ("uy ban thuong vu quoc hoi", "Ủy ban Thường vụ Quốc hội"),
            ("ngan hang nha nuoc", "Ngân hàng Nhà nước Việt Nam"),
            ("trung uong dang", "Ban Chấp hành Trung ương"),
            ("bo van hoa the thao va du lich", "Bộ Văn hóa, Thể thao và Du lịch"),
        ];
        let names = bodies::names().filter(|name| !matches!(*name, "Ủy ban nhân dân" | "Hội đồng nhân dân"));
        let mut known: Vec<(String, &str)> =
            names.map(|name| (fold(name), name)).chain(SHORT.map(|(key, name)| (key.to_owned(), name))).collect();
        known.sort_by_key(|(key, _)| std::cmp::Reverse(key.len()));
        known
    });
    if !text.starts_with(char::is_uppercase) {
        return None;
    }
    let head: String = text.chars().take(80).collect();
    let folded = fold(&head);
    let ends = |key: &str| !folded[key.len()..].starts_with(|c: char| c.is_alphanumeric());
    let (key, name) = KNOWN.iter().find(|(key, _)| folded.starts_with(key.as_str()) && ends(key))?;
    // One folded letter for each: the text is in the normal form.
    let length = text.char_indices().nth(key.chars().count()).map_or(text.len(), |(at, _)| at);
    Some(((*name).to_owned(), length))
}

/// A body of a place, or one that no list has: what kind it is, and the words with capitals after it.
fn local_at(text: &str) -> Option<(String, usize)> {
    static LOCAL: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(&format!(
            r"(?x) ^(?P<kind> UBND | [UÚỦ][ỷyỶY]\ (?i:ban\ nhân\ dân) | Uỷ\ (?i:ban\ nhân\ dân) | Ủy\ (?i:ban\ nhân\ dân) | HĐND | (?i:Hội\ đồng\ nhân\ dân)
                | Sở | Cục | Chi\ cục | Tổng\ cục | Ban | Tỉnh\ ủy | Tỉnh\ uỷ | Thành\ ủy | Thành\ uỷ | Công\ an | Viện | Văn\ phòng | Đại\ học
                | Trường | Hội | Ủy\ ban | Uỷ\ ban | Tòa\ án\ nhân\ dân | Viện\ kiểm\ sát\ nhân\ dân )
              (?P<rest> (?: ,?\ (?: {FIELDS} ) | \ (?: (?i:tỉnh|thành\ phố|huyện|quận|thị\ xã|xã|phường|đặc\ khu|tp\.?) | và | nhân\ dân | quản\ lý | \p{{Lu}}[\p{{L}}.]* ) ){{0,10}} )",
        ))
        .expect("a fixed pattern")
    });
    let found = LOCAL.captures(text)?;
    let kind = match &found["kind"] {
        "UBND" => "Ủy ban nhân dân",
        "HĐND" => "Hội đồng nhân dân",
        kind if fold(kind) == "uy ban nhan dan" => "Ủy ban nhân dân",
        kind if fold(kind) == "hoi dong nhan dan" => "Hội đồng nhân dân",
        kind => kind,
    };
    let mut rest = found["rest"].to_owned();
    // What begins the next clause is no name: `UBND tỉnh Sơn La Ban hành …`; nor is a level without one.
    loop {
        let last = rest.rsplit(' ').next().unwrap_or_default();
        let next = text[found["kind"].len() + rest.len()..].trim_start();
        let begins = matches!(last, "Ban" | "Quy" | "Phê" | "Về" | "Sửa" | "Quyết" | "Hướng")
            && next.starts_with(char::is_lowercase);
        let hangs = matches!(last, "và" | "quản" | "thành" | "thị" | "đặc");
        if last.is_empty() || !(begins || hangs) {
            break;
        }
        rest.truncate(rest.len() - last.len());
        rest.truncate(rest.trim_end().len());
    }
    let length = found["kind"].len() + rest.len();
    let is_general = !matches!(kind, "Ủy ban nhân dân" | "Hội đồng nhân dân");
    if text[length..].starts_with(char::is_alphanumeric) || (is_general && rest.trim().is_empty()) {
        return None;
    }
    let rest = rest.replace(" TP. ", " thành phố ").replace(" TP ", " thành phố ").replace(" Tp. ", " thành phố ");
    Some((format!("{kind}{}", level_in_small(&rest)), length))
}

/// `UBND TỈNH NGHỆ AN` stands in headings; levels are written small.
fn level_in_small(rest: &str) -> String {
    let mut rest = rest.to_owned();
    for level in ["TỈNH", "THÀNH PHỐ", "HUYỆN", "QUẬN", "XÃ", "PHƯỜNG", "Tỉnh", "Thành phố"] {
        if let Some(name) = rest.strip_prefix(&format!(" {level} ")) {
            rest = format!(" {} {}", level.to_lowercase(), capitalised(name));
        }
    }
    rest
}

/// Each word with one capital.
fn capitalised(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| format!("{first}{}", letters.as_str().to_lowercase())).unwrap_or_default()
    };
    name.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// Where the characters read before `at` begin; never in another line.
fn floor(text: &str, at: usize) -> usize {
    text[..at].char_indices().rev().take(REACH).take_while(|(_, c)| *c != '\n').last().map_or(at, |(start, _)| start)
}

/// Where the characters read after `at` end.
fn ceiling(text: &str, at: usize) -> usize {
    let read = text[at..].char_indices().take(REACH).take_while(|(_, c)| *c != '\n').last();
    read.map_or(at, |(start, c)| at + start + c.len_utf8())
}

#[cfg(test)]
mod tests {
    use crate::vietnamese::document::citations;

    /// Issuer and date of the first document that `text` cites.
    fn check(text: &str, issuer: &str, date: &str) {
        let found = citations(text);
        let first = found.first();
        let told = (
            first.and_then(|cited| cited.issuer.clone()).unwrap_or_default(),
            first.and_then(|cited| cited.date).map(|date| date.to_string()).unwrap_or_default(),
        );
        assert_eq!(told, (issuer.to_owned(), date.to_owned()), "{text}: {found:?}");
    }

    #[test]
    fn what_follows_a_number() {
        check("Nghị định số 42/2022/NĐ-CP ngày 24/6/2022 của Chính phủ quy định", "Chính phủ", "2022-06-24");
        check("Nghị định số 42/2022/NĐ-CP ngày 24 tháng 6 năm 2022 của Chính phủ", "Chính phủ", "2022-06-24");
        check("Quyết định số 1295/QĐ-TTg, ngày 5-8-2021 của Thủ tướng Chính phủ", "Thủ tướng Chính phủ", "2021-08-05");
        check("Quyết định số 57/2026/QĐ-UBND của UBND tỉnh Nghệ An về hạn mức", "Ủy ban nhân dân tỉnh Nghệ An", "");
        check(
            "Quyết định 57/QĐ-UBND ngày 02/03/2026 của Chủ tịch UBND TP. Hải Phòng",
            "Ủy ban nhân dân thành phố Hải Phòng",
            "2026-03-02",
        );
        check(
            "Nghị quyết số 23/NQ-HĐND (ngày 9.12.2025) của Hội đồng nhân dân xã Tân Lập",
            "Hội đồng nhân dân xã Tân Lập",
            "2025-12-09",
        );
        check("Kế hoạch số 46/KH-SNV do Sở Nội vụ tỉnh Lào Cai ban hành", "Sở Nội vụ tỉnh Lào Cai", "");
        check("Thông tư 33/2026/TT-BCT do Bộ Công Thương ban hành ngày 1/7/2026", "Bộ Công Thương", "2026-07-01");
        check("Thông tư liên tịch 10/2014/TTLT-BYT-BNV-BTC của Bộ trưởng Bộ Y tế", "Bộ Y tế", "");
        check("QUYẾT ĐỊNH SỐ 57/QĐ-UBND CỦA UBND TỈNH NGHỆ AN", "Ủy ban nhân dân tỉnh Nghệ An", "");
    }

    #[test]
    fn what_precedes_a_number() {
        check(
            "Ngày 12/3/2024, UBND tỉnh Nghệ An đã ban hành Quyết định số 57/QĐ-UBND.",
            "Ủy ban nhân dân tỉnh Nghệ An",
            "2024-03-12",
        );
        check("ngày 12/3/2024, Bộ trưởng Bộ Y tế ban hành 18/2024/TT-BYT quy định", "Bộ Y tế", "2024-03-12");
        check(
            "Hội đồng nhân dân thành phố Huế vừa thông qua Nghị quyết số 61/NQ-HĐND",
            "Hội đồng nhân dân thành phố Huế",
            "",
        );
        check("Ngày 12/3/2024, đoàn công tác làm việc theo Quyết định số 57/QĐ-UBND", "Ủy ban nhân dân", "");
    }

    #[test]
    fn the_number_itself_and_its_limits() {
        check("theo Nghị định 42/2022/NĐ-CP,", "Chính phủ", "");
        check("Luật số 59/2020/QH14 có hiệu lực từ ngày 01/01/2021", "Quốc hội", "");
        check("Nghị định 42/2022/NĐ-CP ngày 24/6/2021", "Chính phủ", "");
        check("Nghị định 42/2022/NĐ-CP ngày 45/6/2022", "Chính phủ", "");
        check("17/NQ-CP của Thủ tướng", "Chính phủ", "");
        check("Công văn 1654/BTTTT-ƯDCNTT ngày 27/5/2008", "Bộ Thông tin và Truyền thông", "2008-05-27");
    }

    #[test]
    fn mentions_complete_each_other() {
        let found =
            citations("Quyết định 57/QĐ-UBND mới. Quyết định 57/QĐ-UBND ngày 02/03/2026 của UBND xã Tân Lập nêu");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].issuer.as_deref(), Some("Ủy ban nhân dân xã Tân Lập"));
        assert_eq!(found[0].date.map(|date| date.to_string()).as_deref(), Some("2026-03-02"));
        let found = citations("các Nghị quyết số 10/NQ-HĐND, 47/NQ-HĐND và 48/NQ-HĐND của HĐND tỉnh Lào Cai");
        assert!(
            found.iter().all(|cited| cited.issuer.as_deref() == Some("Hội đồng nhân dân tỉnh Lào Cai")),
            "{found:?}"
        );
    }
}
