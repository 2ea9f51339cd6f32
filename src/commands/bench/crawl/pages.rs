//! Portals that nobody runs: what each answers at each address, the same for the same seed. Pure.

use std::fmt::Write as _;
use std::net::Ipv4Addr;

use fastrand::Rng;

/// Portals at most: each has an address of its own in 127.12.0.0/16.
pub(super) const MOST_PORTALS: usize = 50_000;

/// Portals to a byte of the address.
const IN_A_BYTE: usize = 250;
/// Articles that the home page and the feed show.
const NEWEST: usize = 20;
/// One article in so many is another portal's as well.
const COPIED: usize = 20;

const SYLLABLES: &str = "ủy ban nhân dân tỉnh huyện xã phường sở bộ ngành cơ quan đơn vị kế hoạch triển khai thực hiện công tác \
    phòng chống thiên tai bão lũ hạn hán sạt lở đất nước sạch môi trường rừng biển nông nghiệp thủy sản chăn nuôi giáo dục học \
    sinh giáo viên trường lớp tuyển sinh y tế bệnh viện khám chữa bảo hiểm dịch vụ hành chính thủ tục hồ sơ trực tuyến chuyển \
    đổi số dữ liệu căn cước đầu tư xây dựng cầu đường giao thông vận tải hàng hóa xuất khẩu thị trường doanh nghiệp hợp tác \
    lao động việc làm tiền lương ngân sách thuế tài chính quyết định nghị định thông tư chỉ thị văn bản quy định hướng dẫn \
    kiểm tra giám sát báo cáo tổng kết hội nghị lãnh đạo chủ tịch giám đốc phát biểu nhấn mạnh yêu cầu đề nghị tăng giảm so \
    với cùng kỳ năm tháng ngày đạt phần trăm tỷ đồng người hộ gia đình đồng bào vùng cao miền núi văn hóa lễ hội du lịch";

/// All of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site {
    /// How many portals.
    pub(super) portals: usize,
    /// How many articles each has.
    pub(super) articles: usize,
    /// What their words are drawn from.
    pub(super) seed: u64,
}

/// What a portal answers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) content_type: &'static str,
    pub(super) body: String,
}

impl Site {
    /// Articles of all portals.
    pub(super) fn articles_in_all(&self) -> usize {
        self.portals * self.articles
    }

    /// The portals as a list for `lantoa portal import`.
    pub(super) fn list(&self, port: u16) -> String {
        let mut list = String::from("slug,name,kind,parent,url,feed\n");
        for portal in 0..self.portals {
            let home = format!("http://{}:{port}/", address_of(portal));
            let _ = writeln!(list, "cong-{portal},Cổng {portal},province,,{home},{home}feed.xml");
        }
        list
    }

    /// The portal that stands at an address.
    pub(super) fn portal_at(&self, address: Ipv4Addr) -> Option<usize> {
        let [127, 12, high, low] = address.octets() else { return None };
        let portal = usize::from(high) * IN_A_BYTE + usize::from(low).checked_sub(1)?;
        (portal < self.portals && address_of(portal) == address).then_some(portal)
    }

    /// What a portal answers at a path; nothing when there is nothing. `base` is its own address.
    pub(super) fn answer(&self, portal: usize, base: &str, path: &str) -> Option<Answer> {
        let (content_type, body) = match path {
            "/" => ("text/html; charset=utf-8", self.home(portal)),
            "/feed.xml" => ("application/rss+xml", self.feed(portal, base)),
            "/robots.txt" => ("text/plain", format!("User-agent: *\nDisallow: /tim\nSitemap: {base}/sitemap.xml\n")),
            "/sitemap.xml" => ("application/xml", self.sitemap(base)),
            path => {
                let place = path.strip_prefix("/tin/bai-viet-so-")?.strip_suffix(".html")?.parse().ok()?;
                if place >= self.articles {
                    return None;
                }
                ("text/html; charset=utf-8", self.article(portal, place))
            }
        };
        Some(Answer { content_type, body })
    }

    fn home(&self, portal: usize) -> String {
        let mut page = format!(
            "<!DOCTYPE html><html lang=\"vi\"><head><meta charset=\"utf-8\"><title>Cổng {portal}</title></head><body><ul>"
        );
        for place in 0..self.articles.min(NEWEST) {
            let _ = write!(page, "<li><a href=\"{}\">{}</a></li>", path_of(place), self.title(portal, place));
        }
        page + "</ul></body></html>"
    }

    fn feed(&self, portal: usize, base: &str) -> String {
        let mut feed = format!("<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Cổng {portal}</title>");
        for place in 0..self.articles.min(NEWEST) {
            let (path, title) = (path_of(place), self.title(portal, place));
            let _ = write!(feed, "<item><title>{title}</title><link>{base}{path}</link></item>");
        }
        feed + "</channel></rss>"
    }

    fn sitemap(&self, base: &str) -> String {
        let mut map =
            String::from("<?xml version=\"1.0\"?><urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">");
        for place in 0..self.articles {
            let _ = write!(map, "<url><loc>{base}{}</loc></url>", path_of(place));
        }
        map + "</urlset>"
    }

    /// What the words of an article are drawn with: some are those of the portal before.
    fn random(&self, portal: usize, place: usize) -> Rng {
        let is_copy = place % COPIED == COPIED - 1 && portal % 2 == 1;
        let number = (if is_copy { portal - 1 } else { portal }) * self.articles + place;
        Rng::with_seed(self.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ number as u64)
    }

    fn title(&self, portal: usize, place: usize) -> String {
        sentence(&mut self.random(portal, place), 8, 16)
    }

    /// 8 to 16 paragraphs, about 3 KB of text, in the frame that portals put around one.
    fn article(&self, portal: usize, place: usize) -> String {
        let mut random = self.random(portal, place);
        let title = sentence(&mut random, 8, 16);
        let summary = sentence(&mut random, 20, 40);
        let (day, month) = (1 + random.usize(..28), 1 + random.usize(..12));
        let (hour, minute) = (7 + random.usize(..10), random.usize(..60));
        let document = 1 + random.usize(..300);
        let menu: String =
            (1..30).map(|n| format!("<li><a href=\"/muc/{n}.html\">Chuyên mục số {n}</a></li>")).collect();
        let mut page = format!(
            "<!DOCTYPE html><html lang=\"vi\"><head><meta charset=\"utf-8\"><title>{title}</title>\
             <meta property=\"og:title\" content=\"{title}\"><meta property=\"og:description\" content=\"{summary}.\">\
             <meta property=\"article:published_time\" content=\"2024-{month:02}-{day:02}T{hour:02}:{minute:02}:00+07:00\">\
             </head><body><header><ul>{menu}</ul></header><main><h1 class=\"title\">{title}</h1>\
             <div class=\"date\">{day:02}/{month:02}/2024 {hour:02}:{minute:02}</div><div class=\"sapo\">{summary}.</div>\
             <div class=\"content\"><p>Căn cứ Nghị định số {document}/2024/NĐ-CP của Chính phủ.</p>\n"
        );
        for _ in 0..random.usize(8..=16) {
            let _ = writeln!(page, "<p>{}.</p>", sentence(&mut random, 25, 60));
        }
        page + "</div></main><footer>Cơ quan chủ quản: Ủy ban nhân dân. Giấy phép số 1/GP. Ghi rõ nguồn khi phát hành \
                lại.</footer></body></html>"
    }
}

/// Where a portal stands.
fn address_of(portal: usize) -> Ipv4Addr {
    let byte = |number: usize| u8::try_from(number).unwrap_or(u8::MAX);
    Ipv4Addr::new(127, 12, byte(portal / IN_A_BYTE), byte(portal % IN_A_BYTE + 1))
}

fn path_of(place: usize) -> String {
    format!("/tin/bai-viet-so-{place}.html")
}

fn sentence(random: &mut Rng, least: usize, most: usize) -> String {
    static WORDS: std::sync::LazyLock<Vec<&str>> = std::sync::LazyLock::new(|| SYLLABLES.split_whitespace().collect());
    let mut text = String::with_capacity(most * 6);
    for place in 0..random.usize(least..most) {
        if place > 0 {
            text.push(' ');
        }
        if random.usize(..25) == 0 {
            let _ = write!(text, "{}", random.usize(..900));
        } else {
            text.push_str(WORDS[random.usize(..WORDS.len())]);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_portals_for_the_same_seed() {
        let site = Site { portals: 600, articles: 40, seed: 1 };
        for portal in [0, 249, 250, 599] {
            assert_eq!(site.portal_at(address_of(portal)), Some(portal));
        }
        assert_eq!(site.portal_at(address_of(600)), None);
        assert_eq!(site.portal_at(Ipv4Addr::LOCALHOST), None);
        let article = |site: &Site, portal, place| {
            site.answer(portal, "http://127.12.0.1", &path_of(place)).map(|answer| answer.body)
        };
        assert_eq!(article(&site, 2, 3), article(&site, 2, 3));
        assert_ne!(article(&site, 2, 3), article(&Site { seed: 2, ..site }, 2, 3));
        assert_ne!(article(&site, 2, 3), article(&site, 3, 3));
        assert_eq!(article(&site, 2, 19), article(&site, 3, 19), "a copy");
        assert_eq!(site.answer(0, "", &path_of(40)), None);
        let words = |portal| {
            let page = article(&site, portal, 0).expect("a page");
            let (url, hints) = ("http://127.12.0.1/".parse().expect("an address"), crate::extract::Hints::default());
            let now = "2026-11-20T01:00:00Z".parse().expect("an instant");
            let read = crate::extract::article(&page, &url, &hints, None, now);
            (read.article.title, read.article.published.is_some(), read.not_an_article)
        };
        assert_eq!(words(0), (site.title(0, 0), true, None));
    }
}
