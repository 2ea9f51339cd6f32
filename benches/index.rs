//! Time to make one archived article searchable: `cargo bench --bench index`.
//!
//! Ours: the record (article, version, documents, outbox), then the outbox into the embedded index, committed and
//! visible. Reference in the same run: the same texts into an SQLite FTS5 table, one transaction a hundred.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use lantoa::archive::{self, Copy, Incoming};
use lantoa::clock::Timestamp;
use lantoa::extract::Article;
use lantoa::index::embedded::Embedded;
use lantoa::index::{SearchIndex, outbox};
use lantoa::portal::{self, Entry, Kind};
use lantoa::store::Store;
use sqlx::Executor;
use url::Url;

mod generated;

const ARTICLES: usize = 5_000;
/// Articles that arrive together, as from as many portals.
const TOGETHER: usize = 20;

#[tokio::main]
async fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let now: Timestamp = "2026-11-21T00:00:00Z".parse()?;
    let articles: Vec<generated::Article> = (0..ARTICLES).map(generated::article).collect();

    let store = Store::open(&folder.path().join("lantoa.db")).await?;
    let entry = Entry::new("bench", "Cổng đo", Kind::Province, Url::parse("https://bench.example.gov.vn/")?);
    store
        .write(move |connection| Box::pin(async move { portal::table::register(connection, &entry, now).await }))
        .await?;
    let portal = portal::table::find(store.pool(), "bench").await?.map_or(1, |portal| portal.id);
    let options = lantoa::index::Options::default();
    let index: Arc<dyn SearchIndex> = Arc::new(Embedded::open(&folder.path().join("index"), &options)?);

    let begun = Instant::now();
    for (first, some) in articles.chunks(TOGETHER).enumerate() {
        let writes = some.iter().enumerate().map(|(n, article)| {
            let incoming = incoming(first * TOGETHER + n, article, portal, now);
            let incoming = async { incoming };
            let store = store.clone();
            async move {
                let incoming = incoming.await?;
                store.write(move |connection| Box::pin(async move { keep(connection, incoming).await })).await
            }
        });
        futures::future::try_join_all(writes).await?;
    }
    let archived = begun.elapsed();
    while outbox::drain(&store, "embedded", &*index, options.batch).await?.left > 0 {}
    let searchable = begun.elapsed();
    anyhow::ensure!(index.count().await? == ARTICLES as u64, "not every article is in the index");
    store.close().await;

    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(folder.path().join("reference.db"))
        .create_if_missing(true)
        .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
        .synchronous(sqlx::sqlite::SqliteSynchronous::Full);
    let mut reference = <sqlx::SqliteConnection as sqlx::Connection>::connect_with(&options).await?;
    reference.execute("CREATE VIRTUAL TABLE article USING fts5 (title, summary, text)").await?;
    let begun = Instant::now();
    for some in articles.chunks(100) {
        reference.execute("BEGIN").await?;
        for article in some {
            sqlx::query("INSERT INTO article (title, summary, text) VALUES ($1, $2, $3)")
                .bind(&article.title)
                .bind(&article.summary)
                .bind(article.text())
                .execute(&mut reference)
                .await?;
        }
        reference.execute("COMMIT").await?;
    }
    let fts5 = begun.elapsed();

    let each = |time: std::time::Duration| time.as_secs_f64() * 1e6 / ARTICLES as f64;
    println!(
        "archive {:.0} µs, index {:.0} µs an article ({:.0} a second); FTS5 alone {:.0} µs",
        each(archived),
        each(searchable - archived),
        1e6 / each(searchable),
        each(fts5)
    );
    println!("ratio {:.2}", each(searchable) / each(fts5));
    Ok(())
}

async fn keep(connection: &mut lantoa::store::Connection, incoming: Incoming) -> Result<()> {
    for (id, revision) in archive::keep(connection, &incoming).await?.dirty {
        outbox::mark(connection, &["embedded"], &id, revision).await?;
    }
    Ok(())
}

fn incoming(number: usize, generated: &generated::Article, portal: i64, now: Timestamp) -> Result<Incoming> {
    let url = Url::parse(&format!("https://bench.example.gov.vn/tin/{number}.html"))?;
    let id = archive::article_id("bench", url.as_str());
    let article = Article {
        title: generated.title.clone(),
        summary: generated.summary.clone(),
        text: generated.text(),
        published: generated.published.parse().ok(),
        documents: vec![generated.document.clone()],
        ..Article::default()
    };
    Ok(Incoming {
        portal,
        url,
        content_hash: lantoa::dedup::content_hash(&article),
        article,
        problems: Vec::new(),
        story: id.clone(),
        copy: Copy::Origin,
        now,
        id,
    })
}
