use std::path::Path;
use std::time::{Duration, Instant};

use data_encoding::{BASE64, HEXLOWER};
use serde_json::Value;

use super::Robots;

fn check(robots: &str, agent: &str, url: &str, allowed: bool) {
    let verdict = Robots::parse(robots.as_bytes()).allows(agent, url);
    assert_eq!(verdict, allowed, "{agent} {url} under {robots:?}");
}

#[test]
fn the_longest_pattern_decides_and_allow_wins_a_tie() {
    let robots = "User-agent: *\nDisallow: /tin/\nAllow: /tin/cong-bo/\nDisallow: /tin/cong-bo/nhap\n";
    check(robots, "lantoa", "https://a.gov.vn/tin/1.html", false);
    check(robots, "lantoa", "https://a.gov.vn/tin/cong-bo/1.html", true);
    check(robots, "lantoa", "https://a.gov.vn/tin/cong-bo/nhap-1.html", false);
    check(robots, "lantoa", "https://a.gov.vn/", true);
    check("User-agent: *\nDisallow: /a\nAllow: /a\n", "lantoa", "https://a.gov.vn/a", true);
    check("User-agent: *\nDisallow: /\n", "lantoa", "https://a.gov.vn/robots.txt", true);
}

#[test]
fn a_group_of_its_own_replaces_the_common_one() {
    let robots = "User-agent: *\nDisallow: /\n\nUser-agent: Lantoa/2.0 (x)\nUser-agent: other\nDisallow: /kin\n";
    check(robots, "lantoa", "https://a.gov.vn/tin", true);
    check(robots, "lantoa/0.1 (+mail)", "https://a.gov.vn/kin/1", false);
    check(robots, "lantoabot", "https://a.gov.vn/tin", false);
    let twice = "User-agent: lantoa\nDisallow: /a\nUser-agent: x\nDisallow: /\nUser-agent: lantoa\nDisallow: /b\n";
    check(twice, "lantoa", "https://a.gov.vn/a", false);
    check(twice, "lantoa", "https://a.gov.vn/b", false);
    check(twice, "lantoa", "https://a.gov.vn/c", true);
}

#[test]
fn asterisk_and_dollar() {
    let robots = "User-agent: *\nDisallow: /*.pdf$\nDisallow: /*?tim=*&trang=\nDisallow: /in$\n";
    check(robots, "lantoa", "https://a.gov.vn/x/y.pdf", false);
    check(robots, "lantoa", "https://a.gov.vn/x/y.pdf?z", true);
    check(robots, "lantoa", "https://a.gov.vn/x.pdf/y.pdf", false);
    check(robots, "lantoa", "https://a.gov.vn/s?tim=a&trang=2", false);
    check(robots, "lantoa", "https://a.gov.vn/s?tim=a", true);
    check(robots, "lantoa", "https://a.gov.vn/in", false);
    check(robots, "lantoa", "https://a.gov.vn/in-an", true);
    check("User-agent: *\nDisallow: /ab*b$\n", "lantoa", "https://a.gov.vn/ab", true);
}

#[test]
fn spellings_of_one_path() {
    check("User-agent: *\nDisallow: /tin-tức/\n", "lantoa", "https://a.gov.vn/tin-t%E1%BB%A9c/1", false);
    check("User-agent: *\nDisallow: /tin-t%e1%bb%a9c/\n", "lantoa", "https://a.gov.vn/tin-t%E1%BB%A9c/1", false);
    check("User-agent: *\nDisallow: /%7Eadmin\n", "lantoa", "https://a.gov.vn/~admin/", false);
    check("User-agent: *\nDisallow: /Tai Lieu/\n", "lantoa", "https://a.gov.vn/Tai%20Lieu/1", false);
    check("User-agent: *\nDisallow: /gia-%24\n", "lantoa", "https://a.gov.vn/gia-$5", false);
    check("User-agent: *\nDisallow: /\nAllow: /tin-tức/\n", "lantoa", "https://a.gov.vn/tin-t%E1%BB%A9c/1", true);
    check("User-agent: *\nDisallow: /100%\n", "lantoa", "https://a.gov.vn/100%", false);
}

#[test]
fn files_as_they_come() {
    for end in ["\n", "\r", "\r\n"] {
        let robots = ["\u{feff}user-agent : *", "", "disalow /a", "Disallow: /b # not /c", "nonsense"].join(end);
        check(&robots, "lantoa", "https://a.gov.vn/a", false);
        check(&robots, "lantoa", "https://a.gov.vn/b", false);
        check(&robots, "lantoa", "https://a.gov.vn/c", true);
    }
    check("Disallow: /\n", "lantoa", "https://a.gov.vn/a", true);
    check("User-agent: *\nDisallow:\n", "lantoa", "https://a.gov.vn/a", true);
    let utf_16: Vec<u8> = "\u{feff}User-agent: *\nDisallow: /a".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(!Robots::parse(&utf_16).allows("lantoa", "https://a.gov.vn/a"));
    assert!(Robots::parse(&[0xff; 4_000]).allows("lantoa", "https://a.gov.vn/a"));
}

#[test]
fn crawl_delay_and_sitemaps() {
    let robots = Robots::parse(
        b"Sitemap: https://a.gov.vn/Sitemap.xml\nUser-agent: *\nCrawl-delay: 2.5\nDisallow: /x\n\
          User-agent: slow\nCrawl-delay: 1e30\nUser-agent: odd\nAllow: /\nUser-agent: bad\nCrawl-delay: -1\n\
          sitemap:/b.xml\nhttps://a.gov.vn/c.xml\nhttps://a.gov.vn/about\n",
    );
    assert_eq!(robots.crawl_delay("lantoa"), Some(Duration::from_millis(2_500)));
    assert_eq!(robots.crawl_delay("slow"), Some(Duration::MAX));
    assert_eq!(robots.crawl_delay("bad"), None);
    assert_eq!(robots.sitemaps(), ["https://a.gov.vn/Sitemap.xml", "/b.xml", "https://a.gov.vn/c.xml"]);
}

#[test]
fn matching_is_linear() {
    let robots = format!("User-agent: *\n{}", format!("Disallow: /{}b\n", "*a".repeat(900)).repeat(200));
    let robots = Robots::parse(robots.as_bytes());
    let url = format!("https://a.gov.vn/{}", "a".repeat(2_000));
    let start = Instant::now();
    assert!(robots.allows("lantoa", &url));
    assert!(start.elapsed() < Duration::from_secs(2), "took {:?}", start.elapsed());
}

fn suite(path: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance").join(path);
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: ../shared is absent ({})", path.display());
        return Vec::new();
    };
    serde_json::from_str(&text).expect("the suite is an array")
}

fn text<'a>(case: &'a Value, key: &str) -> &'a str {
    case[key].as_str().unwrap_or_default()
}

#[test]
fn public_suite_of_the_protocol() {
    let cases: Vec<Value> =
        suite("robots-google/cases.json").into_iter().filter(|case| case["google_only"] == false).collect();
    let mut wrong = Vec::new();
    for case in &cases {
        let allowed = Robots::parse(text(case, "robots").as_bytes()).allows(text(case, "agent"), text(case, "url"));
        if allowed != case["allowed"] {
            wrong.push(text(case, "id"));
        }
    }
    println!("robots-google, protocol part: {} cases, wrong: {wrong:?}", cases.len());
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn public_suite_of_directives() {
    for fact in suite("robots-google/parser_facts.json") {
        let robots = Robots::parse(&HEXLOWER.decode(text(&fact, "robots_hex").as_bytes()).expect("hexadecimal"));
        if text(&fact, "kind") == "sitemap" {
            assert_eq!(robots.sitemaps(), [text(&fact, "expect")], "{}", text(&fact, "id"));
        }
    }
    for fact in suite("robots-crawler-commons/facts.json") {
        let robots = Robots::parse(&BASE64.decode(text(&fact, "robots_b64").as_bytes()).expect("base64"));
        let got = match text(&fact, "kind") {
            "sitemap_count" => robots.sitemaps().len() as u128,
            _ => {
                robots.crawl_delay(fact["agents"][0].as_str().unwrap_or_default()).map_or(0, |delay| delay.as_millis())
            }
        };
        assert_eq!(Some(got), fact["expect"].as_u64().map(u128::from), "{}", text(&fact, "id"));
    }
}

#[test]
fn public_suite_of_product_tokens() {
    let cases: Vec<Value> =
        suite("robots-crawler-commons/cases.json").into_iter().filter(|case| case["rfc_token"] == true).collect();
    let mut wrong = Vec::new();
    for case in &cases {
        let robots = Robots::parse(&BASE64.decode(text(case, "robots_b64").as_bytes()).expect("base64"));
        let agent = case["agents"][0].as_str().unwrap_or_default();
        // A dialect of that parser: a long Crawl-delay closes the site. RFC 9309 does not know the line.
        let dialect = robots.crawl_delay(agent).is_some_and(|delay| delay > Duration::from_secs(300));
        if !dialect && robots.allows(agent, text(case, "url")) != case["allowed"] {
            wrong.push(format!("{} {}", text(case, "id"), text(case, "test")));
        }
    }
    println!("robots-crawler-commons, product tokens: {} cases, wrong: {wrong:?}", cases.len());
    assert!(wrong.is_empty(), "{wrong:?}");
}
