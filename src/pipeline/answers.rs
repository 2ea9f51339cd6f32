//! What the operator answers to the questions of visits, carried out: from the command line and the console alike.

use anyhow::{Context, Result, bail};
use url::Url;

use crate::archive::{self, addresses};
use crate::clock::Timestamp;
use crate::index::{Backend, outbox};
use crate::portal::questions::{self, Kind, Question};
use crate::portal::{Move, Portal, State, host_and_port, table};
use crate::store::{Connection, Store};

/// Carries an answer out; returns how many articles it touched, or nothing when the question was not open any more.
///
/// - `Gone`: yes marks the missing articles gone; no keeps them all, for a month.
/// - `Empty`: yes pauses the portal; no reads on, for a month.
/// - `Moved`: yes follows the move, no article changes its identity; no leaves the portal where it is registered.
///
/// # Errors
/// When the record cannot be written, or the portal cannot be moved.
pub async fn answer(
    store: &Store,
    targets: &[&'static str],
    portal: &Portal,
    question: &Question,
    yes: bool,
    now: Timestamp,
) -> Result<Option<u64>> {
    let (portal, question) = (portal.clone(), question.clone());
    let targets = targets.to_vec();
    store
        .write(move |connection| {
            Box::pin(async move {
                if !questions::answer(connection, portal.id, question.kind, &question.subject, yes, now).await? {
                    return Ok(None);
                }
                let touched = match (question.kind, yes) {
                    (Kind::Gone, true) => mark_gone(connection, portal.id, &targets, now).await?,
                    (Kind::Gone, false) => {
                        archive::forgive_missing(connection, portal.id).await?;
                        0
                    }
                    (Kind::Empty, true) => {
                        table::set_state(connection, &portal.entry.slug, State::Paused, now).await?;
                        0
                    }
                    (Kind::Moved, true) => follow(connection, &portal, &question, &targets).await?,
                    (Kind::Empty | Kind::Moved, false) => 0,
                };
                Ok(Some(touched))
            })
        })
        .await
}

/// The name under which the outbox knows a search engine.
#[must_use]
pub fn target(engine: &str) -> &'static str {
    if engine == Backend::Meilisearch.as_str() { Backend::Meilisearch.as_str() } else { Backend::Embedded.as_str() }
}

async fn mark_gone(connection: &mut Connection, portal: i64, targets: &[&'static str], now: Timestamp) -> Result<u64> {
    let missing = archive::missing_now(&mut *connection, portal).await?;
    for id in &missing {
        let revision = archive::gone(connection, id, now).await?;
        outbox::mark(connection, targets, id, revision).await?;
    }
    Ok(missing.len() as u64)
}

/// Rewrites the portal's addresses and those of its articles.
async fn follow(
    connection: &mut Connection,
    portal: &Portal,
    question: &Question,
    targets: &[&'static str],
) -> Result<u64> {
    let from = Url::parse(&question.subject).context("cannot read where the portal was")?;
    let to = question.facts.to.as_deref().map(Url::parse);
    let Some(Ok(to)) = to else { bail!("cannot follow portal `{}`: nobody noted where it went", portal.entry.slug) };
    let mut portal = portal.clone();
    if from != portal.entry.url {
        // A feed that moved alone.
        for source in portal.entry.sources.iter_mut().chain(&mut portal.found) {
            if source.url == from {
                source.url = to.clone();
            }
        }
        table::set_moved(connection, portal.id, &portal.entry, &portal.found, &portal.learnt.moves).await?;
        return Ok(0);
    }
    let Some(old) = host_and_port(&from) else { bail!("cannot follow portal `{}`: it had no host", portal.entry.slug) };
    let mut origin = to.clone();
    origin.set_path("/");
    origin.set_query(None);
    origin.set_fragment(None);
    // A portal that comes back to a host that it left has left the other one only.
    portal.learnt.moves.retain(|moved| Some(&moved.from) != host_and_port(&to).as_ref());
    portal.learnt.moves.push(Move { from: old.clone(), to: origin });
    portal.entry.url = to;
    portal.entry.aliases.push(old);
    portal.entry.aliases.sort();
    portal.entry.aliases.dedup();
    for source in portal.entry.sources.iter_mut().chain(&mut portal.found) {
        source.url = portal.learnt.where_now(&source.url);
    }
    table::set_moved(connection, portal.id, &portal.entry, &portal.found, &portal.learnt.moves).await?;
    let mut touched = 0;
    for article in addresses::all(connection, portal.id).await? {
        let Ok(url) = Url::parse(&article.url) else { continue };
        let now_at = portal.learnt.canonical(&url);
        if now_at != url && addresses::set_url(connection, portal.id, &article.id, now_at.as_str()).await? {
            let revision = archive::touch(connection, &article.id).await?;
            outbox::mark(connection, targets, &article.id, revision).await?;
            touched += 1;
        }
    }
    addresses::relocate(connection, portal.id, &|url| portal.learnt.where_now(url)).await?;
    Ok(touched)
}
