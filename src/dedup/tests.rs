//! The window as the pipeline uses it.

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().expect("a timestamp")
}

fn hours(n: i64) -> jiff::SignedDuration {
    jiff::SignedDuration::from_hours(n)
}

fn window(folder: &std::path::Path, options: &Options) -> Window {
    Window::open(folder, options).expect("a window").window
}

/// Forty words of their own for each number.
fn paragraph(number: usize) -> String {
    (0..40).map(|n| format!("từ{} ", xxh3_64(format!("{number} {n}").as_bytes()) % 5000)).collect()
}

fn text(paragraphs: std::ops::Range<usize>) -> String {
    paragraphs.map(paragraph).collect::<Vec<_>>().join("\n")
}

/// Places articles one after another, all of one day; answers with the story of each, `?` after one that may tell
/// another's.
fn check(articles: &[(&str, &str, String)], expected: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let window = window(folder.path(), &Options::default());
    let placed = articles.iter().map(|(id, portal, text)| {
        let place = window.place(id, portal, &Reading::of(text), at("2026-11-20T01:00:00Z")).expect("a place");
        format!("{}{}", place.story, if place.perhaps.is_some() { "?" } else { "" })
    });
    assert_eq!(placed.collect::<Vec<_>>().join(" "), expected);
}

#[test]
fn copies_join_the_story_of_another_portal() {
    let whole = text(0..10);
    check(&[("a", "bo-a", whole.clone()), ("b", "bo-b", whole.clone()), ("a2", "bo-a", whole.clone())], "a a a");
    // Shortened, with facts of its own, with as much of its own, and something else.
    check(&[("a", "bo-a", whole.clone()), ("b", "bo-b", text(0..3))], "a a");
    check(&[("a", "bo-a", whole.clone()), ("b", "bo-b", text(2..12))], "a a");
    check(&[("a", "bo-a", whole.clone()), ("b", "bo-b", text(5..15))], "a b?");
    check(&[("a", "bo-a", whole), ("b", "bo-b", text(20..30))], "a b");
}

#[test]
fn notices_of_two_weeks_are_two_stories() {
    let notice = |figures: &[u32]| {
        let line = |(n, figure): (usize, &u32)| {
            format!("{} Trạm quan trắc số hiệu {} ghi nhận {figure} mm mưa.", paragraph(n), char::from(b'a' + n as u8))
        };
        figures.iter().enumerate().map(line).collect::<Vec<_>>().join("\n")
    };
    let (first, second) = (notice(&[11, 25, 37, 48, 52]), notice(&[13, 29, 31, 44, 58]));
    check(&[("a", "bo-a", first.clone()), ("b", "bo-b", second), ("c", "bo-c", first)], "a b a");
    // One figure, which is the week.
    let week = |n: u32| format!("{}\nLịch cắt điện tuần {n}", text(0..5));
    check(&[("a", "bo-a", week(41)), ("b", "bo-b", week(42))], "a b");
}

#[test]
fn what_portals_repeat_under_every_article_does_not_count() {
    let footer = (100..104).map(paragraph).collect::<Vec<_>>().join(" ");
    let article = |n: usize| format!("{}\n{footer}", text(10 * n..10 * n + 2));
    // The first of all cannot know; from the third on it is known, on portals made by the same hands too.
    check(
        &[
            ("a0", "bo-a", article(0)),
            ("a1", "bo-a", article(1)),
            ("a2", "bo-a", article(2)),
            ("b3", "bo-b", article(3)),
            ("b4", "bo-b", article(4)),
            ("c2", "bo-c", article(2)),
        ],
        "a0 a1 a2 b3 b4 a2",
    );
}

#[test]
fn a_year_later_it_is_another_event() {
    let folder = tempfile::tempdir().expect("a folder");
    let window = window(folder.path(), &Options::default());
    let (day, reading) = (at("2026-11-20T01:00:00Z"), Reading::of(&text(0..5)));
    let story =
        |id: &str, portal: &str, published| window.place(id, portal, &reading, published).expect("a place").story;
    assert_eq!(story("a", "bo-a", day), "a");
    assert_eq!(story("b", "bo-b", day + hours(5)), "a");
    assert_eq!(story("c", "bo-c", day + hours(24 * 365)), "c");
    // Asked again, it stays where it was.
    assert_eq!(story("a", "bo-a", day), "a");
}

#[test]
fn what_was_flushed_is_there_after_opening_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dedup");
    let day = at("2026-11-20T01:00:00Z");
    {
        let window = window(&path, &Options::default());
        for n in 0..30 {
            let id = format!("id-{n}");
            window.place(&id, "bo-a", &Reading::of(&text(10 * n..10 * n + 3)), day).expect("placed");
        }
        window.forget("id-3").expect("forgotten");
        window.set_revision(30).expect("noted");
    }
    let window = window(&path, &Options::default());
    assert_eq!(window.revision(), 30);
    let story = |id: &str, n: usize| {
        window.place(id, "bo-b", &Reading::of(&text(10 * n..10 * n + 3)), day).expect("placed").story
    };
    assert_eq!(story("copy-29", 29), "id-29");
    assert_eq!(story("copy-3", 3), "copy-3");
    assert_eq!(story("copy-4", 4), "id-4");
}

#[test]
fn a_damaged_window_is_set_aside() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dedup");
    {
        let opened = Window::open(&path, &Options::default()).expect("a window");
        assert!(opened.fresh);
        opened.window.mark_seen("a", "https://a.vn/1", true, at("2026-11-20T01:00:00Z")).expect("marked");
    }
    assert!(!Window::open(&path, &Options::default()).expect("a window").fresh);
    for entry in std::fs::read_dir(&path).expect("a folder").flatten() {
        // What a power cut leaves of sled's snapshot.
        if entry.file_name().to_string_lossy().starts_with("snap.") {
            let length = entry.metadata().expect("a file").len();
            std::fs::write(entry.path(), vec![0; usize::try_from(length).expect("small")]).expect("written");
        }
    }
    let opened = Window::open(&path, &Options::default()).expect("a window");
    assert!(opened.fresh && opened.set_aside.is_some_and(|aside| aside.exists()));
}

#[test]
fn a_window_of_another_version_is_made_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dedup");
    {
        let db = sled::open(&path).expect("a database");
        db.insert("layout", b"4").expect("written");
        db.insert("revision", &7i64.to_le_bytes()).expect("written");
        db.open_tree("seen").expect("a tree").insert(b"k", b"v").expect("written");
    }
    let opened = Window::open(&path, &Options::default()).expect("a window");
    assert!(opened.fresh && opened.set_aside.is_none());
    assert_eq!(opened.window.revision(), 0);
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
}

#[test]
fn what_many_portals_copied_is_one_story() {
    let many: Vec<(String, String)> = (0..40).map(|n| (format!("id-{n}"), format!("bo-{n}"))).collect();
    let articles: Vec<(&str, &str, String)> =
        many.iter().map(|(id, portal)| (id.as_str(), portal.as_str(), text(0..10 - id.len() % 2))).collect();
    check(&articles, &vec!["id-0"; 40].join(" "));
}

#[test]
fn old_pages_are_forgotten() {
    let folder = tempfile::tempdir().expect("a folder");
    let window = window(folder.path(), &Options::default());
    let (old, new) = (at("2026-09-01T00:00:00Z"), at("2026-11-20T00:00:00Z"));
    window.mark_seen("a", "https://a.vn/1", true, old).expect("marked");
    window.mark_seen("a", "https://a.vn/2", false, new).expect("marked");
    assert_eq!(window.prune(new).expect("pruned"), 1);
    assert_eq!(window.seen("a", "https://a.vn/1"), None);
    assert_eq!(window.seen("a", "https://a.vn/2"), Some(Seen::NoArticle(new)));
}

#[test]
fn validators_are_believed_for_a_day() {
    let folder = tempfile::tempdir().expect("a folder");
    let window = window(folder.path(), &Options::default());
    let now = at("2026-11-20T00:00:00Z");
    let validators = crate::fetch::Validators { etag: Some("\"x\"".to_owned()), last_modified: None };
    window.set_validators("https://a.vn/1", &validators, now).expect("kept");
    assert_eq!(window.validators("https://a.vn/1", now + hours(2)), Some(validators));
    assert_eq!(window.validators("https://a.vn/1", now + hours(25)), None);
}

#[test]
fn texts_are_bounded_and_the_newest_stay() {
    let folder = tempfile::tempdir().expect("a folder");
    let window = window(folder.path(), &Options { max_keys: 5, ..Options::default() });
    let day = at("2026-11-20T01:00:00Z");
    let place = |id: &str, portal: &str, n: usize, published| {
        window.place(id, portal, &Reading::of(&text(10 * n..10 * n + 3)), published).expect("placed").story
    };
    for n in 0..8 {
        place(&format!("id-{n}"), "bo-a", n, day + hours(n as i64));
    }
    assert_eq!(window.prune(day).expect("pruned"), 3);
    assert_eq!(place("copy-0", "bo-b", 0, day), "copy-0");
    assert_eq!(place("copy-7", "bo-b", 7, day), "id-7");
}
