//! Page in, links out: feeds, sitemaps, listing pages. Pure: what is broken becomes a problem beside what was found.

use url::Url;

use crate::clock::Timestamp;

/// A link to what may be an article, with what its listing said about it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Lead {
    /// Where it leads; absolute, http or https.
    pub url: Url,
    /// Its title there; for listings the text of the link.
    pub title: Option<String>,
    /// When it was published, as the listing says.
    pub published: Option<Timestamp>,
    /// When it was changed, as the listing says.
    pub modified: Option<Timestamp>,
}
