//! What was read of a page, field by field with where it was found, for people at a terminal and for scripts.

use serde_json::{Map, Value, json};

use crate::clock::{Timestamp, vietnam};
use crate::extract::Extracted;

/// Columns that every terminal has.
const WIDTH: usize = 80;
/// Columns of the names of fields.
const NAMES: usize = 11;

/// How much of a field is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// All of it but the text, of which the first lines.
    Full,
    /// One line a field, in a list of many pages.
    Brief,
}

/// The fields in the order in which people read a page, with the name under which their sources are noted.
fn fields(read: &Extracted) -> [(&'static str, &'static str, String); 10] {
    let article = &read.article;
    let chars = article.text.chars().count();
    let paragraphs = article.text.lines().count();
    let text = if chars == 0 {
        String::new()
    } else {
        format!("{chars} characters in {paragraphs} paragraph{}", if paragraphs == 1 { "" } else { "s" })
    };
    let files: Vec<&str> = article.attachments.iter().map(|file| file.url.as_str()).collect();
    [
        ("title", "title", article.title.clone()),
        ("summary", "summary", article.summary.clone()),
        ("date", "published", date(read)),
        ("modified", "modified", article.modified.map(local).unwrap_or_default()),
        ("author", "author", article.author.clone()),
        ("category", "category", article.category.clone()),
        ("image", "image", article.image.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("text", "text", text),
        ("documents", "documents", article.documents.join(", ")),
        ("files", "attachments", files.join(" ")),
    ]
}

/// Where a field was found.
pub(super) fn source_of<'r>(read: &'r Extracted, field: &str) -> Option<&'r str> {
    // A later note corrects an earlier one.
    read.sources.iter().rev().find(|(known, _)| *known == field).map(|(_, source)| source.as_str())
}

/// The date as people write it, without an hour that the page did not give.
fn date(read: &Extracted) -> String {
    let form = if read.article.date_only { "%d/%m/%Y" } else { "%H:%M %d/%m/%Y" };
    read.article.published.map(|at| at.to_zoned(vietnam()).strftime(form).to_string()).unwrap_or_default()
}

fn local(at: Timestamp) -> String {
    at.to_zoned(vietnam()).strftime("%H:%M %d/%m/%Y").to_string()
}

/// Lines of at most 80 columns, as far as words allow.
pub(super) fn lines(read: &Extracted, detail: Detail) -> Vec<String> {
    let mut out = Vec::new();
    for (name, key, value) in fields(read) {
        let source = source_of(read, key);
        let is_expected = matches!(name, "title" | "date" | "text");
        if value.is_empty() && source.is_none() && (detail == Detail::Brief || !is_expected) {
            if is_expected {
                out.push(format!("{name:NAMES$}not found"));
            }
            continue;
        }
        let value = if value.is_empty() { "not found".to_owned() } else { value };
        match (detail, source) {
            (Detail::Brief, Some(source)) => {
                let room = WIDTH.saturating_sub(NAMES + 3 + source.chars().count()).max(24);
                put(&mut out, name, &format!("{} ({source})", short(&value, room)));
            }
            (Detail::Brief, None) => put(&mut out, name, &short(&value, WIDTH - NAMES)),
            (Detail::Full, source) => {
                put(&mut out, name, &value);
                if name == "text" {
                    for paragraph in read.article.text.lines().take(3) {
                        put(&mut out, "", &format!("| {}", short(paragraph, 2 * (WIDTH - NAMES) - 8)));
                    }
                }
                if let Some(source) = source {
                    put(&mut out, "", &format!("from {source}"));
                }
            }
        }
    }
    if let Some(reason) = &read.not_an_article {
        put(&mut out, "refused", &format!("no article: {reason}"));
    }
    for problem in &read.problems {
        put(&mut out, "problem", problem);
    }
    if read.problems.is_empty() && detail == Detail::Full {
        put(&mut out, "problems", "none");
    }
    out
}

/// Where each field was found, for scripts: the same keys at every page, null where nothing was found.
pub(super) fn sources(read: &Extracted) -> Value {
    let keys = ["title", "summary", "published", "author", "category", "image", "text"];
    let known = keys.iter().map(|&key| (key.to_owned(), json!(source_of(read, key))));
    let mut out: Map<String, Value> = known.collect();
    for (key, source) in &read.sources {
        out.entry((*key).to_owned()).or_insert_with(|| json!(source));
    }
    Value::Object(out)
}

/// Adds a named value, broken at blanks where it is too long; what follows stands under it.
pub(super) fn put(out: &mut Vec<String>, name: &str, value: &str) {
    let mut line = format!("{name:NAMES$}");
    let mut room = WIDTH.saturating_sub(line.chars().count());
    let mut is_empty = true;
    for word in value.split_whitespace() {
        let length = word.chars().count();
        if !is_empty && length + 1 > room {
            out.push(std::mem::replace(&mut line, " ".repeat(NAMES)));
            room = WIDTH - NAMES;
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
            room = room.saturating_sub(1);
        }
        line.push_str(word);
        room = room.saturating_sub(length);
        is_empty = false;
    }
    out.push(line);
}

/// At most `room` characters, the rest as an ellipsis.
pub(super) fn short(text: &str, room: usize) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= room {
        return line;
    }
    let cut: String = line.chars().take(room.saturating_sub(1)).collect();
    let end = cut.rfind(' ').filter(|&at| at * 2 > cut.len()).unwrap_or(cut.len());
    format!("{}…", &cut[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_a_terminal() {
        let html = format!(
            "<html><head><title>Khai mạc hội nghị cải cách hành chính</title></head><body><h1>Khai mạc hội nghị cải cách \
             hành chính</h1><span class=date>12/05/2026</span><div class=content>{}</div></body></html>",
            "<p>Đoàn công tác đã kiểm tra tiến độ thi công, gặp gỡ người dân và ghi nhận 12 kiến nghị về nước sạch.</p>"
                .repeat(4)
        );
        let url = "https://tinh.example.gov.vn/tin/1.html".parse().expect("a constant");
        let now = "2026-06-30T05:00:00Z".parse().expect("a constant");
        let read = crate::extract::article(&html, &url, &crate::extract::Hints::default(), None, now);
        for detail in [Detail::Full, Detail::Brief] {
            let lines = lines(&read, detail);
            assert!(lines.iter().all(|line| line.chars().count() <= WIDTH), "{lines:#?}");
            assert!(lines[0].starts_with("title      Khai mạc hội nghị"), "{lines:#?}");
            assert!(lines.iter().any(|line| line.starts_with("date       12/05/2026")), "{lines:#?}");
        }
    }

    #[test]
    fn long_values_are_broken_or_cut() {
        let mut out = Vec::new();
        put(&mut out, "name", &"chữ ".repeat(30));
        assert_eq!(out.len(), 2);
        assert!(out[1].starts_with("           chữ"));
        assert_eq!(short("một hai ba bốn", 9), "một hai…");
        assert_eq!(short("một hai", 9), "một hai");
    }
}
