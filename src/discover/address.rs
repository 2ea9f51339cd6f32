//! A written address in, a [`Url`] that may be fetched out: http or https, with the habits of careless software
//! undone. Nothing else leaves this file.

use url::Url;

/// Longest address that is kept; longer ones are traps or data in disguise.
const MAX_LENGTH: usize = 2048;
/// More path segments than any portal has; a relative link that repeats itself grows past this.
const MAX_SEGMENTS: usize = 20;

/// Resolves what `href` says on a page at `base`.
pub(super) fn resolve(base: &Url, href: &str) -> Option<Url> {
    let href: String = href.trim().chars().filter(|c| !c.is_control()).collect();
    if href.is_empty() || href.len() > MAX_LENGTH {
        return None;
    }
    let href = undouble(&href);
    let url = match scheme_without_slashes(href) {
        Some(repaired) => Url::parse(&repaired).ok()?,
        None => base.join(href).ok()?,
    };
    let is_web = matches!(url.scheme(), "http" | "https") && url.host_str().is_some_and(|host| !host.is_empty());
    (is_web && url.as_str().len() <= MAX_LENGTH && !is_trap(&url)).then_some(url)
}

/// `https://ahttps://a/x` → `https://a/x`: the software wrote its own address before one that was complete.
fn undouble(href: &str) -> &str {
    let doubled = ["https://", "http://"].into_iter().filter_map(|scheme| href.rfind(scheme)).max().unwrap_or(0);
    let before = &href[..doubled];
    // Inside a query, or after a slash as archives write it, a second address is meant.
    let is_slip = is_web_start(before) && !before.contains('?') && !before.ends_with('/');
    if is_slip { &href[doubled..] } else { href }
}

fn is_web_start(href: &str) -> bool {
    let lower = href.get(..8).unwrap_or(href).to_ascii_lowercase();
    lower.starts_with("http://") || lower.starts_with("https://")
}

/// `http:host/path` and `http:/host/path` → `http://host/path`, which is what browsers make of them too.
fn scheme_without_slashes(href: &str) -> Option<String> {
    let (scheme, rest) = href.split_once(':')?;
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    (is_web && !rest.starts_with("//")).then(|| format!("{scheme}://{}", rest.trim_start_matches('/')))
}

/// `/a/a/a/…`: a relative link that leads to itself, one segment deeper each time.
fn is_trap(url: &Url) -> bool {
    let segments: Vec<&str> = url.path().split('/').filter(|s| !s.is_empty()).collect();
    let repeats = segments.windows(3).any(|w| w[0] == w[1] && w[1] == w[2]);
    segments.len() > MAX_SEGMENTS || repeats
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    fn check(href: &str, expected: Option<&str>) {
        let base = Url::parse("https://bo.gov.vn/tin/index.html").unwrap();
        assert_eq!(resolve(&base, href).as_ref().map(Url::as_str), expected, "{href}");
    }

    #[test]
    fn addresses_are_resolved_and_mended() {
        check(" a.htm\n", Some("https://bo.gov.vn/tin/a.htm"));
        check("/x?ItemID=1", Some("https://bo.gov.vn/x?ItemID=1"));
        check("//cdn.vn/x", Some("https://cdn.vn/x"));
        check("http:moc.gov.vn/vn/1", Some("http://moc.gov.vn/vn/1"));
        check("https:/moc.gov.vn/vn/1", Some("https://moc.gov.vn/vn/1"));
        check("https://vnanet.vnhttps://vnanet.vn/vi/1.html", Some("https://vnanet.vn/vi/1.html"));
        check("https://a.vn/go?to=https://b.vn/x", Some("https://a.vn/go?to=https://b.vn/x"));
        check(
            "https://web.archive.org/web/2020/https://b.vn/x",
            Some("https://web.archive.org/web/2020/https://b.vn/x"),
        );
    }

    #[test]
    fn only_the_web_is_left() {
        for href in [
            "",
            "javascript:void(0)",
            "java\tscript:alert(1)",
            "\u{1}javascript:x",
            "data:text/html,x",
            "mailto:a@b.vn",
            "file:///etc/passwd",
            "ftp://a/b",
            "http://",
        ] {
            check(href, None);
        }
        check(&format!("/{}", "a/".repeat(30)), None);
        check(&format!("/{}", "x".repeat(5000)), None);
        check("é", Some("https://bo.gov.vn/tin/%C3%A9"));
    }
}
