//! The words before and after a number that say whose it is.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;

use super::super::fold;

/// What the words around a number call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Called {
    /// `CCCD`, `số định danh`, `căn cước`: twelve digits.
    Identity,
    /// `CMND`, `chứng minh nhân dân`: nine digits, or twelve.
    Card,
    /// `hộ chiếu`.
    Passport,
    /// `số tài khoản`, `STK`.
    Account,
    /// `điện thoại`, `SĐT`, `liên hệ`.
    Telephone,
    /// `đường dây nóng`, `tổng đài`, `fax`: an office's.
    Office,
    /// `mã số thuế`, `mã hồ sơ`, `ISBN`: no person's, whatever its shape.
    Code,
}

/// The words, folded; the one nearest to the number decides, and of two that begin at one place the longer.
const WORDS: &[(&str, Called)] = &[
    ("cccd", Called::Identity),
    ("can cuoc", Called::Identity),
    ("dinh danh", Called::Identity),
    ("so ddcn", Called::Identity),
    ("cmnd", Called::Card),
    ("cmt", Called::Card),
    ("cmtnd", Called::Card),
    ("gcmnd", Called::Card),
    ("gcmtnd", Called::Card),
    ("chung minh", Called::Card),
    ("chung minh nhan dan", Called::Card),
    ("chung minh thu", Called::Card),
    ("cmnd/cccd", Called::Card),
    ("ho chieu", Called::Passport),
    ("passport", Called::Passport),
    ("tai khoan", Called::Account),
    ("stk", Called::Account),
    ("so tk", Called::Account),
    ("tk so", Called::Account),
    ("tk", Called::Account),
    ("account", Called::Account),
    ("vietcombank", Called::Account),
    ("agribank", Called::Account),
    ("bidv", Called::Account),
    ("vietinbank", Called::Account),
    ("techcombank", Called::Account),
    ("sacombank", Called::Account),
    ("mb bank", Called::Account),
    ("mbbank", Called::Account),
    ("vpbank", Called::Account),
    ("tpbank", Called::Account),
    ("lpbank", Called::Account),
    ("dien thoai", Called::Telephone),
    ("dt", Called::Telephone),
    ("sdt", Called::Telephone),
    ("dd", Called::Telephone),
    ("tel", Called::Telephone),
    ("phone", Called::Telephone),
    ("mobile", Called::Telephone),
    ("di dong", Called::Telephone),
    ("zalo", Called::Telephone),
    ("lien he", Called::Telephone),
    ("so may", Called::Telephone),
    ("goi", Called::Telephone),
    ("hotline", Called::Office),
    ("duong day nong", Called::Office),
    ("dien thoai duong day nong", Called::Office),
    ("tong dai", Called::Office),
    ("truc ban", Called::Office),
    ("so truc", Called::Office),
    ("dien thoai truc", Called::Office),
    ("dien thoai co quan", Called::Office),
    ("dt co quan", Called::Office),
    ("dien thoai van phong", Called::Office),
    ("may ban", Called::Office),
    ("fax", Called::Office),
    ("ma so thue", Called::Code),
    ("mst", Called::Code),
    ("ma so doanh nghiep", Called::Code),
    ("msdn", Called::Code),
    ("dang ky doanh nghiep", Called::Code),
    ("dang ky kinh doanh", Called::Code),
    ("dkkd", Called::Code),
    ("gcndkdn", Called::Code),
    ("ma so hop tac xa", Called::Code),
    ("ma du an", Called::Code),
    ("ma so du an", Called::Code),
    ("ma cong trinh", Called::Code),
    ("ma ho so", Called::Code),
    ("so ho so", Called::Code),
    ("ma so", Called::Code),
    ("ma hang", Called::Code),
    ("ma vach", Called::Code),
    ("ma don vi", Called::Code),
    ("ma quan he ngan sach", Called::Code),
    ("ma goi thau", Called::Code),
    ("ma tbmt", Called::Code),
    ("so tbmt", Called::Code),
    ("khlcnt", Called::Code),
    ("van don", Called::Code),
    ("so khung", Called::Code),
    ("so may dong co", Called::Code),
    ("seri", Called::Code),
    ("serial", Called::Code),
    ("so hoa don", Called::Code),
    ("isbn", Called::Code),
    ("issn", Called::Code),
    ("imei", Called::Code),
];

/// Characters between a hotline and the word telephone that still speaks of it.
const HOTLINE_REACH: usize = 40;

/// Characters read before a number.
const REACH: usize = 80;

/// What the words right before byte `at` call the number there.
pub(super) fn before(text: &str, at: usize) -> Option<Called> {
    static CALLS: LazyLock<Regex> = LazyLock::new(|| {
        let mut words: Vec<&str> = WORDS.iter().map(|(word, _)| *word).collect();
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        Regex::new(&format!(r"(?-u:\b)(?:{})(?-u:\b)", words.join("|"))).expect("a fixed pattern over a fixed list")
    });
    static CALLED: LazyLock<HashMap<&str, Called>> = LazyLock::new(|| WORDS.iter().copied().collect());
    let from = text[..at].char_indices().rev().take(REACH).take_while(|(_, c)| *c != '\n').last();
    let words = fold(clause(&text[from.map_or(at, |(start, _)| start)..at]));
    let mut last = None;
    let mut hotline_end = None;
    for found in CALLS.find_iter(&words) {
        let called = CALLED.get(found.as_str()).copied();
        // A hotline may be said to be a telephone: `đường dây nóng, điện thoại: …`.
        let is_hotline =
            called == Some(Called::Telephone) && hotline_end.is_some_and(|end| found.start() - end <= HOTLINE_REACH);
        last = if is_hotline { Some(Called::Office) } else { called };
        if called == Some(Called::Office) {
            hotline_end = Some(found.end());
        }
    }
    last
}

/// What stands after the last end of a sentence: a stop, a blank and a capital.
fn clause(text: &str) -> &str {
    let stops = text.rmatch_indices(['.', '!', '?']);
    let is_stop = |at: usize| {
        let mut after = text[at + 1..].chars();
        let word_before = text[..at].rsplit([' ', '(']).next().unwrap_or_default();
        let is_short = word_before.chars().count() <= 3 && word_before.starts_with(char::is_uppercase);
        after.next().is_some_and(char::is_whitespace) && after.next().is_some_and(char::is_uppercase) && !is_short
    };
    stops.map(|(at, _)| at).find(|at| is_stop(*at)).map_or(text, |at| &text[at + 1..])
}

/// Whether the words right after byte `at` are those of a bank: `… tại Ngân hàng Agribank`.
pub(super) fn names_bank(text: &str, at: usize) -> bool {
    let words = fold(&text[at..ceiling(text, at, 48)]);
    let words = words.trim_start_matches([' ', ',', '-', '–', '(', ':']);
    let words = ["mo tai ", "tai ", "o ", "cua "].iter().find_map(|word| words.strip_prefix(word)).unwrap_or(words);
    [
        "ngan hang",
        "nh ",
        "vietcombank",
        "agribank",
        "bidv",
        "vietinbank",
        "techcombank",
        "sacombank",
        "mb bank",
        "mbbank",
        "vpbank",
        "tpbank",
        "acb",
        "lpbank",
    ]
    .iter()
    .any(|name| words.starts_with(name))
}

/// Whether the words right after byte `at` call the number before them a hotline: `0912 345 678 (đường dây nóng)`.
pub(super) fn names_hotline(text: &str, at: usize) -> bool {
    let words = fold(&text[at..ceiling(text, at, 24)]);
    let words = words.trim_start_matches([' ', '(', '-', '–', ',']);
    ["duong day nong", "hotline", "tong dai", "truc ban"].iter().any(|word| words.starts_with(word))
}

/// Whether an account is one of the State Treasury, which is never a person's.
pub(super) fn names_treasury(text: &str, at: usize) -> bool {
    let words = fold(&text[at..ceiling(text, at, 60)]);
    words.contains("kho bac") || words.contains("kbnn")
}

/// Whether a number is a sum: `… đồng`, `… triệu`.
pub(super) fn is_sum(text: &str, at: usize) -> bool {
    let words = fold(&text[at..ceiling(text, at, 12)]);
    let words = words.trim_start();
    ["dong", "vnd", "usd", "trieu", "ty", "nghin", "ngan dong", "d ", "d.", "d,", "euro", "%", "m2", "ha", "tan", "kwh"]
        .iter()
        .any(|unit| {
            words
                .strip_prefix(unit)
                .is_some_and(|rest| unit.len() < 3 || !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
        })
}

fn ceiling(text: &str, at: usize, most: usize) -> usize {
    let last = text[at..].char_indices().take(most).take_while(|(_, c)| *c != '\n').last();
    last.map_or(at, |(start, c)| at + start + c.len_utf8())
}
