//! When a page says it was published: its rules' selectors, metadata, `<time>`, the line between title and body, its
//! address. The clock in a site's header and the dates of related items are never read.

use jiff::Timestamp;
use jiff::tz::Offset;
use url::Url;

use super::blocks::{Block, Kind};
use super::body::compare_key;
use super::dated::Found;
use super::headline::is_vietnamese;
use super::marks::Marks;
use super::outline::{Id, Node};
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

/// Names under which heads give the date of publication, the surest first.
const PUBLISHED: &[&str] = &[
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
    "citation_online_date",
    "citation_date",
    "bt:pubdate",
    "publisheddate",
    "published_date",
    "published-date",
    "publishtime",
    "publish_time",
    "published_at",
    "datecreated",
    "date_published",
    "dateposted",
    "date-posted",
    "post_date",
    "posted",
    "og:pubdate",
    "og:regdate",
    "og:release_date",
    "og:question:published_time",
    "article:publicationdate",
    "article_date",
    "articledate",
    "mediator_published_time",
    "prism.publicationdate",
    "rbpubdate",
    "release_date",
    "source_published_date",
    "shareaholic:article_published_time",
    "vr:published_time",
    "video:release_date",
    "uploaddate",
    "issued",
    "issue_date",
    "first-published",
    "first_published",
    "regdate",
    "gentime",
    "sdate",
    "doc_date",
    "eprints.date",
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
    let mut found = surest(place, written)?;
    if found.offset == Some(Offset::UTC) && found.dated.has_time {
        found.offset = place.visible().and_then(|seen| local_offset(&found, &seen)).or(found.offset);
    }
    Some(found)
}

fn surest(place: &Place<'_, '_>, written: Option<&Match>) -> Option<Found> {
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

/// The distance from UTC of the place where a page is read: the head gives the instant in UTC, the visible line the
/// local day or time without a zone.
fn local_offset(instant: &Found, seen: &Found) -> Option<Offset> {
    /// Zones lie whole or half hours from UTC where people live; the few others are left in UTC.
    const HALF: i64 = 30 * 60;
    if seen.offset.is_some() {
        return None;
    }
    let utc = Offset::UTC.to_datetime(instant.dated.at);
    let local = seen.dated.at.to_zoned(vietnam()).datetime();
    if seen.dated.has_time {
        let ahead = local.duration_since(utc).as_secs();
        let rounded = (ahead + HALF / 2).div_euclid(HALF) * HALF;
        let is_zone = (ahead - rounded).abs() <= 60 && (-10 * 3600..=13 * 3600).contains(&rounded);
        return is_zone
            .then(|| i32::try_from(rounded).ok().and_then(|seconds| Offset::from_seconds(seconds).ok()))
            .flatten();
    }
    // The fewest hours that lead to the day on the page.
    let hours = [0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6, 7, -7, 8, -8, 9, -9, 10, -10, 11, 12];
    hours.into_iter().map(Offset::constant).find(|offset| offset.to_datetime(instant.dated.at).date() == local.date())
}

/// Where no date of the article stands, not even beside the title: there it may be in a column, in what looks like a
/// breadcrumb, or in a footer.
const BY_TITLE: Marks = Marks::RELATED.with(Marks::COMMENT).with(Marks::AD).with(Marks::CLOCK);

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
    fn is_american(&self) -> bool {
        let locale = || self.page.meta.get(&["og:locale"]).map_or("", |(_, locale)| locale);
        let tag = Some(self.page.outline.language).filter(|tag| tag.len() > 2).unwrap_or_else(locale);
        let tag = tag.to_ascii_lowercase().replace('_', "-");
        tag == "en-us" && !self.is_vietnamese()
    }

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
        let american = date::read_american(text).filter(|dated| self.believable(*dated));
        american.or_else(|| {
            date::read_machine(text).or_else(|| date::read(text, self.now)).filter(|dated| self.believable(*dated))
        })
    }

    fn read(&self, text: &str) -> Option<Dated> {
        let short: String = text.chars().take(200).collect();
        let machine =
            short.trim().starts_with(|c: char| c.is_ascii_digit()).then(|| date::read_machine(short.trim())).flatten();
        let embedded = if self.is_american() { date::read_us } else { date::read };
        // "4 months ago" on a saved or mirrored page was told from another day than today.
        let later = self.now.checked_add(jiff::SignedDuration::from_hours(24 * 45)).unwrap_or(self.now);
        let stands =
            |dated: &Dated| self.is_vietnamese() || embedded(&short, later).is_some_and(|other| other == *dated);
        machine
            .or_else(|| embedded(&short, self.now).filter(stands))
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

    /// Microdata, `<time>` and stamps in attributes that belong to the article.
    fn marked(&self) -> Option<Found> {
        let page = self.page.outline;
        let mut best: Option<(i32, Found)> = None;
        for (id, node) in page.nodes.iter().enumerate().filter(|(_, node)| node.element.is_some()) {
            let prop = node.attr("itemprop").unwrap_or_default();
            let published = prop.split(' ').any(|word| matches!(word, "datePublished" | "dateCreated"))
                || node.attr("pubdate").is_some();
            let class = node.attr("class").unwrap_or_default();
            // hAtom: `<span class="updated" title="2013-04-04T18:52:11+00:00">`.
            let atom = class.split(' ').any(|word| matches!(word, "published" | "updated"));
            let titled = node.attr("title").filter(|_| atom || node.name == "abbr");
            let stamp = stamp(node);
            if !(published || node.name == "time" || titled.is_some() || stamp.is_some()) {
                continue;
            }
            let near = self.title.is_some_and(|title| id.abs_diff(title) < 60);
            let elsewhere = if near { BY_TITLE } else { Marks::ELSEWHERE };
            if page.within(id, elsewhere) {
                continue;
            }
            let text = || page.text_of(id);
            let given = node.attr("content").or(node.attr("datetime")).or(stamp).or(titled);
            let value = given.map_or_else(text, str::to_owned);
            let Some(dated) = self.machine(&value).or_else(|| self.read(&value)) else { continue };
            let inside = self.body.is_some_and(|body| page.contains(body, id));
            let after = self.body.is_some_and(|body| id >= page.nodes[body].end);
            let changed = prop.contains("dateModified") || class.contains("updated") || class.contains("modified");
            let quoted = inside && self.is_quoted(id);
            let rank = 4 * i32::from(published) + 2 * i32::from(near)
                - i32::from(inside)
                - i32::from(after)
                - 2 * i32::from(changed && !class.contains("published"))
                - 4 * i32::from(quoted);
            if rank >= -1 && best.as_ref().is_none_or(|(known, _)| rank > *known) {
                let source = match (published, node.name, stamp) {
                    (true, ..) => "itemprop datePublished",
                    (_, "time", _) => "<time>",
                    (.., Some(_)) => "stamp in an attribute",
                    _ => "title of an element called published",
                };
                best = Some((rank, Found::new(dated, &value, source)));
            }
        }
        best.map(|(_, found)| found)
    }

    /// Whether an element stands in a post of somebody else that the article shows.
    fn is_quoted(&self, id: Id) -> bool {
        let page = self.page.outline;
        page.ancestors(id).take(6).chain([id]).any(|above| {
            let node = &page.nodes[above];
            let class = node.attr("class").unwrap_or_default();
            node.name == "blockquote" || ["tweet", "embed", "quote"].iter().any(|word| class.contains(word))
        })
    }

    /// The line with a date that stands nearest to the title, between title and body in the first place.
    fn visible(&self) -> Option<Found> {
        let body_at = self.body.map(|body| self.page.blocks.partition_point(|block| block.at < body));
        let body_end = self
            .body
            .map(|body| self.page.blocks.partition_point(|block| block.at < self.page.outline.nodes[body].end));
        let title_at = self.title.map(|title| self.page.blocks.partition_point(|block| block.at < title));
        let key = self.title.map(|title| compare_key(&self.page.outline.text_of(title))).unwrap_or_default();
        // Several dated lines behind the body are those of other articles.
        let is_other = |block: &&Block| block.marks.any(Marks::DATE) && block.chars < 60 && block.is_dateline();
        let others = body_end.is_some_and(|end| self.page.blocks[end..].iter().filter(is_other).count() > 1);
        let mut best: Option<(i32, Found)> = None;
        for (at, block) in self.page.blocks.iter().enumerate() {
            let dated_class = block.marks.any(Marks::DATE.with(Marks::BYLINE).with(Marks::AUTHOR));
            let by_title = title_at.is_some_and(|title| at <= title + 3 && title <= at + 6);
            let in_head = title_at.is_some_and(|title| at >= title) && body_at.is_some_and(|body| at <= body);
            // "Title was posted on 19 May 2010 and filed under", in a column of old templates.
            let names_it = posted(&block.text)
                && key.chars().count() > 10
                && block.chars < 600
                && compare_key(&block.text).contains(&key);
            // "Published" and the date on two lines, as tables of facts write it.
            let label = at.checked_sub(1).map(|before| &self.page.blocks[before]);
            let labelled = label.is_some_and(|label| label.chars < 30 && posted(&label.text)) && block.chars < 40;
            // Beside the title a column may hold nothing but the date; what it is called says so.
            let tells = block.marks.any(Marks::DATE) || block.is_dateline();
            let elsewhere = match (in_head, by_title) {
                (true, _) | (_, true) if tells => BY_TITLE,
                (true, _) => Marks::ELSEWHERE_IN_HEAD,
                _ if names_it => Marks::COMMENT,
                _ if labelled => BY_TITLE,
                _ => Marks::ELSEWHERE,
            };
            if block.marks.any(Marks::CAPTION) && !in_head {
                continue;
            }
            if block.chars < 6
                || block.marks.any(elsewhere)
                || !(block.text.chars().any(|c| c.is_ascii_digit()) || is_just_now(block))
            {
                continue;
            }
            if block.chars > 150 && !dated_class && !announces(&block.text) || block.chars > 300 && !names_it {
                continue;
            }
            // A date in a sentence is what the article tells of.
            if block.is_prose() && block.ends_sentence() && !dated_class && !posted(&block.text) {
                continue;
            }
            let after = body_end.is_some_and(|end| at >= end);
            let one_of_many = others && !announces(&block.text);
            if after && (block.links > 0.3 || block.kind == Kind::Item && !labelled || one_of_many) {
                continue;
            }
            let mut rank = 8 * i32::from(names_it) + 4 * i32::from(labelled);
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
            if menu >= 3 && !names_it || block.text.to_lowercase().contains("hôm nay") {
                continue;
            }
            // Far above the title is the header's clock, after the body are other articles.
            if title_at.is_some_and(|title| at + 12 < title) {
                rank -= 4;
            }
            // The line that closes the body may sign it; farther on are other articles.
            if after {
                rank -= if body_end.is_some_and(|end| at <= end + 1) { 1 } else { 3 };
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
        let short_year = || {
            let told = !self.is_vietnamese() && block.chars < 80;
            told.then(|| super::foreign_date::read_short(&block.text)).flatten().filter(|dated| self.believable(*dated))
        };
        let whole = || self.read(&block.text);
        whole()
            .or_else(|| {
                let nodes = self.page.outline.nodes.get(block.at..self.page.outline.nodes[block.holder].end)?;
                // The holder of an inline element holds other lines too.
                let mut left = block.chars;
                let own = nodes.iter().filter(|node| !node.text.is_empty()).map_while(|node| {
                    let is_own = left > 0;
                    left = left.saturating_sub(node.chars);
                    is_own.then_some(node.text)
                });
                let pieces: Vec<&str> = own.collect();
                (pieces.len() > 1).then(|| self.read(&pieces.join(" "))).flatten()
            })
            .or_else(short_year)
    }

    /// The day on which the lead image was stored: near the day of publication, and better than nothing.
    fn in_image_address(&self) -> Option<Found> {
        let (_, image) = self.page.meta.get(&["og:image", "twitter:image"])?;
        let path = image.split_once("://").map_or(image, |(_, rest)| rest);
        let dated = date::in_url(path, self.now).filter(|dated| self.believable(*dated))?;
        Some(Found::new(Dated { has_time: false, zone: None, ..dated }, "", IMAGE_ADDRESS))
    }

    fn in_address(&self) -> Option<Found> {
        let dated = date::in_url(self.url.path(), self.now).filter(|dated| self.believable(*dated))?;
        Some(Found::new(dated, "", ADDRESS))
    }
}

/// A moment that a script reads from an attribute: `data-timestamp="1594448702"`.
fn stamp<'a>(node: &Node<'a>) -> Option<&'a str> {
    // A link's stamp is that of the page to which it leads.
    let element = node.element.filter(|_| node.name != "a")?.value();
    let named = |name: &str| {
        if name == "datetime" {
            return true;
        }
        let name = name.strip_prefix("data-").unwrap_or_default();
        ["time", "date", "stamp", "publish", "posted"].iter().any(|word| name.contains(word))
            && !["update", "modif", "timeout", "timezone", "format"].iter().any(|word| name.contains(word))
    };
    let is_date = |value: &str| value.len() >= 8 && value.len() <= 40 && value.starts_with(['1', '2']);
    element.attrs().find(|(name, value)| named(name) && is_date(value)).map(|(_, value)| value)
}

/// `Vừa xong`: a date without a figure.
fn is_just_now(block: &Block) -> bool {
    block.chars <= 24
        && ["vừa xong", "hôm qua", "một giờ trước"].iter().any(|word| block.text.to_lowercase().contains(word))
}

/// Whether a sentence says when it was put on the site.
fn posted(text: &str) -> bool {
    let lower = text.to_lowercase();
    [
        "đăng ngày",
        "đăng lúc",
        "posted",
        "published",
        "gepostet",
        "veröffentlicht",
        "publié",
        "mise en ligne",
        "publicado",
        "publicerad",
        "publisert",
        "pubblicato",
        "geplaatst",
        "opublikowan",
        "опубликован",
    ]
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
