//! JSON Feed 1 and 1.1 in, entries out, also when the version is missing or values have the wrong type.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::Value;
use url::Url;

use super::{Entry, Feed, MAX_ENTRIES, instant, spoken};
use crate::clock::Timestamp;
use crate::discover::{address, plain};

/// The document, its items bounded while they are read: empty objects cost a thousand times their length.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Document {
    title: Value,
    items: Option<Items>,
}

/// The first items, and how many there were. Feeds put the newest first.
struct Items {
    kept: Vec<Value>,
    total: usize,
}

impl<'de> Deserialize<'de> for Items {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Bounded)
    }
}

struct Bounded;

impl<'de> Visitor<'de> for Bounded {
    type Value = Items;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of items")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Items, A::Error> {
        let mut items = Items { kept: Vec::new(), total: 0 };
        while items.kept.len() < MAX_ENTRIES {
            let Some(item) = list.next_element()? else { break };
            items.kept.push(item);
        }
        items.total = items.kept.len();
        while list.next_element::<IgnoredAny>()?.is_some() {
            items.total += 1;
        }
        Ok(items)
    }
}

/// Reads a JSON Feed that was served at `url`.
pub(super) fn read(text: &str, url: &Url, now: Timestamp) -> Feed {
    let not_a_feed = |reason: &str| Feed { problems: vec![format!("not a feed: {reason}")], ..Feed::default() };
    let Ok(document) = serde_json::from_str::<Document>(text.trim_start_matches('\u{FEFF}')) else {
        return not_a_feed("JSON that cannot be read");
    };
    let Some(items) = document.items else { return not_a_feed("JSON without items") };
    let entries = items.kept.iter().filter(|item| item.is_object()).map(|item| entry(item, url, now)).collect();
    let too_many = items.total > MAX_ENTRIES;
    let problems =
        too_many.then(|| format!("{} entries, kept the first {MAX_ENTRIES}", items.total)).into_iter().collect();
    let title = document.title.as_str().map(|title| spoken(title, true, plain::MAX_TITLE)).unwrap_or_default();
    Feed { title, entries, problems, ttl: None }
}

fn entry(item: &Value, url: &Url, now: Timestamp) -> Entry {
    let text = |key: &str| item[key].as_str().map(str::trim).filter(|text| !text.is_empty());
    let date = |key| text(key).and_then(|at| instant::read(at, now)).filter(|&at| !instant::is_future(at, now));
    let id = match &item["id"] {
        Value::String(id) => plain::line(id, plain::MAX_TITLE),
        Value::Number(id) => id.to_string(),
        _ => String::new(),
    };
    let from_id = Some(id.as_str()).filter(|id| id.starts_with("http"));
    Entry {
        title: text("title").map(|title| spoken(title, false, plain::MAX_TITLE)),
        link: text("url").or(text("external_url")).or(from_id).and_then(|href| address::resolve(url, href)),
        published: date("date_published"),
        updated: date("date_modified"),
        summary: text("summary")
            .or(text("content_text"))
            .map(|text| spoken(text, false, plain::MAX_SUMMARY))
            .or(text("content_html").map(|html| plain::text(html, plain::MAX_SUMMARY)))
            .unwrap_or_default(),
        id,
    }
}
