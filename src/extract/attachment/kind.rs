//! Which format a file has: by its first bytes, which do not lie, and by its name, which says what was meant.

use serde::{Deserialize, Serialize};
use url::Url;

use super::Problem;

/// A format that portals attach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Portable Document Format.
    Pdf,
    /// Word since 2007.
    Docx,
    /// Excel since 2007.
    Xlsx,
    /// Rich Text Format.
    Rtf,
    /// Word before 2007.
    Doc,
    /// Excel before 2007.
    Xls,
    /// PowerPoint, either one.
    Slides,
    /// OpenDocument text.
    Odt,
    /// ZIP, RAR or 7z.
    Archive,
    /// Anything else.
    Other,
}

/// The words for each kind in the record, on pages and on the command line.
const WORDS: [(Kind, &str); 10] = [
    (Kind::Pdf, "pdf"),
    (Kind::Docx, "docx"),
    (Kind::Xlsx, "xlsx"),
    (Kind::Rtf, "rtf"),
    (Kind::Doc, "doc"),
    (Kind::Xls, "xls"),
    (Kind::Slides, "slides"),
    (Kind::Odt, "odt"),
    (Kind::Archive, "archive"),
    (Kind::Other, "other"),
];

impl Kind {
    /// The word in the record.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        WORDS.iter().find(|(kind, _)| *kind == self).map_or("other", |(_, word)| word)
    }

    /// Whether [`super::read`] can make text of it.
    #[must_use]
    pub fn is_read(self) -> bool {
        matches!(self, Self::Pdf | Self::Docx | Self::Xlsx | Self::Rtf)
    }
}

impl std::str::FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        WORDS.iter().find(|(_, word)| *word == text).map(|(kind, _)| *kind).ok_or(format!("unknown kind `{text}`"))
    }
}

/// The format that an address promises: by its path, else by a file name in its query.
#[must_use]
pub fn named(url: &Url) -> Kind {
    let ending = |name: &str| {
        let (_, ending) = name.rsplit_once('.')?;
        Some(match ending.to_ascii_lowercase().as_str() {
            "pdf" => Kind::Pdf,
            "docx" | "docm" => Kind::Docx,
            "xlsx" | "xlsm" => Kind::Xlsx,
            "rtf" => Kind::Rtf,
            "doc" | "dot" => Kind::Doc,
            "xls" => Kind::Xls,
            "ppt" | "pptx" => Kind::Slides,
            "odt" => Kind::Odt,
            "zip" | "rar" | "7z" => Kind::Archive,
            _ => return None,
        })
    };
    // The last segment first: `/documents/10180/a.pdf/0f3c` of Liferay has the name before the last one.
    let path = url.path_segments().into_iter().flatten().rev().find_map(ending);
    path.or_else(|| url.query_pairs().find_map(|(_, value)| ending(&value))).unwrap_or(Kind::Other)
}

/// The format of `bytes`. `promised` decides only where bytes cannot: old Word and old Excel begin alike.
///
/// # Errors
/// When the bytes are a page, a picture or nothing at all instead of a document.
pub fn sniff(bytes: &[u8], promised: Kind) -> Result<Kind, Problem> {
    let mislabelled =
        |what: &str| Err(Problem::Mislabelled(format!("{} was promised, {what} came", promised.as_str())));
    let head = &bytes[..bytes.len().min(1_024)];
    // Readers accept a PDF whose header stands a little later: some servers put blanks or a BOM before it.
    if find(head, b"%PDF-").is_some() {
        return Ok(Kind::Pdf);
    }
    let begins = |magic: &[u8]| bytes.starts_with(magic);
    if begins(b"{\\rtf") {
        return Ok(Kind::Rtf);
    }
    if begins(b"PK\x03\x04") || begins(b"PK\x05\x06") {
        return Ok(zipped(bytes));
    }
    if begins(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return Ok(if matches!(promised, Kind::Xls | Kind::Xlsx) { Kind::Xls } else { Kind::Doc });
    }
    if begins(b"Rar!\x1a\x07") || begins(b"7z\xbc\xaf\x27\x1c") || begins(b"\x1f\x8b") {
        return Ok(Kind::Archive);
    }
    let text = String::from_utf8_lossy(head).trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    if text.is_empty() {
        return mislabelled("an empty file");
    }
    let tags = ["<!doctype html", "<html", "<head", "<body", "<script", "<?xml", "<!--", "<div", "<title"];
    if tags.iter().any(|tag| text.starts_with(tag)) {
        return mislabelled("a web page");
    }
    if begins(b"\x89PNG") || begins(b"\xff\xd8\xff") || begins(b"GIF8") || begins(b"II*\0") || begins(b"MM\0*") {
        return mislabelled("a picture");
    }
    mislabelled("something unknown")
}

/// Names of parts stand uncompressed in a ZIP; the directory at its end has them all.
fn zipped(bytes: &[u8]) -> Kind {
    if find(bytes, b"word/document").is_some() {
        Kind::Docx
    } else if find(bytes, b"xl/workbook").is_some() {
        Kind::Xlsx
    } else if find(bytes, b"ppt/presentation").is_some() {
        Kind::Slides
    } else if find(&bytes[..bytes.len().min(200)], b"application/vnd.oasis.opendocument").is_some() {
        Kind::Odt
    } else {
        Kind::Archive
    }
}

fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_promise_a_kind() {
        let check = |address: &str, expected: Kind| {
            let url = Url::parse(address).expect("an address");
            assert_eq!(named(&url), expected, "{address}");
        };
        check("https://a.gov.vn/files/van-ban.PDF", Kind::Pdf);
        check("https://a.gov.vn/download.ashx?id=3&file=bieu.xlsx", Kind::Xlsx);
        check("https://a.gov.vn/documents/10180/quyet-dinh.docx/1f0c-22?version=1.0", Kind::Docx);
        check("https://a.gov.vn/v1.2/tai-ve", Kind::Other);
        check("https://a.gov.vn/cu.doc", Kind::Doc);
    }

    #[test]
    fn bytes_say_what_they_are() {
        let check = |bytes: &[u8], promised, expected: Result<Kind, &str>| match (sniff(bytes, promised), expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected),
            (Err(problem), Err(words)) => assert!(problem.to_string().contains(words), "{problem}"),
            (found, expected) => panic!("{found:?}, not {expected:?}"),
        };
        check(b"%PDF-1.7\n", Kind::Docx, Ok(Kind::Pdf));
        check(b"\xef\xbb\xbf\r\n%PDF-1.4\n", Kind::Pdf, Ok(Kind::Pdf));
        check(b"{\\rtf1\\ansi", Kind::Doc, Ok(Kind::Rtf));
        check(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", Kind::Xls, Ok(Kind::Xls));
        check(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", Kind::Docx, Ok(Kind::Doc));
        check(b"  <!DOCTYPE html><html>", Kind::Pdf, Err("pdf was promised, a web page came"));
        check(b"", Kind::Pdf, Err("an empty file"));
        check(b"\x89PNG\r\n", Kind::Pdf, Err("a picture"));
        check(b"PK\x03\x04........xl/workbook.xml", Kind::Docx, Ok(Kind::Xlsx));
        check(b"PK\x03\x04........readme.txt", Kind::Docx, Ok(Kind::Archive));
    }
}
