//! `slug,name,kind,parent,url,feed` with a header line.

use serde::Deserialize;

use super::{Imported, address};
use crate::portal::{Entry, Kind, Source, SourceKind};

#[derive(Deserialize)]
struct Line {
    slug: String,
    name: String,
    kind: String,
    #[serde(default)]
    parent: String,
    url: String,
    #[serde(default)]
    feed: String,
}

pub(super) fn read(text: &str) -> Imported {
    // A quote that nobody closed swallows every line after it. Names do not go over lines, so each line is closed.
    let closed: String = text.lines().map(|line| format!("{line}{}\n", unclosed(line))).collect();
    let text = closed.as_str();
    let mut imported = Imported::default();
    let mut reader = ::csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(cause) => {
            imported.problems.push(format!("line 1: cannot read the header: {cause}"));
            return imported;
        }
    };
    let missing: Vec<_> =
        ["slug", "name", "kind", "url"].into_iter().filter(|name| !header.iter().any(|h| h == *name)).collect();
    if !missing.is_empty() {
        imported
            .problems
            .push(format!("line 1: the header lacks {} (expected slug,name,kind,parent,url,feed)", missing.join(", ")));
        return imported;
    }
    let mut record = ::csv::StringRecord::new();
    loop {
        let number = reader.position().line();
        match reader.read_record(&mut record) {
            Ok(false) => return imported,
            Ok(true) => {
                let number = record.position().map_or(number, ::csv::Position::line);
                let entry = record
                    .deserialize::<Line>(Some(&header))
                    .map_err(|_| format!("expected {} values, found {}", header.len(), record.len()))
                    .and_then(|line| entry_of(&line));
                imported.take(&format!("line {number}"), entry);
            }
            Err(cause) => {
                imported.problems.push(format!("line {number}: cannot read the line: {cause}"));
                if reader.is_done() || !matches!(cause.kind(), ::csv::ErrorKind::Utf8 { .. }) {
                    return imported;
                }
            }
        }
    }
}

/// The quote that a line lacks, if it lacks one.
fn unclosed(line: &str) -> &'static str {
    if line.bytes().filter(|byte| *byte == b'"').count() % 2 == 1 { "\"" } else { "" }
}

fn entry_of(line: &Line) -> Result<Entry, String> {
    let mut entry = Entry::new(&line.slug, &line.name, line.kind.parse::<Kind>()?, address(&line.url)?);
    entry.parent = (!line.parent.is_empty()).then(|| line.parent.clone());
    if !line.feed.is_empty() {
        entry.sources.push(Source { kind: SourceKind::Feed, url: address(&line.feed)? });
    }
    Ok(entry)
}
