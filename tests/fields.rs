//! Title, summary, image and canonical address in the forms in which portals write them: one habit a row.

use lantoa::extract::{Extracted, Hints, article};
use url::Url;

const PROSE: &str = "<p>Đoàn công tác đã kiểm tra tiến độ thi công, gặp gỡ người dân và ghi nhận 12 kiến nghị về nước sạch.</p>\
    <p>Theo kế hoạch, công trình hoàn thành trước mùa mưa, bảo đảm cấp nước cho hơn một nghìn hộ dân vùng cao.</p>\
    <p>Chính quyền xã đề nghị nhà thầu tăng ca, bù lại thời gian chậm do thời tiết xấu kéo dài nhiều tuần.</p>";

fn read(html: &str, url: &str) -> Extracted {
    let url = Url::parse(url).expect("a test's address is one");
    article(html, &url, &Hints::default(), None, "2026-06-30T05:00:00Z".parse().expect("a constant"))
}

fn page(head: &str, before: &str, body: &str) -> String {
    format!(
        "<html lang=vi><head>{head}</head><body>{before}<span class=date>12/05/2026 08:37</span><div class=content>{body}</div></body></html>"
    )
}

const AT: &str = "https://tinhmau.gov.vn/tin/1.html";

/// Collects what differs, so that one run shows every row that fails.
#[derive(Default)]
struct Rows(Vec<String>);

impl Rows {
    fn check(&mut self, what: &str, got: &str, expected: &str) {
        if got != expected {
            self.0.push(format!("{what}\n  want {expected:?}\n  have {got:?}"));
        }
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.0.is_empty(), "{} rows differ:\n{}", self.0.len(), self.0.join("\n"));
        }
    }
}

#[test]
fn titles_are_without_the_name_of_the_site() {
    let mut rows = Rows::default();
    let mut check = |head: &str, before: &str, expected: &str| {
        let got = read(&page(head, before, PROSE), AT);
        rows.check(&format!("{head} {before} {:?}", got.sources.first()), &got.article.title, expected);
    };
    let t = "Khai mạc hội nghị cải cách hành chính";
    // Only <title>, the site's name behind it.
    for tail in [
        " - Cổng thông tin điện tử tỉnh Mẫu",
        " - Cổng TTĐT tỉnh Mẫu",
        " | Cổng Thông tin điện tử Chính phủ",
        " | Báo điện tử Chính phủ",
        " - Trang thông tin điện tử Sở Nội vụ",
        " - Trang tin điện tử huyện Mẫu Sơn",
        " :: Cổng thông tin điện tử Bộ Mẫu",
        " – CỔNG THÔNG TIN ĐIỆN TỬ TỈNH MẪU",
        " - UBND tỉnh Mẫu",
        " - Ủy ban nhân dân xã Mẫu Sơn",
        " — Website Sở Công Thương",
        " » Trang chủ",
        " - Tin tức - Cổng thông tin điện tử tỉnh Mẫu",
        " - Chi tiết tin - Cổng TTĐT tỉnh Mẫu",
    ] {
        check(&format!("<title>{t}{tail}</title>"), "", t);
    }
    // Before it.
    for start in [
        "Cổng thông tin điện tử tỉnh Mẫu - ",
        "Cổng TTĐT tỉnh Mẫu | ",
        "Trang chủ - ",
        "CỔNG THÔNG TIN ĐIỆN TỬ BỘ MẪU :: ",
        "Trang chủ | Tin tức | ",
    ] {
        check(&format!("<title>{start}{t}</title>"), "", t);
    }
    // A name that only other parts of the page know.
    let site = "<meta property='og:site_name' content='Bộ Y tế'>";
    check(&format!("<title>Bộ Y tế | {t}</title>{site}"), "", t);
    check(&format!("<title>{t} - Bộ Y tế</title>{site}"), "", t);
    check(&format!("<title>{t} · BỘ Y TẾ</title>{site}"), "", t);
    let publisher = "<script type='application/ld+json'>{\"@context\":\"https://schema.org\",\"@type\":\"NewsArticle\",\"headline\":\"\",\"publisher\":{\"@type\":\"Organization\",\"name\":\"Bộ Y tế\"}}</script>";
    check(&format!("<title>Bộ Y tế | {t}</title>{publisher}"), "", t);
    let website = "<script type='application/ld+json'>{\"@context\":\"https://schema.org\",\"@type\":\"WebSite\",\"name\":\"Sở Nội vụ tỉnh Mẫu\",\"url\":\"https://snv.mau.gov.vn\"}</script>";
    check(&format!("<title>{t} - Sở Nội vụ tỉnh Mẫu</title>{website}"), "", t);
    let logo = "<div class=header><a href='/'><img src='/logo.png' alt='Sở Nội vụ tỉnh Mẫu'></a></div>";
    check(&format!("<title>{t} - Sở Nội vụ tỉnh Mẫu</title>"), logo, t);
    check(&format!("<title>Sở Nội vụ tỉnh Mẫu - {t}</title>"), logo, t);
    check(&format!("<meta property='og:title' content='{t} - Sở Nội vụ tỉnh Mẫu'>"), logo, t);
    check(&format!("<meta property='og:title' content='{t} | Bộ Y tế'>{site}"), "", t);
    // A heading says it without.
    check(&format!("<title>{t} - Sở Nội vụ</title>"), &format!("<h1>{t}</h1>"), t);
    check(
        "<title>Cổng thông tin điện tử tỉnh Mẫu</title>",
        &format!("<h1>CỔNG THÔNG TIN ĐIỆN TỬ TỈNH MẪU</h1><h2>{t}</h2>"),
        t,
    );
    check("<title>Sở Nội vụ</title>", &format!("<h3 class='title'>{t}</h3>"), t);
    // Capitals stay as they are written.
    check("<title>Sở Nội vụ</title>", &format!("<h1>{}</h1>", t.to_uppercase()), &t.to_uppercase());
    // What looks like a name and is part of the headline.
    for whole in [
        "Bộ Y tế - Bộ Công an ký quy chế phối hợp",
        "Chè Shan tuyết - hướng đi mới của vùng cao",
        "Khai trương Cổng thông tin điện tử tỉnh Mẫu",
        "COVID-19: thêm 3 ca mắc mới",
        "Hà Nội - Hải Phòng: thông xe cao tốc",
        "Sở Nội vụ: Khai mạc hội nghị cải cách",
    ] {
        check(&format!("<title>{whole}</title>"), &format!("<h1>{whole}</h1>"), whole);
    }
    check(
        &format!("<title>Bộ Y tế - Bộ Công an ký quy chế phối hợp</title>{site}"),
        "<h1>Bộ Y tế - Bộ Công an ký quy chế phối hợp</h1>",
        "Bộ Y tế - Bộ Công an ký quy chế phối hợp",
    );
}

#[test]
fn summaries_are_without_the_agency() {
    let mut rows = Rows::default();
    let sapo = "Tỉnh yêu cầu hoàn thành đập chính của hồ Nà Phường trước mùa lũ năm nay.";
    for prefix in [
        "(Chinhphu.vn) - ",
        "(Chinhphu.vn) – ",
        "Chinhphu.vn - ",
        "(TTXVN) - ",
        "TTXVN - ",
        "(TTXVN/Vietnam+) - ",
        "Hà Nội (TTXVN) - ",
        "Hà Nội, ngày 12/5 (TTXVN) - ",
        "(Cổng TTĐT tỉnh) – ",
        "(Cổng TTĐT tỉnh Mẫu) - ",
        "(CTTĐT) - ",
        "CTTĐT - ",
        "(Mặt trận) - ",
        "(ĐCSVN) - ",
        "(Dân trí) - ",
        "(NLĐO) - ",
        "NLĐO- ",
        "(baotinhmau.vn) - ",
        "VOV.VN - ",
        "(mau.gov.vn) ",
        "(BNV) - ",
        "BỘ NỘI VỤ - ",
        "(HNM) - ",
        "QĐND Online - ",
        "(TN&MT) - ",
        "(MPI) – ",
    ] {
        let html = page(
            "<title>Khai mạc hội nghị</title>",
            &format!("<h1>Khai mạc hội nghị cải cách</h1><h2 class=sapo>{prefix}{sapo}</h2>"),
            PROSE,
        );
        rows.check(prefix, &read(&html, AT).article.summary, sapo);
        let bold = format!("<p><strong>{prefix}{sapo}</strong></p>{PROSE}");
        let html = page("<title>Khai mạc hội nghị</title>", "<h1>Khai mạc hội nghị cải cách</h1>", &bold);
        rows.check(&format!("bold {prefix}"), &read(&html, AT).article.summary, sapo);
    }
    // What begins like one and is none.
    for whole in [
        "Hà Nội - thành phố vì hòa bình đón hơn hai triệu lượt khách trong quý đầu năm nay.",
        "Ông Nguyễn Văn A (55 tuổi) - nông dân xã Mẫu Sơn - vừa được tặng bằng khen của tỉnh.",
        "COVID-19 đã qua nhưng các trạm y tế vẫn duy trì giám sát ở ba cửa khẩu.",
        "UBND tỉnh - đơn vị chủ trì - yêu cầu các sở báo cáo trước ngày 30/6 hằng năm.",
        "(1) Hoàn thành đập chính; (2) bảo đảm nước cho ba xã; (3) di dời 40 hộ trước mùa lũ.",
    ] {
        let html = page(
            "<title>Khai mạc hội nghị</title>",
            &format!("<h1>Khai mạc hội nghị cải cách</h1><h2 class=sapo>{whole}</h2>"),
            PROSE,
        );
        rows.check(whole, &read(&html, AT).article.summary, whole);
    }
}

#[test]
fn the_image_is_absolute_and_of_the_article() {
    let mut rows = Rows::default();
    let mut check = |head: &str, body: &str, expected: &str| {
        let html = page(head, "<h1>Khai mạc hội nghị cải cách</h1>", &format!("{body}{PROSE}"));
        let got = read(&html, AT).article.image.map(|url| url.to_string()).unwrap_or_default();
        rows.check(&format!("{head} {body}"), &got, expected);
    };
    let og = |address: &str| format!("<meta property='og:image' content='{address}'>");
    let there = "https://tinhmau.gov.vn/uploads/ho.jpg";
    check(&og("/uploads/ho.jpg"), "", there);
    check(&og("../uploads/ho.jpg"), "", there);
    check(&og("//cdn.tinhmau.gov.vn/ho.jpg"), "", "https://cdn.tinhmau.gov.vn/ho.jpg");
    check(&og("uploads/ho.jpg"), "", "https://tinhmau.gov.vn/tin/uploads/ho.jpg");
    // A logo or a picture for all pages gives way to one of the body.
    for poor in [
        "/images/logo.png",
        "/images/Logo_tinh.jpg",
        "/Portals/0/quoc-huy.png",
        "/assets/no-image.jpg",
        "/assets/no_image.png",
        "/favicon.ico",
        "/theme/default.jpg",
        "/images/banner-top.jpg",
        "/img/1x1.gif",
        "/images/share-facebook.png",
        "",
        "https://",
        "data:image/png;base64,AAAA",
        "file:///C:/anh.jpg",
    ] {
        check(&og(poor), "<img src='/uploads/ho.jpg'>", there);
        check(&og(poor), "", "");
    }
    // In the body: lazy loading, pixels, icons, sizes.
    check("", "<img src='data:image/gif;base64,R0lGOD' data-src='/uploads/ho.jpg'>", there);
    check("", "<img src='/images/loading.gif' data-original='/uploads/ho.jpg'>", there);
    check("", "<img src='/pixel.gif' width=1 height=1><img src='/uploads/ho.jpg'>", there);
    check("", "<img src='/t.gif?id=1' width='1px' height='1px'><img src='/uploads/ho.jpg'>", there);
    check("", "<img src='/images/icon_pdf.gif'><img src='/uploads/ho.jpg'>", there);
    check("", "<img src='/t.gif' style='width:1px;height:1px'><img src='/uploads/ho.jpg'>", there);
    check("", "<img srcset='/uploads/ho.jpg 640w, /uploads/ho-l.jpg 1280w'>", there);
    check("", "<img src='/emoji/smile.png' width=20 height=20>", "");
    check("", "<img src='file:///D:/anh/ho.jpg'><img src='/uploads/ho.jpg'>", there);
    // JSON-LD whose image is the publisher's logo.
    let linked = |image: &str| {
        format!(
            "<script type='application/ld+json'>{{\"@type\":\"NewsArticle\",\"headline\":\"Khai mạc hội nghị cải cách\",\"image\":\"{image}\"}}</script>"
        )
    };
    check(&linked("/uploads/ho.jpg"), "", there);
    check(&linked("https://tinhmau.gov.vn/logo.png"), "<img src='/uploads/ho.jpg'>", there);
}

#[test]
fn the_canonical_address_is_believed_inside_the_portal_only() {
    let mut rows = Rows::default();
    let mut check = |href: &str, expected: &str| {
        let head = format!("<link rel=canonical href='{href}'>");
        let html = page(&head, "<h1>Khai mạc hội nghị cải cách</h1>", PROSE);
        let got = read(&html, "https://tinhmau.gov.vn/tin/khai-mac-1.html?utm_source=x").article.canonical;
        rows.check(href, &got.map(|url| url.to_string()).unwrap_or_default(), expected);
    };
    let there = "https://tinhmau.gov.vn/tin/khai-mac-1.html";
    check(there, there);
    check("/tin/khai-mac-1.html", there);
    check("https://www.tinhmau.gov.vn/tin/khai-mac-1.html", "https://www.tinhmau.gov.vn/tin/khai-mac-1.html");
    check("http://tinhmau.gov.vn/tin/khai-mac-1.html", "http://tinhmau.gov.vn/tin/khai-mac-1.html");
    for refused in [
        "https://tinhmau.gov.vn/",
        "https://tinhmau.gov.vn",
        "/",
        "",
        "/index.html",
        "/trang-chu",
        "/default.aspx",
        "/Pages/default.aspx",
        "/web/guest/home",
        "/index.php",
        "/vi/",
        "https://khac.gov.vn/tin/khai-mac-1.html",
        "http://localhost/tin/khai-mac-1.html",
        "http://127.0.0.1/tin/khai-mac-1.html",
        "javascript:void(0)",
        "https://",
        "{{canonical}}",
        "undefined",
        "null",
        "#",
    ] {
        check(refused, "");
    }
}
