//! Sites that go on for ever, and archives that only look as if they did.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use super::*;

fn url(path: &str) -> Url {
    Url::parse("https://bo.gov.vn/").unwrap().join(path).unwrap()
}

/// A page of `links` in a sweep: read when no verdict stands against it. True when it was.
fn read(traps: &mut Traps, path: &str, news: bool, links: &[&str]) -> bool {
    let page = url(path);
    if traps.verdict(&page).is_some() {
        return false;
    }
    let links: Vec<Url> = links.iter().map(|link| url(link)).collect();
    let facts = Facts { news, marks: marks(&page, None, &links), ..Facts::default() };
    traps.note(&page, None, false, &facts);
    true
}

/// The trap that a verdict names.
fn check(traps: &Traps, path: &str, expected: Option<(Kind, &str)>) {
    let found = traps.verdict(&url(path));
    assert_eq!(found.as_ref().map(|found| (found.kind, found.pattern.as_str())), expected, "{path}");
}

#[test]
fn a_calendar_is_closed_and_the_rest_stays_open() {
    let mut traps = Traps::new(30);
    let mut months = 0;
    for month in 0..1000 {
        let path = format!("/su-kien?nam={}&thang={}", 2026 + month / 12, month % 12 + 1);
        months += usize::from(read(&mut traps, &path, false, &["/", "/tin", "/su-kien"]));
    }
    assert!((30..=40).contains(&months), "{months} months were asked for");
    check(&traps, "/su-kien?nam=2026&thang=99", Some((Kind::Calendar, "/su-kien?nam&thang")));
    check(&traps, "/tin?nam=2026&thang=1", None);
    check(&traps, "/lich-cong-tac/2026/1", Some((Kind::Calendar, "/lich-cong-tac/#/#")));
}

#[test]
fn an_archive_of_300_articles_stays_open() {
    let mut traps = Traps::new(30);
    for page in 1..=30 {
        assert!(read(&mut traps, &format!("/tin?page={page}"), true, &["/a", "/b", &format!("/bai-{page}0.html")]));
        for n in 0..10 {
            assert!(read(&mut traps, &format!("/bai-{page}{n}.html"), true, &["/a", "/b", "/c"]));
        }
    }
    assert!(traps.recognised().is_empty());
    // What comes after the end brings nothing, and ends.
    let beyond = (31..500).filter(|page| read(&mut traps, &format!("/tin?page={page}"), false, &["/a", "/b", "/c"]));
    assert_eq!(beyond.count(), 30);
    check(&traps, "/tin?page=900", Some((Kind::Paging, "/tin?page")));
}

#[test]
fn a_category_that_was_not_seen_opens_its_shape_again() {
    let mut traps = Traps::new(30);
    for category in 1..=4 {
        for page in 1..=10 {
            read(&mut traps, &format!("/tin?id={category}&page={page}"), false, &[]);
        }
    }
    check(&traps, "/tin?id=2&page=11", Some((Kind::Paging, "/tin?id&page")));
    assert!(read(&mut traps, "/tin?id=5&page=1", true, &[]), "its first page may bring something");
    check(&traps, "/tin?id=5&page=2", None);
}

/// Two shapes that lead to each other for ever, one page at a time.
#[test]
fn shapes_that_lead_to_each_other_are_closed() {
    let mut traps = Traps::new(30);
    let mut asked = 0;
    for n in 0..1000_usize {
        let (day, night) = (url(&format!("/ngay?so={n}")), url(&format!("/dem?so={n}")));
        let next = url(&format!("/ngay?so={}", n + 1));
        let before = n.checked_sub(1).map(|n| url(&format!("/dem?so={n}")));
        for (page, parent, child) in [(&day, before.as_ref(), &night), (&night, Some(&day), &next)] {
            if traps.verdict(page).is_none() {
                let promised = u32::from(traps.promises(&shape::shape(page), child));
                traps.note(page, parent, false, &Facts { promised, ..Facts::default() });
                asked += 1;
            }
        }
    }
    assert!(asked <= 62, "{asked} were asked for");
}

/// All pages of a listing are read before the first article of them is.
#[test]
fn a_listing_is_not_judged_before_its_articles_are_read() {
    let mut traps = Traps::new(30);
    let listing = |n: usize| url(&format!("/tin?trang={n}"));
    let article = |n: usize| url(&format!("/bai-{n}.html"));
    for n in 0..50 {
        assert_eq!(traps.verdict(&listing(n)), None);
        traps.note(&listing(n), None, false, &Facts { promised: 1, ..Facts::default() });
    }
    for n in 0..40 {
        traps.note(&article(n), Some(&listing(n)), false, &Facts::default());
    }
    assert!(traps.verdict(&listing(77)).is_some(), "what they lead to is nothing");
    traps.note(&article(45), Some(&listing(45)), false, &Facts { news: true, ..Facts::default() });
    check(&traps, "/tin?trang=77", None);
}

#[test]
fn categories_that_are_alike_beyond_their_end_are_no_sessions() {
    let mut traps = Traps::new(30);
    for page in 1..30 {
        for category in 1..=2 {
            let links = [format!("/bai-{category}-{page}"), "/a".to_owned(), "/b".to_owned(), "/c".to_owned()];
            let links: Vec<&str> = links.iter().skip(usize::from(page > 1)).map(String::as_str).collect();
            read(&mut traps, &format!("/tin?cat={category}&trang={page}"), page == 1, &links);
        }
    }
    check(&traps, "/tin?cat=3&trang=1", None);
    assert!(traps.recognised().iter().all(|trap| trap.pattern != "?cat="), "{:?}", traps.recognised());
}

#[test]
fn a_session_is_named_and_ignored() {
    let mut traps = Traps::new(30);
    for (n, page) in ["/a", "/b", "/a", "/b", "/a"].iter().enumerate() {
        let links = ["/a", "/b", "/c", "/d"].map(|link| format!("{link}?phien={n}"));
        read(&mut traps, &format!("{page}?phien={n}"), true, &links.each_ref().map(String::as_str));
    }
    check(&traps, "/a?phien=77", Some((Kind::Session, "?phien=")));
    check(&traps, "/c?phien=77", None);
    assert_eq!(traps.recognised().len(), 1);
}

#[test]
fn an_identity_is_no_session() {
    let mut traps = Traps::new(30);
    // Articles that are gone look alike under every number and in both languages.
    for n in 0..20 {
        let lead = if n % 5 == 0 { format!("/khac-{n}") } else { "/x".to_owned() };
        read(&mut traps, &format!("/tin?id={n}&lang=vi"), true, &["/a", "/b", &lead]);
    }
    check(&traps, "/tin?id=77&lang=vi", None);
    for n in 0..9 {
        read(&mut traps, &format!("/mat?id={n}"), true, &["/a", "/b", "/x"]);
    }
    check(&traps, "/mat?id=77", None);
}

#[test]
fn orders_of_one_list_are_named() {
    let mut traps = Traps::new(30);
    for order in ["moi", "cu", "ten"] {
        read(&mut traps, &format!("/tin?sort={order}"), true, &["/1", "/2", "/3", "/tin?sort=moi"]);
    }
    check(&traps, "/tin?sort=doc", Some((Kind::Order, "?sort=")));
    check(&traps, "/van-ban?sort=doc", None);
    // An order that shows other things is no trap.
    let mut traps = Traps::new(30);
    for order in ["1", "2", "3", "4"] {
        read(&mut traps, &format!("/tin?view={order}"), true, &["/1", "/2", order]);
    }
    check(&traps, "/tin?view=5", None);
}

#[test]
fn known_articles_are_asked_for_as_long_as_they_lead_on() {
    let mut traps = Traps::new(3);
    let known = |n: usize| url(&format!("/tin/bai-so-{n}-ve-viec-{n}.html"));
    for n in 0..5 {
        traps.note(&known(n), None, true, &Facts { news: n < 2, ..Facts::default() });
    }
    assert!(!traps.known_leads_on(&known(9)));
    assert!(traps.known_leads_on(&url("/van-ban/1.html")));
    assert_eq!(traps.verdict(&url("/tin/bai-so-9-ve-viec-9.html")), None, "an unknown article is always worth it");
}
