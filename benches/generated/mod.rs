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
