//! The way to the next page of a listing, through numbers, words or the habits of a family; never to the next week of
//! a calendar.

use std::collections::{HashMap, HashSet};

use scraper::ElementRef;
use url::Url;

use super::{Page, href, item, words};
use crate::portal;

/// Pages beyond this are no pages of a listing.
const MAX_PAGE: usize = 100_000;
/// Wording of the link to the next page, lower case, without arrows around it.
const NEXT_WORDS: [&str; 17] = [
    "trang sau",
    "trang tiếp",
    "trang tiếp theo",
    "trang kế",
    "trang kế tiếp",
    "tiếp",
    "tiếp theo",
    "sau",
    "kế tiếp",
    "next",
    "next page",
    "tin cũ hơn",
    "bài cũ hơn",
    "cũ hơn",
    "older posts",
    "older",
    "tiếp tục",
];
/// Wording that leads to the next page only when its address does.
const MORE_WORDS: [&str; 6] = ["xem thêm", "xem tiếp", "tải thêm", "load more", "hiển thị thêm", "xem thêm tin"];
/// Wording of links to pages before this one and to both ends, lower case.
const BACK_WORDS: [&str; 11] =
    ["trang trước", "trước", "trang đầu", "trang cuối", "đầu", "cuối", "lùi", "previous", "prev", "first", "last"];
/// Keys of queries and words of paths before the number of a page.
const PAGE_WORDS: [&str; 24] = [
    "page",
    "trang",
    "paged",
    "pageno",
    "pagenum",
    "pageindex",
    "page_no",
    "pagenumber",
    "currentpage",
    "cur",
    "p",
    "pg",
    "start",
    "limitstart",
    "offset",
    "pageid",
    "curpage",
    "tranghientai",
    "pn",
    "pageno_",
    "page_index",
    "_page",
    "spage",
    "npage",
];

/// The links of a page that lead through its listing.
pub(super) struct Pager {
    /// By the number they show.
    numbered: HashMap<usize, Url>,
    /// Links whose wording or relation says "next", best first.
    worded: Vec<Url>,
    related: Option<Url>,
    known: HashSet<Url>,
    /// Links with numbers or words of a pager that only a script follows.
    by_script: usize,
}

impl Pager {
    pub(super) fn read(page: &Page<'_>) -> Self {
        let mut pager =
            Self { numbered: HashMap::new(), worded: Vec::new(), related: None, known: HashSet::new(), by_script: 0 };
        pager.related = page
            .document
            .root_element()
            .descendent_elements()
            .filter(|element| matches!(element.value().name(), "link" | "a") && has_relation(*element, "next"))
            .filter_map(|element| page.address(href(element)?))
            .find(|url| pager_address(page, url));
        let mut more = Vec::new();
        for &anchor in &page.anchors {
            let written = href(anchor).filter(|href| !is_of_script(href)).or_else(|| offered(anchor));
            let Some(url) = written.and_then(|href| page.address(href)).filter(|url| pager_address(page, url)) else {
                pager.by_script += usize::from(leads_on_by_script(anchor));
                continue;
            };
            let label = item::text(anchor).to_lowercase();
            let in_pager = is_in_pager(anchor);
            let bare = label.trim_matches(|c: char| !c.is_alphanumeric());
            if let Some(number) = bare.parse().ok().filter(|number| (1..MAX_PAGE).contains(number)) {
                if in_pager || page_number(&url).is_some() || carries(&url, number) && same_start(page.url, &url) {
                    pager.known.insert(portal::canonical_url(&url));
                    pager.numbered.entry(number).or_insert(url);
                }
                continue;
            }
            let title = anchor.attr("title").or(anchor.attr("aria-label")).unwrap_or_default().trim().to_lowercase();
            let is_arrow = matches!(label.as_str(), "»" | "›" | ">" | ">>" | "→" | "»»")
                || bare.is_empty() && (is_called_next(anchor) || NEXT_WORDS.contains(&title.as_str()));
            let follows = bare.is_empty() && label.is_empty() && is_successor(page.url, &url);
            let is_next = is_arrow
                || follows
                || NEXT_WORDS.contains(&bare)
                || bare.is_empty() && label.is_empty() && is_called_next(anchor);
            let advances = page_number(&url).is_some() || numbers_differ(page.url, &url);
            if is_next && (in_pager || advances || follows) {
                pager.known.insert(portal::canonical_url(&url));
                pager.worded.push(url);
            } else if MORE_WORDS.contains(&bare) && page_number(&url).is_some() {
                pager.known.insert(portal::canonical_url(&url));
                more.push(url);
            } else if in_pager && bare.chars().count() <= 12
                || BACK_WORDS.contains(&bare) && page_number(&url).is_some()
            {
                pager.known.insert(portal::canonical_url(&url));
            }
        }
        pager.worded.extend(more);
        pager
    }

    /// Whether the listing has more pages, and none of them can be reached by a link.
    pub(super) fn is_of_script(&self) -> bool {
        self.by_script > 0 && self.numbered.is_empty() && self.worded.is_empty() && self.related.is_none()
    }

    /// Whether an address is one of the listing's own pages.
    pub(super) fn holds(&self, url: &Url) -> bool {
        let url = portal::canonical_url(url);
        self.known.contains(&url) || self.related.as_ref().is_some_and(|related| portal::canonical_url(related) == url)
    }

    /// The next page. `has_leads` says whether this one listed anything: a family's habit is only followed then.
    pub(super) fn next(&self, page: &Page<'_>, has_leads: bool) -> Option<Url> {
        let here = portal::canonical_url(page.url);
        let leads_on = |url: &&Url| portal::canonical_url(url) != here;
        self.related
            .as_ref()
            .filter(leads_on)
            .or_else(|| self.numbered.get(&(self.current(page) + 1)).filter(leads_on))
            .or_else(|| self.worded.iter().filter(leads_on).find(|url| !self.goes_back(page, url)))
            .cloned()
            .or_else(|| has_leads.then(|| by_habit(page)).flatten().filter(|url| leads_on(&url)))
    }

    /// The number of this page: from its address, or the one that the pager does not link to, or the first.
    fn current(&self, page: &Page<'_>) -> usize {
        let here = portal::canonical_url(page.url);
        if let Some((&number, _)) = self.numbered.iter().find(|(_, url)| portal::canonical_url(url) == here) {
            return number;
        }
        // The number in this address, as the pager's own addresses carry theirs.
        let by_stem = self.numbered.iter().find_map(|(&number, url)| {
            let (before, after) = around_number(url.as_str(), number)?;
            page.url.as_str().strip_prefix(before)?.strip_suffix(after)?.parse().ok()
        });
        if let Some(number) = by_stem {
            return number;
        }
        let (Some(&first), Some(&last)) = (self.numbered.keys().min(), self.numbered.keys().max()) else {
            return page_number(page.url).unwrap_or(1);
        };
        let gap = (first..last).find(|number| !self.numbered.contains_key(number));
        // A pager that begins at 2 stands on page 1; one without a gap stands behind its last number or links to itself.
        match gap {
            _ if first == 2 => 1,
            Some(gap) if gap - first < 20 => gap,
            _ if page_number(page.url).is_some() => page_number(page.url).unwrap_or(1),
            _ => 1,
        }
    }

    /// Arrows may lead to the previous, first or last page.
    fn goes_back(&self, page: &Page<'_>, url: &Url) -> bool {
        let (here, there) = (page_number(page.url), page_number(url));
        matches!((here, there), (Some(here), Some(there)) if there <= here)
    }
}

/// An address that only a script follows, or none: `javascript:__doPostBack('pager','2')`, `#`.
fn is_of_script(href: &str) -> bool {
    let href = href.trim();
    href.is_empty() || href.starts_with('#') || href.get(..11).is_some_and(|s| s.eq_ignore_ascii_case("javascript:"))
}

/// The address that a link with a script offers besides: in its data, or as the place that its script goes to.
fn offered<'a>(anchor: ElementRef<'a>) -> Option<&'a str> {
    let named = ["data-href", "data-url", "data-link"].iter().find_map(|name| anchor.attr(name));
    let from_script = || {
        let scripts = [anchor.attr("onclick"), anchor.attr("href")];
        scripts.into_iter().flatten().filter(|script| script.contains("location")).find_map(|script| {
            let mut quoted = script.split(['\'', '"']).skip(1).step_by(2);
            quoted.find(|text| text.starts_with(['/', '?']) || text.starts_with("http"))
        })
    };
    named.or_else(from_script)
}

/// Whether a link of a script leads to another page of the listing: by its number or its words, in a pager or by the
/// name of what it calls.
fn leads_on_by_script(anchor: ElementRef<'_>) -> bool {
    let script = format!("{} {}", anchor.attr("href").unwrap_or_default(), anchor.attr("onclick").unwrap_or_default());
    let script = script.to_ascii_lowercase();
    if !is_of_script(anchor.attr("href").unwrap_or_default())
        || script.trim() == "#" && anchor.attr("data-page").is_none()
    {
        return false;
    }
    let label = item::text(anchor).to_lowercase();
    let bare = label.trim_matches(|c: char| !c.is_alphanumeric());
    let is_number = bare.parse::<usize>().is_ok_and(|number| (2..MAX_PAGE).contains(&number));
    let is_next = NEXT_WORDS.contains(&bare) || MORE_WORDS.contains(&bare);
    let calls_pager = ["dopostback", "page", "trang", "paging"].iter().any(|word| script.contains(word));
    (is_number || is_next) && (is_in_pager(anchor) || calls_pager)
}

/// What OneCMS and its kin load when a reader scrolls: fragments of the same list, numbered.
fn by_habit(page: &Page<'_>) -> Option<Url> {
    let segments: Vec<&str> = page.url.path().split('/').filter(|segment| !segment.is_empty()).collect();
    if let [kind @ ("timelinelist" | "timeline"), zone, last] = segments.as_slice() {
        let number: usize =
            last.trim_start_matches("trang-").split('.').next()?.parse().ok().filter(|&number| number < MAX_PAGE)?;
        let prefix = if last.starts_with("trang-") { "trang-" } else { "" };
        return page.address(&format!("/{kind}/{zone}/{prefix}{}.htm", number + 1));
    }
    let zone = page
        .document
        .root_element()
        .descendent_elements()
        .find(|element| element.attr("id") == Some("hdZoneId"))?
        .attr("value")?
        .trim();
    let is_zone = !zone.is_empty() && zone != "0" && zone.len() <= 12 && zone.bytes().all(|b| b.is_ascii_digit());
    // An article carries the number of its section too.
    let is_article =
        page.document.root_element().descendent_elements().any(|element| element.attr("data-role") == Some("content"));
    let uses_list = || {
        let mut scripts =
            page.document.root_element().descendent_elements().filter(|element| element.value().name() == "script");
        scripts.any(|script| script.text().any(|text| text.contains("timelinelist")))
    };
    if !is_zone || is_article {
        None
    } else if uses_list() {
        page.address(&format!("/timelinelist/{zone}/2.htm"))
    } else {
        page.address(&format!("/timeline/{zone}/trang-1.htm"))
    }
}

fn has_relation(element: ElementRef<'_>, relation: &str) -> bool {
    element.attr("rel").is_some_and(|rel| rel.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case(relation)))
}

/// An address on this portal that can be a page of a listing.
fn pager_address(page: &Page<'_>, url: &Url) -> bool {
    let lower = url.as_str().to_ascii_lowercase();
    let is_calendar = words::is_calendar(url)
        || ["tuan=", "week=", "month=", "thang=", "ngay="].iter().any(|key| lower.contains(key));
    page.is_own(url) && !is_calendar
}

fn is_in_pager(anchor: ElementRef<'_>) -> bool {
    let near = std::iter::once(anchor).chain(anchor.ancestors().filter_map(ElementRef::wrap).take(5));
    let near = near.filter(|element| !matches!(element.value().name(), "body" | "html" | "form"));
    // Whole names: `page-header` stands over titles.
    let names = near.flat_map(|element| element.attr("class").into_iter().chain(element.attr("id")));
    names.flat_map(str::split_ascii_whitespace).map(str::to_ascii_lowercase).any(|name| {
        matches!(
            name.as_str(),
            "page" | "pages" | "paging" | "phantrang" | "pagenav" | "page-item" | "page-link" | "page-numbers"
        ) || ["pagin", "pager", "pagenavi", "phan-trang"].iter().any(|part| name.contains(part))
    })
}

fn is_called_next(anchor: ElementRef<'_>) -> bool {
    let near = std::iter::once(anchor).chain(anchor.ancestors().filter_map(ElementRef::wrap).take(1));
    near.flat_map(item::class_words).any(|word| word == "next" || word == "nextpage")
}

/// The number of the page that an address names: `?page=2`, `?_x_cur=2`, `/trang-2.htm`, `/page/2/`, `-p2`.
fn page_number(url: &Url) -> Option<usize> {
    let by_query = url.query_pairs().find_map(|(key, value)| {
        let key = key.to_ascii_lowercase();
        let is_page = PAGE_WORDS.contains(&key.as_str())
            || key.ends_with("_cur")
            || key.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word.ends_with("page"));
        is_page.then(|| value.parse().ok()).flatten()
    });
    by_query.or_else(|| {
        let path = url.path().to_ascii_lowercase();
        let words: Vec<&str> = path.split(['/', '-', '_', '.', ',']).filter(|word| !word.is_empty()).collect();
        words.iter().enumerate().rev().find_map(|(place, word)| {
            let after = place.checked_sub(1).map(|before| words[before]);
            let stuck =
                ["page", "trang", "p"].iter().find_map(|name| word.strip_prefix(name)).filter(|rest| !rest.is_empty());
            let separate = after.filter(|before| matches!(*before, "page" | "trang" | "paged")).map(|_| *word);
            stuck.or(separate)?.parse().ok()
        })
    })
}

/// The text before and after the last place where an address carries `number` as a whole.
fn around_number(address: &str, number: usize) -> Option<(&str, &str)> {
    let digits = number.to_string();
    let is_digit = |text: &str, last: bool| {
        if last { text.bytes().next_back() } else { text.bytes().next() }.is_some_and(|b| b.is_ascii_digit())
    };
    let host_end = address.find("://").and_then(|at| address[at + 3..].find('/').map(|slash| at + 3 + slash))?;
    let mut places = address[host_end..].rmatch_indices(&digits).map(|(at, _)| at + host_end);
    let at = places.find(|&at| !is_digit(&address[..at], true) && !is_digit(&address[at + digits.len()..], false))?;
    Some((&address[..at], &address[at + digits.len()..]))
}

fn carries(url: &Url, number: usize) -> bool {
    around_number(url.as_str(), number).is_some()
}

/// Whether two addresses lie in the same folder, give or take the number.
fn same_start(here: &Url, there: &Url) -> bool {
    let first = |url: &Url| url.path().split('/').find(|segment| !segment.is_empty()).map(str::to_owned);
    let folder = |url: &Url| url.path().rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    matches!(here.path(), "/" | "/index.html")
        || first(here) == first(there)
        || folder(there).starts_with(&folder(here))
}

/// Whether `there` is `here` and the number of the second page behind it, as `tin-tuc-2.html` is to `tin-tuc.html`, or
/// the same with the next number.
fn is_successor(here: &Url, there: &Url) -> bool {
    let Some((before, after)) = around_number(there.as_str(), 2) else { return next_number(here, there) };
    let stem = before.trim_end_matches(|c: char| c.is_ascii_alphabetic() || "-_/=?&.".contains(c));
    let is_same = here.as_str().starts_with(before.trim_end_matches(['-', '_', '/', '=', '?', '&', '.']));
    is_same && !stem.is_empty() && here.as_str().ends_with(after) && here.as_str().len() < there.as_str().len()
        || next_number(here, there)
}

fn next_number(here: &Url, there: &Url) -> bool {
    let digits = |url: &Url| -> Vec<usize> {
        url.as_str().split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
    };
    let (here_numbers, there_numbers) = (digits(here), digits(there));
    let mut differences = here_numbers.iter().zip(&there_numbers).filter(|(a, b)| a != b);
    numbers_differ(here, there)
        && differences.next().is_some_and(|(a, b)| a.checked_add(1) == Some(*b))
        && differences.next().is_none()
}

/// Whether two addresses differ in a number only.
fn numbers_differ(here: &Url, there: &Url) -> bool {
    let bare = |url: &Url| url.as_str().chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    here != there && bare(here) == bare(there)
}
