//! The date of publication in the head of a page: JSON-LD and the many names that metas give it.

use super::dated::Found;
use super::dateline::Place;

/// Names under which heads give the date of publication, the surest first.
const PUBLISHED: &[&str] = &[
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "datepublished",
    "article:published",
    "article.published",
    "published_time",
    "pubdate",
    "publishdate",
    "publish-date",
    "publish_date",
    "publication_date",
    "publicationdate",
    "published",
    "sailthru.date",
    "parsely-pub-date",
    "cxenseparse:recs:publishtime",
    "dcterms.created",
    "dcterms.issued",
    "dcterms.date",
    "rnews:datepublished",
    "originalpublicationdate",
    "article_date_original",
    "article:post_date",
    "displaydate",
    "ptime",
    "dc.date.issued",
    "citation_publication_date",
    "citation_online_date",
    "citation_date",
    "bt:pubdate",
    "publisheddate",
    "published_date",
    "published-date",
    "publishtime",
    "publish_time",
    "published_at",
    "datecreated",
    "date_published",
    "dateposted",
    "date-posted",
    "post_date",
    "posted",
    "og:pubdate",
    "og:regdate",
    "og:release_date",
    "og:question:published_time",
    "article:publicationdate",
    "article_date",
    "articledate",
    "mediator_published_time",
    "prism.publicationdate",
    "rbpubdate",
    "release_date",
    "source_published_date",
    "shareaholic:article_published_time",
    "vr:published_time",
    "video:release_date",
    "uploaddate",
    "issued",
    "issue_date",
    "first-published",
    "first_published",
    "regdate",
    "gentime",
    "sdate",
    "doc_date",
    "eprints.date",
    "date",
    "timestamp",
];

const DUBLIN_CORE: [&str; 3] = ["dc.date", "dc.date.created", "dc.created"];
pub(super) const MODIFIED: [&str; 8] = [
    "article:modified_time",
    "og:updated_time",
    "og:article:modified_time",
    "datemodified",
    "last-modified",
    "lastmod",
    "dcterms.modified",
    "updated_time",
];

impl Place<'_, '_> {
    /// JSON-LD and metas.
    pub(super) fn claimed(&self) -> Option<Found> {
        if let Some(dated) = self.machine(&self.page.meta.linked.published) {
            return Some(Found::new(dated, &self.page.meta.linked.published, "JSON-LD datePublished"));
        }
        self.named()
    }

    /// Metas that name the date of publication.
    pub(super) fn named(&self) -> Option<Found> {
        PUBLISHED.iter().find_map(|name| {
            let (_, value) = self.page.meta.get(&[name])?;
            self.machine(value)
                .or_else(|| super::foreign_date::read(value).filter(|dated| self.believable(*dated)))
                .map(|dated| Found::new(dated, value, name))
        })
    }

    /// Dublin Core: a constant of the site as often as not.
    pub(super) fn dublin_core(&self) -> Option<Found> {
        DUBLIN_CORE.iter().find_map(|name| {
            let (_, value) = self.page.meta.get(&[name])?;
            self.machine(value).map(|dated| Found::new(dated, value, name))
        })
    }
}
