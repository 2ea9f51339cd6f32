//! When a page says it was published: its rules' selectors, metadata, `<time>`, the line between title and body, its
//! address. The clock in a site's header and the dates of related items are never read.

use jiff::Timestamp;
use jiff::tz::Offset;
use url::Url;

use super::dated::Found;
use super::head_date::MODIFIED;
use super::local_day;
use super::outline::Id;
use super::selected::Match;
use super::settle::Page;
use super::wording::is_vietnamese;
use crate::clock::vietnam;
use crate::vietnamese::date::{self, Dated};

/// Where to look on the page.
pub(super) struct Place<'p, 'a> {
    pub(super) page: &'p Page<'p, 'a>,
    pub(super) url: &'p Url,
    /// The element that shows the title.
    pub(super) title: Option<Id>,
    /// The element that holds the body.
    pub(super) body: Option<Id>,
    pub(super) now: Timestamp,
}

/// What the listing said of a page that gives no date.
pub(super) const LISTING: &str = "listing";
/// A date in the page's own address.
pub(super) const ADDRESS: &str = "address";
/// The weakest of all sources.
pub(super) const IMAGE_ADDRESS: &str = "address of the lead image";

/// The date of publication, the surest sign first. `written` is what the rules' selectors yielded.
pub(super) fn published(place: &Place<'_, '_>, written: Option<&Match>) -> Option<Found> {
    let mut found = surest(place, written)?;
    if found.offset == Some(Offset::UTC) && found.dated.has_time {
        let seen = place.visible();
        let offset = match &seen {
            Some(seen) => local_day::by_line(&found, seen),
            None => local_day::by_markup(&found, place.page.html),
        };
        found.offset = offset.or(found.offset);
    }
    Some(found)
}

fn surest(place: &Place<'_, '_>, written: Option<&Match>) -> Option<Found> {
    if let Some(revised) = place.revision() {
        return Some(revised);
    }
    let found = |written: &Match| Some(Found::new(place.read(&written.value)?, &written.value, &written.source));
    let ruled = written.and_then(found);
    let claimed = place.claimed();
    match (ruled, claimed) {
        // The visible line says which day; the metadata may know the minute of the same day.
        (Some(ruled), Some(claimed))
            if !ruled.dated.has_time && claimed.dated.has_time && same_day(ruled.dated, claimed.dated) =>
        {
            Some(claimed)
        }
        // The same minute, with its seconds.
        (Some(ruled), Some(claimed))
            if claimed.dated.has_time
                && claimed.dated.at.duration_since(ruled.dated.at).abs() < jiff::SignedDuration::from_secs(60) =>
        {
            Some(claimed)
        }
        // An American page: 06/01 on the page is the first of June when the metadata says so.
        (Some(ruled), Some(claimed)) if swapped(ruled.dated, claimed.dated) => Some(claimed),
        (Some(ruled), Some(claimed)) if misread(place, &ruled, &claimed) => Some(claimed),
        (Some(ruled), _) => Some(ruled),
        (None, Some(claimed)) if claimed.dated.has_time => Some(claimed),
        (None, Some(claimed)) => {
            let seen = place.visible().filter(|seen| seen.dated.has_time && same_day(seen.dated, claimed.dated));
            Some(seen.unwrap_or(claimed))
        }
        (None, None) => {
            let address = place.in_address();
            let seen = place.marked().or_else(|| place.visible());
            match (seen, address) {
                (Some(seen), Some(address)) if swapped(seen.dated, address.dated) => Some(address),
                (Some(seen), _) => Some(seen),
                (None, address) => place.dublin_core().or(address).or_else(|| place.in_image_address()),
            }
        }
    }
}

/// Whether what a family's selector found is another article's date, or this one's with a clock that forgot its zone,
/// while the head knows better.
fn misread(place: &Place<'_, '_>, ruled: &Found, claimed: &Found) -> bool {
    if !ruled.source.starts_with("family") {
        return false;
    }
    let clock = |found: &Found| found.offset.map(|offset| offset.to_datetime(found.dated.at));
    let zone_lost = ruled.offset == Some(Offset::UTC)
        && claimed.offset != ruled.offset
        && clock(ruled).is_some_and(|ruled| Some(ruled) == clock(claimed));
    let far = ruled.dated.at.duration_since(claimed.dated.at).abs() > jiff::SignedDuration::from_hours(48);
    zone_lost || far && place.visible().is_some_and(|seen| same_day(seen.dated, claimed.dated))
}

/// When it was changed, if that is later than `published`.
pub(super) fn modified(place: &Place<'_, '_>, published: Option<Timestamp>) -> Option<Timestamp> {
    let linked = place.machine(&place.page.meta.linked.modified);
    let at = linked.or_else(|| place.page.meta.get(&MODIFIED).and_then(|(_, value)| place.machine(value)))?.at;
    published.is_none_or(|published| at > published).then_some(at)
}

/// Whether two dates differ only in the order of day and month.
fn swapped(a: Dated, b: Dated) -> bool {
    let day = |dated: Dated| dated.at.to_zoned(vietnam()).date();
    let (a, b) = (day(a), day(b));
    a.year() == b.year() && a != b && a.day() == b.month() && (a.month() - b.day()).abs() <= 1
}

fn same_day(a: Dated, b: Dated) -> bool {
    let day = |dated: Dated| dated.at.to_zoned(vietnam()).date();
    day(a) == day(b)
}

impl Place<'_, '_> {
    /// Whether the page is Vietnamese: its days are then those of Vietnam.
    pub(super) fn is_vietnamese(&self) -> bool {
        let page = self.page.outline;
        page.language.starts_with("vi")
            || is_vietnamese(&page.title)
            || self.title.is_some_and(|title| is_vietnamese(&page.text_of(title)))
    }

    /// Whether the month comes first in its figures: templates in other languages call themselves American too.
    pub(super) fn is_american(&self) -> bool {
        let locale = || self.page.meta.get(&["og:locale"]).map_or("", |(_, locale)| locale);
        let tag = Some(self.page.outline.language).filter(|tag| tag.len() > 2).unwrap_or_else(locale);
        let tag = tag.to_ascii_lowercase().replace('_', "-");
        tag == "en-us" && !self.is_vietnamese()
    }

    pub(super) fn believable(&self, dated: Dated) -> bool {
        let day = jiff::SignedDuration::from_hours(24);
        let year = dated.at.to_zoned(vietnam()).year();
        year >= 1995 && dated.at.duration_since(self.now) <= day
    }

    pub(super) fn machine(&self, text: &str) -> Option<Dated> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let american = date::read_american(text).filter(|dated| self.believable(*dated));
        american
            .or_else(|| date::read_machine(text))
            .or_else(|| date::read(text, self.now).filter(|dated| self.is_of_any_day(text, *dated)))
            .filter(|dated| self.believable(*dated))
    }

    /// Whether a date stands whenever it is read. "4 months ago" on a saved or mirrored page was told from another day
    /// than today; portals that are visited every hour may say "2 giờ trước".
    fn is_of_any_day(&self, text: &str, dated: Dated) -> bool {
        let later = self.now.checked_add(jiff::SignedDuration::from_hours(24 * 45)).unwrap_or(self.now);
        let again = [date::read(text, later), date::read_us(text, later)];
        self.is_vietnamese() || again.contains(&Some(dated))
    }

    pub(super) fn read(&self, text: &str) -> Option<Dated> {
        let short: String = text.chars().take(200).collect();
        // In figures of its own a program puts the year first; a page may follow its readers' order.
        let by_program = short.trim().get(..4).is_some_and(|year| year.bytes().all(|byte| byte.is_ascii_digit()))
            || !self.is_american() && short.trim().starts_with(|c: char| c.is_ascii_digit());
        let machine = by_program.then(|| date::read_machine(short.trim())).flatten();
        let embedded = if self.is_american() { date::read_us } else { date::read };
        machine
            .or_else(|| embedded(&short, self.now).filter(|dated| self.is_of_any_day(&short, *dated)))
            .or_else(|| super::foreign_date::read(&short))
            .filter(|dated| self.believable(*dated))
    }

    /// The day on which the lead image was stored: near the day of publication, and better than nothing.
    fn in_image_address(&self) -> Option<Found> {
        let (_, image) = self.page.meta.get(&["og:image", "twitter:image"])?;
        let path = image.split_once("://").map_or(image, |(_, rest)| rest);
        let dated = date::in_url(path, self.now).filter(|dated| self.believable(*dated))?;
        Some(Found::new(Dated { has_time: false, zone: None, ..dated }, "", IMAGE_ADDRESS))
    }

    /// When the shown revision was made, where the address asks for one as wikis do: its page was made long before.
    fn revision(&self) -> Option<Found> {
        let asks = self.url.query_pairs().any(|(name, _)| matches!(&*name, "diff" | "oldid" | "revision"));
        let modified = &self.page.meta.linked.modified;
        let dated = self.machine(modified).filter(|_| asks)?;
        Some(Found::new(dated, modified, "JSON-LD dateModified of a revision"))
    }

    fn in_address(&self) -> Option<Found> {
        let dated = date::in_url(self.url.path(), self.now).filter(|dated| self.believable(*dated))?;
        Some(Found::new(dated, "", ADDRESS))
    }
}

#[cfg(test)]
mod tests {
    use crate::extract::{Extracted, Hints, article};

    fn read(language: &str, head: &str, between: &str, after: &str) -> Extracted {
        let prose = "<p>The delegation inspected the works, met residents and noted twelve requests about water supply.</p>\
            <p>Under the plan the station will be finished before the rains and serve more than a thousand homes.</p>";
        let html = format!(
            "<html lang={language}><head><title>Station finished before the rains</title>{head}</head>\
             <body><h1>Station finished before the rains</h1>{between}<div>{prose}{prose}</div>{after}</body></html>"
        );
        let url = url::Url::parse("https://news.example.org/1").expect("a constant");
        article(&html, &url, &Hints::default(), None, "2026-06-30T05:00:00Z".parse().expect("a constant"))
    }

    #[test]
    fn foreign_pages_are_dated_where_they_are_read() {
        let check = |language: &str, head: &str, between: &str, after: &str, expected: &str| {
            let got = read(language, head, between, after);
            assert_eq!(got.published_at().unwrap_or_default(), expected, "{head} {between} {after} {:?}", got.sources);
        };
        let instant = "<meta property='article:published_time' content='2026-05-11T23:15:00Z'>";
        check("it", instant, "", "", "2026-05-11T23:15:00+00:00");
        check("it", instant, "<div>12 maggio 2026</div>", "", "2026-05-12T00:15:00+01:00");
        check("it", instant, "<div>12/05/2026 01:15</div>", "", "2026-05-12T01:15:00+02:00");
        check("it", "", "<div>12 maggio 2026</div>", "", "2026-05-12");
        check("en-US", "", "<div class=date>05/12/2026</div>", "", "2026-05-12");
        check("en-GB", "", "<div class=date>05/12/2025</div>", "", "2025-12-05");
        check("de", "", "<div class=date>Lan Muster | 12.05.26</div>", "", "2026-05-12");
        check("en", "", "<span data-timestamp=1778544000>x</span>", "", "2026-05-12T00:00:00+00:00");
        check("en", "", "<span class=p datetime='2026-05-12T08:00:00+02:00'>x</span>", "", "2026-05-12T08:00:00+02:00");
        check("en", "", "<ul><li>Published</li><li>12 May 2026</li></ul>", "", "2026-05-12");
        check("en", "", "<td><script>showDate('2026/05/12 08:00')</script> read 7 times</td>", "", "2026-05-12");
        // Ages told from another day, stamps of links, several dated lines behind the body, copyright: none of them.
        check("en", "", "<time>4 months ago</time>", "", "");
        check("en", "", "", "<a href=/2 data-publish-date=1778544000>Other</a>", "");
        check("en", "", "", "<div class=date>12 May 2026</div><div class=date>3 May 2026</div>", "");
        check("en", "", "", "<div>© 2026 News of Example</div>", "");
    }
}
