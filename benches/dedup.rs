//! Time to sketch an article and to look it up among 1,000,000, and what the window costs in memory:
//! `cargo bench --bench dedup`.
//!
//! One process fills the window, another one opens it as lantoa starts with it and measures, so that nothing of the
//! filling is in its memory. `LANTOA_BENCH_TEXTS` sets another number of texts; it comes first to the pages and validators
//! that stand beside them. `LANTOA_BENCH_FOLDER` keeps the filled window there and uses it again.
//!
//! Reference in the same run: an exact fingerprint looked up in a sled tree of as many, which finds equal copies and no
//! near ones.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, ensure};
use jiff::{SignedDuration, Timestamp};
use lantoa::dedup::{Options, Reading, Window};
use lantoa::fetch::Validators;
use xxhash_rust::xxh3::xxh3_64;

mod generated;

/// Articles of each kind that are timed.
const ARRIVALS: usize = 1_000;
/// Articles between two flushes, as one tick of the scheduler has.
const TICK: usize = 1_000;
/// Of so many texts that follow each other, the first [`TOLD`] tell one story and as many from [`NOTICES`] on are one
/// notice with figures of its own in each.
const ROUND: usize = 500;
const TOLD: usize = 10;
const NOTICES: usize = 100;

fn main() -> anyhow::Result<()> {
    let texts = std::env::var("LANTOA_BENCH_TEXTS").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let folder = std::env::var_os("LANTOA_BENCH_FOLDER").map(PathBuf::from);
    match (std::env::var("LANTOA_BENCH_STEP").as_deref(), folder) {
        (Ok("fill"), Some(folder)) => fill(&folder, texts),
        (Ok("measure"), Some(folder)) => measure(&folder, texts),
        (_, kept) => {
            let passing = tempfile::tempdir()?;
            let folder = kept.unwrap_or_else(|| passing.path().to_owned());
            if !folder.join("filled").exists() {
                step("fill", &folder)?;
                std::fs::write(folder.join("filled"), "")?;
            }
            step("measure", &folder)
        }
    }
}

/// Runs this program once more for one step.
fn step(name: &str, folder: &Path) -> anyhow::Result<()> {
    let mut command = Command::new(std::env::current_exe()?);
    let status = command.env("LANTOA_BENCH_STEP", name).env("LANTOA_BENCH_FOLDER", folder).status()?;
    ensure!(status.success(), "the step {name} failed");
    Ok(())
}

/// What arrives at a window that is full.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// Nobody has told it.
    New,
    /// One portal has told it; the last paragraph is missing, so that no exact fingerprint finds it.
    Cut,
    /// Ten portals have told it.
    Spread,
    /// Ten portals have the notice with other figures.
    Notice,
}

fn measure(folder: &Path, texts: usize) -> anyhow::Result<()> {
    // What the program has in memory anyway: tables for folding, the standard library.
    std::hint::black_box(Reading::of("Một hai ba"));
    let before = resident_mb();
    let begun = Instant::now();
    let window = Window::open(&folder.join("window"), &Options::default())?.window;
    window.sketch("portal-new", &Reading::of("một hai ba"))?;
    let (opened, with) = (begun.elapsed().as_secs_f64(), resident_mb());
    println!("opened in {opened:.1} s; the window has {:.0} MB of memory", with - before);

    let kinds = [
        (Kind::New, "new"),
        (Kind::Cut, "cut copy of one"),
        (Kind::Spread, "cut copy of ten"),
        (Kind::Notice, "notice with other figures"),
    ];
    for (kind, name) in kinds {
        let readings = readings(|_| kind, texts);
        let (mut sketching, mut looking, mut both, mut found) = (Vec::new(), Vec::new(), Vec::new(), 0);
        for (reading, published) in &readings {
            let begun = Instant::now();
            let sketch = window.sketch("portal-new", reading)?;
            let sketched = begun.elapsed();
            let place = window.look_up("", "portal-new", &sketch, *published)?;
            let total = begun.elapsed();
            found += usize::from(place.near.is_some());
            sketching.push(sketched.as_secs_f64() * 1e6);
            looking.push((total - sketched).as_secs_f64() * 1e6);
            both.push(total.as_secs_f64() * 1e6);
        }
        println!(
            "{name}: sketch {}, lookup {}, together {}; {found} of {ARRIVALS} found to be copies",
            spread(&mut sketching),
            spread(&mut looking),
            spread(&mut both)
        );
    }
    let mut placing = Vec::new();
    for (n, (reading, published)) in readings(|n| [Kind::Cut, Kind::New][n % 2], texts).iter().enumerate() {
        let begun = Instant::now();
        window.place(&id(texts * 2 + n), "portal-new", reading, *published)?;
        placing.push(begun.elapsed().as_secs_f64() * 1e6);
    }
    println!("sketch, look up and remember {}", spread(&mut placing));
    println!("the window has {:.0} MB of memory after {} lookups", resident_mb() - before, 5 * ARRIVALS);
    drop(window);
    reference(folder, texts)
}

/// Arrivals as the pipeline hands them over.
fn readings(kind: impl Fn(usize) -> Kind, texts: usize) -> Vec<(Reading, Timestamp)> {
    let arrivals = (0..ARRIVALS).map(|n| arrival(kind(n), n, texts));
    arrivals.map(|(text, published)| (Reading::of(&text), published)).collect()
}

fn arrival(kind: Kind, n: usize, texts: usize) -> (String, Timestamp) {
    // Numbers of texts that stand alone, and the first numbers of rounds.
    let (alone, round) = (n * (texts / ARRIVALS) + ROUND / 2, n * (texts / ROUND) / ARRIVALS * ROUND);
    match kind {
        Kind::New => (generated::article(texts * 2 + n).text(), published(alone)),
        Kind::Cut => {
            let mut article = generated::article(alone);
            article.paragraphs.pop();
            (article.text(), published(alone))
        }
        Kind::Spread => {
            let mut article = generated::article(round);
            article.paragraphs.remove(n % 3 + 1);
            (article.text(), published(round + TOLD))
        }
        Kind::Notice => (notice(round + NOTICES, texts + n), published(round + NOTICES)),
    }
}

/// The text of this number in the window.
fn text(number: usize) -> String {
    let round = number / ROUND * ROUND;
    match number % ROUND {
        told @ ..TOLD => {
            let mut article = generated::article(round);
            article.paragraphs.remove(told % 5);
            article.text()
        }
        place if (NOTICES..NOTICES + TOLD).contains(&place) => notice(round + NOTICES, number),
        _ => generated::article(number).text(),
    }
}

/// The notice of a round with the figures of an issue.
fn notice(round: usize, issue: usize) -> String {
    let text = generated::article(round).text();
    let words = text.split(' ').enumerate().map(|(place, word)| match word.starts_with(|c: char| c.is_ascii_digit()) {
        true => (xxh3_64(format!("{issue} {place}").as_bytes()) % 900).to_string(),
        false => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// A window as it is after a month: texts, and beside them as many pages and validators.
fn fill(folder: &Path, texts: usize) -> anyhow::Result<()> {
    let window = Window::open(&folder.join("window"), &Options::default())?.window;
    let begun = Instant::now();
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    for number in 0..texts {
        let portal = format!("portal-{}", number % 200);
        window.join(&id(number), &portal, &Reading::of(&text(number)), published(number), &id(number))?;
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
    let exact = exact(folder)?;
    for number in 0..texts {
        exact.insert(xxh3_64(text(number).as_bytes()).to_be_bytes(), id(number).as_bytes())?;
    }
    exact.flush()?;
    println!("{texts} texts, pages and validators put into the window in {:.0} s", begun.elapsed().as_secs_f64());
    Ok(())
}

fn reference(folder: &Path, texts: usize) -> anyhow::Result<()> {
    let exact = exact(folder)?;
    for (kind, name) in [(Kind::New, "new"), (Kind::Cut, "cut copy of one")] {
        let (mut looking, mut found) = (Vec::new(), 0);
        for n in 0..ARRIVALS {
            let (text, _) = arrival(kind, n, texts);
            let begun = Instant::now();
            found += usize::from(exact.get(xxh3_64(text.as_bytes()).to_be_bytes())?.is_some());
            looking.push(begun.elapsed().as_secs_f64() * 1e6);
        }
        println!("reference, exact fingerprint, {name}: {}; {found} of {ARRIVALS} found", spread(&mut looking));
    }
    Ok(())
}

fn exact(folder: &Path) -> anyhow::Result<sled::Db> {
    let config = sled::Config::new().path(folder.join("exact")).cache_capacity(32 << 20).flush_every_ms(None);
    config.open().context("cannot open the reference")
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

/// The median and the 95th percentile.
fn spread(times: &mut [f64]) -> String {
    times.sort_by(f64::total_cmp);
    format!("{:.1} µs (95 in 100: {:.1})", times[times.len() / 2], times[times.len() * 95 / 100])
}

fn id(number: usize) -> String {
    lantoa::archive::article_id("bench", &number.to_string())
}
