//! Rows in, JSON Feed 1.1 out.

use serde_json::json;

use super::{Amplified, Feed};
use crate::vietnamese::clean as plain;

/// The feed as a JSON Feed; what the format has no place for stands under `_lantoa`.
#[must_use]
pub fn json(feed: &Feed<'_>, entries: &[Amplified]) -> serde_json::Value {
    let items: Vec<_> = entries
        .iter()
        .map(|entry| {
            json!({
                "id": entry.id(feed.site),
                "url": feed.leads_to(&entry.url, &entry.story),
                "title": plain(&entry.headline()),
                "content_text": plain(&entry.words()),
                "date_published": entry.amplified_at,
                "date_modified": entry.updated_at,
                "authors": [{ "name": entry.portal_name }],
                "_lantoa": {
                    "story": entry.story,
                    "status": entry.status,
                    "level": entry.level,
                    "deadline": entry.deadline,
                    "portal": entry.portal,
                    "published_at": entry.published_at,
                    "documents": entry.documents,
                },
            })
        })
        .collect();
    json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": format!("{}/", feed.site),
        "feed_url": feed.address,
        "language": "vi",
        "items": items,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::super::tests::{feed, stories};
    use super::*;

    #[test]
    fn every_entry_says_whether_it_still_stands() {
        let feed = json(&feed(), &stories());
        let statuses: Vec<_> = feed["items"].as_array().unwrap().iter().map(|i| &i["_lantoa"]["status"]).collect();
        assert_eq!(statuses, ["recalled", "corrected", "amplified"]);
        assert_eq!(feed["items"][2]["date_published"], "2026-11-20T03:00:00Z");
        assert_eq!(feed["items"][0]["content_text"], "");
    }
}
