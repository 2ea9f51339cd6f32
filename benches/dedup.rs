//! Time to place one article among 100,000: `cargo bench --bench dedup`. `LANTOA_BENCH_TEXTS` sets another number.
//!
//! Reference in the same run: looking up and inserting one exact fingerprint in a sled tree of as many, which finds
//! equal copies and no near ones.

use std::time::Instant;

use lantoa::dedup::{Options, Sketch, Window};
use xxhash_rust::xxh3::xxh3_64;

mod generated;

/// Articles that are placed and timed.
const PLACED: usize = 2_000;

fn main() -> anyhow::Result<()> {
    let texts = std::env::var("LANTOA_BENCH_TEXTS").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let folder = tempfile::tempdir()?;
    let window = Window::open(&folder.path().join("window"), &Options::default())?.window;
    let exact = sled::open(folder.path().join("exact"))?;
    let published = |number: usize| generated::article(number).published.parse::<jiff::Timestamp>();
    let begun = Instant::now();
    for number in 0..texts {
        let text = generated::article(number).text();
        let portal = format!("portal-{}", number % 200);
        window.join(&id(number), &portal, &Sketch::of(&text), published(number)?, &id(number))?;
        exact.insert(xxh3_64(text.as_bytes()).to_be_bytes(), id(number).as_bytes())?;
    }
    println!("{texts} texts put into the window in {:.1} s", begun.elapsed().as_secs_f64());

    // Every second one is a copy that lost its last paragraph, which no exact fingerprint finds.
    let arrivals: Vec<(String, jiff::Timestamp, bool)> = (0..PLACED)
        .map(|n| {
            let is_copy = n % 2 == 0;
            let number = if is_copy { n * texts / PLACED } else { texts + n };
            let mut article = generated::article(number);
            if is_copy {
                article.paragraphs.pop();
            }
            Ok((article.text(), article.published.parse()?, is_copy))
        })
        .collect::<anyhow::Result<_>>()?;

    let begun = Instant::now();
    let sketches: Vec<Sketch> = arrivals.iter().map(|(text, ..)| Sketch::of(text)).collect();
    let sketching = each(begun);
    let begun = Instant::now();
    let (mut found, mut wrong) = (0, 0);
    for (n, ((_, published, is_copy), sketch)) in arrivals.iter().zip(&sketches).enumerate() {
        let place = window.place(&id(texts * 2 + n), "portal-new", sketch, *published)?;
        match (place.likeness.is_some(), is_copy) {
            (true, true) => found += 1,
            (true, false) => wrong += 1,
            _ => {}
        }
    }
    let placing = each(begun);
    let begun = Instant::now();
    let mut equal = 0;
    for (n, (text, ..)) in arrivals.iter().enumerate() {
        let key = xxh3_64(text.as_bytes()).to_be_bytes();
        equal += usize::from(exact.get(key)?.is_some());
        exact.insert(key, id(n).as_bytes())?;
    }
    let reference = each(begun);
    println!("sketch {sketching:.1} µs, place {placing:.1} µs; exact fingerprint {reference:.1} µs");
    println!("ratio {:.1}", (sketching + placing) / reference);
    println!(
        "of {} cut copies the window found {found}, the exact fingerprint {equal}; false matches {wrong}",
        PLACED / 2
    );
    Ok(())
}

fn each(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1e6 / PLACED as f64
}

fn id(number: usize) -> String {
    lantoa::archive::article_id("bench", &number.to_string())
}
