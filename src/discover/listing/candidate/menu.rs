//! Which links stand in menus, headers, footers, pagers and the like.

use std::collections::HashMap;

use ego_tree::NodeId;
use scraper::ElementRef;

use super::{Candidate, MIN_GROUP, syllables};
use crate::discover::listing::item;

/// Words of classes and ids that say "menu" and the like.
const MENU_WORDS: [&str; 36] = [
    "nav",
    "navbar",
    "navigation",
    "menu",
    "mainmenu",
    "topmenu",
    "leftmenu",
    "submenu",
    "megamenu",
    "moremenu",
    "breadcrumb",
    "breadcrumbs",
    "pager",
    "pagination",
    "paging",
    "phantrang",
    "footer",
    "foot",
    "social",
    "share",
    "sharing",
    "lang",
    "language",
    "languages",
    "login",
    "toolbar",
    "topbar",
    "tags",
    "tag",
    "taglist",
    "sitemap",
    "weblink",
    "lienket",
    "banner",
    "calendar",
    "datepicker",
];

/// Marks links in menus and the like, unless that would hide the page itself.
pub(super) fn mark(candidates: &mut [Candidate<'_>]) {
    mark_with(candidates, Menus { by_class: true, inside: HashMap::new() });
    let long = |candidate: &&Candidate<'_>| syllables(&candidate.label) >= 6;
    let (all, hidden) = (
        candidates.iter().filter(long).count(),
        candidates.iter().filter(long).filter(|candidate| candidate.in_menu).count(),
    );
    // Some templates call everything a menu; then only the elements themselves are believed.
    if all > MIN_GROUP && hidden * 10 > all * 6 {
        mark_with(candidates, Menus { by_class: false, inside: HashMap::new() });
    }
}

fn mark_with(candidates: &mut [Candidate<'_>], mut menus: Menus) {
    for candidate in candidates.iter_mut() {
        candidate.in_menu = candidate.anchors.iter().all(|&anchor| menus.hold(anchor));
    }
}

/// Which elements stand in a menu. Each is looked at once, however many links are below it.
struct Menus {
    by_class: bool,
    inside: HashMap<NodeId, bool>,
}

impl Menus {
    fn hold(&mut self, anchor: ElementRef<'_>) -> bool {
        let mut verdict = false;
        let mut looked_at = Vec::new();
        for element in std::iter::once(anchor).chain(anchor.ancestors().filter_map(ElementRef::wrap)) {
            if let Some(&known) = self.inside.get(&element.id()) {
                verdict = known;
                break;
            }
            looked_at.push(element.id());
            if is_menu(element, self.by_class) {
                verdict = true;
                break;
            }
        }
        self.inside.extend(looked_at.into_iter().map(|element| (element, verdict)));
        verdict
    }
}

fn is_menu(element: ElementRef<'_>, by_class: bool) -> bool {
    let is_in_item = || {
        let above = element.ancestors().filter_map(ElementRef::wrap);
        above.map(|above| above.value().name()).any(|name| matches!(name, "article" | "main" | "li" | "section" | "td"))
    };
    match element.value().name() {
        "nav" => true,
        "header" | "footer" => !is_in_item(),
        "html" | "body" | "main" | "form" => false,
        _ if element
            .attr("role")
            .is_some_and(|role| matches!(role, "navigation" | "menu" | "menubar" | "contentinfo")) =>
        {
            true
        }
        _ => {
            by_class
                && (item::class_words(element).any(|word| MENU_WORDS.contains(&word.as_str()))
                    || is_page_header(element))
        }
    }
}

/// `header`, `site-header`; not `article-header`.
fn is_page_header(element: ElementRef<'_>) -> bool {
    let names = element.attr("class").into_iter().chain(element.attr("id")).flat_map(str::split_ascii_whitespace);
    names.map(str::to_ascii_lowercase).any(|name| {
        matches!(name.as_str(), "header" | "site-header" | "top-header" | "main-header" | "header-top" | "header__top")
            || name.starts_with("header__")
    })
}
