//! The parts of a packed document (DOCX, XLSX), within bounds: how much one part and all together may unfold to, how
//! strongly, and how many parts there are. What stands in the directory of a ZIP is a claim; only bytes that came out
//! are counted.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::{Limits, Problem};

/// Parts of a document, at most: a large workbook has some hundred.
const MOST_PARTS: usize = 4_000;
/// Growth that no text reaches; XML of empty rows comes to about 100.
const MOST_GROWTH: u64 = 200;
/// Bytes before growth is looked at.
const GROWTH_FREE: u64 = 1 << 20;

pub(super) struct Parts<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    names: Vec<String>,
    /// Bytes that may still come out.
    left: u64,
    limit: u64,
}

impl<'a> Parts<'a> {
    pub(super) fn open(bytes: &'a [u8], limits: &Limits) -> Result<Self, Problem> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|cause| Problem::Damaged(cause.to_string()))?;
        if zip.len() > MOST_PARTS {
            return Err(Problem::Bomb(format!("{} parts", zip.len())));
        }
        // A name that is no text is none that a document uses.
        let names: Vec<String> = zip.file_names().filter_map(|name| Some(name.ok()?.into_owned())).collect();
        if let Some(name) = names.iter().find(|name| is_archive(name) && !is_embedded(name)) {
            let name: String = name.chars().take(80).collect();
            return Err(Problem::Bomb(format!("an archive inside: {name}")));
        }
        Ok(Self { zip, names, left: limits.unpacked_bytes, limit: limits.unpacked_bytes })
    }

    /// The names of all parts, in the order of the directory.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// The bytes of one part; nothing when the document has none of that name.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<Vec<u8>>, Problem> {
        let Some(index) = self.zip.index_for_name(name) else { return Ok(None) };
        let file = self.zip.by_index(index).map_err(|cause| match cause {
            zip::result::ZipError::UnsupportedArchive(zip::result::ZipError::PASSWORD_REQUIRED) => Problem::Encrypted,
            cause => Problem::Damaged(cause.to_string()),
        })?;
        let packed = file.compressed_size().max(1);
        let fair = (packed.saturating_mul(MOST_GROWTH)).max(GROWTH_FREE);
        let most = self.left.min(fair);
        let mut bytes = Vec::new();
        let read = file.take(most + 1).read_to_end(&mut bytes).map_err(|cause| Problem::Damaged(cause.to_string()))?;
        let read = read as u64;
        if read > self.left {
            return Err(Problem::Bomb(format!("unfolds to more than {} bytes", self.limit)));
        }
        if read > fair {
            return Err(Problem::Bomb(format!("a part unfolds more than {MOST_GROWTH}-fold")));
        }
        self.left -= read;
        Ok(Some(bytes))
    }
}

fn is_archive(name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    matches!(ending.as_str(), "zip" | "rar" | "7z" | "gz" | "docx" | "xlsx" | "jar")
}

/// Charts and tables keep their workbook inside; it is never opened, and no reason to refuse the document.
fn is_embedded(name: &str) -> bool {
    name.split('/').any(|folder| matches!(folder, "embeddings" | "media" | "package"))
}
