//! The text of a page that only a script would show: programs that build the page in the browser carry the article in
//! a script, as strings of JSON, often JSON inside a string of JSON. The page's source in, the article's markup out,
//! to be read like any other. Nothing is run; what cannot be read says nothing. Asked only when the page itself holds
//! hardly any text.

use super::plain::strip;

/// Bytes of scripts that are looked through.
const MAX_BYTES: usize = 4 << 20;
/// How often a string may hold JSON that holds a string.
const MAX_DEPTH: usize = 3;
/// Strings kept.
const MAX_STRINGS: usize = 4_000;
/// Bytes between two paragraphs of one text: their keys and marks.
const MAX_GAP: usize = 1_500;

/// The longest text that the scripts of `html` hold, as markup; empty when none is an article's.
pub(super) fn find(html: &str) -> String {
    let mut best = String::new();
    let mut rest = html;
    let mut budget = MAX_BYTES;
    while let Some(at) = rest.find("<script") {
        let tag_end = rest[at..].find('>').map_or(rest.len(), |end| at + end + 1);
        let tag = &rest[at..tag_end];
        let end = rest[tag_end..].find("</script").map_or(rest.len(), |end| tag_end + end);
        let script = &rest[tag_end..end];
        rest = &rest[end..];
        // JSON-LD has its own reader.
        if tag.contains("ld+json") || script.len() < 300 || script.len() > budget {
            continue;
        }
        budget -= script.len();
        let found = longest(script, 0);
        if found.len() > best.len() {
            best = found;
        }
    }
    best
}

/// One decoded string and where it stood.
struct Literal {
    key: String,
    from: usize,
    to: usize,
    text: String,
}

/// The longest text in one script: a string that is markup, or paragraphs under one key that follow each other.
fn longest(script: &str, depth: usize) -> String {
    let mut best = String::new();
    let keep = |found: String, best: &mut String| {
        if found.len() > best.len() {
            *best = found;
        }
    };
    let mut run: Vec<Literal> = Vec::new();
    for literal in literals(script) {
        if is_markup(&literal.text) {
            keep(Some(literal.text).filter(|text| holds_prose(text)).unwrap_or_default(), &mut best);
        } else if depth < MAX_DEPTH && literal.text.len() > 300 && literal.text.contains("\":") {
            keep(longest(&literal.text, depth + 1), &mut best);
        } else if is_sentence(&literal.text) {
            let follows = run.last().is_some_and(|last| last.key == literal.key && literal.from - last.to < MAX_GAP);
            if !follows {
                keep(joined(&run), &mut best);
                run.clear();
            }
            run.push(literal);
        }
    }
    keep(joined(&run), &mut best);
    best
}

/// The paragraphs of a run; a single one is a summary or a caption.
fn joined(run: &[Literal]) -> String {
    if run.len() < 3 {
        return String::new();
    }
    // The strings may hold markup themselves: links, entities.
    run.iter().map(|literal| format!("<p>{}</p>\n", literal.text)).collect()
}

fn holds_prose(markup: &str) -> bool {
    let text = strip(markup);
    text.lines().map(str::trim).filter(|line| is_sentence(line)).map(str::len).sum::<usize>() >= 300
}

/// Whether a string is a piece of HTML with paragraphs.
fn is_markup(text: &str) -> bool {
    let ends = text.matches("</p>").count();
    let breaks = text.matches("<br").count();
    (ends >= 2 || breaks >= 4) && !text.contains("\":{") && !text.contains("\":[")
}

/// Whether a string reads like a paragraph: no address, no code, long enough, with the signs of a sentence.
fn is_sentence(text: &str) -> bool {
    let chars = text.chars().count();
    let dense = text.chars().filter(|c| !c.is_ascii()).count() * 2 > chars;
    let spaces = text.matches(' ').count();
    let code = text.contains(['{', '}']) || text.contains("://") && chars < 120 || text.contains("function");
    let ends = text.trim_end().ends_with(['.', '!', '?', '。', '！', '？', '؟', '।', '"', '”', ':', '>']);
    !code && ends && (chars >= 60 && spaces * 12 >= chars || chars >= 30 && dense)
}

/// The strings in double quotes of a script, decoded, with the key before each.
fn literals(script: &str) -> Vec<Literal> {
    let bytes = script.as_bytes();
    let mut out: Vec<Literal> = Vec::new();
    let mut key = String::new();
    let mut at = 0;
    while at < bytes.len() && out.len() < MAX_STRINGS {
        if bytes[at] != b'"' {
            at += 1;
            continue;
        }
        let Some(end) = end_of(bytes, at + 1) else { break };
        let raw = &script[at + 1..end];
        let is_key = bytes[end + 1..].iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':');
        if is_key {
            raw.clone_into(&mut key);
        } else if raw.len() >= 60
            && let Some(text) = decoded(raw)
        {
            out.push(Literal { key: key.clone(), from: at, to: end, text });
        }
        at = end + 1;
    }
    out
}

fn end_of(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return Some(at),
            _ => at += 1,
        }
    }
    None
}

/// A string of JSON without its escapes.
fn decoded(raw: &str) -> Option<String> {
    serde_json::from_str(&format!("\"{raw}\"")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "The council met on Monday and decided that the old bridge is to be closed until the summer.";
    const TWO: &str = "Work on the new one starts in March, the mayor said, and it will cost two million in all.";
    const THREE: &str = "Those who live on the other side must take the ferry, which leaves every twenty minutes now.";
    const FOUR: &str = "Nobody spoke against it at the meeting, and the vote took less than a minute to be counted.";

    fn check(html: &str, expected: &[&str]) {
        let found = strip(&find(html));
        let lines: Vec<&str> = found.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn paragraphs_in_a_state() {
        let paragraph = |text: &str| format!(r#"{{"type":"paragraph","content":"{text}"}}"#);
        let list: Vec<String> = [ONE, TWO, THREE, FOUR].into_iter().map(paragraph).collect();
        let state = format!(r#"{{"article":{{"title":"The bridge","body":[{}]}},"menu":["a","b"]}}"#, list.join(","));
        check(&format!("<script>window.state = {state};</script>"), &[ONE, TWO, THREE, FOUR]);
        let inner = serde_json::to_string(&state).expect("a string");
        check(&format!("<script>push([1,{inner}])</script>"), &[ONE, TWO, THREE, FOUR]);
    }

    #[test]
    fn markup_in_a_string() {
        let body = format!("<p class=\"x\">{ONE}</p><p>{TWO}</p><h2>Ferry</h2><p>{THREE}</p><p>{FOUR}</p>");
        let inner = serde_json::to_string(&body).expect("a string").replace('<', "\\u003c").replace('>', "\\u003e");
        check(&format!("<script>self.push([1,{inner}])</script>"), &[ONE, TWO, "Ferry", THREE, FOUR]);
    }

    #[test]
    fn code_says_nothing() {
        check(
            "<script>var a = \"b\"; if (a) { go(\"https://a.example/one/two/three/four/five/six/seven/eight/nine\") }</script>",
            &[],
        );
        check("<script>\"unclosed</script>", &[]);
        check("", &[]);
    }
}
