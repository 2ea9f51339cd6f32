//! From the element that holds the body to the article's lines: what stands inside it but is none of the text goes
//! (related boxes, captions, share tools, boilerplate, the title again, signature and source at the end).

use std::collections::HashSet;

use super::blocks::{Align, Block, Kind};
use super::marks::Marks;
use super::outline::{Id, Outline};
use super::{headline, phrases};
use crate::vietnamese;

/// The lines of an article's body.
#[derive(Default)]
pub(super) struct Body {
    /// The blocks, in order, as places in the page's list.
    pub(super) lines: Vec<usize>,
    /// The name that signs the text at its end; empty when none does.
    pub(super) signature: String,
    /// The line at its end that names where the text comes from; empty when none does.
    pub(super) source: String,
}

impl Body {
    /// The text, one block a line.
    pub(super) fn text(&self, blocks: &[Block]) -> String {
        let lines: Vec<_> = self.lines.iter().map(|&line| blocks[line].text.as_str()).collect();
        lines.join("\n")
    }

    /// Characters of text.
    pub(super) fn chars(&self, blocks: &[Block]) -> u32 {
        self.lines.iter().map(|&line| blocks[line].chars).sum()
    }

    /// The share of them in links, 0 to 1.
    pub(super) fn links(&self, blocks: &[Block]) -> f32 {
        let linked: f32 = self.lines.iter().map(|&line| blocks[line].links * blocks[line].chars as f32).sum();
        let chars = self.chars(blocks);
        if chars == 0 { 0.0 } else { linked / chars as f32 }
    }
}

/// How to read a container.
pub(super) struct Reading<'r> {
    /// Elements that the rules take out.
    pub(super) dropped: &'r [Id],
    /// The title, which is not repeated.
    pub(super) title: &'r str,
    /// Marks of elements that are none of the body.
    pub(super) foreign: Marks,
}

/// Chooses the lines of `container`.
pub(super) fn read(page: &Outline<'_>, blocks: &[Block], container: Id, reading: &Reading<'_>) -> Body {
    let end = page.nodes[container].end;
    let first = blocks.partition_point(|block| block.at < container);
    let own = &blocks[first..];
    let own = &own[..own.partition_point(|block| block.at < end)];
    let gone = pruned(page, own, container, reading);
    let mut lines: Vec<usize> = (first..blocks.len())
        .take_while(|&line| blocks[line].at < end)
        .filter(|&line| !is_within(&gone, blocks[line].at))
        .filter(|&line| keep(page, &blocks[line]))
        .collect();
    drop_head(page, blocks, container, &mut lines, reading.title);
    drop_related(blocks, &mut lines);
    // The signature goes before the captions: "Bài, ảnh: Thu Trang" reads like a picture's credit.
    let mut source = String::new();
    let mut signature = drop_tail(blocks, &mut lines, &mut source);
    drop_captions(blocks, &mut lines);
    if signature.is_empty() {
        signature = drop_tail(blocks, &mut lines, &mut source);
    }
    drop_repeats(blocks, &mut lines);
    Body { lines, signature, source }
}

/// Stretches of the container that are none of the body.
fn pruned(page: &Outline<'_>, blocks: &[Block], container: Id, reading: &Reading<'_>) -> Vec<(Id, Id)> {
    let place = Inside { page, blocks, container, foreign: reading.foreign };
    let mut out: Vec<(Id, Id)> = reading.dropped.iter().map(|&id| (id, page.nodes[id].end)).collect();
    let mut id = container + 1;
    while id < page.nodes[container].end {
        let node = &page.nodes[id];
        if node.element.is_some() && place.is_foreign(id) {
            out.push((id, node.end));
            id = node.end;
        } else {
            id += 1;
        }
    }
    out.sort_unstable();
    // One stretch after the other, none inside another, so that one look decides.
    out.dedup_by(|inner, outer| {
        let nested = inner.0 < outer.1;
        outer.1 = outer.1.max(if nested { inner.1 } else { 0 });
        nested
    });
    out
}

fn is_within(stretches: &[(Id, Id)], at: Id) -> bool {
    let after = stretches.partition_point(|&(from, _)| from <= at);
    after > 0 && at < stretches[after - 1].1
}

/// The container and its lines, to judge the elements inside.
struct Inside<'i, 'a> {
    page: &'i Outline<'a>,
    blocks: &'i [Block],
    container: Id,
    foreign: Marks,
}

impl Inside<'_, '_> {
    /// Whether an element inside the body is something else.
    fn is_foreign(&self, id: Id) -> bool {
        let page = self.page;
        let node = &page.nodes[id];
        // A mark over most of the text is about the text: a body in an element called "print-content".
        let most = node.chars * 2 > page.nodes[self.container].chars;
        let unwanted = self.foreign.with(Marks::HIDDEN).with(Marks::CAPTION);
        let is_the_text = most && !self.stands_beside(id);
        if node.marks.any(unwanted) && !node.marks.any(Marks::BODY) && !is_the_text {
            return !is_inline(node.name) || self.is_foreign_inline(id);
        }
        let is_box = matches!(node.name, "div" | "section" | "ul" | "ol" | "table" | "dl" | "aside");
        if is_box && node.chars > 0 && !most {
            // A list of links; sentences that happen to be linked have other text around them.
            if node.link_density() > 0.6 && node.chars > 20 && !self.is_linked_sentence(id) {
                return true;
            }
            if node.name == "table" && node.chars < 400 && has_image(page, id) && !has_prose_cells(page, id) {
                return true;
            }
        }
        node.name == "figure" && !most
    }

    /// A marked piece of a line: the line around it may still be the article's.
    fn is_foreign_inline(&self, id: Id) -> bool {
        let node = &self.page.nodes[id];
        let line = self.blocks.partition_point(|block| block.at < node.end).checked_sub(1);
        // A keyword in a paragraph, linked to the page of its tag.
        if node.name != "p" && line.is_some_and(|line| self.blocks[line].chars > 3 * node.chars + 40) {
            return false;
        }
        node.marks.any(Marks::HIDDEN.with(Marks::CAPTION).with(Marks::AD).with(Marks::RELATED))
            || node.link_density() > 0.5
            || node.chars < 60
    }

    /// Whether the container has an article's worth of unmarked prose outside an element: then that element is a box
    /// or a list of entries, however long.
    fn stands_beside(&self, id: Id) -> bool {
        let end = self.page.nodes[id].end;
        let outside = self.blocks.iter().filter(|block| !(id..end).contains(&block.at));
        let prose = outside.filter(|block| block.is_prose() && !block.marks.any(self.foreign));
        let (lines, chars) = prose.fold((0, 0), |(lines, chars), block| (lines + 1, chars + block.chars));
        let enough = if self.page.nodes[id].marks.any(Marks::LIVE) { (2, 300) } else { (6, 1_500) };
        lines >= enough.0 && chars >= enough.1
    }

    /// A paragraph that is one linked sentence.
    fn is_linked_sentence(&self, id: Id) -> bool {
        let end = self.page.nodes[id].end;
        let first = self.blocks.partition_point(|block| block.at < id);
        let mut lines = self.blocks[first..].iter().take_while(|block| block.at < end);
        lines.next().is_some_and(|line| line.chars >= 60 && line.text.ends_with('.')) && lines.next().is_none()
    }
}

fn is_inline(name: &str) -> bool {
    matches!(name, "a" | "span" | "b" | "strong" | "em" | "i" | "p" | "u" | "font")
}

fn has_image(page: &Outline<'_>, id: Id) -> bool {
    page.elements(id).any(|inner| page.nodes[inner].name == "img")
}

/// Whether a table has a row of two cells with text: then it is data with a picture, not a picture with its caption.
fn has_prose_cells(page: &Outline<'_>, id: Id) -> bool {
    page.elements(id)
        .filter(|&row| page.nodes[row].name == "tr")
        .any(|row| page.children(row).filter(|&cell| page.nodes[cell].chars > 0).count() >= 2)
}

fn keep(page: &Outline<'_>, block: &Block) -> bool {
    if phrases::is_boilerplate(&block.text) {
        return false;
    }
    if block.links > 0.85 && block.kind != Kind::Heading && block.kind != Kind::Row {
        // A paragraph that is one link leads elsewhere, unless it is a sentence.
        return block.chars >= 80 && block.ends_sentence() || block.chars >= 50 && block.text.ends_with('.');
    }
    if block.links > 0.6 && block.chars < 160 && block.kind == Kind::Paragraph && !block.ends_sentence() {
        // "Đọc thêm | <a>another title</a>"
        return false;
    }
    let byline = Marks::BYLINE.with(Marks::DATE).with(Marks::AUTHOR);
    let own = page.nodes[block.holder].marks;
    // The headings of a diary are marked as its dates and say what happened as well.
    let says_more = block.kind == Kind::Heading
        && !block.is_dateline()
        && block.text.chars().filter(|c| c.is_alphabetic()).count() >= 35;
    if own.any(byline) && !own.any(Marks::BODY) && block.chars < 120 && !block.is_prose() && !says_more {
        return false;
    }
    block.text.chars().any(char::is_alphanumeric)
}

/// Lines before the headline, and the headline itself.
fn drop_head(page: &Outline<'_>, blocks: &[Block], container: Id, lines: &mut Vec<usize>, title: &str) {
    let key = compare_key(title);
    let total: u32 = lines.iter().map(|&line| blocks[line].chars).sum();
    let mut before = 0;
    let mut cut = 0;
    let mut is_seen = false;
    let mut repeated = None;
    for (place, &line) in lines.iter().enumerate() {
        let block = &blocks[line];
        let is_headline = !key.is_empty() && compare_key(&block.text) == key;
        // Some other heading of that rank stands for the headline only where the headline itself is missing.
        let is_h1 = !is_seen && page.nodes[block.holder].name == "h1" && page.contains(container, block.holder);
        is_seen |= is_headline;
        before += block.chars;
        if is_headline && is_in_text(page, blocks, &lines[..place], line, title) {
            repeated = Some(place);
            continue;
        }
        // The headline itself divides a page surely: however much stands before it is something else.
        let is_long_after = total.saturating_sub(before) > 500;
        if (is_headline || is_h1) && (before - block.chars) * 3 < total || is_headline && place > 0 && is_long_after {
            cut = place + 1;
        }
    }
    if let Some(place) = repeated.filter(|&place| place >= cut) {
        lines.remove(place);
    }
    lines.drain(..cut);
    // The line with the date, and what else stands between title and text.
    while lines.len() > 1 && lines.first().is_some_and(|&line| blocks[line].is_dateline()) {
        lines.remove(0);
    }
    // Behind the sapo, too: "By Jane Doe".
    if let Some(place) = lines.iter().take(5).position(|&line| phrases::is_byline(&blocks[line].text))
        && lines.len() > 3
    {
        lines.remove(place);
    }
}

/// Whether a line that says the headline stands in the midst of the text, as the title of a video does: the page's own
/// heading stands further up, and paragraphs between the two.
fn is_in_text(page: &Outline<'_>, blocks: &[Block], before: &[usize], line: usize, title: &str) -> bool {
    let heads = |block: &Block| page.nodes[block.holder].name == "h1" && headline::overlap(title, &block.text) >= 0.5;
    let Some(head) = blocks[..line].iter().rposition(heads) else { return false };
    before.iter().filter(|&&above| above > head && blocks[above].is_prose()).count() >= 2
}

/// Letters and digits in lower case.
pub(super) fn compare_key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    for c in text.chars().filter(|c| vietnamese::is_letter_or_digit(*c)) {
        vietnamese::push_lower(c, &mut key);
    }
    key
}

fn drop_captions(blocks: &[Block], lines: &mut Vec<usize>) {
    lines.retain(|&line| {
        let block = &blocks[line];
        let caption = block.image
            && block.chars < 300
            && (block.italic || block.align == Align::Centre)
            && block.kind == Kind::Paragraph;
        !caption && (block.chars >= 300 || !phrases::is_credit(&block.text))
    });
}

/// A heading such as "Tin liên quan" and the links after it.
fn drop_related(blocks: &[Block], lines: &mut Vec<usize>) {
    let mut dropping = false;
    let mut gone = HashSet::new();
    for &line in lines.iter() {
        let block = &blocks[line];
        if phrases::is_related_heading(&block.text) {
            dropping = true;
            gone.insert(line);
            continue;
        }
        if dropping {
            dropping = block.links > 0.4 || (block.chars < 25 && !block.ends_sentence());
            if dropping {
                gone.insert(line);
            }
        }
    }
    lines.retain(|line| !gone.contains(line));
}

/// Long lines that stand twice: pages repeat a paragraph for small screens.
fn drop_repeats(blocks: &[Block], lines: &mut Vec<usize>) {
    let mut seen = HashSet::new();
    lines.retain(|&line| blocks[line].chars < 60 || seen.insert(blocks[line].text.as_str()));
}

/// Source lines and the signature at the end. Returns the signature; a line that names the source goes to `source`.
fn drop_tail(blocks: &[Block], lines: &mut Vec<usize>, source: &mut String) -> String {
    let mut signature = String::new();
    // The end of a text holds at most a name, a source and a line or two of tools.
    for _ in 0..4 {
        let Some(&last) = lines.last() else { break };
        let block = &blocks[last];
        // "Theo TTXVN" may also close an ordinary paragraph; set apart from the text it names the source.
        let apart = block.align == Align::Right || block.bold || block.italic || !block.text.starts_with("Theo");
        if apart && phrases::is_source(&block.text) {
            block.text.trim().clone_into(source);
            lines.pop();
        } else if signature.is_empty()
            && lines.len() > 1
            && let Some(name) = signature_of(block)
        {
            signature = name;
            lines.pop();
        } else if block.chars < 60 && phrases::is_credit_alone(&block.text) {
            lines.pop();
        } else if block.kind == Kind::Heading && lines.len() > 3 {
            // A heading with nothing after it announced something that was taken out.
            lines.pop();
        } else {
            break;
        }
    }
    signature
}

/// The name in a closing line: right-aligned or bold, and short.
fn signature_of(block: &Block) -> Option<String> {
    if block.kind == Kind::Row || block.kind == Kind::Heading {
        return None;
    }
    let text = block.text.trim();
    if phrases::is_credit_alone(text) {
        return None;
    }
    for label in [
        "Tác giả bài viết:",
        "Tác giả:",
        "Người viết:",
        "Bài và ảnh:",
        "Bài, ảnh:",
        "Tin, ảnh:",
        "Tin bài:",
        "Tin ảnh:",
        "Thực hiện:",
        "Bài:",
    ] {
        if let Some(name) = text.strip_prefix(label)
            && name.chars().count() < 80
        {
            return Some(name.trim().to_owned());
        }
    }
    let marked = block.align == Align::Right || block.bold || block.marks.any(Marks::AUTHOR);
    // "Hà Thu (tổng hợp)", "Lan Anh (Theo VTV)".
    let name = text.split(" (").next().unwrap_or(text).trim_matches(['(', ')', '.', '*', '-', ' ', '/']);
    let words: Vec<&str> = name.split_whitespace().collect();
    let capital = |word: &&str| word.chars().next().is_some_and(|c| c.is_uppercase() || !c.is_alphabetic());
    let is_name = (1..=8).contains(&words.len())
        && words.iter().all(capital)
        && block.chars <= 60
        && !name.ends_with([':', '?', '!']);
    let signed = marked || crate::vietnamese::is_person(text);
    (signed && is_name && words.iter().any(|word| word.chars().any(char::is_alphabetic))).then(|| name.to_owned())
}
