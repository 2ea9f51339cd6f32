//! Lists of persons. Portals attach names, dates of birth and identity numbers by the thousand; such a file is linked
//! from its article and never becomes searchable (Luật 91/2025/QH15).

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use crate::vietnamese;

/// Lines at the head of a file among which its title stands.
const HEAD_LINES: usize = 25;
/// Twelve-digit identity numbers that make a file a list of persons, whatever it is called.
const IDENTITY_NUMBERS: usize = 5;
/// Characters of a line that may be a title.
const TITLE_CHARS: usize = 160;

/// Whether the words of the link or the name of the file call it a list (`danh sách`).
#[must_use]
pub fn is_list_by_name(title: &str, url: &Url) -> bool {
    let file = url.path_segments().and_then(|mut parts| parts.next_back().map(str::to_owned)).unwrap_or_default();
    let queried = url.query_pairs().map(|(_, value)| value.into_owned()).collect::<Vec<_>>().join(" ");
    calls_itself_a_list(title) || calls_itself_a_list(&unescaped(&file)) || calls_itself_a_list(&queried)
}

/// Whether the text of a file is such a list: by its title, or by the identity numbers in it.
#[must_use]
pub fn is_list_of_persons(text: &str) -> bool {
    static IDENTITY: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\b0\d{2}[ .]?[0-9]\d{2}[ .]?\d{3}[ .]?\d{3}\b").expect("a constant expression"));
    let titled = text.lines().take(HEAD_LINES).any(|line| {
        let folded = vietnamese::fold(line);
        let title = folded.trim_start_matches(|c: char| !c.is_alphabetic());
        // A title stands in capitals or begins its line; prose that speaks of a list does neither.
        let stands_out = line.chars().any(char::is_alphabetic) && !line.chars().any(char::is_lowercase);
        let is_sentence = line.trim_end().ends_with(['.', ';', ':', ',']);
        !is_sentence
            && line.chars().count() <= TITLE_CHARS
            && (title.starts_with("danh sach") || (stands_out && title.contains("danh sach")))
    });
    titled || IDENTITY.find_iter(text).take(IDENTITY_NUMBERS).count() == IDENTITY_NUMBERS
}

fn calls_itself_a_list(name: &str) -> bool {
    let folded = vietnamese::fold(name);
    let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.windows(2).any(|pair| pair == ["danh", "sach"])
        || words.iter().any(|word| word.starts_with("danhsach"))
        || words.first().is_some_and(|word| *word == "ds") && words.len() > 1
}

fn unescaped(name: &str) -> String {
    let query = format!("x={}", name.replace('+', " "));
    url::form_urlencoded::parse(query.as_bytes()).map(|(_, value)| value.into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_known_by_name() {
        let check = |title: &str, address: &str, expected: bool| {
            let url = Url::parse(address).expect("an address");
            assert_eq!(is_list_by_name(title, &url), expected, "{title} {address}");
        };
        check("Danh sách thí sinh trúng tuyển", "https://a.gov.vn/f/1.pdf", true);
        check("Tải về", "https://a.gov.vn/f/Danh%20s%C3%A1ch-nguoi-nop.xlsx", true);
        check("Tải về", "https://a.gov.vn/f/DS_ho_ngheo_2026.pdf", true);
        check("", "https://a.gov.vn/get?name=danhsachkemtheo.pdf", true);
        check("Danh mục thủ tục hành chính", "https://a.gov.vn/f/danh-muc.pdf", false);
        check("Quyết định 12/QĐ-UBND", "https://a.gov.vn/f/12-qd-ubnd.pdf", false);
    }

    #[test]
    fn lists_are_known_by_what_they_say() {
        let check = |text: &str, expected: bool| assert_eq!(is_list_of_persons(text), expected, "{text}");
        check("UBND TỈNH\nDANH SÁCH\nHộ nghèo năm 2026\n1 Nguyễn Văn A", true);
        check("PHỤ LỤC: DANH SÁCH CÁN BỘ ĐƯỢC CỬ ĐI HỌC", true);
        check("Quyết định\nĐiều 1. Phê duyệt danh sách kèm theo quyết định này.", false);
        check("Điều 2.\nDanh sách cụ thể do Sở Nội vụ lập và trình Ủy ban nhân dân tỉnh.", false);
        let numbers: String = (0..5).map(|n| format!("Nguyễn Văn {n}\t00109000{n}123\n")).collect();
        check(&numbers, true);
        check("Số tài khoản 001090001123 và 001090002123", false);
    }
}
