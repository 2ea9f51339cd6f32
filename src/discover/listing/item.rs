//! What stands around a link: its title, and the date written beside it.

use jiff::Timestamp;
use scraper::ElementRef;

use super::words;
use crate::discover::plain;
use crate::vietnamese::date;

/// A date stands alone or with a weekday and a clock; longer texts are sentences that mention one.
const MAX_DATE_TEXT: usize = 60;
/// The same without an element that says it is a date.
const MAX_BARE_DATE_TEXT: usize = 40;
/// Elements of one item that are looked at.
const MAX_ELEMENTS: usize = 200;
/// Words of a class that say what its text is.
const DATE_CLASSES: [&str; 10] =
    ["date", "time", "ngay", "posted", "publish", "published", "pubdate", "clock", "created", "ngaydang"];
/// What lists put before a title.
const BULLETS: [char; 16] = ['‣', '•', '»', '›', '>', '-', '–', '—', '*', '+', '►', '▶', '▪', '■', '·', '→'];

/// A title and how sure it is to be one: 3 a heading, 2 the text of a link, 1 an attribute.
pub(super) type Title = (u8, String);

/// What a link calls its target.
pub(super) fn title(anchor: ElementRef<'_>) -> Option<Title> {
    let attribute = anchor
        .attr("title")
        .map(|title| plain::line(&plain::decode(title), plain::MAX_TITLE))
        .filter(|title| is_title(title));
    let heading = anchor
        .descendent_elements()
        .take(MAX_ELEMENTS)
        .find(|element| is_heading(*element) && element.id() != anchor.id());
    if let Some(title) = heading.map(text).filter(|title| is_title(title)) {
        return Some((3, complete(title, attribute)));
    }
    let own = undated_text(anchor);
    if is_title(&own) {
        let is_teaser = own.chars().count() > 200;
        let rank = if anchor.ancestors().take(2).filter_map(ElementRef::wrap).any(is_heading) || is_heading(anchor) {
            3
        } else {
            2
        };
        return match attribute {
            Some(attribute) if is_teaser => Some((rank, attribute)),
            attribute => Some((rank, complete(own, attribute))),
        };
    }
    let picture = || {
        anchor
            .descendent_elements()
            .take(MAX_ELEMENTS)
            .find_map(|element| element.attr("alt"))
            .map(|alt| plain::line(&plain::decode(alt), plain::MAX_TITLE))
    };
    attribute.or_else(picture).filter(|title| is_title(title)).map(|title| (1, title))
}

/// The heading of an item whose link only says "more".
pub(super) fn heading_in(container: ElementRef<'_>) -> Option<Title> {
    let heading = container.descendent_elements().take(MAX_ELEMENTS).find(|element| is_heading(*element)).map(text);
    heading.or_else(|| first_line(container)).filter(|title| is_title(title)).map(|title| (2, title))
}

/// The first text of an item that is as long as a title and no sentence.
fn first_line(container: ElementRef<'_>) -> Option<String> {
    let is_inline = |name: &str| matches!(name, "b" | "strong" | "i" | "em" | "span" | "font" | "u" | "a");
    let pieces = container.descendants().take(4 * MAX_ELEMENTS).filter(|node| node.value().is_text());
    let holders = pieces.filter_map(|node| {
        node.ancestors().filter_map(ElementRef::wrap).find(|above| !is_inline(above.value().name()))
    });
    let mut lines = holders.filter(|holder| holder.id() != container.id()).map(undated_text);
    lines.find(|line| line.split_whitespace().count() >= 4 && !line.ends_with('.'))
}

/// A title that was cut for the eye stands whole in the attribute.
fn complete(shown: String, attribute: Option<String>) -> String {
    let cut = shown.trim_end_matches(['…', '.', ' ']);
    let is_cut = cut.len() < shown.len() && (shown.ends_with('…') || shown.ends_with("..."));
    attribute.filter(|whole| is_cut && whole.starts_with(cut)).unwrap_or(shown)
}

fn is_title(text: &str) -> bool {
    text.chars().any(char::is_alphabetic) && !words::is_more(&text.to_lowercase())
}

fn is_heading(element: ElementRef<'_>) -> bool {
    let name = element.value().name();
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
        || name != "a" && class_words(element).any(|word| matches!(word.as_str(), "title" | "tieude" | "headline"))
}

/// The words of an element's class and id, lower case.
pub(super) fn class_words<'a>(element: ElementRef<'a>) -> impl Iterator<Item = String> + 'a {
    let written = element.attr("class").into_iter().chain(element.attr("id"));
    written
        .flat_map(|names| names.split(|c: char| !c.is_ascii_alphanumeric()))
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
}

/// A title and the date that stands in brackets behind it, as in `Hội nghị sơ kết (16/08/2023)`.
pub(super) fn split_date(title: &str, now: Timestamp) -> Option<(String, Timestamp)> {
    let (before, bracketed) = title.trim_end().strip_suffix([')', ']'])?.rsplit_once(['(', '['])?;
    let at = short_date(bracketed, MAX_BARE_DATE_TEXT, now)?;
    // A title may end in a day that it speaks of, after the words that say so.
    let is_alone = !bracketed.chars().any(char::is_alphabetic) && is_title(before);
    is_alone.then(|| (before.trim_end().to_owned(), at))
}

/// The visible text of an element on one line, without the bullet before it.
pub(super) fn text(element: ElementRef<'_>) -> String {
    text_without(element, |_| false)
}

/// The same without the dates inside it.
fn undated_text(element: ElementRef<'_>) -> String {
    text_without(element, |inner| inner.value().name() == "time" || is_called_date(inner))
}

fn is_called_date(element: ElementRef<'_>) -> bool {
    class_words(element).any(|word| DATE_CLASSES.iter().any(|class| word == *class || word.ends_with(class)))
}

fn text_without(element: ElementRef<'_>, unwanted: impl Fn(ElementRef<'_>) -> bool) -> String {
    let mut out = String::new();
    for node in element.descendants() {
        let Some(piece) = node.value().as_text() else { continue };
        let mut inside = node.ancestors().take_while(|above| above.id() != element.id()).filter_map(ElementRef::wrap);
        if inside.any(&unwanted) {
            continue;
        }
        let is_code = node
            .parent()
            .and_then(ElementRef::wrap)
            .is_some_and(|parent| matches!(parent.value().name(), "script" | "style" | "noscript" | "template"));
        if !is_code {
            out.push_str(plain::prefix(piece, 4 * plain::MAX_TITLE));
        }
        if out.trim_start().len() > 4 * plain::MAX_TITLE {
            break;
        }
    }
    plain::line(&out, plain::MAX_TITLE).trim_start_matches(BULLETS).trim_start().to_owned()
}

/// The date that an item carries, its title aside.
pub(super) fn date_in(container: ElementRef<'_>, anchors: &[ElementRef<'_>], now: Timestamp) -> Option<Timestamp> {
    let elements = || std::iter::once(container).chain(container.descendent_elements()).take(MAX_ELEMENTS);
    let by_attribute = elements().find_map(|element| machine_date(element, now));
    if by_attribute.is_some() {
        return by_attribute;
    }
    elements()
        .filter(|element| is_called_date(*element))
        .find_map(|element| short_date(&text(element), MAX_DATE_TEXT, now))
        .or_else(|| {
            container.descendants().take(4 * MAX_ELEMENTS).find_map(|node| {
                let piece = node.value().as_text()?;
                let in_title = node
                    .ancestors()
                    .take_while(|above| above.id() != container.id())
                    .filter_map(ElementRef::wrap)
                    .any(|above| {
                        is_heading(above) || anchors.iter().any(|anchor| anchor.id() == above.id() && !is_card(*anchor))
                    });
                if in_title { None } else { short_date(piece, MAX_BARE_DATE_TEXT, now) }
            })
        })
}

/// A link around a whole item, with its date inside.
fn is_card(anchor: ElementRef<'_>) -> bool {
    anchor.descendent_elements().take(MAX_ELEMENTS).any(|element| element.id() != anchor.id() && is_heading(element))
}

/// The date in a text that is little more than one.
pub(super) fn short_date(text: &str, max: usize, now: Timestamp) -> Option<Timestamp> {
    let text = text.trim();
    let is_short = text.len() >= 5 && text.chars().take(max + 1).count() <= max;
    // Every form of a date names the day or the distance in figures; a clock alone is none.
    (is_short && text.chars().any(|c| c.is_ascii_digit()))
        .then(|| date::read(text, now))
        .flatten()
        .map(|dated| dated.at)
}

/// The date in the text beside an item, where it has no element of its own.
pub(super) fn bare_date(text: &str, now: Timestamp) -> Option<Timestamp> {
    short_date(text, MAX_BARE_DATE_TEXT, now)
}

fn machine_date(element: ElementRef<'_>, now: Timestamp) -> Option<Timestamp> {
    let is_published = element.attr("itemprop").is_some_and(|name| name == "datePublished");
    let written = match element.value().name() {
        "time" => element.attr("datetime"),
        _ if is_published => element.attr("datetime").or(element.attr("content")),
        _ => {
            element.attr("data-publishtime").or(element.attr("data-publish-time")).or(element.attr("data-publishdate"))
        }
    }?;
    let read = date::read_machine(written).or_else(|| date::read(written, now))?.at;
    (read < now + jiff::SignedDuration::from_hours(48)).then_some(read)
}
