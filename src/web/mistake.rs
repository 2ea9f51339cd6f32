//! A form that could not be taken: what was typed and what the program says about it in, the form with its values, the
//! field that is wrong and words in the page's language out. Nobody types anything twice.

use std::sync::LazyLock;

use regex::Regex;

use super::form::Form;
use super::language::Language;
use super::problem;

/// What checks of forms say, the field that it is about (none where it is about the whole), and how it reads in Vietnamese.
const WORDS: &[(&str, &str, &str)] = &[
    // People.
    (
        r"^cannot add user `(.*)` \(use letters, digits, and \. - _ @, at most (\d+)\)$",
        "name",
        "“$1” không dùng làm tên được; tên gồm chữ, số và các dấu . - _ @, nhiều nhất $2 ký tự",
    ),
    (
        r"^cannot add user `(.*)`: the name is taken \(choose another\)$",
        "name",
        "đã có người tên “$1”; hãy chọn tên khác",
    ),
    (r"^unknown role `(.*)` \(one of .*\)$", "role", "không có vai trò “$1”; hãy chọn trong danh sách"),
    (r"^cannot make user `.*` officer \(.*\)$", "portals", "đầu mối phải gắn với ít nhất một cổng; hãy ghi mã cổng"),
    (
        r"^cannot make user `.*` \S+ \(an officer needs a portal, .*\)$",
        "portals",
        "chỉ đầu mối mới gắn với cổng; hãy để trống",
    ),
    (r"^no portal `(.*)`$", "portals", "không có cổng nào mang mã “$1”"),
    (
        r"^cannot change user `.*`: the last administrator must stay one \(make another first\)$",
        "role",
        "đây là quản trị viên cuối cùng; hãy thêm một quản trị viên khác trước",
    ),
    // Keys.
    (
        r"^cannot make a key: its name is empty, longer than (\d+) characters or not one line$",
        "name",
        "hãy đặt tên trên một dòng, nhiều nhất $1 ký tự",
    ),
    (r"^cannot make key `.*`: say what it may do \(.*\)$", "scope", "hãy chọn ít nhất một việc mà khóa được làm"),
    (
        r"^cannot make key `.*`: a key that hands items in needs --portal$",
        "portals",
        "khóa để gửi tin phải gắn với ít nhất một cổng",
    ),
    (
        r"^cannot make key `.*`: a key of a portal cannot decide$",
        "portals",
        "khóa gắn với cổng không được quyết định; hãy bỏ cổng hoặc bỏ việc quyết định",
    ),
    (
        r"^cannot make key `.*`: (?:it has to hold for one day at least|`.*` is no number of days)$",
        "days",
        "hãy ghi số ngày từ 1 trở lên, hoặc để trống cho khóa không hết hạn",
    ),
    (r"^cannot make key `.*`: no portal `(.*)` \(.*\)$", "portals", "không có cổng nào mang mã “$1”"),
    // Webhooks.
    (
        r"^cannot read the address: .*$",
        "url",
        "địa chỉ không đọc được; hãy ghi đủ, ví dụ https://ten-mien.gov.vn/nhan-tin",
    ),
    (
        r"^an address has at most (\d+) characters, no name and no password$",
        "url",
        "địa chỉ dài nhất $1 ký tự, không kèm tên và mật khẩu",
    ),
    (r"^say what is to be sent: .*$", "event", "hãy chọn ít nhất một loại tin cần gửi"),
    (r"^cannot send to this address: (.*)$", "url", "không được gửi đến địa chỉ này: $1"),
    (r"^cannot make a webhook: no portal `(.*)` \(.*\)$", "portals", "không có cổng nào mang mã “$1”"),
    // Topics.
    (r"^(\d+) topics are too many \(at most (\d+)\)$", "", "$1 lĩnh vực là quá nhiều, nhiều nhất $2"),
    (
        r"^topic `(.*)` (?:stands there twice \(give each its own code\)|is there already \(give this one another code\))$",
        "code",
        "đã có lĩnh vực mang mã “$1”; hãy chọn mã khác",
    ),
    (
        r"^topic code `(.*)` is not usable \(.*\)$",
        "code",
        "“$1” không dùng làm mã được; mã gồm chữ thường không dấu, số và dấu gạch nối, và không phải là “new”",
    ),
    (r"^topic `.*` has no name \(give it one\)$", "name", "hãy đặt tên cho lĩnh vực"),
    (
        r"^topic `.*`: `(.*)` is too long \(at most (\d+) characters on one line\)$",
        "words",
        "“$1” quá dài; nhiều nhất $2 ký tự trên một dòng",
    ),
    (r"^topic `.*` has (\d+) words \(at most (\d+)\)$", "words", "có $1 từ, nhiều nhất $2"),
    (r"^cannot leave out topic `(.*)`: .*$", "", "lĩnh vực “$1” đã có tin; hãy ngừng dùng thay vì xóa"),
    // Rules; the field stands beside these words.
    (r"^a rule has no name \(give it one\)$", "name", "hãy đặt tên cho luật"),
    (r"^it is too long \(at most (\d+) characters on one line\)$", "", "quá dài; nhiều nhất $1 ký tự trên một dòng"),
    (
        r"^`(.*)` is no word to look for \(write whole words, at most (\d+) characters\)$",
        "",
        "“$1” không phải là từ để tìm; hãy ghi trọn từ, nhiều nhất $2 ký tự",
    ),
    (r"^(\d+) entries \(at most (\d+); make two rules\)$", "", "có $1 mục, nhiều nhất $2; hãy tách thành hai luật"),
    (r"^it is empty \(name title, summary or text\)$", "", "hãy chọn ít nhất một: tiêu đề, tóm tắt hoặc đầu bài"),
    (r"^(?:`.*`|it) is no score \(write points such as 40\)$", "", "không phải là điểm; hãy ghi số, ví dụ 40"),
    (r"^(\S+) is less than score_from (\S+) \(turn them round\)$", "", "$1 nhỏ hơn điểm từ $2; hãy đổi chỗ hai số"),
    (
        r"^`(.*)` is no number \(write .*\)$",
        "",
        "“$1” không phải là số văn bản; hãy ghi như 42/2022/NĐ-CP, NĐ-CP hoặc *",
    ),
    (
        r"^it asks for nothing and would hold for every story \(add a condition\)$",
        "",
        "luật chưa có điều kiện nào nên sẽ đúng với mọi tin; hãy thêm điều kiện",
    ),
    (r"^it does nothing \(add .*\)$", "", "luật chưa làm gì; hãy chọn ít nhất một việc"),
    (
        r"^it is empty or too long \(at most (\d+) characters on one line\)$",
        "",
        "trống hoặc quá dài; nhiều nhất $1 ký tự trên một dòng",
    ),
    (r"^`(.*)` is not known: no such portal .*$", "", "không có cổng nào mang mã “$1”"),
    (r"^`(.*)` is not known: no such topic .*$", "", "không có lĩnh vực “$1” đang dùng"),
    (r"^`(.*)` is not known: no such account .*$", "", "không có người tên “$1” quyết định được"),
    (r"^`(.*)` is no number of hours$", "", "“$1” không phải là số giờ; hãy ghi số nguyên, ví dụ 24"),
    (r"^`(.*)` are no hours \(.*\)$", "", "“$1” không phải là khoảng giờ; hãy ghi 22-6 cho từ 22:00 đến trước 06:00"),
    (r"^unknown (?:mode|level) `(.*)` \(one of .*\)$", "", "không có “$1”; hãy chọn trong danh sách"),
    (r"^rule `(.*)` is there already \(.*\)$", "name", "đã có luật tên “$1”; hãy đặt tên khác"),
    (r"^there are (\d+) rules already \(.*\)$", "", "đã có đủ $1 luật; hãy bỏ một luật không còn cần"),
    // Filters that are kept.
    (
        r"^cannot keep the filter \(give it a name, and choose fewer values\)$",
        "name",
        "không giữ được bộ lọc; hãy đặt tên và chọn ít giá trị hơn",
    ),
    (r"^cannot keep another filter \(forget one first\)$", "", "đã giữ đủ số bộ lọc; hãy bỏ bớt một bộ lọc trước"),
];

static PATTERNS: LazyLock<Vec<(Regex, &str, &str)>> = LazyLock::new(|| {
    WORDS
        .iter()
        .map(|(words, field, said)| (Regex::new(words).expect("a constant expression"), *field, *said))
        .collect()
});

/// What is wrong, for the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Mistake {
    /// The name of the field, which is also its id; empty when it is about the whole form.
    pub(super) field: String,
    /// Words in the page's language, where there are any.
    pub(super) said: String,
    /// Whether they are the program's own words, in English.
    pub(super) is_foreign: bool,
}

impl Mistake {
    /// What the program says about a form, for a page in this language.
    pub(super) fn of(language: Language, message: &str) -> Self {
        for (words, field, said) in PATTERNS.iter() {
            let Some(found) = words.captures(message) else { continue };
            let mut vietnamese = String::new();
            found.expand(said, &mut vietnamese);
            // What the network says has its own words.
            let vietnamese = problem::in_words(language, &vietnamese).unwrap_or(vietnamese);
            let said = if language == Language::Vietnamese { vietnamese } else { message.to_owned() };
            return Self { field: (*field).to_owned(), said, is_foreign: false };
        }
        Self { field: String::new(), said: message.to_owned(), is_foreign: language == Language::Vietnamese }
    }

    /// The same about a field that is known.
    pub(super) fn about(language: Language, field: &str, message: &str) -> Self {
        let mistake = Self::of(language, message);
        if mistake.field.is_empty() { Self { field: field.to_owned(), ..mistake } } else { mistake }
    }
}

/// A form as it is shown again; without a mistake, a fresh one.
#[derive(Clone, Debug, Default)]
pub(super) struct Again {
    typed: Form,
    pub(super) mistake: Option<Mistake>,
}

impl Again {
    /// A form that could not be taken.
    pub(super) fn new(typed: Form, mistake: Mistake) -> Self {
        Self { typed, mistake: Some(mistake) }
    }

    /// A form with values that nobody found fault with yet.
    pub(super) fn filled(typed: Form) -> Self {
        Self { typed, mistake: None }
    }

    /// The value of a field.
    pub(super) fn text(&self, field: &str) -> &str {
        self.typed.get(field).unwrap_or_default()
    }

    /// The value of a field of a form that has one before anybody typed.
    pub(super) fn text_or<'a>(&'a self, field: &str, usual: &'a str) -> &'a str {
        if self.mistake.is_some() { self.text(field) } else { usual }
    }

    /// Whether a box is ticked or a choice made.
    pub(super) fn has(&self, field: &str, value: &str) -> bool {
        self.typed.all(field).any(|chosen| chosen == value)
    }

    /// The same for boxes that are ticked, or not, before anybody chose.
    pub(super) fn has_or(&self, field: &str, value: &str, usual: bool) -> bool {
        if self.mistake.is_some() { self.has(field, value) } else { usual }
    }

    /// Whether this is the field that is wrong.
    pub(super) fn is_wrong(&self, field: &str) -> bool {
        self.mistake.as_ref().is_some_and(|mistake| mistake.field == field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_named_in_the_language_of_the_page() {
        let check = |message: &str, field: &str, said: &str| {
            let found = Mistake::of(Language::Vietnamese, message);
            assert_eq!((found.field.as_str(), found.said.as_str(), found.is_foreign), (field, said, false));
            assert_eq!(Mistake::of(Language::English, message).said, message);
        };
        check("no portal `xyz`", "portals", "không có cổng nào mang mã “xyz”");
        check(
            "cannot make user `thu` officer (an officer needs a portal, --portal SLUG; the other roles take none)",
            "portals",
            "đầu mối phải gắn với ít nhất một cổng; hãy ghi mã cổng",
        );
        check(
            "cannot make user `thu` editor (an officer needs a portal, --portal SLUG; the other roles take none)",
            "portals",
            "chỉ đầu mối mới gắn với cổng; hãy để trống",
        );
        // Whatever somebody types is words, never a place to be filled in.
        check("no portal `$1`", "portals", "không có cổng nào mang mã “$1”");
        let unknown = Mistake::of(Language::Vietnamese, "the disk is full");
        assert_eq!((unknown.said.as_str(), unknown.is_foreign), ("the disk is full", true));
    }

    #[test]
    fn a_field_that_is_known_stays() {
        let found = Mistake::about(Language::Vietnamese, "words_all", "400 entries (at most 200; make two rules)");
        assert_eq!(found.field, "words_all");
        assert!(found.said.starts_with("có 400 mục"));
    }
}
