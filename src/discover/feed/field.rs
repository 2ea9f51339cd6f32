//! The names of feed vocabularies: which element says what, and which one is believed when several do.

/// A vocabulary. Feeds bind any prefix to any of them, and some bind none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// RSS of any version, Atom of any version.
    Core,
    /// Dublin Core, simple or qualified.
    DublinCore,
    /// RSS 1.0 content module.
    Content,
    /// RSS 1.0 syndication module.
    Syndication,
    /// Media RSS, podcasts and whatever else describes more than the entry.
    Other,
}

impl Family {
    /// By namespace; nothing when it is not one that matters.
    pub(super) fn of_namespace(namespace: &str) -> Option<Self> {
        let namespace = namespace.to_ascii_lowercase();
        let holds = |part: &str| namespace.contains(part);
        Some(if holds("purl.org/rss/1.0/modules/content") {
            Self::Content
        } else if holds("purl.org/rss/1.0/modules/syndication") {
            Self::Syndication
        } else if holds("purl.org/dc/") {
            Self::DublinCore
        } else if holds("purl.org/rss/1.0/modules") {
            Self::Other
        } else if holds("w3.org/2005/atom")
            || holds("purl.org/atom")
            || holds("purl.org/rss")
            || holds("my.netscape.com/rdf")
            || holds("userland.com/rss")
            || holds("purl.org/net/rss")
        {
            Self::Core
        } else {
            Self::Other
        })
    }

    /// By the prefix that everyone uses, when it was not declared.
    pub(super) fn of_prefix(prefix: &str) -> Self {
        match prefix {
            "dc" | "dcterms" => Self::DublinCore,
            "content" => Self::Content,
            "sy" => Self::Syndication,
            "atom" | "atom10" | "atom03" | "a10" | "rss" | "rdf" => Self::Core,
            _ => Self::Other,
        }
    }
}

/// What an element says of its entry or channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Id,
    Link,
    Other,
    Period,
    Frequency,
    Published,
    Summary,
    Title,
    Ttl,
    Updated,
}

/// The meaning of an element and its rank among those that mean the same; of equals the first is believed.
pub(super) fn field(family: Family, local: &str) -> Option<(Field, u8)> {
    Some(match (family, local) {
        (Family::Core, "title") => (Field::Title, 3),
        (Family::Core, "link") => (Field::Link, 3),
        (Family::Core, "guid" | "id") => (Field::Id, 3),
        (Family::Core, "pubdate" | "published") => (Field::Published, 3),
        (Family::Core, "issued") => (Field::Published, 2),
        (Family::Core, "updated" | "modified") => (Field::Updated, 3),
        (Family::Core, "lastbuilddate" | "expirationdate") => return None,
        (Family::Core, "created") => (Field::Published, 1),
        (Family::Core, "description" | "summary" | "abstract") => (Field::Summary, 3),
        (Family::Core, "content" | "body" | "fullitem") => (Field::Summary, 1),
        (Family::Core, "ttl") => (Field::Ttl, 3),
        (Family::DublinCore, "title") => (Field::Title, 2),
        (Family::DublinCore, "date" | "modified") => (Field::Updated, 2),
        (Family::DublinCore, "issued" | "available") => (Field::Published, 2),
        (Family::DublinCore, "created" | "dateaccepted" | "datesubmitted") => (Field::Published, 1),
        (Family::DublinCore, "description" | "abstract") => (Field::Summary, 2),
        (Family::Content, "encoded") => (Field::Summary, 1),
        (Family::Syndication, "updateperiod") => (Field::Period, 3),
        (Family::Syndication, "updatefrequency") => (Field::Frequency, 3),
        _ => return None,
    })
}
