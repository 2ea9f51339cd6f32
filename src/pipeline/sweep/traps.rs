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
#[serde(default)]
pub(super) struct Facts {
    /// It was an article that the sweep had not met, or the first page to lead to one that the record has.
    pub(super) news: bool,
    /// It was an article, met before or not.
    pub(super) article: bool,
    /// Pages of other shapes that it was the first to lead to, and that may be articles: until they are read nobody
    /// knows whether it brought something.
    pub(super) promised: u32,
    /// For each parameter, what the page would be without it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) marks: Vec<(String, u64)>,
}

/// For each parameter of an address, what its page is: an article by its text, another page by where it leads. Nothing
/// for a page that is neither: all addresses that do not exist look alike.
pub(super) fn marks(url: &Url, article: Option<&str>, links: &[Url]) -> Vec<(String, u64)> {
    let names: HashSet<&str> = shape::parameters(url).map(|(name, _)| name).collect();
    let mark = |name: &str| match article {
        Some(text) => Some(id(text)),
        None => {
            let places: HashSet<u64> =
                links.iter().map(|link| id(&shape::place(&shape::without(link, |other| other == name)))).collect();
            (places.len() >= LINKS).then(|| places.iter().fold(0, |sum: u64, place| sum.wrapping_add(*place)))
        }
    };
    let mut marks: Vec<_> =
        names.into_iter().filter_map(|name| mark(name).map(|mark| (name.to_owned(), mark))).collect();
    marks.sort();
    marks
}

fn id(text: &str) -> u64 {
    xxh3_64(text.as_bytes())
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
    /// Pages that brought nothing since one last did.
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

/// A page that was read.
struct Node {
    /// The page that led to it first.
    parent: Option<u64>,
    shape: String,
    known: bool,
    /// It is an article, or leads to one, however far.
    fruitful: bool,
    /// It was counted as one that brought nothing.
    barren: bool,
    promised: u32,
}

/// Another value of a parameter: what the page was under it, and which page.
struct Mark {
    value: u64,
    mark: u64,
    page: u64,
}

/// What is known about the traps of one portal.
pub(super) struct Traps {
    /// Pages in a row that bring nothing, after which a shape is closed.
    patience: u32,
    shapes: BTreeMap<String, Shape>,
    /// Folders of articles that the record had already.
    known: HashMap<String, u32>,
    parameters: BTreeMap<String, Parameter>,
    marks: HashMap<u64, Vec<Mark>>,
    nodes: HashMap<u64, Node>,
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
            nodes: HashMap::new(),
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

    /// Whether a page of the shape `own` that leads to `url` for the first time may have brought something by it.
    pub(super) fn promises(&self, own: &str, url: &Url) -> bool {
        let shape = shape::shape(url);
        shape != own && self.verdict(url).is_none() && !self.shapes.get(&shape).is_some_and(|known| known.closed)
    }

    /// Whether an article that the record has may still lead to one that it has not.
    pub(super) fn known_leads_on(&self, url: &Url) -> bool {
        self.known.get(&shape::folder(url)).is_none_or(|barren| *barren < self.patience)
    }

    /// Learns from a page that was read, and that `parent` was the first to lead to.
    pub(super) fn note(&mut self, url: &Url, parent: Option<&Url>, known: bool, facts: &Facts) {
        let own = id(url.as_str());
        let shape = if known { shape::folder(url) } else { shape::shape(url) };
        if !known {
            self.shapes.entry(shape.clone()).or_default().note(url);
        }
        let node = Node {
            parent: parent.map(|parent| id(parent.as_str())),
            shape,
            known,
            fruitful: facts.article,
            barren: false,
            promised: facts.promised,
        };
        self.nodes.insert(own, node);
        self.places.insert(self.place(url));
        self.read.push(url.clone());
        if facts.news {
            self.credit(own);
        } else if facts.promised == 0 {
            self.count_barren(own);
        }
        self.settled(url, parent);
        let mut learnt = false;
        for (name, mark) in &facts.marks {
            learnt |= self.compare(url, name, *mark);
        }
        if learnt {
            self.places = self.read.iter().map(|url| self.place(url)).collect();
        }
    }

    /// A page was dealt with: one promise of the page that led to it is no longer open.
    pub(super) fn settled(&mut self, url: &Url, parent: Option<&Url>) {
        let Some(parent) = parent.map(|parent| id(parent.as_str())) else { return };
        let Some(node) = self.nodes.get_mut(&parent) else { return };
        if node.promised == 0 || node.shape == shape::shape(url) {
            return;
        }
        node.promised -= 1;
        if node.promised == 0 && !node.fruitful {
            self.count_barren(parent);
        }
    }

    /// A page brought something, and so did all that led to it: their shapes are open again.
    fn credit(&mut self, page: u64) {
        let mut at = Some(page);
        // A page is found once, so the way up ends; the bound is for a record that says otherwise.
        for _ in 0..self.nodes.len() {
            let Some(node) = at.and_then(|at| self.nodes.get_mut(&at)) else { return };
            node.fruitful = true;
            at = node.parent;
            if node.known {
                self.known.insert(node.shape.clone(), 0);
            } else if let Some(shape) = self.shapes.get_mut(&node.shape) {
                (shape.barren, shape.closed) = (0, false);
            }
        }
    }

    fn count_barren(&mut self, page: u64) {
        let Some(node) = self.nodes.get_mut(&page).filter(|node| !node.barren) else { return };
        node.barren = true;
        if node.known {
            *self.known.entry(node.shape.clone()).or_default() += 1;
        } else if let Some(shape) = self.shapes.get_mut(&node.shape) {
            shape.barren += 1;
            shape.closed |= shape.barren >= self.patience;
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
        let (value, address) = (id(value), id(&format!("{name} {bare}")));
        let others = self.marks.entry(address).or_default();
        let fruitful = |other: &&Mark| self.nodes.get(&other.page).is_some_and(|node| node.fruitful);
        let differing = || others.iter().filter(|other| other.value != value);
        // Pages that bring nothing look alike: those beyond the end of every category, for one.
        let equal = differing().filter(fruitful).any(|other| other.mark == mark);
        let different = !equal && differing().any(|other| other.mark != mark);
        if others.len() < VALUES && others.iter().all(|other| other.value != value) {
            others.push(Mark { value, mark, page: id(url.as_str()) });
        }
        if !equal && !different {
            return false;
        }
        let known = self.parameters.entry(name.to_owned()).or_default();
        if different {
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
    fn note(&mut self, url: &Url) {
        self.probes += u32::from(self.closed);
        self.pages += 1;
        self.example = Some(url.clone());
        for (name, value) in shape::values(url) {
            self.values.entry(name).or_default().insert(id(&value));
        }
    }

    /// Whether an address of a closed shape belongs to a part of the site that none of its pages came from. Without
    /// this the last category of a portal would be closed because the others show the same articles twice.
    fn leads_elsewhere(&self, url: &Url) -> bool {
        let pages = usize::try_from(self.pages).unwrap_or(usize::MAX);
        self.probes < PROBES
            && shape::values(url).iter().any(|(name, value)| {
                self.values
                    .get(name)
                    .is_some_and(|seen| seen.len() <= pages / PAGES_PER_PART && !seen.contains(&id(value)))
            })
    }
}

fn kind_of_ignored(name: &str) -> Kind {
    shape::kind_of_parameter(name).unwrap_or(Kind::Session)
}

#[cfg(test)]
mod tests;
