//! Compares what an engine holds with the record, portal by portal, and marks what differs. In: the record and an engine
//! that lists its documents. Out: how many articles were marked; they are sent again with the next round.
//!
//! An engine that was put back to an older copy, or lost writes that it had acknowledged, shows nowhere else. A portal
//! that differs in too much is left alone and named: more likely than a loss is a fault that would delete everything.

mod table;

use std::collections::{HashMap, HashSet};

use anyhow::{Context, Result};
use futures::FutureExt;
use xxhash_rust::xxh3::xxh3_64;

use self::table::{Living, each_living, mark_some};
use crate::index::table::{behind, refused};
use crate::index::{Held, SearchIndex};
use crate::store::Store;

pub(super) use self::table::living_count;

/// Documents listed at once.
const PAGE: usize = 1_000;
/// The share of a portal, as one in so many, up to which differences are repaired without asking.
const ONE_IN: usize = 100;
/// Differences of one portal that are repaired however few articles it has.
const ALWAYS_REPAIRED: usize = 20;

/// What a comparison found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Documents that the engine holds.
    pub held: usize,
    /// Articles marked, because the engine has them not, in an old state, or too many.
    pub marked: usize,
    /// Portals that differ in too much to be repaired unasked, each with the number of articles.
    pub left_alone: Vec<(String, usize)>,
}

/// How many documents, and the sum of their fingerprints: equal sums mean equal sets.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Sum {
    count: usize,
    fingerprints: u64,
}

impl Sum {
    fn add(&mut self, id: &str, revision: i64) {
        self.count += 1;
        self.fingerprints = self.fingerprints.wrapping_add(xxh3_64(format!("{id}\0{revision}").as_bytes()));
    }
}

/// Compares and marks. Nothing when articles still wait to be sent, or when the engine does not list its documents.
///
/// # Errors
/// When the record or the engine cannot be read.
pub async fn reconcile(store: &Store, target: &str, index: &dyn SearchIndex) -> Result<Option<Reconciled>> {
    if behind(store.pool(), target).await? > 0 {
        return Ok(None);
    }
    let refused: HashSet<String> =
        refused(store.pool(), target, usize::MAX).await?.into_iter().map(|(id, _)| id).collect();
    let mut held: HashMap<String, Sum> = HashMap::new();
    let mut found = Reconciled::default();
    loop {
        let Some(page) = index.held(None, found.held, PAGE).await? else { return Ok(None) };
        for one in page.iter().filter(|one| !refused.contains(&one.id)) {
            held.entry(one.portal.clone()).or_default().add(&one.id, one.revision);
        }
        found.held += page.len();
        if page.len() < PAGE {
            break;
        }
    }
    let mut wanted: HashMap<String, Sum> = HashMap::new();
    each_living(store.pool(), None, |Living { portal, id, revision }| {
        if !refused.contains(&id) {
            wanted.entry(portal).or_default().add(&id, revision);
        }
    })
    .await?;
    let portals: HashSet<&String> = held.keys().chain(wanted.keys()).collect();
    for portal in portals {
        let (there, here) = (held.get(portal), wanted.get(portal));
        if there == here {
            continue;
        }
        let mut differing = differing(store, index, portal).await?;
        differing.retain(|id| !refused.contains(id));
        let size = there.into_iter().chain(here).map(|sum| sum.count).max().unwrap_or_default();
        if differing.len() > ALWAYS_REPAIRED.max(size / ONE_IN) {
            found.left_alone.push((portal.clone(), differing.len()));
            continue;
        }
        found.marked += differing.len();
        let target = target.to_owned();
        store.write(move |connection| async move { mark_some(connection, &target, &differing).await }.boxed()).await?;
    }
    found.left_alone.sort();
    Ok(Some(found))
}

/// Articles of a portal that the engine misses, holds in another state, or should not hold.
async fn differing(store: &Store, index: &dyn SearchIndex, portal: &str) -> Result<Vec<String>> {
    let mut held: HashMap<String, i64> = HashMap::new();
    let mut offset = 0;
    loop {
        let page = index.held(Some(portal), offset, PAGE).await?.context("the engine does not list its documents")?;
        offset += page.len();
        let is_last = page.len() < PAGE;
        held.extend(page.into_iter().map(|Held { id, revision, .. }| (id, revision)));
        if is_last {
            break;
        }
    }
    let mut differing = Vec::new();
    each_living(store.pool(), Some(portal), |Living { id, revision, .. }| {
        if held.remove(&id) != Some(revision) {
            differing.push(id);
        }
    })
    .await?;
    differing.extend(held.into_keys());
    Ok(differing)
}
