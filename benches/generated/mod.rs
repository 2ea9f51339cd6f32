//! Articles that no portal has published, for the benchmarks: the same ones for the same seed.

#![allow(dead_code, reason = "each benchmark uses a part")]

use std::fmt::Write;

const SYLLABLES: &str = "ủy ban nhân dân tỉnh huyện xã phường sở bộ ngành cơ quan đơn vị kế hoạch triển khai thực hiện công tác \
    phòng chống thiên tai bão lũ hạn hán sạt lở đất nước sạch môi trường rừng biển nông nghiệp thủy sản chăn nuôi giáo dục học \
    sinh giáo viên trường lớp tuyển sinh y tế bệnh viện khám chữa bảo hiểm dịch vụ hành chính thủ tục hồ sơ trực tuyến chuyển \
    đổi số dữ liệu căn cước đầu tư xây dựng cầu đường giao thông vận tải hàng hóa xuất khẩu thị trường doanh nghiệp hợp tác \
    lao động việc làm tiền lương ngân sách thuế tài chính quyết định nghị định thông tư chỉ thị văn bản quy định hướng dẫn \
    kiểm tra giám sát báo cáo tổng kết hội nghị lãnh đạo chủ tịch giám đốc phát biểu nhấn mạnh yêu cầu đề nghị tăng giảm so \
    với cùng kỳ năm tháng ngày đạt phần trăm tỷ đồng người hộ gia đình đồng bào vùng cao miền núi văn hóa lễ hội du lịch";

/// A generator after Marsaglia, "Xorshift RNGs" (2003).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % end.max(1)
    }
}

/// One article.
pub(crate) struct Article {
    pub(crate) title: String,
    pub(crate) summary: String,
    pub(crate) paragraphs: Vec<String>,
    /// `2026-10-07T08:30:00+07:00`.
    pub(crate) published: String,
    pub(crate) document: String,
}

impl Article {
    pub(crate) fn text(&self) -> String {
        self.paragraphs.join("\n")
    }
}

/// The article with this number: 8 to 16 paragraphs, about 3 KB.
pub(crate) fn article(number: usize) -> Article {
    let mut random = Random::new(number as u64 + 1);
    let syllables: Vec<&str> = SYLLABLES.split_whitespace().collect();
    let mut sentence = |least: usize, most: usize| {
        let mut text = String::new();
        for place in 0..least + random.below(most - least) {
            let word = syllables[random.below(syllables.len())];
            let separator = if place == 0 { "" } else { " " };
            let _ = if random.below(25) == 0 {
                write!(text, "{separator}{}", random.below(900))
            } else {
                write!(text, "{separator}{word}")
            };
        }
        let mut letters = text.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    };
    let title = sentence(8, 16);
    let summary = sentence(20, 40) + ".";
    let paragraphs = (0..8 + number % 9).map(|_| sentence(25, 60) + ".").collect();
    let (day, hour, minute) = (1 + random.below(28), 7 + random.below(10), random.below(60));
    let document = format!("{}/2026/NĐ-CP", 1 + random.below(300));
    Article {
        title,
        summary,
        paragraphs,
        published: format!("2026-{:02}-{day:02}T{hour:02}:{minute:02}:00+07:00", 1 + number % 10),
        document,
    }
}

/// The article as a page with the frame that portals put around one.
pub(crate) fn page(article: &Article) -> String {
    let (time, document) = (&article.published, &article.document);
    let [year, month, day] = [&time[..4], &time[5..7], &time[8..10]];
    let clock = &time[11..16];
    let menu: String = (1..12).map(|n| format!("<li><a href=\"/muc/{n}.html\">Chuyên mục số {n}</a></li>")).collect();
    let body: String = article.paragraphs.iter().map(|text| format!("<p>{text}</p>\n")).collect();
    let (title, summary) = (&article.title, &article.summary);
    format!(
        "<!DOCTYPE html><html lang=\"vi\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta property=\"og:title\" content=\"{title}\"><meta property=\"og:description\" content=\"{summary}\">\
         <meta property=\"article:published_time\" content=\"{time}\"></head><body><header><ul>{menu}</ul></header>\
         <main><h1 class=\"title\">{title}</h1><div class=\"date\">{day}/{month}/{year} {clock}</div>\
         <div class=\"sapo\">{summary}</div><div class=\"content\"><p>Căn cứ Nghị định số {document} của Chính phủ.</p>\n{body}</div></main>\
         <footer>Cơ quan chủ quản: Ủy ban nhân dân. Giấy phép số 1/GP. Ghi rõ nguồn khi phát hành lại.</footer></body></html>"
    )
}

/// The article as sites of news publish one, `kilobytes` large: state and settings in scripts, styles, drawings, boxes of
/// links and attributes for programs; the text is a fiftieth of it.
pub(crate) fn news(article: &Article, kilobytes: usize) -> String {
    let mut random = Random::new(kilobytes as u64);
    let (title, summary, time) = (&article.title, &article.summary, &article.published);
    let body: String = article
        .paragraphs
        .iter()
        .enumerate()
        .map(|(n, text)| format!("<p class=\"article__text css-{n}x\" data-testid=\"paragraph-{n}\">{text}</p>\n<div class=\"ad-slot\" id=\"slot-{n}\" data-sizes=\"[[300,250],[320,50]]\"></div>"))
        .collect();
    let mut script = |bytes: usize| {
        let mut text = String::from("<script>window.__STATE__=window.__STATE__||[];");
        while text.len() < bytes {
            let id = random.below(100_000);
            let _ = write!(
                text,
                "__STATE__.push({{\"id\":{id},\"url\":\"https://tin.example.vn/{id}.html\",\"html\":\"<div class='x'><b>{id}<\\/b>\",\"ok\":a<b&&!c}});"
            );
        }
        text + "</script>"
    };
    let third = kilobytes * 1024 / 5;
    let (first, second, third) = (script(third), script(third), script(third));
    let styles: String = (0..kilobytes * 2)
        .map(|n| format!(".css-{n}x>.y{{margin:{n}px;color:#abc}}@media(min-width:{n}px){{.a{n}{{display:none}}}}"))
        .collect();
    let icon = "<svg class=\"icon\" viewBox=\"0 0 24 24\" aria-hidden=\"true\"><title>x</title><path d=\"M12 2C6.48 2 2 6.48 2 12s4.48 10 10 10 10-4.48 10-10S17.52 2 12 2zm0 18c-4.41 0-8-3.59-8-8\"/></svg>";
    let cards: String = (0..kilobytes / 5)
        .map(|n| format!("<li class=\"card card--small js-track\" data-track='{{\"zone\":{n}}}'><a href=\"/tin/{n}.html\"><img loading=\"lazy\" srcset=\"/a/{n}.jpg 1x, /a/{n}@2x.jpg 2x\" alt=\"\">{icon}<span>Tin liên quan thứ {n} của chuyên mục hôm nay</span></a></li>\n"))
        .collect();
    format!(
        "<!DOCTYPE html><html lang=\"vi\"><head><meta charset=\"utf-8\"><title>{title}</title><style>{styles}</style>{first}\
         <meta property=\"og:type\" content=\"article\"><meta property=\"og:description\" content=\"{summary}\">\
         <script type=\"application/ld+json\">{{\"@type\":\"NewsArticle\",\"headline\":\"{title}\",\"datePublished\":\"{time}\"}}</script></head>\
         <body><!-- {styles:.2000} --><noscript><img src=\"/p.gif\"></noscript><nav><ul>{cards}</ul></nav>{second}\
         <article><h1>{title}</h1><p class=\"sapo\">{summary}</p>{body}</article><aside><ul>{cards}</ul></aside>{third}</body></html>"
    )
}
