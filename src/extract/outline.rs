//! A parsed page as one flat list in document order, with what every later step asks of a node counted once: how
//! much text it holds, how much of that in links, and what its class names promise. Never changes afterwards.

use std::collections::HashMap;

use scraper::{ElementRef, Html, Node as Parsed};

use super::elements;
use super::marks::{self, Marks};

/// Place of a node in [`Outline::nodes`].
pub(super) type Id = usize;

/// One element or text node.
pub(super) struct Node<'a> {
    /// The element; nothing for text.
    pub(super) element: Option<ElementRef<'a>>,
    /// Tag name; empty for text.
    pub(super) name: &'a str,
    /// The text of a text node.
    pub(super) text: &'a str,
    /// Its parent; the root is its own.
    pub(super) parent: Id,
    /// One past its last descendant.
    pub(super) end: Id,
    /// Characters of text beneath it, runs of white space counted once.
    pub(super) chars: u32,
    /// Those of them that stand in links.
    pub(super) link_chars: u32,
    /// What its own class names say.
    pub(super) marks: Marks,
}

impl<'a> Node<'a> {
    /// An attribute of the element.
    pub(super) fn attr(&self, name: &str) -> Option<&'a str> {
        // `Element::attr` makes an atom of the name first, which costs more than looking at a handful of names.
        self.element
            .and_then(|element| element.value().attrs().find(|(known, _)| *known == name).map(|(_, value)| value))
    }

    /// The share of its text that is links, 0 to 1.
    pub(super) fn link_density(&self) -> f32 {
        if self.chars == 0 { 0.0 } else { self.link_chars as f32 / self.chars as f32 }
    }

    /// Whether it starts a new line.
    pub(super) fn is_block(&self) -> bool {
        elements::is_block(self.name)
    }
}

/// A page in document order.
pub(super) struct Outline<'a> {
    /// Every element and text node that readers may see.
    pub(super) nodes: Vec<Node<'a>>,
    /// Every class name, identifier and role of the page, in lower case, parted by blanks.
    pub(super) names: String,
    /// `<meta>` and `<link>` wherever they stand.
    pub(super) metas: Vec<ElementRef<'a>>,
    /// The text of `<title>`.
    pub(super) title: String,
    /// The text of each `application/ld+json` script.
    pub(super) json_ld: Vec<String>,
    /// `lang` of the root element.
    pub(super) language: &'a str,
}

impl<'a> Outline<'a> {
    /// Walks `document` once.
    pub(super) fn new(document: &'a Html) -> Self {
        let root = document.root_element();
        let mut outline = Self {
            nodes: Vec::with_capacity(4096),
            names: String::new(),
            metas: Vec::new(),
            title: String::new(),
            json_ld: Vec::new(),
            language: root.value().attr("lang").unwrap_or_default(),
        };
        let mut known = HashMap::new();
        let mut open: Vec<Id> = Vec::new();
        let mut links = 0_u32;
        let mut node = *root;
        'walk: loop {
            let mut enter = false;
            match node.value() {
                Parsed::Element(element) => {
                    let name = element.name();
                    if let Some(wrapped) = ElementRef::wrap(node) {
                        match name {
                            "meta" | "link" => outline.metas.push(wrapped),
                            "title" if outline.title.is_empty() => outline.title = wrapped.text().collect(),
                            "script" if element.attr("type").is_some_and(|kind| kind.contains("ld+json")) => {
                                outline.json_ld.push(wrapped.text().collect());
                            }
                            _ => {}
                        }
                        enter = name == "head" || !elements::is_silent(name);
                        if name == "svg" {
                            // An icon stands between the day and the hour; they are two words.
                            outline.text(&open, " ", links > 0);
                        }
                        if enter {
                            links += u32::from(name == "a");
                            let marks = marks::marks_of(element, &mut known);
                            outline.open(&mut open, Some(wrapped), name, "", marks);
                        }
                    }
                }
                Parsed::Text(text) => {
                    let in_head = open.iter().take(2).any(|&id| outline.nodes[id].name == "head");
                    if !in_head {
                        outline.text(&open, text, links > 0);
                    }
                }
                _ => {}
            }
            if enter && let Some(child) = node.first_child() {
                node = child;
                continue;
            }
            let mut entered = enter;
            loop {
                if entered && let Some(id) = open.pop() {
                    outline.nodes[id].end = outline.nodes.len();
                    links -= u32::from(outline.nodes[id].name == "a");
                }
                if node.id() == root.id() {
                    break 'walk;
                }
                if let Some(next) = node.next_sibling() {
                    node = next;
                    break;
                }
                let Some(parent) = node.parent() else { break 'walk };
                node = parent;
                entered = true;
            }
        }
        for name in known.keys() {
            outline.names.push_str(&name.to_ascii_lowercase());
            outline.names.push(' ');
        }
        outline.sum();
        outline.forgive();
        outline
    }

    fn open(
        &mut self,
        open: &mut Vec<Id>,
        element: Option<ElementRef<'a>>,
        name: &'a str,
        text: &'a str,
        marks: Marks,
    ) {
        let id = self.nodes.len();
        let parent = open.last().copied().unwrap_or(id);
        self.nodes.push(Node { element, name, text, parent, end: id + 1, chars: 0, link_chars: 0, marks });
        if element.is_some() {
            open.push(id);
        }
    }

    fn text(&mut self, open: &[Id], text: &'a str, in_link: bool) {
        let chars = visible_chars(text);
        if chars == 0 && text.is_empty() {
            return;
        }
        let id = self.nodes.len();
        let parent = open.last().copied().unwrap_or(id);
        let link_chars = if in_link { chars } else { 0 };
        let marks = Marks::default();
        self.nodes.push(Node { element: None, name: "", text, parent, end: id + 1, chars, link_chars, marks });
    }

    /// Adds each node's counts to its parent's; children come after their parents, so one walk backwards does.
    fn sum(&mut self) {
        for id in (1..self.nodes.len()).rev() {
            let (chars, link_chars, parent) = (self.nodes[id].chars, self.nodes[id].link_chars, self.nodes[id].parent);
            if parent != id {
                self.nodes[parent].chars += chars;
                self.nodes[parent].link_chars += link_chars;
            }
        }
    }

    /// Clears the marks that would cost the article: some sites call their main column `sidebar-1` or `popup`. An
    /// element with the headline, the body or much of the page's text is not what its name says.
    fn forgive(&mut self) {
        let total = self.nodes.first().map_or(0, |root| root.chars - root.link_chars);
        let keys: Vec<Id> = (0..self.nodes.len())
            .filter(|&id| self.nodes[id].name == "h1" || self.nodes[id].attr("itemprop") == Some("articleBody"))
            .collect();
        for id in 0..self.nodes.len() {
            let node = &self.nodes[id];
            if !node.marks.any(Marks::FOREIGN.with(Marks::HIDDEN).with(Marks::CAPTION).with(Marks::LIVE)) {
                continue;
            }
            // A quoted post is part of the text.
            if node.name == "blockquote" {
                self.nodes[id].marks = node.marks.forgiven();
                continue;
            }
            let first = keys.partition_point(|&key| key < id);
            let holds_key = keys.get(first).is_some_and(|&key| key < node.end);
            let plain = node.chars - node.link_chars;
            let holds_most = u64::from(plain) * 5 > u64::from(total) * 2 && plain > 400;
            let others = node.marks.any(Marks::COMMENT.with(Marks::RELATED));
            let notice = node.marks.any(Marks::COMMENT.with(Marks::FOOTER).with(Marks::FORM).with(Marks::HIDDEN));
            // A long box in the element that calls itself the body is a box.
            let in_body = node.marks.any(Marks::RELATED.with(Marks::BIO)) && self.is_in_body(id);
            let is_prose = plain > 1_200 && node.link_density() < 0.15 && !notice && !in_body;
            let is_live = node.marks.any(Marks::LIVE) && !self.holds_page(id);
            let is_article = (holds_key && plain > 400) || (holds_most && !others) || is_prose;
            if is_article && !is_live {
                self.nodes[id].marks = node.marks.forgiven();
            }
        }
    }

    /// Whether nearly the whole page or its headline stands in `id`.
    fn holds_page(&self, id: Id) -> bool {
        let total = self.nodes.first().map_or(0, |root| root.chars);
        self.nodes[id].chars * 10 > total * 9 || self.elements(id).any(|inner| self.nodes[inner].name == "h1")
    }

    /// Whether an element called the body stands around `id` and holds a good deal more.
    fn is_in_body(&self, id: Id) -> bool {
        let is_body = |above: Id| {
            let node = &self.nodes[above];
            (node.marks.any(Marks::BODY) || node.attr("itemprop") == Some("articleBody"))
                && node.chars > self.nodes[id].chars + 1_000
        };
        self.ancestors(id).any(is_body)
    }

    /// The ancestors of `id`, nearest first, without itself.
    pub(super) fn ancestors(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        let mut at = id;
        std::iter::from_fn(move || {
            let parent = self.nodes[at].parent;
            (parent != at).then(|| {
                at = parent;
                parent
            })
        })
    }

    /// The children of `id` in order.
    pub(super) fn children(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        let end = self.nodes[id].end;
        let mut at = id + 1;
        std::iter::from_fn(move || {
            (at < end).then(|| {
                let child = at;
                at = self.nodes[child].end;
                child
            })
        })
    }

    /// Every node beneath `id` that is an element, in order, itself included.
    pub(super) fn elements(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        (id..self.nodes[id].end).filter(|&id| self.nodes[id].element.is_some())
    }

    /// The text beneath `id` on one line.
    pub(super) fn text_of(&self, id: Id) -> String {
        let mut out = String::new();
        for node in &self.nodes[id..self.nodes[id].end] {
            if node.is_block() || node.name == "br" {
                out.push(' ');
            }
            out.push_str(node.text);
        }
        crate::vietnamese::clean(&out)
    }

    /// Whether `id` or one above it has any of `marks`.
    pub(super) fn within(&self, id: Id, marks: Marks) -> bool {
        self.nodes[id].marks.any(marks) || self.ancestors(id).any(|above| self.nodes[above].marks.any(marks))
    }

    /// Whether `inner` stands in `outer`.
    pub(super) fn contains(&self, outer: Id, inner: Id) -> bool {
        outer <= inner && inner < self.nodes[outer].end
    }
}

fn visible_chars(text: &str) -> u32 {
    let (mut count, mut gap) = (0, true);
    for c in text.chars() {
        let white = c.is_whitespace();
        count += u32::from(!(white && gap));
        gap = white;
    }
    if gap && count > 0 { count - 1 } else { count }
}
