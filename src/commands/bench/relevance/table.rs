//! SQLite's full-text index (FTS5) on the same articles, as a reference: `unicode61` drops the marks of Latin letters,
//! so it is given every chance to find what was typed without them.

use anyhow::{Context, Result};
use sqlx::{Connection, Executor, SqliteConnection};

use crate::index::Document;

/// Articles in a full-text table in memory.
pub(super) struct Fts5(SqliteConnection);

impl Fts5 {
    pub(super) async fn of(articles: &[Document]) -> Result<Self> {
        let trouble = "cannot fill the FTS5 table";
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.context(trouble)?;
        connection
            .execute("CREATE VIRTUAL TABLE article USING fts5 (id UNINDEXED, title, summary, text, documents, tokenize = 'unicode61 remove_diacritics 2')")
            .await
            .context(trouble)?;
        for article in articles {
            sqlx::query("INSERT INTO article (id, title, summary, text, documents) VALUES ($1, $2, $3, $4, $5)")
                .bind(&article.id)
                .bind(&article.title)
                .bind(&article.summary)
                .bind(&article.text)
                .bind(article.documents.join(" "))
                .execute(&mut connection)
                .await
                .context(trouble)?;
        }
        Ok(Self(connection))
    }

    /// Ids of the first ten hits. Words are quoted one by one, since FTS5 reads a query as a language of its own.
    pub(super) async fn search(&mut self, words: &str) -> Result<Vec<String>> {
        let quoted: Vec<String> = words
            .split(|c: char| !c.is_alphanumeric() && !('\u{300}'..='\u{36f}').contains(&c))
            .filter(|word| !word.is_empty())
            .map(|word| format!("\"{word}\""))
            .collect();
        if quoted.is_empty() {
            return Ok(Vec::new());
        }
        sqlx::query_scalar("SELECT id FROM article WHERE article MATCH $1 ORDER BY rank LIMIT 10")
            .bind(quoted.join(" "))
            .fetch_all(&mut self.0)
            .await
            .context("cannot search the FTS5 table")
    }
}
