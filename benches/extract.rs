//! Pages and megabytes read in a second, all fields: `cargo bench --bench extract`.
//!
//! Reference in the same run: `scraper` (html5ever) parsing the same page into a tree, which is the least that anybody
//! does who reads HTML by the standard. A ratio below 1 means that the whole article is read in less time than that:
//! scripts, styles and drawings are left out before parsing. The pages are those of `fixtures/extract`, three generated
//! ones as portals make them, and three as sites of news do, 150 to 450 KB of mostly scripts.

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
    pages.extend((1..4).map(|n| (format!("portal {n}"), generated::page(&generated::article(n)))));
    let carried = pages.len();
    pages.extend((1..4).map(|n| (format!("news {n}"), generated::news(&generated::article(n), n * 150))));

    let url = Url::parse("https://tinh.example.gov.vn/tin/bai-viet-1.html").expect("a constant");
    let now = "2026-11-21T00:00:00Z".parse().expect("a constant");
    println!("{:28} {:>7} {:>10} {:>10} {:>6}", "page", "KB", "read µs", "parse µs", "ratio");
    let mut spent = Vec::new();
    for (name, html) in &pages {
        let read = micros(|| {
            black_box(article(black_box(html), &url, &Hints::default(), None, now));
        });
        let parsed = micros(|| {
            black_box(scraper::Html::parse_document(black_box(html)));
        });
        println!("{name:28} {:7.1} {read:10.1} {parsed:10.1} {:6.2}", html.len() as f64 / 1024.0, read / parsed);
        spent.push((html.len() as f64, read, parsed));
    }
    let (portals, news) = spent.split_at(carried);
    for (name, spent) in [("portals", portals), ("news", news)] {
        let sum = |part: fn(&(f64, f64, f64)) -> f64| spent.iter().map(part).sum::<f64>();
        let (bytes, read, parsed) = (sum(|page| page.0), sum(|page| page.1), sum(|page| page.2));
        let rate =
            |micros: f64| format!("{:.0} pages/s, {:.0} MB/s", spent.len() as f64 / micros * 1e6, bytes / micros);
        println!("{name}: read {}; parsed alone {}; ratio {:.2}", rate(read), rate(parsed), read / parsed);
    }
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
