//! One fixture portal: its `portal.toml` and files in, the answer to a request out. Pure; the sockets are in
//! [`super::web`].
//!
//! A portal's folder holds `site/**`, the files as served, in the portal's own encoding, and `later/**`, the files that
//! take their place in the second epoch. `{{base}}` in a file stands for the portal's own address and
//! `{{base:slug}}` for another's.

use std::path::Path;

use anyhow::{Context, Result};
use include_dir::Dir;
use serde::Deserialize;

use super::PORTALS;
use crate::portal::{Kind, SourceKind};

/// A portal to be served.
#[derive(Clone, Debug)]
pub struct Fixture {
    /// Name of its folder, and its slug in the registry.
    pub slug: String,
    /// What `portal.toml` says.
    pub manifest: Manifest,
    folder: &'static Dir<'static>,
}

/// `portal.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Vietnamese name.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// What kind of body it belongs to.
    pub kind: Kind,
    /// Slug of the portal it is a component of.
    #[serde(default)]
    pub parent: Option<String>,
    /// The software it is made like.
    pub make: String,
    /// What is odd about it.
    pub notes: String,
    /// What an operator would register beside the home page.
    #[serde(default)]
    pub sources: Vec<KnownSource>,
    /// How the server behaves.
    #[serde(default)]
    pub server: Server,
    /// Answers that are not simply the file at the path; the first that fits wins.
    #[serde(default, rename = "answer")]
    pub answers: Vec<Rule>,
}

/// A feed or listing that is registered with the portal.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownSource {
    /// How to read it.
    pub kind: SourceKind,
    /// Where it is, from the root.
    pub path: String,
}

/// How a portal's server behaves.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// How long each answer takes, in milliseconds.
    pub delay_ms: u64,
    /// `charset` of text answers; without it the header names none.
    pub charset: Option<String>,
    /// False when the server sends no `ETag`.
    pub etag: Option<bool>,
    /// `Last-Modified` of the files in `site/`.
    pub last_modified: Option<String>,
    /// `Last-Modified` of the files in `later/`.
    pub last_modified_later: Option<String>,
    /// The page that stands, with status 200, for every page that does not exist.
    pub soft_404: Option<String>,
}

/// One odd answer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The path asked for; a trailing `*` stands for any rest.
    pub path: String,
    /// `name=value` that must be among the query's pairs.
    #[serde(default)]
    pub query: Option<String>,
    /// Only in this epoch.
    #[serde(default)]
    pub epoch: Option<Epoch>,
    /// The file to send.
    #[serde(default)]
    pub file: Option<String>,
    /// HTTP status.
    #[serde(default = "ok")]
    pub status: u16,
    /// `Location`.
    #[serde(default)]
    pub location: Option<String>,
    /// `Retry-After`, in seconds.
    #[serde(default)]
    pub retry_after_s: Option<u64>,
    /// `Content-Type` in place of the file's own.
    #[serde(default)]
    pub content_type: Option<String>,
}

/// The two states of the fixture web.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Epoch {
    /// As it stands when the demo begins.
    #[default]
    First,
    /// After the edits, the removals and the new articles.
    Later,
}

/// What a portal answers, before `{{base}}` is filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: String,
    /// `Location`.
    pub location: Option<String>,
    /// `Retry-After`, in seconds.
    pub retry_after_s: Option<u64>,
    /// `Last-Modified`.
    pub last_modified: Option<String>,
    /// The body is sent gzipped, as a file and not as a transfer encoding.
    pub gzip: bool,
    /// The body.
    pub body: &'static [u8],
}

/// Every fixture portal; those without a parent come first, so that they can be registered in this order.
pub fn all() -> Result<Vec<Fixture>> {
    let mut fixtures = PORTALS.dirs().map(Fixture::read).collect::<Result<Vec<_>>>()?;
    fixtures.sort_by_key(|fixture| (fixture.manifest.parent.is_some(), fixture.slug.clone()));
    Ok(fixtures)
}

impl Fixture {
    fn read(folder: &'static Dir<'static>) -> Result<Self> {
        let slug = folder.path().to_string_lossy().into_owned();
        let text = folder
            .get_file(folder.path().join("portal.toml"))
            .and_then(|file| file.contents_utf8())
            .with_context(|| format!("cannot read fixtures/portals/{slug}/portal.toml (missing or not UTF-8)"))?;
        let manifest =
            toml::from_str(text).with_context(|| format!("cannot read fixtures/portals/{slug}/portal.toml"))?;
        Ok(Self { slug, manifest, folder })
    }

    /// What the portal answers to a request for `path` with `query`.
    #[must_use]
    pub fn answer(&self, path: &str, query: Option<&str>, epoch: Epoch) -> Answer {
        if let Some(rule) = self.manifest.answers.iter().find(|rule| rule.fits(path, query, epoch)) {
            return self.by_rule(rule, epoch);
        }
        if let Some((name, body, later)) = self.page(path, epoch) {
            return self.sent(&name, body, later);
        }
        if let Some((name, body, later)) = path.strip_suffix(".gz").and_then(|plain| self.page(plain, epoch)) {
            return Answer { gzip: true, content_type: "application/gzip".into(), ..self.sent(&name, body, later) };
        }
        match self.manifest.server.soft_404.as_deref().and_then(|name| self.file(name, epoch)) {
            Some((body, _)) => Answer { last_modified: None, ..self.sent("404.html", body, false) },
            None => Answer { status: 404, ..self.sent("404.html", b"<h1>404 Not Found</h1>\n", false) },
        }
    }

    fn by_rule(&self, rule: &Rule, epoch: Epoch) -> Answer {
        let name = rule.file.as_deref().unwrap_or("none.html");
        let (body, later) = self.file(name, epoch).unwrap_or((b"", false));
        let missing = rule.file.is_some() && body.is_empty() && rule.status == 200;
        let mut answer = self.sent(name, body, later);
        answer.status = if missing { 404 } else { rule.status };
        answer.location.clone_from(&rule.location);
        answer.retry_after_s = rule.retry_after_s;
        if let Some(content_type) = &rule.content_type {
            answer.content_type.clone_from(content_type);
        }
        answer
    }

    fn sent(&self, name: &str, body: &'static [u8], later: bool) -> Answer {
        let server = &self.manifest.server;
        let changed = if later { &server.last_modified_later } else { &server.last_modified };
        Answer {
            status: 200,
            content_type: content_type(name, server.charset.as_deref()),
            location: None,
            retry_after_s: None,
            last_modified: changed.clone(),
            gzip: false,
            body,
        }
    }

    /// The file that a path stands for: itself, the folder's index, or the same name with `.html`, which lets a
    /// portal have addresses without a file extension.
    fn page(&self, path: &str, epoch: Epoch) -> Option<(String, &'static [u8], bool)> {
        let path = path.trim_start_matches('/');
        let candidates = if path.is_empty() || path.ends_with('/') {
            [format!("{path}index.html"), format!("{path}index.xml")]
        } else {
            [path.to_owned(), format!("{path}.html")]
        };
        candidates.into_iter().find_map(|name| self.file(&name, epoch).map(|(body, later)| (name, body, later)))
    }

    /// A file's bytes in `epoch`, and whether they are the later ones.
    fn file(&self, name: &str, epoch: Epoch) -> Option<(&'static [u8], bool)> {
        let find = |folder| {
            let path = self.folder.path().join(folder).join(name);
            self.folder.get_file(path).map(include_dir::File::contents)
        };
        let later = || find("later").map(|body| (body, true));
        let first = || find("site").map(|body| (body, false));
        if epoch == Epoch::Later { later().or_else(first) } else { first() }
    }
}

impl Rule {
    fn fits(&self, path: &str, query: Option<&str>, epoch: Epoch) -> bool {
        let same_path = match self.path.strip_suffix('*') {
            Some(start) => path.starts_with(start),
            None => path == self.path,
        };
        let same_query = match &self.query {
            Some(pair) => query.is_some_and(|query| query.split('&').any(|given| given == pair)),
            None => true,
        };
        same_path && same_query && self.epoch.is_none_or(|only| only == epoch)
    }
}

fn content_type(name: &str, charset: Option<&str>) -> String {
    let extension = Path::new(name).extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let kind = match extension {
        "xml" => "text/xml",
        "rss" => "application/rss+xml",
        "txt" => "text/plain",
        "css" => "text/css",
        "png" => return "image/png".into(),
        "pdf" => return "application/pdf".into(),
        "rtf" => return "application/rtf".into(),
        "docx" => return "application/vnd.openxmlformats-officedocument.wordprocessingml.document".into(),
        "xlsx" => return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet".into(),
        "svg" => return "image/svg+xml".into(),
        _ => "text/html",
    };
    match charset {
        Some(charset) => format!("{kind}; charset={charset}"),
        None => kind.into(),
    }
}

fn ok() -> u16 {
    200
}
