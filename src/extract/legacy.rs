//! A parsed page whose text, or a part of it, is in TCVN3 or VNI-Windows becomes Unicode, before anything else reads it.
//!
//! In: the tree of a page. Out: the same tree. The page decides: by the fonts that its elements name, and by the letters
//! of its longest blocks. Only then is a block changed, and only when its own words agree, so that a paragraph in
//! Unicode, in French or in Icelandic is never touched. A page in Unicode may hold one pasted paragraph.

use scraper::{Html, Node};

use super::elements;
use crate::vietnamese::legacy::{self, Encoding};

/// Blocks of a page without any Vietnamese that are looked at closely; German and French pages end here.
const SAMPLES: usize = 4;

/// Text nodes that stand in one block.
struct Block {
    texts: Vec<ego_tree::NodeId>,
    text: String,
    /// The font that an element around it names.
    font: Option<(Encoding, bool)>,
}

/// Converts what is in an encoding of before Unicode.
pub(super) fn mend(document: &mut Html) {
    let strange = strange_blocks(document);
    if strange.is_empty() {
        return;
    }
    let Some(page) = page_encoding(&strange) else { return };
    let mut changes = Vec::new();
    for block in &strange {
        let encoding = legacy::recognise(&block.text).or(block.font.map(|(encoding, _)| encoding)).unwrap_or(page);
        let Some(whole) = legacy::convert_as(&block.text, encoding) else { continue };
        let is_capital = block.font.is_some_and(|(_, capital)| capital);
        let capital = |text: String| if is_capital { text.to_uppercase() } else { text };
        if let [only] = block.texts.as_slice() {
            changes.push((*only, capital(whole)));
            continue;
        }
        for &id in &block.texts {
            let Some(Node::Text(text)) = document.tree.get(id).map(|node| node.value()) else { continue };
            changes.push((id, capital(legacy::decode(text, encoding))));
        }
    }
    for (id, converted) in changes {
        if let Some(mut node) = document.tree.get_mut(id)
            && let Node::Text(text) = node.value()
        {
            text.text = converted.as_str().into();
        }
    }
    for node in document.tree.values_mut() {
        let Node::Element(element) = node else { continue };
        if element.name() == "meta" {
            for (_, value) in &mut element.attrs {
                if let Some(converted) = legacy::convert_as(value, page) {
                    *value = converted.as_str().into();
                }
            }
        }
    }
}

/// The blocks that have a letter beyond ASCII and none that only Unicode has; nothing when the page has no letter that
/// Unicode Vietnamese does not write.
fn strange_blocks(document: &Html) -> Vec<Block> {
    let is_strange = document.tree.values().any(|node| match node {
        Node::Text(text) => !text.is_ascii() && legacy::has_strange_letters(text),
        _ => false,
    });
    if !is_strange {
        return Vec::new();
    }
    let mut blocks: Vec<Block> = Vec::new();
    let mut holder = None;
    for node in document.tree.nodes() {
        let Node::Text(text) = node.value() else { continue };
        let block = node.ancestors().find(|above| match above.value() {
            Node::Element(element) => elements::is_block(element.name()) || element.name() == "title",
            _ => true,
        });
        let Some(block) = block else { continue };
        if matches!(block.value(), Node::Element(element) if elements::is_silent(element.name()) && element.name() != "title")
        {
            continue;
        }
        if holder != Some(block.id()) {
            holder = Some(block.id());
            let font = if text.is_ascii() { None } else { font_around(node) };
            blocks.push(Block { texts: Vec::new(), text: String::new(), font });
        }
        if let Some(last) = blocks.last_mut() {
            last.texts.push(node.id());
            last.text.push_str(text);
            if last.font.is_none() && !text.is_ascii() {
                last.font = font_around(node);
            }
        }
    }
    blocks.retain(|block| !block.text.is_ascii());
    blocks
}

/// The legacy font that the nearest elements name.
fn font_around(node: ego_tree::NodeRef<'_, Node>) -> Option<(Encoding, bool)> {
    /// Elements looked at: a font is named close to its text.
    const NEAR: usize = 8;
    node.ancestors().take(NEAR).find_map(|above| match above.value() {
        Node::Element(element) => {
            ["style", "face"].iter().find_map(|name| element.attr(name).and_then(legacy::of_font))
        }
        _ => None,
    })
}

/// The encoding that the page uses, or that a block of it uses.
fn page_encoding(blocks: &[Block]) -> Option<Encoding> {
    let by_font = || blocks.iter().filter_map(|block| block.font).map(|(encoding, _)| encoding).next();
    let mut longest: Vec<&Block> = blocks.iter().filter(|block| legacy::has_strange_letters(&block.text)).collect();
    longest.sort_by_key(|block| std::cmp::Reverse(block.text.len()));
    if let Some(found) = longest.iter().take(SAMPLES).find_map(|block| legacy::recognise(&block.text)) {
        return Some(found);
    }
    // A short notice: no block is long enough to be certain, all of them together are.
    let mut whole = String::new();
    for block in longest.iter().filter(|block| block.text.len() < 4_000).take(40) {
        whole.push_str(&block.text);
        whole.push(' ');
    }
    legacy::recognise(&whole).or_else(by_font)
}
