//! Which part of the page is the article's body. Blocks of prose give their weight to the elements around them, less
//! with each level (after Readability); class names raise or lower it; then the choice grows while its surroundings
//! are prose too.

use super::blocks::{Block, Kind};
use super::marks::Marks;
use super::outline::{Id, Outline};
use super::phrases;

/// The share of a block's weight that reaches the first, second … element above it.
const DECAY: [f32; 6] = [1.0, 0.75, 0.5, 0.35, 0.25, 0.18];

/// The element that holds the body, or nothing when the page holds no prose.
/// `foreign` are the marks that keep a block from speaking.
pub(super) fn find(page: &Outline<'_>, blocks: &[Block], foreign: Marks) -> Option<Id> {
    let mut scores = vec![0.0_f32; page.nodes.len()];
    for block in blocks {
        let weight = weight(block, foreign);
        if weight <= 0.0 {
            continue;
        }
        let leaf = matches!(page.nodes[block.holder].name, "p" | "li" | "pre" | "tr" | "dd");
        let start = if leaf { page.nodes[block.holder].parent } else { block.holder };
        for (above, share) in std::iter::once(start).chain(page.ancestors(start)).zip(DECAY) {
            scores[above] += weight * share;
        }
    }
    let best = (0..page.nodes.len())
        .filter(|&id| scores[id] > 0.0)
        .map(|id| (id, scores[id] * factor(page, id, foreign)))
        .max_by(|a, b| a.1.total_cmp(&b.1))?
        .0;
    Some(grow(page, blocks, best, foreign))
}

/// Whether the page is a live report with a list that changes by itself.
pub(super) fn is_live(page: &Outline<'_>, blocks: &[Block]) -> bool {
    says_live(page) && blocks.iter().any(|block| block.marks.any(Marks::LIVE))
}

fn says_live(page: &Outline<'_>) -> bool {
    page.json_ld.iter().any(|script| script.contains("\"LiveBlogPosting\""))
}

/// How much a block speaks for the elements around it.
fn weight(block: &Block, foreign: Marks) -> f32 {
    if block.marks.any(foreign.with(Marks::CAPTION)) || block.links > 0.6 || phrases::is_boilerplate(&block.text) {
        return 0.0;
    }
    let length = block.chars as f32;
    if block.kind == Kind::Row {
        return (length / 200.0).min(0.5);
    }
    if block.chars < 25 || block.kind == Kind::Heading {
        return 0.0;
    }
    let commas = block.text.matches([',', '，', '、']).count().min(4) as f32;
    let sentence = if block.ends_sentence() { 1.0 } else { 0.0 };
    let item = if block.kind == Kind::Item { 0.5 } else { 1.0 };
    item * (sentence + 0.3 * commas + (length / 100.0).min(5.0)) * (1.0 - block.links)
}

fn factor(page: &Outline<'_>, id: Id, foreign: Marks) -> f32 {
    let node = &page.nodes[id];
    let mut factor = 1.0 - node.link_density();
    if is_named_body(page, id) {
        factor *= 2.0;
    }
    if node.marks.any(Marks::BODY) {
        factor *= 1.4;
    }
    if node.marks.any(foreign) {
        factor *= 0.3;
    }
    if matches!(node.name, "body" | "html" | "form") {
        factor *= 0.6;
    }
    factor
}

/// Climbs while the parent brings enough prose that the choice lacks.
fn grow(page: &Outline<'_>, blocks: &[Block], best: Id, foreign: Marks) -> Id {
    let prose = |id: Id| -> (f32, f32) {
        let from = blocks.partition_point(|block| block.at < id);
        let inside = blocks[from..].iter().take_while(|block| block.at < page.nodes[id].end);
        inside.fold((0.0, 0.0), |(good, bad), block| {
            let chars = block.chars as f32;
            if block.marks.any(foreign) {
                (good, bad)
            } else if block.is_prose() && block.links < 0.25 && block.chars >= 60 {
                (good + chars, bad)
            } else if block.links > 0.5 {
                (good, bad + chars + 30.0)
            } else {
                (good, bad)
            }
        })
    };
    let mut chosen = best;
    let (mut good, mut bad) = prose(chosen);
    let mut level = 0;
    for above in page.ancestors(best) {
        level += 1;
        if level > 10
            || matches!(page.nodes[above].name, "body" | "html")
            || is_named_body(page, chosen) && !says_live(page)
        {
            break;
        }
        let (more_good, more_bad) = prose(above);
        let (gain, cost) = (more_good - good, more_bad - bad);
        let opens = gain > 0.0 && cost < 1.0 && is_opening(page, blocks, above, chosen, foreign);
        // An article that holds its paragraphs itself needs more than a notice below it to be left.
        let share = if page.nodes[chosen].name == "article" && good > 1_500.0 { 0.5 } else { 0.15 };
        if gain > good * share && cost < gain * 0.3 || opens {
            chosen = above;
            (good, bad) = (more_good, more_bad);
        }
    }
    chosen
}

/// Whether a paragraph of `above` itself opens what `chosen` goes on with: boxes that advertisements are set in part
/// the first paragraph from the others.
fn is_opening(page: &Outline<'_>, blocks: &[Block], above: Id, chosen: Id, foreign: Marks) -> bool {
    let from = blocks.partition_point(|block| block.at < above);
    let before = blocks[from..].iter().take_while(|block| block.at < chosen);
    let mut prose = before.filter(|block| block.is_prose() && !block.marks.any(foreign));
    prose.any(|block| page.nodes[block.holder].name == "p" && page.nodes[block.holder].parent == above)
}

fn is_named_body(page: &Outline<'_>, id: Id) -> bool {
    page.nodes[id].attr("itemprop") == Some("articleBody")
}
