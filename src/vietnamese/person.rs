//! Names of people as Vietnamese texts write them: a family name, then one to four given names, each capitalised.

use super::is_syllable;

/// Family names, those of minorities included; about a hundred cover nearly everyone.
const FAMILY_NAMES: &str = "nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý đinh trịnh đoàn mai \
    tô tạ lương lưu trương hà đào phùng cao tăng quách thái chu châu vương kiều la lâm lại bạch quản nghiêm từ thạch \
    giang triệu mạc hứa ông đàm viên văn lục tống tôn khổng cù nông vi ma giàng sùng lò lường cầm hoà vàng thào lầu \
    quàng tòng sơn kim danh trà trang cung khuất phí nhâm doãn chử thân nhữ cấn an bế dư đồng hán hàn khương liễu ninh \
    phó tào thi tiêu ung uông âu đới hầu lã lộ mã ngọ ngũ nhan sử thiều tất thập tiết bàn chảo phàn tẩn lù hạng mùa thò chẩu";

/// Whether a text is the name of one person and nothing else: "Nguyễn Văn Hòa".
#[must_use]
pub fn is_person(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    if !(2..=5).contains(&words.len()) {
        return false;
    }
    let is_name = |word: &&str| word.starts_with(char::is_uppercase) && is_syllable(word);
    // "Hà Nội", "An Giang": what a place is called begins like a family name.
    words.iter().all(is_name)
        && FAMILY_NAMES.split_whitespace().any(|name| name == words[0].to_lowercase())
        && super::place::successor(text).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_told_from_other_names() {
        let check = |text: &str, expected: bool| assert_eq!(is_person(text), expected, "{text}");
        check("Nguyễn Văn Hòa", true);
        check("ĐẶNG THÙY LINH", true);
        check("Đỗ Như Ý", true);
        check("Nguyễn", false);
        check("Hà Nội", false);
        check("Ban Biên tập", false);
        check("Văn phòng Sở", false);
        check("Lê Hồng Phong đến thăm", false);
    }
}
