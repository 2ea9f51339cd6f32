//! Provinces after 1 July 2025 with their predecessors.
//!
//! In: a name as people and portals write it. Out: the province that the place belongs to today. The list is
//! `seeds/provinces.toml`, compiled in.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::text;

/// A province or a centrally run city.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Province {
    /// Its two figures in the national list.
    pub code: String,
    /// `Cần Thơ`.
    pub name: String,
    /// `Thành phố Cần Thơ`.
    pub full_name: String,
    /// `Can Tho`.
    pub name_en: String,
    /// Whether it is a province or a city.
    pub unit: Unit,
    /// How many communes and wards it has.
    pub communes: u32,
    /// The full names of the units that it was made of on 1 July 2025, its own first.
    pub predecessors: Vec<String>,
}

/// What a first-level unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Tỉnh.
    Province,
    /// Thành phố trực thuộc trung ương.
    City,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seeds {
    province: Vec<Province>,
}

/// Other names that people and portals use, as keys, and the key of the unit that is meant.
const ALSO_CALLED: [(&str, &str); 10] = [
    ("hcm", "hochiminh"),
    ("saigon", "hochiminh"),
    ("hochiminhcity", "hochiminh"),
    ("thuathienhue", "hue"),
    ("daclak", "daklak"),
    ("daclac", "daklak"),
    ("dacnong", "daknong"),
    ("backan", "backan"),
    ("baccan", "backan"),
    ("vungtau", "bariavungtau"),
];

static PROVINCES: LazyLock<Vec<Province>> = LazyLock::new(|| {
    let seeds: Seeds = toml::from_str(include_str!("../../seeds/provinces.toml"))
        .expect("seeds/provinces.toml is compiled in, and a test reads it");
    seeds.province
});

static BY_KEY: LazyLock<HashMap<String, usize>> = LazyLock::new(|| {
    let mut by_key = HashMap::new();
    for (index, province) in PROVINCES.iter().enumerate() {
        for name in province.predecessors.iter().chain([&province.name, &province.name_en]) {
            by_key.insert(key(name), index);
        }
    }
    for (other, meant) in ALSO_CALLED {
        if let Some(index) = by_key.get(meant).copied() {
            by_key.entry(other.to_owned()).or_insert(index);
        }
    }
    by_key
});

/// The 34 provinces and centrally run cities, by code.
#[must_use]
pub fn provinces() -> &'static [Province] {
    &PROVINCES
}

/// The province that `name` is, or has become part of. Case, marks, blanks and `Tỉnh`/`Thành phố`/`TP.` do not matter.
#[must_use]
pub fn successor(name: &str) -> Option<&'static Province> {
    let index = BY_KEY.get(&key(name))?;
    PROVINCES.get(*index)
}

/// Folded letters only, without the word for the kind of unit.
fn key(name: &str) -> String {
    let mut key = text::fold(name);
    key.retain(char::is_alphanumeric);
    for unit in ["thanhpho", "tinh", "tp"] {
        if let Some(rest) = key.strip_prefix(unit).filter(|rest| !rest.is_empty()) {
            return rest.to_owned();
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: Option<&str>) {
        assert_eq!(successor(name).map(|province| province.name.as_str()), expected, "{name}");
    }

    #[test]
    fn names_lead_to_the_province_of_today() {
        check("Tỉnh Bình Dương", Some("Hồ Chí Minh"));
        check("binh duong", Some("Hồ Chí Minh"));
        check("Bà Rịa-Vũng Tàu", Some("Hồ Chí Minh"));
        check("TP. Hồ Chí Minh", Some("Hồ Chí Minh"));
        check("TP.HCM", Some("Hồ Chí Minh"));
        check("Thừa Thiên - Huế", Some("Huế"));
        check("Khánh Hoà", Some("Khánh Hòa"));
        check("THÁI BÌNH", Some("Hưng Yên"));
        check("Hà Nội", Some("Hà Nội"));
        check("Hanoi", Some("Hà Nội"));
        check("Đắc Nông", Some("Lâm Đồng"));
        check("Tỉnh", None);
        check("", None);
        check("Luang Prabang", None);
    }

    #[test]
    fn thirty_four_of_sixty_three() {
        assert_eq!(provinces().len(), 34);
        let old: Vec<&String> = provinces().iter().flat_map(|province| &province.predecessors).collect();
        assert_eq!(old.len(), 63);
        let keys: std::collections::HashSet<String> = old.iter().map(|name| key(name)).collect();
        assert_eq!(keys.len(), 63, "every old name leads to one province");
        let merged: usize = provinces().iter().map(|province| province.predecessors.len() - 1).sum();
        assert_eq!(merged, 29);
        for province in provinces() {
            assert_eq!(key(&province.predecessors[0]), key(&province.name), "{}", province.name);
            assert_eq!(province.unit == Unit::City, province.full_name.starts_with("Thành phố"), "{}", province.name);
            assert_eq!(text::clean(&province.full_name), province.full_name);
        }
        let cities = provinces().iter().filter(|province| province.unit == Unit::City).count();
        // Six cities of the reform, and Đồng Nai since 30 April 2026.
        assert_eq!(cities, 7);
        let communes: u32 = provinces().iter().map(|province| province.communes).sum();
        assert_eq!(communes, 3_321);
    }
}
