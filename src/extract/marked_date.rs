//! The date of publication in the markup of the page: microdata, `<time>`, moments in attributes.

use super::dated::Found;
use super::dateline::Place;
use super::marks::Marks;
use super::outline::{Id, Node};

/// Where no date of the article stands, not even beside the title: there it may be in a column, in what looks like a
/// breadcrumb, or in a footer.
pub(super) const BY_TITLE: Marks = Marks::RELATED.with(Marks::COMMENT).with(Marks::AD).with(Marks::CLOCK);

impl Place<'_, '_> {
    /// Microdata, `<time>` and stamps in attributes that belong to the article.
    pub(super) fn marked(&self) -> Option<Found> {
        let page = self.page.outline;
        let mut best: Option<(i32, Found)> = None;
        for (id, node) in page.nodes.iter().enumerate().filter(|(_, node)| node.element.is_some()) {
            let prop = node.attr("itemprop").unwrap_or_default();
            let published = prop.split(' ').any(|word| matches!(word, "datePublished" | "dateCreated"))
                || node.attr("pubdate").is_some();
            let class = node.attr("class").unwrap_or_default();
            // hAtom: `<span class="updated" title="2013-04-04T18:52:11+00:00">`.
            let atom = class.split(' ').any(|word| matches!(word, "published" | "updated"));
            let titled = node.attr("title").filter(|_| atom || node.name == "abbr");
            let stamp = stamp(node);
            if !(published || node.name == "time" || titled.is_some() || stamp.is_some()) {
                continue;
            }
            let near = self.title.is_some_and(|title| id.abs_diff(title) < 60);
            let elsewhere = if near { BY_TITLE } else { Marks::ELSEWHERE };
            if page.within(id, elsewhere) {
                continue;
            }
            let text = || page.text_of(id);
            let given = node.attr("content").or(node.attr("datetime")).or(stamp).or(titled);
            let value = given.map_or_else(text, str::to_owned);
            let Some(dated) = self.machine(&value).or_else(|| self.read(&value)) else { continue };
            let inside = self.body.is_some_and(|body| page.contains(body, id));
            let after = self.body.is_some_and(|body| id >= page.nodes[body].end);
            let changed = prop.contains("dateModified") || class.contains("updated") || class.contains("modified");
            let quoted = inside && self.is_quoted(id);
            let rank = 4 * i32::from(published) + 2 * i32::from(near)
                - i32::from(inside)
                - i32::from(after)
                - 2 * i32::from(changed && !class.contains("published"))
                - 4 * i32::from(quoted);
            if rank >= -1 && best.as_ref().is_none_or(|(known, _)| rank > *known) {
                let source = match (published, node.name, stamp) {
                    (true, ..) => "itemprop datePublished",
                    (_, "time", _) => "<time>",
                    (.., Some(_)) => "stamp in an attribute",
                    _ => "title of an element called published",
                };
                best = Some((rank, Found::new(dated, &value, source)));
            }
        }
        best.map(|(_, found)| found)
    }

    /// Whether an element stands in a post of somebody else that the article shows.
    fn is_quoted(&self, id: Id) -> bool {
        let page = self.page.outline;
        page.ancestors(id).take(6).chain([id]).any(|above| {
            let node = &page.nodes[above];
            let class = node.attr("class").unwrap_or_default();
            node.name == "blockquote" || ["tweet", "embed", "quote"].iter().any(|word| class.contains(word))
        })
    }
}

/// A moment that a script reads from an attribute: `data-timestamp="1594448702"`.
fn stamp<'a>(node: &Node<'a>) -> Option<&'a str> {
    // A link's stamp is that of the page to which it leads.
    let element = node.element.filter(|_| node.name != "a")?.value();
    let named = |name: &str| {
        if name == "datetime" {
            return true;
        }
        let name = name.strip_prefix("data-").unwrap_or_default();
        ["time", "date", "stamp", "publish", "posted"].iter().any(|word| name.contains(word))
            && !["update", "modif", "timeout", "timezone", "format"].iter().any(|word| name.contains(word))
    };
    let is_date = |value: &str| value.len() >= 8 && value.len() <= 40 && value.starts_with(['1', '2']);
    element.attrs().find(|(name, value)| named(name) && is_date(value)).map(|(_, value)| value)
}
