//! Where portals usually keep their feeds and sitemaps, for those that do not say.

use url::Url;

/// Addresses that are worth one request each, most common first; at most 8.
#[must_use]
pub fn usual_feeds(home: &Url) -> Vec<Url> {
    at(
        home,
        &["/rss", "/feed/", "/rss.xml", "/rss/home.rss", "/vi/rss/", "/vi/news/rss/", "/feed/index.xml", "/atom.xml"],
    )
}

/// Where sitemaps usually are; at most 4.
#[must_use]
pub fn usual_sitemaps(home: &Url) -> Vec<Url> {
    at(home, &["/sitemap.xml", "/sitemap_index.xml", "/sitemap.xml.gz", "/sitemaps.xml"])
}

fn at(home: &Url, paths: &[&str]) -> Vec<Url> {
    paths.iter().filter_map(|path| home.join(path).ok()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    #[test]
    fn guesses_are_few_and_on_the_portal() {
        let home = Url::parse("https://bo.gov.vn/vi/trang-chu.html").unwrap();
        let (feeds, sitemaps) = (usual_feeds(&home), usual_sitemaps(&home));
        assert!(feeds.len() == 8 && sitemaps.len() <= 4);
        assert!(feeds.iter().chain(&sitemaps).all(|url| url.as_str().starts_with("https://bo.gov.vn/")));
    }
}
