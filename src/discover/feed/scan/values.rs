//! What the text of each element means for its entry: titles, links, dates, in the order in which they are believed.

use std::time::Duration;

use url::Url;

use super::{Capture, Kind, Scanner};
use crate::discover::feed::field::Field;
use crate::discover::feed::{Entry, MAX_ENTRIES, instant, spoken as read_text};
use crate::discover::{address, plain};

impl Scanner<'_> {
    pub(super) fn end_capture(&mut self) {
        let Some(capture) = self.capture.take() else { return };
        if capture.text.trim().is_empty() {
            return;
        }
        match capture.field {
            Field::Link => {
                if let Some(url) = self.link(capture.base.as_ref(), &capture.text, false) {
                    match &mut self.item {
                        Some(item) => later(&mut item.link, 5, url),
                        None => self.site = self.site.take().or(Some(url)),
                    }
                }
            }
            Field::Id => self.take_id(&capture),
            Field::Published | Field::Updated => self.take_date(&capture),
            Field::Ttl => {
                let minutes = capture.text.trim().parse::<u32>().ok();
                self.scan.ttl = minutes.map(|minutes| Duration::from_secs(u64::from(minutes) * 60));
            }
            Field::Period => self.period = period(capture.text.trim()).map(|length| (length, 1)),
            Field::Frequency => {
                if let (Some(period), Ok(times @ 1..)) = (&mut self.period, capture.text.trim().parse()) {
                    period.1 = times;
                }
            }
            Field::Title => {
                let title = spoken(&capture, plain::MAX_TITLE);
                match &mut self.item {
                    Some(item) => better(&mut item.title, capture.rank, title),
                    None if self.scan.title.is_empty() => self.scan.title = title,
                    None => {}
                }
            }
            Field::Summary => {
                if let Some(item) = &mut self.item {
                    better(&mut item.summary, capture.rank, spoken(&capture, plain::MAX_SUMMARY));
                }
            }
            Field::Other => {}
        }
    }

    fn take_id(&mut self, capture: &Capture) {
        let text = plain::line(&capture.text, plain::MAX_TITLE);
        let url = self.link(capture.base.as_ref(), &text, true);
        let path = is_path(&text).then(|| self.link(capture.base.as_ref(), &text, false)).flatten();
        let Some(item) = &mut self.item else { return };
        if let Some(url) = url {
            better(&mut item.link, if capture.is_permalink { 2 } else { 1 }, url);
        } else if let Some(path) = path.filter(|_| capture.is_permalink) {
            better(&mut item.link, 0, path);
        }
        item.id = Some(text);
    }

    fn take_date(&mut self, capture: &Capture) {
        let text = capture.text.trim();
        let Some(item) = &mut self.item else { return };
        let Some(read) = instant::read(text, self.now) else {
            item.undatable = true;
            return;
        };
        if instant::is_future(read, self.now) {
            item.future = true;
            return;
        }
        if let Some(equal) = instant::minute_is_month(text) {
            self.scan.minutes.0 += 1;
            self.scan.minutes.1 += usize::from(equal);
        }
        let slot = if capture.field == Field::Published { &mut item.published } else { &mut item.updated };
        later(slot, capture.rank, read);
    }

    pub(super) fn current_base(&self) -> &Url {
        self.item.as_ref().and_then(|item| item.base.as_ref()).unwrap_or(&self.base)
    }

    /// Resolves a link. `absolute` refuses what is no complete address, as identifiers mostly are.
    pub(super) fn link(&self, base: Option<&Url>, href: &str, absolute: bool) -> Option<Url> {
        let href = href.trim();
        let is_absolute = href.get(..5).is_some_and(|start| start.to_ascii_lowercase().starts_with("http"));
        if absolute && (!is_absolute || !href.contains("://")) {
            return None;
        }
        let base = base.unwrap_or_else(|| self.current_base());
        // A feed that another house serves means its own site by a relative link.
        let is_rss = !matches!(self.scan.root.as_str(), "feed" | "entry");
        let elsewhere = self.site.as_ref().filter(|site| is_rss && base == self.url && site.host() != base.host());
        address::resolve(elsewhere.unwrap_or(base), href)
    }

    pub(super) fn end_item(&mut self) {
        self.capture = None;
        let Some(item) = self.item.take() else { return };
        self.scan.future += usize::from(item.future && item.published.is_none() && item.updated.is_none());
        self.scan.undatable += usize::from(item.undatable && item.published.is_none() && item.updated.is_none());
        let entry = Entry {
            id: item.id.unwrap_or_default(),
            title: item.title.map(|(_, title)| title).filter(|title| !title.is_empty()),
            link: item.link.map(|(_, link)| link),
            published: item.published.map(|(_, at)| at),
            updated: item.updated.map(|(_, at)| at),
            summary: item.summary.map(|(_, summary)| summary).unwrap_or_default(),
        };
        self.kept.push((self.scan.total, entry));
        if self.kept.len() >= 2 * MAX_ENTRIES {
            self.keep_newest();
        }
    }

    pub(super) fn keep_newest(&mut self) {
        if self.kept.len() > MAX_ENTRIES {
            self.kept.sort_by_key(|(_, entry)| std::cmp::Reverse(entry.published.or(entry.updated)));
            self.kept.truncate(MAX_ENTRIES);
            self.kept.sort_by_key(|(place, _)| *place);
        }
    }
}

/// Whether an identifier is the path of a page, as some software writes it in the place of a link.
fn is_path(id: &str) -> bool {
    id.contains('/') && !id.contains(':') && !id.contains(char::is_whitespace)
}

/// Takes a value when its element outranks the one that gave the present value.
pub(super) fn better<T>(slot: &mut Option<(u8, T)>, rank: u8, value: T) {
    if slot.as_ref().is_none_or(|(held, _)| rank > *held) {
        *slot = Some((rank, value));
    }
}

/// Takes a value also when one of the same rank was there: of several links or dates the last is the most particular.
pub(super) fn later<T>(slot: &mut Option<(u8, T)>, rank: u8, value: T) {
    if slot.as_ref().is_none_or(|(held, _)| rank >= *held) {
        *slot = Some((rank, value));
    }
}

/// The text of a title or summary. Some software writes CDATA marks as text, or escapes twice.
fn spoken(capture: &Capture, max: usize) -> String {
    if capture.kind == Kind::Base64 {
        let packed: String = capture.text.split_whitespace().collect();
        let bytes = data_encoding::BASE64.decode(packed.as_bytes()).unwrap_or_default();
        return plain::text(&String::from_utf8_lossy(&bytes), max);
    }
    read_text(&capture.text, capture.kind == Kind::Html, max)
}

/// RSS 1.0 syndication module.
fn period(word: &str) -> Option<Duration> {
    const HOUR: u64 = 3600;
    let seconds = match word {
        "hourly" => HOUR,
        "daily" => 24 * HOUR,
        "weekly" => 7 * 24 * HOUR,
        "monthly" => 30 * 24 * HOUR,
        "yearly" => 365 * 24 * HOUR,
        _ => return None,
    };
    Some(Duration::from_secs(seconds))
}
