//! The fixture files held against the truth told about them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use regex::Regex;
use scraper::Html;
use unicode_normalization::{UnicodeNormalization, is_nfc};
use url::Url;

use super::*;
use crate::commands::demo::fixture::{self, Fixture};

const EPOCHS: [Epoch; 2] = [Epoch::First, Epoch::Later];

fn fixtures() -> BTreeMap<String, Fixture> {
    fixture::all().unwrap().into_iter().map(|fixture| (fixture.slug.clone(), fixture)).collect()
}

fn ask(fixture: &Fixture, target: &str, epoch: Epoch) -> fixture::Answer {
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    fixture.answer(path, query, epoch)
}

/// The bytes as a reader would see them: decoded, without markup, NFC, single spaces.
fn visible(fixture: &Fixture, target: &str, epoch: Epoch) -> String {
    let body = ask(fixture, target, epoch).body;
    let text = match fixture.slug.as_str() {
        "xa-hoa-khe" => encoding_rs::WINDOWS_1258.decode(body).0.into_owned(),
        _ => std::str::from_utf8(body).unwrap().to_owned(),
    };
    let text = Html::parse_document(&text).root_element().text().collect::<String>().replace('\u{200b}', "");
    text.nfc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Everything that links, feeds and sitemaps lead to from the home page, robots.txt and the registered sources.
fn reachable(fixture: &Fixture, epoch: Epoch) -> BTreeSet<String> {
    let links = r#"(?im)(?:href=["']([^"']+)["']|<(?:loc|link)>([^<]+)<|^Sitemap: (\S+))"#;
    let links = Regex::new(links).unwrap();
    let base = Url::parse("http://portal.example/").unwrap();
    let mut waiting: VecDeque<String> = ["/", "/robots.txt"].map(String::from).into();
    waiting.extend(fixture.manifest.sources.iter().map(|source| source.path.clone()));
    let mut seen = BTreeSet::new();
    while let Some(target) = waiting.pop_front() {
        if !seen.insert(target.clone()) {
            continue;
        }
        assert!(seen.len() < 200, "{} leads on without end: {target}", fixture.slug);
        let answer = ask(fixture, &target, epoch);
        let here = base.join(&target).unwrap();
        let body = String::from_utf8_lossy(answer.body);
        let found = links.captures_iter(&body).filter_map(|found| found.iter().skip(1).flatten().next());
        let found = found.map(|link| link.as_str().to_owned()).chain(answer.location);
        for link in found {
            let link = link.replace("{{base}}", "http://portal.example").replace("&amp;", "&");
            let link = link.split_once("?utm_").map_or(link.as_str(), |(bare, _)| bare);
            let elsewhere = link.contains("{{base:");
            let Ok(url) = here.join(link) else { continue };
            if url.host() == base.host() && !elsewhere {
                waiting.push_back(url[url::Position::BeforePath..url::Position::AfterQuery].to_owned());
            }
        }
    }
    seen
}

#[test]
fn truth_and_portals_agree() {
    let (expected, fixtures) = (load().unwrap(), fixtures());
    let told: BTreeSet<_> = expected.portals.iter().map(|portal| portal.slug.as_str()).collect();
    assert_eq!(told, fixtures.keys().map(String::as_str).collect());
    for portal in &expected.portals {
        for (epoch, count) in EPOCHS.into_iter().zip(portal.articles) {
            assert_eq!(portal.served(epoch).count(), count, "{} {epoch:?}", portal.slug);
        }
        for article in &portal.list {
            assert!(is_nfc(&article.title), "{}", article.title);
            let age =
                "2026-11-21T00:00:00+07:00".parse::<Timestamp>().unwrap().as_second() - article.published.as_second();
            assert!((0..11 * 86_400).contains(&age), "{} is out of the demo's days", article.path);
            assert_eq!(article.later == Some(Later::Edited), article.edited_sentence.is_some(), "{}", article.path);
        }
    }
}

#[test]
fn every_answer_has_its_file() {
    for fixture in fixtures().values() {
        for rule in fixture.manifest.answers.iter().filter(|rule| rule.file.is_some()) {
            let query = rule.query.as_deref();
            let answer = fixture.answer(rule.path.trim_end_matches('*'), query, Epoch::Later);
            let removed = rule.status == 200 && answer.status == 404;
            let name = rule.file.as_deref().unwrap();
            assert!(!answer.body.is_empty() || removed, "{}: {name} is missing", fixture.slug);
        }
    }
}

#[test]
fn every_article_says_what_is_expected() {
    let (expected, fixtures) = (load().unwrap(), fixtures());
    for portal in &expected.portals {
        let fixture = &fixtures[&portal.slug];
        for (epoch, article) in EPOCHS.into_iter().flat_map(|epoch| portal.list.iter().map(move |one| (epoch, one))) {
            let answer = ask(fixture, &article.path, epoch);
            if !article.is_served(epoch) {
                let refused = matches!(answer.status, 404 | 410) || fixture.manifest.server.soft_404.is_some();
                assert!(refused, "{} {epoch:?}", article.path);
                assert!(!visible(fixture, &article.path, epoch).contains(article.sentence_in(epoch)));
                continue;
            }
            assert_eq!(answer.status, 200, "{} {epoch:?}", article.path);
            let text = visible(fixture, &article.path, epoch);
            let told = [Some(&article.title), article.summary.as_ref(), article.author.as_ref()];
            for part in told.into_iter().flatten().chain(&article.documents) {
                assert!(text.contains(part.as_str()), "{}{} lacks `{part}`", portal.slug, article.path);
            }
            let sentence = article.sentence_in(epoch);
            assert!(text.contains(sentence), "{}{} {epoch:?} lacks `{sentence}`", portal.slug, article.path);
        }
    }
}

#[test]
fn every_article_can_be_reached() {
    let (expected, fixtures) = (load().unwrap(), fixtures());
    for portal in &expected.portals {
        for epoch in EPOCHS {
            let reachable = reachable(&fixtures[&portal.slug], epoch);
            for article in portal.served(epoch) {
                assert!(reachable.contains(&article.path), "{}{} {epoch:?}", portal.slug, article.path);
            }
            for path in &portal.not_articles {
                assert!(reachable.contains(path), "{}{path} {epoch:?} is no trap", portal.slug);
            }
            for start in &portal.denied {
                assert!(reachable.iter().any(|path| path.starts_with(start)), "{}{start} is no trap", portal.slug);
            }
        }
    }
}

#[test]
fn every_reference_is_an_article_and_the_origin_comes_first() {
    let expected = load().unwrap();
    let published = |wanted: &Reference| {
        let portal = expected.portals.iter().find(|portal| portal.slug == wanted.portal);
        let article = portal.and_then(|portal| portal.list.iter().find(|article| article.path == wanted.path));
        article.unwrap_or_else(|| panic!("no article {wanted:?}")).published
    };
    for story in &expected.stories {
        for copy in story.verbatim.iter().chain(&story.shortened) {
            assert!(published(&story.origin) < published(copy), "{copy:?}");
        }
    }
    for hit in expected.queries.iter().flat_map(|query| &query.hits) {
        published(hit);
    }
}

#[test]
fn the_odd_encodings_are_really_there() {
    let fixtures = fixtures();
    let old = ask(&fixtures["xa-hoa-khe"], "/tin/tin03.htm", Epoch::First);
    assert_eq!(old.content_type, "text/html");
    assert!(std::str::from_utf8(old.body).is_err());
    let decomposed = ask(&fixtures["so-van-hoa-van-son"], "/", Epoch::First).body;
    assert!(!is_nfc(std::str::from_utf8(decomposed).unwrap()));
}
