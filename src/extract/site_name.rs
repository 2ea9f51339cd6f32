//! Titles and names of sites: which part of "Khai mạc hội nghị - Cổng thông tin điện tử tỉnh" is the headline, and which
//! titles belong to a template and to no article.

use super::body::compare_key;
use super::metadata::Metadata;
use super::outline::Outline;

/// Names of the site as the metadata gives them.
pub(super) fn site_names(page: &Outline<'_>, meta: &Metadata) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in
        ["og:site_name", "application-name", "twitter:site", "apple-mobile-web-app-title", "al:android:app_name"]
    {
        if let Some((_, value)) = meta.get(&[name]) {
            names.push(value.trim_start_matches('@').to_owned());
        }
    }
    for segment in segments(&page.title) {
        if is_site_like(&segment) {
            names.push(segment);
        }
    }
    names.extend(logo_name(page));
    names
}

/// What the site's logo is called, where its title has that too.
fn logo_name(page: &Outline<'_>) -> Option<String> {
    let is_logo = |name: &&str| name.to_ascii_lowercase().contains("logo");
    let logos = page.nodes.iter().filter(|node| node.name == "img" && node.attr("alt").is_some());
    let alts = logos
        .take(20)
        .filter(|node| ["src", "class", "id"].iter().filter_map(|key| node.attr(key)).any(|name| is_logo(&name)));
    let mut names = alts.filter_map(|node| node.attr("alt")).map(crate::vietnamese::clean);
    names.find(|name| (4..=80).contains(&name.chars().count()) && !name.to_lowercase().starts_with("logo"))
}

pub(super) fn segments(title: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let clean = crate::vietnamese::clean(title);
    let words: Vec<&str> = clean.split(' ').collect();
    for word in words {
        if matches!(
            word,
            "-" | "–"
                | "—"
                | "|"
                | "»"
                | "«"
                | "::"
                | ":"
                | "·"
                | "•"
                | "/"
                | ">"
                | "←"
                | "<"
                | "||"
                | "\\"
                | "~"
                | "*"
        ) {
            out.push(String::new());
        } else if let Some(last) = out.last_mut() {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    out.retain(|segment| !segment.is_empty());
    out
}

/// Whether a piece of a title is the name of a site or body rather than a headline. A headline may begin with such a
/// name ("Cổng thông tin điện tử tỉnh ban hành quy chế") or end with it ("Khai trương cổng thông tin điện tử").
pub(super) fn is_site_like(text: &str) -> bool {
    const STARTS: [&str; 15] = [
        "cổng thông tin",
        "cổng giao tiếp",
        "trang thông tin",
        "cổng ttđt",
        "trang ttđt",
        "cổng điện tử",
        "trang chủ",
        "trang tin",
        "website",
        "báo điện tử",
        "chào mừng",
        "home page",
        "homepage",
        "official site",
        "chi tiết tin",
    ];
    const ENDS: [&str; 7] =
        ["thông tin điện tử", "cổng ttđt", "báo điện tử", "trang chủ", "website", "home page", "official site"];
    let lower = text.trim().to_lowercase();
    let named = STARTS.iter().any(|name| lower.starts_with(name))
        || ENDS.iter().any(|name| lower.ends_with(name))
        || is_office(&lower, text);
    named && text.chars().count() < 100 && !text.contains(':') && !tells(&lower)
}

/// A people's committee's name and nothing else; "UBND tỉnh họp phiên thường kỳ" is a headline.
fn is_office(lower: &str, text: &str) -> bool {
    let Some(rest) = lower.strip_prefix("ubnd ").or_else(|| lower.strip_prefix("ủy ban nhân dân ")) else {
        return false;
    };
    let begin = text.split_whitespace().count() - rest.split_whitespace().count();
    text.split_whitespace().skip(begin).all(|word| {
        let level = ["tỉnh", "thành", "phố", "xã", "phường", "huyện", "quận", "thị", "trấn", "đặc", "khu"];
        level.contains(&word.to_lowercase().as_str()) || word.starts_with(char::is_uppercase)
    }) && rest.split_whitespace().count() <= 6
}

/// Whether a text says that something happens: names of sites have no verb.
fn tells(lower: &str) -> bool {
    const VERBS: [&str; 68] = [
        "ban hành",
        "triển khai",
        "đẩy mạnh",
        "tăng cường",
        "kiểm tra",
        "hướng dẫn",
        "sơ kết",
        "tổng kết",
        "phê duyệt",
        "tháo gỡ",
        "ra mắt",
        "khai trương",
        "khai mạc",
        "bế mạc",
        "tổ chức",
        "công bố",
        "tiếp nhận",
        "tiếp tục",
        "tiếp xúc",
        "phối hợp",
        "thực hiện",
        "giới thiệu",
        "nâng cấp",
        "nâng cao",
        "vận hành",
        "đạt",
        "được",
        "bị",
        "đã",
        "đang",
        "sẽ",
        "phải",
        "cần",
        "họp",
        "làm việc",
        "thăm",
        "trao",
        "nhận",
        "ký",
        "mở",
        "đón",
        "gặp",
        "đối thoại",
        "chỉ đạo",
        "yêu cầu",
        "đề nghị",
        "kêu gọi",
        "ứng phó",
        "khắc phục",
        "xử lý",
        "xử phạt",
        "cảnh báo",
        "chúc mừng",
        "bổ nhiệm",
        "hỗ trợ",
        "hoàn thành",
        "khởi công",
        "khánh thành",
        "tập huấn",
        "quy định",
        "sửa đổi",
        "ngừng",
        "tạm dừng",
        "thay đổi",
        "lấy ý kiến",
        "phát động",
        "góp phần",
        "trả lời",
    ];
    let padded = format!(" {lower} ");
    VERBS.iter().any(|verb| padded.contains(&format!(" {verb} ")))
}

/// Whether a line of the page is the site's name, given the names that the metadata knows: "Cổng TTĐT Hà Nội" is,
/// "Cổng TTĐT Hà Nội siết quản lý dạy thêm" goes on after it.
pub(super) fn names_site(text: &str, site: &[String]) -> bool {
    let key = compare_key(text);
    if site.iter().any(|name| compare_key(name) == key) {
        return true;
    }
    is_site_like(text) && !site.iter().any(|name| goes_on(text, name))
}

/// Whether `text` is `name` and then words that are no body's name.
fn goes_on(text: &str, name: &str) -> bool {
    /// Words with which the name of a body goes on.
    const BODY: [&str; 22] = [
        "điện",
        "tỉnh",
        "thành",
        "tp",
        "tp.",
        "bộ",
        "sở",
        "ban",
        "cục",
        "huyện",
        "xã",
        "phường",
        "thị",
        "quận",
        "chính",
        "ủy",
        "uỷ",
        "ubnd",
        "và",
        "của",
        "trường",
        "các",
    ];
    let rest = text.trim().strip_prefix(name.trim()).unwrap_or_default();
    let next = rest.split_whitespace().next().unwrap_or_default();
    rest.starts_with(' ')
        && next.starts_with(char::is_lowercase)
        && !BODY.contains(&next)
        && rest.split_whitespace().count() >= 2
}

/// Titles that pages of one template share.
pub(super) fn is_generic(text: &str) -> bool {
    let key = text.to_lowercase();
    matches!(
        key.trim(),
        "trang chủ"
            | "home"
            | "chi tiết tin"
            | "chi tiết"
            | "tin tức"
            | "tin tức - sự kiện"
            | "tin tức sự kiện"
            | "chi tiết tin tức"
            | "chi tiết bài viết"
            | "xem tin"
            | "nội dung"
            | "untitled"
            | "untitled document"
            | "index"
            | "news"
            | "article"
            | "bài viết"
            | "detail"
            | "xem chi tiết"
            | "new page"
            | "no title"
            | "document"
            | "default"
    )
}

/// A title without the name of the site at its end or start.
pub(super) fn without_site(title: &str, site: &[String]) -> String {
    let segments = segments(title);
    if segments.len() < 2 {
        return title.to_owned();
    }
    let named = |segment: &String| {
        let key = compare_key(segment);
        names_site(segment, site)
            || site.iter().any(|name_of_site| {
                let name = compare_key(name_of_site);
                !name.is_empty()
                    && (key == name
                        || (name.chars().count() > 5
                            && key.chars().count() < 40
                            && !goes_on(segment, name_of_site)
                            && (key.contains(&name) || name.contains(&key) && key.chars().count() > 4)))
            })
    };
    let mut text = title.to_owned();
    let mut rest = segments.as_slice();
    let mut goes: &dyn Fn(&String) -> bool = &named;
    // "Headline | Báo Mẫu | by Lan Anh": what follows the site's name is none of the headline.
    let is_site = |segment: &&String| {
        let key = compare_key(segment);
        !key.is_empty() && site.iter().any(|name| compare_key(name) == key)
    };
    let middle = segments.len().saturating_sub(1).max(1);
    if let Some(place) = segments[1..middle].iter().position(|segment| is_site(&segment))
        && let Some(at) = text.rfind(segments[place + 1].as_str())
    {
        text.truncate(at);
        rest = &rest[..=place];
        goes = &|segment| is_generic(segment);
    }
    while let [first, .., last] = rest {
        if goes(last) {
            let Some(at) = text.rfind(last.as_str()) else { break };
            text.truncate(at);
            rest = &rest[..rest.len() - 1];
        } else if goes(first) {
            let Some(at) = text.find(first.as_str()) else { break };
            text.drain(..at + first.len());
            rest = &rest[1..];
        } else {
            break;
        }
        // One name is enough, a second may be in the headline. Beside it stands the section: "Tin - Tin tức - Cổng".
        goes = &|segment| is_generic(segment);
    }
    let mark = |c: char| c.is_whitespace() || "-–—|:·•/><←~*".contains(c);
    // The arrows of a breadcrumb are also the quotes of French.
    let quoted = text.contains('«') && text.contains('»');
    let text = text.trim_matches(|c: char| mark(c) || !quoted && "»«".contains(c)).to_owned();
    if text.is_empty() { title.to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_site_goes() {
        let check = |title: &str, site: &str, expected: &str| {
            assert_eq!(without_site(title, &[site.to_owned()]), expected, "{title}");
        };
        check("Khai mạc hội nghị - Cổng thông tin điện tử tỉnh Mẫu", "", "Khai mạc hội nghị");
        check("Khai mạc hội nghị | Báo Mẫu", "Báo Mẫu", "Khai mạc hội nghị");
        check("Báo Mẫu - Khai mạc hội nghị", "Báo Mẫu", "Khai mạc hội nghị");
        check("Chè - hướng đi mới của vùng cao", "Báo Mẫu", "Chè - hướng đi mới của vùng cao");
        check("Cổng thông tin điện tử", "", "Cổng thông tin điện tử");
    }

    #[test]
    fn titles_of_templates_are_known() {
        let check =
            |title: &str, expected: bool| assert_eq!(is_generic(title) || is_site_like(title), expected, "{title}");
        check("Chi tiết tin", true);
        check("Cổng thông tin điện tử tỉnh Mẫu", true);
        check("Ra mắt: Cổng thông tin điện tử tỉnh Mẫu", false);
        check("Chi tiết kế hoạch tiêm chủng", false);
        check("UBND tỉnh Mẫu", true);
        check("UBND tỉnh Mẫu họp phiên thường kỳ tháng 10", false);
        check("Quyết định số 57/2026/QĐ-UBND quy định hạn mức giao đất ở", false);
        check("Cổng TTĐT Hà Nội ban hành quy định về tuyển sinh đầu cấp", false);
        check("Khai trương cổng thông tin điện tử", false);
        check("Trang thông tin điện tử Sở Giáo dục và Đào tạo", true);
    }

    #[test]
    fn the_site_goes_from_a_title() {
        let check = |title: &str, expected: &str| {
            assert_eq!(without_site(title, &["Báo Mẫu".to_owned()]), expected, "{title}");
        };
        check("Khai mạc hội nghị | Báo Mẫu", "Khai mạc hội nghị");
        check("Báo Mẫu - Khai mạc hội nghị", "Khai mạc hội nghị");
        check("Khai mạc hội nghị | Báo Mẫu | by Lan Anh", "Khai mạc hội nghị");
        check("La « gravité de la situation » - Báo Mẫu", "La « gravité de la situation »");
        check("Khai mạc hội nghị | Thời sự", "Khai mạc hội nghị | Thời sự");
    }

    #[test]
    fn a_headline_may_begin_with_the_name() {
        let check = |text: &str, expected: bool| {
            assert_eq!(names_site(text, &["Cổng TTĐT Hà Nội".to_owned()]), expected, "{text}");
        };
        check("Cổng TTĐT Hà Nội", true);
        check("CỔNG TTĐT HÀ NỘI", true);
        check("Cổng TTĐT Hà Nội siết quản lý dạy thêm", false);
        check("Cổng TTĐT Hà Nội thành phố vì hòa bình", true);
    }
}
