//! What somebody asks of the search, read from an address: the same for the page and the API.

use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::directory::Directory;
use super::form::{self, Form};
use crate::archive::Cited;
use crate::clock::{Timestamp, vietnam};
use crate::index::{Query, Sort};
use crate::portal::Kind;
use crate::vietnamese::{self, document};

/// Characters of a query; longer ones are accidents or attacks.
const MAX_TEXT: usize = 256;
/// Hits that can be paged through; who needs more needs a better question.
const MAX_HITS: usize = 1_000;
/// Values of one filter.
const MAX_VALUES: usize = 20;
/// Things not understood that are told; the first few are enough to mend an address.
const MAX_PROBLEMS: usize = 10;
/// No portal is called so: what asks for it finds nothing.
const NO_PORTAL: &str = "-";

/// A question, with what could not be understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// Words as typed.
    pub(super) text: String,
    /// Slugs of portals.
    pub(super) portals: Vec<String>,
    /// Kinds of portal.
    pub(super) kinds: Vec<Kind>,
    /// Keys of provinces.
    pub(super) provinces: Vec<String>,
    /// Codes of topics.
    pub(super) topics: Vec<String>,
    /// Number of a document, canonical where it can be.
    pub(super) document: Option<String>,
    /// First day.
    pub(super) from: Option<Date>,
    /// Last day.
    pub(super) to: Option<Date>,
    /// The last hours or days, counted back from now; days that are named go before it.
    pub(super) within: Option<Within>,
    /// Whether the last day stood before the first; they were changed about.
    pub(super) turned: bool,
    /// The order.
    pub(super) sort: Sort,
    /// First page is 1.
    pub(super) page: usize,
    /// Hits a page.
    pub(super) per_page: usize,
    /// What could not be understood: the field, and what stood in it.
    pub(super) problems: Vec<(&'static str, String)>,
}

/// A span of time that ends now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    /// 24 hours.
    Day,
    /// 7 days.
    Week,
    /// A month.
    Month,
    /// A year.
    Year,
}

impl Within {
    /// Every span, the shortest first.
    pub(super) const ALL: [Self; 4] = [Self::Day, Self::Week, Self::Month, Self::Year];

    /// The word in addresses.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|span| span.as_str() == word)
    }

    /// When the span that ends at `now` begins.
    fn begins(self, now: Timestamp) -> Option<Timestamp> {
        let back = match self {
            Self::Day => 24.hours(),
            Self::Week => 7.days(),
            Self::Month => 1.month(),
            Self::Year => 1.year(),
        };
        now.to_zoned(vietnam()).checked_sub(back).ok().map(|begin| begin.timestamp())
    }
}

impl Asked {
    /// Reads a question. What makes no sense is left out and noted.
    pub(super) fn read(form: &Form, per_page: usize) -> Self {
        let mut asked = Self { page: 1, per_page, ..Self::default() };
        let mut problems: Vec<(&'static str, String)> = Vec::new();
        let mut doubt = |field: &'static str, value: &str| {
            if problems.len() < MAX_PROBLEMS {
                problems.push((field, shown(value)));
            }
        };

        let text = form.get("q").unwrap_or_default();
        let some: String = text.chars().take(2 * MAX_TEXT).collect();
        asked.text = vietnamese::clean(&some).chars().filter(|c| !c.is_control()).take(MAX_TEXT).collect();
        if text.chars().count() > MAX_TEXT {
            doubt("q", text);
        }
        asked.portals = distinct(form.all("portal").map(str::to_owned));
        asked.kinds = distinct(form.all("kind").filter_map(|word| match word.parse() {
            Ok(kind) => Some(kind),
            Err(_) => {
                doubt("kind", word);
                None
            }
        }));
        asked.provinces = distinct(form.all("province").map(str::to_owned));
        asked.topics = distinct(form.all("topic").map(str::to_owned));
        asked.document = form.get("document").map(|number| {
            let number = shown(number);
            document::canonical(&number).unwrap_or(number)
        });
        let mut day = |field| {
            let typed = form.get(field)?;
            let read = read_day(typed);
            if read.is_none() {
                doubt(field, typed);
            }
            read
        };
        (asked.from, asked.to) = (day("from"), day("to"));
        if asked.from.zip(asked.to).is_some_and(|(from, to)| from > to) {
            (asked.from, asked.to) = (asked.to, asked.from);
            asked.turned = true;
        }
        if let Some(word) = form.get("within") {
            asked.within = Within::of(word);
            if asked.within.is_none() {
                doubt("within", word);
            } else if asked.from.is_some() || asked.to.is_some() {
                asked.within = None;
            }
        }
        match form.get("sort") {
            None | Some("relevance") => (),
            Some("newest" | "date") => asked.sort = Sort::Newest,
            Some(other) => doubt("sort", other),
        }
        if let Some(typed) = form.get("per_page") {
            match typed.parse() {
                Ok(number @ 1..=100) => asked.per_page = number,
                _ => doubt("per_page", typed),
            }
        }
        if let Some(typed) = form.get("page") {
            match typed.parse::<usize>() {
                Ok(number) if (1..=asked.last_page()).contains(&number) => asked.page = number,
                _ => doubt("page", typed),
            }
        }
        asked.problems = problems;
        asked
    }

    /// Leaves portals, provinces and topics out that nobody knows, and notes them.
    pub(super) fn doubt_unknown(&mut self, directory: &Directory) {
        let mut doubt = |field, values: &mut Vec<String>, known: &dyn Fn(&str) -> bool| {
            for value in values.extract_if(.., |value| !known(value)) {
                if self.problems.len() < MAX_PROBLEMS {
                    self.problems.push((field, shown(&value)));
                }
            }
        };
        doubt("portal", &mut self.portals, &|slug| directory.names.contains_key(slug));
        doubt("province", &mut self.provinces, &|key| directory.province(key).is_some());
        doubt("topic", &mut self.topics, &|code| directory.topic(code).is_some());
    }

    /// The last page that is served.
    pub(super) fn last_page(&self) -> usize {
        MAX_HITS.div_ceil(self.per_page.max(1))
    }

    /// The question as the index takes it. A province stands for its portals.
    pub(super) fn query(&self, directory: &Directory, now: Timestamp) -> Query {
        Query {
            text: self.text.clone(),
            portals: self.slugs(directory),
            kinds: self.kinds.clone(),
            topics: self.topics.clone(),
            document: self.document.clone(),
            from: self.from.and_then(begins).or_else(|| self.within.and_then(|span| span.begins(now))),
            to: self.to.and_then(|day| begins(day.tomorrow().ok()?)),
            sort: self.sort,
            page: self.page,
            per_page: self.per_page,
        }
    }

    /// Portals that are asked for by their own name and by their province; both must hold.
    fn slugs(&self, directory: &Directory) -> Vec<String> {
        if self.provinces.is_empty() {
            return self.portals.clone();
        }
        let provinces = self.provinces.iter().filter_map(|key| directory.province(key));
        let there = provinces.flat_map(|province| &province.portals);
        let slugs: Vec<String> = match self.portals.as_slice() {
            [] => there.cloned().collect(),
            named => there.filter(|slug| named.contains(slug)).cloned().collect(),
        };
        if slugs.is_empty() { vec![NO_PORTAL.to_owned()] } else { slugs }
    }

    /// The question as the query of an address, without the number of the page.
    pub(super) fn address(&self) -> String {
        let (from, to) = (self.from.map(|day| day.to_string()), self.to.map(|day| day.to_string()));
        let mut pairs = Vec::new();
        if !self.text.is_empty() {
            pairs.push(("q", self.text.as_str()));
        }
        pairs.extend(self.portals.iter().map(|slug| ("portal", slug.as_str())));
        pairs.extend(self.kinds.iter().map(|kind| ("kind", kind.as_str())));
        pairs.extend(self.provinces.iter().map(|key| ("province", key.as_str())));
        pairs.extend(self.topics.iter().map(|code| ("topic", code.as_str())));
        pairs.extend(self.document.iter().map(|number| ("document", number.as_str())));
        pairs.extend(from.iter().map(|day| ("from", day.as_str())));
        pairs.extend(to.iter().map(|day| ("to", day.as_str())));
        pairs.extend(self.within.map(|span| ("within", span.as_str())));
        if self.sort == Sort::Newest {
            pairs.push(("sort", "newest"));
        }
        form::write(pairs)
    }

    /// Whether anything narrows the answer besides the words.
    pub(super) fn filtered(&self) -> bool {
        !self.portals.is_empty()
            || !self.kinds.is_empty()
            || !self.provinces.is_empty()
            || !self.topics.is_empty()
            || self.within.is_some()
            || self.document.is_some()
            || self.from.is_some()
            || self.to.is_some()
    }
}

/// A value that was typed, short enough to be said back, without what could turn the line round.
fn shown(value: &str) -> String {
    let some: String = value.chars().take(160).collect();
    vietnamese::clean(&some).chars().filter(|c| !c.is_control()).take(80).collect()
}

fn distinct<T: PartialEq>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut kept = Vec::new();
    for value in values {
        if kept.len() < MAX_VALUES && !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept
}

/// `2023-08-16` as browsers send it, or `16/08/2023` as people type it.
pub(super) fn read_day(text: &str) -> Option<Date> {
    let day = Date::strptime("%Y-%m-%d", text).or_else(|_| Date::strptime("%d/%m/%Y", text)).ok()?;
    (1900..=2200).contains(&day.year()).then_some(day)
}

/// The first instant of a day in Vietnam.
pub(super) fn begins(day: Date) -> Option<Timestamp> {
    let zone: TimeZone = vietnam();
    day.to_zoned(zone).ok().map(|start| start.timestamp())
}

/// `Ủy ban nhân dân tỉnh Nghệ An, 12/03/2024`: who issued a document and when, as far as articles say it.
pub(super) fn show_issue(cited: &Cited) -> Option<String> {
    let told: Vec<String> = cited.issuer.iter().cloned().chain(cited.issued_on.map(show_day)).collect();
    (!told.is_empty()).then(|| told.join(", "))
}

/// `16/08/2023`.
pub(super) fn show_day(day: Date) -> String {
    day.strftime("%d/%m/%Y").to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    /// The question that is understood, as an address, and the fields that are not.
    fn check(given: &str, address: &str, doubts: &str) {
        let asked = Asked::read(&form::read(given.as_bytes()), 20);
        let fields: Vec<_> = asked.problems.iter().map(|(field, _)| *field).collect();
        assert_eq!((asked.address().as_str(), fields.join(" ").as_str()), (address, doubts), "{given}");
    }

    #[test]
    fn questions_are_understood_or_doubted() {
        check("", "", "");
        check("q=+chính+phủ+&page=3", "q=ch%C3%ADnh+ph%E1%BB%A7", "");
        check("portal=moh&portal=moh&portal=moet", "portal=moh&portal=moet", "");
        check("kind=ministry&kind=planet", "kind=ministry", "kind");
        check("from=16/08/2023&to=2023-08-20", "from=2023-08-16&to=2023-08-20", "");
        check("from=2023-08-20&to=2023-08-16", "from=2023-08-16&to=2023-08-20", "");
        check("from=31/02/2023&to=tomorrow", "", "from to");
        check("from=9999-12-31", "", "from");
        check("page=0", "", "page");
        check("page=51", "", "page");
        check("page=1000000000000000000000", "", "page");
        check("page=-1&sort=size&per_page=1000", "", "sort per_page page");
        check("q=%00%1b%ff", "q=%EF%BF%BD", "");
        check("topic=y-te&topic=y-te", "topic=y-te", "");
        check("sort=newest", "sort=newest", "");
        check("within=week", "within=week", "");
        check("within=week&from=16/08/2023", "from=2023-08-16", "");
        check("within=age", "", "within");
        check("q=%E2%80%AEevil%E2%80%8B", "q=evil", "");
        assert!(Asked::read(&form::read("q=a".repeat(300).as_bytes()), 20).text.chars().count() <= MAX_TEXT);
    }

    #[test]
    fn days_are_vietnamese_and_the_last_one_counts_whole() {
        let now = "2026-11-21T08:00:00Z".parse().unwrap();
        let asked = Asked::read(&form::read(b"from=16/08/2023&to=16/08/2023"), 20).query(&Directory::default(), now);
        assert_eq!(asked.from.unwrap().to_string(), "2023-08-15T17:00:00Z");
        assert_eq!(asked.to.unwrap().to_string(), "2023-08-16T17:00:00Z");
        let recent = |span| Asked::read(&form::read(format!("within={span}").as_bytes()), 20);
        let begin = |span| recent(span).query(&Directory::default(), now).from.unwrap().to_string();
        assert_eq!(begin("day"), "2026-11-20T08:00:00Z");
        assert_eq!(begin("month"), "2026-10-21T08:00:00Z");
    }
}
