//! A page as lines of text: one block for each paragraph, heading, list item, table row or stretch between `<br>`.
//! Built once for the whole page; the body is later a choice among these blocks.

use std::sync::LazyLock;

use regex::Regex;

use super::marks::Marks;
use super::outline::{Id, Outline};
use super::pattern::pattern;

/// What a block of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A paragraph, or text between two line breaks.
    Paragraph,
    /// `<h1>` to `<h6>`.
    Heading,
    /// A list item.
    Item,
    /// A row of a data table, cells parted by ` | `.
    Row,
}

/// Where a block's text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    /// At the start or justified.
    Start,
    /// Centred.
    Centre,
    /// At the right, as signatures are.
    Right,
}

/// One line of text of the page.
#[derive(Debug)]
pub(super) struct Block {
    /// Clean text on one line.
    pub(super) text: String,
    /// Its first text node.
    pub(super) at: Id,
    /// The nearest block element around it.
    pub(super) holder: Id,
    /// What it is.
    pub(super) kind: Kind,
    /// Characters.
    pub(super) chars: u32,
    /// The share of its characters in links, 0 to 1.
    pub(super) links: f32,
    /// Wholly bold.
    pub(super) bold: bool,
    /// Wholly italic.
    pub(super) italic: bool,
    /// Where it stands.
    pub(super) align: Align,
    /// An image stands directly before it or in it.
    pub(super) image: bool,
    /// Marks of every element around it.
    pub(super) marks: Marks,
}

impl Block {
    /// Whether it reads like running text: long enough, few links, a sentence's punctuation.
    pub(super) fn is_prose(&self) -> bool {
        self.links < 0.4
            && self.kind != Kind::Heading
            && (self.chars >= 80 || (self.chars >= 30 && self.ends_sentence()))
    }

    /// A short line with a date, as templates print it above the text.
    pub(super) fn is_dateline(&self) -> bool {
        static DATE: LazyLock<Regex> = LazyLock::new(|| {
            pattern(
                r"\d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?(?:19|20)\d\d|(?:19|20)\d\d-\d\d-\d\d|\p{Lu}\p{Ll}{2,9}\.? \d{1,2}, (?:19|20)\d\d|\d{1,2}\.? \p{Lu}?\p{Ll}{2,9} (?:19|20)\d\d",
            )
        });
        let short = self.chars < 100 && self.text.split(' ').count() <= 14 && !self.text.ends_with('.');
        short && DATE.is_match(&self.text)
    }

    /// Whether it ends as sentences do.
    pub(super) fn ends_sentence(&self) -> bool {
        let last = self
            .text
            .trim_end_matches(['"', '”', '’', '\'', ')', '»', ']', ' ', '」', '』', '）', '“'])
            .chars()
            .next_back();
        matches!(last, Some('.' | '!' | '?' | '…' | ':' | ';' | '。' | '！' | '？' | '؟' | '۔' | '।'))
    }
}

/// What is gathered until the line ends.
#[derive(Default)]
struct Line {
    text: String,
    at: Option<Id>,
    chars: u32,
    link_chars: u32,
    bold: u32,
    italic: u32,
    marks: Marks,
}

/// Elements open around the place of reading.
struct Open {
    id: Id,
    end: Id,
    marks: Marks,
    link: bool,
    bold: bool,
    italic: bool,
    align: Align,
}

/// Cuts the page into blocks, in order.
pub(super) fn cut(page: &Outline<'_>) -> Vec<Block> {
    let mut out = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut line = Line::default();
    let mut image = false;
    let mut id = 0;
    while id < page.nodes.len() {
        while open.last().is_some_and(|top| top.end <= id) {
            if open.last().is_some_and(|top| page.nodes[top.id].is_block()) {
                flush(page, &open, &mut line, &mut image, &mut out);
            }
            open.pop();
        }
        let node = &page.nodes[id];
        if node.element.is_none() {
            line.read(id, node.text, node.chars, &open);
            id += 1;
            continue;
        }
        if node.marks.any(Marks::HIDDEN) {
            // No reader sees it: a hidden date would run into the visible one.
            id = node.end;
            continue;
        }
        if node.is_block() || node.name == "br" {
            flush(page, &open, &mut line, &mut image, &mut out);
        }
        image |= matches!(node.name, "img" | "picture" | "amp-img");
        open.push(Open::new(page, id, open.last()));
        if node.name == "tr"
            && let Some(cells) = data_row(page, id)
        {
            let text = cells.join(" | ");
            let marks = open.last().map_or(Marks::default(), |top| top.marks);
            let chars = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
            let (kind, align, links) = (Kind::Row, Align::Start, node.link_density());
            let (bold, italic) = (false, false);
            out.push(Block { text, at: id, holder: id, kind, chars, links, bold, italic, align, image: false, marks });
            image = false;
            id = node.end;
            continue;
        }
        id += 1;
    }
    flush(page, &open, &mut line, &mut image, &mut out);
    out
}

impl Open {
    fn new(page: &Outline<'_>, id: Id, above: Option<&Self>) -> Self {
        let node = &page.nodes[id];
        let heading = matches!(node.name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6");
        let (mut style, mut class, mut align) = ("", None, None);
        for (name, value) in node.element.iter().flat_map(|element| element.value().attrs()) {
            match name {
                "style" => style = value,
                "class" => class = Some(value),
                "align" => align = Some(value),
                _ => {}
            }
        }
        Self {
            id,
            end: node.end,
            marks: node.marks.with(above.map_or(Marks::default(), |above| above.marks)),
            link: node.name == "a" || above.is_some_and(|above| above.link),
            bold: heading
                || matches!(node.name, "b" | "strong")
                || class.is_some_and(is_bold_class)
                || (style.contains("font-weight")
                    && ["bold", "600", "700"].iter().any(|weight| style.contains(weight)))
                || above.is_some_and(|above| above.bold),
            italic: matches!(node.name, "i" | "em")
                || style.contains("italic")
                || above.is_some_and(|above| above.italic),
            align: align_of(node.name, align, style, class).unwrap_or(above.map_or(Align::Start, |above| above.align)),
        }
    }
}

/// Utility classes that set the weight of the type.
fn is_bold_class(class: &str) -> bool {
    const BOLD: [&str; 7] = ["bold", "font-bold", "font-semibold", "fw-bold", "fw-semibold", "text-bold", "fontbold"];
    class.split_ascii_whitespace().any(|name| BOLD.iter().any(|bold| bold.eq_ignore_ascii_case(name)))
}

fn align_of(name: &str, align: Option<&str>, style: &str, class: Option<&str>) -> Option<Align> {
    if name == "center" {
        return Some(Align::Centre);
    }
    let style = style.find("text-align").map(|at| style[at + 10..].trim_start_matches([':', ' ']));
    let class = class.and_then(|class| class.find("text-").map(|at| &class[at + 5..]));
    let word = align.or(style).or(class)?.trim_start();
    let starts = |prefix: &str| word.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix));
    if starts("right") || starts("end") {
        Some(Align::Right)
    } else if starts("center") {
        Some(Align::Centre)
    } else if starts("left") || starts("justify") {
        Some(Align::Start)
    } else {
        None
    }
}

impl Line {
    fn read(&mut self, id: Id, text: &str, chars: u32, open: &[Open]) {
        self.text.push_str(text);
        if chars == 0 {
            return;
        }
        let Some(top) = open.last() else { return };
        if self.at.is_none() {
            self.at = Some(id);
            self.marks = top.marks;
        }
        // A linked keyword that opens a paragraph makes it no box: what keeps a line out must hold for all of it.
        self.marks = self.marks.narrowed(top.marks);
        self.chars += chars;
        self.link_chars += if top.link { chars } else { 0 };
        self.bold += if top.bold { chars } else { 0 };
        self.italic += if top.italic { chars } else { 0 };
    }
}

fn flush(page: &Outline<'_>, open: &[Open], line: &mut Line, image: &mut bool, out: &mut Vec<Block>) {
    let line = std::mem::take(line);
    let Some(at) = line.at else { return };
    let text = crate::vietnamese::clean(&line.text);
    if text.is_empty() {
        return;
    }
    let block = open.iter().rev().find(|open| page.nodes[open.id].is_block());
    let holder = block.map_or(0, |block| block.id);
    let kind = open
        .iter()
        .rev()
        .take_while(|open| !matches!(page.nodes[open.id].name, "td" | "div" | "section" | "article" | "body"))
        .find_map(|open| match page.nodes[open.id].name {
            "li" | "dd" | "dt" => Some(Kind::Item),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Some(Kind::Heading),
            _ => None,
        })
        .unwrap_or(Kind::Paragraph);
    let chars = line.chars.max(1);
    out.push(Block {
        text,
        at,
        holder,
        kind,
        chars,
        links: line.link_chars as f32 / chars as f32,
        bold: line.bold * 10 >= chars * 9,
        italic: line.italic * 10 >= chars * 9,
        align: block.map_or(Align::Start, |block| block.align),
        image: std::mem::take(image),
        marks: line.marks,
    });
}

/// The cells of a row that holds data: two or more with text, none of them a page's column or a paragraph of prose.
fn data_row(page: &Outline<'_>, row: Id) -> Option<Vec<String>> {
    /// A cell longer than this is a column of the layout or a paragraph.
    const MAX_CELL: u32 = 300;
    if page.nodes[row].chars == 0 || page.nodes[row].chars > 4 * MAX_CELL {
        return None;
    }
    let mut cells = Vec::new();
    for cell in page.children(row) {
        let node = &page.nodes[cell];
        if !matches!(node.name, "td" | "th") {
            continue;
        }
        let inner = || page.elements(cell).skip(1).map(|id| page.nodes[id].name);
        let layout = inner().any(|name| matches!(name, "table" | "ul" | "form" | "h1" | "h2" | "h3"));
        let breaks = inner().filter(|name| matches!(*name, "br" | "div")).count();
        if layout || breaks > 3 || node.chars > MAX_CELL || node.link_density() > 0.6 {
            return None;
        }
        if node.chars > 0 {
            cells.push(page.text_of(cell));
        }
    }
    (cells.len() >= 2).then_some(cells)
}
