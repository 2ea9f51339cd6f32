//! What the head of a page says: `<meta>`, `<link>`, JSON-LD. Values are plain text; nothing is judged here.

use super::json_ld::{self, LinkedArticle};
use super::outline::Outline;

/// Names and values of the head.
pub(super) struct Metadata {
    /// `name`, `property`, `itemprop` or `http-equiv` in lower case, and `content`.
    metas: Vec<(String, String)>,
    /// `rel` and `href`.
    links: Vec<(String, String)>,
    /// The article of the JSON-LD scripts; empty when there is none.
    pub(super) linked: LinkedArticle,
}

impl Metadata {
    /// Reads the head of `page`.
    pub(super) fn read(page: &Outline<'_>, url: &str) -> Self {
        let mut metas = Vec::new();
        let mut links = Vec::new();
        for element in page.metas.iter().take(400).map(|meta| meta.value()) {
            if element.name() == "link" {
                if let (Some(rel), Some(href)) = (element.attr("rel"), element.attr("href")) {
                    links.push((rel.to_ascii_lowercase(), href.trim().to_owned()));
                }
                continue;
            }
            let Some(content) = element.attr("content").filter(|content| !content.trim().is_empty()) else { continue };
            for name in ["property", "name", "itemprop", "http-equiv"].iter().filter_map(|key| element.attr(key)) {
                for name in name.split_ascii_whitespace() {
                    metas.push((name.to_ascii_lowercase(), super::plain::plain(content)));
                }
            }
        }
        Self { metas, links, linked: json_ld::read(&page.json_ld, url).unwrap_or_default() }
    }

    /// The first value under one of `names`, in the order of `names`.
    pub(super) fn get(&self, names: &[&'static str]) -> Option<(&'static str, &str)> {
        names.iter().find_map(|name| {
            let found = self.metas.iter().find(|(known, value)| known == name && !value.is_empty());
            found.map(|(_, value)| (*name, value.as_str()))
        })
    }

    /// Every value under `name`.
    pub(super) fn all<'m>(&'m self, name: &'m str) -> impl Iterator<Item = &'m str> {
        self.metas.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The target of the first `<link>` with this `rel`.
    pub(super) fn link(&self, rel: &str) -> Option<&str> {
        self.links.iter().find(|(known, _)| known.split(' ').any(|word| word == rel)).map(|(_, href)| href.as_str())
    }

    /// Whether the page calls itself an article.
    pub(super) fn is_article(&self) -> bool {
        let kind = self.get(&["og:type"]).map_or("", |(_, kind)| kind);
        kind.contains("article") || self.linked.is_article() || self.get(&["article:published_time"]).is_some()
    }

    /// Whether robots are asked to keep no copy.
    pub(super) fn noarchive(&self) -> bool {
        ["robots", "googlebot"].iter().any(|name| {
            self.all(name).any(|value| {
                let value = value.to_ascii_lowercase();
                value.split([',', ' ', ';']).any(|word| matches!(word, "noarchive" | "nocache"))
            })
        })
    }
}
