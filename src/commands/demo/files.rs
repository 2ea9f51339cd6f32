//! `lantoa demo --check`: attached files. Each is what it should be, its article shows it, what bears a mark of secrecy
//! is nowhere on disk, and a person is told.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result};
use axum::Router;

use super::check::{Findings, page};
use super::expected::{Article, Expected};
use super::web::FixtureWeb;
use crate::app::Works;
use crate::archive::{Record, attachments, notices};

/// What the item page says of a scan.
const SCANNED: &str = "bản quét, không có chữ để tìm";

impl Findings {
    pub(super) async fn files(
        &mut self,
        expected: &Expected,
        works: &Works,
        articles: &HashMap<String, Record>,
        fixtures: &FixtureWeb,
        router: &Router,
    ) -> Result<()> {
        for portal in &expected.portals {
            for article in portal.list.iter().filter(|article| !article.files.is_empty()) {
                let url = fixtures.url(&portal.slug, &article.path)?;
                let Some(found) = articles.get(url.as_str()) else { continue };
                self.states(article, found, works, &|path| Ok(fixtures.url(&portal.slug, path)?.to_string())).await?;
                let shown = page(router, &format!("/items/{}", found.id)).await?;
                if article.files.iter().any(|file| file.state == "scanned") {
                    self.that(shown.contains(SCANNED), || format!("{url}: the page does not say which file is a scan"));
                }
                let asked = fixtures.asked(&portal.slug)?;
                for file in article.files.iter().filter(|file| file.state == "refused") {
                    let hit = asked.iter().find(|asked| asked.target == file.path);
                    self.that(hit.is_none(), || format!("{}: asked for although it is never read", file.path));
                }
                for path in &article.withheld {
                    let times =
                        asked.iter().filter(|asked| &asked.target == path).map(|asked| asked.times).sum::<u64>();
                    self.that(times == 1, || format!("{path}: asked for {times} times, not once"));
                    self.that(!shown.contains(path.as_str()), || format!("{url}: the page links to the secret {path}"));
                }
                if let Some(secret) = &article.secret {
                    let folder = &works.app.config.general.data_dir;
                    let holders = holding(folder, secret.as_bytes())?;
                    self.that(holders.is_empty(), || format!("`{secret}` of a secret file stands in {holders:?}"));
                }
            }
        }
        Ok(())
    }

    async fn states(
        &mut self,
        article: &Article,
        found: &Record,
        works: &Works,
        address: &(dyn Fn(&str) -> Result<String> + Sync),
    ) -> Result<()> {
        let pool = works.app.store.pool();
        let files = attachments::of(pool, &found.id).await?;
        let open = notices::open(pool).await?;
        for file in &article.files {
            let url = address(&file.path)?;
            let known = files.iter().find(|known| known.url == url);
            let state = known.map(|known| (known.state.as_str(), known.reason.as_deref().unwrap_or_default()));
            let right = state.is_some_and(|(state, _)| state == file.state);
            self.that(right, || format!("{url}: {state:?}, not {}", file.state));
        }
        for path in &article.withheld {
            let url = address(path)?;
            let kept = files.iter().any(|known| known.url == url);
            self.that(!kept, || format!("{url}: bears a mark of secrecy and is in the record"));
            let told = open.iter().any(|notice| notice.url == url);
            self.that(told, || format!("{url}: bears a mark of secrecy and nobody is told"));
        }
        Ok(())
    }
}

/// The files under a folder that hold these bytes.
fn holding(folder: &Path, needle: &[u8]) -> Result<Vec<String>> {
    let mut holders = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).with_context(|| format!("cannot look into {}", folder.display()))?;
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            // A file of the index may be merged away meanwhile.
            let Ok(bytes) = std::fs::read(&path) else { continue };
            if bytes.windows(needle.len()).any(|window| window == needle) {
                holders.push(path.display().to_string());
            }
        }
    }
    Ok(holders)
}
