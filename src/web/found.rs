//! A search with its filters counted as they are used. In: a question. Out: its answers, and for each filter how many
//! there would be with another of its values, the other filters staying as they are.

use futures::future::OptionFuture;

use super::Site;
use super::asked::Asked;
use super::directory::Directory;
use super::trouble::Trouble;
use crate::index::{Query, Results};

/// Answers and counts.
pub(super) struct Found {
    /// The answers.
    pub(super) results: Results,
    /// Counts by portal as if none were chosen.
    pub(super) portals: Vec<(String, u64)>,
    /// Counts by kind as if none were chosen.
    pub(super) kinds: Vec<(String, u64)>,
    /// Counts by province (its key) as if none were chosen.
    pub(super) provinces: Vec<(String, u64)>,
    /// Counts by topic (its code) as if none were chosen.
    pub(super) topics: Vec<(String, u64)>,
}

/// Asks the index. A filter that is in use is counted by a question of its own; the answers' counts serve the others.
pub(super) async fn find(site: &Site, asked: &Asked, directory: &Directory) -> Result<Found, Trouble> {
    let now = site.now();
    let without = |other: Asked, used: bool| {
        let query = used.then(|| Query { page: 1, per_page: 1, ..other.query(directory, now) });
        OptionFuture::from(query.map(|query| async move { site.parts.index.search(&query).await }))
    };
    let plain = || asked.clone();
    let query = asked.query(directory, now);
    let (results, portals, kinds, provinces, topics) = tokio::join!(
        site.parts.index.search(&query),
        without(Asked { portals: Vec::new(), ..plain() }, !asked.portals.is_empty()),
        without(Asked { kinds: Vec::new(), ..plain() }, !asked.kinds.is_empty()),
        without(Asked { provinces: Vec::new(), ..plain() }, !asked.provinces.is_empty()),
        without(Asked { topics: Vec::new(), ..plain() }, !asked.topics.is_empty()),
    );
    let results = results.map_err(Trouble::NoSearch)?;
    let other = |found: Option<anyhow::Result<Results>>| found.transpose().map_err(Trouble::NoSearch);
    let (portals, kinds, provinces) = (other(portals)?, other(kinds)?, other(provinces)?);
    let topics = other(topics)?;
    let by_province = directory.by_province(&provinces.as_ref().unwrap_or(&results).portals);
    Ok(Found {
        portals: portals.as_ref().unwrap_or(&results).portals.clone(),
        kinds: kinds.as_ref().unwrap_or(&results).kinds.clone(),
        provinces: by_province.into_iter().map(|(province, count)| (province.key.clone(), count)).collect(),
        topics: topics.as_ref().unwrap_or(&results).topics.clone(),
        results,
    })
}
