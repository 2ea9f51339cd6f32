//! Markup in, text out, in linear time: whole pages that would choke a parser, and fields of the head. Block tags become
//! line breaks; scripts, styles and comments are left out. What becomes of a page is rough; its reader says so.

/// Tags after which a new line starts.
const BREAKS: [&str; 18] = [
    "p",
    "br",
    "div",
    "li",
    "tr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "table",
    "ul",
    "ol",
    "section",
    "article",
    "blockquote",
    "td",
];
/// Elements whose content is no text.
const SILENT: [&str; 6] = ["script", "style", "noscript", "template", "svg", "head"];
/// Characters of text kept.
const MAX_TEXT: usize = 200_000;

/// The text of `html`, one block a line.
pub(super) fn strip(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        if out.len() > MAX_TEXT {
            break;
        }
        let tag = &rest[at + 1..];
        if let Some(comment) = tag.strip_prefix("!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            continue;
        }
        let name = tag.trim_start_matches('/');
        let name = &name[..name.bytes().take_while(u8::is_ascii_alphanumeric).count()];
        let is = |list: &[&str]| list.iter().any(|entry| entry.eq_ignore_ascii_case(name));
        out.push(if is(&BREAKS) { '\n' } else { ' ' });
        rest = tag.find('>').map_or("", |end| &tag[end + 1..]);
        if is(&SILENT) && !tag.starts_with('/') {
            rest = skip_to_end(rest, name);
        }
    }
    if out.len() <= MAX_TEXT {
        out.push_str(rest);
    }
    out
}

/// The content of the first `<title>`.
pub(super) fn title(html: &str) -> Option<&str> {
    // Titles stand in the head: looking further would cost another pass over a page that is already too large.
    let head = html.get(..html.len().min(64 << 10)).unwrap_or(html);
    let start = head.find("<title").or_else(|| head.find("<TITLE"))?;
    let text = &head[start..];
    let text = &text[text.find('>')? + 1..];
    Some(&text[..text.find('<')?])
}

fn skip_to_end<'a>(text: &'a str, name: &str) -> &'a str {
    let mut rest = text;
    while let Some(at) = rest.find("</") {
        rest = &rest[at + 2..];
        let is_end = rest.as_bytes().get(..name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name.as_bytes()));
        if is_end {
            return rest.find('>').map_or("", |end| &rest[end + 1..]);
        }
    }
    ""
}

/// Text without entities and markup, on one line. Portals escape twice, so `&amp;#237;` is met too.
pub(super) fn plain(text: &str) -> String {
    /// Characters read: a field of the head is short, and a body comes line by line.
    const MAX_FIELD: usize = 20_000;
    if !text.contains(['&', '<']) {
        return crate::vietnamese::clean(text);
    }
    let mut text: String = text.chars().take(MAX_FIELD).collect();
    for _ in 0..2 {
        if text.contains('&') {
            // Without `<` there is nothing to nest: the parser only decodes entities, in linear time.
            let safe = text.replace('<', "\u{1}");
            text = scraper::Html::parse_fragment(&safe).root_element().text().collect::<String>().replace('\u{1}', "<");
        }
        text = without_tags(&text);
    }
    crate::vietnamese::clean(&text)
}

/// A text without what looks like a tag; a lone `<` stays.
fn without_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let is_tag = rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
        match rest.find('>').filter(|_| is_tag) {
            Some(end) => {
                out.push(' ');
                rest = &rest[end + 1..];
            }
            None => out.push('<'),
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_text_and_lines() {
        let check = |html: &str, expected: &str| {
            let got: Vec<_> = strip(html).lines().map(|l| l.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
            let got: Vec<_> = got.into_iter().filter(|line| !line.is_empty()).collect();
            assert_eq!(got.join("|"), expected, "{html}");
        };
        check("<p>Một</p><p>hai <b>ba</b>", "Một|hai ba");
        check("a<script>if (x<y) z()</script>b", "a b");
        check("x<!-- <p>ẩn</p> -->y<br/>z", "xy|z");
        check("chưa đóng <b", "chưa đóng");
        assert_eq!(title("<html><title>Tin</title>"), Some("Tin"));
    }

    #[test]
    fn fields_become_plain_text() {
        let check = |text: &str, expected: &str| assert_eq!(plain(text), expected);
        check("Ch&amp;#237;nh s&aacute;ch", "Chính sách");
        check("<p>Một <b>hai</b></p>", "Một hai");
        check("&lt;p&gt;Một&lt;/p&gt;", "Một");
        check("giá < 5 & > 3", "giá < 5 & > 3");
        check("", "");
    }
}
