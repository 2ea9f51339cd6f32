//! How long an answer may be kept, from its headers (RFC 9111 §4.2): a hint for when to ask again.

use std::time::Duration;

use jiff::fmt::rfc2822;

/// The freshness lifetime that `Cache-Control` or `Expires` gives, less the time that the answer has already spent in
/// caches (`Age`). Nothing when they say nothing or the answer may not be kept.
pub(super) fn lifetime(
    cache_control: Option<&str>,
    expires: Option<&str>,
    date: Option<&str>,
    age: Option<&str>,
) -> Option<Duration> {
    let directives = cache_control.unwrap_or_default().to_ascii_lowercase();
    let mut directives = directives.split(',').map(str::trim);
    if directives.clone().any(|directive| {
        let name = directive.split('=').next().unwrap_or_default().trim();
        matches!(name, "no-cache" | "no-store" | "must-understand")
    }) {
        return None;
    }
    let max_age = directives.find_map(|directive| {
        let (name, value) = directive.split_once('=')?;
        (name.trim() == "max-age").then(|| value.trim().trim_matches('"').parse::<u64>().ok()).flatten()
    });
    let lifetime = max_age.or_else(|| {
        let (expires, date) = (instant(expires?)?, instant(date?)?);
        u64::try_from(expires - date).ok()
    })?;
    let age = age.and_then(|age| age.trim().parse().ok()).unwrap_or(0);
    Some(Duration::from_secs(lifetime.saturating_sub(age))).filter(|left| !left.is_zero())
}

fn instant(text: &str) -> Option<i64> {
    rfc2822::parse(text.trim()).ok().map(|at| at.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_headers_say() {
        let check = |control: Option<&str>, expires: Option<&str>, age: Option<&str>, expected: Option<u64>| {
            let date = Some("Sat, 21 Nov 2026 08:00:00 GMT");
            assert_eq!(lifetime(control, expires, date, age).map(|d| d.as_secs()), expected, "{control:?} {expires:?}");
        };
        check(Some("public, max-age=600"), None, None, Some(600));
        check(Some("max-age=600"), None, Some("550"), Some(50));
        check(Some("Max-Age=\"60\""), Some("Sat, 21 Nov 2026 09:00:00 GMT"), None, Some(60));
        check(Some("no-cache, max-age=600"), None, None, None);
        check(Some("private, no-store"), None, None, None);
        check(Some("max-age=0"), None, None, None);
        check(Some("max-age=x"), None, None, None);
        check(None, Some("Sat, 21 Nov 2026 08:10:00 GMT"), None, Some(600));
        check(None, Some("0"), None, None);
        check(None, Some("Thu, 01 Jan 1970 00:00:00 GMT"), None, None);
        check(None, None, None, None);
        check(Some("max-age=99999999999999999999"), None, None, None);
    }
}
