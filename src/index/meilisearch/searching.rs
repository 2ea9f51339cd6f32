//! Asking. In: a query in parts. Out: the server's answer as results.

use std::collections::HashMap;

use anyhow::{Context, Result, anyhow};
use meilisearch_sdk::errors::Error;
use meilisearch_sdk::request::{HttpClient, Method};
use serde::Deserialize;
use serde_json::Value;

use super::Inner;
use super::ask::{Part, request};
use super::failure::{is_lost_index, is_wrong_key, meaning};
use super::http::Http;
use super::shape::Kept;
use crate::index::query::{Demand, Step};
use crate::index::snippet::Highlighter;
use crate::index::{
    DEEPEST_HIT, Hit, MOST_DOCUMENT_VALUES, MOST_FACET_VALUES, Note, NoteKind, Query, Results, most_first,
};
use crate::store::instant;
use crate::vietnamese;

impl Inner {
    /// One page of hits and the counts of all matches: two requests, because the server counts stories, not articles,
    /// where it shows one article of each.
    pub(super) async fn find(&self, http: &Http, query: &Query, step: &Step) -> Result<Found> {
        let ask = |part| self.ask(http, request(&self.index, query, &step.asked, step.demand, part));
        let (hits, counts) = futures::try_join!(ask(Part::Hits), ask(Part::Counts))?;
        Ok(Found { hits, counts })
    }

    async fn ask(&self, http: &Http, body: Value) -> Result<Answer> {
        let url = format!("{}/multi-search", self.url);
        let outcome: Result<Answer, Error> = http.request(&url, Method::Post { query: (), body }, 200).await;
        match outcome {
            Ok(answer) => Ok(answer),
            Err(cause) => {
                if is_lost_index(&cause) {
                    // New, or emptied while we ran: the next write makes the index.
                    *self.prepared.write().await = false;
                }
                if is_wrong_key(&cause) {
                    // The server was given another master key, which changes every other key.
                    *self.search.write().await = None;
                }
                Err(anyhow!(meaning(&cause))).with_context(|| format!("cannot search on {}", self.url))
            }
        }
    }
}

/// What the server found in one step.
#[derive(Default)]
pub(super) struct Found {
    hits: Answer,
    counts: Answer,
}

/// The server's answer to a federated search.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Answer {
    hits: Vec<Value>,
    total_hits: u64,
    facets_by_index: HashMap<String, Facets>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Facets {
    distribution: HashMap<String, HashMap<String, u64>>,
}

impl Found {
    pub(super) fn total(&self) -> u64 {
        self.counts.total_hits
    }

    pub(super) fn results(self, step: &Step, query: &Query) -> Results {
        let (_, limit) = query.window();
        let guessed = self.hits.hits.first().and_then(|hit| guessed(step, hit));
        let mut highlighter = Highlighter::new(&step.asked, step.demand == Demand::LastUnfinished);
        let kept = self.hits.hits.into_iter().take(limit).filter_map(|hit| serde_json::from_value::<Kept>(hit).ok());
        let hits = kept.map(|kept| hit(kept, &mut highlighter)).collect();
        let mut counts = self.counts.facets_by_index.into_values().next().unwrap_or_default().distribution;
        let mut take = |field: &str| counts.remove(field).unwrap_or_default();
        let mut years: Vec<(i16, u64)> =
            take("year").into_iter().filter_map(|(year, n)| Some((year.parse().ok()?, n))).collect();
        years.sort_unstable_by_key(|(year, _)| std::cmp::Reverse(*year));
        Results {
            total: self.counts.total_hits,
            hits,
            portals: most_first(take("portal"), MOST_FACET_VALUES),
            kinds: most_first(take("kind"), MOST_FACET_VALUES),
            topics: most_first(take("topic"), MOST_FACET_VALUES),
            documents: most_first(take("documents"), MOST_DOCUMENT_VALUES),
            years,
            stories: usize::try_from(self.hits.total_hits).unwrap_or(DEEPEST_HIT).min(DEEPEST_HIT),
            notes: step.note.iter().cloned().chain(guessed).chain(step.asked.notes()).collect(),
        }
    }
}

/// The server completes an unfinished word and forgives errors in it without saying which. When the best hit holds no
/// word that begins so, it was forgiven.
fn guessed(step: &Step, hit: &Value) -> Option<Note> {
    let last = step.asked.words.last().filter(|_| step.demand == Demand::LastUnfinished)?;
    let mut texts = ["title", "summary", "text", "files"].into_iter().filter_map(|field| hit[field].as_str());
    let completes = texts.any(|text| vietnamese::fold(text).contains(&*last.folded));
    (!completes).then(|| Note { kind: NoteKind::Spelling, typed: step.asked.typed.join(" "), searched: String::new() })
}

fn hit(kept: Kept, highlighter: &mut Highlighter<'_>) -> Hit {
    Hit {
        snippet: highlighter.snippet(&kept.summary, &kept.text, &kept.files),
        id: kept.id,
        url: kept.url,
        portal: kept.portal,
        portal_name: kept.portal_name,
        title: kept.title,
        published_at: instant(kept.published_at),
        documents: kept.documents,
        story: kept.story,
    }
}
