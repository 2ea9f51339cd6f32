//! The wording of menus and services: what a link says, or its address shows, when it is no article.

use url::Url;

/// Wording of links that lead on, not to something; a title must be looked for elsewhere.
const MORE: [&str; 22] = [
    "xem thêm",
    "xem tiếp",
    "xem chi tiết",
    "chi tiết",
    "đọc tiếp",
    "đọc thêm",
    "xem",
    "tiếp",
    "chi tiết tin",
    "read more",
    "more",
    "details",
    "continue reading",
    "[chi tiết]",
    "[xem tiếp]",
    "xem tất cả",
    "tất cả",
    "xem toàn bộ",
    "quay lại",
    "về đầu trang",
    "xem tin",
    "xem nhanh",
];
/// Wording of menus and services of every portal.
const SERVICES: [&str; 55] = [
    "trang chủ",
    "home",
    "giới thiệu",
    "liên hệ",
    "đăng nhập",
    "đăng ký",
    "đăng xuất",
    "tìm kiếm",
    "tìm kiếm nâng cao",
    "sơ đồ",
    "sơ đồ cổng",
    "sơ đồ trang",
    "sơ đồ website",
    "sơ đồ site",
    "site map",
    "sitemap",
    "rss",
    "english",
    "tiếng việt",
    "tiếng anh",
    "vietnamese",
    "thư điện tử",
    "hộp thư điện tử",
    "hộp thư góp ý",
    "email",
    "mail",
    "hỏi đáp",
    "góp ý",
    "in trang",
    "in bài viết",
    "in ấn",
    "gửi email",
    "gửi bài viết",
    "chia sẻ",
    "facebook",
    "zalo",
    "twitter",
    "youtube",
    "google",
    "bình luận",
    "lên đầu trang",
    "mobile",
    "quên mật khẩu",
    "quên mật khẩu?",
    "lịch công tác",
    "lịch làm việc",
    "lịch tiếp công dân",
    "bản đồ",
    "câu hỏi thường gặp",
    "trợ giúp",
    "thăm dò ý kiến",
    "điều khoản sử dụng",
    "chính sách bảo mật",
    "bản quyền",
    "cookie",
];
/// Words of an address, between its punctuation, that make it a service of the site.
const SERVICE_ADDRESSES: [&str; 42] = [
    "login",
    "logout",
    "signin",
    "register",
    "dang-nhap",
    "dangnhap",
    "dang-ky",
    "search",
    "tim-kiem",
    "timkiem",
    "tag",
    "tags",
    "tu-khoa",
    "share",
    "sharer",
    "print",
    "in-bai",
    "sendmail",
    "gui-email",
    "contact",
    "lien-he",
    "lienhe",
    "sitemap",
    "so-do-trang",
    "so-do-cong",
    "so-do-site",
    "user",
    "users",
    "account",
    "admin",
    "wp-admin",
    "wp-login.php",
    "feedback",
    "gop-y",
    "captcha",
    "language",
    "changelanguage",
    "setlanguage",
    "comment",
    "author",
    "tac-gia",
    "cart",
];
/// Endings of files that are no pages.
const FILES: [&str; 24] = [
    "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "zip", "rar", "7z", "jpg", "jpeg", "png", "gif", "webp", "svg",
    "mp3", "mp4", "avi", "wmv", "exe", "apk", "css", "js",
];
/// Words of addresses without an end: a page for each day or week.
const CALENDARS: [&str; 7] =
    ["lich", "lich-cong-tac", "lich-lam-viec", "lich-tuan", "lichcongtac", "calendar", "event-calendar"];

/// Whether `text`, in lower case, only says that there is more.
pub(super) fn is_more(text: &str) -> bool {
    let bare = text.trim_matches(|c: char| !c.is_alphanumeric());
    bare.is_empty() || MORE.contains(&bare) || MORE.contains(&text)
}

/// Whether `text`, in lower case, is the name of a service that portals have.
pub(super) fn is_service(text: &str) -> bool {
    SERVICES.contains(&text.trim_matches(|c: char| !c.is_alphanumeric() && c != '?'))
}

/// Whether an address is a service, a file, a feed or a calendar, by its words.
#[must_use]
pub fn is_service_address(url: &Url) -> bool {
    let path = url.path().to_ascii_lowercase();
    let last = path.rsplit('/').next().unwrap_or_default();
    let is_file = last.rsplit_once('.').is_some_and(|(_, ending)| FILES.contains(&ending));
    let by_path = path.split('/').map(|segment| segment.split('.').next().unwrap_or(segment));
    let by_query = url.query_pairs().filter(|(key, _)| {
        matches!(key.as_ref(), "option" | "view" | "task" | "act" | "do" | "mod" | "nv" | "op" | "s" | "q" | "keyword")
    });
    let is_search = by_query.clone().any(|(key, _)| matches!(key.as_ref(), "s" | "q" | "keyword"));
    let names_service = by_path.chain([last]).any(|segment| SERVICE_ADDRESSES.contains(&segment))
        || by_query.into_iter().any(|(_, value)| SERVICE_ADDRESSES.contains(&value.as_ref()));
    let logs_in = url.query().is_some_and(|query| {
        query.to_ascii_lowercase().split('&').any(|part| part == "login" || part.starts_with("login="))
    });
    is_file || is_search || names_service || logs_in || is_calendar(url) || is_feed_address(url)
}

/// Whether an address belongs to a calendar, whose next week never ends.
#[must_use]
pub fn is_calendar(url: &Url) -> bool {
    url.path().to_ascii_lowercase().split(['/', '.']).any(|segment| CALENDARS.contains(&segment))
}

/// Whether an address looks like a feed or a page that lists feeds.
pub(super) fn is_feed_address(url: &Url) -> bool {
    let path = url.path().to_ascii_lowercase();
    let segments = || path.split('/').filter(|segment| !segment.is_empty());
    let last = segments().next_back().unwrap_or_default();
    let stem = last.split('.').next().unwrap_or(last);
    last.ends_with(".rss")
        || last.ends_with(".atom")
        || matches!(
            stem,
            "rss"
                | "feed"
                | "atom"
                | "feeds"
                | "listfeed"
                | "rssdetail"
                | "rss-feed"
                | "kenh-rss"
                | "chi-tiet-kenh-rss"
        )
        || segments().any(|segment| matches!(segment, "rss" | "feed"))
        || url
            .query_pairs()
            .any(|(key, value)| matches!(value.as_ref(), "rss" | "rss2" | "atom" | "feed") || key == "feed")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    fn check(address: &str, service: bool, feed: bool) {
        let url = Url::parse("https://bo.gov.vn/").unwrap().join(address).unwrap();
        assert_eq!((is_service_address(&url), is_feed_address(&url)), (service, feed), "{address}");
    }

    #[test]
    fn addresses() {
        check("/tin-tuc/chi-tiet-12345.htm", false, false);
        check("/Pages/tin.aspx?ItemID=12", false, false);
        check("/index.php?option=com_content&view=article&id=12", false, false);
        check("/index.php?option=com_users&view=login", true, false);
        check("/congbao.nsf/TrangChu?login&redirectto=x", true, false);
        check("/tim-kiem?q=abc", true, false);
        check("/tag/cai-cach.html", true, false);
        check("/van-ban/12.pdf", true, false);
        check("/lich-cong-tac/1", true, false);
        check("/rss", true, true);
        check("/rss/tin-moi.rss", true, true);
        check("/vi/news/rss/", true, true);
        check("/feed/", true, true);
        check("/Utilities/RSSDetail.aspx?CID=563", true, true);
        check("/_layouts/15/listfeed.aspx?List=x", true, true);
    }

    #[test]
    fn wording() {
        assert!(is_more("xem thêm...") && is_more("»") && is_more("[chi tiết]") && !is_more("hội nghị"));
        assert!(is_service("đăng nhập") && is_service("[ đăng nhập]") && !is_service("tin tức"));
    }
}
