//! Time to put one article to the rules of the desk, 1,000 of them and one: `cargo bench --bench rules`.
//!
//! Reference in the same run: memchr's `memmem` looking for each phrase of the 1,000 rules on its own in the same text
//! without marks, which knows neither words nor places.

use std::hint::black_box;
use std::time::Instant;

use lantoa::clock::Timestamp;
use lantoa::portal::Kind;
use lantoa::triage::rules::{Place, Ready, Rule, Subject, Then, When};
use lantoa::triage::{Level, State};
use lantoa::vietnamese::fold;
use memchr::memmem::Finder;

mod generated;

const RULES: usize = 1_000;
const ARTICLES: usize = 2_000;
/// Words of a rule.
const WORDS: usize = 6;

fn main() -> anyhow::Result<()> {
    let now: Timestamp = "2026-11-21T00:00:00Z".parse()?;
    let rules: Vec<(i64, Rule)> = (1..).zip((0..RULES).map(rule)).collect();
    let subjects: Vec<Subject> = (0..ARTICLES).map(|n| subject(n, now)).collect();
    let phrases: Vec<String> =
        rules.iter().flat_map(|(_, rule)| rule.when.words.iter().map(|word| fold(word))).collect();

    let begun = Instant::now();
    let ready = Ready::new(rules.clone());
    println!(
        "{RULES} rules with {} phrases made ready in {:.1} ms",
        phrases.len(),
        begun.elapsed().as_secs_f64() * 1e3
    );
    let one = Ready::new(rules.into_iter().take(1).collect());
    for (ready, name) in [(&ready, "1,000 rules"), (&one, "one rule")] {
        let mut fired = 0;
        let mut times = Vec::with_capacity(ARTICLES);
        for subject in &subjects {
            let begun = Instant::now();
            fired += black_box(ready.run(subject)).len();
            times.push(begun.elapsed().as_secs_f64() * 1e6);
        }
        println!("{name}: {} an article; {:.1} hold", spread(&mut times), fired as f64 / ARTICLES as f64);
    }

    let finders: Vec<Finder> = phrases.iter().map(Finder::new).collect();
    let (mut times, mut found) = (Vec::new(), 0);
    for subject in subjects.iter().take(ARTICLES / 10) {
        let begun = Instant::now();
        let text = fold(&format!("{}\n{}\n{}", subject.title, subject.summary, subject.text));
        found += finders.iter().filter(|finder| finder.find(text.as_bytes()).is_some()).count();
        times.push(begun.elapsed().as_secs_f64() * 1e6);
    }
    println!("reference, memmem for each phrase: {} an article; {} found", spread(&mut times), found * 10 / ARTICLES);
    Ok(())
}

/// A rule of six phrases of two or three words, as people write them: half of them look at the text as well, and a third
/// ask for something beside.
fn rule(number: usize) -> Rule {
    let article = generated::article(number + 1_000_000).text();
    let words: Vec<&str> = article.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let words = (0..WORDS).map(|n| words[n * 20..n * 20 + 2 + n % 2].join(" ")).collect();
    let places = match number % 2 {
        0 => vec![Place::Title, Place::Summary],
        _ => Place::ALL.to_vec(),
    };
    let asked = number.is_multiple_of(3);
    let when = When {
        words,
        places,
        marks: !number.is_multiple_of(4),
        kinds: if asked { vec![Kind::Province] } else { Vec::new() },
        documents: if number.is_multiple_of(10) { vec!["NĐ-CP".to_owned()] } else { Vec::new() },
        portals: if number % 10 == 1 { vec![format!("tinh-{}", number % 63)] } else { Vec::new() },
        ..When::default()
    };
    let then = Then { level: Some(Level::High), ..Then::default() };
    Rule { name: format!("Quy tắc {number}"), mode: Default::default(), when, then }
}

fn subject(number: usize, now: Timestamp) -> Subject {
    let article = generated::article(number);
    Subject {
        story: number.to_string(),
        item: number as i64,
        text: article.text(),
        title: article.title,
        summary: article.summary,
        portals: vec![format!("tinh-{}", number % 63)],
        kind: Kind::Province,
        documents: vec![article.document],
        topic: None,
        level: None,
        assignee: None,
        state: State::New,
        touched: false,
        score: 50.0,
        entered_at: now,
        published_at: now,
    }
}

/// The median and the 95th percentile.
fn spread(times: &mut [f64]) -> String {
    times.sort_by(f64::total_cmp);
    format!("{:.0} µs (95 in 100: {:.0})", times[times.len() / 2], times[times.len() * 95 / 100])
}
