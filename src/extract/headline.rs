//! The title: what the page shows largest before its body, judged against what its metadata says.

use super::blocks::Block;
use super::body::compare_key;
use super::marks::Marks;
use super::metadata::Metadata;
use super::outline::{Id, Outline};
use super::settle::Page;
use super::site_name::{is_generic, names_site, segments, site_names, without_site};
use super::wording::{is_vietnamese, wording};

/// A title and where it was found.
#[derive(Clone)]
pub(super) struct Headline {
    pub(super) text: String,
    pub(super) source: String,
    /// The element that shows it, when the page does.
    pub(super) id: Option<Id>,
    /// The same as the page words it, where its metadata has the better wording.
    pub(super) heading: Option<String>,
    /// Whether the page shows it and its metadata says the same.
    pub(super) sure: bool,
}

/// Something on the page that may be the title.
struct Shown {
    text: String,
    key: String,
    id: Id,
    rank: i32,
}

/// Finds the title. `body` is where the body starts; `hint` is the title in the listing.
pub(super) fn find(page: &Page<'_, '_>, body: Option<Id>, hint: Option<&str>) -> Option<Headline> {
    let site = site_names(page.outline, page.meta);
    let shown = shown(page.outline, page.blocks, body, &site);
    if let Some(hint) = hint {
        let key = compare_key(hint);
        if let Some(found) = shown.iter().find(|shown| !key.is_empty() && shown.key == key) {
            return Some(found.headline("heading that the listing names", true));
        }
    }
    let claims = claims(page.outline, page.meta, &site);
    let mut found = choose(&shown, &claims)?;
    if let Some((text, source)) = wording(page.outline, &claims, &found.text) {
        found.heading = Some(std::mem::replace(&mut found.text, text));
        found.source = source;
    }
    Some(found)
}

/// How the metadata words a title that the rules found on the page, where its wording is to be preferred.
pub(super) fn worded(page: &Page<'_, '_>, title: &str) -> Option<(String, String)> {
    let site = site_names(page.outline, page.meta);
    wording(page.outline, &claims(page.outline, page.meta, &site), title)
}

/// The title among what the page shows and what its metadata claims.
fn choose(shown: &[Shown], claims: &[Headline]) -> Option<Headline> {
    let twice = twice_agreed(claims);
    for claim in claims {
        let key = compare_key(&claim.text);
        // The heading may be what the page is called in search results; the three fields are what its writers say.
        if twice.is_some() && matches!(claim.source.as_str(), "<title>" | "title") {
            continue;
        }
        let same = shown.iter().filter(|shown| shown.key == key).max_by_key(|shown| shown.rank);
        if let Some(found) = same {
            return Some(found.headline(&format!("heading that {} names", claim.source), true));
        }
    }
    let best = shown.iter().max_by_key(|shown| shown.rank);
    if let Some(agreed) = agreed(claims)
        && best.is_none_or(|best| !best.key.starts_with(&claim_key(agreed)))
    {
        return Some(Headline { id: best.filter(|best| best.rank >= 6).map(|best| best.id), ..agreed.clone() });
    }
    for claim in claims {
        let like = |shown: &&Shown| shown.rank >= 4 && overlap(&shown.text, &claim.text) >= 0.5;
        let Some(near) = shown.iter().filter(like).max_by_key(|shown| shown.rank) else { continue };
        // The heading may leave out the kicker that the metadata has; otherwise what the page shows is the title.
        let whole = claim.source != "<title>" && compare_key(&claim.text).ends_with(&near.key);
        if whole {
            return Some(Headline { id: Some(near.id), ..claim.clone() });
        }
        return Some(near.headline("heading like the metadata", false));
    }
    match (best, claims.first().cloned()) {
        // What only `<title>` says, and the page nowhere shows, is the name of the site.
        (Some(best), Some(claim)) if best.rank >= 9 || (best.rank >= 5 && claim.source == "<title>") => {
            Some(best.headline("heading", false))
        }
        (_, Some(claim)) => Some(claim),
        (Some(best), None) => Some(best.headline("heading", false)),
        (None, None) => None,
    }
}

/// What JSON-LD calls the article; nothing when that is the name of the site or of a template.
pub(super) fn linked(page: &Page<'_, '_>) -> Option<String> {
    let Page { outline: page, meta, .. } = *page;
    if meta.linked.headline.is_empty() {
        return None;
    }
    let site = site_names(page, meta);
    let text = without_site(&super::plain::plain(&meta.linked.headline), &site);
    (compare_key(&text).chars().count() >= 4 && !names_site(&text, &site) && !is_generic(&text)).then_some(text)
}

/// What JSON-LD and a second field both call the page, when no heading is worded so: pages with a headline for
/// readers of lists and another for readers of the page.
fn agreed(claims: &[Headline]) -> Option<&Headline> {
    let linked = claims.iter().find(|claim| claim.source == "JSON-LD")?;
    let key = claim_key(linked);
    claims.iter().any(|other| other.source != "JSON-LD" && claim_key(other) == key).then_some(linked)
}

/// What JSON-LD, Open Graph and Twitter's card all say of a page that is not Vietnamese.
fn twice_agreed(claims: &[Headline]) -> Option<&Headline> {
    let key = |source: &str| claims.iter().find(|claim| claim.source == source).map(claim_key);
    let linked = claims.iter().find(|claim| claim.source == "JSON-LD" && !is_vietnamese(&claim.text))?;
    let same = key("og:title") == Some(claim_key(linked)) && key("twitter:title") == Some(claim_key(linked));
    same.then_some(linked)
}

/// The key of a claim; one that was cut short ends in dots.
pub(super) fn claim_key(claim: &Headline) -> String {
    compare_key(claim.text.trim_end_matches(['.', '…', ' ']))
}

impl Shown {
    fn headline(&self, source: &str, sure: bool) -> Headline {
        Headline { text: self.text.clone(), source: source.to_owned(), id: Some(self.id), heading: None, sure }
    }
}

/// What the metadata calls the page, the surest first, without the site's name.
fn claims(page: &Outline<'_>, meta: &Metadata, site: &[String]) -> Vec<Headline> {
    let mut out: Vec<Headline> = Vec::new();
    let mut add = |text: &str, source: &str| {
        let text = without_site(&super::plain::plain(text), site);
        let key = compare_key(&text);
        if key.chars().count() >= 4 && !names_site(&text, site) && !is_generic(&text) {
            out.push(Headline { text, source: source.to_owned(), id: None, heading: None, sure: false });
        }
    };
    add(&meta.linked.headline, "JSON-LD");
    for name in ["og:title", "twitter:title", "dc.title", "title", "headline"] {
        // Dublin Core is often a constant of the site: only what no better field contradicts.
        if let Some((_, value)) = meta.get(&[name]) {
            add(value, name);
        }
    }
    let segments = segments(&page.title);
    let document = crate::vietnamese::clean(&page.title);
    if segments.len() > 1 {
        let longest = segments.iter().max_by_key(|segment| segment.chars().count());
        if site.iter().any(|name| segments.iter().any(|segment| compare_key(segment) == compare_key(name))) {
            add(&document, "<title>");
        }
        if let Some(longest) = longest {
            add(longest, "<title>");
        }
    }
    add(&document, "<title>");
    let dublin = out.iter().position(|claim| claim.source == "dc.title");
    if let Some(at) = dublin
        && out.iter().any(|claim| claim.source == "<title>")
    {
        let constant = !out.iter().any(|claim| claim.source != "dc.title" && overlap(&claim.text, &out[at].text) > 0.5);
        if constant {
            out.remove(at);
        }
    }
    out
}

/// What the page shows that may be its title.
fn shown(page: &Outline<'_>, blocks: &[Block], body: Option<Id>, site: &[String]) -> Vec<Shown> {
    let mut out: Vec<Shown> = Vec::new();
    let start = body.map(|body| blocks.partition_point(|block| block.at < body));
    for (place, block) in blocks.iter().enumerate() {
        let chars = block.chars;
        if !(8..=300).contains(&chars) {
            continue;
        }
        let mut rank = rank(page, block);
        // Without any sign of size: the line next to the one with the date.
        if rank <= 1 && block.links < 0.3 && chars >= 15 && !block.is_dateline() && !block.text.ends_with('.') {
            let next = blocks.get(place + 1).is_some_and(Block::is_dateline);
            let before = place > 0 && blocks[place - 1].is_dateline();
            rank = if next {
                4
            } else if before {
                3
            } else {
                rank
            };
        }
        if rank == 0 || block.marks.any(Marks::ELSEWHERE) && !block.marks.any(Marks::TITLE) {
            continue;
        }
        if let Some(start) = start {
            // Inside the body only its first lines can be the title; after it nothing can.
            let inside = body.is_some_and(|body| page.contains(body, block.at));
            let late = place > start + 8;
            if late {
                rank -= 6;
            } else if !inside || place <= start + 2 {
                let distance = start.abs_diff(place);
                rank += if distance <= 6 { 2 } else { i32::from(distance <= 20) };
            }
        }
        if block.links > 0.5 {
            rank -= 3;
        }
        let key = compare_key(&block.text);
        if names_site(&block.text, site) || is_generic(&block.text) {
            continue;
        }
        out.push(Shown { text: block.text.clone(), key, id: block.holder, rank });
    }
    // Of equals the first is the title: later ones are teasers.
    out.reverse();
    out
}

/// How much a block looks like a headline: its element, its class, its size.
fn rank(page: &Outline<'_>, block: &Block) -> i32 {
    let mut rank = 0;
    let mut id = block.at;
    for _ in 0..4 {
        id = page.nodes[id].parent;
        let node = &page.nodes[id];
        rank = rank.max(match node.name {
            "h1" => 8,
            "h2" => 5,
            "h3" => 4,
            "h4" => 2,
            "font"
                if node
                    .attr("size")
                    .and_then(|size| size.trim_start_matches('+').parse::<i32>().ok())
                    .is_some_and(|size| size >= 4) =>
            {
                5
            }
            "b" | "strong" => 1,
            _ if font_size(node.attr("style").unwrap_or_default()) >= 17.0 => 3,
            _ => 0,
        });
        if node.attr("itemprop").is_some_and(|prop| prop.split(' ').any(|word| word == "headline")) {
            rank = rank.max(9);
        }
        if node.marks.any(Marks::TITLE) && !node.marks.any(Marks::FOREIGN) && node.chars <= block.chars + 20 {
            rank = rank.max(4) + 1;
        }
        if node.chars > block.chars + 40 {
            break;
        }
    }
    rank
}

/// A font size in a style, in points or as near as its unit allows; 0 when there is none.
fn font_size(style: &str) -> f32 {
    let Some(at) = style.find("font-size") else { return 0.0 };
    let value = style[at + 9..].trim_start_matches([':', ' ']);
    let digits: String = value.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    let unit = &value[digits.len()..];
    let number = digits.parse().unwrap_or(0.0);
    if unit.starts_with("px") {
        number * 0.8
    } else if unit.starts_with("em") {
        number * 12.0
    } else {
        number
    }
}

/// The share of the words of the shorter that the longer has.
pub(super) fn overlap(a: &str, b: &str) -> f32 {
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
    };
    let (a, b) = (words(a), words(b));
    let (short, long) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
    if short.is_empty() {
        return 0.0;
    }
    short.iter().filter(|word| long.contains(word)).count() as f32 / short.len() as f32
}
