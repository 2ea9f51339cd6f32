//! Titles and names of sites: which part of "Khai mạc hội nghị - Cổng thông tin điện tử tỉnh" is the headline, and which
//! titles belong to a template and to no article.

use super::body::compare_key;
use super::metadata::Metadata;
use super::outline::Outline;

/// Names of the site as the metadata gives them.
pub(super) fn site_names(page: &Outline<'_>, meta: &Metadata) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in
        ["og:site_name", "application-name", "twitter:site", "apple-mobile-web-app-title", "al:android:app_name"]
    {
        if let Some((_, value)) = meta.get(&[name]) {
            names.push(value.trim_start_matches('@').to_owned());
        }
    }
    for segment in segments(&page.title) {
        if is_site_like(&segment) {
            names.push(segment);
        }
    }
    names
}

pub(super) fn segments(title: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let clean = crate::vietnamese::clean(title);
    let words: Vec<&str> = clean.split(' ').collect();
    for word in words {
        if matches!(
            word,
            "-" | "–"
                | "—"
                | "|"
                | "»"
                | "«"
                | "::"
                | ":"
                | "·"
                | "•"
                | "/"
                | ">"
                | "←"
                | "<"
                | "||"
                | "\\"
                | "~"
                | "*"
        ) {
            out.push(String::new());
        } else if let Some(last) = out.last_mut() {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    out.retain(|segment| !segment.is_empty());
    out
}

/// Whether a piece of a title is the name of a site or body rather than a headline.
pub(super) fn is_site_like(text: &str) -> bool {
    let lower = text.to_lowercase();
    const NAMES: [&str; 14] = [
        "cổng thông tin",
        "trang thông tin",
        "cổng ttđt",
        "trang chủ",
        "website",
        "báo điện tử",
        "trang tin",
        "cổng điện tử",
        "ubnd ",
        "home page",
        "homepage",
        "official site",
        "thông tin điện tử",
        "chi tiết tin",
    ];
    NAMES.iter().any(|name| lower.contains(name)) && text.chars().count() < 100
}

/// Titles that pages of one template share.
pub(super) fn is_generic(text: &str) -> bool {
    let key = text.to_lowercase();
    matches!(
        key.trim(),
        "trang chủ"
            | "home"
            | "chi tiết tin"
            | "chi tiết"
            | "tin tức"
            | "tin tức - sự kiện"
            | "tin tức sự kiện"
            | "chi tiết tin tức"
            | "chi tiết bài viết"
            | "xem tin"
            | "nội dung"
            | "untitled"
            | "untitled document"
            | "index"
            | "news"
            | "article"
            | "bài viết"
            | "detail"
            | "xem chi tiết"
            | "new page"
            | "no title"
            | "document"
            | "default"
    ) || (is_site_like(text) && !text.contains(':'))
}

/// A title without the name of the site at its end or start.
pub(super) fn without_site(title: &str, site: &[String]) -> String {
    let segments = segments(title);
    if segments.len() < 2 {
        return title.to_owned();
    }
    let named = |segment: &String| {
        let key = compare_key(segment);
        is_site_like(segment)
            || site.iter().any(|name| {
                let name = compare_key(name);
                !name.is_empty()
                    && (key == name
                        || (name.chars().count() > 5
                            && key.chars().count() < 40
                            && (key.contains(&name) || name.contains(&key) && key.chars().count() > 4)))
            })
    };
    let mut text = title.to_owned();
    if let (Some(last), true) = (segments.last(), segments.last().is_some_and(named)) {
        if let Some(at) = text.rfind(last.as_str()) {
            text.truncate(at);
        }
    } else if let (Some(first), true) = (segments.first(), segments.first().is_some_and(named)) {
        text = text.get(first.len()..).unwrap_or_default().to_owned();
    }
    let text = text.trim_matches(|c: char| c.is_whitespace() || "-–—|»«:·•/><←~*".contains(c)).to_owned();
    if text.is_empty() { title.to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_site_goes() {
        let check = |title: &str, site: &str, expected: &str| {
            assert_eq!(without_site(title, &[site.to_owned()]), expected, "{title}");
        };
        check("Khai mạc hội nghị - Cổng thông tin điện tử tỉnh Mẫu", "", "Khai mạc hội nghị");
        check("Khai mạc hội nghị | Báo Mẫu", "Báo Mẫu", "Khai mạc hội nghị");
        check("Báo Mẫu - Khai mạc hội nghị", "Báo Mẫu", "Khai mạc hội nghị");
        check("Chè - hướng đi mới của vùng cao", "Báo Mẫu", "Chè - hướng đi mới của vùng cao");
        check("Cổng thông tin điện tử", "", "Cổng thông tin điện tử");
    }

    #[test]
    fn titles_of_templates_are_known() {
        let check = |title: &str, expected: bool| assert_eq!(is_generic(title), expected, "{title}");
        check("Chi tiết tin", true);
        check("Cổng thông tin điện tử tỉnh Mẫu", true);
        check("Ra mắt: Cổng thông tin điện tử tỉnh Mẫu", false);
        check("Chi tiết kế hoạch tiêm chủng", false);
    }
}
