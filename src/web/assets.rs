//! The files that pages load: a style sheet, the suggestions of the search and the keys of the desk. They live in the program itself.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::trouble::Trouble;

const STYLE: &str = include_str!("static/style.css");
const DESK: &str = include_str!("static/desk.js");
const DESK_LIVE: &str = include_str!("static/desk_live.js");
const SUGGEST: &str = include_str!("static/suggest.js");

/// Their addresses carry their content's hash, so that a new release is never seen with an old style.
pub(super) static STYLE_ADDRESS: LazyLock<String> = LazyLock::new(|| address("style.css", STYLE));
/// Where the keys of the desk are.
pub(super) static DESK_ADDRESS: LazyLock<String> = LazyLock::new(|| address("desk.js", DESK));

/// Where the desk's live connection is.
pub(super) static DESK_LIVE_ADDRESS: LazyLock<String> = LazyLock::new(|| address("desk_live.js", DESK_LIVE));

/// Where the suggestions of the search are.
pub(super) static SUGGEST_ADDRESS: LazyLock<String> = LazyLock::new(|| address("suggest.js", SUGGEST));

fn address(file: &str, content: &str) -> String {
    format!("/static/{file}?v={:016x}", xxhash_rust::xxh3::xxh3_64(content.as_bytes()))
}

/// One of them by name.
pub(super) async fn serve(Path(file): Path<String>) -> Result<Response, Trouble> {
    let (kind, content) = match file.as_str() {
        "style.css" => ("text/css; charset=utf-8", STYLE),
        "suggest.js" => ("text/javascript; charset=utf-8", SUGGEST),
        "desk_live.js" => ("text/javascript; charset=utf-8", DESK_LIVE),
        "desk.js" => ("text/javascript; charset=utf-8", DESK),
        _ => return Err(Trouble::NotFound),
    };
    Ok(([(CONTENT_TYPE, kind), (CACHE_CONTROL, "public, max-age=86400")], content).into_response())
}
