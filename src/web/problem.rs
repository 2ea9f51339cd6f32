//! Why a visit failed, for operators who read Vietnamese: the record's words in, the same said in Vietnamese out.
//!
//! The words of the record stay as they are; what is not known here is shown as it was written.

use std::sync::LazyLock;

use regex::Regex;

use super::language::Language;

/// What stages say, and how it reads in Vietnamese. Longer sentences come before the shorter ones that they hold.
const WORDS: &[(&str, &str)] = &[
    (r"^(.*): the portal has to be left alone until (.+)$", "$1; để cổng nghỉ đến $2"),
    (r"^the portal has to be left alone until (.+)$", "để cổng nghỉ đến $1"),
    (r"^the portal cannot be read: ", "không đọc được cổng: "),
    (r"^the portal has moved to (\S+) \(.*\)$", "cổng đã chuyển sang $1 (hãy trả lời ở trang Vận hành)"),
    (r"^the portal seems to have moved to (\S+) \(.*\)$", "cổng có vẻ đã chuyển sang $1 (chưa đọc gì ở đó)"),
    (r"^(\S+) leads to (\S+) since (.+), on (\d+) days(?: \(.*\))?$", "$1 dẫn sang $2 từ $3, trong $4 ngày"),
    (r"one and the same page", "cùng một trang"),
    (r"(\d+) addresses of articles show ", "$1 địa chỉ tin cùng hiện "),
    (r"no feed, sitemap or listing shows an article any more", "không nguồn tin, sơ đồ trang hay danh mục nào còn tin"),
    (
        r"^the portal has emptied itself: (.+); nothing is read or marked until you say so(?: \(.*\))?$",
        "cổng bỗng trống: $1; không đọc và không đánh dấu gì cho đến khi có trả lời",
    ),
    (r"^the portal stopped answering after (\d+) requests$", "cổng ngừng trả lời sau $1 yêu cầu"),
    (
        r"^(\d+) of (\d+) articles are missing at once; none is marked gone until you say so(?: \(.*\))?$",
        "$1 trong $2 tin cùng mất một lúc; chưa tin nào bị đánh dấu là đã gỡ (hãy xem lại cổng)",
    ),
    (
        r"no feed, sitemap or listing with articles was found",
        "không thấy nguồn tin, sơ đồ trang hay danh mục nào có tin",
    ),
    (r"robots\.txt cannot be read, so nothing may be fetched: ", "không đọc được robots.txt nên không được lấy gì: "),
    (r"robots\.txt does not allow this address", "robots.txt không cho phép địa chỉ này"),
    (
        r"(\S+) is at (\S+), which is not a public address(?: \(.*?\))?",
        "$1 trỏ đến $2, không phải địa chỉ công cộng (nếu được phép, thêm mạng này vào fetch.allow_networks)",
    ),
    (r"port (\d+) is not allowed(?: \(.*?\))?", "cổng mạng $1 không được phép (nếu cần, thêm vào fetch.allow_ports)"),
    (r"cannot resolve (\S+): .*", "không tìm được địa chỉ của $1 (DNS)"),
    (r"cannot connect: the server turns connections away", "máy chủ từ chối kết nối"),
    (r"cannot connect: ", "không kết nối được: "),
    (r"no secure connection: ", "không có kết nối an toàn: "),
    (r"the certificate has expired", "chứng thư số đã hết hạn"),
    (r"the certificate is not valid yet(?: \(.*?\))?", "chứng thư số chưa có hiệu lực"),
    (r"the certificate is for another host name", "chứng thư số cấp cho tên miền khác"),
    (r"the certificate's issuer is unknown(?: \(.*?\))?", "không rõ bên cấp chứng thư số"),
    (
        r"the server does not send the intermediate certificate(?: \(.*?\))?",
        "máy chủ gửi thiếu chứng thư trung gian (có thể khai báo ở ca_file của cổng)",
    ),
    (r"the certificate was revoked", "chứng thư số đã bị thu hồi"),
    (r"the certificate is self-signed", "chứng thư số tự ký"),
    (r"the server offers no protocol newer than TLS 1\.1", "máy chủ chỉ có TLS 1.1 trở xuống"),
    (r"the server offers only weak ciphers", "máy chủ chỉ có bộ mã hóa yếu"),
    (r"the server does not speak TLS at this port", "cổng mạng này của máy chủ không dùng TLS"),
    (r"the server broke the handshake off(?: \(.*?\))?", "máy chủ ngắt khi đang bắt tay TLS (máy chủ cũ hay làm vậy)"),
    (r"^the layout changed: ", "giao diện thay đổi: "),
    (
        r"\b(text|date|title|selectors) on (\d+) % of its pages, before on (\d+) %",
        "$1 có ở $2 % số trang, trước là $3 %",
    ),
    (r"\btext có ở", "nội dung có ở"),
    (r"\bdate có ở", "ngày có ở"),
    (r"\btitle có ở", "tiêu đề có ở"),
    (r"\bselectors có ở", "bộ chọn đúng có ở"),
    (r"^the home page lists nothing: .*$", "trang chủ không có tin nào"),
    (r"^(\d+) pages are no articles: .*$", "$1 trang không phải là tin"),
    (r"timed out connecting \(.*?\)", "quá thời gian kết nối"),
    (r"timed out waiting for the answer to begin \(.*?\)", "chờ quá lâu mà cổng chưa trả lời"),
    (r"timed out because the answer came too slowly \(.*?\)", "cổng trả lời quá chậm"),
    (r"timed out before the answer was complete \(.*?\)", "hết thời gian trước khi nhận đủ"),
    (r"the answer is larger than (\d+) bytes", "trang lớn hơn $1 byte"),
    (r"more redirects than fetch\.max_redirects allows", "chuyển hướng quá nhiều lần"),
    (r"the redirects go round in a circle", "chuyển hướng vòng tròn"),
    (r"the server answered with status (\d+)", "máy chủ trả mã $1"),
    (r"the host asked for a pause until (\S+)", "máy chủ yêu cầu tạm nghỉ đến $1"),
    (r"the answer is broken: ", "nội dung trả về bị hỏng: "),
    (r"the feed has no entries", "nguồn tin không có mục nào"),
    (
        r"Meilisearch is down \(.*?\): .*",
        "máy tìm kiếm Meilisearch không chạy (hãy khởi động, hoặc sửa index.meilisearch_url)",
    ),
    (r"Meilisearch is slow, .*", "máy tìm kiếm Meilisearch trả lời quá chậm"),
    (
        r"Meilisearch is out of disk space \(.*?\): .*",
        "máy tìm kiếm Meilisearch hết chỗ trên đĩa (dọn bớt; tin đang chờ sẽ tự gửi lại)",
    ),
    (
        r"Meilisearch (\S+) is outside the tested range \((.*?)\).*",
        "máy tìm kiếm Meilisearch $1 không thuộc các bản đã thử ($2); hãy cài bản khác",
    ),
    (r"search engine unavailable: ", "máy tìm kiếm chưa dùng được: "),
    (
        r"the search index differs from the record in (\d+) articles of (\S+) .*",
        "chỉ mục tìm kiếm khác kho lưu $1 tin của $2 (chạy `lantoa reindex`)",
    ),
    (r"no answer$", "không có trả lời"),
];

static PATTERNS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    WORDS.iter().map(|(words, said)| (Regex::new(words).expect("a constant expression"), *said)).collect()
});

/// A problem in the language of the page; `None` when the words of the record are all there is.
pub(super) fn in_words(language: Language, problem: &str) -> Option<String> {
    if language != Language::Vietnamese {
        return None;
    }
    let mut said = problem.to_owned();
    for (words, replacement) in PATTERNS.iter() {
        if let std::borrow::Cow::Owned(changed) = words.replace_all(&said, *replacement) {
            said = changed;
        }
    }
    (said != problem).then_some(said)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use crate::fetch::{FetchError, Stage, TlsFault};

    use super::*;

    fn check(problem: &str, expected: &str) {
        assert_eq!(in_words(Language::Vietnamese, problem).as_deref().unwrap_or("as it was"), expected);
    }

    #[test]
    fn sentences_are_said_in_vietnamese() {
        check(
            "the server answered with status 503: the portal has to be left alone until 20:30 18/11/2026",
            "máy chủ trả mã 503; để cổng nghỉ đến 20:30 18/11/2026",
        );
        check(
            "the portal cannot be read: port 42197 is not allowed (add it to fetch.allow_ports if it may be visited)",
            "không đọc được cổng: cổng mạng 42197 không được phép (nếu cần, thêm vào fetch.allow_ports)",
        );
        check(
            "the portal cannot be read: robots.txt cannot be read, so nothing may be fetched: cannot resolve a.vn: no",
            "không đọc được cổng: không đọc được robots.txt nên không được lấy gì: không tìm được địa chỉ của a.vn (DNS)",
        );
        check(
            "the layout changed: text on 3 % of its pages, before on 96 %; date on 0 % of its pages, before on 90 %",
            "giao diện thay đổi: nội dung có ở 3 % số trang, trước là 96 %; ngày có ở 0 % số trang, trước là 90 %",
        );
        check("something nobody foresaw", "as it was");
        assert_eq!(in_words(Language::English, "the server answered with status 503"), None);
    }

    /// Whatever the fetcher says has Vietnamese words.
    #[test]
    fn every_error_of_the_fetcher_is_known() {
        let cause = Box::new(FetchError::Status(500));
        for error in [
            FetchError::RobotsDenied,
            FetchError::RobotsUnreachable { cause },
            FetchError::AddressRefused { host: "a.vn".into(), address: "127.0.0.1".parse().unwrap() },
            FetchError::Port(22),
            FetchError::Dns { host: "a.vn".into(), cause: "x".into() },
            FetchError::Connect("refused".into()),
            FetchError::Tls(TlsFault::Expired),
            FetchError::Refused,
            FetchError::Timeout { stage: Stage::Connect },
            FetchError::Timeout { stage: Stage::FirstByte },
            FetchError::Timeout { stage: Stage::Rate },
            FetchError::Timeout { stage: Stage::Total },
            FetchError::TooLarge { limit_bytes: 1 },
            FetchError::TooManyRedirects,
            FetchError::RedirectLoop,
            FetchError::Status(404),
            FetchError::Broken("x".into()),
        ] {
            let said = in_words(Language::Vietnamese, &error.to_string());
            assert!(said.is_some(), "{error}");
            assert!(!said.unwrap().contains("the "), "{error}");
        }
    }
}
