//! What a failure of the server means for the sender: keep everything and come back, or one of these documents is bad.

use meilisearch_sdk::errors::Error;
use serde::Deserialize;

use crate::index::PutError;

/// A task as far as it matters here. The SDK's own type fails on kinds and states that it does not know.
#[derive(Debug, Deserialize)]
pub(super) struct Task {
    pub(super) status: String,
    pub(super) error: Option<TaskError>,
}

/// Why a task failed.
#[derive(Debug, Deserialize)]
pub(super) struct TaskError {
    code: String,
    message: String,
    #[serde(rename = "type")]
    kind: String,
}

impl Task {
    /// Nothing while the task waits or runs; then its outcome.
    pub(super) fn outcome(&self) -> Option<Result<(), PutError>> {
        match self.status.as_str() {
            "succeeded" => Some(Ok(())),
            "failed" => Some(Err(self.error.as_ref().map_or_else(
                || PutError::Unavailable("a task failed without a reason".to_owned()),
                TaskError::meaning,
            ))),
            "canceled" => Some(Err(PutError::Unavailable("a task was canceled".to_owned()))),
            _ => None,
        }
    }
}

impl TaskError {
    /// Whether the index was there already.
    pub(super) fn is_existing_index(&self) -> bool {
        self.code == "index_already_exists"
    }

    /// Only an `invalid_request` about a document is the documents' fault. `internal` is the server's, and so is
    /// everything that `system` reports; after a power cut each accepted and lost task comes back as `internal`.
    fn meaning(&self) -> PutError {
        let state = if self.code == "no_space_left_on_device" {
            "Meilisearch is out of disk space (free some; what waits is sent again by itself): "
        } else {
            ""
        };
        let words = format!("{state}{}: {}", self.code, self.message);
        let blames_documents = self.kind == "invalid_request" && !self.code.starts_with("index_");
        if blames_documents { PutError::Refused(words) } else { PutError::Unavailable(words) }
    }
}

/// What a failed request means.
pub(super) fn meaning(cause: &Error) -> PutError {
    match cause {
        Error::MeilisearchCommunication(answer) => {
            let words = answer.message.clone().unwrap_or_default();
            let words = format!("HTTP {}: {words}", answer.status_code);
            match answer.status_code {
                400 | 413 | 415 | 422 => PutError::Refused(words),
                _ => PutError::Unavailable(words),
            }
        }
        Error::Other(cause) => PutError::Unavailable(state(cause.as_ref())),
        cause => PutError::Unavailable(cause.to_string()),
    }
}

/// What became of a request without an answer: the server is down, or slow.
fn state(cause: &(dyn std::error::Error + 'static)) -> String {
    let words = chain(cause);
    match cause.downcast_ref::<reqwest::Error>() {
        Some(cause) if cause.is_connect() => {
            format!("Meilisearch is down (start it, or mend index.meilisearch_url): {words}")
        }
        Some(cause) if cause.is_timeout() => format!("Meilisearch is slow, it did not answer in time: {words}"),
        _ => words,
    }
}

/// As [`meaning`], for requests that hold no documents.
pub(super) fn unavailable(cause: &Error) -> PutError {
    as_unavailable(meaning(cause))
}

/// No document is at fault for what happens before documents are sent.
pub(super) fn as_unavailable(cause: PutError) -> PutError {
    match cause {
        PutError::Refused(words) | PutError::Unavailable(words) => PutError::Unavailable(words),
    }
}

/// True when the server says that the index is not there.
pub(super) fn is_lost_index(cause: &Error) -> bool {
    matches!(cause, Error::MeilisearchCommunication(answer)
        if answer.message.as_deref().is_some_and(|words| words.starts_with("index_not_found")))
}

/// True when the key is unknown or may not do this.
pub(super) fn is_wrong_key(cause: &Error) -> bool {
    matches!(cause, Error::MeilisearchCommunication(answer) if matches!(answer.status_code, 401 | 403))
}

/// The error with its causes: a refused connection is two levels down.
fn chain(cause: &(dyn std::error::Error + 'static)) -> String {
    let mut words = cause.to_string();
    let mut next = cause.source();
    while let Some(cause) = next {
        words.push_str(": ");
        words.push_str(&cause.to_string());
        next = cause.source();
    }
    words
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use meilisearch_sdk::errors::MeilisearchCommunicationError;

    use super::*;

    #[test]
    fn a_task_blames_documents_only_when_the_request_was_wrong() {
        let check = |json: &str, expected: &str| {
            let task: Task = serde_json::from_str(json).unwrap();
            let outcome = match task.outcome() {
                None => "running",
                Some(Ok(())) => "done",
                Some(Err(PutError::Refused(_))) => "refused",
                Some(Err(PutError::Unavailable(_))) => "unavailable",
            };
            assert_eq!(outcome, expected, "{json}");
        };
        let failed = |code: &str, kind: &str| {
            format!(r#"{{"status":"failed","error":{{"code":"{code}","message":"m","type":"{kind}","link":""}}}}"#)
        };
        check(r#"{"status":"enqueued","error":null}"#, "running");
        check(r#"{"status":"processing"}"#, "running");
        check(r#"{"status":"succeeded","error":null,"type":"brandNew"}"#, "done");
        check(r#"{"status":"canceled","error":null}"#, "unavailable");
        check(r#"{"status":"failed"}"#, "unavailable");
        check(&failed("invalid_document_id", "invalid_request"), "refused");
        check(&failed("internal", "internal"), "unavailable");
        check(&failed("no_space_left_on_device", "system"), "unavailable");
        check(&failed("index_not_found", "invalid_request"), "unavailable");
        check(&failed("invalid_api_key", "auth"), "unavailable");
    }

    #[test]
    fn a_request_is_the_documents_fault_only_with_four_codes() {
        for (status, refused) in [
            (400, true),
            (401, false),
            (403, false),
            (404, false),
            (413, true),
            (422, true),
            (429, false),
            (503, false),
        ] {
            let answer = MeilisearchCommunicationError { status_code: status, message: None, url: String::new() };
            assert_eq!(matches!(meaning(&answer.into()), PutError::Refused(_)), refused, "{status}");
        }
    }
}
