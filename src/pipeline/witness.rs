//! Who looks over a visit's shoulder: `lantoa portal check` and `lantoa families check`.

use std::sync::Arc;

use crate::extract::Extracted;

/// A page as a visit read it, for those who look over its shoulder.
pub enum Witnessed<'a> {
    /// A page that lists others.
    Listing {
        /// Its markup.
        html: &'a str,
    },
    /// A page that may be an article.
    Page {
        /// Where it is.
        url: &'a url::Url,
        /// Its markup.
        html: &'a str,
        /// What was made of it.
        read: &'a Extracted,
    },
}

/// Is told of every page that a visit reads, on the thread that reads it.
pub type Witness = Arc<dyn Fn(Witnessed<'_>) + Send + Sync>;
