//! What belongs to a link: the largest element around it that is no other link's, and the text beside that.

use std::collections::HashMap;

use ego_tree::NodeId;
use scraper::ElementRef;

use super::Candidate;
use crate::clock::Timestamp;
use crate::discover::listing::item;

/// How far above its link an item is looked for.
const MAX_CLIMB: usize = 8;
/// Siblings beside an item in which its date is looked for.
const MAX_BESIDE: usize = 6;

/// For each element above links, the one candidate inside it; nothing when there are several.
pub(super) type Owners = HashMap<NodeId, Option<usize>>;

pub(super) fn owners(candidates: &[Candidate<'_>], numbered: bool) -> Owners {
    let mut owners = Owners::new();
    for (place, candidate) in candidates.iter().enumerate() {
        // Where articles carry numbers, a link without one beside the title names its section or author. A link that
        // only says "more" leads to an article too.
        let counts = if candidate.title.is_none() {
            !candidate.in_menu
                && !candidate.is_service
                && (candidate.is_named_by_number() || candidate.shape.slug_words >= 3)
        } else {
            candidate.has_wording() && (candidate.is_named_by_number() || candidate.is_strong() && !numbered)
        };
        if !counts {
            continue;
        }
        for anchor in &candidate.anchors {
            for node in std::iter::once(**anchor).chain(anchor.ancestors()) {
                owners
                    .entry(node.id())
                    .and_modify(|owner| *owner = owner.filter(|&owner| owner == place))
                    .or_insert(Some(place));
            }
        }
    }
    owners
}

/// The largest element around a link that belongs to no other candidate.
pub(super) fn container<'a>(anchor: ElementRef<'a>, place: usize, owners: &Owners) -> ElementRef<'a> {
    let above = anchor.ancestors().filter_map(ElementRef::wrap).take(MAX_CLIMB);
    let within =
        above.take_while(|element| !matches!(element.value().name(), "html" | "body" | "main" | "form" | "tbody"));
    let own = within.take_while(|element| owners.get(&element.id()).is_none_or(|owner| *owner == Some(place)));
    own.last().unwrap_or(anchor)
}

/// Dates that stand between items, not in them. In one list they all follow or all precede.
pub(super) struct Beside<'a, 'o> {
    owners: &'o Owners,
    /// The first item in each element that was looked through: one element may hold every link of the page.
    first_items: HashMap<NodeId, Option<Sibling<'a>>>,
}

type Sibling<'a> = ego_tree::NodeRef<'a, scraper::Node>;

impl<'a, 'o> Beside<'a, 'o> {
    pub(super) fn new(owners: &'o Owners) -> Self {
        Self { owners, first_items: HashMap::new() }
    }

    pub(super) fn date(&mut self, container: ElementRef<'a>, now: Timestamp) -> Option<Timestamp> {
        let owners = self.owners;
        let is_item = |node: &Sibling<'a>| owners.contains_key(&node.id());
        let read = |node: Sibling<'a>| match ElementRef::wrap(node) {
            Some(element) => item::date_in(element, &[], now),
            None => node.value().as_text().and_then(|text| item::bare_date(text, now)),
        };
        let first_of = |parent: Sibling<'a>| {
            *self.first_items.entry(parent.id()).or_insert_with(|| parent.children().find(is_item))
        };
        let leading = container.parent().and_then(first_of).unwrap_or(*container);
        let precedes =
            leading.prev_siblings().take(MAX_BESIDE).take_while(|node| !is_item(node)).any(|node| read(node).is_some());
        if precedes {
            container.prev_siblings().take(MAX_BESIDE).take_while(|node| !is_item(node)).find_map(read)
        } else {
            container.next_siblings().take(MAX_BESIDE).take_while(|node| !is_item(node)).find_map(read)
        }
    }
}
