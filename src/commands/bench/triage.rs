//! `lantoa bench triage`: do the twenty best scores of a day hold what mattered that day? Beside newest first.
//!
//! In: articles with their importance (0 routine to 3 urgent), one JSON object a line. Without `--articles` the score is
//! given what the truth file says of each article; with an export of lantoa, what lantoa read.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::clock::{Timestamp, vietnam};
use crate::commands::println_or_quit;
use crate::portal::Kind;
use crate::triage::{Facts, Options, score};

/// Two days of make-believe portals, for a first look.
const CARRIED: &str = include_str!("../../../fixtures/triage/days.jsonl");
/// Stories of a day that an editor surely looks at.
const TOP: usize = 20;
/// Importance from which a story should be among them.
const MATTERS: u8 = 2;

/// Options of `lantoa bench triage`.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Args {
    /// Articles with their importance, one JSON object a line; a portals.json beside it tells the kinds of portals
    #[arg(long, value_name = "FILE")]
    truth: Vec<PathBuf>,
    /// What lantoa read of them: the lines of `lantoa export articles`
    #[arg(long, value_name = "FILE", requires = "truth")]
    articles: Option<PathBuf>,
}

#[derive(Deserialize)]
struct True {
    url: String,
    portal: String,
    #[serde(default)]
    kind: Option<Kind>,
    title: String,
    #[serde(default)]
    sapo: String,
    published: Timestamp,
    #[serde(default)]
    docs: Vec<String>,
    #[serde(default)]
    cluster: Option<u64>,
    importance: u8,
}

#[derive(Deserialize)]
struct Known {
    slug: String,
    kind: Kind,
}

#[derive(Deserialize)]
struct Exported {
    url: String,
    title: String,
    summary: String,
    documents: Vec<String>,
    published_at: Option<Timestamp>,
}

/// A story as it stood at the end of its day.
struct Story {
    facts: Facts,
    importance: u8,
}

/// Means over the days.
#[derive(Debug, Default, Serialize)]
struct Outcome {
    order: &'static str,
    precision: f64,
    recall: f64,
}

pub(super) fn run(args: &Args, json: bool) -> Result<ExitCode> {
    let read = match &args.articles {
        Some(path) => exported(path)?,
        None => HashMap::new(),
    };
    let mut days: BTreeMap<(usize, Date), Vec<Story>> = BTreeMap::new();
    if args.truth.is_empty() {
        gather(0, CARRIED.as_bytes(), &HashMap::new(), None, &mut days)?;
    }
    for (number, path) in args.truth.iter().enumerate() {
        let file = std::fs::File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
        let known = args.articles.is_some().then_some(&read);
        gather(number, std::io::BufReader::new(file), &kinds(path)?, known, &mut days)?;
    }
    // On a day with fewer stories any order finds everything, and without anything that matters none can.
    days.retain(|_, stories| stories.len() > TOP && stories.iter().any(|story| story.importance >= MATTERS));
    ensure!(!days.is_empty(), "no day has more than {TOP} stories and one that matters (give more articles)");
    let options = Options::default();
    let by_score = |story: &Story, end: Timestamp| score(&story.facts, &options, end).total;
    let scored = measure("score", &days, |story, end| (by_score(story, end) * 10.0) as i64);
    let newest = measure("newest first", &days, |story, _| story.facts.published_at.as_second());
    let ideal = measure("best possible", &days, |story, _| i64::from(story.importance));
    if json {
        println_or_quit(&serde_json::to_string(&serde_json::json!({
            "days": days.len(), "top": TOP, "orders": [scored, newest, ideal],
        }))?)?;
        return Ok(ExitCode::SUCCESS);
    }
    println_or_quit(&format!("{} days, the first {TOP} of each", days.len()))?;
    for Outcome { order, precision, recall } in [scored, newest, ideal] {
        println_or_quit(&format!("{order:14} precision {precision:.3}  recall {recall:.3}"))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn measure(
    order: &'static str,
    days: &BTreeMap<(usize, Date), Vec<Story>>,
    key: impl Fn(&Story, Timestamp) -> i64,
) -> Outcome {
    let mut sum = Outcome { order, ..Outcome::default() };
    for ((_, day), stories) in days {
        let end = end_of(*day);
        let mut ordered: Vec<&Story> = stories.iter().collect();
        ordered.sort_by_cached_key(|story| Reverse(key(story, end)));
        let matters = |story: &&&Story| story.importance >= MATTERS;
        let found = ordered.iter().take(TOP).filter(matters).count() as f64;
        sum.precision += found / TOP as f64 / days.len() as f64;
        sum.recall += found / ordered.iter().filter(matters).count().max(1) as f64 / days.len() as f64;
    }
    sum
}

fn end_of(day: Date) -> Timestamp {
    let next = day.checked_add(1.day()).unwrap_or(day);
    next.to_zoned(vietnam()).map_or(Timestamp::MAX, |start| start.timestamp())
}

/// Adds the stories of one truth file, each on the day of its first article.
fn gather(
    number: usize,
    lines: impl BufRead,
    kinds: &HashMap<String, Kind>,
    read: Option<&HashMap<String, Exported>>,
    days: &mut BTreeMap<(usize, Date), Vec<Story>>,
) -> Result<()> {
    let mut stories: HashMap<String, Vec<True>> = HashMap::new();
    let mut met: HashSet<String> = HashSet::new();
    for line in lines.lines() {
        let line = line.context("cannot read the truth file")?;
        let article: True = serde_json::from_str(&line).context("a line of the truth file is no article")?;
        let story = article.cluster.map_or_else(|| article.url.clone(), |cluster| cluster.to_string());
        // A later epoch tells of an edit of the same article.
        if met.insert(article.url.clone()) {
            stories.entry(story).or_default().push(article);
        }
    }
    for mut story in stories.into_values() {
        story.sort_by_key(|article| article.published);
        let portals: HashSet<&str> = story.iter().map(|article| article.portal.as_str()).collect();
        let Some(first) = story.first() else { continue };
        let lantoas = read.map(|read| read.get(&first.url));
        // What lantoa did not find cannot be scored; the day goes on without it.
        if matches!(lantoas, Some(None)) {
            continue;
        }
        let lantoas = lantoas.flatten();
        let published_at = lantoas.and_then(|article| article.published_at).unwrap_or(first.published);
        let facts = Facts {
            title: lantoas.map_or(&first.title, |article| &article.title).clone(),
            summary: lantoas.map_or(&first.sapo, |article| &article.summary).clone(),
            documents: lantoas.map_or(&first.docs, |article| &article.documents).clone(),
            first_told: Vec::new(),
            kind: first.kind.or_else(|| kinds.get(&first.portal).copied()).unwrap_or(Kind::Other),
            portals: portals.len(),
            joined: 0,
            proposed: false,
            published_at,
        };
        let day = published_at.to_zoned(vietnam()).date();
        days.entry((number, day)).or_default().push(Story { facts, importance: first.importance });
    }
    Ok(())
}

fn kinds(truth: &Path) -> Result<HashMap<String, Kind>> {
    let path = truth.with_file_name("portals.json");
    let Ok(text) = std::fs::read_to_string(&path) else { return Ok(HashMap::new()) };
    let known: Vec<Known> =
        serde_json::from_str(&text).with_context(|| format!("{} is no list of portals", path.display()))?;
    Ok(known.into_iter().map(|portal| (portal.slug, portal.kind)).collect())
}

fn exported(path: &Path) -> Result<HashMap<String, Exported>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let articles = text.lines().filter(|line| !line.is_empty()).map(serde_json::from_str::<Exported>);
    let articles: Vec<Exported> = articles.collect::<Result<_, _>>().context("a line of the export is no article")?;
    Ok(articles.into_iter().map(|article| (article.url.clone(), article)).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    #[test]
    fn the_score_finds_more_of_what_matters_than_the_clock() {
        let mut days = BTreeMap::new();
        gather(0, CARRIED.as_bytes(), &HashMap::new(), None, &mut days).unwrap();
        assert!(days.values().all(|stories| stories.len() > TOP) && days.len() == 2, "{}", days.len());
        let options = Options::default();
        let scored = measure("", &days, |story, end| score(&story.facts, &options, end).total as i64);
        let newest = measure("", &days, |story, _| story.facts.published_at.as_second());
        assert!(scored.recall > 0.9 && newest.recall < 0.7, "{scored:?} {newest:?}");
    }
}
