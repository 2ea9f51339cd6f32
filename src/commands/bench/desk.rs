//! `lantoa bench desk`: how long pages of the desk take when the record is as full as a big one.
//!
//! The record is made up in a folder of its own and thrown away; the pages are asked of the whole site, as a browser
//! would, and timed from the request to the last byte.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use axum::http::{Request, StatusCode};
use serde::Serialize;
use tower::ServiceExt;

use crate::accounts::{self, Role};
use crate::clock::Clock;
use crate::commands::println_or_quit;
use crate::index::{Document, PutError, Query, Results, SearchIndex, outbox};
use crate::store::Store;
use crate::triage::table::crowd::{self, Crowd};
use crate::web::{self, IndexStatus, Parts};
use crate::{dedup, fetch, pipeline, triage};

/// Options of `lantoa bench desk`.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Args {
    /// Articles in the record
    #[arg(long, default_value_t = 1_000_000)]
    articles: i64,
    /// Items that wait for a decision
    #[arg(long, default_value_t = 100_000)]
    items: i64,
    /// How often each page is asked for
    #[arg(long, default_value_t = 30)]
    times: usize,
}

#[derive(Serialize)]
struct Timed {
    page: &'static str,
    who: &'static str,
    median_ms: f64,
    slowest_ms: f64,
    bytes: usize,
}

/// An engine that finds nothing: the desk never asks one.
struct NoEngine;

#[async_trait::async_trait]
impl SearchIndex for NoEngine {
    async fn put(&self, _: &[Document]) -> Result<(), PutError> {
        Ok(())
    }

    async fn remove(&self, _: &[String]) -> Result<(), PutError> {
        Ok(())
    }

    async fn search(&self, _: &Query) -> Result<Results> {
        Ok(Results::default())
    }

    async fn count(&self) -> Result<u64> {
        Ok(0)
    }
}

pub(super) async fn run(args: &Args, json: bool) -> Result<ExitCode> {
    ensure!(args.items <= args.articles, "an item needs an article (give at least as many --articles as --items)");
    let folder = tempfile::tempdir().context("cannot make a folder for the record")?;
    let store = Store::open(&folder.path().join("lantoa.db")).await?;
    let clock = Clock::System;
    let crowd = Crowd { articles: args.articles, items: args.items };
    let began = Instant::now();
    crowd::fill(&store, crowd, clock.now(), |made| eprintln!("{made} articles")).await?;
    eprintln!("made up in {:.0} s", began.elapsed().as_secs_f64());
    let dedup = Arc::new(dedup::Options::default());
    let window = Arc::new(dedup::Window::open(&folder.path().join("dedup"), &dedup)?.window);
    let intake = pipeline::Intake {
        store: store.clone(),
        window,
        targets: Arc::from(["embedded"]),
        index: outbox::Worker::new(store.clone(), "embedded", Arc::new(NoEngine), 100).handle(),
        dedup,
        triage: Arc::default(),
        triage_hours: 72,
    };
    let router = web::router(Parts {
        store: store.clone(),
        clock: clock.clone(),
        index: Arc::new(NoEngine),
        index_status: Arc::new(|| Box::pin(std::future::ready(IndexStatus::default()))),
        accounts: accounts::Options::default(),
        triage: triage::Options::default(),
        intake,
        sender: fetch::Sender::new(&fetch::Options::default())?,
        searches: Arc::default(),
        options: web::Options::default(),
        metrics: Arc::default(),
    })?;
    let editor = enter(&store, &router, &clock, "bien-tap", Role::Editor, &[]).await?;
    let officer = enter(&store, &router, &clock, "dau-moi", Role::Officer, &[crowd::portal(1)]).await?;
    for (name, query) in [("Y tế", "topic=y-te"), ("Khẩn", "level=urgent&kind=-department"), ("Cổng", "portal=cong-7")]
    {
        keep(&router, &editor, name, query).await?;
    }
    let mut timed = Vec::new();
    for (who, cookie, page) in [
        ("editor", &editor, "/desk"),
        ("editor", &editor, "/desk?page=20"),
        ("editor", &editor, "/desk?view=overdue"),
        ("editor", &editor, "/desk?view=rising"),
        ("editor", &editor, "/desk?topic=y-te"),
        ("editor", &editor, "/desk?portal=cong-7&kind=-ministry"),
        ("editor", &editor, "/desk?view=proposals&level=high"),
        ("editor", &editor, "/desk/items/1"),
        ("editor", &editor, "/desk/numbers?days=30"),
        ("officer", &officer, "/desk"),
    ] {
        timed.push(time(&router, who, cookie, page, args.times.max(1)).await?);
    }
    if json {
        let all = serde_json::json!({ "articles": args.articles, "items": args.items, "pages": timed });
        println_or_quit(&serde_json::to_string(&all)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    println_or_quit(&format!("{} articles, {} items, each page {} times", args.articles, args.items, args.times))?;
    for Timed { page, who, median_ms, slowest_ms, bytes } in timed {
        println_or_quit(&format!(
            "{who:8} {page:36} median {median_ms:7.1} ms  slowest {slowest_ms:7.1} ms  {} KB",
            bytes / 1_000
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Signs somebody new in, by the page that everybody uses; answers with the cookie.
async fn enter(
    store: &Store,
    router: &Router,
    clock: &Clock,
    name: &'static str,
    role: Role,
    portals: &[String],
) -> Result<String> {
    let (now, portals) = (clock.now(), portals.to_vec());
    let link = store.write(move |connection| {
        Box::pin(async move {
            accounts::table::create(connection, name, role, &portals, "bench", now).await?;
            accounts::table::link(connection, name, &accounts::Options::default(), "bench", now).await
        })
    });
    let address = format!("/sign-in/{}", link.await?.secret());
    let (head, _) = ask(router, post(&address, "", "straight_in=1".to_owned())?).await?;
    let cookie = head.headers.get(SET_COOKIE).and_then(|line| line.to_str().ok());
    let cookie = cookie.and_then(|line| line.split(';').next()).context("cannot sign in for the measurement")?;
    Ok(cookie.to_owned())
}

async fn keep(router: &Router, cookie: &str, name: &str, query: &str) -> Result<()> {
    let body =
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs([("name", name), ("query", query)]).finish();
    let (head, _) = ask(router, post("/desk/views", cookie, body)?).await?;
    ensure!(head.status == StatusCode::SEE_OTHER, "cannot keep a filter for the measurement: {}", head.status);
    Ok(())
}

fn post(path: &str, cookie: &str, body: String) -> Result<Request<Body>> {
    Request::post(path)
        .header(COOKIE, cookie)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(body))
        .context("cannot make a request")
}

async fn time(router: &Router, who: &'static str, cookie: &str, page: &'static str, times: usize) -> Result<Timed> {
    let (mut taken, mut bytes) = (Vec::with_capacity(times), 0);
    // The first fills what a site that runs has long filled.
    for turn in 0..=times {
        let request = Request::get(page).header(COOKIE, cookie).body(Body::empty()).context("cannot make a request")?;
        let began = Instant::now();
        let (head, body) = ask(router, request).await?;
        if turn > 0 {
            taken.push(began.elapsed().as_secs_f64() * 1_000.0);
        }
        ensure!(head.status == StatusCode::OK, "cannot measure {page}: it answers {}", head.status);
        bytes = body;
    }
    taken.sort_by(f64::total_cmp);
    let (median_ms, slowest_ms) = (taken[taken.len() / 2], taken[taken.len() - 1]);
    Ok(Timed { page, who, median_ms, slowest_ms, bytes })
}

async fn ask(router: &Router, request: Request<Body>) -> Result<(axum::http::response::Parts, usize)> {
    let Ok(response) = router.clone().oneshot(request).await;
    let (head, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.context("cannot read a page")?;
    Ok((head, body.len()))
}
