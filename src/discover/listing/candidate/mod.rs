//! Every link of a page with what speaks for its being an article: length of its title, a date beside it, its place in
//! a row of equals, the shape of its address; and against it: menus, services, wording of sections.

mod around;
mod menu;
mod shape;

use std::collections::{HashMap, HashSet};

use scraper::ElementRef;
use url::Url;

use super::pager::Pager;
use super::{Page, href, item, words};
use crate::clock::Timestamp;
use crate::discover::Lead;
use crate::portal;
use around::{Beside, container, owners};
use shape::{Shape, shape};

/// What a link must reach to be a lead.
const THRESHOLD: i32 = 4;
/// Links of the same make that stand for a repeated structure.
const MIN_GROUP: usize = 3;
/// All links of a page to one address.
pub(super) struct Candidate<'a> {
    pub(super) url: Url,
    pub(super) anchors: Vec<ElementRef<'a>>,
    title: Option<item::Title>,
    published: Option<Timestamp>,
    /// Wording of the first link, lower case.
    label: String,
    in_menu: bool,
    is_service: bool,
    shape: Shape,
    /// The tags and classes above the link, as far as they matter.
    make: String,
    /// Points for the links of the same make.
    group: i32,
}

impl<'a> Candidate<'a> {
    pub(super) fn new(url: Url, anchor: ElementRef<'a>) -> Self {
        let shape = shape(&url);
        let is_service = words::is_service_address(&url);
        Self {
            url,
            anchors: vec![anchor],
            title: None,
            published: None,
            label: item::text(anchor).to_lowercase(),
            in_menu: false,
            is_service,
            shape,
            make: make(anchor),
            group: 0,
        }
    }

    /// The lead of a link that was chosen without being looked at.
    pub(super) fn lead(mut self, now: Timestamp) -> Lead {
        self.title = self.anchors.iter().find_map(|&anchor| item::title(anchor));
        self.published = self.anchors.first().and_then(|&anchor| item::date_in(anchor, &self.anchors, now));
        self.to_lead()
    }

    pub(super) fn to_lead(&self) -> Lead {
        Lead {
            url: self.url.clone(),
            title: self.title.as_ref().map(|(_, title)| title.clone()),
            published: self.published,
            modified: None,
        }
    }

    pub(super) fn looks_like_section(&self) -> bool {
        let syllables = syllables(&self.label);
        let is_wording = (1..=8).contains(&syllables)
            && self.label.chars().count() <= 60
            && self.label.chars().any(char::is_alphabetic);
        let is_named = !words::is_more(&self.label) && !words::is_service(&self.label);
        is_wording && is_named && !self.is_service && !self.shape.has_identity && self.shape.digits < 5
    }

    fn is_named_by_number(&self) -> bool {
        self.shape.has_identity || self.shape.digits >= 5
    }

    fn is_strong(&self) -> bool {
        self.title.as_ref().is_some_and(|(_, title)| syllables(title) >= 4 || title.chars().count() >= 20)
    }

    fn has_wording(&self) -> bool {
        self.title.is_some() && !self.is_service && !words::is_service(&self.label)
    }

    fn points(&self) -> i32 {
        let Some((rank, title)) = &self.title else { return 0 };
        let length = match syllables(title) {
            8.. => 3,
            6.. => 2,
            4.. => 1,
            _ if title.chars().count() >= 20 => 1,
            _ => 0,
        };
        let by_id = if self.is_named_by_number() { 2 } else { 0 };
        let by_slug = if self.shape.slug_words >= 4 { 2 } else { 0 };
        let is_section_like = by_id + by_slug == 0 && self.shape.digits < 3;
        let address = if is_section_like { -1 } else { (by_id + by_slug).min(3) };
        let date = if self.published.is_some() { 3 } else { 0 };
        length + address + date + self.group + i32::from(*rank == 3)
    }
}

/// Every link of the page to its own portal, each canonical address once, in page order.
pub(super) fn collect<'a>(page: &Page<'a>, pager: &Pager, now: Timestamp) -> Vec<Candidate<'a>> {
    let here = portal::canonical_url(page.url);
    let mut places: HashMap<Url, usize> = HashMap::new();
    let mut candidates: Vec<Candidate<'a>> = Vec::new();
    for &anchor in &page.anchors {
        let Some(url) = href(anchor).and_then(|href| page.address(href)).filter(|url| page.is_own(url)) else {
            continue;
        };
        let key = portal::canonical_url(&url);
        if key == here || pager.holds(&url) {
            continue;
        }
        match places.get(&key) {
            Some(&place) => candidates[place].anchors.push(anchor),
            None => {
                places.insert(key, candidates.len());
                candidates.push(Candidate::new(url, anchor));
            }
        }
    }
    menu::mark(&mut candidates);
    for candidate in &mut candidates {
        let titles = candidate.anchors.iter().filter_map(|&anchor| item::title(anchor));
        candidate.title = titles.reduce(better_title);
    }
    drop_repeated_wording(&mut candidates);
    let numbered = is_numbered(&candidates);
    let owners = owners(&candidates, numbered);
    let mut beside = Beside::new(&owners);
    for (place, candidate) in
        candidates.iter_mut().enumerate().filter(|(_, candidate)| !candidate.in_menu && !candidate.is_service)
    {
        let Some(container) = candidate.anchors.first().map(|&anchor| container(anchor, place, &owners)) else {
            continue;
        };
        if candidate.title.is_none() {
            candidate.title = item::heading_in(container);
        }
        let behind_title =
            candidate.title.as_ref().and_then(|(rank, title)| Some((*rank, item::split_date(title, now)?)));
        if let Some((rank, (title, at))) = behind_title {
            candidate.title = Some((rank, title));
            candidate.published = Some(at);
        } else if !numbered || candidate.is_named_by_number() {
            candidate.published =
                item::date_in(container, &candidate.anchors, now).or_else(|| beside.date(container, now));
        }
    }
    let mut groups: HashMap<String, (usize, usize)> = HashMap::new();
    for candidate in candidates.iter().filter(|candidate| !candidate.in_menu) {
        let (links, length) = groups.entry(candidate.make.clone()).or_default();
        *links += 1;
        *length += candidate.title.as_ref().map_or(0, |(_, title)| syllables(title));
    }
    for candidate in &mut candidates {
        candidate.group =
            groups.get(&candidate.make).map_or(0, |&(links, length)| group_points(links, length / links.max(1)));
    }
    candidates
}

/// Links of one make are a list; when their titles are long on average it is no menu.
fn group_points(links: usize, mean_syllables: usize) -> i32 {
    match mean_syllables {
        _ if links < MIN_GROUP => 0,
        8.. if links > MIN_GROUP => 3,
        6.. if links > MIN_GROUP => 2,
        _ => 1,
    }
}

/// Of equal titles the first is kept, unless it is as short as a number and the other is not.
fn better_title(held: item::Title, other: item::Title) -> item::Title {
    let says_more = other.0 == held.0 && syllables(&held.1) < 3 && syllables(&other.1) >= 4;
    if other.0 > held.0 || says_more { other } else { held }
}

/// The links that are articles.
pub(super) fn choose(candidates: &[Candidate<'_>]) -> Vec<Lead> {
    let possible =
        |candidate: &&Candidate<'_>| !candidate.in_menu && candidate.has_wording() && candidate.points() >= THRESHOLD;
    let first: Vec<&Candidate<'_>> = candidates.iter().filter(possible).collect();
    // Where articles carry numbers or dates, what has none is a section with a long name.
    let numbered = is_numbered(candidates);
    let dated = first.len() > MIN_GROUP
        && first.iter().filter(|candidate| candidate.published.is_some()).count() * 10 >= first.len() * 6;
    let dated_makes: HashSet<&str> = first
        .iter()
        .filter(|candidate| candidate.published.is_some())
        .map(|candidate| candidate.make.as_str())
        .collect();
    let stands = |candidate: &&&Candidate<'_>| {
        let lacks_number = numbered && !candidate.is_named_by_number() && candidate.published.is_none();
        let lacks_date = dated && candidate.published.is_none() && !dated_makes.contains(candidate.make.as_str());
        candidate.points() - if lacks_number { 3 } else { 0 } - if lacks_date { 2 } else { 0 } >= THRESHOLD
    };
    first.iter().filter(stands).map(|candidate| candidate.to_lead()).collect()
}

/// Whether the articles of this page are those with numbers in their addresses.
fn is_numbered(candidates: &[Candidate<'_>]) -> bool {
    let long =
        candidates.iter().filter(|candidate| !candidate.in_menu && candidate.has_wording() && candidate.is_strong());
    let (all, numbered) = long
        .fold((0, 0), |(all, numbered), candidate| (all + 1, numbered + usize::from(candidate.is_named_by_number())));
    all > MIN_GROUP && numbered * 2 >= all
}

/// One short wording on links to many addresses is no title of any of them.
fn drop_repeated_wording(candidates: &mut [Candidate<'_>]) {
    let mut uses: HashMap<String, usize> = HashMap::new();
    for (_, title) in candidates.iter().filter_map(|candidate| candidate.title.as_ref()) {
        *uses.entry(title.to_lowercase()).or_default() += 1;
    }
    for candidate in candidates.iter_mut() {
        let repeated = candidate.title.as_ref().is_some_and(|(_, title)| {
            syllables(title) <= 4 && uses.get(&title.to_lowercase()).is_some_and(|&uses| uses >= MIN_GROUP)
        });
        if repeated {
            candidate.title = None;
        }
    }
}

/// Words, as the eye counts them.
fn syllables(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
}

/// The tags and first classes above a link: links of one list share it.
fn make(anchor: ElementRef<'_>) -> String {
    let name = |element: ElementRef<'_>| {
        let class = element.attr("class").and_then(|class| class.split_ascii_whitespace().next()).unwrap_or_default();
        format!("{}.{class}", element.value().name())
    };
    let above = anchor.ancestors().filter_map(ElementRef::wrap).take(4);
    std::iter::once(anchor).chain(above).map(name).collect::<Vec<_>>().join("<")
}
