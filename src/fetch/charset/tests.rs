//! Encodings as pages declare and misdeclare them.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::path::{Path, PathBuf};

use data_encoding::{BASE64, HEXLOWER};
use serde_json::Value;

use super::*;

fn check(body: &[u8], content_type: Option<&str>, encoding: &str, text: &str) {
    let decoded = decode(body, content_type);
    assert_eq!((decoded.encoding, decoded.text.as_str()), (encoding, text), "{content_type:?}");
}

fn check_xml(body: &[u8], content_type: Option<&str>, encoding: &str, text: &str) {
    let decoded = decode_xml(body, content_type);
    assert_eq!((decoded.encoding, decoded.text.as_str()), (encoding, text), "{content_type:?}");
}

#[test]
fn declarations_are_believed_in_order() {
    check("\u{FEFF}Huế".as_bytes(), Some("text/html; charset=windows-1258"), "UTF-8", "Huế");
    check("Huế".as_bytes(), Some("text/html; charset=iso-8859-1"), "UTF-8", "Huế");
    check(b"Hu\xEA\xEC", Some("text/html; charset=windows-1258"), "windows-1258", "Huế");
    check(b"Hu\xEA\xEC", Some("text/html; Charset=\"CP1258\""), "windows-1258", "Huế");
    check(
        b"<meta charset=x-no-such><p>abc",
        Some("text/html; charset=nonsense"),
        "windows-1252",
        "<meta charset=x-no-such><p>abc",
    );
    check(b"<meta charset=windows-1258>t\xF4\xEC", None, "windows-1258", "<meta charset=windows-1258>tố");
    check(
        b"<meta charset=windows-1258>t\xF4\xEC",
        Some("text/html;charset=ISO-8859-1"),
        "windows-1258",
        "<meta charset=windows-1258>tố",
    );
    check(b"<meta charset=utf-16>abc", None, "UTF-8", "<meta charset=utf-16>abc");
    check(b"\xFF\xFEH\0u\0\xBF\x1E", None, "UTF-16LE", "Huế");
    check(b"H\0u\0\xBF\x1E \0H\0u\0", None, "UTF-16LE", "Huế Hu");
}

#[test]
fn one_bad_byte_does_not_change_the_encoding() {
    let mut body = "Ủy ban nhân dân thành phố Huế".as_bytes().to_vec();
    body.insert(3, 0xFF);
    check(&body, None, "UTF-8", "Ủ\u{FFFD}y ban nhân dân thành phố Huế");
    let cut = &"Quyết định số".as_bytes()[.."Quyết định số".len() - 1];
    check(cut, Some("text/html; charset=utf-8"), "UTF-8", "Quyết định s\u{FFFD}");
}

#[test]
fn a_wrong_utf8_label_gives_way_to_what_the_page_says() {
    let page = b"<meta charset=windows-1258>Qu\xFD\xEA\xECt \xF0\xF2nh s\xF4\xEC, th\xE0nh ph\xF4\xEC Hu\xEA\xEC";
    let decoded = decode(page, Some("text/html; charset=utf-8"));
    assert_eq!(decoded.encoding, "windows-1258");
}

#[test]
fn text_of_old_fonts_is_doubtful() {
    // "Cộng hòa xã hội chủ nghĩa Việt Nam, ủy ban nhân dân tỉnh" in TCVN3.
    let tcvn3 = b"C\xE9ng h\xDFa x\xB7 h\xE9i ch\xF1 ngh\xDCa Vi\xD6t Nam, c\xB8c ban qu\xB6n l\xB9i gi\xB8 c\xB6, th\xB5nh ph\xE8 v\xB5 x\xB7";
    assert!(decode(tcvn3, Some("text/html; charset=windows-1258")).doubtful);
    assert!(!decode(b"Hu\xEA\xEC, th\xE0nh ph\xF4\xEC", Some("text/html; charset=windows-1258")).doubtful);
}

#[test]
fn unlabelled_windows_1258_is_guessed_and_said_to_be_a_guess() {
    let body = b"Uy\xD2 ban nh\xE2n d\xE2n th\xE0nh ph\xF4\xEC Hu\xEA\xEC, quy\xEA\xECt \xF0i\xF2nh s\xF4\xEC 12 cu\xD2a Chu\xD2 ti\xF2ch";
    let decoded = decode(body, None);
    assert_eq!((decoded.encoding, decoded.doubtful), ("windows-1258", true), "{}", decoded.text);
    assert!(decoded.text.contains("thành phố Huế"));
}

#[test]
fn xml_reads_its_declaration() {
    check_xml(
        b"<?xml version='1.0' encoding='windows-1258'?><a>t\xF4\xEC</a>",
        None,
        "windows-1258",
        "<?xml version='1.0' encoding='windows-1258'?><a>tố</a>",
    );
    check_xml(
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>tố</a>".as_bytes(),
        None,
        "UTF-8",
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>tố</a>",
    );
    check_xml(b"<a>abc</a>", None, "UTF-8", "<a>abc</a>");
}

#[test]
fn no_input_panics() {
    for body in [
        &b""[..],
        b"<",
        b"<meta",
        b"<meta ",
        b"<meta charset",
        b"<meta charset=",
        b"<meta charset='",
        b"<!--",
        b"<!-->",
        b"<?xml encoding",
        b"\0",
        b"\xFF",
    ] {
        let _ = (decode(body, Some(";=")), decode_xml(body, Some("a;charset")));
    }
}

fn suite(name: &str) -> Option<Vec<Value>> {
    let file: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance").join(name);
    let Ok(text) = std::fs::read_to_string(&file) else {
        println!("skipped: ../shared is absent");
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

#[test]
fn html5lib_prescan() {
    let Some(cases) = suite("html5lib-encoding/cases.json") else { return };
    for case in cases.iter().filter(|case| case["scripted"] == false) {
        let html = BASE64.decode(case["html_b64"].as_str().unwrap().as_bytes()).unwrap();
        let found = Encoding::for_bom(&html).map(|(encoding, _)| encoding).or_else(|| prescan(&html));
        let found = found.unwrap_or(WINDOWS_1252).name();
        let expected = case["encoding"].as_str().unwrap();
        assert!(found.eq_ignore_ascii_case(expected), "{}: {found}, not {expected}", case["id"]);
    }
}

#[test]
fn labels() {
    let Some(cases) = suite("encoding-labels/cases.json") else { return };
    for case in &cases {
        let found = Encoding::for_label(case["label"].as_str().unwrap().as_bytes()).map(Encoding::name);
        assert!(found.unwrap_or("").eq_ignore_ascii_case(case["encoding"].as_str().unwrap_or("")), "{case}: {found:?}");
    }
}

#[test]
fn vietnamese_bytes() {
    let Some(cases) = suite("encoding-labels/vietnamese.json") else { return };
    for case in &cases {
        let body = HEXLOWER.decode(case["bytes_hex"].as_str().unwrap().as_bytes()).unwrap();
        let content_type = case["http_charset"].as_str().map(|charset| format!("text/html; charset={charset}"));
        let decoded = decode(&body, content_type.as_deref());
        assert_eq!(decoded.text.nfc().collect::<String>(), case["expect"].as_str().unwrap(), "{}", case["note"]);
    }
}
