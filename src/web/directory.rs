//! The registry as pages use it: names by slug, which province a portal speaks for, and whose field a question is.
//!
//! In: the portals of the record. Out: a list that is made once a minute and read many times a second.

use std::collections::HashMap;

use crate::portal::{Kind, Portal};
use crate::triage::topics::Topic;
use crate::vietnamese::{document, fold, place};

use super::Names;

/// Components stand under components; nobody nests deeper.
const DEEPEST: usize = 5;
/// Words of the longest name of a province: `Bà Rịa - Vũng Tàu`, `Thành phố Hồ Chí Minh`.
const WORDS_OF_A_PLACE: usize = 5;
/// Portals named as those whose field a question is.
const MOST_FIELDS: usize = 3;
/// How portals call themselves before they say who they are, without marks.
const TITLES: [&str; 12] = [
    "cong thong tin dien tu",
    "trang thong tin dien tu",
    "cong thong tin",
    "cong bao",
    "cong ttdt",
    "uy ban nhan dan",
    "ubnd",
    "bo",
    "so",
    "cuc",
    "tinh",
    "thanh pho",
];

/// The registry in memory.
#[derive(Clone, Debug, Default)]
pub(super) struct Directory {
    /// Names of portals by slug.
    pub(super) names: Names,
    /// Portals in the order of rank and name.
    pub(super) portals: Vec<Listed>,
    /// Provinces that have portals, in the order of their names.
    pub(super) provinces: Vec<Province>,
    /// Fields of state administration, in their order.
    pub(super) topics: Vec<Topic>,
    /// Place among the provinces by slug of a portal.
    province_of: HashMap<String, usize>,
}

/// A portal as lists show it.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    /// Its short name.
    pub(super) slug: String,
    /// Its name.
    pub(super) name: String,
    /// The name without marks.
    pub(super) folded: String,
    /// Its kind.
    pub(super) kind: Kind,
    /// What sets it apart: `y te`, `giao duc`, `dao tao`.
    fields: Vec<String>,
}

/// A province with its portals.
#[derive(Clone, Debug)]
pub(super) struct Province {
    /// The word in addresses: `nghe-an`.
    pub(super) key: String,
    /// `Nghệ An`.
    pub(super) name: String,
    /// Slugs of its portals.
    pub(super) portals: Vec<String>,
}

impl Directory {
    /// The directory of these portals and topics.
    pub(super) fn of(portals: &[Portal], topics: Vec<Topic>) -> Self {
        let mut directory = Self { topics, ..Self::default() };
        let parents: HashMap<&str, &str> = portals
            .iter()
            .filter_map(|portal| Some((portal.entry.slug.as_str(), portal.entry.parent.as_deref()?)))
            .collect();
        for portal in portals {
            let (slug, name) = (portal.entry.slug.clone(), portal.entry.name.clone());
            let folded = fold(&name);
            let fields = fields(&folded);
            directory.names.insert(slug.clone(), name.clone());
            directory.portals.push(Listed { slug, name, folded, kind: portal.entry.kind, fields });
        }
        directory.portals.sort_by(|a, b| (a.kind, &a.folded).cmp(&(b.kind, &b.folded)));
        directory.settle_provinces(&parents);
        directory
    }

    /// The topic with this code.
    pub(super) fn topic(&self, code: &str) -> Option<&Topic> {
        self.topics.iter().find(|topic| topic.code == code)
    }

    /// The province with this key.
    pub(super) fn province(&self, key: &str) -> Option<&Province> {
        self.provinces.iter().find(|province| province.key == key)
    }

    /// The province that a portal speaks for.
    pub(super) fn province_of(&self, slug: &str) -> Option<&Province> {
        self.provinces.get(*self.province_of.get(slug)?)
    }

    /// Counts of portals added up by province, most first.
    pub(super) fn by_province(&self, portals: &[(String, u64)]) -> Vec<(&Province, u64)> {
        let mut counts: HashMap<usize, u64> = HashMap::new();
        for (slug, count) in portals {
            if let Some(place) = self.province_of.get(slug) {
                *counts.entry(*place).or_default() += count;
            }
        }
        let mut counts: Vec<(&Province, u64)> =
            counts.into_iter().filter_map(|(place, count)| Some((self.provinces.get(place)?, count))).collect();
        counts.sort_by(|(a, n), (b, m)| m.cmp(n).then_with(|| a.key.cmp(&b.key)));
        counts
    }

    /// Portals whose field a question is, where its words tell: the body that issued the document it names, and bodies
    /// and places that it calls by name.
    pub(super) fn whose_field(&self, question: &str) -> Vec<&Listed> {
        let issuer = document::canonical(question).and_then(|number| document::issuer(&number)).map(fold);
        let words = format!(" {} ", plain(&fold(question)));
        let mut found: Vec<(usize, &Listed)> = Vec::new();
        for portal in &self.portals {
            let issued = issuer.as_ref().is_some_and(|issuer| portal.folded.contains(issuer.as_str()));
            let named = portal.fields.iter().filter(|field| words.contains(&format!(" {field} ")));
            let longest = named.map(String::len).max().unwrap_or_default();
            if issued || longest > 0 {
                found.push((if issued { usize::MAX } else { longest }, portal));
            }
        }
        // The longest name met says most; of equals the higher body.
        found.sort_by(|(a, one), (b, other)| b.cmp(a).then_with(|| one.kind.cmp(&other.kind)));
        found.into_iter().take(MOST_FIELDS).map(|(_, portal)| portal).collect()
    }

    fn settle_provinces(&mut self, parents: &HashMap<&str, &str>) {
        let mut found: Vec<Province> = Vec::new();
        let mut place_of: HashMap<String, usize> = HashMap::new();
        let mut belongs = |key: String, name: String, slug: &str, place_of: &mut HashMap<String, usize>| {
            let place = found.iter().position(|province| province.key == key).unwrap_or_else(|| {
                found.push(Province { key, name, portals: Vec::new() });
                found.len() - 1
            });
            found[place].portals.push(slug.to_owned());
            place_of.insert(slug.to_owned(), place);
        };
        // Portals of provinces first: their components may name nobody.
        for portal in self.portals.iter().filter(|portal| portal.kind == Kind::Province) {
            let name = known_place(&portal.name).unwrap_or_else(|| own_place(&portal.name));
            belongs(key(&name), name, &portal.slug, &mut place_of);
        }
        let local = [Kind::Department, Kind::Commune, Kind::Other];
        for portal in self.portals.iter().filter(|portal| local.contains(&portal.kind)) {
            let above = std::iter::successors(parents.get(portal.slug.as_str()), |slug| parents.get(*slug));
            let parent = above.take(DEEPEST).find_map(|slug| place_of.get(*slug).copied());
            match parent {
                Some(place) => {
                    place_of.insert(portal.slug.clone(), place);
                }
                None => {
                    if let Some(name) = known_place(&portal.name) {
                        belongs(key(&name), name, &portal.slug, &mut place_of);
                    }
                }
            }
        }
        for (slug, place) in &place_of {
            if let Some(province) = found.get_mut(*place)
                && !province.portals.contains(slug)
            {
                province.portals.push(slug.clone());
            }
        }
        let mut order: Vec<usize> = (0..found.len()).collect();
        order.sort_by(|a, b| found[*a].key.cmp(&found[*b].key));
        let rank: HashMap<usize, usize> = order.iter().enumerate().map(|(new, old)| (*old, new)).collect();
        self.province_of = place_of.into_iter().filter_map(|(slug, old)| Some((slug, *rank.get(&old)?))).collect();
        found.sort_by(|a, b| a.key.cmp(&b.key));
        found.iter_mut().for_each(|province| province.portals.sort());
        self.provinces = found;
    }
}

/// The province of today that the end of a name says: `Sở Y tế tỉnh Hà Giang` belongs to Tuyên Quang.
fn known_place(name: &str) -> Option<String> {
    let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let ends = (1..=WORDS_OF_A_PLACE.min(words.len())).rev().map(|length| words[words.len() - length..].join(" "));
    ends.into_iter().find_map(|end| place::successor(&end)).map(|province| province.name.clone())
}

/// What a portal of a province that no list knows calls its place.
fn own_place(name: &str) -> String {
    let after = ["tỉnh ", "thành phố ", "Tỉnh ", "Thành phố "].iter().find_map(|word| name.split_once(word));
    after.map_or(name, |(_, place)| place).trim().to_owned()
}

/// `nghe-an`.
fn key(name: &str) -> String {
    plain(&fold(name)).replace(' ', "-")
}

/// Words with one blank between, without punctuation.
fn plain(folded: &str) -> String {
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// What sets a portal apart, by its folded name.
fn fields(folded: &str) -> Vec<String> {
    let mut parts: Vec<String> = folded.split([',', '-', '–', '(']).map(plain).collect();
    if let Some(first) = parts.first_mut() {
        while let Some(rest) = TITLES.iter().find_map(|title| first.strip_prefix(title)?.strip_prefix(' ')) {
            *first = rest.to_owned();
        }
    }
    let fields = parts.iter().flat_map(|part| part.split(" va ")).map(str::trim);
    fields.filter(|field| field.contains(' ')).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;
    use crate::portal::{Entry, Health, Learnt, State};

    fn directory() -> Directory {
        let portal = |id: i64, slug: &str, name: &str, kind, parent: Option<&str>| Portal {
            id,
            entry: Entry {
                parent: parent.map(str::to_owned),
                ..Entry::new(slug, name, kind, format!("https://{slug}.gov.vn/").parse().unwrap())
            },
            found: vec![],
            state: State::Active,
            health: Health::default(),
            learnt: Learnt::default(),
        };
        let portals = [
            portal(1, "moh", "Bộ Y tế", Kind::Ministry, None),
            portal(2, "moet", "Bộ Giáo dục và Đào tạo", Kind::Ministry, None),
            portal(3, "nghean", "Cổng thông tin điện tử tỉnh Nghệ An", Kind::Province, None),
            portal(4, "syt-nghean", "Sở Y tế", Kind::Department, Some("nghean")),
            portal(5, "syt-hagiang", "Sở Y tế tỉnh Hà Giang", Kind::Department, None),
            portal(6, "vanson", "Cổng thông tin điện tử tỉnh Vân Sơn", Kind::Province, None),
            portal(7, "dav", "Cục Quản lý Dược", Kind::Department, Some("moh")),
        ];
        Directory::of(&portals, Vec::new())
    }

    #[test]
    fn portals_belong_to_provinces_of_today() {
        let directory = directory();
        let check = |slug: &str, key: Option<&str>| {
            assert_eq!(directory.province_of(slug).map(|province| province.key.as_str()), key, "{slug}");
        };
        check("nghean", Some("nghe-an"));
        check("syt-nghean", Some("nghe-an"));
        check("syt-hagiang", Some("tuyen-quang"));
        check("vanson", Some("van-son"));
        check("moh", None);
        check("dav", None);
        assert_eq!(directory.province("nghe-an").unwrap().portals, ["nghean", "syt-nghean"]);
        let counts = [("nghean".to_owned(), 2), ("syt-nghean".to_owned(), 3), ("moh".to_owned(), 9)];
        let by_province = directory.by_province(&counts);
        assert_eq!((by_province.len(), by_province[0].1), (1, 5));
    }

    #[test]
    fn a_question_has_an_owner_where_its_words_tell() {
        let directory = directory();
        let check = |question: &str, slugs: &[&str]| {
            let found: Vec<_> = directory.whose_field(question).iter().map(|portal| portal.slug.as_str()).collect();
            assert_eq!(found, slugs, "{question}");
        };
        check("bảo hiểm y tế", &["moh", "syt-nghean"]);
        check("đào tạo nghề", &["moet"]);
        check("26/2018/TT-BGDĐT", &["moet"]);
        check("lũ ở Nghệ An", &["nghean"]);
        check("giá vàng", &[]);
    }
}
