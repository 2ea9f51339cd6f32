//! The archive in the record.

use anyhow::Result;

use super::{Record, Version};
use crate::store::Pool;

/// One article, or nothing.
///
/// # Errors
/// When the record cannot be read.
pub async fn find(_pool: &Pool, _id: &str) -> Result<Option<Record>> {
    Ok(None)
}

/// The articles of a story, first to publish first.
///
/// # Errors
/// When the record cannot be read.
pub async fn story(_pool: &Pool, _story: &str) -> Result<Vec<Record>> {
    Ok(Vec::new())
}

/// The wordings of an article, oldest first.
///
/// # Errors
/// When the record cannot be read.
pub async fn versions(_pool: &Pool, _id: &str) -> Result<Vec<Version>> {
    Ok(Vec::new())
}
