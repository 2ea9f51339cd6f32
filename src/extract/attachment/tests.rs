//! Small files made here, one for each kind of trouble.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::io::{Cursor, Write};

use super::*;

/// What reading a file gives: its text, or words of the problem.
#[track_caller]
fn check(bytes: &[u8], kind: Kind, expected: Result<&str, &str>) {
    match (read(bytes, kind, &Limits::default()), expected) {
        (Ok(found), Ok(expected)) => assert_eq!(found.text, expected),
        (Err(problem), Err(words)) => assert!(problem.to_string().contains(words), "{problem}"),
        (found, expected) => panic!("{found:?}, not {expected:?}"),
    }
}

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn docx(body: &str) -> Vec<u8> {
    let xml = format!("<w:document xmlns:w='x'><w:body>{body}</w:body></w:document>");
    zipped(&[("word/document.xml", xml.as_bytes())])
}

fn sheet(rows: &str, shared: &str) -> Vec<u8> {
    let sheet = format!("<worksheet><dimension ref='A1:XFD1048576'/><sheetData>{rows}</sheetData></worksheet>");
    zipped(&[
        ("xl/workbook.xml", b"<workbook/>"),
        ("xl/sharedStrings.xml", format!("<sst count='4000000000'>{shared}</sst>").as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

fn pdf(content: &str, font: &str) -> Vec<u8> {
    pdf_of(&[
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F 5 0 R >> >> /Contents 4 0 R >>",
        &format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        font,
    ])
}

fn pdf_of(objects: &[&str]) -> Vec<u8> {
    let mut out = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (number, object) in (1..).zip(objects) {
        places.push(out.len());
        out.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let start = out.len();
    out.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    places.iter().for_each(|place| out.push_str(&format!("{place:010} 00000 n \n")));
    out.push_str(&format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1));
    out.into_bytes()
}

const LATIN: &str = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";

#[test]
fn word_documents() {
    check(
        &docx("<w:p><w:r><w:t>Điều 1. </w:t></w:r><w:r><w:t>A &amp; B</w:t></w:r></w:p>"),
        Kind::Docx,
        Ok("Điều 1. A & B"),
    );
    check(
        &docx("<w:p><w:r><w:t>giữ</w:t></w:r><w:del><w:r><w:delText>bỏ</w:delText></w:r></w:del></w:p>"),
        Kind::Docx,
        Ok("giữ"),
    );
    let cell = |text: &str| format!("<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>");
    let row = format!("<w:tbl><w:tr>{}{}</w:tr></w:tbl>", cell("Muối"), cell("20 kg"));
    check(&docx(&row), Kind::Docx, Ok("Muối\t20 kg"));
    let head = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>UBND</w:t></w:r></w:p><w:p><w:r><w:t>MẬT</w:t></w:r></w:p></w:tc></w:tr></w:tbl>";
    check(&docx(head), Kind::Docx, Ok("UBND\nMẬT"));
    check(&docx("<w:p/>"), Kind::Docx, Err("no text"));
    check(&zipped(&[("word/other.xml", b"x")]), Kind::Docx, Err("no text part"));
}

#[test]
fn entities_are_never_expanded() {
    let xml = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]><w:document><w:p><w:t>một&b;&a;&#x1EC7;</w:t></w:p></w:document>";
    check(&zipped(&[("word/document.xml", xml.as_bytes())]), Kind::Docx, Ok("mộtệ"));
}

#[test]
fn workbooks() {
    let shared = "<si><t>Huyện</t></si><si><r><t>Nậm </t></r><r><t>Thi</t></r><rPh><t>bỏ</t></rPh></si>";
    let rows = "<row><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c></row>\
                <row><c r='XFD1048576'><f>A1*2</f><v>85.5</v></c><c t='inlineStr'><is><t>giống</t></is></c></row>\
                <row><c t='b'><v>1</v></c><c t='s'><v>99999999999</v></c></row>";
    check(&sheet(rows, shared), Kind::Xlsx, Ok("Huyện\tNậm Thi\n85.5\tgiống"));
    check(&zipped(&[("xl/workbook.xml", b"<workbook/>")]), Kind::Xlsx, Err("no sheet"));
}

#[test]
fn rich_text() {
    check(b"{\\rtf1\\ansi K\\u237?nh g\\u7917?i: \\{A\\}\\par B\\line C}", Kind::Rtf, Ok("Kính gửi: {A}\nB\nC"));
    // Windows-1258: a tone is a byte of its own, after the letter that bears it.
    check(b"{\\rtf1\\ansi\\ansicpg1258 nh\\'e0 n\\'fd\\'f5\\'ecc Vi\\'ea\\'f2t}", Kind::Rtf, Ok("nhà nước Việt"));
    check(
        b"{\\rtf1\\ansi{\\fonttbl{\\f0\\fcharset163 .VnTime;}}{\\info{\\title x}}{\\*\\generator y;}{\\pict 00ff}\\f0 C\\'e9ng ho\\'b5 x\\'b7 h\\'e9i ch\\'f1 ngh\\'dca Vi\\'d6t Nam}",
        Kind::Rtf,
        Ok("Cộng hoà xã hội chủ nghĩa Việt Nam"),
    );
    check(b"{\\rtf1 {\\shp{\\*\\shpinst{\\sp{\\sn a}{\\sv 1}}{\\shptxt M\\u7852?T\\par}}} B}", Kind::Rtf, Ok("MẬT\nB"));
    check(b"{\\rtf1 \\intbl A\\cell B\\cell\\row\\pard C\\par}", Kind::Rtf, Ok("A\tB\nC"));
    check(b"{\\rtf1 {\\object{\\objdata 0102}}\\bin4 {{{{ D}", Kind::Rtf, Ok("D"));
    check(b"not rtf", Kind::Rtf, Err("does not begin"));
}

#[test]
fn pdf_text() {
    let line = "BT /F 12 Tf 72 700 Td (The first line of a text) Tj 0 -40 Td (and another) Tj ET";
    check(&pdf(line, LATIN), Kind::Pdf, Ok("The first line of a text\nand another"));
    let spaced = "BT /F 12 Tf 72 700 Td [(Two) -600 (words and then some more) 20 (over)] TJ ET";
    check(&pdf(spaced, LATIN), Kind::Pdf, Ok("Two words and then some moreover"));
    let named = "<< /Type /Font /Subtype /Type1 /Encoding << /Differences [1 /V /i /ecircumflexdotbelow /t /space /N /a /m] >> >>";
    let content = format!("BT /F 12 Tf 72 700 Td <{}> Tj ET", "010203040506070805".repeat(4));
    check(&pdf(&content, named), Kind::Pdf, Ok(["Việt Nam"; 4].join(" ").as_str()));
}

#[test]
fn scans_and_other_pages_without_letters() {
    check(&pdf("0 0 m 9 9 l S", LATIN), Kind::Pdf, Err("scanned"));
    let silent = "<< /Type /Font /Subtype /Type0 /Encoding /Identity-H /DescendantFonts [] >>";
    let content = "BT /F 12 Tf <00010002000300040005000600070008> Tj ET".repeat(8);
    check(&pdf(&content, silent), Kind::Pdf, Err("do not say which letters"));
}

#[test]
fn damaged_files_are_named() {
    let whole = pdf("BT /F 12 Tf 72 700 Td (The first line of a text) Tj ET", LATIN);
    for length in [0, 1, 9, 60, 200, whole.len() / 2] {
        let _ = read(&whole[..length], Kind::Pdf, &Limits::default());
    }
    check(&whole[..60], Kind::Pdf, Err("damaged"));
    let whole = docx("<w:p><w:r><w:t>Điều 1</w:t></w:r></w:p>");
    check(&whole[..whole.len() / 2], Kind::Docx, Err("damaged"));
    check(b"\xd0\xcf\x11\xe0", Kind::Doc, Err("doc files are not read"));
}

#[test]
fn bombs_are_refused() {
    let blanks = vec![b' '; 30 << 20];
    check(&zipped(&[("word/document.xml", &blanks)]), Kind::Docx, Err("bomb"));
    check(
        &zipped(&[("word/document.xml", b"<a/>"), ("inner.zip", b"PK")]),
        Kind::Docx,
        Err("an archive inside: inner.zip"),
    );
    let names: Vec<String> = (0..5_000).map(|n| format!("word/{n}.xml")).collect();
    let parts: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    check(&zipped(&parts), Kind::Docx, Err("5000 parts"));
    // A workbook that stays below the growth of a bomb, but is too much in all.
    let limits = Limits { unpacked_bytes: 1_000, ..Limits::default() };
    let rows = "<row><c><v>1</v></c></row>".repeat(100);
    assert!(matches!(read(&sheet(&rows, ""), Kind::Xlsx, &limits), Err(Problem::Bomb(_))));
}

#[test]
fn texts_are_cut_at_their_limit() {
    let limits = Limits { text_chars: 10, ..Limits::default() };
    for (bytes, kind) in [
        (docx(&"<w:p><w:r><w:t>một hai ba bốn</w:t></w:r></w:p>".repeat(50)), Kind::Docx),
        (sheet(&"<row><c><v>12345678</v></c></row>".repeat(50), ""), Kind::Xlsx),
        (format!("{{\\rtf1 {}}}", "mot hai ba bon\\par ".repeat(50)).into_bytes(), Kind::Rtf),
        (pdf(&"BT /F 9 Tf 9 700 Td (a line that is long enough to be text) Tj ET ".repeat(50), LATIN), Kind::Pdf),
    ] {
        let text = read(&bytes, kind, &limits).unwrap();
        assert!(text.cut && text.text.chars().count() <= 10, "{kind:?}: {text:?}");
    }
}

#[test]
fn depth_is_bounded() {
    let deep = format!("{{\\rtf1 A{}B{}C}}", "{".repeat(200_000), "}".repeat(200_000));
    check(deep.as_bytes(), Kind::Rtf, Ok("ABC"));
    let deep = docx(&format!("<w:p><w:r><w:t>A</w:t></w:r></w:p>{}", "<w:x>".repeat(100_000)));
    assert!(
        read(&deep, Kind::Docx, &Limits { unpacked_bytes: 1 << 30, ..Limits::default() })
            .is_ok_and(|text| text.text == "A")
    );
    let nested = format!("<< /Type /Catalog /Pages 2 0 R /X {}{} >>", "[".repeat(50_000), "]".repeat(50_000));
    let _ = read(&pdf_of(&[&nested, "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9 >>"]), Kind::Pdf, &Limits::default());
    let form = "<< /Type /XObject /Subtype /Form /Resources << /XObject << /X 4 0 R >> >> /Length 20 >>\nstream\n/X Do /X Do /X Do   \nendstream";
    let page = "<< /Type /Page /Parent 2 0 R /Resources << /XObject << /X 4 0 R >> >> /Contents 4 0 R >>";
    let looped =
        pdf_of(&["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page, form]);
    check(&looped, Kind::Pdf, Err("scanned"));
}
