//! Addresses of a page: attached files, lead image, the canonical one. Only http and https; nothing is fetched.

use std::collections::HashSet;

use url::Url;

use super::Attachment;
use super::marks::Marks;
use super::metadata::Metadata;
use super::outline::{Id, Outline};
use crate::portal::same_site;

/// Endings of files that portals attach.
const FILES: [&str; 12] = ["pdf", "doc", "docx", "xls", "xlsx", "rtf", "zip", "rar", "7z", "ppt", "pptx", "odt"];
/// Attachments kept of one article.
const MAX_ATTACHMENTS: usize = 100;

/// The files that the article links to: those in its body, and those of the page when the body has none.
pub(super) fn attachments(page: &Outline<'_>, base: &Url, body: Option<Id>) -> Vec<Attachment> {
    let inside = body.map_or_else(Vec::new, |body| gather(page, base, body, page.nodes[body].end));
    if inside.is_empty() { gather(page, base, 0, page.nodes.len()) } else { inside }
}

fn gather(page: &Outline<'_>, base: &Url, from: Id, to: Id) -> Vec<Attachment> {
    let mut out: Vec<Attachment> = Vec::new();
    let mut seen = HashSet::new();
    for id in from..to {
        let node = &page.nodes[id];
        let Some(href) = node.attr("href").filter(|_| node.name == "a") else { continue };
        let Some(url) = Some(href).filter(|href| may_name_file(href)).and_then(|href| absolute(base, href)) else {
            continue;
        };
        if !is_file(&url) {
            continue;
        }
        if page.within(id, Marks::FOOTER.with(Marks::NAV)) || !seen.insert(url.clone()) {
            continue;
        }
        let text = page.text_of(id);
        let title =
            if text.is_empty() { node.attr("title").map(crate::vietnamese::clean).unwrap_or_default() } else { text };
        out.push(Attachment { url, title });
        if out.len() == MAX_ATTACHMENTS {
            break;
        }
    }
    out
}

/// Whether a reference can be that of a file: whatever needs decoding or completing first can be.
fn may_name_file(href: &str) -> bool {
    let needs_reading =
        href.contains(['%', '\t', '\n', '\r']) || href.trim().starts_with(['?', '#']) || href.trim().is_empty();
    needs_reading
        || href.split('.').skip(1).any(|after| {
            let is_start = |file: &str| after.get(..file.len()).is_some_and(|start| start.eq_ignore_ascii_case(file));
            FILES.iter().any(|file| is_start(file))
        })
}

fn is_file(url: &Url) -> bool {
    let ending = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        name.rsplit_once('.').is_some_and(|(_, ending)| FILES.iter().any(|file| file.eq_ignore_ascii_case(ending)))
    };
    // Handlers such as `/download.ashx?file=abc.pdf` name the file in the query; Liferay puts an id after it.
    ending(url.path())
        || url.query_pairs().any(|(_, value)| ending(&value))
        || url.path_segments().is_some_and(|mut parts| url.path().starts_with("/documents/") && parts.any(ending))
}

/// The lead image: what the metadata names, else the first large one of the body.
pub(super) fn image(page: &Outline<'_>, meta: &Metadata, base: &Url, body: Option<Id>) -> Option<(Url, &'static str)> {
    let named = meta.get(&[
        "og:image",
        "og:image:url",
        "og:image:secure_url",
        "twitter:image",
        "twitter:image:src",
        "thumbnail",
    ]);
    if let Some((name, value)) = named
        && let Some(url) = absolute(base, value).filter(|url| !is_decoration(url))
    {
        return Some((url, name));
    }
    if let Some(url) = absolute(base, &meta.linked.image).filter(|_| !meta.linked.image.is_empty()) {
        return Some((url, "JSON-LD"));
    }
    let body = body?;
    let in_body = page.elements(body).filter(|&id| page.nodes[id].name == "img").find_map(|id| {
        let node = &page.nodes[id];
        let small =
            |name: &str| node.attr(name).and_then(|size| size.parse::<u32>().ok()).is_some_and(|size| size < 100);
        let source = ["data-src", "data-original", "data-lazy-src", "src"].iter().find_map(|name| node.attr(name));
        let url = absolute(base, source?)?;
        (!small("width") && !small("height") && !is_decoration(&url) && !page.within(id, Marks::AD)).then_some(url)
    });
    in_body.map(|url| (url, "image in the body"))
}

fn is_decoration(url: &Url) -> bool {
    let path = url.path().to_ascii_lowercase();
    ["logo", "icon", "spacer", "blank.", "avatar", "pixel", "default-image", "no-image", "noimage"]
        .iter()
        .any(|word| path.contains(word))
        || path.ends_with(".svg")
        || path.len() <= 1
}

/// The address that the page calls its own, believed only on the same site and when it is not the home page.
pub(super) fn canonical(meta: &Metadata, base: &Url) -> Option<Url> {
    let claimed = meta.link("canonical").or_else(|| meta.get(&["og:url"]).map(|(_, value)| value))?;
    let url = absolute(base, claimed)?;
    let home = url.path().trim_matches('/').is_empty() && url.query().is_none();
    (same_site(base, &[], &url) && !home).then_some(url)
}

/// The last link of a breadcrumb that is not the article itself.
pub(super) fn last_crumb(page: &Outline<'_>, title: &str) -> Option<String> {
    if !page.names.contains("breadcrumb") {
        return None;
    }
    let trail = (0..page.nodes.len()).find(|&id| {
        let name = |key| page.nodes[id].attr(key).unwrap_or_default().to_ascii_lowercase();
        page.nodes[id].chars > 0
            && page.nodes[id].chars < 400
            && (name("class").contains("breadcrumb") || name("id").contains("breadcrumb"))
    })?;
    let crumbs = page.elements(trail).filter(|&id| page.nodes[id].name == "a").map(|id| page.text_of(id));
    crumbs.filter(|crumb| !crumb.is_empty() && crumb != title && !crumb.to_lowercase().starts_with("trang chủ")).last()
}

/// An http or https address.
pub(super) fn absolute(base: &Url, href: &str) -> Option<Url> {
    let url = base.join(href.trim()).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}
