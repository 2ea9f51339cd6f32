//! The audit trail, for administrators: who did what and when, by person, act, words and days.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use jiff::ToSpan;

use crate::accounts::table::{self, Line, Sought};
use crate::share;
use crate::web::Site;
use crate::web::asked::{begins, read_day};
use crate::web::form::{self, Form, Query};
use crate::web::frame::{Frame, page};
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;

/// Lines on one page.
const LINES: i64 = 100;
/// Lines in one file: as many as a spreadsheet opens without complaint. `lantoa audit export` has no such bound.
const FILE_LINES: i64 = 100_000;

#[derive(Template)]
#[template(path = "audit.html")]
struct Audit {
    frame: Frame,
    fields: Form,
    acts: Vec<String>,
    lines: Vec<Line>,
    /// Where the older lines are, when there are any.
    older: Option<String>,
    csv: String,
}

impl Audit {
    /// What was asked in a field, to be shown in it again.
    fn asked(&self, field: &str) -> &str {
        self.fields.get(field).unwrap_or_default()
    }

    /// An act in the page's language; as the record says it where there is no word.
    fn act<'a>(&self, act: &'a str) -> &'a str {
        let word = self.frame.word("act", &act.replace([' ', '-'], "_"));
        if word.is_empty() { act } else { word }
    }
}

/// `GET /console/audit?actor=&act=&q=&from=&to=&before=`.
pub(in crate::web) async fn show(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Query(fields): Query,
) -> Result<Response, Trouble> {
    let pool = site.parts.store.pool();
    let mut lines = table::lines(pool, &sought(&fields), LINES + 1).await?;
    let more = lines.len() > LINES as usize;
    lines.truncate(LINES as usize);
    let older = lines.last().filter(|_| more).map(|last| {
        let before = last.id.to_string();
        format!("/console/audit?{}", form::write(fields.without("before").chain([("before", before.as_str())])))
    });
    let csv = format!("/console/audit.csv?{}", form::write(fields.without("before")));
    let acts = table::acts(pool).await?;
    page(&Audit { frame: Frame::of(&visitor), fields, acts, lines, older, csv })
}

/// `GET /console/audit.csv`: the same lines as a table. That it was taken away stands in the trail too.
pub(in crate::web) async fn csv(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Query(fields): Query,
) -> Result<Response, Trouble> {
    let lines = table::lines(site.parts.store.pool(), &sought(&fields), FILE_LINES).await?;
    let (actor, now) = (visitor.account.ok_or(Trouble::SignIn)?.name, site.now());
    let detail = format!("{} lines", lines.len());
    let noted = site.parts.store.write(move |connection| {
        async move { table::audit(connection, &actor, "audit exported", "", &detail, now).await }.boxed()
    });
    noted.await?;
    let rows = lines
        .into_iter()
        .map(|line| vec![line.id.to_string(), line.at.to_string(), line.actor, line.act, line.subject, line.detail]);
    let sheet = share::sheet(&["id", "at", "actor", "act", "subject", "detail"], rows)?;
    let name = "attachment; filename=\"audit.csv\"";
    Ok(([(CONTENT_TYPE, "text/csv; charset=utf-8"), (CONTENT_DISPOSITION, name)], sheet).into_response())
}

fn sought(fields: &Form) -> Sought {
    let text = |key| fields.get(key).map(str::to_owned);
    let day = |key| fields.get(key).and_then(read_day);
    Sought {
        actor: text("actor"),
        act: text("act"),
        words: text("q"),
        since: day("from").and_then(begins),
        // The last day counts whole.
        until: day("to").and_then(|day| day.checked_add(1.day()).ok()).and_then(begins),
        before: fields.get("before").and_then(|id| id.parse().ok()),
    }
}
