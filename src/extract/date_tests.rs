//! The forms in which Vietnamese portals write a date, each in a small page with the traps that stand around it: the
//! clock of the header, the dates of other articles, a date told in the text, the stamp of creation in the address.

use super::*;

/// A Tuesday; the header's clock shows the same day.
const NOW: &str = "2026-06-30T05:00:00Z";

const CLOCK: &str = "<div class=date-today>Thứ Ba, ngày 30/06/2026 12:00:05</div><ul><li><a href=/1>Trang chủ</a><li><a href=/2>Giới thiệu</a>\
    <li><a href=/3>Tin tức</a><li><a href=/4>Liên hệ</a></ul>";
const PROSE: &str = "<p>Ngày 01/02/2026, đoàn công tác đã kiểm tra tiến độ thi công, gặp gỡ người dân và ghi nhận 12 kiến nghị về nước sạch.</p>\
    <p>Theo kế hoạch, công trình hoàn thành trước ngày 30/8/2026, bảo đảm cấp nước cho hơn một nghìn hộ dân vùng cao.</p>\
    <p>Chính quyền xã đề nghị nhà thầu tăng ca, bù lại thời gian chậm do thời tiết xấu kéo dài nhiều tuần.</p>";
const OTHERS: &str = "<h3>Tin liên quan</h3><ul><li><a href=/5>Khai mạc giải bóng chuyền truyền thống</a> (11/06/2026)</li>\
    <li><a href=/6>Phát động trồng cây đầu xuân tại khu vực đầu nguồn</a> (12/06/2026 09:00)</li></ul>";

/// Where a page says its date.
struct Page<'t> {
    head: &'t str,
    line: &'t str,
    url: &'t str,
}

impl Page<'_> {
    fn read(&self, hints: &Hints) -> Extracted {
        let html = format!(
            "<html><head><title>Kiểm tra hồ chứa nước Nà Phường</title>{}</head><body>{CLOCK}<h1>Kiểm tra hồ chứa nước Nà Phường</h1>{}<div class=content>{PROSE}</div>{OTHERS}<footer>Giấy phép số 12/GP-TTĐT ngày 02/03/2020</footer></body></html>",
            self.head, self.line
        );
        let url = Url::parse(&format!("https://tinh.example.gov.vn{}", self.url)).expect("a constant");
        article(&html, &url, hints, None, NOW.parse().expect("a constant"))
    }
}

/// The date in Vietnam, without a time when the page gave only the day, and where it was found.
fn told(got: &Extracted) -> (String, String) {
    let format = if got.article.date_only { "%Y-%m-%d" } else { "%Y-%m-%d %H:%M:%S" };
    let at = got.article.published.map(|at| at.to_zoned(crate::clock::vietnam()).strftime(format).to_string());
    let source = got.sources.iter().find(|(field, _)| *field == "published");
    (at.unwrap_or_default(), source.map(|(_, source)| source.clone()).unwrap_or_default())
}

fn wrong(cases: &[(&str, &str)], page: impl Fn(&str) -> (String, String)) -> Vec<String> {
    let differs = |(form, expected): &(&str, &str)| {
        let (at, source) = page(form);
        (at != *expected || (source.is_empty() != expected.is_empty()))
            .then(|| format!("{form}: want {expected}, have {at} ({source})"))
    };
    cases.iter().filter_map(differs).collect()
}

/// Forms 1–17, 20, 22–29, 35–40: the visible line.
const LINES: [(&str, &str); 70] = [
    ("16/08/2023 08:37", "2023-08-16 08:37:00"),
    ("16/08/2023 08:37 | lượt xem: 12", "2023-08-16 08:37:00"),
    ("baochinhphu.vn 12/08/2023 08:08", "2023-08-12 08:08:00"),
    ("07:09, 12/09/2019", "2019-09-12 07:09:00"),
    ("07/04/2022, 09:44", "2022-04-07 09:44:00"),
    ("01/03/2026 <svg><path d='M1 2'/></svg>\n 09:51", "2026-03-01 09:51:00"),
    ("<span>01/03/2026</span><svg></svg><span>09:51</span>", "2026-03-01 09:51:00"),
    ("07/03/2026 08:06 GMT+7", "2026-03-07 08:06:00"),
    ("Thứ bảy, 7/3/2026, 00:05 (GMT+7)", "2026-03-07 00:05:00"),
    ("Thứ Bảy, 07/03/2026 - 08:52", "2026-03-07 08:52:00"),
    (" - 07/03/2026 08:47", "2026-03-07 08:47:00"),
    ("07-03-2026 - 00:01 AM", "2026-03-07 00:01:00"),
    ("07-03-2026 - 15:01 AM", "2026-03-07 15:01:00"),
    ("07-03-2026 - 15:01 PM", "2026-03-07 15:01:00"),
    ("12/09/2019 - 07:09", "2019-09-12 07:09:00"),
    ("07:09 - 12/09/2019", "2019-09-12 07:09:00"),
    ("07:09 12/09/2019", "2019-09-12 07:09:00"),
    ("12/09/2019 | 07:09", "2019-09-12 07:09:00"),
    ("07:09 | 12/09/2019", "2019-09-12 07:09:00"),
    ("07:09 ngày 12-09-2019", "2019-09-12 07:09:00"),
    ("07:09' 12/09/2019", "2019-09-12 07:09:00"),
    ("28/06/2022 08:31 AM", "2022-06-28 08:31:00"),
    ("28/06/2022 02:31 PM", "2022-06-28 14:31:00"),
    ("28/06/2022 14:31 PM", "2022-06-28 14:31:00"),
    ("16-08-2023 08:37:00 SA", "2023-08-16 08:37:00"),
    ("16-08-2023 08:37:00 CH", "2023-08-16 20:37:00"),
    ("16-08-2023 12:05:00 SA", "2023-08-16 00:05:00"),
    ("16-08-2023 12:05:00 CH", "2023-08-16 12:05:00"),
    ("16/08/2023 | 08:37 AM", "2023-08-16 08:37:00"),
    ("Cập nhật lúc 09:44 07/04/2022", "2022-04-07 09:44:00"),
    ("Cập nhật: 07/04/2022", "2022-04-07"),
    ("Thứ tư - 16/08/2023 08:37", "2023-08-16 08:37:00"),
    ("Ngày đăng: 08/07/2024  11:38", "2024-07-08 11:38:00"),
    ("Thứ 2, 06/04/2026, 00:00", "2026-04-06 00:00:00"),
    ("T2, 06/04/2026", "2026-04-06"),
    ("Chủ Nhật, 05/04/2026", "2026-04-05"),
    ("CN, 05/04/2026 07:30", "2026-04-05 07:30:00"),
    ("(16/08/2023)", "2023-08-16"),
    ("16-08-2023", "2023-08-16"),
    ("13/5/2026", "2026-05-13"),
    ("7/3/2026", "2026-03-07"),
    ("3/7/2025", "2025-07-03"),
    (
        "15/05/2025 <a href=#>Xem cỡ chữ</a> <a href=#>Đọc bài viết</a> <a href=#>In</a> <a href=#>Gửi email</a>",
        "2025-05-15",
    ),
    ("20:23, 30/12/2022", "2022-12-30 20:23:00"),
    ("13:39 - 01/08/2022", "2022-08-01 13:39:00"),
    ("08:37: 16/08/2023", "2023-08-16 08:37:00"),
    ("16/08/2023 08:37:00", "2023-08-16 08:37:00"),
    ("NGÀY 16 THÁNG 8, 2023 | 08:37", "2023-08-16 08:37:00"),
    ("ngày 24 tháng 6 năm 2022", "2022-06-24"),
    ("19 tháng 11, 2024", "2024-11-19"),
    ("6 ngày trước", "2026-06-24"),
    ("2 giờ trước", "2026-06-30 10:00:00"),
    ("vừa xong", "2026-06-30 12:00:00"),
    ("hôm qua lúc 15:37", "2026-06-29 15:37:00"),
    ("5 tháng 6 lúc 15:37", "2026-06-05 15:37:00"),
    ("lúc 02:00:00 UTC+7 11 tháng 12, 2025", "2025-12-11 02:00:00"),
    ("Th6 06, 2026 lúc 03:55 AM", "2026-06-06 03:55:00"),
    ("Thg 8 16, 2023", "2023-08-16"),
    ("07.03.2026", "2026-03-07"),
    ("1.1.2016", "2016-01-01"),
    ("08h37 ngày 16/8/2023", "2023-08-16 08:37:00"),
    ("8 giờ 37 phút ngày 16-8-2023", "2023-08-16 08:37:00"),
    ("8 giờ 37 ngày 16 tháng 8 năm 2023", "2023-08-16 08:37:00"),
    ("Đăng ngày 16-08-2023", "2023-08-16"),
    ("Ngày đăng 16/08/2023 - Lượt xem: 1205", "2023-08-16"),
    ("16/08/2023 8:37:00 SA", "2023-08-16 08:37:00"),
    ("16/08/2023 02:31:07 CH", "2023-08-16 14:31:07"),
    ("08:37 | Thứ Tư, 16/08/2023", "2023-08-16 08:37:00"),
    // Refused.
    ("16/08/2031 08:37", ""),
    ("16/08/1899", ""),
];

#[test]
fn visible_lines_are_read() {
    let mut all = Vec::new();
    for (before, after) in [("<div class=date>", "</div>"), ("<p>", "</p>"), ("<span>", "</span>")] {
        let page = |form: &str| {
            told(
                &Page { head: "", line: &format!("{before}{form}{after}"), url: "/tin/1.html" }.read(&Hints::default()),
            )
        };
        all.extend(wrong(&LINES, page).into_iter().map(|line| format!("{before} {line}")));
    }
    assert!(all.is_empty(), "{} lines differ:\n{}", all.len(), all.join("\n"));
}

/// Forms 18, 19, 30–34: what machines wrote, in the head and in attributes, beside the line that people read.
#[test]
fn attributes_and_metadata_are_read_with_care() {
    let check = |head: &str, line: &str, expected: &str, source: &str| {
        let got = Page { head, line, url: "/tin/1.html" }.read(&Hints::default());
        let (at, from) = told(&got);
        (at != expected || !from.contains(source))
            .then(|| format!("{head} {line}: want {expected} ({source}), have {at} ({from})"))
    };
    let meta = |value: &str| format!("<meta property='article:published_time' content='{value}'>");
    let line = "<div class=date>16/08/2023 08:37</div>";
    let all: Vec<String> = [
        // The order of the United States stands in attributes, never in the line.
        check("", "<span class=date title='2/26/2026 12:00:00 PM'>26/02/2026 12:00</span>", "2026-02-26 12:00:00", "line"),
        check("", "<time datetime='2/26/2026 12:00:00 PM'></time>", "2026-02-26 12:00:00", "time"),
        check("", "<time datetime='3/4/2026 1:05:00 PM'>04/03/2026 13:05</time>", "2026-03-04 13:05:00", ""),
        check("<meta name=pubdate content='8/16/2023 8:37:00 AM'>", "", "2023-08-16 08:37:00", "pubdate"),
        check("<meta name=pubdate content='3/4/2026 8:37:00 AM'>", "<div class=date>04/03/2026</div>", "2026-03-04 08:37:00", ""),
        check(&meta("2026-03-07 08:07"), "", "2026-03-07 08:07:00", "article:published_time"),
        check(&meta("2026-03-07T08:52:11.000 +07:00"), "", "2026-03-07 08:52:11", "article:published_time"),
        check(&meta("2026-03-07T00:01:00"), "", "2026-03-07 00:01:00", "article:published_time"),
        check(&meta("2026-03-01T09:51:00&#x2B;07:00"), "", "2026-03-01 09:51:00", "article:published_time"),
        check(&meta("2023-08-16+0708:37:00"), line, "2023-08-16 08:37:00", ""),
        check(&meta("2023-08-16+0708:37:00"), "", "2023-08-16 08:37:00", "article:published_time"),
        check("<meta name=DC.Date scheme=W3CDTF content='2018-10-19T10-15-08'>", line, "2023-08-16 08:37:00", "line"),
        check("<meta name=DC.Date content='2018-10-19T10-15-08'>", "<p>13/5/2026</p>", "2026-05-13", "line"),
        // The day alone in the head, the minute in the line.
        check(&meta("2023-08-16"), line, "2023-08-16 08:37:00", "line"),
        // Future and absurd ones are refused, wherever they stand.
        check(&meta("2031-08-16T08:37:00+07:00"), line, "2023-08-16 08:37:00", "line"),
        check(&meta("0001-01-01T00:00:00"), line, "2023-08-16 08:37:00", "line"),
        check(&meta("1970-01-01T00:00:00Z"), line, "2023-08-16 08:37:00", "line"),
        check(&meta("{{ date }}"), line, "2023-08-16 08:37:00", "line"),
        check(
            "<script type='application/ld+json'>{\"@type\":\"NewsArticle\",\"headline\":\"Kiểm tra hồ chứa nước Nà Phường\",\"datePublished\":\"2026-03-01T09:51:00&#x2B;07:00\"}</script>",
            "",
            "2026-03-01 09:51:00",
            "JSON-LD",
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    assert!(all.is_empty(), "{} differ:\n{}", all.len(), all.join("\n"));
}

/// Forms 21, 33 and 41, and what is no date of the article.
#[test]
fn traps_are_seen_through() {
    let check = |head: &str, line: &str, url: &str, hints: Option<&str>, expected: &str, source: &str| {
        let hints = Hints { title: None, published: hints.and_then(|at| at.parse().ok()) };
        let (at, from) = told(&Page { head, line, url }.read(&hints));
        (at != expected || !from.contains(source))
            .then(|| format!("{head} {line} {url}: want {expected} ({source}), have {at} ({from})"))
    };
    let line = "<div class=date>16/08/2023 08:37</div>";
    let all: Vec<String> = [
        // Only the clock of the header, a date told in the text and the dates of others.
        check("", "", "/tin/1.html", None, "", ""),
        check("", "", "/tin/1.html", Some("2026-05-12T01:30:00Z"), "2026-05-12 08:30:00", "listing"),
        // The stamp of creation in the address is older than the publication that the page tells.
        check(
            "",
            "<div class=date>01/03/2026 09:51</div>",
            "/kiem-tra-ho-102260228093004191.htm",
            None,
            "2026-03-01 09:51:00",
            "line",
        ),
        check("", "", "/kiem-tra-ho-102260228093004191.htm", None, "", ""),
        check("", "", "/portal/pages/2023-08-16/kiem-tra.aspx", None, "2023-08-16", "address"),
        check("", line, "/portal/pages/2023-08-10/kiem-tra.aspx", None, "2023-08-16 08:37:00", "line"),
        // The feed of NukeViet writes the month where the minutes belong.
        check(
            "",
            "<span class=h5>Thứ tư - 16/08/2023 08:37</span>",
            "/vi/news/a-1.html",
            Some("2023-08-16T01:08:37Z"),
            "2023-08-16 08:37:00",
            "line",
        ),
        // The folder of an image says a month only.
        check("", "<img src='/uploads/news/2022_11/a.jpg'>", "/vi/news/a-1.html", None, "", ""),
    ]
    .into_iter()
    .flatten()
    .collect();
    assert!(all.is_empty(), "{} differ:\n{}", all.len(), all.join("\n"));
}

/// Form 21: the header tells what day it is.
#[test]
fn the_clock_of_the_header_is_no_date() {
    for clock in [
        "Thứ 3, Ngày 30/06/2026 -",
        "Thứ ba, 30/06/2026 | 12:00",
        "Hôm nay: 30/06/2026",
        "<span id=ctl00_Label_DateTime_Now>Thứ Ba, ngày 30 tháng 6 năm 2026</span>",
        "12:00:05 | 30/06/2026",
        "<b>30-06-2026</b>",
    ] {
        let menu: String = (0..5).map(|at| format!("<li><a href=/c/{at}>Chuyên mục số {at}</a></li>")).collect();
        let page = |line: &str| {
            let html = format!(
                "<html><head><title>Kiểm tra hồ chứa nước Nà Phường</title></head><body><div class=top>{clock}</div><ul>{menu}</ul><h1>Kiểm tra hồ chứa nước Nà Phường</h1>{line}<div class=content>{PROSE}</div></body></html>"
            );
            let url = Url::parse("https://tinh.example.gov.vn/tin/1.html").expect("a constant");
            told(&article(&html, &url, &Hints::default(), None, NOW.parse().expect("a constant"))).0
        };
        assert_eq!(page(""), "", "{clock}");
        assert_eq!(page("<p>12/05/2026 14:05</p>"), "2026-05-12 14:05:00", "{clock}");
        // Published today: the line says so itself.
        assert_eq!(page("<div class=date>30/06/2026 08:37</div>"), "2026-06-30 08:37:00", "{clock}");
    }
}

#[test]
fn a_change_stands_apart() {
    let check = |head: &str, line: &str, published: &str, modified: &str| {
        let got = Page { head, line, url: "/tin/1.html" }.read(&Hints::default());
        let at = |at: Option<Timestamp>| {
            at.map(|at| at.to_zoned(crate::clock::vietnam()).strftime("%Y-%m-%d %H:%M").to_string())
        };
        let found = (at(got.article.published).unwrap_or_default(), at(got.article.modified).unwrap_or_default());
        assert_eq!(found, (published.to_owned(), modified.to_owned()), "{head} {line}");
    };
    let modified = |value: &str| format!("<meta property='article:modified_time' content='{value}'>");
    let line = "<div class=date>16/08/2023 08:37</div>";
    check(&modified("2023-08-17T10:00:00+07:00"), line, "2023-08-16 08:37", "2023-08-17 10:00");
    check(&modified("2023-08-01T10:00:00+07:00"), line, "2023-08-16 08:37", "");
    check(&modified("2033-08-01T10:00:00+07:00"), line, "2023-08-16 08:37", "");
    check(
        "<script type='application/ld+json'>{\"@type\":\"NewsArticle\",\"datePublished\":\"2023-08-16T08:37:00+07:00\",\"dateModified\":\"2023-08-18T09:00:00+07:00\"}</script>",
        "",
        "2023-08-16 08:37",
        "2023-08-18 09:00",
    );
}
