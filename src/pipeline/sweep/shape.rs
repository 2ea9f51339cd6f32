//! An address in, its shape out: what addresses of one kind have in common. And names: which kind of trap a shape or a
//! parameter belongs to, by the words that portal software uses. Pure.

use serde::Serialize;
use url::Url;

/// What makes a sweep go on without end and bring nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A page for each day, week or month, for ever.
    Calendar,
    /// Pages of a listing beyond its end, or that show what others showed.
    Paging,
    /// A parameter that changes and leaves the page as it is.
    Session,
    /// The same links in another order, number or dress.
    Order,
    /// A path that repeats its own segments.
    Repetition,
    /// Other pages of one shape that bring nothing new.
    Barren,
}

impl Kind {
    /// The words in a table.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Calendar => "calendar",
            Self::Paging => "endless paging",
            Self::Session => "session parameter",
            Self::Order => "sort order or view",
            Self::Repetition => "path that repeats itself",
            Self::Barren => "nothing new",
        }
    }
}

const CALENDAR: [&str; 16] = [
    "year",
    "month",
    "day",
    "date",
    "week",
    "nam",
    "thang",
    "ngay",
    "tuan",
    "tungay",
    "denngay",
    "fromdate",
    "todate",
    "lich",
    "calendar",
    "lich-cong-tac",
];
const PAGING: [&str; 17] = [
    "page",
    "p",
    "pg",
    "paged",
    "pages",
    "trang",
    "so-trang",
    "pageindex",
    "pagenumber",
    "pageno",
    "currentpage",
    "cpage",
    "start",
    "offset",
    "cur",
    "limitstart",
    "skip",
];
const ORDER: [&str; 24] = [
    "sort",
    "sortby",
    "sort_by",
    "order",
    "orderby",
    "order_by",
    "orderdir",
    "dir",
    "direction",
    "sx",
    "sapxep",
    "sap-xep",
    "view",
    "viewmode",
    "display",
    "layout",
    "mode",
    "kieu",
    "filter",
    "filter_order",
    "loc",
    "limit",
    "pagesize",
    "per_page",
];

/// The path with each number as `#`, and the names of the query's parameters in order. Numbers inside escapes are
/// letters of another alphabet.
pub(super) fn shape(url: &Url) -> String {
    let mut shape = numbers_out(url.path());
    let mut names: Vec<&str> = parameters(url).map(|(name, _)| name).collect();
    names.sort_unstable();
    names.dedup();
    if !names.is_empty() {
        shape.push('?');
        shape.push_str(&names.join("&"));
    }
    shape
}

/// The folder that a page stands in, with each number as `#`.
pub(super) fn folder(url: &Url) -> String {
    let path = url.path().trim_end_matches('/');
    numbers_out(&path[..path.rfind('/').map_or(0, |at| at + 1)])
}

fn numbers_out(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut letters = path.chars();
    while let Some(c) = letters.next() {
        match c {
            '%' => {
                out.push('%');
                out.extend(letters.by_ref().take(2));
            }
            c if c.is_ascii_digit() => {
                if !out.ends_with('#') {
                    out.push('#');
                }
            }
            c => out.push(c),
        }
    }
    out
}

/// The parameters of a query as written.
pub(super) fn parameters(url: &Url) -> impl Iterator<Item = (&str, &str)> {
    let parts = url.query().unwrap_or_default().split('&').filter(|part| !part.is_empty());
    parts.map(|part| part.split_once('=').unwrap_or((part, "")))
}

/// What tells addresses of one shape apart: the numbers of the path by their place, and the parameters.
pub(super) fn values(url: &Url) -> Vec<(String, String)> {
    let numbers = url.path().split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    let mut values: Vec<_> = numbers.enumerate().map(|(at, part)| (format!("/{at}"), part.to_owned())).collect();
    values.extend(parameters(url).map(|(name, value)| (name.to_owned(), value.to_owned())));
    values
}

/// The address without the parameters that `drop` chooses.
pub(super) fn without(url: &Url, drop: impl Fn(&str) -> bool) -> Url {
    let kept: Vec<&str> = url
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|part| !part.is_empty() && !drop(part.split('=').next().unwrap_or(part)))
        .collect();
    let mut bare = url.clone();
    bare.set_query((!kept.is_empty()).then(|| kept.join("&")).as_deref());
    bare
}

/// Two addresses that differ in the scheme or in `www.` are one page.
pub(super) fn place(url: &Url) -> String {
    let written = url.as_str();
    let rest = written.find("://").map_or(written, |at| &written[at + 3..]);
    rest.strip_prefix("www.").unwrap_or(rest).to_owned()
}

/// `/a/b/a/b` and `/a/a/a`: relative links that lead to themselves, deeper each time. Dates may repeat numbers.
pub(super) fn repeats(url: &Url) -> bool {
    let segments: Vec<&str> = url.path().split('/').filter(|segment| !segment.is_empty()).collect();
    let says_something = |part: &[&str]| part.iter().any(|word| word.chars().any(char::is_alphabetic));
    let pairs = (2..=4).any(|length| {
        segments.windows(2 * length).any(|window| {
            let (first, second) = window.split_at(length);
            first == second && says_something(first)
        })
    });
    pairs || segments.windows(3).any(|window| window[0] == window[1] && window[1] == window[2])
}

/// Which trap a parameter is by its name.
pub(super) fn kind_of_parameter(name: &str) -> Option<Kind> {
    let name = name.to_ascii_lowercase();
    // Portal software puts the name of a part of the page before that of the parameter.
    let last = name.rsplit(['_', '.', '$', '-']).next().unwrap_or(&name);
    let is = |words: &[&str]| words.contains(&name.as_str()) || words.contains(&last);
    if is(&CALENDAR) {
        Some(Kind::Calendar)
    } else if is(&ORDER) {
        Some(Kind::Order)
    } else if is(&PAGING) || last.ends_with("page") || last.starts_with("page") {
        Some(Kind::Paging)
    } else {
        None
    }
}

/// Which trap a shape that brings nothing is, by the names in it and the numbers of an example.
pub(super) fn kind_of_shape(example: &Url) -> Kind {
    let names: Vec<Kind> = parameters(example).filter_map(|(name, _)| kind_of_parameter(name)).collect();
    let path = example.path().to_ascii_lowercase();
    let words: Vec<&str> = path.split(['/', '.']).filter(|word| !word.is_empty()).collect();
    let is_calendar = words.iter().any(|word| CALENDAR.contains(word));
    if names.contains(&Kind::Calendar) || is_calendar || has_date(example) {
        Kind::Calendar
    } else if names.contains(&Kind::Order) {
        Kind::Order
    } else if names.contains(&Kind::Paging) || words.iter().any(|word| is_page(word)) {
        Kind::Paging
    } else {
        Kind::Barren
    }
}

/// `trang-2`, `page3`, `page`.
fn is_page(word: &str) -> bool {
    let name = word.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches(['-', '_']);
    name.len() > 1 && PAGING.contains(&name)
}

/// A year with a month beside it, in the path or in values.
fn has_date(url: &Url) -> bool {
    let values = values(url);
    let numbers: Vec<u32> = values.iter().flat_map(|(_, value)| value.split('-')).filter_map(number).collect();
    let is_year = |n: &u32| (1900..=2199).contains(n);
    let is_month = |n: &u32| (1..=12).contains(n);
    let together = |pair: &[u32]| is_year(&pair[0]) && is_month(&pair[1]) || is_month(&pair[0]) && is_year(&pair[1]);
    numbers.windows(2).any(together)
}

fn number(text: &str) -> Option<u32> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    fn url(path: &str) -> Url {
        Url::parse("https://bo.gov.vn/").unwrap().join(path).unwrap()
    }

    #[test]
    fn shapes() {
        for (path, expected) in [
            ("/tin-tuc/bai-12345.html", "/tin-tuc/bai-#.html"),
            ("/2026/11/22/tin", "/#/#/#/tin"),
            ("/tin?page=2&catid=7", "/tin?catid&page"),
            ("/tin?93458101", "/tin?93458101"),
            ("/tin?tag=a&tag=b", "/tin?tag"),
            ("/đất-12", "/%C4%91%E1%BA%A5t-#"),
        ] {
            assert_eq!(shape(&url(path)), expected, "{path}");
        }
        assert_eq!(folder(&url("/tin/2026/bai-7.html")), "/tin/#/");
        assert_eq!(folder(&url("/bai-7.html")), "/");
    }

    #[test]
    fn kinds() {
        for (path, expected) in [
            ("/su-kien?nam=2031&thang=2", Kind::Calendar),
            ("/su-kien/2031/02", Kind::Calendar),
            ("/su-kien?tu=2031-02", Kind::Calendar),
            ("/calendar/12", Kind::Calendar),
            ("/tin?page=400", Kind::Paging),
            ("/tin/trang-400.html", Kind::Paging),
            ("/tin?_news_WAR_cur=400", Kind::Paging),
            ("/tin?page=4&sort=asc", Kind::Order),
            ("/tin?view=grid", Kind::Order),
            ("/gioi-thieu/12", Kind::Barren),
        ] {
            assert_eq!(kind_of_shape(&url(path)), expected, "{path}");
        }
    }

    #[test]
    fn paths_that_repeat() {
        for (path, expected) in [
            ("/a/b/a/b", true),
            ("/vi/tin/su-kien/tin/su-kien/1", true),
            ("/a/a/a", true),
            ("/tin/tin/1", false),
            ("/2026/11/2026/11", false),
            ("/tin/2026/11/11/bai", false),
        ] {
            assert_eq!(repeats(&url(path)), expected, "{path}");
        }
    }

    #[test]
    fn one_page_has_one_place() {
        assert_eq!(place(&url("http://www.bo.gov.vn/a?b=1")), place(&url("/a?b=1")));
        assert_ne!(place(&url("/Bai-1.html")), place(&url("/bai-1.html")));
        let bare = without(&url("/a?sid=1&b=2"), |name| name == "sid");
        assert_eq!(bare.as_str(), "https://bo.gov.vn/a?b=2");
        assert_eq!(without(&url("/a?sid=1"), |name| name == "sid").as_str(), "https://bo.gov.vn/a");
    }
}
