//! Marks of secrecy on state documents: MẬT, TỐI MẬT, TUYỆT MẬT (Luật Bảo vệ bí mật nhà nước, 29/2018/QH14, Điều 8).
//!
//! In: a text of which the first lines are the head. Out: the degree that the document bears, or nothing. The mark is a
//! stamp on a line of its own near the head, or a field `Độ mật: …`; the same words in prose, in the name of a film or
//! of honey are none. A mark that is missed is worse than one too many, which a person sets right in a moment.

use std::fmt;

use super::text::{clean, fold};

/// Lines that are looked at: the head of a document, and the rest of its first page, where some programs write what
/// was stamped on last.
const HEAD_LINES: usize = 90;
/// Lines among which the signs of a state document are looked for.
const SIGN_LINES: usize = 60;

/// A degree of secrecy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Degree {
    /// Mật.
    Secret,
    /// Tối mật.
    HighlySecret,
    /// Tuyệt mật.
    TopSecret,
}

impl Degree {
    /// The mark as it is stamped.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Secret => "MẬT",
            Self::HighlySecret => "TỐI MẬT",
            Self::TopSecret => "TUYỆT MẬT",
        }
    }
}

impl fmt::Display for Degree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The mark that a file bears. A file is a document whatever else it shows, so a clear stamp is enough.
#[must_use]
pub fn of_document(text: &str) -> Option<Degree> {
    find(text, true)
}

/// The mark that the text of a page bears. Pages tell of films and of trials too: a stamp counts only beside the signs
/// of a state document.
#[must_use]
pub fn of_page(text: &str) -> Option<Degree> {
    find(text, false)
}

fn find(text: &str, is_document: bool) -> Option<Degree> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(HEAD_LINES).collect();
    // Nearly every page ends here.
    let marked: Vec<&str> = lines.iter().copied().filter(|line| may_bear_a_mark(line)).collect();
    if marked.is_empty() {
        return None;
    }
    let is_state_document = lines.iter().take(SIGN_LINES).any(|line| is_sign(line));
    let marks = marked.iter().flat_map(|line| {
        let stamped = cells(line).filter_map(move |cell| {
            let (degree, how) = stamp(cell)?;
            (is_state_document || (is_document && how == How::Clear)).then_some(degree)
        });
        let field = field(line);
        let beside = cells(line).find_map(beside).filter(|_| is_state_document || is_document);
        stamped.chain(field).chain(beside)
    });
    marks.max()
}

/// Whether m, a and t follow each other in a line, whatever stands between them that is no letter: every mark has them
/// so. A letter that no Vietnamese text has may be any of the three, so that nothing passes as another alphabet's.
fn may_bear_a_mark(line: &str) -> bool {
    const M: u8 = 1;
    const A: u8 = 2;
    const T: u8 = 4;
    let mut after = 0;
    for c in line.chars() {
        let may_be = match c {
            'm' | 'M' => M,
            'a' | 'A' => A,
            't' | 'T' => T,
            '\0'..='\u{7f}' if c.is_ascii_alphabetic() => 0,
            '\0'..='\u{7f}' => continue,
            'è' | 'é' | 'ê' | 'ì' | 'í' | 'ò' | 'ó' | 'ô' | 'õ' | 'ù' | 'ú' | 'ý' | 'đ' | 'Đ' | 'ĩ' | 'ũ' | 'ơ'
            | 'ư' => 0,
            // Ẹ to ỹ.
            '\u{1eb8}'..='\u{1ef9}' => 0,
            c if c.is_alphabetic() => M | A | T,
            _ => continue,
        };
        if after & A != 0 && may_be & T != 0 {
            return true;
        }
        after = (may_be & M) | if after & M != 0 { may_be & A } else { 0 };
    }
    false
}

/// How a stamp is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// In capitals with all its accents.
    Clear,
    /// In small letters, or as recognition of a picture leaves it.
    Doubtful,
}

/// What stands on a line of its own.
fn stamp(cell: &str) -> Option<(Degree, How)> {
    let bare = clean(cell);
    let bare = bare.trim_matches(|c: char| !c.is_alphanumeric());
    let letters = bare.chars().filter(|c| c.is_alphabetic()).count();
    // Nothing but the mark: eight letters at most, and no figures.
    if !(3..=8).contains(&letters) || bare.chars().any(|c| c.is_ascii_digit()) {
        return None;
    }
    let joined: String = bare.chars().filter(|c| c.is_alphabetic()).collect();
    let degree = degree_of(&joined)?;
    let upper = joined.to_uppercase();
    let is_exact = upper == degree.as_str().replace(' ', "");
    let is_capital = joined == upper;
    Some((degree, if is_exact && is_capital { How::Clear } else { How::Doubtful }))
}

/// The degree that these letters spell, in whatever state their accents are. MẮT, MẶT and MÁT are other words.
fn degree_of(joined: &str) -> Option<Degree> {
    let folded = fold(joined);
    let last: Vec<char> = joined.to_lowercase().chars().rev().take(3).collect();
    let vowel = last.get(1).copied()?;
    if !matches!(vowel, 'a' | 'â' | 'ậ' | 'ạ') {
        return None;
    }
    match folded.as_str() {
        "mat" => Some(Degree::Secret),
        "toimat" => Some(Degree::HighlySecret),
        "tuyetmat" => Some(Degree::TopSecret),
        _ => None,
    }
}

/// Parts of a line: what a layout keeps apart by tabs or wide gaps was apart on paper.
fn cells(line: &str) -> impl Iterator<Item = &str> {
    line.split(['\t', '|']).flat_map(|cell| cell.split("   ")).map(str::trim).filter(|cell| !cell.is_empty())
}

/// `Độ mật: Tối mật`, in any writing. A form that lists all degrees to choose from marks nothing.
fn field(line: &str) -> Option<Degree> {
    let folded = fold(&clean(line));
    let at = ["do mat:", "do mat :", "muc do mat:", "do mat cua van ban:"].iter().find_map(|name| {
        let at = folded.find(name)?;
        // The field begins its line or its cell; prose has words before it.
        (at < 24).then_some(at + name.len())
    })?;
    let value = folded[at..].trim_start_matches(|c: char| !c.is_alphanumeric());
    let value: String = value.chars().take(40).collect();
    let named = value.matches("mat").count();
    if named != 1 {
        return None;
    }
    let whole = [("tuyet mat", Degree::TopSecret), ("toi mat", Degree::HighlySecret), ("mat", Degree::Secret)];
    whole
        .into_iter()
        .find(|(word, _)| value.strip_prefix(word).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric())))
        .map(|(_, degree)| degree)
}

/// A stamp that a layout has put into one line with its neighbour: `MẬT Hà Nội, ngày 5 tháng 3 năm 2026`, or
/// `Số: 15/BC-UBND MẬT`. Only as stamped, in capitals with accents.
fn beside(line: &str) -> Option<Degree> {
    let line = clean(line);
    let folded = fold(&line);
    let degrees = [Degree::TopSecret, Degree::HighlySecret, Degree::Secret];
    let is_dated = folded.contains(", ngay ") || folded.contains(",ngay ");
    let is_numbered = folded.contains("so:") || folded.contains("so :");
    let leads = |mark: &str| is_dated && line.strip_prefix(mark).is_some_and(|rest| rest.starts_with(' '));
    let ends = |mark: &str| {
        is_numbered && folded.contains('/') && line.strip_suffix(mark).is_some_and(|rest| rest.ends_with(' '))
    };
    degrees.into_iter().find(|degree| leads(degree.as_str()) || ends(degree.as_str()))
}

/// What only documents of the state have in their head: the national title, the Party's, or a number of their own.
fn is_sign(line: &str) -> bool {
    let folded = fold(&clean(line));
    folded.contains("cong hoa xa hoi chu nghia viet nam")
        || folded.contains("doc lap - tu do")
        || folded.contains("dang cong san viet nam")
        || ((folded.starts_with("so:") || folded.starts_with("so "))
            && folded.contains('/')
            && folded.contains('-')
            && folded.chars().count() < 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "ỦY BAN NHÂN DÂN TỈNH\nSố: 15/BC-UBND\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n";

    #[track_caller]
    fn check(text: &str, document: Option<Degree>, page: Option<Degree>) {
        assert_eq!(of_document(text), document, "as a document: {text}");
        assert_eq!(of_page(text), page, "as a page: {text}");
    }

    #[test]
    fn stamps_are_found() {
        let (secret, highly, top) = (Some(Degree::Secret), Some(Degree::HighlySecret), Some(Degree::TopSecret));
        check(&format!("{HEAD}MẬT\nBÁO CÁO"), secret, secret);
        check(&format!("TỐI MẬT\n{HEAD}"), highly, highly);
        check(&format!("{HEAD}[ TUYỆT MẬT ]\nBÁO CÁO"), top, top);
        check(&format!("{HEAD}M Ậ T\nBÁO CÁO"), secret, secret);
        check(&format!("{HEAD}TUYÊT MÂT"), top, top);
        check(&format!("{HEAD}TOI MAT"), highly, highly);
        check(&format!("{HEAD}Mật"), secret, secret);
        check(&format!("{HEAD}Hỏa tốc\tTối mật"), highly, highly);
        check(&format!("UBND TỈNH X Số: 12/BC-UBND MẬT | {HEAD}"), secret, secret);
        check(&format!("{HEAD}MẬT Hà Nội, ngày 05 tháng 11 năm 2026"), secret, secret);
        check("ĐẢNG CỘNG SẢN VIỆT NAM\nSố: 15-BC/TU MẬT\nvề việc", secret, secret);
        // A decomposed text is the same text.
        check(&format!("{HEAD}MA\u{302}\u{323}T"), secret, secret);
    }

    #[test]
    fn the_field_is_found() {
        check("Độ mật: Mật", Some(Degree::Secret), Some(Degree::Secret));
        check("1. Độ mật: TỐI MẬT; độ khẩn: hỏa tốc", Some(Degree::HighlySecret), Some(Degree::HighlySecret));
        check("Do mat: tuyet mat", Some(Degree::TopSecret), Some(Degree::TopSecret));
        check("Độ mật: Không", None, None);
        check("Độ mật: Mật / Tối mật / Tuyệt mật", None, None);
    }

    #[test]
    fn a_stamp_alone_makes_a_file_secret_but_no_page() {
        check("TUYỆT MẬT\nPhim mới của đạo diễn ra rạp từ ngày mai.", Some(Degree::TopSecret), None);
        check("mật\nđường\nsữa", None, None);
    }

    #[test]
    fn other_words_are_left_alone() {
        check("Mật ong bạc hà Mèo Vạc được mùa", None, None);
        check(&format!("{HEAD}Bảo vệ bí mật nhà nước"), None, None);
        check(&format!("{HEAD}Chiếu phim «Tuyệt mật» tại nhà văn hóa"), None, None);
        check(&format!("{HEAD}MẮT\nMẶT\nMÁT\nMẤT"), None, None);
        check(&format!("{HEAD}Mật độ dân số"), None, None);
        check(&format!("{HEAD}Tài liệu được đóng dấu MẬT theo quy định tại Điều 8"), None, None);
        check("", None, None);
    }

    #[test]
    fn far_from_the_head_it_is_no_stamp() {
        let text = format!("{HEAD}{}MẬT", "Nội dung của văn bản.\n".repeat(120));
        check(&text, None, None);
    }
}
