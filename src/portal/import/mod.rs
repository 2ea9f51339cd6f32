//! Registry files in, [`Entry`]s out: CSV, OPML and TOML. A bad line is named with its number; the good ones are kept.

mod csv;
mod opml;
mod toml;

use serde::Serialize;
use url::Url;

use super::Entry;

/// What a registry file held.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Imported {
    /// The good lines, in order.
    pub entries: Vec<Entry>,
    /// The bad lines: where and why.
    pub problems: Vec<String>,
    /// Where each selector of each portal stands; only TOML has selectors.
    pub selectors: Vec<SelectorLine>,
}

/// Where one selector stands in a registry file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectorLine {
    /// Slug of its portal.
    pub portal: String,
    /// The list it stands in, such as `title`.
    pub key: String,
    /// Its place in that list, from 0.
    pub place: usize,
    /// Its line in the file, from 1.
    pub line: usize,
}

impl Imported {
    /// The line of a selector, where the file is TOML.
    #[must_use]
    pub fn line_of(&self, portal: &str, key: &str, place: usize) -> Option<usize> {
        let is_it = |known: &&SelectorLine| known.portal == portal && known.key == key && known.place == place;
        self.selectors.iter().find(is_it).map(|known| known.line)
    }
}

/// The file formats that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `slug,name,kind,parent,url,feed` with a header line.
    Csv,
    /// Outlines with `xmlUrl` and `htmlUrl`.
    Opml,
    /// `[[portal]]` tables, as in `seeds/`.
    Toml,
}

impl Format {
    /// The format that a file's name tells.
    #[must_use]
    pub fn of(path: &std::path::Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "opml" | "xml" => Some(Self::Opml),
            "toml" => Some(Self::Toml),
            _ => None,
        }
    }
}

/// Reads a registry file.
#[must_use]
pub fn read(text: &str, format: Format) -> Imported {
    let text = text.trim_start_matches('\u{feff}');
    let mut imported = match format {
        Format::Csv => csv::read(text),
        Format::Opml => opml::read(text),
        Format::Toml => toml::read(text),
    };
    drop_repeated(&mut imported);
    imported
}

/// Writes portals as `[[portal]]` tables, which [`read`] reads back.
///
/// # Errors
/// When an entry cannot be written as TOML.
pub fn to_toml(entries: &[Entry]) -> Result<String, ::toml::ser::Error> {
    #[derive(Serialize)]
    struct File<'a> {
        portal: &'a [Entry],
    }
    ::toml::to_string_pretty(&File { portal: entries })
}

/// Why an entry cannot be registered, or nothing.
#[must_use]
pub fn problem_of(entry: &Entry) -> Option<String> {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if entry.slug.is_empty() || entry.slug.len() > 64 || !entry.slug.chars().all(good) {
        return Some(format!("slug `{}` must be 1-64 lower-case letters, digits and hyphens", entry.slug));
    }
    if entry.name.trim().is_empty() {
        return Some("the name is empty".to_owned());
    }
    if entry.parent.as_deref() == Some(&entry.slug) {
        return Some("a portal cannot be its own parent".to_owned());
    }
    if entry.delay_ms.is_some_and(|delay| delay > super::MOST_DELAY_MS) {
        return Some(format!("delay_ms must be {} or less", super::MOST_DELAY_MS));
    }
    let addresses = std::iter::once(&entry.url).chain(entry.sources.iter().map(|source| &source.url));
    for url in addresses {
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Some(format!("address `{url}` must begin with http:// or https://"));
        }
    }
    None
}

/// An absolute http(s) address, or why it is none.
///
/// # Errors
/// A line that names the address and the mend.
pub fn address(text: &str) -> Result<Url, String> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.host_str().is_some() => Ok(url),
        Ok(url) if url.host_str().is_some() => Err(format!("address `{text}` must begin with http:// or https://")),
        _ if text.contains("://") => Err(format!("`{text}` is not a web address")),
        // `host:8080` is read as a scheme and a path too.
        Ok(url) if !url.path().starts_with(|c: char| c.is_ascii_digit()) => {
            Err(format!("address `{text}` must begin with http:// or https://"))
        }
        _ => Err(format!("address `{text}` has no scheme (did you mean https://{text} ?)")),
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}

/// A slug made of a host name.
#[must_use]
pub fn slug_of(host: &str) -> String {
    let host = host.trim_start_matches("www.").trim_end_matches(".gov.vn").trim_end_matches(".vn");
    let slug: String =
        host.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    slug.trim_matches('-').to_owned()
}

impl Imported {
    fn take(&mut self, place: &str, entry: Result<Entry, String>) {
        match entry.and_then(|entry| problem_of(&entry).map_or(Ok(entry), Err)) {
            Ok(entry) => self.entries.push(entry),
            Err(problem) => self.problems.push(format!("{place}: {problem}")),
        }
    }
}

fn drop_repeated(imported: &mut Imported) {
    let mut seen = std::collections::HashSet::new();
    imported.entries.retain(|entry| {
        let first = seen.insert(entry.slug.clone());
        if !first {
            imported.problems.push(format!("slug `{}` occurs twice; the first is kept", entry.slug));
        }
        first
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, format: Format, slugs: &[&str], problems: &[&str]) {
        let imported = read(text, format);
        let found: Vec<_> = imported.entries.iter().map(|entry| entry.slug.as_str()).collect();
        assert_eq!(found, slugs, "{:?}", imported.problems);
        assert_eq!(imported.problems.len(), problems.len(), "{:?}", imported.problems);
        for (found, expected) in imported.problems.iter().zip(problems) {
            assert!(found.contains(expected), "`{found}` lacks `{expected}`");
        }
    }

    #[test]
    fn csv_keeps_good_lines_and_names_bad_ones() {
        check(
            "slug,name,kind,parent,url,feed\n\
             bo-a,Bộ A,ministry,,https://a.gov.vn/,https://a.gov.vn/rss\n\
             bo-b,Bộ B,ministry,,b.gov.vn,\n\
             bo-c,Bộ C,kingdom,,https://c.gov.vn/,\n\
             Bo D,Bộ D,ministry,,https://d.gov.vn/,\n\
             bo-e,Bộ E\n\
             bo-a,Bộ A,ministry,,https://a.gov.vn/,\n\
             so-f,\"Sở F, tỉnh\",department,bo-a,https://f.gov.vn/,\n",
            Format::Csv,
            &["bo-a", "so-f"],
            &[
                "line 3: address `b.gov.vn` has no scheme",
                "line 4: unknown kind `kingdom`",
                "line 5: slug `Bo D`",
                "line 6: expected 6 values, found 2",
                "slug `bo-a` occurs twice",
            ],
        );
        check(
            "slug,name,kind,url\na,\"Bộ A,ministry,https://a.gov.vn/\nb,Bộ B,ministry,https://b.gov.vn/\n",
            Format::Csv,
            &["b"],
            &["line 2: expected 4 values, found 2"],
        );
        check("ten,duong dan\na,b\n", Format::Csv, &[], &["line 1: the header lacks slug, name, kind, url"]);
    }

    #[test]
    fn opml_reads_outlines_and_survives_broken_xml() {
        check(
            "<opml><body><outline text=\"Nhóm\">\n\
             <outline text=\"Bộ Y tế\" htmlUrl=\"https://moh.gov.vn/\" xmlUrl=\"https://moh.gov.vn/rss\"/>\n\
             <outline text=\"Không\" xmlUrl=\"moh.gov.vn/rss\"/></outline></body></opml>",
            Format::Opml,
            &["moh"],
            &["has no scheme"],
        );
        check("<opml><body><outline xmlUrl='https://a.vn/rss'></b", Format::Opml, &["a"], &["broken XML"]);
        check("xin chào", Format::Opml, &[], &["no <outline>"]);
    }

    #[test]
    fn toml_names_the_line_of_a_bad_table() {
        let good = "[[portal]]\nslug = \"a\"\nname = \"A\"\nkind = \"other\"\nurl = \"https://a.vn/\"\n";
        check(good, Format::Toml, &["a"], &[]);
        check(
            &format!(
                "{good}\n[[portal]]\nslug = \"b\"\nname = \"B\"\nkind = \"other\"\nurl = \"https://b.vn/\"\ncolour = 1\n"
            ),
            Format::Toml,
            &["a"],
            &["line 7: unknown field `colour`"],
        );
        check(
            "[[portal]]\nslug = \"b\"\nname = \"B\"\nkind = \"other\"\nurl = \"b.vn\"\n",
            Format::Toml,
            &[],
            &["line 1: address `b.vn` has no scheme"],
        );
        check("[[portal]\n", Format::Toml, &[], &["line 1: "]);
    }

    #[test]
    fn selectors_have_lines() {
        let text = "[[portal]]\nslug = \"a\"\nname = \"A\"\nkind = \"other\"\nurl = \"https://a.vn/\"\n[portal.rules]\n\
                    title = [\n  \"h1\",\n  \"h2\",\n]\n";
        let imported = read(text, Format::Toml);
        assert_eq!(imported.line_of("a", "title", 1), Some(9));
        assert_eq!(imported.line_of("a", "title", 2), None);
        assert_eq!(imported.line_of("b", "title", 0), None);
    }

    #[test]
    fn export_reads_back() {
        let text = "[[portal]]\nslug = \"a\"\nname = \"A\"\nkind = \"other\"\nurl = \"https://a.vn/\"\n\
                    predecessors = [{ name = \"B\", until = \"2025-03-01\" }]\n[portal.rules]\ntitle = [\"h1\"]\n";
        let entries = read(text, Format::Toml).entries;
        assert_eq!(read(&to_toml(&entries).expect("entries are TOML"), Format::Toml).entries, entries);
    }
}
