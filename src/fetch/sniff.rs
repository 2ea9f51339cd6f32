//! The first bytes of a body in, what it is out when that is no text: servers give any file the type of a page, and the
//! bytes never lie.

/// How files begin that portals serve (WHATWG MIME Sniffing §6 and §7), at their first byte unless said otherwise.
const MARKS: [(usize, &[u8], &str); 19] = [
    (0, b"%PDF-", "a PDF file"),
    (0, b"PK\x03\x04", "a ZIP file or an Office document"),
    (0, b"PK\x05\x06", "an empty ZIP file"),
    (0, b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "an old Office document"),
    (0, b"Rar!\x1A\x07", "a RAR archive"),
    (0, b"7z\xBC\xAF\x27\x1C", "a 7z archive"),
    (0, b"\x1F\x8B\x08", "a gzip file"),
    (0, b"\x89PNG\r\n\x1A\n", "a PNG picture"),
    (0, b"\xFF\xD8\xFF", "a JPEG picture"),
    (0, b"GIF87a", "a GIF picture"),
    (0, b"GIF89a", "a GIF picture"),
    (8, b"WEBP", "a WebP picture"),
    (4, b"ftyp", "a film or a recording"),
    (0, b"\x1A\x45\xDF\xA3", "a film"),
    (0, b"ID3", "a recording"),
    (0, b"OggS\x00", "a recording"),
    (8, b"WAVE", "a recording"),
    (0, b"wOF", "a font"),
    (0, b"{\\rtf", "an RTF document"),
];

/// What `body` is when it is not text; nothing for text.
#[must_use]
pub fn no_text(body: &[u8]) -> Option<&'static str> {
    let found = MARKS.iter().find(|(at, mark, _)| body.get(*at..).is_some_and(|rest| rest.starts_with(mark)));
    found.map(|(_, _, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_pages() {
        let check = |body: &[u8], expected: Option<&str>| assert_eq!(no_text(body), expected, "{body:?}");
        check(b"%PDF-1.7\n", Some("a PDF file"));
        check(b"PK\x03\x04\x14\x00", Some("a ZIP file or an Office document"));
        check(b"\x00\x00\x00\x20ftypisom", Some("a film or a recording"));
        check(b"RIFF\x10\x00\x00\x00WEBPVP8 ", Some("a WebP picture"));
        check(b"", None);
        check(b"<html>%PDF-", None);
        check("\u{feff}<!DOCTYPE html>".as_bytes(), None);
        check(b"\xFF\xFE<\x00h\x00", None);
        check(b"PKI", None);
    }
}
