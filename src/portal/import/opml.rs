//! Outlines with `xmlUrl` and `htmlUrl`.

use super::{Imported, address, line_of, slug_of};
use crate::portal::{Entry, Kind, Source, SourceKind};

pub(super) fn read(text: &str) -> Imported {
    use quick_xml::events::Event;
    let mut imported = Imported::default();
    let mut reader = quick_xml::Reader::from_str(text);
    let mut any = false;
    loop {
        let line = line_of(text, usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX));
        match reader.read_event() {
            Ok(Event::Start(tag) | Event::Empty(tag)) if tag.name().as_ref() == "outline" => {
                any = true;
                let attribute = |name: &str| {
                    let found = tag.attributes().flatten().find(|a| a.key.as_ref().eq_ignore_ascii_case(name))?;
                    quick_xml::escape::unescape(&found.value).ok().map(|value| value.into_owned())
                };
                let (feed, home) = (attribute("xmlUrl"), attribute("htmlUrl"));
                // An outline without addresses is a folder.
                if feed.is_some() || home.is_some() {
                    let name = attribute("title").or_else(|| attribute("text")).unwrap_or_default();
                    imported.take(&format!("line {line}"), outline(&name, feed.as_deref(), home.as_deref()));
                }
            }
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(cause) => {
                imported.problems.push(format!("line {line}: broken XML: {cause}"));
                break;
            }
        }
    }
    if !any && imported.problems.is_empty() {
        imported.problems.push("line 1: no <outline> found (is this OPML?)".to_owned());
    }
    imported
}

fn outline(name: &str, feed: Option<&str>, home: Option<&str>) -> Result<Entry, String> {
    let feed = feed.map(address).transpose()?;
    let home = match (home, &feed) {
        (Some(home), _) => address(home)?,
        (None, Some(feed)) => feed.join("/").map_err(|cause| cause.to_string())?,
        (None, None) => return Err("the outline has neither htmlUrl nor xmlUrl".to_owned()),
    };
    let host = home.host_str().unwrap_or_default().trim_start_matches("www.").to_owned();
    let name = if name.is_empty() { &host } else { name };
    let mut entry = Entry::new(&slug_of(&host), name, Kind::Other, home);
    entry.sources.extend(feed.map(|url| Source { kind: SourceKind::Feed, url }));
    Ok(entry)
}
