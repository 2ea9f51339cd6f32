//! `lantoa bench relevance`: how well queries find what they must, beside two references on the same articles.
//!
//! For each engine the mean reciprocal rank of the first expected article among ten hits (MRR@10) and the share of the
//! expected articles among them (recall@10), of all queries that expect something.

mod table;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use comfy_table::{CellAlignment, Table, presets};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use self::table::Fts5;
use crate::commands::{print_json, println_or_quit};
use crate::index::embedded::Embedded;
use crate::index::meilisearch::{Meilisearch, Plain};
use crate::index::{Document, Options, Query, SearchIndex};

const ARTICLES: &str = include_str!("../../../../fixtures/relevance/articles.jsonl");
const QUERIES: &str = include_str!("../../../../fixtures/relevance/queries.jsonl");
/// Hits that count.
const HITS: usize = 10;

/// Options of `lantoa bench relevance`.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Args {
    /// A folder with articles.jsonl and queries.jsonl instead of those carried with lantoa
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,
    /// A Meilisearch server to measure too (its key in LANTOA__INDEX__MEILISEARCH_KEY)
    #[arg(long, value_name = "URL")]
    meilisearch: Option<String>,
}

#[derive(Deserialize)]
struct Asked {
    kind: String,
    query: String,
    expected: Vec<String>,
}

/// What one engine reached.
#[derive(Debug, Serialize)]
struct Outcome {
    engine: &'static str,
    mrr_at_10: f64,
    recall_at_10: f64,
    /// MRR@10 by the kind of query.
    by_kind: BTreeMap<String, f64>,
}

pub(super) async fn run(args: &Args, json: bool) -> Result<ExitCode> {
    let read = |name: &str, carried: &str| match &args.corpus {
        Some(folder) => read_file(&folder.join(name)),
        None => Ok(carried.to_owned()),
    };
    let articles: Vec<Document> = lines(&read("articles.jsonl", ARTICLES)?)?;
    let mut queries: Vec<Asked> = lines(&read("queries.jsonl", QUERIES)?)?;
    queries.retain(|asked| !asked.expected.is_empty());

    let home = tempfile::tempdir().context("cannot make a temporary folder")?;
    let embedded = Embedded::open(&home.path().join("index"), &Options::default())?;
    let mut outcomes = vec![ours("embedded", &embedded, &articles, &queries).await?];
    if let Some(url) = &args.meilisearch {
        let key = std::env::var("LANTOA__INDEX__MEILISEARCH_KEY").unwrap_or_default();
        let name = format!("bench-relevance-{}", std::process::id());
        let index = Meilisearch::connect(url, &key, &name)?;
        outcomes.push(ours("meilisearch, ours", &index, &articles, &queries).await?);
        let plain = Plain::of(url, &key, &format!("{name}-plain"), &articles).await?;
        let mut tally = Tally::default();
        for asked in &queries {
            tally.add(asked, &plain.search(&asked.query).await?);
        }
        outcomes.push(tally.outcome("meilisearch, defaults"));
    }
    let mut fts5 = Fts5::of(&articles).await?;
    let mut tally = Tally::default();
    for asked in &queries {
        tally.add(asked, &fts5.search(&asked.query).await?);
    }
    outcomes.push(tally.outcome("SQLite FTS5"));

    if json {
        print_json(&outcomes)?;
    } else {
        println_or_quit(&format!("{} articles, {} queries", articles.len(), queries.len()))?;
        println_or_quit(&shown(&outcomes).to_string())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn read_file(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn lines<T: DeserializeOwned>(text: &str) -> Result<Vec<T>> {
    let numbered = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    numbered
        .map(|(at, line)| {
            serde_json::from_str(line).with_context(|| format!("cannot read line {} of the corpus", at + 1))
        })
        .collect()
}

async fn ours(
    engine: &'static str,
    index: &dyn SearchIndex,
    articles: &[Document],
    queries: &[Asked],
) -> Result<Outcome> {
    index.put(articles).await.context("cannot index the articles")?;
    let mut tally = Tally::default();
    for asked in queries {
        let query = Query { text: asked.query.clone(), page: 1, per_page: HITS, ..Query::default() };
        let hits: Vec<String> = index.search(&query).await?.hits.into_iter().map(|hit| hit.id).collect();
        tally.add(asked, &hits);
    }
    Ok(tally.outcome(engine))
}

/// Sums over queries.
#[derive(Default)]
struct Tally {
    queries: usize,
    reciprocal_ranks: f64,
    recalls: f64,
    by_kind: BTreeMap<String, (usize, f64)>,
}

impl Tally {
    fn add(&mut self, asked: &Asked, hits: &[String]) {
        let hits = &hits[..hits.len().min(HITS)];
        let is_expected = |hit: &&String| asked.expected.contains(hit);
        let rank = hits.iter().position(|hit| asked.expected.contains(hit));
        let reciprocal = rank.map_or(0.0, |rank| 1.0 / (rank + 1) as f64);
        let reachable = asked.expected.len().clamp(1, HITS);
        self.queries += 1;
        self.reciprocal_ranks += reciprocal;
        self.recalls += hits.iter().filter(is_expected).count() as f64 / reachable as f64;
        let kind = self.by_kind.entry(asked.kind.clone()).or_default();
        *kind = (kind.0 + 1, kind.1 + reciprocal);
    }

    fn outcome(self, engine: &'static str) -> Outcome {
        let of = |sum: f64, count: usize| (1_000.0 * sum / count.max(1) as f64).round() / 1_000.0;
        Outcome {
            engine,
            mrr_at_10: of(self.reciprocal_ranks, self.queries),
            recall_at_10: of(self.recalls, self.queries),
            by_kind: self.by_kind.into_iter().map(|(kind, (count, sum))| (kind, of(sum, count))).collect(),
        }
    }
}

fn shown(outcomes: &[Outcome]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let engines = outcomes.iter().map(|outcome| outcome.engine.to_owned());
    table.set_header(std::iter::once(String::new()).chain(engines));
    let mut row = |name: &str, value: &dyn Fn(&Outcome) -> f64| {
        let values = outcomes.iter().map(|outcome| format!("{:.3}", value(outcome)));
        table.add_row(std::iter::once(name.to_owned()).chain(values));
    };
    row("MRR@10", &|outcome| outcome.mrr_at_10);
    row("recall@10", &|outcome| outcome.recall_at_10);
    for kind in outcomes.first().into_iter().flat_map(|outcome| outcome.by_kind.keys()) {
        row(&format!("  {kind}"), &|outcome| outcome.by_kind.get(kind).copied().unwrap_or_default());
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_and_recalls() {
        let asked = Asked { kind: "k".into(), query: String::new(), expected: vec!["a".into(), "b".into()] };
        let mut tally = Tally::default();
        tally.add(&asked, &["x".to_owned(), "b".to_owned()]);
        tally.add(&asked, &[]);
        let outcome = tally.outcome("e");
        assert_eq!((outcome.mrr_at_10, outcome.recall_at_10), (0.25, 0.25));
    }

    #[test]
    fn the_carried_corpus_can_be_read() {
        let queries = lines::<Asked>(QUERIES).unwrap_or_default();
        assert!(queries.len() >= 200 && lines::<Document>(ARTICLES).is_ok_and(|articles| articles.len() >= 300));
    }
}
