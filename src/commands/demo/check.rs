//! `lantoa demo --check`: what came out against what should.

use std::collections::HashMap;
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use futures::TryStreamExt;
use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::expected::{self, Expected, Later, Outcome, Reference};
use super::fixture::Epoch;
use super::web::FixtureWeb;
use super::{LATER, crawl, instant, println_or_quit, serve};
use crate::app::Works;
use crate::archive::{self, Copy, Record, Status};
use crate::index::Query;
use crate::pipeline::{Order, Report};
use crate::portal;
use crate::triage::{self, Action, Level};

/// Bytes of a page of our own, at most.
const PAGE: usize = 1 << 20;

pub(super) async fn run(works: Works, fixtures: &FixtureWeb, cancel: &CancellationToken) -> Result<ExitCode> {
    let expected = expected::load()?;
    let mut findings = Findings::default();

    let reports = visit(&works, cancel).await?;
    let articles = archived(&works).await?;
    findings.epoch(&expected, Epoch::First, &articles, &reports, fixtures)?;
    findings.stories(&expected, &articles, fixtures)?;

    works.app.clock.set(instant(LATER)?);
    fixtures.later();
    visit(&works, cancel).await?;
    // What is missing is believed when it is missing a second time, a day later.
    works.app.clock.set(instant(LATER)? + SignedDuration::from_hours(25));
    visit(&works, cancel).await?;
    let articles = archived(&works).await?;
    findings.epoch(&expected, Epoch::Later, &articles, &HashMap::new(), fixtures)?;
    findings.changes(&expected, &articles, fixtures)?;
    findings.queries(&expected, &works, fixtures).await?;

    let router = crate::web::router(serve::site_parts(&works)?)?;
    findings.decision(&works, &router).await?;
    findings.files(&expected, &works, &articles, fixtures, &router).await?;
    findings.denied(&expected, fixtures)?;
    works.close().await?;
    findings.print()
}

async fn visit(works: &Works, cancel: &CancellationToken) -> Result<HashMap<String, Report>> {
    let portals = portal::table::list(works.app.store.pool()).await?;
    let outcome = crawl::visit_all(works, &portals, Order { full: true, force: false }, cancel).await;
    crawl::print_table(&outcome)?;
    Ok(outcome.portals.into_iter().map(|report| (report.portal.clone(), report)).collect())
}

/// Everything that is archived, by address.
async fn archived(works: &Works) -> Result<HashMap<String, Record>> {
    archive::table::export(works.app.store.pool(), None, None)
        .map_ok(|(article, _)| (article.url.clone(), article))
        .try_collect()
        .await
}

/// What was looked at, and what was not as it should be.
#[derive(Default)]
pub(super) struct Findings {
    passed: usize,
    failed: Vec<String>,
}

impl Findings {
    pub(super) fn that(&mut self, holds: bool, otherwise: impl FnOnce() -> String) {
        if holds {
            self.passed += 1;
        } else {
            self.failed.push(otherwise());
        }
    }

    /// Every article of the epoch is in the record once, with its fields, and nothing else is.
    fn epoch(
        &mut self,
        expected: &Expected,
        epoch: Epoch,
        articles: &HashMap<String, Record>,
        reports: &HashMap<String, Report>,
        fixtures: &FixtureWeb,
    ) -> Result<()> {
        for portal in &expected.portals {
            let slug = &portal.slug;
            let live = articles.values().filter(|a| &a.portal == slug && a.status == Status::Live).count();
            let should = portal.articles[usize::from(epoch == Epoch::Later)];
            self.that(live == should, || format!("{slug}: {live} live articles in the {epoch:?} epoch, not {should}"));
            for article in portal.list.iter().filter(|article| article.is_served(epoch)) {
                let url = fixtures.url(slug, &article.path)?;
                match articles.get(url.as_str()) {
                    Some(found) => self.fields(article, found, epoch),
                    None => self.failed.push(format!("{url}: not archived")),
                }
            }
            if let Some(report) = reports.get(slug) {
                let problem = report.problem.as_deref().unwrap_or_default();
                let healthy = (portal.outcome == Outcome::Healthy) == problem.is_empty();
                self.that(healthy, || format!("{slug}: {:?} expected, its problem is `{problem}`", portal.outcome));
                for word in &portal.problem {
                    self.that(problem.contains(word.as_str()), || format!("{slug}: `{problem}` lacks `{word}`"));
                }
            }
        }
        Ok(())
    }

    fn fields(&mut self, article: &expected::Article, found: &Record, epoch: Epoch) {
        let url = &found.url;
        self.that(found.title == article.title, || format!("{url}: title `{}`, not `{}`", found.title, article.title));
        let published = found.published_at == Some(article.published);
        self.that(published, || format!("{url}: published {:?}, not {}", found.published_at, article.published));
        if let Some(summary) = &article.summary {
            self.that(&found.summary == summary, || format!("{url}: summary `{}`, not `{summary}`", found.summary));
        }
        if let Some(author) = &article.author {
            self.that(&found.author == author, || format!("{url}: author `{}`, not `{author}`", found.author));
        }
        let documents = found.documents == article.documents;
        self.that(documents, || format!("{url}: documents {:?}, not {:?}", found.documents, article.documents));
        let sentence = article.sentence_in(epoch);
        self.that(found.text.contains(sentence), || format!("{url}: the text lacks `{sentence}`"));
    }

    /// Copies stand in the story of the first to publish.
    fn stories(
        &mut self,
        expected: &Expected,
        articles: &HashMap<String, Record>,
        fixtures: &FixtureWeb,
    ) -> Result<()> {
        for story in &expected.stories {
            let Some(origin) = articles.get(address(fixtures, &story.origin)?.as_str()) else { continue };
            self.that(origin.copy == Copy::Origin, || format!("{}: not the origin of its story", origin.url));
            let copies = story.verbatim.iter().map(|copy| (copy, Copy::Verbatim));
            for (copy, kind) in copies.chain(story.shortened.iter().map(|copy| (copy, Copy::Shortened))) {
                let Some(copy) = articles.get(address(fixtures, copy)?.as_str()) else { continue };
                self.that(copy.story == origin.story, || format!("{}: not in the story of {}", copy.url, origin.url));
                self.that(copy.copy == kind, || format!("{}: {:?}, not {kind:?}", copy.url, copy.copy));
            }
        }
        Ok(())
    }

    /// Edits are versions, removals are gone, and nothing else changed.
    fn changes(
        &mut self,
        expected: &Expected,
        articles: &HashMap<String, Record>,
        fixtures: &FixtureWeb,
    ) -> Result<()> {
        for portal in &expected.portals {
            for article in &portal.list {
                let url = fixtures.url(&portal.slug, &article.path)?;
                let Some(found) = articles.get(url.as_str()) else { continue };
                let version = if article.later == Some(Later::Edited) { 2 } else { 1 };
                self.that(found.version == version, || format!("{url}: version {}, not {version}", found.version));
                let status = if article.later == Some(Later::Removed) { Status::Gone } else { Status::Live };
                self.that(found.status == status, || format!("{url}: {:?}, not {status:?}", found.status));
            }
        }
        Ok(())
    }

    async fn queries(&mut self, expected: &Expected, works: &Works, fixtures: &FixtureWeb) -> Result<()> {
        for query in &expected.queries {
            let asked = Query { text: query.text.clone(), page: 1, per_page: 20, ..Query::default() };
            let results =
                works.index.search(&asked).await.with_context(|| format!("cannot search `{}`", query.text))?;
            let mut wanted = Vec::new();
            for hit in &query.hits {
                wanted.push(address(fixtures, hit)?);
            }
            for url in &wanted {
                let found = results.hits.iter().any(|hit| &hit.url == url);
                self.that(found, || format!("search `{}`: {url} is not among {} hits", query.text, results.total));
            }
            if query.nothing_else {
                let other = results.hits.iter().find(|hit| !wanted.contains(&hit.url));
                self.that(other.is_none(), || format!("search `{}`: also finds {other:?}", query.text));
            }
        }
        Ok(())
    }

    /// An editor amplifies what stands first; the feed has it, and no longer when it was undone.
    async fn decision(&mut self, works: &Works, router: &Router) -> Result<()> {
        let now = works.app.clock.now();
        let queue = triage::table::queue(works.app.store.pool(), &triage::Filter::default(), now).await?;
        let Some(card) = queue.first() else {
            self.failed.push("the queue is empty".to_owned());
            return Ok(());
        };
        let before = page(router, "/feeds/amplified.atom").await?;
        let title = &card.title;
        self.that(!before.contains(title.as_str()), || format!("`{}` is amplified before anyone decided", card.title));
        let amplify = Action::Amplify { level: Level::default(), deadline: None };
        let decided = decide(works, card.id, amplify, card.revision).await?;
        let after = page(router, "/feeds/amplified.atom").await?;
        self.that(after.contains(title.as_str()), || format!("`{}` is missing from the feed", card.title));
        decide(works, card.id, Action::Undo, decided).await?;
        let undone = page(router, "/feeds/amplified.atom").await?;
        self.that(!undone.contains(&format!("<title>{title}</title>")), || {
            format!("`{}` is still in the feed after it was undone", card.title)
        });
        let found = page(router, "/search?q=nha+o+xa+hoi").await?;
        self.that(found.contains("nhà ở xã hội") || found.contains("<mark>"), || {
            "the search page shows no hit".to_owned()
        });
        Ok(())
    }

    /// What robots.txt denies was never asked for.
    fn denied(&mut self, expected: &Expected, fixtures: &FixtureWeb) -> Result<()> {
        for portal in &expected.portals {
            let asked = fixtures.asked(&portal.slug)?;
            for denied in &portal.denied {
                let hit = asked.iter().find(|asked| asked.target.starts_with(denied.as_str()));
                self.that(hit.is_none(), || format!("{}: asked for {hit:?} in spite of robots.txt", portal.slug));
            }
        }
        Ok(())
    }

    fn print(&self) -> Result<ExitCode> {
        for failure in &self.failed {
            println_or_quit(&format!("failed: {failure}"))?;
        }
        println_or_quit(&format!("{} passed, {} failed", self.passed, self.failed.len()))?;
        Ok(if self.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}

async fn decide(works: &Works, item: i64, action: Action, revision: i64) -> Result<i64> {
    let now = works.app.clock.now();
    let decided = works
        .app
        .store
        .write(move |connection| {
            Box::pin(async move { triage::decide(connection, item, &action, revision, "bien-tap", "demo", now).await })
        })
        .await?;
    decided.map(|decided| decided.revision).map_err(|refused| anyhow!("cannot decide: {refused:?}"))
}

pub(super) async fn page(router: &Router, path: &str) -> Result<String> {
    let request = Request::get(path).body(Body::empty()).context("a request")?;
    let response = router.clone().oneshot(request).await.context("the site did not answer")?;
    let body = to_bytes(response.into_body(), PAGE).await.with_context(|| format!("cannot read {path}"))?;
    Ok(String::from_utf8_lossy(&body).into_owned())
}

fn address(fixtures: &FixtureWeb, reference: &Reference) -> Result<String> {
    Ok(fixtures.url(&reference.portal, &reference.path)?.to_string())
}
