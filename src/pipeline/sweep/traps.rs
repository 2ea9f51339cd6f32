//! What the pages of a sweep brought, in; which addresses are not worth asking for, out. A trap is a shape whose pages
//! have brought nothing for a while, a parameter that changes nothing, or a path that repeats itself. Pure: the same
//! pages in the same order give the same verdicts, so that a sweep which goes on only has to replay what it read.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use url::Url;
use xxhash_rust::xxh3::xxh3_64;

use super::shape::{self, Kind};
use crate::discover;

/// Pages of a closed shape that are asked for all the same, at most, because they belong to a part not seen before.
const PROBES: u32 = 10;
/// A parameter that has had at most one value for so many pages names a part of the site, such as a category.
const PAGES_PER_PART: usize = 5;
/// Equal pages under different values of one parameter from which it is believed to say nothing.
const EQUAL: u32 = 3;
/// Links of a page from which their set says what the page is.
const LINKS: usize = 3;
/// Values of one parameter that are compared for one address.
const VALUES: usize = 4;

/// What is remembered of a page that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Facts {
    /// It was an article that the sweep had not met, or led to pages of another shape that it had not met.
    pub(super) news: bool,
    /// For each parameter, what the page would be without it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) marks: Vec<(String, u64)>,
}

impl Facts {
    /// Says what a page is: an article by its text, another page by where it leads. Nothing for a page that is neither:
    /// all addresses that do not exist look alike.
    pub(super) fn of(url: &Url, news: bool, article: Option<&str>, links: &[Url]) -> Self {
        let names: HashSet<&str> = shape::parameters(url).map(|(name, _)| name).collect();
        let mark = |name: &str| match article {
            Some(text) => Some(xxh3_64(text.as_bytes())),
            None => {
                let places: HashSet<u64> = links
                    .iter()
                    .map(|link| xxh3_64(shape::place(&shape::without(link, |other| other == name)).as_bytes()))
                    .collect();
                (places.len() >= LINKS).then(|| places.iter().fold(0, |sum: u64, place| sum.wrapping_add(*place)))
            }
        };
        let mut marks: Vec<_> =
            names.into_iter().filter_map(|name| mark(name).map(|mark| (name.to_owned(), mark))).collect();
        marks.sort();
        Self { news, marks }
    }
}

/// Why an address is left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Verdict {
    pub(super) kind: Kind,
    /// The shape, or the parameter.
    pub(super) pattern: String,
}

#[derive(Default)]
struct Shape {
    /// Pages in a row that brought nothing.
    barren: u32,
    pages: u64,
    closed: bool,
    probes: u32,
    example: Option<Url>,
    values: HashMap<String, HashSet<u64>>,
}

#[derive(Default)]
struct Parameter {
    equal: u32,
    different: u32,
    addresses: HashSet<u64>,
    example: Option<Url>,
    ignored: bool,
}

/// What is known about the traps of one portal.
pub(super) struct Traps {
    /// Pages in a row that bring nothing, after which a shape is closed.
    patience: u32,
    shapes: BTreeMap<String, Shape>,
    /// Folders of articles that the record had already.
    known: HashMap<String, u32>,
    parameters: BTreeMap<String, Parameter>,
    marks: HashMap<u64, Vec<(u64, u64)>>,
    read: Vec<Url>,
    /// The places that were read, ignored parameters aside.
    places: HashSet<String>,
}

impl Traps {
    pub(super) fn new(patience: u32) -> Self {
        Self {
            patience,
            shapes: BTreeMap::new(),
            known: HashMap::new(),
            parameters: BTreeMap::new(),
            marks: HashMap::new(),
            read: Vec::new(),
            places: HashSet::new(),
        }
    }

    /// Why `url` is not worth asking for, or nothing.
    pub(super) fn verdict(&self, url: &Url) -> Option<Verdict> {
        let shape = shape::shape(url);
        if shape::repeats(url) {
            return Some(Verdict { kind: Kind::Repetition, pattern: shape });
        }
        if discover::is_calendar(url) {
            return Some(Verdict { kind: Kind::Calendar, pattern: shape });
        }
        if let Some((name, _)) = shape::parameters(url).find(|(name, _)| self.is_ignored(name))
            && self.places.contains(&self.place(url))
        {
            return Some(Verdict { kind: kind_of_ignored(name), pattern: format!("?{name}=") });
        }
        let closed = self.shapes.get(&shape).filter(|known| known.closed && !known.leads_elsewhere(url))?;
        Some(Verdict { kind: closed.example.as_ref().map_or(Kind::Barren, shape::kind_of_shape), pattern: shape })
    }

    /// Whether a page that leads to `url` for the first time brought something: not when its shape is closed, even where
    /// it may be asked for as a probe.
    pub(super) fn is_news(&self, url: &Url) -> bool {
        self.verdict(url).is_none() && !self.shapes.get(&shape::shape(url)).is_some_and(|known| known.closed)
    }

    /// Whether an article that the record has may still lead to one that it has not.
    pub(super) fn known_leads_on(&self, url: &Url) -> bool {
        self.known.get(&shape::folder(url)).is_none_or(|barren| *barren < self.patience)
    }

    /// Learns from a page that was read.
    pub(super) fn note(&mut self, url: &Url, known: bool, facts: &Facts) {
        if known {
            let barren = self.known.entry(shape::folder(url)).or_default();
            *barren = if facts.news { 0 } else { *barren + 1 };
        } else {
            let patience = self.patience;
            self.shapes.entry(shape::shape(url)).or_default().note(url, facts.news, patience);
        }
        self.places.insert(self.place(url));
        self.read.push(url.clone());
        let mut learnt = false;
        for (name, mark) in &facts.marks {
            learnt |= self.compare(url, name, *mark);
        }
        if learnt {
            self.places = self.read.iter().map(|url| self.place(url)).collect();
        }
    }

    /// Pages that were asked for because of a trap before it was recognised, with an address of it.
    pub(super) fn met(&self, verdict: &Verdict) -> (u64, Option<&Url>) {
        if let Some(shape) = self.shapes.get(&verdict.pattern) {
            return (shape.pages, shape.example.as_ref());
        }
        let name = verdict.pattern.trim_start_matches('?').trim_end_matches('=');
        self.parameters.get(name).map_or((0, None), |known| (u64::from(known.equal), known.example.as_ref()))
    }

    /// Every trap that was recognised, whether or not anything was left out because of it.
    pub(super) fn recognised(&self) -> Vec<Verdict> {
        let shapes = self.shapes.iter().filter(|(_, shape)| shape.closed).map(|(pattern, shape)| Verdict {
            kind: shape.example.as_ref().map_or(Kind::Barren, shape::kind_of_shape),
            pattern: pattern.clone(),
        });
        let parameters = self
            .parameters
            .iter()
            .filter(|(_, known)| known.ignored)
            .map(|(name, _)| Verdict { kind: kind_of_ignored(name), pattern: format!("?{name}=") });
        shapes.chain(parameters).collect()
    }

    fn is_ignored(&self, name: &str) -> bool {
        self.parameters.get(name).is_some_and(|known| known.ignored)
    }

    fn place(&self, url: &Url) -> String {
        shape::place(&shape::without(url, |name| self.is_ignored(name)))
    }

    /// Compares a page with those that differ from it in one parameter only. True when the parameter has just been
    /// found to say nothing.
    fn compare(&mut self, url: &Url, name: &str, mark: u64) -> bool {
        let value = shape::parameters(url).find(|(other, _)| *other == name).map_or("", |(_, value)| value);
        let bare = shape::place(&shape::without(url, |other| other == name));
        let (value, address) = (xxh3_64(value.as_bytes()), xxh3_64(format!("{name} {bare}").as_bytes()));
        let others = self.marks.entry(address).or_default();
        let before = others.iter().find(|(other, _)| *other != value).map(|(_, mark)| *mark);
        if others.len() < VALUES && others.iter().all(|(other, _)| *other != value) {
            others.push((value, mark));
        }
        let Some(before) = before else { return false };
        let known = self.parameters.entry(name.to_owned()).or_default();
        if before != mark {
            known.different += 1;
            return false;
        }
        known.equal += 1;
        known.addresses.insert(address);
        known.example.get_or_insert_with(|| url.clone());
        // What a page number or a date says is seen only where there is something: empty months all look alike. A
        // number of an article that no longer exists looks like every other; one address is not enough for it.
        let enough = match shape::kind_of_parameter(name) {
            Some(Kind::Calendar | Kind::Paging) => false,
            Some(Kind::Order) => known.equal + 1 >= EQUAL,
            _ => known.equal >= EQUAL && known.addresses.len() >= 2,
        };
        let learnt = enough && !known.ignored && known.different * 10 <= known.equal;
        known.ignored |= learnt;
        learnt
    }
}

impl Shape {
    fn note(&mut self, url: &Url, news: bool, patience: u32) {
        self.probes += u32::from(self.closed);
        self.pages += 1;
        self.example = Some(url.clone());
        for (name, value) in shape::values(url) {
            self.values.entry(name).or_default().insert(xxh3_64(value.as_bytes()));
        }
        self.barren = if news { 0 } else { self.barren + 1 };
        self.closed = self.barren >= patience;
    }

    /// Whether an address of a closed shape belongs to a part of the site that none of its pages came from. Without
    /// this the last category of a portal would be closed because the others show the same articles twice.
    fn leads_elsewhere(&self, url: &Url) -> bool {
        let pages = usize::try_from(self.pages).unwrap_or(usize::MAX);
        self.probes < PROBES
            && shape::values(url).iter().any(|(name, value)| {
                self.values.get(name).is_some_and(|seen| {
                    seen.len() <= pages / PAGES_PER_PART && !seen.contains(&xxh3_64(value.as_bytes()))
                })
            })
    }
}

fn kind_of_ignored(name: &str) -> Kind {
    shape::kind_of_parameter(name).unwrap_or(Kind::Session)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    fn url(path: &str) -> Url {
        Url::parse("https://bo.gov.vn/").unwrap().join(path).unwrap()
    }

    /// A page of `links` in a sweep: read when no verdict stands against it. True when it was.
    fn read(traps: &mut Traps, path: &str, news: bool, links: &[&str]) -> bool {
        let page = url(path);
        if traps.verdict(&page).is_some() {
            return false;
        }
        let links: Vec<Url> = links.iter().map(|link| url(link)).collect();
        traps.note(&page, false, &Facts::of(&page, news, None, &links));
        true
    }

    /// The trap that a verdict names.
    fn check(traps: &Traps, path: &str, expected: Option<(Kind, &str)>) {
        let found = traps.verdict(&url(path));
        assert_eq!(found.as_ref().map(|found| (found.kind, found.pattern.as_str())), expected, "{path}");
    }

    #[test]
    fn a_calendar_is_closed_and_the_rest_stays_open() {
        let mut traps = Traps::new(30);
        let mut months = 0;
        for month in 0..1000 {
            let path = format!("/su-kien?nam={}&thang={}", 2026 + month / 12, month % 12 + 1);
            months += usize::from(read(&mut traps, &path, false, &["/", "/tin", "/su-kien"]));
        }
        assert!((30..=40).contains(&months), "{months} months were asked for");
        check(&traps, "/su-kien?nam=2026&thang=99", Some((Kind::Calendar, "/su-kien?nam&thang")));
        check(&traps, "/tin?nam=2026&thang=1", None);
        check(&traps, "/lich-cong-tac/2026/1", Some((Kind::Calendar, "/lich-cong-tac/#/#")));
    }

    #[test]
    fn an_archive_of_300_articles_stays_open() {
        let mut traps = Traps::new(30);
        for page in 1..=30 {
            assert!(read(&mut traps, &format!("/tin?page={page}"), true, &["/a", "/b", &format!("/bai-{page}0.html")]));
            for n in 0..10 {
                assert!(read(&mut traps, &format!("/bai-{page}{n}.html"), true, &["/a", "/b", "/c"]));
            }
        }
        assert!(traps.recognised().is_empty());
        // What comes after the end brings nothing, and ends.
        let beyond =
            (31..500).filter(|page| read(&mut traps, &format!("/tin?page={page}"), false, &["/a", "/b", "/c"]));
        assert_eq!(beyond.count(), 30);
        check(&traps, "/tin?page=900", Some((Kind::Paging, "/tin?page")));
    }

    #[test]
    fn a_category_that_was_not_seen_opens_its_shape_again() {
        let mut traps = Traps::new(30);
        for category in 1..=4 {
            for page in 1..=10 {
                read(&mut traps, &format!("/tin?id={category}&page={page}"), false, &[]);
            }
        }
        check(&traps, "/tin?id=2&page=11", Some((Kind::Paging, "/tin?id&page")));
        assert!(read(&mut traps, "/tin?id=5&page=1", true, &[]), "its first page may bring something");
        check(&traps, "/tin?id=5&page=2", None);
    }

    #[test]
    fn a_session_is_named_and_ignored() {
        let mut traps = Traps::new(30);
        for (n, page) in ["/a", "/b", "/a", "/b", "/a"].iter().enumerate() {
            let links = ["/a", "/b", "/c", "/d"].map(|link| format!("{link}?phien={n}"));
            read(&mut traps, &format!("{page}?phien={n}"), true, &links.each_ref().map(String::as_str));
        }
        check(&traps, "/a?phien=77", Some((Kind::Session, "?phien=")));
        check(&traps, "/c?phien=77", None);
        assert_eq!(traps.recognised().len(), 1);
    }

    #[test]
    fn an_identity_is_no_session() {
        let mut traps = Traps::new(30);
        // Articles that are gone look alike under every number and in both languages.
        for n in 0..20 {
            let lead = if n % 5 == 0 { format!("/khac-{n}") } else { "/x".to_owned() };
            read(&mut traps, &format!("/tin?id={n}&lang=vi"), true, &["/a", "/b", &lead]);
        }
        check(&traps, "/tin?id=77&lang=vi", None);
        for n in 0..9 {
            read(&mut traps, &format!("/mat?id={n}"), true, &["/a", "/b", "/x"]);
        }
        check(&traps, "/mat?id=77", None);
    }

    #[test]
    fn orders_of_one_list_are_named() {
        let mut traps = Traps::new(30);
        for order in ["moi", "cu", "ten"] {
            read(&mut traps, &format!("/tin?sort={order}"), true, &["/1", "/2", "/3", "/tin?sort=moi"]);
        }
        check(&traps, "/tin?sort=doc", Some((Kind::Order, "?sort=")));
        check(&traps, "/van-ban?sort=doc", None);
        // An order that shows other things is no trap.
        let mut traps = Traps::new(30);
        for order in ["1", "2", "3", "4"] {
            read(&mut traps, &format!("/tin?view={order}"), true, &["/1", "/2", order]);
        }
        check(&traps, "/tin?view=5", None);
    }

    #[test]
    fn known_articles_are_asked_for_as_long_as_they_lead_on() {
        let mut traps = Traps::new(3);
        let known = |n: usize| url(&format!("/tin/bai-so-{n}-ve-viec-{n}.html"));
        for n in 0..5 {
            traps.note(&known(n), true, &Facts { news: n < 2, marks: Vec::new() });
        }
        assert!(!traps.known_leads_on(&known(9)));
        assert!(traps.known_leads_on(&url("/van-ban/1.html")));
        assert_eq!(traps.verdict(&url("/tin/bai-so-9-ve-viec-9.html")), None, "an unknown article is always worth it");
    }
}
