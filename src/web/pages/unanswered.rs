//! What citizens look for and do not find, as work: clusters of questions with the portals whose field they are.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use jiff::ToSpan;

use crate::clock::vietnam;
use crate::index::unanswered::{Cluster, clusters, table};
use crate::share::cell;
use crate::web::asked::show_day;
use crate::web::directory::Directory;
use crate::web::form::{self, Query};
use crate::web::frame::{Frame, page};
use crate::web::trouble::Trouble;
use crate::web::visitor::Visitor;
use crate::web::{Site, unanswered};

/// Days that can be looked at.
const DAYS: [i64; 3] = [7, 30, 90];
/// Lines of the page; the file has them all.
const LINES: usize = 100;

#[derive(Template)]
#[template(path = "unanswered.html")]
struct Unanswered {
    frame: Frame,
    days: i64,
    total: usize,
    lines: Vec<Line>,
}

struct Line {
    cluster: Cluster,
    /// Slugs and names.
    portals: Vec<(String, String)>,
}

/// `/console/unanswered?days=`.
pub(in crate::web) async fn show(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Query(fields): Query,
) -> Result<Response, Trouble> {
    let (days, mut lines) = lines(&site, &fields).await?;
    let total = lines.len();
    lines.truncate(LINES);
    page(&Unanswered { frame: Frame::of(&visitor), days, total, lines })
}

/// `/console/unanswered.csv?days=`: the same as a table.
pub(in crate::web) async fn csv(State(site): State<Arc<Site>>, Query(fields): Query) -> Result<Response, Trouble> {
    let (_, lines) = lines(&site, &fields).await?;
    let unwritable = |cause: csv::Error| Trouble::Internal(anyhow::anyhow!("cannot write the table: {cause}"));
    // Spreadsheets read UTF-8 only behind its mark.
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    writer
        .write_record(["question", "also", "searches", "without_results", "last_day", "portals"])
        .map_err(unwritable)?;
    for line in &lines {
        let cluster = &line.cluster;
        let portals: Vec<&str> = line.portals.iter().map(|(slug, _)| slug.as_str()).collect();
        let record = [
            cell(&cluster.shown),
            cell(&cluster.others.join(" | ")),
            cluster.searches.to_string(),
            cluster.empty.to_string(),
            cluster.last.to_string(),
            portals.join(" "),
        ];
        writer.write_record(&record).map_err(unwritable)?;
    }
    let bytes = writer.into_inner().map_err(|cause| Trouble::Internal(anyhow::anyhow!("cannot write: {cause}")))?;
    let name = "attachment; filename=\"unanswered.csv\"";
    Ok(([(CONTENT_TYPE, "text/csv; charset=utf-8"), (CONTENT_DISPOSITION, name)], bytes).into_response())
}

async fn lines(site: &Site, fields: &form::Form) -> Result<(i64, Vec<Line>), Trouble> {
    unanswered::write(site).await?;
    let wish = fields.get("days").and_then(|typed| typed.parse().ok());
    let days = DAYS.into_iter().find(|days| Some(*days) == wish).unwrap_or(DAYS[0]);
    let today = site.now().to_zoned(vietnam()).date();
    let since = today.checked_sub((days - 1).days()).unwrap_or(today);
    let questions = table::since(site.parts.store.pool(), since).await?;
    let directory = site.directory().await?;
    let line = |cluster: Cluster| Line { portals: owners(&directory, &cluster), cluster };
    Ok((days, clusters(questions).into_iter().map(line).collect()))
}

fn owners(directory: &Directory, cluster: &Cluster) -> Vec<(String, String)> {
    let portals = directory.whose_field(&cluster.shown);
    portals.into_iter().map(|portal| (portal.slug.clone(), portal.name.clone())).collect()
}

impl Unanswered {
    fn spans(&self) -> [i64; 3] {
        DAYS
    }

    fn last(&self, cluster: &Cluster) -> String {
        show_day(cluster.last)
    }

    fn again(&self, cluster: &Cluster) -> String {
        format!("/search?{}", form::write([("q", cluster.shown.as_str())]))
    }
}
