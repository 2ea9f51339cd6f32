//! The pages of `fixtures/extract`: each `NAME.html` is read and compared with the fields that `NAME.json` names.

use std::fs;
use std::path::Path;

use lantoa::extract::{Extracted, Families, Hints, article};
use serde_json::{Value, json};
use url::Url;

/// After every date in the fixtures.
const NOW: &str = "2026-07-01T00:00:00Z";

fn fixtures() -> Vec<(String, String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/extract");
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is carried with the project").flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|ending| ending == "html") {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let expected = fs::read_to_string(path.with_extension("json")).expect("each page has its expectations");
            let expected = serde_json::from_str(&expected).expect("expectations are JSON");
            out.push((name, fs::read_to_string(&path).expect("a fixture is readable"), expected));
        }
    }
    out.sort_by(|a, b| a.0.cmp(&b.0));
    out
}

fn read(html: &str, url: &str) -> Extracted {
    let url = Url::parse(url).expect("a fixture's address is one");
    article(html, &url, &Hints::default(), None, NOW.parse().expect("a constant"))
}

/// What was found under the name of an expectation.
fn found(got: &Extracted, field: &str) -> Value {
    let article = &got.article;
    match field {
        "text" => article.text.lines().collect(),
        "published" => json!(got.article.published.map(local)),
        "modified" => json!(article.modified.map(local)),
        "attachments" => article.attachments.iter().map(|file| file.url.to_string()).collect(),
        "not_an_article" => json!(got.not_an_article),
        _ => serde_json::to_value(article).expect("an article is JSON")[field].clone(),
    }
}

fn local(at: jiff::Timestamp) -> String {
    at.to_zoned(lantoa::clock::vietnam()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

#[test]
fn every_fixture_is_read_as_expected() {
    let mut wrong = Vec::new();
    let all = fixtures();
    assert!(all.len() >= 12, "one page for each family at least");
    for (name, html, expected) in &all {
        let got = read(html, expected["url"].as_str().unwrap_or_default());
        if expected.get("not_an_article").is_none() {
            assert_eq!(got.not_an_article, None, "{name}");
        }
        for (field, want) in expected.as_object().expect("expectations are an object") {
            let have = if field == "contains" { json!(got.article.text) } else { found(&got, field) };
            let right = match field.as_str() {
                "url" => true,
                "not_an_article" => have.as_str().unwrap_or_default().contains(want.as_str().unwrap_or_default()),
                "contains" => want.as_array().is_some_and(|lines| {
                    lines.iter().all(|line| got.article.text.contains(line.as_str().unwrap_or_default()))
                }),
                _ => have == *want,
            };
            if !right {
                wrong.push(format!("{name}: {field}\n  want {want}\n  have {have}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {} pages differ:\n{}", wrong.len(), all.len(), wrong.join("\n"));
}

#[test]
fn every_family_has_a_page_that_it_reads() {
    let families = Families::carried();
    let all = fixtures();
    for family in families.all() {
        let origin = format!("family {}: ", family.name);
        let reads = |(_, html, expected): &&(String, String, Value)| {
            let got = read(html, expected["url"].as_str().unwrap_or_default());
            let by_family =
                |field: &str| got.sources.iter().any(|(known, from)| *known == field && from.starts_with(&origin));
            families.names_on(html).first() == Some(&family.name.as_str()) && by_family("title") && by_family("text")
        };
        assert!(all.iter().any(|page| reads(&page)), "no page of fixtures/extract is read by family {}", family.name);
    }
}

/// The layers agree on a page that is read well.
#[test]
fn good_pages_have_no_problems() {
    for (name, html, expected) in fixtures() {
        let got = read(&html, expected["url"].as_str().unwrap_or_default());
        if got.not_an_article.is_none() {
            let missing = |problem: &&String| !problem.ends_with("not found on the page");
            assert_eq!(got.problems.iter().find(missing), None, "{name}");
        }
    }
}

/// The pages of `fixtures/verdicts/FOLDER`, each with its name.
fn verdicts(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/verdicts").join(folder);
    let files = fs::read_dir(folder).expect("the folder is carried with the project").flatten();
    let mut out: Vec<_> = files
        .map(|file| {
            let page = fs::read_to_string(file.path()).expect("a fixture is readable");
            (file.file_name().to_string_lossy().into_owned(), page)
        })
        .collect();
    out.sort();
    out
}

/// Challenges, errors, log-ins and the like: the comment in the first line says why each is refused.
#[test]
fn pages_that_are_no_articles_are_refused_for_the_right_reason() {
    let pages = verdicts("refused");
    assert!(pages.len() >= 40);
    let mut wrong = Vec::new();
    for (name, page) in &pages {
        let expected =
            page.strip_prefix("<!-- ").and_then(|rest| rest.split_once(" -->")).map_or("", |(words, _)| words);
        let got = read(page, "https://cong.example.gov.vn/tin/bai-1.html").not_an_article.unwrap_or_default();
        if expected.is_empty() || !got.contains(expected) {
            wrong.push(format!("{name}: want {expected}, have {got:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Articles about 404 errors, JavaScript, log-ins and the like.
#[test]
fn articles_about_such_pages_pass() {
    let pages = verdicts("passed");
    assert!(pages.len() >= 20);
    for (name, page) in &pages {
        let got = read(page, "https://cong.example.gov.vn/tin/bai-1.html");
        assert_eq!(got.not_an_article, None, "{name}");
        assert!(got.article.text.chars().count() > 100, "{name}: {}", got.article.text);
        assert_eq!(got.problems, Vec::<String>::new(), "{name}");
    }
}

#[test]
fn broken_pages_are_read_without_panic() {
    for (name, html, _) in fixtures() {
        let url = "https://a.gov.vn/x";
        // Cut at several places: in tags, in attributes, in the middle of a character's neighbours.
        for part in 1..12 {
            let mut end = html.len() * part / 12;
            while !html.is_char_boundary(end) {
                end -= 1;
            }
            let got = read(&html[..end], url);
            assert!(!got.article.text.contains("<p>"), "{name} cut at {end}");
        }
    }
}

#[test]
fn pages_that_choke_a_parser_take_bounded_time() {
    let started = std::time::Instant::now();
    for html in [
        "<ul><li>".repeat(32_000) + "Nội dung của một trang lồng nhau rất sâu, vẫn phải đọc được chữ.",
        "<b><i><u><font>".repeat(10_000) + "<p>Một đoạn văn nằm sau rất nhiều thẻ định dạng chưa đóng.</p>",
        "<div ".to_owned() + &"a=1 ".repeat(500_000) + "><p>Một đoạn văn nằm trong thẻ có quá nhiều thuộc tính.</p>",
        "<p>".repeat(400_000),
        "<table><tr><td>".repeat(20_000),
    ] {
        let got = read(&html, "https://a.gov.vn/x");
        assert!(!got.problems.is_empty(), "a refused page says why");
    }
    assert!(started.elapsed().as_secs() < 10, "took {:?}", started.elapsed());
}
