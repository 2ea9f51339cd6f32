//! Small pages, one habit each: what is read from a whole page, step by step.

use super::*;

const PROSE: &str = "<p>Đoàn công tác đã kiểm tra tiến độ thi công, gặp gỡ người dân và ghi nhận 12 kiến nghị về nước sạch.</p>\
    <p>Theo kế hoạch, công trình hoàn thành trước mùa mưa, bảo đảm cấp nước cho hơn một nghìn hộ dân vùng cao.</p>\
    <p>Chính quyền xã đề nghị nhà thầu tăng ca, bù lại thời gian chậm do thời tiết xấu kéo dài nhiều tuần.</p>";

fn read_with(html: &str, hints: &Hints, rules: Option<&Rules>) -> Extracted {
    let url = Url::parse("https://tinh.example.gov.vn/tin/1.html").expect("a constant");
    article(html, &url, hints, rules, "2026-06-30T05:00:00Z".parse().expect("a constant"))
}

fn read(html: &str) -> Extracted {
    read_with(html, &Hints::default(), None)
}

fn day(got: &Extracted) -> String {
    let at = got.article.published.map(|at| at.to_zoned(crate::clock::vietnam()));
    at.map(|at| at.strftime("%Y-%m-%d %H:%M").to_string()).unwrap_or_default()
}

#[test]
fn the_date_is_the_articles_own() {
    let check = |head: &str, before: &str, between: &str, after: &str, expected: &str| {
        let html = format!(
            "<html><head><title>Tin</title>{head}</head><body>{before}<h1>Kiểm tra hồ chứa nước</h1>{between}<div>{PROSE}</div>{after}</body></html>"
        );
        assert_eq!(day(&read(&html)), expected, "{head} {before} {between} {after}");
    };
    let clock = "<div>Thứ Ba, 30/06/2026</div>";
    let related = "<ul><li><a href=/2>Khai mạc giải bóng chuyền truyền thống</a> (11/06/2026)</li></ul>";
    check("", clock, "<span>12/05/2026 14:05</span>", related, "2026-05-12 14:05");
    check("", clock, "", related, "");
    check("", "", "<i>(Cập nhật: 14:05 ngày 12-05-2026)</i>", "", "2026-05-12 14:05");
    check("", "<div class=date>12/05/2026</div>", "", related, "2026-05-12 00:00");
    check(
        "<meta property='article:published_time' content='2026-05-12T14:05:00&#x2B;07:00'>",
        clock,
        "",
        "",
        "2026-05-12 14:05",
    );
    check("<meta name='DC.Date' content='2018-10-19T10-15-08'>", "", "<b>12/05/2026</b>", "", "2026-05-12 00:00");
    check(
        "<meta name='pubdate' content='2029-05-12'>",
        "",
        "<time datetime='2026-05-12T07:05:00Z'>x</time>",
        "",
        "2026-05-12 14:05",
    );
    check("<meta name='pubdate' content='2026-05-12'>", "", "<span>12/05/2026 14:05</span>", "", "2026-05-12 14:05");
    // A date that the article tells of is not the date of the article.
    check("", "", "<p>Ngày 01/02/2026, tỉnh đã phê duyệt dự án cấp nước cho các xã vùng cao.</p>", "", "");
}

#[test]
fn the_title_is_what_the_page_shows() {
    let check = |head: &str, shown: &str, expected: &str| {
        let got = read(&format!("<html><head>{head}</head><body>{shown}<div>{PROSE}</div></body></html>"));
        assert_eq!(got.article.title, expected, "{head} {shown} {:?}", got.sources);
    };
    check("<title>Khai mạc hội nghị - Cổng thông tin điện tử tỉnh</title>", "", "Khai mạc hội nghị");
    check(
        "<title>Sở Nội vụ</title>",
        "<font size=5><b>Khai mạc hội nghị cải cách</b></font><br>",
        "Khai mạc hội nghị cải cách",
    );
    check(
        "<title>Sở Nội vụ - Chi tiết tin</title>",
        "<div>Khai mạc hội nghị cải cách</div><div>12/05/2026</div>",
        "Khai mạc hội nghị cải cách",
    );
    check(
        "<meta property='og:title' content='Khai mạc hội nghị cải...'>",
        "<h1>Khai mạc hội nghị cải cách</h1>",
        "Khai mạc hội nghị cải cách",
    );
    check(
        "<title>Tin tức</title>",
        "<h1>CỔNG THÔNG TIN ĐIỆN TỬ TỈNH</h1><h3>Khai mạc hội nghị cải cách</h3>",
        "Khai mạc hội nghị cải cách",
    );
}

#[test]
fn a_listing_breaks_ties() {
    let html = format!(
        "<h2>Chuyên mục cải cách hành chính</h2><h2>Khai mạc hội nghị cải cách</h2><div>{PROSE}</div><b>12/05/2026</b>"
    );
    let hint = |title: &str| Hints { title: Some(title.to_owned()), published: "2026-05-12T01:30:00Z".parse().ok() };
    let got = read_with(&html, &hint("Khai mạc hội nghị cải cách"), None);
    assert_eq!((got.article.title.as_str(), day(&got).as_str()), ("Khai mạc hội nghị cải cách", "2026-05-12 08:30"));
    let got = read_with(&format!("<div>{PROSE}</div>"), &hint("Khai mạc"), None);
    assert_eq!(got.article.title, "Khai mạc", "what the page shows nowhere is taken from the listing");
}

#[test]
fn a_portals_own_selectors_come_first() {
    let html = format!(
        "<h1>Cải cách</h1><div class=t data-at='12/05/2026 14:05'>Khai mạc hội nghị</div><div class=b><div class=x>Bỏ đi</div>{PROSE}</div>"
    );
    let list = |css: &str| vec![".none".to_owned(), css.to_owned()];
    let rules = Rules {
        title: list(".t"),
        date: list(".t@data-at"),
        content: list(".b"),
        drop: list(".x"),
        ..Rules::default()
    };
    let got = read_with(&html, &Hints::default(), Some(&rules));
    assert_eq!((got.article.title.as_str(), day(&got).as_str()), ("Khai mạc hội nghị", "2026-05-12 14:05"));
    assert!(got.article.text.starts_with("Đoàn công tác") && got.sources.contains(&("title", "portal: .t".to_owned())));
    let wrong = Rules { content: vec!["..".to_owned(), ".gone".to_owned()], ..Rules::default() };
    let got = read_with(&html, &Hints::default(), Some(&wrong));
    assert!(got.problems.iter().any(|problem| problem.contains("`..`")), "{:?}", got.problems);
    assert!(got.problems.iter().any(|problem| problem.contains("no `content` selector finds")), "{:?}", got.problems);
    assert!(got.article.text.contains("Đoàn công tác"), "the general method stands in");
}

#[test]
fn the_end_of_the_text_names_its_author() {
    let check = |end: &str, author: &str, last: &str| {
        let got = read(&format!("<h1>Kiểm tra hồ chứa nước</h1><div>{PROSE}{end}</div>"));
        assert_eq!(got.article.author, author, "{end}");
        assert!(got.article.text.ends_with(last), "{end}: {}", got.article.text);
    };
    let last = "kéo dài nhiều tuần.";
    check("<p align=right><b>Nguyễn Thị Lan</b></p>", "Nguyễn Thị Lan", last);
    check("<p style='text-align: right'>Bài, ảnh: Thu Trang</p>", "Thu Trang", last);
    check("<p><strong>Hà Thu</strong> (tổng hợp)</p>", "", "Hà Thu (tổng hợp)");
    check("<p>Nguồn: TTXVN</p>", "", last);
    check("<p align=right><b>Hà Thu</b></p><p align=right><i>Nguồn: TTXVN</i></p>", "Hà Thu", last);
    check("<p>Lượt xem: 120</p><p>Đánh giá bài viết</p>", "", last);
    check("<p>Theo TTXVN, công trình đã được phê duyệt.</p>", "", "đã được phê duyệt.");
}

#[test]
fn addresses_are_absolute_and_believed_with_care() {
    let check = |head: &str, canonical: Option<&str>| {
        let got = read(&format!("<head>{head}</head><h1>Kiểm tra hồ chứa nước</h1><div>{PROSE}</div>"));
        assert_eq!(got.article.canonical.map(String::from).as_deref(), canonical, "{head}");
    };
    check("<link rel=canonical href='/tin/2.html'>", Some("https://tinh.example.gov.vn/tin/2.html"));
    check("<link rel=canonical href='https://khac.example.vn/tin/2.html'>", None);
    check("<link rel=canonical href='https://tinh.example.gov.vn/'>", None);
    check("<link rel=canonical href='javascript:1'>", None);
    let files = "<a href='/a.PDF'>Tệp</a><a href='/tai.ashx?file=b.docx'>Tệp hai</a><a href='/a.PDF'>Lại</a><a href='data:x.pdf'>x</a>";
    let got = read(&format!("<h1>Kiểm tra hồ chứa nước</h1><div>{PROSE}{files}</div>"));
    let found: Vec<_> = got.article.attachments.iter().map(|file| file.url.path()).collect();
    assert_eq!(found, ["/a.PDF", "/tai.ashx"]);
}

#[test]
fn footers_cite_nothing() {
    let got = read(&format!(
        "<h1>Thực hiện Nghị định số 114/2018/NĐ-CP</h1><div>{PROSE}</div><div>Giấy phép số 45/GP-TTĐT do Sở cấp ngày 02/03/2020.</div>"
    ));
    assert_eq!(got.article.documents, ["114/2018/NĐ-CP"]);
}

#[test]
fn pages_that_are_no_articles_say_why() {
    let check = |html: &str, expected: &str| {
        let got = read(html).not_an_article.unwrap_or_default();
        assert!(got.contains(expected) && got.is_empty() == expected.is_empty(), "{html}: {got}");
    };
    let date = "<span>12/05/2026 14:05</span>";
    check("", "empty page");
    check("<title>Lỗi 404</title><body><p>Trang này đã được chuyển đi nơi khác.</p>", "not found");
    check(&format!("<h1>Không tìm thấy nạn nhân thứ ba sau trận lũ</h1>{date}<div>{PROSE}</div>"), "");
    check("<h1>Đăng nhập</h1><input type=\"password\">", "log-in");
    check(&format!("<input type=\"password\"><h1>Kiểm tra hồ chứa nước</h1>{date}<div>{PROSE}</div>"), "");
    check("<body>Vui lòng bật JavaScript để tiếp tục<script src=a.js></script>", "needs_js");
    check("<h1>Thông báo từ chối truy cập</h1><p>Mã yêu cầu 12345 đã bị chặn bởi hệ thống.</p>", "block page");
    let list: String =
        (0..3).map(|n| format!("<h3><a href=/{n}>Khai mạc giải bóng chuyền lần thứ {n}</a></h3>{PROSE}")).collect();
    check(&format!("<h1>Tin tức</h1>{}", list.replace("</p><p>", " ")), "listing");
}

#[test]
fn an_abstract_that_is_all_there_is_is_the_text() {
    let rows = "<p>Quyết định số 57/2026/QĐ-UBND quy định hạn mức giao đất ở cho hộ gia đình, cá nhân.</p>\
        <p>Hạn mức giao đất ở tại phường không quá 120 mét vuông, tại xã không quá 250 mét vuông cho một hộ.</p>";
    let html = format!(
        "<title>Quyết định về hạn mức giao đất</title><meta name=DC.Title content='Công báo tỉnh'><a href='/a.nsf/1?OpenDocument'></a>\
        <h3>Quyết định về hạn mức giao đất</h3><div>12/05/2026</div><div class=trichyeu>{rows}</div>"
    );
    let got = read(&html);
    assert_eq!(got.article.title, "Quyết định về hạn mức giao đất");
    assert!(got.article.text.ends_with("cho một hộ."), "{:?}", got.article);
}

#[test]
fn a_listing_does_not_date_what_is_gone() {
    let hints =
        Hints { title: Some("Lịch tiếp công dân".to_owned()), published: "2026-05-12T01:30:00Z".parse().ok() };
    let html = "<title>Thông báo - Cổng thông tin điện tử tỉnh</title><div>Không tìm thấy nội dung bạn yêu cầu.</div>\
        <p>Nội dung có thể đã bị xóa hoặc thay đổi đường dẫn. Mời quay lại <a href=/>trang chủ</a>.</p>";
    assert!(read_with(html, &hints, None).not_an_article.is_some());
}

#[test]
fn a_sapo_may_be_set_apart_only_by_its_element() {
    let check = |before: &str, expected: &str| {
        let html = format!("<div><div>Trang chủ</div><h1>Kiểm tra hồ chứa nước</h1>{before}<div>{PROSE}</div></div>");
        let got = read(&html);
        assert_eq!(got.article.summary, expected, "{before}");
        assert!(got.article.text.starts_with("Đoàn công tác"), "{before}: {}", got.article.text);
    };
    let sapo = "Công trình cấp nước cho hơn một nghìn hộ dân vùng cao đã đạt chín phần mười khối lượng.";
    check(&format!("<div>12/05/2026 14:05</div><div>{sapo}</div>"), sapo);
    check(&format!("<p class=mo-ta-ngan>{sapo}</p>"), sapo);
    check(&format!("<div class='font-semibold text-lg'>{sapo}</div>"), sapo);
    check("<div>12/05/2026 14:05</div>", "");
}

#[test]
fn a_person_is_named_in_many_places() {
    let check = |before: &str, after: &str, expected: &str| {
        let got = read(&format!("<div><h1>Kiểm tra hồ chứa nước</h1>{before}<div>{PROSE}</div>{after}</div>"));
        assert_eq!(got.article.author, expected, "{before} {after}: {:?}", got.sources);
        assert_eq!(got.article.text.lines().count(), 3, "{}", got.article.text);
    };
    check("<div><span>14:05 | 12/05/2026</span> <span>Nguyễn Văn Hòa</span></div>", "", "Nguyễn Văn Hòa");
    check("<footer>Được đăng bởi <a href=/u/1>Đỗ Như Ý</a> vào Thứ Ba, 12/05/2026 - 14:05</footer>", "", "Đỗ Như Ý");
    check("<div>Tác giả: Bùi Đình Tuyển | 12/05/2026 14:05</div>", "", "Bùi Đình Tuyển");
    check("<div>12/05/2026 14:05</div>", "<div>Trần Thị Thúy</div>", "Trần Thị Thúy");
    check("<div>12/05/2026 14:05</div>", "<div>Hà Nội</div>", "");
}

#[test]
fn related_titles_behind_a_text_make_no_list() {
    let titles: String = (0..8)
        .map(|place| format!("<br>- <a href='/tin/{place}'>Khai mạc giải bóng chuyền truyền thống lần thứ {place}</a> (1{place}/04/2026)"))
        .collect();
    let shown = "<b>Kiểm tra hồ chứa nước</b><br><i>12/05/2026 14:05</i><br>";
    let check = |html: &str, expected: bool| {
        let got = read(html);
        assert_eq!(got.not_an_article.is_none(), expected, "{html} {:?} {}", got.not_an_article, got.article.text);
    };
    check(&format!("<table><tr><td>{shown}{PROSE}<b>Các tin đã đưa:</b>{titles}</td></tr></table>"), true);
    let notice = "<p>Ủy ban nhân dân xã thông báo lịch cắt nước để sửa chữa đường ống ở ba thôn phía nam của xã.</p>\
        <p>Bà con chủ động trữ nước dùng trong hai ngày, mọi thắc mắc xin gọi cán bộ thôn.</p>";
    check(&format!("<div>{shown}{notice}</div><div>{titles}</div>"), true);
    check(&format!("<div><h2>Tin tức</h2>{titles}</div><div>{notice}</div>"), false);
    let items: String = (0..5)
        .map(|place| format!("<h3><a href='/tin/{place}'>Khai mạc giải bóng chuyền truyền thống lần {place}</a></h3><p>12/05/2026</p><p>Giải năm nay có mười hai đội của các xã, phường tham dự trong hai ngày cuối tuần.</p>"))
        .collect();
    check(&format!("<div><h2>Tin tức</h2>{items}</div>"), false);
    let rows: String = (0..2)
        .map(|place| format!("<tr><td><img src=a.jpg></td><td><a href='/tin/{place}'>Khai mạc giải bóng chuyền truyền thống lần {place}</a><i>(12/05/2026)</i><br>Giải năm nay có mười hai đội của các xã, phường tham dự trong hai ngày.</td></tr>"))
        .collect();
    check(&format!("<table>{rows}</table>"), false);
}

/// What the steps see of a page: names, texts and places of its nodes.
fn seen(html: &str) -> Vec<String> {
    let document = Html::parse_document(html);
    let outline = Outline::new(&document);
    let mut out: Vec<String> = outline
        .nodes
        .iter()
        .map(|node| format!("{} {:?} {} {}", node.name, node.text, node.parent, node.end))
        .collect();
    out.push(outline.title.clone());
    out.extend(outline.json_ld.iter().cloned());
    out
}

#[test]
fn what_is_left_out_before_parsing_is_missed_nowhere() {
    const PIECES: [&str; 74] = [
        "<p>",
        "</p>",
        "<div class=a>",
        "</div>",
        "chữ ",
        " & &amp; ",
        "<b>",
        "</b>",
        "<i/>",
        "<a href='x>y'>",
        "</a>",
        "<script>",
        "</script>",
        "<script type=application/ld+json>",
        "{\"a\":1}",
        "<script type='application/ld&#43;json'>",
        "<!--",
        "-->",
        "--!>",
        "<!-->",
        "<!--->",
        "<!",
        "<?php ?>",
        "</ x>",
        "</>",
        "<![CDATA[",
        "]]>",
        "<style>",
        "</style>",
        "<noscript>",
        "</noscript>",
        "<img src=a>",
        "<iframe src=a>",
        "</iframe>",
        "<svg>",
        "</svg>",
        "<svg/>",
        "<SVG viewBox='0'>",
        "<path d=M0 />",
        "<g>",
        "</g>",
        "<title>",
        "</title>",
        "<desc>",
        "</desc>",
        "<foreignObject>",
        "</foreignObject>",
        "<math>",
        "</math>",
        "<mi>",
        "<select>",
        "</select>",
        "<option>",
        "<textarea>",
        "</textarea>",
        "<table>",
        "</table>",
        "<tr>",
        "<td>",
        "<caption>",
        "<template>",
        "</template>",
        "<frameset>",
        "<plaintext>",
        "<head>",
        "<body>",
        "</body>",
        "<xmp>",
        "</xmp>",
        "<noframes>",
        "</noframes>",
        "<a b=\"",
        "\"",
        ">",
    ];
    let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
    let mut below = |end: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 16) as usize % end
    };
    let mut shortened = 0;
    for _ in 0..ROUNDS {
        let html: String = (0..2 + below(18)).map(|_| PIECES[below(PIECES.len())]).collect();
        let Ok(markup) = gate::admit(&html) else { continue };
        shortened += usize::from(markup.len() < html.len());
        assert_eq!(seen(&markup), seen(&html), "{html}\n{markup}");
    }
    assert!(shortened > ROUNDS / 10, "{shortened}");
}

/// Pages of the last test; a run of a hundred times as many found nothing more.
const ROUNDS: usize = 20_000;

#[test]
fn hostile_pages_cost_bounded_work() {
    /// Nodes of a tree: limits on tags and on formatting elements that are opened again bound it.
    const MOST_NODES: usize = 450_000;
    /// A table in a table is four levels, of which one is counted.
    const DEEPEST: usize = 1_700;
    let many = |text: &str, times: usize| text.repeat(times);
    let pages = [
        ("deep blocks", many("<div>", 500_000)),
        ("deep lists", many("<ul><li>", 64_000)),
        ("deep tables", many("<table><tr><td>", 300)),
        ("deep drawings", format!("<svg>{}", many("<g>", 100_000))),
        ("drawings in drawings", many("<svg><title>", 50_000)),
        ("drawings that are left", many("<svg><p>", 300)),
        ("formatting", many("<b><i><font color=red>", 100_000)),
        ("formatting over blocks", many("<b>", 100) + &many("<p>x</p>", 100_000)),
        ("links in links", many("<a href=/x>", 100_000)),
        ("links", many("<a href='/tin/1.html'>Khai mạc giải</a> ", 40_000)),
        ("files", many("<a href='/a.pdf'>Tệp</a>", 40_000)),
        ("attributes", format!("<p {}>x</p>", many("a ", 900_000))),
        ("named attributes", format!("<p {}>x", (0..400).map(|n| format!("a{n}=1 ")).collect::<String>())),
        ("a long attribute", format!("<p title='{}'>x</p>", many("đ", 1_000_000))),
        ("an attribute beyond all", format!("<p title='{}'>x</p>", many("a", 5 << 20))),
        ("attributes that never end", many("<p a='", 100_000)),
        ("a long title", format!("<title>{}</title><p>x", many("Tin ", 250_000))),
        ("a title that never ends", format!("<title>{}", many("<p>x</p>", 100_000))),
        ("scripts that never end", many("<script>", 100_000)),
        ("escaped scripts", many("<script><!--<script>", 50_000)),
        ("comments that never end", many("<!--", 200_000)),
        ("dashes", format!("<!--{}", many("--!", 300_000))),
        ("end tags", many("</p></br></x>", 40_000)),
        ("quotes", many("\"'<a\"'=", 100_000)),
        ("controls", many("<p>\0\u{1}\u{7f}\u{202e}chữ\r</p>", 10_000)),
        ("marks", format!("<p>a{}</p>", many("\u{301}", 100_000))),
        ("JSON-LD of deep lists", format!("<script type='application/ld+json'>{}</script>", many("[", 100_000))),
        (
            "JSON-LD of many",
            format!("<script type='application/ld+json'>[{}]</script>", many("{\"@type\":\"NewsArticle\"},", 20_000)),
        ),
        ("sections", many("<select><option>", 40_000)),
        ("frames", many("<noscript><iframe><frameset>", 30_000)),
    ];
    for (name, html) in &pages {
        if let Ok(document) = parse(html) {
            let nodes = document.tree.nodes().count();
            assert!(nodes <= MOST_NODES, "{name}: {nodes} nodes");
            let outline = Outline::new(&document);
            let deepest = (0..outline.nodes.len()).step_by(97).map(|id| outline.ancestors(id).count()).max();
            assert!(deepest.unwrap_or(0) <= DEEPEST, "{name}: {deepest:?} deep");
        }
        let got = read(html);
        let article = &got.article;
        let sizes = [article.title.chars().count() <= 300, article.text.chars().count() <= 200_000];
        assert!(sizes.iter().all(|&fits| fits) && article.attachments.len() <= 100, "{name}");
        assert!(got.not_an_article.is_some() || !got.problems.is_empty(), "{name}: no word of what is wrong");
        assert!(!article.text.contains(['\0', '\u{202e}']), "{name}");
    }
}
