//! Time to look an article up among 1,000,000, and what the window costs in memory: `cargo bench --bench dedup`.
//! `LANTOA_BENCH_TEXTS` sets another number; it comes first to the pages and validators that stand beside the texts.
//!
//! Reference in the same run: looking up and inserting one exact fingerprint in a sled tree of as many, which finds
//! equal copies and no near ones.

use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use lantoa::dedup::{Options, Reading, Window};
use lantoa::fetch::Validators;
use xxhash_rust::xxh3::xxh3_64;

mod generated;

/// Articles that are placed and timed.
const PLACED: usize = 2_000;
/// Articles between two flushes, as one tick of the scheduler has.
const TICK: usize = 1_000;

fn main() -> anyhow::Result<()> {
    let texts = std::env::var("LANTOA_BENCH_TEXTS").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("window");
    let before = resident_mb();
    fill(&path, texts)?;

    // As lantoa starts with it.
    let begun = Instant::now();
    let before_opening = resident_mb();
    let window = Window::open(&path, &Options::default())?.window;
    window.place("warm", "portal-new", &Reading::of("một hai ba"), published(0))?;
    let opened = begun.elapsed().as_secs_f64();
    println!(
        "opened in {opened:.1} s; memory {before:.0} MB before all, {before_opening:.0} MB before opening, {:.0} MB opened",
        resident_mb()
    );

    // Every second one is a copy that lost its last paragraph, which no exact fingerprint finds.
    let arrivals: Vec<(String, Timestamp, bool)> = (0..PLACED)
        .map(|n| {
            let is_copy = n % 2 == 0;
            let number = if is_copy { n * texts / PLACED } else { texts + n };
            let mut article = generated::article(number);
            if is_copy {
                article.paragraphs.pop();
            }
            (article.text(), published(number), is_copy)
        })
        .collect();
    let begun = Instant::now();
    let readings: Vec<Reading> = arrivals.iter().map(|(text, ..)| Reading::of(text)).collect();
    let reading = each(begun);
    let (mut found, mut wrong, mut times) = (0, 0, Vec::with_capacity(PLACED));
    for (n, ((_, published, is_copy), reading)) in arrivals.iter().zip(&readings).enumerate() {
        let begun = Instant::now();
        let place = window.place(&id(texts * 2 + n), "portal-new", reading, *published)?;
        times.push(begun.elapsed().as_secs_f64() * 1e6);
        match (place.near.is_some(), is_copy) {
            (true, true) => found += 1,
            (true, false) => wrong += 1,
            _ => {}
        }
    }
    let begun = Instant::now();
    for (reading, (_, published, _)) in readings.iter().zip(&arrivals) {
        std::hint::black_box(window.look_up("", "portal-other", reading, *published)?);
    }
    let looking = each(begun);
    times.sort_by(f64::total_cmp);
    let mean = times.iter().sum::<f64>() / times.len() as f64;
    println!(
        "fold {reading:.1} µs; sketch and look up {looking:.1} µs; sketch, look up and remember {mean:.1} µs (median {:.1}, 99 in 100 {:.1})",
        times[PLACED / 2],
        times[PLACED * 99 / 100]
    );
    println!("memory {:.0} MB after {PLACED} more", resident_mb());
    println!("of {} cut copies the window found {found}; false matches {wrong}", PLACED / 2);
    drop(window);
    reference(folder.path(), texts, &arrivals)
}

/// A window as it is after a month: texts, and beside them as many pages and validators.
fn fill(path: &std::path::Path, texts: usize) -> anyhow::Result<()> {
    let window = Window::open(path, &Options::default())?.window;
    let before = resident_mb();
    let begun = Instant::now();
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    for number in 0..texts {
        let text = Reading::of(&generated::article(number).text());
        let portal = format!("portal-{}", number % 200);
        window.join(&id(number), &portal, &text, published(number), &id(number))?;
        let url = format!("https://portal-{}.vn/tin-tuc/bai-viet-{number}.html", number % 200);
        window.mark_seen(&portal, &url, true, published(number))?;
        let validators = Validators { etag: Some(format!("\"{number:x}-5e2\"")), last_modified: None };
        window.set_validators(&url, &validators, published(number))?;
        if number % TICK == TICK - 1 {
            window.set_revision(number as i64)?;
            runtime.block_on(window.flush())?;
        }
    }
    runtime.block_on(window.flush())?;
    println!(
        "{texts} texts, pages and validators put into the window in {:.1} s; memory {before:.0} MB, then {:.0} MB",
        begun.elapsed().as_secs_f64(),
        resident_mb()
    );
    Ok(())
}

fn reference(folder: &std::path::Path, texts: usize, arrivals: &[(String, Timestamp, bool)]) -> anyhow::Result<()> {
    let exact = sled::Config::new().path(folder.join("exact")).cache_capacity(32 << 20).open()?;
    for number in 0..texts {
        exact.insert(xxh3_64(&number.to_le_bytes()).to_be_bytes(), id(number).as_bytes())?;
    }
    let begun = Instant::now();
    let mut equal = 0;
    for (n, (text, ..)) in arrivals.iter().enumerate() {
        let key = xxh3_64(text.as_bytes()).to_be_bytes();
        equal += usize::from(exact.get(key)?.is_some());
        exact.insert(key, id(n).as_bytes())?;
    }
    println!("reference: exact fingerprint {:.1} µs, which finds {equal}; memory {:.0} MB", each(begun), resident_mb());
    Ok(())
}

/// Spread over thirty days.
fn published(number: usize) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1_790_000_000 + (number as i64 * 7919) % 2_592_000)
}

/// What the process has in memory, in MB (Linux).
fn resident_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").trim().parse::<f64>().unwrap_or(0.0) / 1024.0
}

fn each(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1e6 / PLACED as f64
}

fn id(number: usize) -> String {
    lantoa::archive::article_id("bench", &number.to_string())
}
