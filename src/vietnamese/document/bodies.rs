//! The letters that name issuing bodies, those of today and those whose documents remain in force.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::vietnamese::fold;

/// Letters and name. Bodies without a name here are known to exist but have no name of their own.
const BODIES: &[(&str, &str)] = &[
    // Since 1 March 2025.
    ("CP", "Chính phủ"),
    ("TTg", "Thủ tướng Chính phủ"),
    ("VPCP", "Văn phòng Chính phủ"),
    ("BQP", "Bộ Quốc phòng"),
    ("BCA", "Bộ Công an"),
    ("BNG", "Bộ Ngoại giao"),
    ("BNV", "Bộ Nội vụ"),
    ("BTP", "Bộ Tư pháp"),
    ("BTC", "Bộ Tài chính"),
    ("BCT", "Bộ Công Thương"),
    ("BNNMT", "Bộ Nông nghiệp và Môi trường"),
    ("BXD", "Bộ Xây dựng"),
    ("BVHTTDL", "Bộ Văn hóa, Thể thao và Du lịch"),
    ("BKHCN", "Bộ Khoa học và Công nghệ"),
    ("BGDĐT", "Bộ Giáo dục và Đào tạo"),
    ("BYT", "Bộ Y tế"),
    ("BDTTG", "Bộ Dân tộc và Tôn giáo"),
    ("NHNN", "Ngân hàng Nhà nước Việt Nam"),
    ("TTCP", "Thanh tra Chính phủ"),
    ("VPQH", "Văn phòng Quốc hội"),
    ("CTN", "Chủ tịch nước"),
    ("VPCTN", "Văn phòng Chủ tịch nước"),
    ("TANDTC", "Tòa án nhân dân tối cao"),
    ("TATC", "Tòa án nhân dân tối cao"),
    ("HĐTP", "Hội đồng Thẩm phán Tòa án nhân dân tối cao"),
    ("VKSNDTC", "Viện kiểm sát nhân dân tối cao"),
    ("VKSTC", "Viện kiểm sát nhân dân tối cao"),
    ("KTNN", "Kiểm toán nhà nước"),
    ("UBND", "Ủy ban nhân dân"),
    ("HĐND", "Hội đồng nhân dân"),
    ("TTHĐND", "Thường trực Hội đồng nhân dân"),
    ("TW", "Ban Chấp hành Trung ương"),
    ("TƯ", "Ban Chấp hành Trung ương"),
    ("BCHTW", "Ban Chấp hành Trung ương"),
    ("VPTW", "Văn phòng Trung ương Đảng"),
    ("TU", "Tỉnh ủy, Thành ủy"),
    // Closed; their documents remain in force under the bodies that took over.
    ("BKHĐT", "Bộ Kế hoạch và Đầu tư"),
    ("BGTVT", "Bộ Giao thông vận tải"),
    ("BTTTT", "Bộ Thông tin và Truyền thông"),
    ("BTNMT", "Bộ Tài nguyên và Môi trường"),
    ("BNNPTNT", "Bộ Nông nghiệp và Phát triển nông thôn"),
    ("BNN", "Bộ Nông nghiệp và Phát triển nông thôn"),
    ("BLĐTBXH", "Bộ Lao động - Thương binh và Xã hội"),
    ("LĐTBXH", "Bộ Lao động - Thương binh và Xã hội"),
    ("UBDT", "Ủy ban Dân tộc"),
    ("BHXH", "Bảo hiểm xã hội Việt Nam"),
    ("HĐBT", "Hội đồng Bộ trưởng"),
    ("BTS", "Bộ Thủy sản"),
    ("BCN", "Bộ Công nghiệp"),
    ("BTM", "Bộ Thương mại"),
    ("BVHTT", "Bộ Văn hóa - Thông tin"),
    ("BKHCNMT", "Bộ Khoa học, Công nghệ và Môi trường"),
    ("BBCVT", "Bộ Bưu chính, Viễn thông"),
    ("BGD", "Bộ Giáo dục"),
    ("BLĐ", "Bộ Lao động"),
    ("BKH", "Bộ Kế hoạch và Đầu tư"),
    ("BTCCBCP", "Ban Tổ chức - Cán bộ Chính phủ"),
    ("TCCP", "Ban Tổ chức - Cán bộ Chính phủ"),
    ("UBTDTT", "Ủy ban Thể dục Thể thao"),
    ("TCHQ", "Tổng cục Hải quan"),
    ("TCT", "Tổng cục Thuế"),
    ("TCBĐ", "Tổng cục Bưu điện"),
    ("TCTK", "Tổng cục Thống kê"),
    // Of general standing, within or beside the Government.
    ("CHQ", "Cục Hải quan"),
    ("CT", "Cục Thuế"),
    ("KBNN", "Kho bạc Nhà nước"),
    ("UBCK", "Ủy ban Chứng khoán Nhà nước"),
    ("UBCKNN", "Ủy ban Chứng khoán Nhà nước"),
    ("TTXVN", "Thông tấn xã Việt Nam"),
    ("ĐTHVN", "Đài Truyền hình Việt Nam"),
    ("TLĐ", "Tổng Liên đoàn Lao động Việt Nam"),
    ("MTTW", "Ủy ban Trung ương Mặt trận Tổ quốc Việt Nam"),
    ("CCBVN", "Hội Cựu chiến binh Việt Nam"),
    ("HCCBVN", "Hội Cựu chiến binh Việt Nam"),
    ("TWĐTN", "Trung ương Đoàn Thanh niên"),
];

/// Bodies that exist in many places or under many names: recognised, without a name that would say which.
const OTHERS: &[&str] = &[
    "UB",
    "BCĐ",
    "BQL",
    "HĐTĐ",
    "HĐTS",
    "ĐU",
    "HU",
    "BTV",
    "BTVTU",
    "BTGDVTW",
    "BTCTW",
    "UBKTTW",
    "UBMTTQ",
    "MTTQ",
    "BTT",
    "TTBTT",
    "VP",
    "VPUB",
    "ĐĐBQH",
    "ĐCTUBTWMTTQVN",
    "TWHCCBVN",
    "BVGCP",
    "BTGCP",
    "NNMT",
    "QP",
    "CA",
    "CAT",
    "LB",
    "TVQH",
    "BCĐTW",
    "BCĐQG",
    "HĐTVTT",
    "KTT",
    "TTTT",
    "TTĐT",
    "TTĐN",
    "PTTH",
    "BCXB",
    "XBIPH",
    "PCTT",
    "PCCC",
    "TCLN",
    "TCTS",
    "TCGDNN",
    "ĐHQG",
    "ĐHQGHN",
    "XPHC",
    "XPVPHC",
    "XPVP",
    "UBTTQH",
    "THA",
    "THADS",
    "TCTHADS",
    "TAND",
    "VKS",
    "VKSND",
    "CTUBND",
    "BQLKKT",
    "BQLKCN",
    "KKT",
    "KCN",
    "GDĐT",
    "GD&ĐT",
    "SGD&ĐT",
    "BGD&ĐT",
    "SGDĐT",
    "SYT",
    "STC",
    "STP",
    "SNV",
    "SXD",
    "SCT",
    "SKHCN",
    "SKH&CN",
    "SKHĐT",
    "SGTVT",
    "STTTT",
    "SNN",
    "SNNPTNT",
    "SNNMT",
    "STNMT",
    "SVHTTDL",
    "SVHTT",
    "SVH&TT",
    "SVHTT&DL",
    "SLĐTBXH",
    "SLĐ",
    "SDL",
    "SDT",
    "SDTTG",
    "SNgV",
    "SQHKT",
    "SCN",
    "BDT",
    "VKHLCNVN",
    "VHLKHCNVN",
    "KHCN",
    "KHCNMT",
    "TCKTTV",
    "TTLĐ",
    "PC",
    "TTĐ",
    "BTTTTBC",
    "LĐLĐ",
    "LĐTB&XH",
    "BLĐTB&XH",
    "LĐ-TBXH",
    "BNN&PTNT",
    "SLĐTB&XH",
    "SNN&PTNT",
    "STN&MT",
    "SNN&MT",
    "BTN&MT",
    "BTT&TT",
    "STT&TT",
    "BKH&CN",
    "BKH&ĐT",
    "SKH&ĐT",
    "BVHTT&DL",
];

static CANONICAL: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let names = BODIES.iter().map(|(letters, _)| *letters).chain(OTHERS.iter().copied());
    let mut known = HashMap::new();
    for letters in names {
        known.entry(letters.to_lowercase()).or_insert(letters);
    }
    // Letters without marks come second, so that they cannot hide a body that is really written so.
    for letters in BODIES.iter().map(|(letters, _)| *letters).chain(OTHERS.iter().copied()) {
        known.entry(fold(letters)).or_insert(letters);
    }
    known
});

/// The letters of a listed body as it writes them. The National Assembly carries the number of its term, and units of
/// the State Bank and the police a number of their own.
pub(super) fn canonical(written: &str) -> Option<String> {
    if let Some(letters) = CANONICAL.get(&written.to_lowercase()) {
        return Some((*letters).to_owned());
    }
    if let Some(letters) = CANONICAL.get(&fold(written)) {
        return Some((*letters).to_owned());
    }
    // Steering committees and management boards are many, and named after what they steer: `BCĐSPQG`.
    let is_family = ["BCĐ", "BQL", "ĐHQG", "UBKT"].iter().any(|family| written.starts_with(family));
    if is_family && written.chars().all(|c| c.is_uppercase() || c.is_ascii_digit()) {
        return Some(written.to_owned());
    }
    let (letters, figures) = written.split_at(written.find(|c: char| c.is_ascii_digit())?);
    let is_term = !figures.is_empty() && figures.len() <= 2 && figures.bytes().all(|byte| byte.is_ascii_digit());
    let upper = letters.to_uppercase();
    (is_term && matches!(upper.as_str(), "QH" | "UBTVQH" | "NHNN" | "UBND" | "HĐND" | "HĐNN"))
        .then(|| format!("{upper}{figures}"))
}

/// The name of a body by its canonical letters.
pub(super) fn name(letters: &str) -> Option<&'static str> {
    let plain = letters.trim_end_matches(|c: char| c.is_ascii_digit());
    match plain {
        "QH" => Some("Quốc hội"),
        "UBTVQH" => Some("Ủy ban Thường vụ Quốc hội"),
        _ => BODIES.iter().find(|(known, _)| *known == plain).map(|(_, name)| *name),
    }
}

/// The names of all listed bodies.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    BODIES.iter().map(|(_, name)| *name)
}

/// Whether a body numbers its documents in the manner of the Party: `66-NQ/TW`.
pub(super) fn is_party(letters: &str) -> bool {
    const LEVELS: [&str; 9] = ["TW", "TƯ", "TU", "HU", "ĐU", "ĐUK", "BTV", "BCS", "BCSĐ"];
    // Committees and commissions end in the level that they belong to: `BTGTU`, `UBKTTW`.
    let is_commission = letters.chars().count() <= 8
        && letters.chars().all(char::is_uppercase)
        && ["TW", "TƯ", "TU", "HU"].iter().any(|level| letters.ends_with(level));
    LEVELS.contains(&letters) || is_commission
}

/// Whether official letters of this body are numbered by sender and unit. Short letters that forms use too are left
/// out.
pub(super) fn sends_letters(letters: &str) -> bool {
    let is_named = BODIES.iter().any(|(known, _)| *known == letters) && letters.chars().count() >= 3;
    let is_department = letters.starts_with('S') && OTHERS.contains(&letters);
    (is_named && letters != "CTN") || is_department || matches!(letters, "UB" | "LB")
}
