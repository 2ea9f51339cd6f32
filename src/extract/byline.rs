//! Who wrote it: rules, JSON-LD, metas, elements that are called author, the signature at the end of the body.

use std::sync::LazyLock;

use regex::Regex;
use scraper::ElementRef;

use super::blocks::Block;
use super::body::compare_key;
use super::marks::Marks;
use super::names::{
    LABEL, is_desk, is_domain, is_names, is_person_like, join, name_in_address, tidy, without_affiliation,
};
use super::outline::{Id, Node, Outline};
use super::pattern::pattern;
use super::selected::Match;
use super::settle::Page;
use crate::vietnamese;

/// Names and where they were found.
pub(super) struct Byline {
    pub(super) names: String,
    pub(super) source: String,
}

/// What is already known when the author is looked for.
pub(super) struct Signs<'s> {
    /// The element that shows the title.
    pub(super) title: Option<Id>,
    /// The title.
    pub(super) headline: &'s str,
    /// The element that holds the body.
    pub(super) body: Option<Id>,
    /// What the rules' selectors yielded.
    pub(super) ruled: Option<&'s Match>,
    /// The line that closes the body.
    pub(super) signature: &'s str,
    /// The name of the site, which is nobody's.
    pub(super) site: &'s str,
}

/// Finds the author.
pub(super) fn find(page: &Page<'_, '_>, signs: &Signs<'_>) -> Option<Byline> {
    let Page { outline: page, blocks, meta, .. } = *page;
    let Signs { title, body, ruled, signature, site, .. } = *signs;
    let found = |names: String, source: &str| {
        Some(Byline { names, source: source.to_owned() }).filter(|byline| !byline.names.is_empty())
    };
    let bodies = || meta.linked.author_bodies.iter().chain(&meta.linked.publisher);
    let is_body = |name: &str| is_domain(name) || bodies().any(|body| body.eq_ignore_ascii_case(name));
    let mut linked: Vec<_> = meta
        .linked
        .authors
        .iter()
        .map(|name| tidy(without_affiliation(name), site))
        .filter(|name| !name.is_empty())
        .collect();
    if !linked.is_empty() {
        // An agency that a page names beside a person is an author too; the page's own publisher is none.
        let is_own = |name: &&String| meta.linked.publisher.contains(name) || is_domain(name);
        linked.extend(meta.linked.author_bodies.iter().filter(|name| !is_own(name)).map(|name| tidy(name, site)));
    }
    if let Some(ruled) = ruled
        && let Some(byline) = found(ruled_names(&ruled.value, site), &ruled.source)
    {
        // A family's selector may run names and offices together that JSON-LD keeps apart.
        let all = compare_key(&byline.names);
        let run_together = ruled.source.starts_with("family")
            && !linked.is_empty()
            && linked.iter().all(|name| all.contains(&compare_key(name)));
        return if run_together { found(join(linked), "JSON-LD") } else { Some(byline) };
    }
    if let Some(byline) = found(join(linked), "JSON-LD") {
        return Some(byline);
    }
    let is_weak = |name: &str| is_body(name) || is_desk(name, site);
    for name in [
        "author",
        "article:author",
        "article:author_name",
        "article:author:name",
        "articleauthor",
        "article.author",
        "og:author",
        "author_name",
        "authors",
        "content-author",
        "dable:author",
        "mediator_author",
        "rbauthors",
        "parsely-author",
        "sailthru.author",
        "byl",
        "cxenseparse:author",
        "citation_author",
        "twitter:data1",
    ] {
        if name == "twitter:data1"
            && !meta.get(&["twitter:label1"]).is_some_and(|(_, label)| {
                matches!(
                    label.to_lowercase().as_str(),
                    "written by" | "author" | "verfasst von" | "écrit par" | "tác giả" | "được viết bởi"
                )
            })
        {
            continue;
        }
        let names: Vec<_> = meta.all(name).map(|value| tidy(value, site)).filter(|name| !is_weak(name)).collect();
        if let Some(byline) = found(join(names), name) {
            return Some(byline);
        }
    }
    if let Some(byline) =
        labelled(page, blocks, title, body).and_then(|name| found(tidy(&name, site), "line with a label"))
    {
        return Some(byline);
    }
    if let Some(names) = marked(page, title, body, site)
        && let Some(byline) = found(names, "element called author")
    {
        return Some(byline);
    }
    if let Some(byline) = found(tidy(signature, site), "signature") {
        return Some(byline);
    }
    if let Some(byline) = person(page, blocks, signs).and_then(|name| found(name, "name by the body")) {
        return Some(byline);
    }
    if let Some(byline) =
        meta.all("article:author").find_map(name_in_address).and_then(|name| found(name, "address of the author"))
    {
        return Some(byline);
    }
    // The page names a body as its author, and nothing on it names a person.
    let named = meta.linked.author_bodies.iter().chain(&meta.linked.authors).map(|name| tidy(name, "")).collect();
    if let Some(byline) = found(join(named), "JSON-LD, a body") {
        return Some(byline);
    }
    let names = meta.all("author").map(|value| tidy(value, site)).filter(|name| !is_body(name)).collect();
    found(join(names), "author")
}

/// A name after "Tác giả:" or "bởi" in a short line by the title, or right after the body.
fn labelled(page: &Outline<'_>, blocks: &[Block], title: Option<Id>, body: Option<Id>) -> Option<String> {
    static NAME: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?:^|[\s|–-])(?:[Tt]ác giả(?: bài viết)?\s*[:|]|[Bb]ởi\s*:?|[Nn]gười viết\s*[:|]|[Bb]iên tập\s*[:|]|[Tt]hực hiện\s*[:|])\s*(\p{Lu}[^|:;\d]{2,60}?)(?:\s*[|;•·-].*|\s+(?:vào|lúc|ngày|on)\s.*|\s*,?\s*\d.*)?$",
        )
    });
    // What each label holds: few lines have one, and the pattern reads a line from its end to its beginning.
    const LABELS: [&str; 5] = ["ác giả", "ởi", "gười viết", "iên tập", "hực hiện"];
    let body = body?;
    let start = blocks.partition_point(|block| block.at < body);
    let end = blocks.partition_point(|block| block.at < page.nodes[body].end);
    let title = title.map_or(start.saturating_sub(8), |title| blocks.partition_point(|block| block.at < title));
    let head = title..(start + 4).max(title + 6).min(blocks.len());
    let tail = end.saturating_sub(3)..(end + 6).min(blocks.len());
    // Drupal keeps the line with author and date in a `<footer>` above the text.
    let head = head.map(|place| (place, Marks::ELSEWHERE_IN_HEAD));
    head.chain(tail.map(|place| (place, Marks::ELSEWHERE)))
        .filter_map(|(place, elsewhere)| Some((blocks.get(place)?, elsewhere)))
        .filter(|(block, elsewhere)| block.chars < 120 && !block.marks.any(*elsewhere))
        .map(|(block, _)| block)
        .filter(|block| LABELS.iter().any(|label| block.text.contains(label)))
        .find_map(|block| NAME.captures(&block.text).map(|found| found[1].to_owned()))
}

/// The name of a person that stands alone right behind the body, or beside the date between title and body.
fn person(page: &Outline<'_>, blocks: &[Block], signs: &Signs<'_>) -> Option<String> {
    let body = signs.body?;
    let headline = compare_key(signs.headline);
    let start = blocks.partition_point(|block| block.at < body);
    let end = blocks.partition_point(|block| block.at < page.nodes[body].end);
    let own = |block: &&Block| {
        block.links < 0.3 && !block.marks.any(Marks::ELSEWHERE) && compare_key(&block.text) != headline
    };
    let behind = blocks.get(end..).unwrap_or_default().iter().take(2).filter(own);
    let signed = behind.map(|block| block.text.trim()).find(|text| vietnamese::is_person(text));
    if let Some(name) = signed {
        return Some(name.to_owned());
    }
    let title = blocks.partition_point(|block| block.at < signs.title.unwrap_or(body));
    let head = blocks.get(title..(start + 3).max(title + 5).min(blocks.len())).unwrap_or_default();
    head.iter().enumerate().filter(|(_, block)| own(block) && block.chars < 100).find_map(|(place, block)| {
        let figures = block.text.chars().filter(char::is_ascii_digit).count();
        let is_beside_date = || {
            let neighbours = [place.checked_sub(1), place.checked_add(1)].into_iter().flatten();
            neighbours.filter_map(|place| head.get(place)).any(Block::is_dateline)
        };
        let pieces = block.text.split(|c: char| c.is_ascii_digit() || "|:;,/()[]-–—•·".contains(c)).map(str::trim);
        let name = pieces.into_iter().find(|piece| vietnamese::is_person(piece))?;
        let is_alone = name == block.text.trim();
        (figures >= 4 || is_alone && is_beside_date()).then(|| name.to_owned())
    })
}

/// The names of a rule's matches, one a line; lines that name the source are none.
fn ruled_names(text: &str, site: &str) -> String {
    let is_source = |line: &str| line.to_lowercase().starts_with("nguồn");
    join(text.lines().filter(|line| !is_source(line)).map(|line| tidy(line, site)).collect())
}

/// Elements whose attributes or class call them author, near the title or in the body.
fn marked(page: &Outline<'_>, title: Option<Id>, body: Option<Id>, site: &str) -> Option<String> {
    /// Nodes between the names of one byline; farther apart they sign different articles.
    const NEAR: usize = 60;
    let is_near = |id: Id| title.is_some_and(|title| id > title && id < title + 60);
    let mut best: Option<(i32, Vec<String>)> = None;
    let mut last = 0;
    let mut id = 0;
    while id < page.nodes.len() {
        let node = &page.nodes[id];
        let prop = node.attr("itemprop").is_some_and(|prop| prop.split(' ').any(|word| word == "author"));
        let rel = node.attr("rel").is_some_and(|rel| rel.split(' ').any(|word| word == "author"));
        let class = node.marks.any(Marks::AUTHOR);
        if node.element.is_none()
            || !(prop || rel || class)
            || node.chars > 200
            || node.chars < 3 && !prop
            || page.within(id, if is_near(id) { BY_TITLE } else { Marks::ELSEWHERE })
            || is_button(node)
        {
            id += 1;
            continue;
        }
        let named = (id..node.end).find(|&inner| page.nodes[inner].attr("itemprop") == Some("name")).unwrap_or(id);
        let text = told_name(node).filter(|_| prop).unwrap_or_else(|| page.text_of(named));
        let names = persons(page, named).filter(|_| !text.is_empty()).map_or_else(|| tidy(&text, site), join);
        let before = title.is_some_and(|title| id > title && id < title + 200);
        let inside = body.is_some_and(|body| page.contains(body, id));
        let labelled = LABEL.is_match(text.trim());
        let rank = 3 * i32::from(prop)
            + 3 * i32::from(rel)
            + 2 * i32::from(class)
            + 2 * i32::from(before || inside)
            + 2 * i32::from(labelled);
        if !names.is_empty() && is_names(&names) {
            match &mut best {
                Some((known, list)) if *known == rank && list.len() < 4 && id < last + NEAR => {
                    list.push(names);
                    last = id;
                }
                Some((known, _)) if *known >= rank => {}
                _ => {
                    best = Some((rank, vec![names]));
                    last = id;
                }
            }
        }
        id = node.end;
    }
    best.map(|(_, names)| join(names))
}

/// Where no author of the article is named, not even between title and body.
const BY_TITLE: Marks = Marks::RELATED.with(Marks::COMMENT).with(Marks::AD);

/// Whether an element is there to be pressed: `followAuthorBtn`, `twitter-authors`.
fn is_button(node: &Node<'_>) -> bool {
    let class = node.attr("class").unwrap_or_default().to_ascii_lowercase();
    node.name == "button" || ["btn", "button", "follow", "twitter"].iter().any(|word| class.contains(word))
}

/// The name that microdata hides: `<meta itemprop="name" content="Lan Anh">` within the author.
fn told_name(node: &Node<'_>) -> Option<String> {
    let inner = node.element?.descendants().filter_map(ElementRef::wrap);
    let mut names = inner.filter(|element| element.attr("itemprop") == Some("name"));
    names.find_map(|element| element.attr("content").map(str::to_owned)).filter(|name| !name.trim().is_empty())
}

/// The persons in an element that also holds their offices: the linked ones, or all that read like names.
fn persons(page: &Outline<'_>, id: Id) -> Option<Vec<String>> {
    let texts = || (id..page.nodes[id].end).filter(|&inner| !page.nodes[inner].text.trim().is_empty());
    if texts().count() < 2 {
        return None;
    }
    let name = |inner: Id| {
        let text = vietnamese::clean(page.nodes[inner].text);
        let text = text.trim_matches([',', '|', '•', '·', ' ', '-', '–']).to_owned();
        is_person_like(&text).then_some(text)
    };
    let linked: Vec<String> =
        texts().filter(|&inner| page.nodes[page.nodes[inner].parent].name == "a").filter_map(name).collect();
    let all = || texts().filter_map(name).take(6).collect();
    Some(if linked.is_empty() { all() } else { linked }).filter(|names: &Vec<String>| !names.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_rule_are_names() {
        assert_eq!(ruled_names("Tác giả: Hoàng Lâm\nNguồn tin: Báo Yên Sơn", ""), "Hoàng Lâm");
    }
}
