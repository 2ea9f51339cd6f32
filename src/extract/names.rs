//! Names of authors: what is left of a byline without label, office, date and markup, and what is no name at all.

use std::sync::LazyLock;

use regex::Regex;

use super::pattern::pattern;

pub(super) static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:tác giả(?: bài viết)?|người (?:viết|đăng|gửi)|thực hiện|bài(?: viết)?|viết bởi|đăng bởi|bởi|nguồn tin|written by|posted by|published by|story by|reported by|by|from|von|par|por|di|av|af|door|text|autor|author)(?-u:\b)\s*[:：]?\s+|^(?:tác giả|author|autor|by|bởi|người đăng|nguồn)\s*[:：]\s*",
    )
});

/// What follows a name in a byline.
static TAIL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\s*(?:\||•|·|;|\s[-–—]\s|(?-u:\b)updated(?-u:\b)|(?-u:\b)published(?-u:\b)|(?-u:\b)on\s+\w+\s+\d|(?-u:\b)\d{1,2}[/.:h]\d{1,2}|,?\s*(?-u:\b)(?:19|20)\d\d(?-u:\b)|https?:|@\w|<|\().*$",
    )
});

/// A date that templates put right behind a name: `ReutersMarch 4`.
static MONTH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:January|February|March|April|May|June|July|August|September|October|November|December|Dec|Jan|Feb|Nov|Oct|Sept?|Aug)\.?\s\d",
    )
});

/// Names without label, date, address and markup; nothing when what is left is no name.
pub(super) fn tidy(text: &str, site: &str) -> String {
    let clean = super::plain::plain(text);
    let mut name = clean.trim();
    if name.contains("://") || name.starts_with("www.") || name.starts_with('@') {
        return String::new();
    }
    if let Some(rest) = name.strip_prefix("By").filter(|rest| rest.starts_with(char::is_uppercase)) {
        name = rest;
    }
    for _ in 0..2 {
        if let Some(label) = LABEL.find(name) {
            name = name[label.end()..].trim_start();
        }
    }
    if let Some(month) = MONTH.find(name) {
        name = &name[..month.start()];
    }
    let name = TAIL.replace(name, "");
    let name = name.trim().trim_matches([',', ':', '-', '–', '.', ' ', '/', '*']).trim();
    let lower = name.to_lowercase();
    let nobody = matches!(
        lower.as_str(),
        "admin"
            | "administrator"
            | "quản trị"
            | "quản trị viên"
            | "super user"
            | "root"
            | "user"
            | "editor"
            | "webmaster"
            | "null"
            | "undefined"
            | "system account"
            | "author"
            | "none"
            | "guest"
            | "tác giả"
            | "n/a"
            | "unknown"
            | "portal"
    ) || lower.starts_with("quantri")
        || lower.starts_with("admin");
    let site = !site.is_empty() && lower == site.to_lowercase();
    if nobody || site || name.chars().count() > 120 || !name.chars().any(char::is_alphabetic) {
        return String::new();
    }
    name.to_owned()
}

/// Whether a text found by its class reads like names rather than like a sentence.
pub(super) fn is_names(text: &str) -> bool {
    let words: Vec<_> = text.split_whitespace().collect();
    let capital = words
        .iter()
        .filter(|word| {
            word.chars()
                .next()
                .is_some_and(|c| c.is_uppercase() || !c.is_alphabetic() || !c.is_ascii() && !c.is_lowercase())
        })
        .count();
    let follow = ["follow", "folgen", "theo dõi", "suivre", "seguir", "veröffentlicht", "published", "publié"]
        .iter()
        .any(|word| text.to_lowercase().starts_with(word));
    !follow
        && !text.chars().any(|c| c.is_ascii_digit())
        && words.len() <= 14
        && capital * 2 >= words.len()
        && !text.ends_with(['.', '!', '?', ':'])
}

/// Names each once, joined by `, `.
pub(super) fn join(names: Vec<String>) -> String {
    let mut out: Vec<String> = Vec::new();
    for name in names.into_iter().filter(|name| !name.is_empty()) {
        if !out.iter().any(|known| known.to_lowercase() == name.to_lowercase()) {
            out.push(name);
        }
    }
    out.truncate(12);
    out.join(", ")
}

/// Whether a name is that of a newsroom: "Us Weekly Staff".
pub(super) fn is_desk(name: &str, site: &str) -> bool {
    let lower = name.to_lowercase();
    let site = site.to_lowercase();
    ["staff", "editors", "newsroom", "news desk", "web desk", "redaktion"].iter().any(|word| lower.ends_with(word))
        || site.chars().count() > 3 && lower.contains(&site)
}

/// Whether a name is only that of a site: `baodautu.vn`.
pub(super) fn is_domain(name: &str) -> bool {
    !name.contains(' ')
        && name.rsplit_once('.').is_some_and(|(host, ending)| {
            !host.is_empty() && (2..=4).contains(&ending.len()) && ending.bytes().all(|b| b.is_ascii_lowercase())
        })
}

/// Whether a text has the shape of a person's name in a Latin, Greek or Cyrillic script, and names no office.
pub(super) fn is_person_like(text: &str) -> bool {
    const PARTICLES: [&str; 16] =
        ["de", "da", "di", "du", "del", "van", "von", "der", "den", "ter", "la", "le", "al", "el", "bin", "dos"];
    const OFFICES: [&str; 34] = [
        "editor",
        "reporter",
        "correspondent",
        "writer",
        "staff",
        "journalist",
        "columnist",
        "contributor",
        "producer",
        "analyst",
        "director",
        "professor",
        "chief",
        "senior",
        "news",
        "politics",
        "sports",
        "the",
        "redakteur",
        "redakteurin",
        "redaktion",
        "reporterin",
        "korrespondent",
        "korrespondentin",
        "autor",
        "autorin",
        "follow",
        "rédacteur",
        "journaliste",
        "redactor",
        "periodista",
        "giornalista",
        "published",
        "updated",
    ];
    let words: Vec<&str> = text.split_whitespace().collect();
    (2..=5).contains(&words.len())
        && words.iter().all(|word| {
            let lower = word.to_lowercase();
            let letters = word.chars().all(|c| c.is_alphabetic() || ".'’-".contains(c));
            letters
                && !OFFICES.contains(&lower.as_str())
                && (word.starts_with(char::is_uppercase) || PARTICLES.contains(word))
        })
}

/// "Lan Anh, professor of law at the university" without what follows the name.
pub(super) fn without_affiliation(name: &str) -> &str {
    let Some((person, rest)) = name.split_once(", ") else { return name };
    let lower = rest.split_whitespace().filter(|word| word.starts_with(char::is_lowercase) && word.len() > 3).count();
    if is_person_like(person) && lower >= 2 { person } else { name }
}

/// The name that the address of an author's page spells: `/authors/lan-anh-tran`.
pub(super) fn name_in_address(address: &str) -> Option<String> {
    const FOLDERS: [&str; 12] = [
        "author",
        "authors",
        "editors",
        "editor",
        "staff",
        "people",
        "by",
        "autor",
        "autoren",
        "profile",
        "contributor",
        "journalist",
    ];
    let (_, rest) = address.split_once("://")?;
    let segments: Vec<&str> = rest.trim_end_matches('/').split('/').collect();
    let [.., folder, slug] = segments.as_slice() else { return None };
    let words: Vec<&str> = slug.split('-').collect();
    let is_name = FOLDERS.contains(folder)
        && (2..=4).contains(&words.len())
        && words.iter().all(|word| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase()));
    let capital = |word: &&str| format!("{}{}", word[..1].to_uppercase(), &word[1..]);
    is_name.then(|| words.iter().map(capital).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_alone() {
        let check = |text: &str, expected: &str| assert_eq!(tidy(text, "Báo Mẫu"), expected, "{text}");
        check("Tác giả: Nguyễn Văn Hòa", "Nguyễn Văn Hòa");
        check("bởi Trần Thị Thúy", "Trần Thị Thúy");
        check("Hoàng Lâm - 08:37 16/08/2023", "Hoàng Lâm");
        check("ReutersMarch 4", "Reuters");
        check("ByTravis Haney", "Travis Haney");
        check("Bảo An", "Bảo An");
        check("Báo Mẫu", "");
        check("admin", "");
        check("https://www.facebook.com/x", "");
        assert!(is_domain("baomau.vn") && !is_domain("Lan Anh"));
    }

    #[test]
    fn persons_are_told_from_offices() {
        let check = |text: &str, expected: bool| assert_eq!(is_person_like(text), expected, "{text}");
        check("Lan Muster", true);
        check("Ludwig van der Berg", true);
        check("Senior Politics Editor", false);
        check("The Example Times", false);
        check("lan muster", false);
        check("Lan", false);
        assert_eq!(without_affiliation("Lan Muster, professor of law at the university"), "Lan Muster");
        assert_eq!(without_affiliation("Lan Muster, Kim Beispiel"), "Lan Muster, Kim Beispiel");
        assert!(is_desk("Example Weekly Staff", "") && is_desk("Example Weekly", "example weekly"));
        assert_eq!(name_in_address("https://a.org/authors/lan-muster").as_deref(), Some("Lan Muster"));
        assert_eq!(name_in_address("https://a.org/news/lan-muster"), None);
    }
}
