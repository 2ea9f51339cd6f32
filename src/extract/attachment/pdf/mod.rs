//! PDF: the text layer, page by page. `hayro-syntax` reads objects, filters and operators; here is what text means:
//! where each glyph stands and which letters it is for.

mod font;
mod glyph_names;
mod layout;
mod page;

use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};

use super::{Bounded, Limits, Problem, Text};

/// Letters that a page of text has at least; page numbers and stamps on scans have fewer.
const LETTERS_A_PAGE: usize = 20;
/// Of the glyphs, this many in a hundred must be letters that are known.
const KNOWN_PERCENT: usize = 50;

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Text, Problem> {
    let pdf = Pdf::new(bytes.to_vec()).map_err(|cause| match cause {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => Problem::Encrypted,
        LoadPdfError::Decryption(_) => Problem::Encrypted,
        LoadPdfError::Invalid => Problem::Damaged("it cannot be read as a PDF".to_owned()),
    })?;
    let pages = pdf.pages();
    if pages.is_empty() {
        return Err(Problem::Damaged("it has no pages".to_owned()));
    }
    let mut out = Bounded::new(limits);
    let mut reader = page::Reader::new(limits);
    let mut most_letters = 0;
    for page in pages.iter().take(limits.pages) {
        if out.cut || reader.is_spent() {
            out.cut = true;
            break;
        }
        let text = layout::text(reader.page(page));
        most_letters = most_letters.max(text.chars().filter(|c| c.is_alphanumeric()).count());
        out.push_str(&text);
        out.end_line();
    }
    out.cut |= pages.len() > limits.pages;
    // One page with text makes it a document, however many pictures follow; page numbers alone do not.
    if most_letters < LETTERS_A_PAGE {
        let unknown = reader.unknown > 0 && reader.known * 100 < (reader.known + reader.unknown) * KNOWN_PERCENT;
        return Err(if unknown {
            Problem::Damaged("its fonts do not say which letters they show".to_owned())
        } else if reader.known == 0 || reader.has_pictures {
            Problem::Scanned
        } else {
            return Ok(out.into_text(pages.len()));
        });
    }
    Ok(out.into_text(pages.len()))
}
