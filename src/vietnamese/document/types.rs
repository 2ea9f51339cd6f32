//! The letters that name the type of a document (decree 30/2020/NĐ-CP, annex III, and the law on normative documents).

/// Letters, name, and whether an unlisted body may be believed after it: forms to fill in are never numbered so.
const TYPES: [(&str, &str, bool); 52] = [
    ("NQLT", "Nghị quyết liên tịch", true),
    ("TTLT", "Thông tư liên tịch", true),
    ("TTLB", "Thông tư liên bộ", true),
    ("VBHN", "Văn bản hợp nhất", true),
    ("GPMT", "Giấy phép môi trường", true),
    ("GPXB", "Giấy phép xuất bản", true),
    ("XNQC", "Giấy xác nhận nội dung quảng cáo", true),
    ("CTPH", "Chương trình phối hợp", true),
    ("QCPH", "Quy chế phối hợp", true),
    ("TTr", "Tờ trình", true),
    ("CTr", "Chương trình", true),
    ("QyĐ", "Quy định", true),
    ("QyC", "Quy chế", true),
    ("NĐ", "Nghị định", true),
    ("NQ", "Nghị quyết", true),
    ("QĐ", "Quyết định", true),
    ("TT", "Thông tư", true),
    ("CT", "Chỉ thị", true),
    ("CĐ", "Công điện", true),
    ("KH", "Kế hoạch", true),
    ("CV", "Công văn", true),
    ("PL", "Pháp lệnh", false),
    ("KL", "Kết luận", true),
    ("HD", "Hướng dẫn", true),
    ("TB", "Thông báo", false),
    ("BC", "Báo cáo", false),
    ("GP", "Giấy phép", true),
    ("QC", "Quy chế", false),
    ("QĐi", "Quy định", false),
    ("TC", "Thông cáo", false),
    ("PA", "Phương án", false),
    ("ĐA", "Đề án", false),
    ("DA", "Dự án", false),
    ("BB", "Biên bản", false),
    ("HĐ", "Hợp đồng", false),
    ("BGN", "Bản ghi nhớ", false),
    ("BTT", "Bản thỏa thuận", false),
    ("GUQ", "Giấy ủy quyền", false),
    ("GM", "Giấy mời", false),
    ("GGT", "Giấy giới thiệu", false),
    ("GNP", "Giấy nghỉ phép", false),
    ("PG", "Phiếu gửi", false),
    ("PC", "Phiếu chuyển", false),
    ("PB", "Phiếu báo", false),
    ("TLT", "Thông tri", false),
    ("LCT", "Lệnh công bố", false),
    ("L", "Lệnh", false),
    ("SL", "Sắc lệnh", false),
    ("ĐC", "Đính chính", false),
    ("TL", "Tài liệu", false),
    ("ND", "Nghị định", false),
    ("QD", "Quyết định", false),
];

/// What people type, and what was lost on the way, for what was meant.
const MEANT: [(&str, &str); 3] = [("ND", "NĐ"), ("QD", "QĐ"), ("Đ", "QĐ")];

/// The types as alternatives of an expression, the longer first.
pub(super) fn pattern() -> String {
    let mut letters: Vec<&str> = TYPES.iter().map(|(letters, _, _)| *letters).collect();
    letters.extend(["CD", "QyD", "Đ"]);
    letters.sort_by_key(|letters| std::cmp::Reverse(letters.chars().count()));
    letters.join("|")
}

/// The letters as they are meant to be written.
pub(super) fn canonical(written: &str) -> Option<&'static str> {
    let meant = MEANT.iter().find(|(from, _)| from.eq_ignore_ascii_case(written)).map_or(written, |(_, to)| to);
    let exact = TYPES.iter().find(|(letters, _, _)| *letters == meant);
    let small = || {
        let lower = meant.to_lowercase();
        TYPES.iter().find(|(letters, _, _)| letters.to_lowercase() == lower)
    };
    let folded = || {
        let key = crate::vietnamese::fold(meant);
        TYPES.iter().find(|(letters, _, _)| crate::vietnamese::fold(letters) == key)
    };
    exact.or_else(small).or_else(folded).map(|(letters, _, _)| *letters)
}

/// The name of a type by its canonical letters.
pub(super) fn name(letters: &str) -> Option<&'static str> {
    TYPES.iter().find(|(known, _, _)| *known == letters).map(|(_, name, _)| *name)
}

/// The letters of a type by its folded name.
pub(super) fn letters_of(folded: &str) -> impl Iterator<Item = &'static str> {
    TYPES.iter().filter(move |(_, name, _)| crate::vietnamese::fold(name) == folded).map(|(letters, _, _)| *letters)
}

/// Whether forms and receipts do not use these letters.
pub(super) fn is_strong(letters: &str) -> bool {
    TYPES.iter().any(|(known, _, strong)| *known == letters && *strong)
}
