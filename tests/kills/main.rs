//! `kill -9` at random moments of crawls and sweeps, and what is there afterwards: no article lost, none twice, each as
//! its portal has it now, stories joined, the dedup window and the search index caught up.
//!
//! The short run is always made, against a small web of its own. The long one wants `LANTOA_KILLS=100` (or another
//! number) in the environment, and the make-believe web that is kept beside the repository.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod desk;
mod govweb;
mod web;

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::{Duration, Instant};

use desk::Desk;
use web::Web;

/// Kills in the run that is always made.
const KILLS: u64 = 15;

#[test]
fn killed_at_random_nothing_is_lost_and_nothing_doubled() {
    let web = Web::start();
    let desk = Desk::new();
    desk.register(&web.registry());
    let usual = undisturbed(&web);
    let seed = fastrand::u64(..);
    println!("seed {seed}, an undisturbed crawl takes {usual:?}");
    let mut random = fastrand::Rng::with_seed(seed);
    let mut before = BTreeMap::new();
    for kill in 0..KILLS {
        if kill % 2 == 0 {
            web.publish();
        }
        let arguments: &[&str] = if kill % 5 == 4 { &["sweep", "bo-hai", "--fresh"] } else { &["crawl", "--all"] };
        // Every fourth run is killed while it still puts right what the kill before it left.
        let latest = if kill % 4 == 3 { usual / 4 } else { usual };
        let mut run = desk.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(latest.mul_f64(random.f64()));
        run.kill().unwrap();
        run.wait().unwrap();

        let now = desk.articles();
        for (url, version) in &before {
            assert!(now.get(url).is_some_and(|now| now >= version), "{url} was lost by kill {kill} of seed {seed}");
        }
        println!("kill {kill}: {} articles are in the record", now.len());
        before = now;
    }

    desk.crawl_to_the_end();
    let record = desk.record();
    let titles: BTreeMap<String, String> =
        record.iter().map(|article| (article.url.clone(), article.title.clone())).collect();
    println!("{} articles, {} stories of several portals", record.len(), web.stories().len());
    assert_eq!(titles.len(), record.len(), "an article stands twice in the record, seed {seed}");
    assert_eq!(titles, web.truth(), "seed {seed}");
    assert_eq!(web::stories(&record), web.stories(), "seed {seed}");
    assert_eq!(desk.indexed(), record.len(), "the search index is behind, seed {seed}");
    let again = desk.crawl_to_the_end();
    assert_eq!((again.new, again.changed), (0, 0), "the dedup window is behind, seed {seed}");
}

/// How long a crawl takes that nobody disturbs.
fn undisturbed(web: &Web) -> Duration {
    let desk = Desk::new();
    desk.register(&web.registry());
    let start = Instant::now();
    desk.crawl_to_the_end();
    start.elapsed()
}

/// A server or a crawl that is asked to stop, with an answer outstanding that never comes, is gone within ten seconds;
/// what stood in the record stands there, and the next crawl reads the rest.
#[test]
fn asked_to_stop_it_ends_in_time_and_keeps_everything() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("im-lang,im-lang,other,,http://{}/,\n", silent.local_addr().unwrap());
    for arguments in [&["serve", "--role", "crawl,curate"][..], &["crawl", "--all"]] {
        let web = Web::start();
        let desk = Desk::new();
        desk.register(&format!("{}{silent}", web.registry()));
        // Slow enough to be stopped in the middle.
        let mut command = desk.command(arguments);
        command.env("LANTOA__FETCH__DELAY_MS", "60").stdout(Stdio::null()).stderr(Stdio::null());
        let mut run = command.spawn().unwrap();
        let begun = Instant::now();
        let mut before = BTreeMap::new();
        while before.is_empty() && begun.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(100));
            before = desk.articles();
        }
        let start = Instant::now();
        let pid = run.id().to_string();
        assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let status = run.wait().unwrap();
        println!("{arguments:?} ended with {status} after {:?}, {} articles before", start.elapsed(), before.len());
        assert!(start.elapsed() < Duration::from_secs(10), "{arguments:?} took {:?}", start.elapsed());
        assert!(status.code().is_some_and(|code| code < 2), "{arguments:?} ended with {status}");
        let after = desk.articles();
        assert!(!before.is_empty() && after.len() < web.truth().len(), "{arguments:?} was not stopped in the middle");
        assert!(before.keys().all(|url| after.contains_key(url)), "{arguments:?} lost an article");
        assert!(desk.command(&["portal", "remove", "im-lang"]).output().unwrap().status.success());
        desk.crawl_to_the_end();
        let titles: BTreeMap<String, String> =
            desk.record().into_iter().map(|article| (article.url, article.title)).collect();
        assert_eq!(titles, web.truth(), "after {arguments:?}");
    }
}

#[test]
fn killed_at_random_against_the_make_believe_web() {
    let Some(kills) = std::env::var("LANTOA_KILLS").ok().and_then(|number| number.parse().ok()) else {
        println!("skipped: set LANTOA_KILLS=100 for the long run");
        return;
    };
    let Some(web) = govweb::Govweb::start() else {
        println!("skipped: ../shared/govweb, python3 or nginx is absent");
        return;
    };
    govweb::kill_and_compare(&web, kills);
}
