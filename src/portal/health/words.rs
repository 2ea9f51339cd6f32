//! The words of each cause: its code, what is wrong and what to do, in English and Vietnamese. Nothing else says them.

use super::Cause;

/// What is said of one cause.
pub(super) struct Words {
    pub(super) cause: Cause,
    pub(super) code: &'static str,
    pub(super) english: &'static str,
    pub(super) vietnamese: &'static str,
    pub(super) mend: &'static str,
    pub(super) mend_vietnamese: &'static str,
}

/// The words of a cause.
pub(super) fn of(cause: Cause) -> &'static Words {
    // The last one is `Other`.
    ALL.iter().find(|words| words.cause == cause).unwrap_or(&ALL[ALL.len() - 1])
}

const fn words(
    cause: Cause,
    code: &'static str,
    [english, mend]: [&'static str; 2],
    [vietnamese, mend_vietnamese]: [&'static str; 2],
) -> Words {
    Words { cause, code, english, vietnamese, mend, mend_vietnamese }
}

/// Every cause, each once.
pub(super) static ALL: [Words; 39] = [
    words(
        Cause::Dns,
        "dns",
        [
            "the name has no address (DNS)",
            "try the address in a browser; if it is wrong or has moved, correct it in the registry",
        ],
        [
            "không tìm được địa chỉ của tên miền (DNS)",
            "mở thử bằng trình duyệt; nếu sai hoặc đã đổi thì sửa địa chỉ trong danh bạ",
        ],
    ),
    words(
        Cause::ConnectionRefused,
        "connection_refused",
        [
            "the server turns connections away",
            "see whether the site opens elsewhere; if it does, our address may be blocked: write to the portal",
        ],
        [
            "máy chủ từ chối kết nối",
            "thử mở từ nơi khác; nếu mở được thì có thể họ chặn địa chỉ của ta, hãy liên hệ cổng",
        ],
    ),
    words(
        Cause::Unreachable,
        "unreachable",
        ["the server cannot be reached", "see whether the site opens elsewhere, then tell the portal"],
        ["không tới được máy chủ", "thử mở từ nơi khác rồi báo cho cổng"],
    ),
    words(
        Cause::TimedOut,
        "timed_out",
        [
            "the server did not answer in time",
            "if the site opens slowly in a browser too, tell the portal; else raise fetch.first_byte_timeout_s",
        ],
        [
            "máy chủ không trả lời kịp",
            "nếu trình duyệt cũng mở chậm thì báo cho cổng; nếu không, tăng fetch.first_byte_timeout_s",
        ],
    ),
    words(
        Cause::TooSlow,
        "too_slow",
        ["the answer comes too slowly", "raise the portal's delay_ms, or fetch.timeout_s when many portals are slow"],
        ["nội dung về quá chậm", "tăng delay_ms của cổng, hoặc fetch.timeout_s nếu nhiều cổng cùng chậm"],
    ),
    words(
        Cause::PrivateAddress,
        "private_address",
        ["the name leads to a private address", "list its network in fetch.allow_networks if it may be visited"],
        ["tên miền trỏ tới địa chỉ nội bộ", "nếu được phép thăm, thêm mạng này vào fetch.allow_networks"],
    ),
    words(
        Cause::PortNotAllowed,
        "port_not_allowed",
        ["its scheme or port is not allowed", "add the port to fetch.allow_ports, or correct the address"],
        ["giao thức hoặc cổng mạng không được phép", "thêm cổng mạng vào fetch.allow_ports, hoặc sửa địa chỉ"],
    ),
    words(
        Cause::TlsTooOld,
        "tls_too_old",
        [
            "it offers no TLS newer than 1.1",
            "ask the portal to enable TLS 1.2; until then register its http:// address if it has one",
        ],
        ["chỉ có TLS 1.1 trở xuống", "đề nghị cổng bật TLS 1.2; trong lúc chờ, đăng ký địa chỉ http:// nếu có"],
    ),
    words(
        Cause::TlsWeakCiphers,
        "tls_weak_ciphers",
        [
            "it offers only weak ciphers",
            "ask the portal to enable ECDHE with AES-GCM; until then register its http:// address if it has one",
        ],
        ["chỉ có bộ mã hóa yếu", "đề nghị cổng bật ECDHE với AES-GCM; trong lúc chờ, đăng ký địa chỉ http:// nếu có"],
    ),
    words(
        Cause::TlsBroken,
        "tls_broken",
        ["the secure connection breaks off", "open the address in a browser; if it fails there too, tell the portal"],
        ["kết nối an toàn bị đứt giữa chừng", "mở thử bằng trình duyệt; nếu cũng lỗi thì báo cho cổng"],
    ),
    words(
        Cause::CertificateExpired,
        "certificate_expired",
        ["its certificate has expired", "tell the portal to renew it; it is never visited without a valid one"],
        ["chứng thư số đã hết hạn", "báo cổng gia hạn; không bao giờ thăm khi chứng thư không hợp lệ"],
    ),
    words(
        Cause::CertificateNotYetValid,
        "certificate_not_yet_valid",
        ["its certificate is not valid yet", "see whether this machine's clock is right, then tell the portal"],
        ["chứng thư số chưa có hiệu lực", "kiểm tra đồng hồ của máy này, rồi báo cho cổng"],
    ),
    words(
        Cause::CertificateSelfSigned,
        "certificate_self_signed",
        [
            "its certificate is self-signed",
            "ask the portal for a public one, or give theirs as the portal's ca_file after checking it with them",
        ],
        ["chứng thư số tự ký", "đề nghị cổng dùng chứng thư công cộng, hoặc xác minh rồi khai báo ca_file cho cổng"],
    ),
    words(
        Cause::CertificateWrongHost,
        "certificate_wrong_host",
        [
            "its certificate is for another host name",
            "register the name that the certificate is for, or tell the portal",
        ],
        ["chứng thư số cấp cho tên miền khác", "đăng ký tên miền ghi trong chứng thư, hoặc báo cho cổng"],
    ),
    words(
        Cause::CertificateIncomplete,
        "certificate_incomplete",
        [
            "it does not send its intermediate certificate",
            "give the intermediate certificate as the portal's ca_file, and tell the portal to send it",
        ],
        [
            "máy chủ gửi thiếu chứng thư trung gian",
            "khai báo chứng thư trung gian ở ca_file của cổng, và báo cổng gửi đủ chuỗi",
        ],
    ),
    words(
        Cause::CertificateUnknownIssuer,
        "certificate_unknown_issuer",
        [
            "its certificate's authority is unknown",
            "if all portals say so, install ca-certificates; else give the authority as the portal's ca_file",
        ],
        [
            "không rõ bên cấp chứng thư số",
            "nếu cổng nào cũng vậy, cài ca-certificates; nếu không, khai báo ca_file cho cổng",
        ],
    ),
    words(
        Cause::CertificateRevoked,
        "certificate_revoked",
        ["its certificate was revoked", "tell the portal"],
        ["chứng thư số đã bị thu hồi", "báo cho cổng"],
    ),
    words(
        Cause::CertificateRefused,
        "certificate_refused",
        ["its certificate is not accepted", "see the words of the last visit, then tell the portal"],
        ["chứng thư số không được chấp nhận", "xem nội dung lần thăm cuối, rồi báo cho cổng"],
    ),
    words(
        Cause::Refused,
        "refused",
        ["it refuses us", "write to the portal: it may let the crawler's name or address through"],
        ["cổng từ chối truy cập", "liên hệ cổng để họ cho phép tên hoặc địa chỉ của bộ thu thập"],
    ),
    words(
        Cause::AskedToWait,
        "asked_to_wait",
        ["it asks for a pause", "nothing, it is honoured; if it happens often, raise the portal's delay_ms"],
        ["cổng yêu cầu tạm nghỉ", "không cần làm gì; nếu hay xảy ra, tăng delay_ms của cổng"],
    ),
    words(
        Cause::Challenge,
        "challenge",
        [
            "a captcha or a check of the browser stands before it",
            "ask the portal to let the crawler's name or address through",
        ],
        ["cổng bắt nhập mã hoặc kiểm tra trình duyệt", "đề nghị cổng cho phép tên hoặc địa chỉ của bộ thu thập"],
    ),
    words(
        Cause::NotFound,
        "not_found",
        [
            "the registered page is not there",
            "correct the address in the registry (lantoa portal check finds the sources)",
        ],
        ["trang đã đăng ký không còn", "sửa địa chỉ trong danh bạ (lantoa portal check tìm lại nguồn tin)"],
    ),
    words(
        Cause::ServerError,
        "server_error",
        ["the server fails", "nothing at first; after a day tell the portal"],
        ["máy chủ của cổng bị lỗi", "tạm thời chờ; quá một ngày thì báo cho cổng"],
    ),
    words(
        Cause::Maintenance,
        "maintenance",
        ["it is closed for repairs", "nothing at first; after a day ask the portal"],
        ["cổng đang bảo trì", "tạm thời chờ; quá một ngày thì hỏi cổng"],
    ),
    words(
        Cause::OddStatus,
        "odd_status",
        ["it answers with an odd status", "open the address in a browser, then tell the portal"],
        ["máy chủ trả mã lạ", "mở thử bằng trình duyệt, rồi báo cho cổng"],
    ),
    words(
        Cause::Redirects,
        "redirects",
        ["its redirects do not end", "register the address at which a browser ends, or tell the portal"],
        ["chuyển hướng không dứt", "đăng ký địa chỉ cuối cùng mà trình duyệt mở được, hoặc báo cho cổng"],
    ),
    words(
        Cause::TooLarge,
        "too_large",
        ["its answer is too large", "register a smaller listing or feed, or raise fetch.page_max_mb"],
        ["nội dung trả về quá lớn", "đăng ký danh mục hoặc nguồn tin nhỏ hơn, hoặc tăng fetch.page_max_mb"],
    ),
    words(
        Cause::BrokenAnswer,
        "broken_answer",
        ["its answers are broken or cut short", "open the address in a browser, then tell the portal"],
        ["nội dung trả về bị hỏng hoặc đứt", "mở thử bằng trình duyệt, rồi báo cho cổng"],
    ),
    words(
        Cause::RobotsForbids,
        "robots_forbids",
        ["its robots.txt forbids us", "ask the portal to allow the crawler; it is never visited against its will"],
        ["robots.txt của cổng không cho phép", "đề nghị cổng cho phép; không bao giờ thăm trái ý cổng"],
    ),
    words(
        Cause::RobotsUnreachable,
        "robots_unreachable",
        ["its robots.txt cannot be read, which closes it", "tell the portal that /robots.txt fails; 404 would open it"],
        ["không đọc được robots.txt nên không được thăm", "báo cổng rằng /robots.txt bị lỗi; trả 404 thì sẽ thăm được"],
    ),
    words(
        Cause::NotAFeed,
        "not_a_feed",
        ["its feed is no feed, or empty", "take the feed out of the registry or correct it (lantoa portal check)"],
        ["nguồn tin không phải RSS hoặc rỗng", "bỏ hoặc sửa nguồn tin trong danh bạ (lantoa portal check)"],
    ),
    words(
        Cause::NeedsJavascript,
        "needs_javascript",
        [
            "its pages are loaded by JavaScript",
            "register a feed or sitemap of it, or a listing that works without JavaScript",
        ],
        ["trang chỉ hiện bằng JavaScript", "đăng ký nguồn RSS, sơ đồ trang, hoặc danh mục không cần JavaScript"],
    ),
    words(
        Cause::NothingListed,
        "nothing_listed",
        [
            "no feed, sitemap or listing with articles was found",
            "register its listing pages, or give it rules.links (lantoa portal check)",
        ],
        [
            "không thấy nguồn tin, sơ đồ trang hay danh mục nào có tin",
            "đăng ký trang danh mục, hoặc đặt rules.links (lantoa portal check)",
        ],
    ),
    words(
        Cause::LayoutChanged,
        "layout_changed",
        [
            "its layout changed: less is found on its pages",
            "lantoa portal check shows what each selector finds; mend the portal's rules",
        ],
        [
            "giao diện thay đổi: đọc được ít hơn trước",
            "lantoa portal check cho thấy bộ chọn nào còn đúng; sửa quy tắc của cổng",
        ],
    ),
    words(
        Cause::Moved,
        "moved",
        ["it has moved to another site", "open both addresses, then accept or refuse (lantoa portal moves)"],
        ["cổng đã chuyển sang địa chỉ khác", "mở cả hai địa chỉ, rồi chấp nhận hay từ chối (lantoa portal moves)"],
    ),
    words(
        Cause::EmptiesItself,
        "empties_itself",
        [
            "it empties itself",
            "open the portal, then answer what lantoa asks about it (lantoa portal show); nothing is marked gone meanwhile",
        ],
        [
            "cổng tự trống nội dung",
            "mở cổng xem rồi trả lời câu hỏi (lantoa portal show); trong lúc đó không tin nào bị đánh dấu đã gỡ",
        ],
    ),
    words(
        Cause::StoppedAnswering,
        "stopped_answering",
        ["it stopped answering in the middle", "raise the portal's delay_ms: it may be overloaded"],
        ["cổng ngừng trả lời giữa chừng", "tăng delay_ms của cổng: có thể máy chủ quá tải"],
    ),
    words(
        Cause::Record,
        "record",
        ["our own record cannot be written", "free some space on this machine (lantoa doctor)"],
        ["không ghi được kho dữ liệu của ta", "giải phóng dung lượng trên máy này (lantoa doctor)"],
    ),
    words(
        Cause::Other,
        "other",
        ["it cannot be read", "see the words of the last visit (lantoa portal show)"],
        ["không đọc được cổng", "xem nội dung lần thăm cuối (lantoa portal show)"],
    ),
];
