//! When a page says it was published: its rules' selectors, metadata, `<time>`, the line between title and body, its
//! address. The clock in a site's header and the dates of related items are never read.

use jiff::Timestamp;
use url::Url;

use super::blocks::{Block, Kind};
use super::dated::Found;
use super::marks::Marks;
use super::outline::Id;
use super::selected::Match;
use super::settle::Page;
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

const PUBLISHED: [&str; 30] = [
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "datepublished",
    "article:published",
    "article.published",
    "published_time",
    "pubdate",
    "publishdate",
    "publish-date",
    "publish_date",
    "publication_date",
    "publicationdate",
    "published",
    "sailthru.date",
    "parsely-pub-date",
    "cxenseparse:recs:publishtime",
    "dcterms.created",
    "dcterms.issued",
    "dcterms.date",
    "rnews:datepublished",
    "originalpublicationdate",
    "article_date_original",
    "article:post_date",
    "displaydate",
    "ptime",
    "dc.date.issued",
    "citation_publication_date",
    "date",
    "timestamp",
];
const DUBLIN_CORE: [&str; 3] = ["dc.date", "dc.date.created", "dc.created"];
const MODIFIED: [&str; 8] = [
    "article:modified_time",
    "og:updated_time",
    "og:article:modified_time",
    "datemodified",
    "last-modified",
    "lastmod",
    "dcterms.modified",
    "updated_time",
];

/// The date of publication, the surest sign first. `written` is what the rules' selectors yielded.
pub(super) fn published(place: &Place<'_, '_>, written: Option<&Match>) -> Option<Found> {
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
        (Some(ruled), _) => Some(ruled),
        (None, Some(claimed)) if claimed.dated.has_time => Some(claimed),
        (None, Some(claimed)) => {
            let seen = place.visible().filter(|seen| seen.dated.has_time && same_day(seen.dated, claimed.dated));
            Some(seen.unwrap_or(claimed))
        }
        (None, None) => place
            .marked()
            .or_else(|| place.visible())
            .or_else(|| place.dublin_core())
            .or_else(|| place.in_address())
            .or_else(|| place.in_image_address()),
    }
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
    a.year() == b.year() && a != b && a.month() == b.day() && (a.day() - b.month()).abs() <= 1
}

fn same_day(a: Dated, b: Dated) -> bool {
    let day = |dated: Dated| dated.at.to_zoned(vietnam()).date();
    day(a) == day(b)
}

impl Place<'_, '_> {
    fn believable(&self, dated: Dated) -> bool {
        let day = jiff::SignedDuration::from_hours(24);
        let year = dated.at.to_zoned(vietnam()).year();
        year >= 1995 && dated.at.duration_since(self.now) <= day
    }

    fn machine(&self, text: &str) -> Option<Dated> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        date::read_machine(text).or_else(|| date::read(text, self.now)).filter(|dated| self.believable(*dated))
    }

    fn read(&self, text: &str) -> Option<Dated> {
        let short: String = text.chars().take(200).collect();
        let machine =
            short.trim().starts_with(|c: char| c.is_ascii_digit()).then(|| date::read_machine(short.trim())).flatten();
        machine
            .or_else(|| date::read(&short, self.now))
            .or_else(|| super::foreign_date::read(&short))
            .filter(|dated| self.believable(*dated))
    }

    /// JSON-LD and metas.
    pub(super) fn claimed(&self) -> Option<Found> {
        if let Some(dated) = self.machine(&self.page.meta.linked.published) {
            return Some(Found::new(dated, &self.page.meta.linked.published, "JSON-LD datePublished"));
        }
        self.named()
    }

    /// Metas that name the date of publication.
    pub(super) fn named(&self) -> Option<Found> {
        PUBLISHED.iter().find_map(|name| {
            let (_, value) = self.page.meta.get(&[name])?;
            self.machine(value)
                .or_else(|| super::foreign_date::read(value).filter(|dated| self.believable(*dated)))
                .map(|dated| Found::new(dated, value, name))
        })
    }

    /// Dublin Core: a constant of the site as often as not.
    fn dublin_core(&self) -> Option<Found> {
        DUBLIN_CORE.iter().find_map(|name| {
            let (_, value) = self.page.meta.get(&[name])?;
            self.machine(value).map(|dated| Found::new(dated, value, name))
        })
    }

    /// Microdata and `<time>` that belong to the article.
    fn marked(&self) -> Option<Found> {
        let nodes = &self.page.outline.nodes;
        let mut best: Option<(i32, Found)> = None;
        for (id, node) in nodes.iter().enumerate() {
            let prop = node.attr("itemprop").unwrap_or_default();
            let published = prop.split(' ').any(|word| matches!(word, "datePublished" | "dateCreated"))
                || node.attr("pubdate").is_some();
            // hAtom: `<span class="updated" title="2013-04-04T18:52:11+00:00">`.
            let atom = node
                .attr("class")
                .is_some_and(|class| class.split(' ').any(|word| matches!(word, "published" | "updated")));
            if !(published || node.name == "time" || (atom && node.attr("title").is_some()))
                || self.page.outline.within(id, Marks::ELSEWHERE)
            {
                continue;
            }
            let value = node
                .attr("content")
                .or(node.attr("datetime"))
                .or(node.attr("title").filter(|_| atom))
                .map_or_else(|| self.page.outline.text_of(id), str::to_owned);
            let Some(dated) = self.machine(&value).or_else(|| self.read(&value)) else { continue };
            let inside = self.body.is_some_and(|body| self.page.outline.contains(body, id));
            let near = self.title.map_or(0, |title| i32::from(id.abs_diff(title) < 60));
            let rank =
                4 * i32::from(published) + 2 * near - i32::from(inside) - 2 * i32::from(prop.contains("dateModified"));
            if best.as_ref().is_none_or(|(known, _)| rank > *known) {
                let source = if published { "itemprop datePublished" } else { "<time>" };
                best = Some((rank, Found::new(dated, &value, source)));
            }
        }
        best.map(|(_, found)| found)
    }

    /// The line with a date that stands nearest to the title, between title and body in the first place.
    fn visible(&self) -> Option<Found> {
        let body_at = self.body.map(|body| self.page.blocks.partition_point(|block| block.at < body));
        let body_end = self
            .body
            .map(|body| self.page.blocks.partition_point(|block| block.at < self.page.outline.nodes[body].end));
        let title_at = self.title.map(|title| self.page.blocks.partition_point(|block| block.at < title));
        let mut best: Option<(i32, Found)> = None;
        for (at, block) in self.page.blocks.iter().enumerate() {
            let dated_class = block.marks.any(Marks::DATE.with(Marks::BYLINE));
            let in_head = title_at.is_some_and(|title| at >= title) && body_at.is_some_and(|body| at <= body);
            let elsewhere = if in_head { Marks::ELSEWHERE_IN_HEAD } else { Marks::ELSEWHERE };
            if block.chars < 6 || block.marks.any(elsewhere) || !block.text.chars().any(|c| c.is_ascii_digit()) {
                continue;
            }
            if block.chars > 150 && !dated_class && !announces(&block.text) || block.chars > 300 {
                continue;
            }
            // A date in a sentence is what the article tells of.
            if block.is_prose() && block.ends_sentence() && !dated_class && !posted(&block.text) {
                continue;
            }
            let after = body_end.is_some_and(|end| at >= end);
            if after && (block.links > 0.3 || block.kind == Kind::Item) {
                continue;
            }
            let mut rank = 0;
            rank += 3 * i32::from(dated_class) + 2 * i32::from(announces(&block.text));
            rank += i32::from(block.chars < 60) - 2 * i32::from(block.links > 0.5);
            match (title_at, body_at) {
                (Some(title), _) if at > title && at <= title + 6 && !after => rank += 6,
                (Some(title), Some(body)) if at > title && at <= body => rank += 5,
                (Some(title), _) if at < title && at + 4 >= title => rank += 3,
                (None, Some(body)) if at <= body && at + 8 >= body => rank += 3,
                _ => {}
            }
            // Above the title and its menu stands the clock of the header; no page of today's news is dated there.
            let above = title_at.filter(|&title| at < title);
            let menu =
                above.map_or(0, |title| self.page.blocks[at..title].iter().filter(|line| line.links > 0.7).count());
            if menu >= 3 || block.text.to_lowercase().contains("hôm nay") {
                continue;
            }
            // Far above the title is the header's clock, after the body are other articles.
            if title_at.is_some_and(|title| at + 12 < title) {
                rank -= 4;
            }
            if after {
                rank -= 3;
            }
            if body_at.zip(body_end).is_some_and(|(from, to)| (from + 3..to).contains(&at)) && !dated_class {
                rank -= if at + 3 >= body_end.unwrap_or(0) { 1 } else { 3 };
            }
            if best.as_ref().is_some_and(|(known, _)| *known >= rank) || rank < 1 {
                continue;
            }
            let today = |dated: &Dated| self.now.duration_since(dated.at).abs() < jiff::SignedDuration::from_hours(24);
            if let Some(dated) = self.read_line(block).filter(|dated| above.is_none() || dated_class || !today(dated)) {
                best = Some((rank, Found::new(dated, "", "line by the title")));
            }
        }
        best.map(|(_, found)| found)
    }

    /// The date in a line; elements that a style parts may run together in the text.
    fn read_line(&self, block: &Block) -> Option<Dated> {
        self.read(&block.text).or_else(|| {
            let nodes = self.page.outline.nodes.get(block.at..self.page.outline.nodes[block.holder].end)?;
            let pieces: Vec<&str> = nodes.iter().map(|node| node.text).filter(|text| !text.is_empty()).collect();
            (pieces.len() > 1).then(|| self.read(&pieces.join(" "))).flatten()
        })
    }

    /// The day on which the lead image was stored: near the day of publication, and better than nothing.
    fn in_image_address(&self) -> Option<Found> {
        let (_, image) = self.page.meta.get(&["og:image", "twitter:image"])?;
        let path = image.split_once("://").map_or(image, |(_, rest)| rest);
        let dated = date::in_url(path, self.now).filter(|dated| self.believable(*dated))?;
        Some(Found::new(Dated { has_time: false, ..dated }, "", IMAGE_ADDRESS))
    }

    fn in_address(&self) -> Option<Found> {
        let dated = date::in_url(self.url.path(), self.now).filter(|dated| self.believable(*dated))?;
        Some(Found::new(dated, "", ADDRESS))
    }
}

/// Whether a sentence says when it was put on the site.
fn posted(text: &str) -> bool {
    let lower = text.to_lowercase();
    ["đăng ngày", "đăng lúc", "posted", "published", "gepostet", "veröffentlicht", "publié"]
        .iter()
        .any(|word| lower.contains(word))
}

/// Whether a line says that its date is one of publication.
fn announces(text: &str) -> bool {
    let lower = text.to_lowercase();
    [
        "ngày đăng",
        "đăng ngày",
        "đăng lúc",
        "cập nhật",
        "ngày xuất bản",
        "gmt",
        "ngày ban hành",
        "published",
        "posted",
        "veröffentlicht",
        "gepostet",
        "geschrieben",
        "publié",
        "publicado",
        "pubblicato",
        "xuất bản",
        "written on",
        "thứ ",
        "chủ nhật",
    ]
    .iter()
    .any(|word| lower.contains(word))
}
