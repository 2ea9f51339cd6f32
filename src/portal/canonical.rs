//! The one canonical-URL function: two addresses of one article become one.
//!
//! In: an address as a page or feed gives it. Out: the address under which the article is known. What may be the
//! identity of a page (a query, the case of a path, a slash at its end) is never touched; where a portal's own pages show
//! that it makes no difference, [`super::Learnt`] says so.

use url::Url;

/// The address under which an article is known. Lower-case host, no fragment, no tracking or session parameters;
/// a query that may be the article's identity is kept, its parameters in the order of their names.
#[must_use]
pub fn canonical_url(url: &Url) -> Url {
    let mut canonical = url.clone();
    canonical.set_fragment(None);
    if !matches!(url.scheme(), "http" | "https") {
        return canonical;
    }
    // These cannot fail for http and https, and if they did the address would only keep what it had.
    let _ = canonical.set_username("");
    let _ = canonical.set_password(None);
    if let Some(host) = url.host_str().and_then(|host| host.strip_suffix('.')).filter(|host| !host.is_empty()) {
        let _ = canonical.set_host(Some(host));
    }
    canonical.set_path(&path(url.path()));
    let query = url.query().map(query).filter(|query| !query.is_empty());
    canonical.set_query(query.as_deref());
    canonical
}

/// Whether `url` belongs to the portal whose home is `home`: the same host, `www.` aside, or one of the portal's other
/// domains. A sub-domain is another portal unless it is listed. The port counts, but for those of http and https.
#[must_use]
pub fn same_site(home: &Url, aliases: &[String], url: &Url) -> bool {
    let Some(host) = site(url) else { return false };
    let is_home = site(home).is_some_and(|home| home == host) && port(home) == port(url);
    is_home || aliases.iter().any(|alias| is_alias(alias, &host, port(url)))
}

/// Whether `url` belongs to the body whose portal is at `home`: the same site, or any host under the domain that the
/// body registered. Portals keep their files on hosts such as `files.bo.gov.vn`.
#[must_use]
pub fn same_owner(home: &Url, aliases: &[String], url: &Url) -> bool {
    let domains = || Some((registered(&site(home)?)?, registered(&site(url)?)?));
    same_site(home, aliases, url) || (port(url).is_none() && domains().is_some_and(|(home, other)| home == other))
}

/// The domain of the body whose portal is at `url`; host and port where there is none.
#[must_use]
pub fn owner_of(url: &Url) -> String {
    let domain = url.host_str().and_then(registered).filter(|_| port(url).is_none());
    domain.unwrap_or_else(|| format!("{}:{}", url.host_str().unwrap_or_default(), port(url).unwrap_or_default()))
}

/// The domain that a body registered: the label under `vn`, or under one of its second levels. Addresses in figures
/// have none.
fn registered(host: &str) -> Option<String> {
    const SECOND_LEVEL: [&str; 14] =
        ["gov", "com", "net", "org", "edu", "info", "int", "ac", "pro", "health", "name", "biz", "io", "ai"];
    let labels: Vec<&str> = host.split('.').filter(|label| !label.is_empty()).collect();
    if host.contains(':') || labels.last()?.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let is_second =
        labels.len() >= 2 && labels.last() == Some(&"vn") && SECOND_LEVEL.contains(&labels[labels.len() - 2]);
    let kept = if is_second { 3 } else { 2 };
    (labels.len() >= kept).then(|| labels[labels.len() - kept..].join("."))
}

/// The host without `www.` and the dot of the root.
fn site(url: &Url) -> Option<String> {
    let host = url.host_str()?.trim_end_matches('.');
    Some(host.strip_prefix("www.").unwrap_or(host).to_owned())
}

/// The host, with its port when it is not the one that the scheme implies: what an alias names.
pub(crate) fn host_and_port(url: &Url) -> Option<String> {
    let host = url.host_str()?.trim_end_matches('.');
    Some(port(url).map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

/// The port, when it is not the one that the scheme implies.
fn port(url: &Url) -> Option<u16> {
    url.port().filter(|port| !matches!(port, 80 | 443))
}

/// An alias is a domain, with or without a port.
fn is_alias(alias: &str, host: &str, port: Option<u16>) -> bool {
    let alias = alias.trim().trim_end_matches('.').to_ascii_lowercase();
    let alias = alias.strip_prefix("www.").unwrap_or(&alias);
    match port {
        None => alias == host,
        Some(port) => alias.strip_prefix(host).is_some_and(|rest| rest == format!(":{port}")),
    }
}

/// The path without doubled slashes, session segments and needless escapes.
fn path(path: &str) -> String {
    let mut clean = String::with_capacity(path.len());
    for segment in path.split('/') {
        let segment = without_session(segment);
        let is_session = is_cookieless_session(segment);
        if is_session || (segment.is_empty() && clean.ends_with('/')) {
            continue;
        }
        clean.push_str(&escaped(segment, "[]|^\\{}"));
        clean.push('/');
    }
    let ends_open = path.ends_with('/') || is_cookieless_session(path.rsplit('/').next().unwrap_or(""));
    if !ends_open {
        clean.pop();
    }
    clean
}

/// `;jsessionid=…` is glued to the last segment by Java servers.
fn without_session(segment: &str) -> &str {
    let at = segment.char_indices().find(|(at, c)| {
        *c == ';' && segment[*at + 1..].get(..11).is_some_and(|name| name.eq_ignore_ascii_case("jsessionid="))
    });
    at.map_or(segment, |(at, _)| &segment[..at])
}

/// ASP.NET without cookies keeps its session in a segment: `(S(lit3py55t21z5v55vlm25s55))`.
fn is_cookieless_session(segment: &str) -> bool {
    segment.len() > 20 && segment.starts_with("(S(") && segment.ends_with("))")
}

/// The query without tracking, sessions and empty parameters, in the order of the names.
fn query(query: &str) -> String {
    let mut kept: Vec<(&str, &str)> = query
        .split('&')
        // `&amp;` that was never unescaped leaves `amp;` before the name.
        .map(|parameter| parameter.trim_start_matches("amp;"))
        .map(|parameter| (parameter.split('=').next().unwrap_or(parameter), parameter))
        .filter(|(name, parameter)| !name.is_empty() && !is_noise(name, parameter.get(name.len() + 1..).unwrap_or("")))
        .collect();
    // Sorting is stable: values of one name keep their order, which may mean something.
    kept.sort_by_key(|(name, _)| *name);
    let parameters: Vec<String> = kept.into_iter().map(|(_, parameter)| escaped(parameter, "|^\\{}`")).collect();
    parameters.join("&")
}

/// Parameters that say who came from where, or how the page is to be drawn, and never which page it is.
fn is_noise(name: &str, value: &str) -> bool {
    const PREFIXES: [&str; 6] = ["utm_", "_adf.", "_afr", "aspsessionid", "__cf_", "at_campaign"];
    const NAMES: [&str; 38] = [
        "fbclid",
        "gclid",
        "gclsrc",
        "dclid",
        "wbraid",
        "gbraid",
        "msclkid",
        "yclid",
        "twclid",
        "ttclid",
        "zarsrc",
        "zalo_id",
        "igshid",
        "igsh",
        "mc_cid",
        "mc_eid",
        "_ga",
        "_gl",
        "_gac",
        "_hsenc",
        "_hsmi",
        "fb_action_ids",
        "fb_action_types",
        "fb_source",
        "fb_comment_id",
        "jsessionid",
        "phpsessid",
        "asp.net_sessionid",
        "cfid",
        "cftoken",
        "p_auth",
        "p_p_state",
        "p_p_mode",
        "p_p_col_id",
        "p_p_col_pos",
        "p_p_col_count",
        "initialtabid",
        "visibilitycontext",
    ];
    let name = name.to_ascii_lowercase();
    let is_listed = NAMES.contains(&name.as_str()) || PREFIXES.iter().any(|prefix| name.starts_with(prefix));
    is_listed
        || match name.as_str() {
            "sid" | "s" | "session" | "sessionid" | "session_id" | "osid" | "zenid" => is_session_id(value),
            "pageindex" | "p_p_lifecycle" => value == "0",
            // A time against caches, as jQuery and portal scripts append it.
            "_" | "rnd" | "rand" | "nocache" | "timestamp" => value.len() >= 9 && is_digits(value),
            _ => false,
        }
}

/// Long, and of letters and figures in no order that a person would choose.
fn is_session_id(value: &str) -> bool {
    value.len() >= 16
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && value.bytes().any(|byte| byte.is_ascii_digit())
        && value.bytes().any(|byte| byte.is_ascii_alphabetic())
}

fn is_digits(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_digit())
}

/// RFC 3986 §6.2.2: escapes of unreserved characters undone, the others in capitals, a lone `%` escaped; and `also`
/// escaped, which the URL standard lets pass.
fn escaped(part: &str, also: &str) -> String {
    let bytes = part.as_bytes();
    let mut clean = String::with_capacity(part.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let escape = bytes.get(at + 1..at + 3).filter(|_| *byte == b'%').and_then(hex);
        match escape {
            Some(value) if value.is_ascii_alphanumeric() || b"-._~".contains(&value) => {
                clean.push(char::from(value));
                at += 3;
            }
            Some(value) => {
                clean.push_str(&format!("%{value:02X}"));
                at += 3;
            }
            None if *byte == b'%' => {
                clean.push_str("%25");
                at += 1;
            }
            None if also.as_bytes().contains(byte) || !byte.is_ascii() => {
                clean.push_str(&format!("%{byte:02X}"));
                at += 1;
            }
            None => {
                clean.push(char::from(*byte));
                at += 1;
            }
        }
    }
    clean
}

fn hex(digits: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let value = digit(*digits.first()?)? * 16 + digit(*digits.get(1)?)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    fn check(url: &str, expected: &str) {
        let once = canonical_url(&Url::parse(url).unwrap());
        assert_eq!(once.as_str(), expected, "{url}");
        assert_eq!(canonical_url(&once), once, "{url} is not stable");
    }

    #[test]
    fn form_of_the_address() {
        for (url, expected) in [
            ("HTTPS://WWW.Example.GOV.VN:443/Tin-Tuc/", "https://www.example.gov.vn/Tin-Tuc/"),
            ("https://example.gov.vn./tin", "https://example.gov.vn/tin"),
            ("https://example.gov.vn:8443/tin", "https://example.gov.vn:8443/tin"),
            ("https://user:secret@example.gov.vn/tin", "https://example.gov.vn/tin"),
            ("https://example.gov.vn/tin#binh-luan", "https://example.gov.vn/tin"),
            ("https://example.gov.vn/#!/tin/1", "https://example.gov.vn/"),
            ("https://example.gov.vn/a/./b/../c//d", "https://example.gov.vn/a/c/d"),
            ("https://example.gov.vn//", "https://example.gov.vn/"),
            ("https://example.gov.vn/%7Etin%2ehtml?%71=%c3%a1", "https://example.gov.vn/~tin.html?q=%C3%A1"),
            ("https://example.gov.vn/tin/đất đai", "https://example.gov.vn/tin/%C4%91%E1%BA%A5t%20%C4%91ai"),
            ("https://example.gov.vn/100%", "https://example.gov.vn/100%25"),
            ("https://example.gov.vn/a%2Fb", "https://example.gov.vn/a%2Fb"),
            ("https://example.gov.vn/tin?", "https://example.gov.vn/tin"),
            ("mailto:bbt@example.gov.vn", "mailto:bbt@example.gov.vn"),
        ] {
            check(url, expected);
        }
    }

    #[test]
    fn noise_goes_and_identity_stays() {
        for (query, expected) in [
            ("?utm_source=zalo&utm_medium=x&id=3", "?id=3"),
            ("?fbclid=abc", ""),
            ("?ItemID=12&CateID=3", "?CateID=3&ItemID=12"),
            ("?93458101", "?93458101"),
            ("?urile=wcm:path:/mod/sa/tin", "?urile=wcm:path:/mod/sa/tin"),
            ("?pageid=27160&docid=216", "?docid=216&pageid=27160"),
            ("?pageindex=0", ""),
            ("?pageindex=2", "?pageindex=2"),
            ("?_adf.ctrl-state=x1&_afrLoop=99&dDocName=PORTAL353", "?dDocName=PORTAL353"),
            ("?p_p_id=news_WAR&p_p_state=normal&p_p_mode=view&p_p_lifecycle=0", "?p_p_id=news_WAR"),
            ("?p_p_id=news_WAR&p_p_lifecycle=2", "?p_p_id=news_WAR&p_p_lifecycle=2"),
            ("?PHPSESSID=1f2e&id=3", "?id=3"),
            ("?sid=12", "?sid=12"),
            ("?sid=8f14e45fceea167a5a36dedd4bea2543", ""),
            ("?a=1&amp;id=3", "?a=1&id=3"),
            ("?id=3&&_=1692149820000", "?id=3"),
            ("?tag=b&tag=a&id", "?id&tag=b&tag=a"),
            ("?q=c%2B%2B+x", "?q=c%2B%2B+x"),
        ] {
            check(&format!("https://example.gov.vn/tin{query}"), &format!("https://example.gov.vn/tin{expected}"));
        }
        check("https://example.gov.vn/tin.do;jsessionid=0A1B?id=3", "https://example.gov.vn/tin.do?id=3");
        check("https://example.gov.vn/(S(lit3py55t21z5v55vlm25s55))/tin.aspx", "https://example.gov.vn/tin.aspx");
    }

    #[test]
    fn one_portal_and_its_neighbours() {
        let home = Url::parse("https://www.example.gov.vn/").unwrap();
        let aliases = ["cu.example.gov.vn".to_owned(), "www.example2.vn".to_owned()];
        for (url, expected) in [
            ("http://example.gov.vn/tin", true),
            ("https://WWW.example.gov.vn./tin", true),
            ("https://cu.example.gov.vn/tin", true),
            ("https://example2.vn/tin", true),
            ("https://so.example.gov.vn/tin", false),
            ("https://example.gov.vn:8443/tin", false),
            ("https://badexample.gov.vn/", false),
            ("mailto:bbt@example.gov.vn", false),
        ] {
            assert_eq!(same_site(&home, &aliases, &Url::parse(url).unwrap()), expected, "{url}");
        }
        for (url, expected) in [
            ("http://example.gov.vn/tep.pdf", true),
            ("https://files.example.gov.vn/tep.pdf", true),
            ("https://cu.example.gov.vn/tep.pdf", true),
            ("https://so.example.gov.vn:8443/tep.pdf", false),
            ("https://other.gov.vn/tep.pdf", false),
            ("https://example.com.vn/tep.pdf", false),
            ("https://gov.vn/tep.pdf", false),
            ("https://drive.example.com/tep.pdf", false),
        ] {
            assert_eq!(same_owner(&home, &aliases, &Url::parse(url).unwrap()), expected, "{url}");
        }
        let by_number = Url::parse("http://127.26.0.4:18026/").unwrap();
        assert!(!same_owner(&by_number, &[], &Url::parse("http://10.26.0.4/").unwrap()));
        let fixture = Url::parse("http://127.0.0.1:4001/").unwrap();
        let other = Url::parse("http://127.0.0.1:4002/tin").unwrap();
        assert!(!same_site(&fixture, &[], &other));
        assert!(same_site(&fixture, &["127.0.0.1:4002".to_owned()], &other));
    }

    /// The cases of a public crawler, where they are at hand; some assert habits that are not wanted here.
    #[test]
    fn conformance() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../shared/conformance/crawler-commons-url/cases.json");
        let Ok(cases) = std::fs::read_to_string(path) else {
            println!("skipped: ../shared is absent");
            return;
        };
        let cases: Vec<serde_json::Value> = serde_json::from_str(&cases).unwrap();
        let cases: Vec<_> = cases.iter().filter(|case| case["kind"] == "normalise").collect();
        let mut passed = 0;
        for case in &cases {
            let found = Url::parse(case["input"].as_str().unwrap()).map(|url| canonical_url(&url).to_string());
            if found.as_deref().ok() == case["expect"].as_str() {
                passed += 1;
            } else {
                println!("{} {}: {} found {found:?}", case["id"], case["input"], case["expect"]);
            }
        }
        println!("addresses: {passed} of {}", cases.len());
        assert!(passed * 100 >= cases.len() * 90, "{passed} of {}", cases.len());
    }
}
