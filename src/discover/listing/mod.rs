//! A listing page in, links out: what are probably articles, the next page, feeds and sections. It knows habits of
//! portal software, not portals; a portal of its own kind has rules. Never fails: what is wrong becomes a problem.

mod candidate;
mod gate;
mod item;
mod pager;
mod words;

use std::collections::HashSet;

use scraper::{ElementRef, Html, Selector};
use url::Url;

use super::{Lead, address};
use crate::clock::Timestamp;
use crate::portal::{self, Rules};
use candidate::Candidate;

pub use words::{is_calendar, is_service_address};

/// Links of one page that are looked at.
const MAX_LINKS: usize = 2000;
/// Sections of one page that are returned.
const MAX_SECTIONS: usize = 60;
/// Feeds of one page that are returned.
const MAX_FEEDS: usize = 30;

/// What a listing page leads to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Links that probably are articles, in page order, each canonical address once.
    pub leads: Vec<Lead>,
    /// The next page of the same listing.
    pub next: Option<Url>,
    /// Feeds, and pages that list feeds.
    pub feeds: Vec<Url>,
    /// Pages of the same site that probably list articles, at most 60, in page order.
    pub sections: Vec<Url>,
    /// Where the page sends its readers on by itself (`<meta http-equiv="refresh">`), when that is another page.
    pub refresh: Option<Url>,
    /// What is wrong with it, in words.
    pub problems: Vec<String>,
}

/// Selectors of the software that a page was made with: they add to what is found without them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Habits {
    /// Links to articles.
    pub links: Vec<String>,
    /// The link to the next page.
    pub next: Vec<String>,
}

/// What a pager that no link leads through is called.
pub const SCRIPT_PAGER: &str = "listing pages only by JavaScript: what is not on the first comes from a feed or sitemap, \
                                or not at all";

/// Reads the listing page that was served at `url` by the portal whose home is `home`. `rules` are the portal's own
/// selectors, `habits` those of its software; `now` bounds the dates that are believed.
#[must_use]
pub fn listing(html: &str, url: &Url, home: &Url, rules: Option<&Rules>, habits: &Habits, now: Timestamp) -> Listing {
    if let Some(problem) = gate::refuse(html) {
        return Listing { problems: vec![problem], ..Listing::default() };
    }
    let document = Html::parse_document(&whole(html));
    let page = Page::new(&document, url, home);
    let mut problems = Vec::new();
    if page.truncated {
        problems.push(format!("more than {MAX_LINKS} links, looked at the first"));
    }
    let pager = pager::Pager::read(&page);
    let candidates = candidate::collect(&page, &pager, now);
    let by_rule = rules.and_then(|rules| chosen(&page, &rules.links, &candidates, now, &mut problems));
    let leads = by_rule.unwrap_or_else(|| {
        let mut leads = candidate::choose(&candidates);
        add_habitual(&page, &habits.links, &candidates, &pager, now, &mut leads);
        leads
    });
    let mut by_selector = |selectors: &[String]| {
        let element = first_match(&page, selectors, &mut problems)?;
        page.address(href(element)?).filter(|next| page.is_own(next))
    };
    let next = rules
        .and_then(|rules| by_selector(&rules.next))
        .or_else(|| pager.next(&page, !leads.is_empty()))
        .or_else(|| by_selector(&habits.next));
    if next.is_none() && !leads.is_empty() && pager.is_of_script() {
        problems.push(SCRIPT_PAGER.to_owned());
    }
    let sections = sections(&page, &candidates, &leads, &pager);
    Listing { next, feeds: feeds(&page), sections, leads, refresh: refresh(&page), problems }
}

/// Some software answers with bare rows of a table, which a parser would throw away.
fn whole(html: &str) -> std::borrow::Cow<'_, str> {
    let start = html.trim_start().get(..3).unwrap_or_default();
    let is_rows = start.eq_ignore_ascii_case("<tr") || start.eq_ignore_ascii_case("<td");
    if is_rows { format!("<table>{html}</table>").into() } else { html.into() }
}

/// A parsed page with what every question about it needs.
struct Page<'a> {
    document: &'a Html,
    url: &'a Url,
    home: &'a Url,
    base: Url,
    anchors: Vec<ElementRef<'a>>,
    truncated: bool,
}

impl<'a> Page<'a> {
    fn new(document: &'a Html, url: &'a Url, home: &'a Url) -> Self {
        let mut base = None;
        let mut anchors = Vec::new();
        let mut truncated = false;
        for element in document.root_element().descendent_elements() {
            match element.value().name() {
                "base" if base.is_none() => base = href(element).and_then(|href| address::resolve(url, href)),
                "a" if element.attr("href").is_some() => {
                    truncated = anchors.len() == MAX_LINKS;
                    if truncated {
                        break;
                    }
                    anchors.push(element);
                }
                _ => {}
            }
        }
        Self { document, url, home, base: base.unwrap_or_else(|| url.clone()), anchors, truncated }
    }

    /// An address on this page, resolved; nothing for places within the page.
    fn address(&self, href: &str) -> Option<Url> {
        let is_inside = href.trim_start().starts_with('#');
        address::resolve(&self.base, href).filter(|_| !is_inside)
    }

    /// Whether an address belongs to the portal, under the name it was registered or the one that answered.
    fn is_own(&self, url: &Url) -> bool {
        portal::same_site(self.home, &[], url) || portal::same_site(self.url, &[], url)
    }

    /// The home page, by any of its usual names.
    fn is_home(&self, url: &Url) -> bool {
        let path = url.path().trim_end_matches('/').to_ascii_lowercase();
        let is_root = matches!(
            path.as_str(),
            "" | "/index.html"
                | "/index.htm"
                | "/index.php"
                | "/default.aspx"
                | "/home"
                | "/trang-chu"
                | "/vi"
                | "/web/guest"
                | "/web/guest/home"
                | "/pages/default.aspx"
        );
        is_root && url.query().is_none() || portal::canonical_url(url) == portal::canonical_url(self.home)
    }
}

fn href(element: ElementRef<'_>) -> Option<&str> {
    element.attr("href")
}

/// The leads that a portal's own selectors choose; nothing when there are none or they choose nothing.
fn chosen(
    page: &Page<'_>,
    selectors: &[String],
    candidates: &[Candidate<'_>],
    now: Timestamp,
    problems: &mut Vec<String>,
) -> Option<Vec<Lead>> {
    for written in selectors {
        let Some(selector) = parse(written, problems) else { continue };
        let mut seen = HashSet::new();
        let mut leads = Vec::new();
        for element in page.document.select(&selector).take(MAX_LINKS) {
            let anchor = if element.value().name() == "a" {
                Some(element)
            } else {
                element.descendent_elements().find(|inner| inner.value().name() == "a")
            };
            let Some(anchor) = anchor else { continue };
            let Some(url) = href(anchor).and_then(|href| page.address(href)) else { continue };
            if !page.is_own(&url) || !seen.insert(portal::canonical_url(&url)) {
                continue;
            }
            let known =
                candidates.iter().find(|candidate| candidate.anchors.iter().any(|known| known.id() == anchor.id()));
            leads.push(known.map_or_else(|| Candidate::new(url, anchor).lead(now), Candidate::to_lead));
        }
        if !leads.is_empty() {
            return Some(leads);
        }
    }
    if !selectors.is_empty() {
        problems.push("the portal's own rule for links finds none".to_owned());
    }
    None
}

/// Adds the links that the software's own templates give to articles, where they were not recognised without.
fn add_habitual(
    page: &Page<'_>,
    selectors: &[String],
    candidates: &[Candidate<'_>],
    pager: &pager::Pager,
    now: Timestamp,
    leads: &mut Vec<Lead>,
) {
    let mut seen: HashSet<Url> = leads.iter().map(|lead| portal::canonical_url(&lead.url)).collect();
    for written in selectors {
        let Ok(selector) = Selector::parse(written) else { continue };
        for anchor in page.document.select(&selector).take(MAX_LINKS) {
            let Some(url) = href(anchor).and_then(|href| page.address(href)) else { continue };
            let is_page = page.is_own(&url)
                && !page.is_home(&url)
                && !pager.holds(&url)
                && !words::is_service_address(&url)
                && !words::is_feed_address(&url);
            if is_page && seen.insert(portal::canonical_url(&url)) {
                let known = candidates.iter().find(|known| known.anchors.iter().any(|known| known.id() == anchor.id()));
                leads.push(known.map_or_else(|| Candidate::new(url, anchor).lead(now), Candidate::to_lead));
            }
        }
    }
}

fn first_match<'a>(page: &Page<'a>, selectors: &[String], problems: &mut Vec<String>) -> Option<ElementRef<'a>> {
    selectors.iter().find_map(|written| {
        let selector = parse(written, problems)?;
        page.document.select(&selector).next()
    })
}

fn parse(written: &str, problems: &mut Vec<String>) -> Option<Selector> {
    let parsed = Selector::parse(written).ok();
    if parsed.is_none() {
        problems.push(format!("the portal's own rule `{written}` is no CSS selector"));
    }
    parsed
}

/// Where the page sends its readers on, without waiting so long that it is only reloaded.
fn refresh(page: &Page<'_>) -> Option<Url> {
    const SOON_S: f64 = 30.0;
    let is_refresh = |element: &ElementRef<'_>| {
        element.value().name() == "meta"
            && element.attr("http-equiv").is_some_and(|name| name.trim().eq_ignore_ascii_case("refresh"))
    };
    let element = page.document.root_element().descendent_elements().find(is_refresh)?;
    let (wait, rest) = element.attr("content")?.split_once([';', ','])?;
    let (name, target) = rest.split_once('=')?;
    let goes = name.trim().eq_ignore_ascii_case("url") && wait.trim().parse::<f64>().is_ok_and(|wait| wait <= SOON_S);
    let target = page.address(target.trim().trim_matches(['"', '\'']))?;
    (goes && portal::canonical_url(&target) != portal::canonical_url(page.url)).then_some(target)
}

/// Feeds that the page announces, then links that look like feeds.
fn feeds(page: &Page<'_>) -> Vec<Url> {
    let mut found = Vec::new();
    let mut keep = |url: Option<Url>| {
        if let Some(url) = url
            && found.len() < MAX_FEEDS
            && !found.contains(&url)
        {
            found.push(url);
        }
    };
    for link in page.document.root_element().descendent_elements().filter(|element| element.value().name() == "link") {
        let is_alternate = link
            .attr("rel")
            .is_some_and(|rel| rel.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("alternate")));
        let media = link.attr("type").unwrap_or_default().to_ascii_lowercase();
        let is_feed = ["rss", "atom", "feed+json"].iter().any(|kind| media.contains(kind))
            || media == "application/json" && link.attr("title").is_some_and(|title| title.contains("Feed"));
        let is_comments = href(link).is_some_and(|href| href.contains("/comments/"));
        if is_alternate && is_feed && !is_comments {
            keep(href(link).and_then(|href| page.address(href)));
        }
    }
    for &anchor in &page.anchors {
        keep(
            href(anchor)
                .and_then(|href| page.address(href))
                .filter(|url| page.is_own(url) && words::is_feed_address(url)),
        );
    }
    found
}

/// Links that look like sections: short wording, few digits, no article, no service of the site.
fn sections(page: &Page<'_>, candidates: &[Candidate<'_>], leads: &[Lead], pager: &pager::Pager) -> Vec<Url> {
    let mut seen: HashSet<Url> = leads.iter().map(|lead| portal::canonical_url(&lead.url)).collect();
    seen.insert(portal::canonical_url(page.url));
    candidates
        .iter()
        .filter(|candidate| {
            candidate.looks_like_section() && !page.is_home(&candidate.url) && !pager.holds(&candidate.url)
        })
        .filter(|candidate| seen.insert(portal::canonical_url(&candidate.url)))
        .map(|candidate| candidate.url.clone())
        .take(MAX_SECTIONS)
        .collect()
}

#[cfg(test)]
mod tests;
