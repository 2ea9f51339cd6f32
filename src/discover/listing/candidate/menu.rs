//! Which links stand in menus, headers, footers, pagers and the like.

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
    for candidate in candidates.iter_mut() {
        candidate.in_menu = candidate.anchors.iter().all(|&anchor| is_in_menu(anchor, true));
    }
    let long = |candidate: &&Candidate<'_>| syllables(&candidate.label) >= 6;
    let (all, hidden) = (
        candidates.iter().filter(long).count(),
        candidates.iter().filter(long).filter(|candidate| candidate.in_menu).count(),
    );
    // Some templates call everything a menu; then only the elements themselves are believed.
    if all > MIN_GROUP && hidden * 10 > all * 6 {
        for candidate in candidates.iter_mut() {
            candidate.in_menu = candidate.anchors.iter().all(|&anchor| is_in_menu(anchor, false));
        }
    }
}

fn is_in_menu(anchor: ElementRef<'_>, by_class: bool) -> bool {
    let is_in_item = |element: ElementRef<'_>| {
        element
            .ancestors()
            .filter_map(ElementRef::wrap)
            .any(|above| matches!(above.value().name(), "article" | "main" | "li" | "section" | "td"))
    };
    std::iter::once(anchor).chain(anchor.ancestors().filter_map(ElementRef::wrap)).any(|element| {
        match element.value().name() {
            "nav" => true,
            "header" | "footer" => !is_in_item(element),
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
    })
}

/// `header`, `site-header`; not `article-header`.
fn is_page_header(element: ElementRef<'_>) -> bool {
    let names = element.attr("class").into_iter().chain(element.attr("id")).flat_map(str::split_ascii_whitespace);
    names.map(str::to_ascii_lowercase).any(|name| {
        matches!(name.as_str(), "header" | "site-header" | "top-header" | "main-header" | "header-top" | "header__top")
            || name.starts_with("header__")
    })
}
