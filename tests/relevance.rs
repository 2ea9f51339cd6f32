//! What a search must find: `fixtures/relevance`, queries with the articles that they expect, on both engines.
//!
//! `expected` articles stand among the first `within` hits, as many of them as there is room for; with `only`, nothing
//! else is found; `absent` articles are not found; `note` says that the reader is told what was searched.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

#[allow(dead_code, reason = "shared with the contract of the engines")]
#[path = "search_index/engines.rs"]
mod engines;

use std::collections::BTreeMap;
use std::path::Path;

use lantoa::index::{Document, Query, SearchIndex};
use serde::Deserialize;
use serde::de::DeserializeOwned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    kind: String,
    query: String,
    expected: Vec<String>,
    within: usize,
    #[serde(default)]
    only: bool,
    #[serde(default)]
    absent: Vec<String>,
    #[serde(default)]
    note: Option<String>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn embedded() {
    let home = tempfile::tempdir().unwrap();
    check("embedded", &engines::embedded(&home.path().join("index"))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn meilisearch() {
    let Some(server) = engines::Server::find() else {
        println!("skipped: neither LANTOA_TEST_MEILI_URL nor a meilisearch on the PATH");
        return;
    };
    check("meilisearch", &server.index("relevance").await).await;
}

fn lines<T: DeserializeOwned>(name: &str) -> Vec<T> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/relevance").join(name);
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|cause| panic!("{line}: {cause}"))).collect()
}

async fn check(engine: &str, index: &dyn SearchIndex) {
    index.put(&lines::<Document>("articles.jsonl")).await.unwrap();
    let queries: Vec<Asked> = lines("queries.jsonl");
    assert!(queries.len() >= 200, "only {} queries", queries.len());
    let mut broken: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for asked in &queries {
        if let Err(why) = holds(index, asked).await {
            broken.entry(&asked.kind).or_default().push(format!("{}: {why}", asked.query));
        }
    }
    let count: usize = broken.values().map(Vec::len).sum();
    println!("{engine}: {} of {} queries hold", queries.len() - count, queries.len());
    assert!(broken.is_empty(), "{engine}: {broken:#?}");
}

async fn holds(index: &dyn SearchIndex, asked: &Asked) -> Result<(), String> {
    let query = Query { text: asked.query.clone(), page: 1, per_page: 20, ..Query::default() };
    let results = index.search(&query).await.map_err(|cause| format!("{cause:#}"))?;
    let hits: Vec<&str> = results.hits.iter().map(|hit| hit.id.as_str()).collect();
    let is_expected = |id: &&str| asked.expected.iter().any(|expected| expected == id);
    let found = hits.iter().take(asked.within).copied().filter(|id| is_expected(id)).count();
    if found < asked.expected.len().min(asked.within) {
        return Err(format!("wanted {:?}, got {:?}", asked.expected, &hits[..hits.len().min(10)]));
    }
    let other = hits.iter().find(|id| asked.only && !is_expected(id));
    if let Some(other) = other.or_else(|| hits.iter().find(|id| asked.absent.iter().any(|absent| absent == *id))) {
        return Err(format!("also finds {other}"));
    }
    let told = serde_json::to_value(&results.notes).map_err(|cause| cause.to_string())?;
    let kinds: Vec<&str> = told.as_array().unwrap().iter().filter_map(|note| note["kind"].as_str()).collect();
    match &asked.note {
        Some(note) if !kinds.contains(&note.as_str()) => Err(format!("is told {kinds:?}, not {note}")),
        _ => Ok(()),
    }
}
