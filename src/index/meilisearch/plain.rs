//! Meilisearch as it comes: articles as they are, every setting at its default. Only to be compared with.

use anyhow::{Context, Result};
use meilisearch_sdk::errors::Error;
use meilisearch_sdk::request::{HttpClient, Method};
use serde_json::{Value, json};

use super::failure::meaning;
use super::{Document, Meilisearch};

/// An index with the server's own settings.
#[derive(Debug)]
pub struct Plain(Meilisearch);

impl Plain {
    /// The index `index` on the server at `url`, with nothing in it but these articles.
    ///
    /// # Errors
    /// When the server cannot be used.
    pub async fn of(url: &str, key: &str, index: &str, articles: &[Document]) -> Result<Self> {
        let plain = Self(Meilisearch::connect(url, key, index)?);
        let inner = &plain.0.inner;
        let trouble = "cannot fill an index with default settings";
        let deleted = inner.client.delete_index(index).await.map_err(|cause| meaning(&cause)).context(trouble)?;
        // There may have been none.
        let _ = inner.wait(&deleted).await;
        let fields = ["id", "title", "summary", "text", "documents"];
        let bare: Vec<Value> = articles
            .iter()
            .map(|article| {
                let whole = json!(article);
                Value::Object(fields.into_iter().map(|field| (field.to_owned(), whole[field].clone())).collect())
            })
            .collect();
        let index = inner.client.index(index);
        let sent = index.add_documents(&bare, Some("id")).await.map_err(|cause| meaning(&cause)).context(trouble)?;
        inner.wait(&sent).await.context(trouble)?;
        Ok(plain)
    }

    /// Ids of the first ten hits.
    ///
    /// # Errors
    /// When the server cannot be used.
    pub async fn search(&self, words: &str) -> Result<Vec<String>> {
        let inner = &self.0.inner;
        let body = json!({ "q": words, "limit": 10, "attributesToRetrieve": ["id"] });
        let answer: Result<Value, Error> =
            inner.write.request(&inner.path("/search"), Method::Post { query: (), body }, 200).await;
        let answer = answer.map_err(|cause| meaning(&cause)).context("cannot search an index with default settings")?;
        let ids = answer["hits"].as_array().into_iter().flatten().filter_map(|hit| hit["id"].as_str());
        Ok(ids.map(str::to_owned).collect())
    }
}
