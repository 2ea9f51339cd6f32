//! Time to read one page: `cargo bench --bench extract`.
//!
//! Reference in the same run: `scraper` (html5ever) parsing the same page into a tree, which is the least that anybody
//! does who reads HTML by the standard. The pages are those of `fixtures/extract` and three generated ones.

use std::hint::black_box;
use std::time::{Duration, Instant};

use lantoa::extract::{Hints, article};
use url::Url;

mod generated;

/// Each page is read for about this long with each of the two.
const SPENT: Duration = Duration::from_millis(200);

fn main() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/extract");
    let mut pages: Vec<(String, String)> = std::fs::read_dir(folder)
        .expect("the fixtures are carried with the project")
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|ending| ending == "html"))
        .filter_map(|entry| {
            Some((entry.file_name().to_string_lossy().into_owned(), std::fs::read_to_string(entry.path()).ok()?))
        })
        .collect();
    pages.sort();
    pages.extend((1..4).map(|n| (format!("generated {n}"), generated::page(&generated::article(n)))));

    let url = Url::parse("https://tinh.example.gov.vn/tin/bai-viet-1.html").expect("a constant");
    let now = "2026-11-21T00:00:00Z".parse().expect("a constant");
    println!("{:28} {:>7} {:>10} {:>10} {:>6}", "page", "KB", "read µs", "parse µs", "ratio");
    let (mut all_read, mut all_parsed) = (0.0, 0.0);
    for (name, html) in &pages {
        let read = micros(|| {
            black_box(article(black_box(html), &url, &Hints::default(), None, now));
        });
        let parsed = micros(|| {
            black_box(scraper::Html::parse_document(black_box(html)));
        });
        println!("{name:28} {:7.1} {read:10.1} {parsed:10.1} {:6.2}", html.len() as f64 / 1024.0, read / parsed);
        all_read += read;
        all_parsed += parsed;
    }
    let pages = pages.len() as f64;
    println!(
        "mean: {:.1} µs a page, {:.1} µs to parse it: ratio {:.2}",
        all_read / pages,
        all_parsed / pages,
        all_read / all_parsed
    );
}

/// The median of many runs.
fn micros(work: impl Fn()) -> f64 {
    work();
    let (begun, mut runs) = (Instant::now(), Vec::new());
    while begun.elapsed() < SPENT || runs.len() < 5 {
        let start = Instant::now();
        work();
        runs.push(start.elapsed().as_secs_f64() * 1e6);
    }
    runs.sort_by(f64::total_cmp);
    runs[runs.len() / 2]
}
