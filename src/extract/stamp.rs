//! Marks of secrecy in a page's markup. The extracted text may join the cells of a document's head into one line, in
//! which a stamp no longer stands alone; in the markup it still does.

use crate::vietnamese::secrecy::{self, Degree};

/// Lines around a stamp in which the signs of a state document must stand.
const AROUND: usize = 30;
/// Elements that do not end a line.
const INLINE: [&str; 17] = [
    "a", "abbr", "b", "big", "em", "font", "i", "ins", "label", "mark", "o:p", "small", "span", "strong", "sub", "sup",
    "u",
];

/// The mark that the document in a page bears.
#[must_use]
pub fn mark(html: &str) -> Option<Degree> {
    // Nearly every page ends here.
    if !["ẬT", "A\u{302}\u{323}T", "A\u{323}\u{302}T", "&#7852;", "&#x1EAC;", "&#x1eac;"]
        .iter()
        .any(|sign| html.contains(sign))
    {
        return None;
    }
    let text = lines(html);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let stamped = lines.iter().enumerate().filter(|(_, line)| secrecy::of_document(line).is_some());
    let marks = stamped.filter_map(|(at, _)| {
        let around = &lines[at.saturating_sub(AROUND)..(at + AROUND).min(lines.len())];
        secrecy::of_page(&around.join("\n"))
    });
    marks.max()
}

/// The text between the tags, a line for each block; nothing of scripts and styles.
fn lines(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        let inside = &rest[at + 1..];
        let tag: String = inside
            .trim_start_matches('/')
            .chars()
            .take(12)
            .take_while(|c| c.is_alphanumeric() || *c == ':')
            .collect::<String>()
            .to_ascii_lowercase();
        if !INLINE.contains(&tag.as_str()) {
            text.push('\n');
        }
        let end = match tag.as_str() {
            "script" | "style" if !inside.starts_with('/') => inside.find("</").map(|end| end.max(1) - 1),
            _ if inside.starts_with("!--") => inside.find("-->").map(|end| end + 2),
            _ => inside.find('>'),
        };
        let Some(end) = end else { return text };
        rest = inside.get(end + 1..).unwrap_or_default();
    }
    text.push_str(rest);
    for (reference, c) in [("&#7852;", "Ậ"), ("&#x1EAC;", "Ậ"), ("&#x1eac;", "Ậ"), ("&nbsp;", " ")] {
        text = text.replace(reference, c);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_stand_alone_in_the_markup() {
        let head = "<td>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM<br>Độc lập - Tự do - Hạnh phúc</td>";
        let check = |page: String, expected: Option<Degree>| assert_eq!(mark(&page), expected, "{page}");
        check(
            format!("<table><tr><td>UBND<br>Số: 1/BC-UBND<br><b>MẬT</b></td>{head}</tr></table>"),
            Some(Degree::Secret),
        );
        check(format!("<p><span>TUYỆT </span><b>M&#7852;T</b></p>{head}"), Some(Degree::TopSecret));
        check(format!("<p>Tài liệu đóng dấu <b>MẬT</b> theo Điều 8.</p>{head}"), None);
        check("<h2>TUYỆT MẬT</h2><p>Phim mới ra rạp.</p>".to_owned(), None);
        check(format!("<script>var x = 'a<b>MẬT</b>';</script>{head}"), None);
        check(format!("{head}<!-- <p>MẬT</p> --><p>ĐƯỜNG MẬT ONG"), None);
        check(String::new(), None);
    }
}
