//! The walk of a whole portal for its back-catalogue. Start with [`sweep`].
//!
//! In: a portal and a budget. Out: what a visit would have made of every page, and a report that names the traps. Each
//! request passes the same robots, pace, guard and limits as those of a visit; spider (in `walker`) reads links and
//! walks, and never asks a server itself. Every page that was found stands in the record before it is asked for, so a
//! sweep that is stopped, or spends its budget, goes on where it was.

mod frontier;
mod page;
mod report;
mod shape;
mod table;
mod traps;
mod walker;

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use url::Url;

pub use report::{Report, Trap};
pub use shape::Kind;
pub use table::{Progress, progress};

use self::frontier::{Found, Frontier};
use self::traps::{Traps, Verdict};
use self::walker::Walk;
use super::{Parts, Visit};
use crate::portal::{Portal, SourceKind, canonical_url};

/// How much one sweep may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// Pages asked for in one run, at most; the next run goes on from there.
    pub max_pages: usize,
    /// Hops from the home page, at most. A listing that shows only "next" is one hop deeper on every page.
    pub max_depth: u32,
    /// Pages of one shape in a row that bring nothing new, after which the shape is closed.
    pub barren_pages: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_pages: 5000, max_depth: 500, barren_pages: 30 }
    }
}

/// Walks a portal, or goes on with the walk that was stopped; `fresh` forgets that one.
///
/// # Errors
/// When the record cannot be read or written. What goes wrong with the portal stands in the report.
pub async fn sweep(
    parts: &Parts,
    portal: &Portal,
    options: &Options,
    fresh: bool,
    cancel: &CancellationToken,
    progress: &(dyn Fn(&Report) + Sync),
) -> Result<Report> {
    let bounded = super::Options { pages_per_visit: options.max_pages, ..(*parts.options).clone() };
    let parts = Parts { options: Arc::new(bounded), ..parts.clone() };
    let mut sweep = Sweep::begin(&parts, portal, options, cancel, progress);
    if fresh {
        sweep.forget().await?;
    }
    sweep.load().await?;
    while let Some(round) = sweep.next_round() {
        if !sweep.walk(round).await {
            break;
        }
    }
    sweep.visit.read_attachments_of_sweep().await;
    sweep.conclude().await
}

/// A sweep under way.
struct Sweep<'a> {
    visit: Visit<'a>,
    options: &'a Options,
    progress: &'a (dyn Fn(&Report) + Sync),
    frontier: Frontier,
    traps: Traps,
    report: Report,
    /// Pages dealt with, over all runs.
    turn: u64,
    /// Pages that failed and are tried again by the next run.
    retry: u64,
    /// Whether articles that the record has are asked for too: only when nothing else is left.
    knowns: bool,
    moved: Option<Url>,
}

impl<'a> Sweep<'a> {
    fn begin(
        parts: &'a Parts,
        portal: &'a Portal,
        options: &'a Options,
        cancel: &'a CancellationToken,
        progress: &'a (dyn Fn(&Report) + Sync),
    ) -> Self {
        let order = super::Order { full: false, force: true };
        let mut visit = Visit::begin(parts, portal, order, cancel, &quiet);
        visit.trust_own_certificates();
        visit.back_catalogue = true;
        Self {
            visit,
            options,
            progress,
            frontier: Frontier::default(),
            traps: Traps::new(options.barren_pages),
            report: Report { portal: portal.entry.slug.clone(), ..Report::default() },
            turn: 0,
            retry: 0,
            knowns: false,
            moved: None,
        }
    }

    /// Takes up the sweep that the record holds, or begins one: at the home page, the listings and the sitemaps.
    async fn load(&mut self) -> Result<()> {
        let (portal, home) = (self.visit.portal, self.visit.portal.entry.url.clone());
        for noted in table::pages(self.visit.parts.store.pool(), portal.id).await? {
            let page = noted.page;
            self.frontier.add(page.clone());
            if noted.outcome.is_some() {
                self.frontier.settle(&page.url);
                self.turn += 1;
                match &noted.facts {
                    Some(facts) => self.traps.note(&page.url, page.parent.as_ref(), page.known, facts),
                    None => self.traps.settled(&page.url, page.parent.as_ref()),
                }
            }
        }
        self.report.earlier = self.turn;
        if self.turn > 0 || self.frontier.waiting().next().is_some() {
            return Ok(());
        }
        let listings = super::sources::sources_of(portal, SourceKind::Listing).map(|source| source.url.clone());
        let begin: Vec<Url> = std::iter::once(home).chain(listings).map(|url| canonical_url(&url)).collect();
        let mut found = Vec::new();
        for url in begin {
            found.push(Found { url, depth: 0, parent: None, title: None, published: None, known: false, tries: 0 });
        }
        let mut leads = super::leads::Leads::default();
        self.visit.sitemaps(&mut leads).await;
        for lead in leads.fresh {
            let (title, published) = (lead.title, lead.published);
            found.push(Found { url: lead.url, depth: 1, parent: None, title, published, known: false, tries: 0 });
        }
        // What is wrong with a sitemap is said by visits.
        self.visit.report.failed = 0;
        found.retain(|page| self.frontier.add(page.clone()));
        self.write(Vec::new(), found).await
    }

    /// The pages to go on with: those that may be new, and when there are none those that are known. Nothing when
    /// nothing is left, or the sweep has to end.
    fn next_round(&mut self) -> Option<Vec<Url>> {
        if self.visit.is_over() {
            return None;
        }
        self.knowns = false;
        let mut round = self.wanted();
        if round.is_empty() {
            self.knowns = true;
            round = self.wanted();
        }
        (!round.is_empty()).then_some(round)
    }

    fn wanted(&self) -> Vec<Url> {
        self.frontier.waiting().filter(|page| self.wants(page)).map(|page| page.url.clone()).collect()
    }

    /// Whether a page that waits is worth a request.
    fn wants(&self, page: &Found) -> bool {
        page.depth <= self.options.max_depth
            && (!page.known || (self.knowns && self.traps.known_leads_on(&page.url)))
            && self.traps.verdict(&page.url).is_none()
    }

    /// Lets spider walk from these pages until it has seen all that they lead to. It takes `/Bai` and `/bai` for one
    /// page and leaves hosts out that are the portal's: what it did not want comes first in the next round, and is
    /// asked for without it when it wants none of them. False when nothing at all was done.
    async fn walk(&mut self, round: Vec<Url>) -> bool {
        let before = (self.turn, self.retry);
        let mut walk = Walk::start(&self.visit.portal.entry.url, round.clone());
        while !self.visit.is_over() {
            let Some(question) = walk.next().await else { break };
            let links = self.step(&question.url).await;
            question.answer(links);
        }
        drop(walk);
        if before == (self.turn, self.retry) {
            for url in &round {
                if self.visit.is_over() {
                    break;
                }
                self.step(url).await;
            }
        }
        before != (self.turn, self.retry)
    }

    async fn forget(&self) -> Result<()> {
        let portal = self.visit.portal.id;
        self.visit.parts.store.write(move |connection| Box::pin(table::forget(connection, portal))).await
    }

    /// Writes down what came of a page and what it led to, in one piece.
    async fn write(&mut self, settled: Vec<table::Settled>, found: Vec<Found>) -> Result<()> {
        let portal = self.visit.portal.id;
        let turn = self.turn;
        self.turn += settled.len() as u64;
        let written = self.visit.parts.store.write(move |connection| {
            Box::pin(async move {
                table::add(connection, portal, &found).await?;
                table::settle(connection, portal, &settled, turn).await
            })
        });
        written.await
    }

    /// Ends the run: what is left is counted, and forgotten when nothing is.
    async fn conclude(mut self) -> Result<Report> {
        let mut left: BTreeMap<Verdict, (u64, Url)> = self
            .traps
            .recognised()
            .into_iter()
            .filter_map(|trap| self.traps.met(&trap).1.cloned().map(|example| (trap, (0, example))))
            .collect();
        for page in self.frontier.waiting() {
            if let Some(verdict) = self.traps.verdict(&page.url) {
                left.entry(verdict).or_insert_with(|| (0, page.url.clone())).0 += 1;
            } else if page.depth > self.options.max_depth {
                self.report.too_deep += 1;
            } else if page.known && !self.traps.known_leads_on(&page.url) {
                self.report.known += 1;
            } else {
                self.report.waiting += 1;
            }
        }
        for (verdict, (left_out, example)) in left {
            let asked = self.traps.met(&verdict).0;
            let example = example.to_string();
            self.report.traps.push(Trap { kind: verdict.kind, pattern: verdict.pattern, example, asked, left_out });
        }
        self.count();
        self.report.problem = self.problem();
        self.report.done = self.report.waiting == 0 && self.retry == 0 && !self.visit.cancel.is_cancelled();
        if self.report.done {
            self.forget().await?;
        }
        Ok(self.report)
    }

    /// Takes over what the requests brought.
    fn count(&mut self) {
        let visit = &self.visit.report;
        self.report.requests = visit.requests;
        self.report.bytes = visit.bytes;
        self.report.attachments = visit.attachments;
        self.report.failed = visit.failed;
        self.report.errors.clone_from(&visit.errors);
        self.report.elapsed_ms = u64::try_from(self.visit.started.elapsed().as_millis()).unwrap_or(u64::MAX);
    }

    /// What the operator should know, in words.
    fn problem(&self) -> Option<String> {
        let visit = &self.visit;
        let cause = visit.report.errors.first().map_or("no answer", |failure| failure.cause.as_str());
        let nothing = self.report.pages == 0 && self.report.earlier == 0;
        if visit.cancel.is_cancelled() {
            None
        } else if visit.unwritten_in_a_row >= super::UNWRITTEN {
            Some(format!("the record cannot be written: {cause}"))
        } else if let Some(until) = visit.wait_until {
            let until = crate::vietnamese::date::show(until);
            Some(format!("the portal has to be left alone until {until}: {cause}"))
        } else if let Some(moved) = &self.moved {
            Some(format!("the portal has moved to {moved} (see lantoa portal moves)"))
        } else if nothing && self.report.denied > 0 {
            Some("robots.txt closes the whole portal to lantoa (ask its administrator to let lantoa in)".to_owned())
        } else if nothing && self.report.failed > 0 {
            Some(format!("the portal cannot be read: {cause}"))
        } else if visit.failures_in_a_row >= visit.parts.options.failures_in_a_row {
            Some(format!("the portal stopped answering after {} requests: {cause}", visit.report.requests))
        } else if self.frontier.beyond > 0 {
            let beyond = self.frontier.beyond;
            Some(format!("{beyond} links were not followed: the portal has more pages than one sweep remembers"))
        } else {
            None
        }
    }
}

/// A sweep shows its own progress.
fn quiet(_: &super::Report) {}
