//! What pages say of themselves that are no articles: errors, refusals, repairs, consent, challenges, "not found".
//! An article may be about any of these, so only short pages are asked, and those with a date of their own only when
//! they say next to nothing else.

use super::blocks::Block;
use super::marks::Marks;
use super::site_name::segments;

/// What is asked of a page.
pub(super) struct Said<'s> {
    /// The text of `<title>`.
    pub(super) title: &'s str,
    pub(super) blocks: &'s [Block],
    /// Characters of sapo and body.
    pub(super) body: usize,
    /// The page itself gives a date.
    pub(super) has_date: bool,
}

/// One kind of page.
struct Kind {
    reason: &'static str,
    /// How its title or a line of its own begins: believed of pages of up to [`TERSE`] characters.
    begins: &'static [&'static str],
    /// What a short line of it holds: believed of pages that say hardly anything else.
    holds: &'static [&'static str],
}

/// Characters of body up to which a page is taken at the word of its title.
const TERSE: usize = 450;
/// Characters of body up to which it is taken at the word of any line.
const BARE: usize = 160;
/// Characters of body from which a page with a date of its own is an article, whatever it says.
const TELLS: usize = 110;
/// Characters of a line that is taken for a heading.
const HEADING: u32 = 90;

/// The kinds, the surest first.
const KINDS: [Kind; 7] = [
    Kind {
        reason: "challenge page: captcha or check of the browser",
        begins: &[
            "just a moment",
            "checking your browser",
            "verifying you are human",
            "attention required",
            "xác nhận bạn không phải",
        ],
        holds: &[
            "không phải là robot",
            "không phải là người máy",
            "not a robot",
            "you are human",
            "bạn là con người",
            "nhập mã captcha",
            "nhập mã xác nhận để tiếp tục",
            "checking your browser",
        ],
    },
    Kind {
        reason: "block page: access refused",
        begins: &[
            "403 forbidden",
            "403 - forbidden",
            "403 - truy cập",
            "forbidden",
            "access denied",
            "access is denied",
            "từ chối truy cập",
            "truy cập bị từ chối",
            "request rejected",
            "bạn không có quyền",
            "unauthorized",
            "401 - unauthorized",
        ],
        holds: &[
            "không có quyền truy cập",
            "không có quyền xem",
            "không được phép truy cập",
            "chưa được chia sẻ trang này",
            "have access to this page",
            "do not have permission",
            "don't have permission",
            "not allowed to access",
            "chỉ cho phép truy cập từ",
            "địa chỉ ip của bạn",
            "truy cập của bạn bị",
            "access denied",
        ],
    },
    Kind {
        reason: "error page: the server failed",
        begins: &[
            "runtime error",
            "server error in '",
            "server error",
            "500 internal",
            "500 - internal",
            "internal server error",
            "502 bad gateway",
            "bad gateway",
            "503 service",
            "service unavailable",
            "service temporarily unavailable",
            "504 gateway",
            "gateway time",
            "http status 5",
            "http error 5",
            "520:",
            "521:",
            "522:",
            "523:",
            "524:",
            "connection timed out",
            "database error",
            "error establishing a database",
            "lỗi kết nối cơ sở dữ liệu",
            "lỗi máy chủ",
            "lỗi hệ thống",
            "fatal error",
            "proxy error",
        ],
        holds: &[
            "unhandled exception",
            "stack trace",
            "http error 503",
            "lỗi kết nối cơ sở dữ liệu",
            "đã xảy ra lỗi",
            "có lỗi xảy ra",
            "an error occurred",
            "something went wrong",
            "fatal error",
            "sqlstate[",
            "lỗi kết nối",
        ],
    },
    Kind {
        reason: "maintenance page: the site is closed for now",
        begins: &[
            "hệ thống đang bảo trì",
            "website đang bảo trì",
            "trang web đang bảo trì",
            "site maintenance",
            "under maintenance",
            "account suspended",
            "under construction",
            "website is under",
        ],
        holds: &[
            "đang bảo trì",
            "đang được bảo trì",
            "đang được nâng cấp",
            "đang nâng cấp",
            "đang xây dựng",
            "được bảo trì định kỳ",
            "under maintenance",
            "scheduled maintenance",
            "be back soon",
            "performing some maintenance",
            "has been suspended",
            "tạm ngừng hoạt động",
        ],
    },
    Kind {
        reason: "parked page: a server or a name without a site",
        begins: &[
            "welcome to nginx",
            "apache2 ubuntu default",
            "apache2 debian default",
            "test page for",
            "iis windows",
            "index of /",
            "directory listing",
            "domain for sale",
            "default web site page",
        ],
        holds: &[
            "domain is for sale",
            "domain is parked",
            "tên miền đã hết hạn",
            "tên miền này đang được rao bán",
            "buy this domain",
        ],
    },
    Kind {
        reason: "consent page: cookies are asked for first",
        begins: &[
            "trước khi bạn tiếp tục",
            "trước khi tiếp tục",
            "before you continue",
            "we value your privacy",
            "cookie consent",
        ],
        holds: &["chấp nhận tất cả cookie", "accept all cookies", "accept cookies to continue"],
    },
    Kind {
        reason: super::NOT_FOUND,
        begins: &[
            "404",
            "lỗi 404",
            "lỗi: 404",
            "error 404",
            "page not found",
            "not found",
            "không tìm thấy",
            "trang không tồn tại",
            "trang bạn tìm",
            "bài viết không tồn tại",
            "oops! that page",
        ],
        holds: &[
            "không tồn tại",
            "không tìm thấy",
            "không có trên hệ thống",
            "không được tìm thấy",
            "không còn tồn tại",
            "đã bị xóa",
            "đã bị xoá",
            "không có dữ liệu",
            "không có bài viết nào",
            "chưa có bài viết",
            "nội dung đang được cập nhật",
            "nội dung đang cập nhật",
            "dữ liệu đang được cập nhật",
            "page not found",
            "could not be found",
            "can't be found",
            "can’t be found",
            "cannot be found",
            "nothing was found",
            "no longer available",
        ],
    },
];

/// Why the page is no article by its own words, or nothing.
pub(super) fn refuse(said: &Said<'_>) -> Option<&'static str> {
    if said.body > TERSE || said.has_date && said.body >= TELLS {
        return None;
    }
    let own = |block: &&Block| !block.marks.any(Marks::NAV.with(Marks::FOOTER)) && block.links < 0.5;
    let lines: Vec<(u32, String)> =
        said.blocks.iter().filter(own).take(60).map(|block| (block.chars, block.text.to_lowercase())).collect();
    let title: Vec<String> = segments(said.title).iter().map(|segment| segment.to_lowercase()).collect();
    let headings = || title.iter().chain(lines.iter().filter(|(chars, _)| *chars <= HEADING).map(|(_, line)| line));
    let begins = |kind: &&Kind| kind.begins.iter().any(|words| headings().any(|line| starts(line, words)));
    if let Some(kind) = KINDS.iter().find(begins) {
        return Some(kind.reason);
    }
    if said.body > BARE {
        return None;
    }
    let holds = |kind: &&Kind| {
        kind.holds.iter().any(|words| lines.iter().any(|(chars, line)| *chars <= 250 && line.contains(words)))
    };
    KINDS.iter().find(holds).map(|kind| kind.reason)
}

/// Whether a line begins with these words and not with longer ones: "404 - không", not "4040 hộ dân".
fn starts(line: &str, words: &str) -> bool {
    line.strip_prefix(words).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}

/// Why a page without any text in its markup is no article.
pub(super) fn of_no_text(html: &str) -> &'static str {
    let lower = html.get(..html.floor_char_boundary(60_000)).unwrap_or_default().to_ascii_lowercase();
    let has = |words: &str| lower.contains(words);
    if has("document.cookie") && (has("location") || has("reload")) {
        "challenge page: a script must set a cookie"
    } else if has("<script") || has("enable javascript") {
        "script shell: no text in the markup (needs_js)"
    } else {
        "empty page: no text in the markup"
    }
}
