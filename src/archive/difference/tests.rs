//! Edits as editors make them, and what is said of each.

use super::{Nature, Side, Wording, difference};

fn check(before: &str, after: &str, nature: Nature, words: &[&str]) {
    let wording = |text| Wording { title: "Tin", summary: "", text };
    let found = difference(&wording(before), &wording(after));
    assert_eq!(found.nature, nature, "{before} | {after}: {:?}", found.facts);
    let told: Vec<String> = if nature == Nature::Facts { found.in_words() } else { Vec::new() };
    assert_eq!(told, words, "{before} | {after}");
    // Both wordings can be read out of the pieces again.
    let read = |side: Side| -> String {
        let pieces = found.text.iter().filter(|piece| piece.side == Side::Both || piece.side == side);
        pieces.flat_map(|piece| piece.text.split_whitespace()).collect()
    };
    let bare = |text: &str| -> String { text.split_whitespace().collect() };
    if before != after && !found.text.is_empty() {
        assert_eq!((read(Side::Before), read(Side::After)), (bare(before), bare(after)));
    }
}

#[test]
fn facts_are_named_with_what_stood_there() {
    for (before, after, words) in [
        ("Bão làm 12 người bị thương.", "Bão làm 15 người bị thương.", &["đổi số: 12 → 15"] as &[&str]),
        (
            "Chi 1.250.000 đồng, tăng 3,5%.",
            "Chi 1.350.000 đồng, tăng 4,5%.",
            &["đổi số: 1.250.000 → 1.350.000", "đổi số: 3,5% → 4,5%"],
        ),
        ("Nghỉ học từ ngày 16/08/2023.", "Nghỉ học từ ngày 17/08/2023.", &["đổi ngày, giờ: 16/08/2023 → 17/08/2023"]),
        (
            "Họp ngày 5 tháng 9 năm 2023 tại trụ sở.",
            "Họp ngày 6 tháng 9 năm 2023 tại trụ sở.",
            &["đổi ngày, giờ: ngày 5 tháng 9 năm 2023 → ngày 6 tháng 9 năm 2023"],
        ),
        ("Xả lũ lúc 08:30 sáng nay.", "Xả lũ lúc 10:30 sáng nay.", &["đổi ngày, giờ: 08:30 → 10:30"]),
        (
            "Ông Nguyễn Văn An dự họp.",
            "Ông Nguyễn Văn Bình dự họp.",
            &["đổi tên: Ông Nguyễn Văn An → Ông Nguyễn Văn Bình"],
        ),
        ("Đoàn đến thăm tỉnh Hà Nam hôm qua.", "Đoàn đến thăm tỉnh Hà Giang hôm qua.", &["đổi tên: Hà Nam → Hà Giang"]),
        (
            "Thực hiện Nghị định số 42/2022/NĐ-CP của Chính phủ.",
            "Thực hiện Nghị định số 47/2022/NĐ-CP của Chính phủ.",
            &["đổi văn bản: 42/2022/NĐ-CP → 47/2022/NĐ-CP"],
        ),
        (
            "Thực hiện quy định hiện hành.",
            "Thực hiện quy định hiện hành, Nghị định số 42/2022/NĐ-CP.",
            &["thêm văn bản: 42/2022/NĐ-CP"],
        ),
    ] {
        check(before, after, Nature::Facts, words);
    }
}

#[test]
fn sentences_that_came_or_went_are_told_whole() {
    let first = "Bộ đề nghị các tỉnh chủ động ứng phó với bão.";
    let second = "Hồ thủy điện sẽ xả lũ với lưu lượng 500 m3 mỗi giây từ chiều nay.";
    let added = format!("thêm câu: {second}");
    let gone = format!("bỏ câu: {second}");
    check(first, &format!("{first}\n{second}"), Nature::Facts, &[&added]);
    check(&format!("{first} {second}"), first, Nature::Facts, &[&gone]);
    // A paragraph that only went somewhere else.
    check(&format!("{first}\n{second}"), &format!("{second}\n{first}"), Nature::Wording, &[]);
}

#[test]
fn what_is_no_fact_is_called_what_it_is() {
    for (before, after, nature) in [
        ("Bão đổ bộ, mưa lớn.", "Bão đổ bộ, mưa lớn.", Nature::None),
        ("Bão đổ bộ, mưa lớn.", "Bão đổ bộ; mưa  lớn .", Nature::Form),
        ("bão đổ bộ", "Bão đổ bộ.", Nature::Form),
        ("Thực hiên nhiệm vụ", "Thực hiện nhiệm vụ", Nature::Spelling),
        ("Các nghành liên quan", "Các ngành liên quan", Nature::Spelling),
        ("Bão rất mạnh", "Bão khá mạnh", Nature::Wording),
        ("Không được xả lũ", "Được xả lũ", Nature::Wording),
    ] {
        check(before, after, nature, &[]);
    }
}

#[test]
fn whatever_comes_in_something_comes_out() {
    let long = "một hai ba 4 năm. ".repeat(3_000);
    let odd = ["", " ", "\n\n", "….", "12", "ngày", "ngày 3", "\u{301}a", "🌀 bão 🌀", "NĐ-CP", "42/2022/NĐ-CP", &long];
    for before in odd {
        for after in odd {
            let wording = |text| Wording { title: text, summary: "", text };
            let found = difference(&wording(before), &wording(after));
            assert_eq!(found.nature == Nature::None, before == after, "{before:.20} {after:.20}");
        }
    }
}
