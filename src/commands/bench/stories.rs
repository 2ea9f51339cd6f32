//! `lantoa bench stories`: are copies of one article on several portals recognised, and nothing else?
//!
//! In: articles of which it is known which tell the same (`cluster`), one JSON object a line. They are placed in the
//! order in which they were published, or by portal with `--by-portal`, as a first crawl reads them. Beside the window
//! stands what equal texts alone would find.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::io::BufRead;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::clock::Timestamp;
use crate::commands::{println_or_quit, say};
use crate::dedup::{Options, Reading, Window};

/// Options of `lantoa bench stories`.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Args {
    /// Articles with the cluster that each belongs to, one JSON object a line
    #[arg(long, value_name = "FILE", required = true)]
    truth: Vec<PathBuf>,
    /// Place the articles portal by portal, latest first, as a first crawl reads them
    #[arg(long)]
    by_portal: bool,
    /// List up to this many pairs that were missed or wrongly made
    #[arg(long, value_name = "N", default_value_t = 0)]
    show: usize,
}

#[derive(Deserialize)]
struct True {
    url: String,
    portal: String,
    text: String,
    published: Timestamp,
    #[serde(default)]
    cluster: Option<u64>,
    #[serde(default)]
    event: Option<String>,
}

/// How well stories were found, by pairs of articles.
#[derive(Debug, Serialize)]
struct Outcome {
    way: &'static str,
    precision: f64,
    recall: f64,
    /// Pairs that the window leaves to an editor.
    asked: usize,
}

pub(super) fn run(args: &Args, as_json: bool) -> Result<ExitCode> {
    let mut articles = Vec::new();
    for path in &args.truth {
        let file = std::fs::File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
        for line in std::io::BufReader::new(file).lines() {
            let article: True = serde_json::from_str(&line.context("cannot read a line")?)
                .with_context(|| format!("cannot understand a line of {}", path.display()))?;
            if article.event.as_deref().is_none_or(|event| event == "new") {
                articles.push(article);
            }
        }
    }
    ensure!(!articles.is_empty(), "no article to place (is the file empty?)");
    if args.by_portal {
        articles.sort_by_key(|article| (article.portal.clone(), Reverse(article.published)));
    } else {
        articles.sort_by_key(|article| article.published);
    }
    let folder = tempfile::tempdir().context("cannot make a folder")?;
    let window = Window::open(&folder.path().join("dedup"), &Options::default())?.window;
    let (mut placed, mut equal, mut asked) = (Vec::new(), Vec::new(), 0);
    let mut texts: HashMap<&str, usize> = HashMap::new();
    // A story bears the id of its first article.
    let mut story_of: HashMap<String, String> = HashMap::new();
    for (number, article) in articles.iter().enumerate() {
        let (id, text) = (number.to_string(), Reading::of(&article.text));
        let place = window.place(&id, &article.portal, &text, article.published)?;
        let story = place.near.and_then(|near| story_of.get(&near.id).cloned()).unwrap_or_else(|| id.clone());
        asked += usize::from(place.perhaps.is_some());
        story_of.insert(id, story.clone());
        placed.push(story);
        equal.push(texts.entry(&article.text).or_insert(number).to_string());
    }
    let outcomes = [judge(&articles, &placed, asked, "lantoa"), judge(&articles, &equal, 0, "equal texts")];
    let lines: Vec<String> = outcomes
        .iter()
        .map(|one| {
            format!("{}: precision {:.4}, recall {:.4}, {} asked", one.way, one.precision, one.recall, one.asked)
        })
        .collect();
    say(as_json, &json!({ "articles": articles.len(), "outcomes": outcomes }), &lines.join("\n"))?;
    show(&articles, &placed, args.show)?;
    Ok(ExitCode::SUCCESS)
}

/// Pairs of articles of one story, of one cluster, and of both.
fn judge(articles: &[True], stories: &[String], asked: usize, way: &'static str) -> Outcome {
    let (mut found, mut wanted, mut both) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for (article, story) in articles.iter().zip(stories) {
        *found.entry(story).or_insert(0u64) += 1;
        if let Some(cluster) = article.cluster {
            *wanted.entry(cluster).or_insert(0u64) += 1;
            *both.entry((story, cluster)).or_insert(0u64) += 1;
        }
    }
    let pairs = |count: &u64| (count * (count - 1) / 2) as f64;
    let (found, wanted) = (found.values().map(pairs).sum::<f64>(), wanted.values().map(pairs).sum::<f64>());
    let both: f64 = both.values().map(pairs).sum();
    let share = |of: f64| if of == 0.0 { 1.0 } else { both / of };
    Outcome { way, precision: share(found), recall: share(wanted), asked }
}

fn show(articles: &[True], stories: &[String], most: usize) -> Result<()> {
    let mut left = most;
    for (at, one) in articles.iter().enumerate() {
        for (other_at, other) in articles.iter().enumerate().skip(at + 1) {
            let is_one = one.cluster.is_some() && one.cluster == other.cluster;
            let found = stories[at] == stories[other_at];
            if left > 0 && is_one != found {
                left -= 1;
                println_or_quit(&format!("{}: {} {}", if found { "wrong" } else { "missed" }, one.url, other.url))?;
            }
        }
    }
    Ok(())
}
