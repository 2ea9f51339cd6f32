//! The sapo: the paragraph in bold between title and body. Taken out of the text, and without its agency prefix.

use std::sync::LazyLock;

use regex::Regex;

use super::blocks::{Block, Kind};
use super::body::{Body, compare_key};
use super::marks::Marks;
use super::outline::{Id, Outline};
use super::pattern::pattern;
use super::selected::Match;
use super::settle::Page;

/// A sapo and where it was found.
pub(super) struct Sapo {
    /// Without the agency's prefix.
    pub(super) text: String,
    /// As it stands on the page; empty when only the metadata gave it.
    pub(super) shown: String,
    pub(super) source: String,
}

/// Finds the sapo and takes it out of `body`. `ruled` is what the rules' selectors yielded.
pub(super) fn find(
    page: &Page<'_, '_>,
    body: &mut Body,
    title: Option<Id>,
    title_text: &str,
    ruled: Option<&Match>,
) -> Sapo {
    let Page { outline: page, blocks, meta, .. } = *page;
    let descriptions: Vec<(&str, &str)> = [
        Some(("JSON-LD", meta.linked.description.as_str())).filter(|(_, text)| !text.is_empty()),
        meta.get(&["og:description"]),
        meta.get(&["description"]),
        meta.get(&["twitter:description"]),
    ]
    .into_iter()
    .flatten()
    .filter(|(_, text)| compare_key(text) != compare_key(title_text) && text.chars().count() >= 20)
    .collect();
    let described = descriptions.first().copied();
    if let Some(found) = ruled.filter(|found| found.value.chars().count() >= 15) {
        let rest = without(blocks, body, &found.value);
        // Where an abstract is all that there is, it is the text.
        if !rest.is_empty() || body.lines.is_empty() {
            body.lines = rest;
            return sapo(&found.value, &found.source, true);
        }
    }
    let is_described = |line: &str| descriptions.iter().any(|(_, description)| same_text(line, description));
    if let Some(at) = body.lines.iter().take(3).position(|&line| is_described(&blocks[line].text)) {
        let text = blocks[body.lines[at]].text.clone();
        let source = "first paragraph, like the description";
        body.lines.remove(at);
        return sapo(&text, source, true);
    }
    if let Some(found) = between(page, blocks, body, title, title_text) {
        body.lines = without(blocks, body, &found);
        return sapo(&found, "line between title and body", true);
    }
    if let Some(found) = leading(blocks, body) {
        return sapo(&found, "leading bold paragraph", true);
    }
    if let Some(found) = set_apart(page, blocks, body, title, title_text) {
        body.lines = without(blocks, body, &found);
        return sapo(&found, "paragraph set apart before the body", true);
    }
    let from = title.map_or(0, |title| after_title(page, blocks, title, title_text));
    let texts = descriptions.iter().map(|(_, text)| *text);
    let mut texts = texts.filter_map(|text| described_before(blocks, body, from, text));
    if let Some(found) = texts.next() {
        return sapo(&found, "lines before the body, like the description", true);
    }
    described.map_or_else(|| sapo("", "", false), |(source, text)| sapo(text, source, false))
}

fn sapo(text: &str, source: &str, shown: bool) -> Sapo {
    let stripped = without_agency(text).to_owned();
    Sapo { text: stripped, shown: if shown { text.to_owned() } else { String::new() }, source: source.to_owned() }
}

/// Two forms of one text: with or without agency prefix and final dots.
fn same_text(a: &str, b: &str) -> bool {
    let (a, b) = (compare_key(without_agency(a)), compare_key(without_agency(b)));
    !a.is_empty() && (a == b || (b.len() > 60 && a.starts_with(&b) && a.len() < b.len() + b.len() / 4))
}

/// The lines of the body without the sapo, in however many of the first lines it stands.
fn without(blocks: &[Block], body: &Body, text: &str) -> Vec<usize> {
    let key = compare_key(without_agency(text));
    let is_sapo = |line: usize| {
        let own = compare_key(without_agency(&blocks[line].text));
        own == key || own.len() > 40 && key.contains(&own)
    };
    let lines = body.lines.iter().copied().enumerate();
    lines.filter(|&(place, line)| place >= 4 || !is_sapo(line)).map(|(_, line)| line).collect()
}

/// The first block behind the title. The element that shows it may be that of the whole article, when the title is
/// parted from the rest by a line break only.
fn after_title(page: &Outline<'_>, blocks: &[Block], title: Id, title_text: &str) -> usize {
    let first = blocks.partition_point(|block| block.at < title);
    let end = blocks.partition_point(|block| block.at < page.nodes[title].end);
    let key = compare_key(title_text);
    let shown = blocks[first..end].iter().take(12).position(|block| compare_key(&block.text) == key);
    shown.map_or(end, |place| first + place + 1)
}

/// Lines shorter than this together, which only the description knows, are a second headline; longer ones a paragraph.
const SECOND_HEADLINE: u32 = 160;

/// The lines between title and body, one paragraph or a list of points, that say what `description` says.
fn described_before(blocks: &[Block], body: &Body, from: usize, description: &str) -> Option<String> {
    let first = body.lines.first().copied()?;
    let key = compare_key(without_agency(description));
    let apart = Marks::NAV.with(Marks::COMMENT).with(Marks::CAPTION).with(Marks::FOOTER);
    let before = first.saturating_sub(60).max(from)..first;
    let said: Vec<&Block> = blocks
        .get(before)?
        .iter()
        .filter(|block| !block.marks.any(apart) && block.links < 0.5 && block.chars >= 25)
        .filter(|block| {
            let own = compare_key(without_agency(&block.text));
            key.contains(&own) || key.len() > 60 && own.starts_with(&key) && block.chars < 1_200
        })
        .collect();
    let chars: u32 = said.iter().map(|block| block.chars).sum();
    let whole = said.iter().map(|block| compare_key(&block.text).len()).sum::<usize>() * 10 >= key.len() * 7;
    let lines: Vec<&str> = said.iter().map(|block| block.text.as_str()).collect();
    (whole && chars >= SECOND_HEADLINE).then(|| lines.join("\n"))
}

/// A paragraph between title and body, or one called sapo at the body's start.
fn between(page: &Outline<'_>, blocks: &[Block], body: &Body, title: Option<Id>, title_text: &str) -> Option<String> {
    let title = title?;
    let first = body.lines.first().map(|&line| blocks[line].at)?;
    let from = after_title(page, blocks, title, title_text);
    let title_key = compare_key(title_text);
    for block in blocks[from..].iter().take_while(|block| block.at <= first).take(30) {
        let called = block.marks.any(Marks::SAPO) && block.chars < 1_200;
        let emphatic = (block.bold || block.italic) && block.at < first && (block.is_prose() || block.ends_sentence());
        let foreign =
            block.marks.any(Marks::FOREIGN.with(Marks::CAPTION)) || block.links > 0.4 || (block.image && !called);
        if (called && block.chars >= 30 || emphatic && block.chars >= 50)
            && !foreign
            && compare_key(&block.text) != title_key
        {
            return Some(block.text.clone());
        }
    }
    None
}

/// A bold or italic paragraph that opens the body, before ordinary ones.
fn leading(blocks: &[Block], body: &mut Body) -> Option<String> {
    let &first = body.lines.first()?;
    let block = &blocks[first];
    let emphatic = (block.bold || block.italic) && block.kind == Kind::Paragraph && (40..=1_200).contains(&block.chars);
    let rest_plain =
        body.lines.iter().skip(1).take(4).filter(|&&line| !blocks[line].bold && !blocks[line].italic).count() >= 1;
    if emphatic && rest_plain && body.lines.len() > 1 {
        body.lines.remove(0);
        return Some(block.text.clone());
    }
    None
}

/// A single paragraph in an element of its own between the title and the element that holds all others.
fn set_apart(page: &Outline<'_>, blocks: &[Block], body: &Body, title: Option<Id>, title_text: &str) -> Option<String> {
    let title = title?;
    let prose = |block: &Block| {
        block.kind == Kind::Paragraph
            && (40..=1_200).contains(&block.chars)
            && block.is_prose()
            && !block.image
            && !block.marks.any(Marks::FOREIGN.with(Marks::CAPTION).with(Marks::DATE).with(Marks::BYLINE))
    };
    // The element that holds the second and third paragraph, which must not hold the first.
    let lines: Vec<usize> = body.lines.iter().copied().filter(|&line| prose(&blocks[line])).collect();
    let first = *lines.first()?;
    let is_title = |block: &Block| compare_key(&block.text) == compare_key(title_text);
    let from = after_title(page, blocks, title, title_text);
    let (candidate, rest) = match blocks.get(from..first).and_then(|before| before.iter().rposition(prose)) {
        // Before the body there is one paragraph, and it is not the body's own first.
        Some(place) if !is_title(&blocks[from + place]) => (from + place, first),
        _ => (first, *lines.get(1)?),
    };
    let following =
        lines.iter().copied().filter(|&line| line > rest).nth(usize::from(candidate == first && lines.len() > 3))?;
    let holder = page.ancestors(blocks[rest].at).find(|&above| page.contains(above, blocks[following].at))?;
    let apart = candidate < rest && !page.contains(holder, blocks[candidate].at) && candidate >= from;
    // Something else than a wrapper of one paragraph, a list or a quotation stands apart for another reason.
    let own =
        page.ancestors(blocks[candidate].at).take_while(|&above| !page.contains(above, blocks[rest].at)).last()?;
    let alone = if page.contains(own, title) {
        // The article's own head: title, sapo, names and tools, and no other paragraph.
        let inside = blocks.iter().filter(|block| page.contains(own, block.at) && !is_title(block));
        inside.filter(|block| block.chars >= 80).count() == 1
    } else {
        page.nodes[own].chars <= blocks[candidate].chars + 40 && page.nodes[own].name != "blockquote"
    };
    (apart && alone).then(|| blocks[candidate].text.clone())
}

static AGENCY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        // "(Chinhphu.vn) - ", "Hà Nội (TTXVN) – ", "Hà Nội, ngày 12/5 (TTXVN) - "
        r"^\s*(?:\p{Lu}[\p{L}. ]{1,25}\s*,?\s*(?:ngày [\d/.-]{3,10}\s*,?\s*)?)?\((?:[^()]{2,40})\)\s*[-–—:.]?\s*[-–—]\s*",
        r"|^\s*\([\p{L}\d .]{2,30}\)\s*[-–—:]\s*",
        // "(mau.gov.vn) Tỉnh …"
        r"|^\s*\([\w-]+(?:\.[\w-]+)*\.(?:vn|com|net|org)\)\s*",
        r"|^\s*[\p{L}\d]+(?:\.[\p{L}\d]+)*\.(?:vn|com|net|org)\s*[-–—:]\s+",
        r"|^\s*[A-ZĐ]{2,8}(?:\.[A-Z]{2,4}|\sO|O|\sOnline)?\s*[-–—]\s+",
        // "BỘ NỘI VỤ - "
        r"|^\s*\p{Lu}{2,}(?:\s\p{Lu}{2,}){1,4}\s*[-–—]\s+",
    ))
});

/// A text without the name of the agency before it: "(Chinhphu.vn) - ", "Hà Nội (TTXVN) – ", "VOV.VN - ".
pub(super) fn without_agency(text: &str) -> &str {
    match AGENCY.find(text) {
        // A sentence begins behind the agency; what goes on in small letters is the sentence itself.
        Some(prefix) if begins_anew(text, prefix.end()) => text[prefix.end()..].trim_start(),
        _ => text.trim(),
    }
}

fn begins_anew(text: &str, at: usize) -> bool {
    let is_bracketed = text.trim_start().starts_with('(');
    text[at..].chars().next().is_some_and(|next| is_bracketed || !next.is_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agency_prefixes_go() {
        let check = |text: &str, expected: &str| assert_eq!(without_agency(text), expected);
        check("(Chinhphu.vn) - Thủ tướng đã ký.", "Thủ tướng đã ký.");
        check("(Dân trí) – Giá vàng giảm.", "Giá vàng giảm.");
        check("Hà Nội (TTXVN) - Sáng nay.", "Sáng nay.");
        check("VOV.VN - Bão số 3.", "Bão số 3.");
        check("TTO - Chiều 5-3.", "Chiều 5-3.");
        check("COVID-19 đã qua.", "COVID-19 đã qua.");
        check("Ông A (55 tuổi) cho biết - như đã nói.", "Ông A (55 tuổi) cho biết - như đã nói.");
    }
}
