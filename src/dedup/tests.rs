//! The window as the pipeline uses it.

use super::prune::KEYS_OF_A_TEXT;
use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().expect("a timestamp")
}

fn story(words: &str) -> String {
    (0..30).map(|n| format!("{words} {n}, ")).collect()
}

#[test]
fn copies_join_the_story_of_another_portal_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let window = Window::open(folder.path(), &Options::default()).expect("a window").window;
    let day = at("2026-11-20T01:00:00Z");
    let sketch = Sketch::of(&story("Bộ Y tế họp"));
    let check = |id: &str, portal: &str, published: Timestamp, expected: &str| {
        let place = window.place(id, portal, &sketch, published).expect("a place");
        assert_eq!(place.story, expected, "{id}");
    };
    check("a", "bo-a", day, "a");
    check("b", "bo-b", day + jiff::SignedDuration::from_hours(5), "a");
    // A year later it is another event.
    check("c", "bo-c", day + jiff::SignedDuration::from_hours(24 * 365), "c");
    // Asked again, it stays where it was.
    check("a", "bo-a", day, "a");
    let other = window.place("d", "bo-d", &Sketch::of(&story("Lễ hội")), day).expect("a place");
    assert_eq!(other, Place { story: "d".to_owned(), likeness: None });
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
fn old_pages_are_forgotten() {
    let folder = tempfile::tempdir().expect("a folder");
    let window = Window::open(folder.path(), &Options::default()).expect("a window").window;
    let (old, new) = (at("2026-09-01T00:00:00Z"), at("2026-11-20T00:00:00Z"));
    window.mark_seen("a", "https://a.vn/1", true, old).expect("marked");
    window.mark_seen("a", "https://a.vn/2", false, new).expect("marked");
    assert_eq!(window.prune(new).expect("pruned"), 1);
    assert_eq!(window.seen("a", "https://a.vn/1"), None);
    assert_eq!(window.seen("a", "https://a.vn/2"), Some(Seen::NoArticle(new)));
}

#[test]
fn texts_are_bounded_and_the_newest_stay() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = Options { max_keys: 5 * KEYS_OF_A_TEXT, ..Options::default() };
    let window = Window::open(folder.path(), &options).expect("a window").window;
    let day = at("2026-11-20T01:00:00Z");
    for n in 0..8 {
        let published = day + jiff::SignedDuration::from_hours(n);
        window.place(&format!("id-{n}"), "bo-a", &Sketch::of(&story(&format!("Tin {n}"))), published).expect("placed");
    }
    assert_eq!(window.prune(day).expect("pruned"), 3);
    let oldest = window.place("copy-0", "bo-b", &Sketch::of(&story("Tin 0")), day).expect("placed");
    assert_eq!(oldest.story, "copy-0");
    let newest = window.place("copy-7", "bo-b", &Sketch::of(&story("Tin 7")), day).expect("placed");
    assert_eq!(newest.story, "id-7");
}
