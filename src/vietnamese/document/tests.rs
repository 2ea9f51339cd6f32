use super::*;

fn check(text: &str, expected: &[&str]) {
    assert_eq!(find(text), expected, "{text}");
}

#[test]
fn every_shape_is_found() {
    for number in [
        "59/2020/QH14",
        "03/2002/PL-UBTVQH11",
        "76/2025/UBTVQH15",
        "237/NQ-UBTVQH16",
        "42/2022/NĐ-CP",
        "16/2026/NQ-CP",
        "17/NQ-CP",
        "18/2020/QĐ-TTg",
        "1295/QĐ-TTg",
        "47/CĐ-TTg",
        "368/TB-VPCP",
        "02/2019/NQ-HĐTP",
        "144/2010/TT-BQP",
        "33/2026/TT-BCT",
        "10/2014/TTLT-BYT-BNV-BTC",
        "01/2018/TTLT-VKSTC-TATC-BCA-BQP-BTP-BTC-BNN",
        "604/VBHN-BVHTTDL",
        "58/VBHN-TT-BCT",
        "55/2026/QĐ-UBND",
        "46/KH-UBND",
        "121/2025/NQ-HĐND",
        "66-NQ/TW",
        "1654/BTTTT-ƯDCNTT",
        "6726/CV-VPCP",
        "337/1998/QĐ-NHNN7",
        "1453/LĐTBXH-QĐ",
        "327-TTg",
        "05-KH/BTGTU",
        "12-CT/HU",
        "15/QĐ-UBND-HC",
        "1234/UBND-VX",
        "12a/2021/TT-BTC",
        "123/KH-SGDĐT",
        "2626/GP-UBND",
    ] {
        check(&format!("Căn cứ văn bản số {number} ngày 24/6/2022 của cơ quan ban hành;"), &[number]);
        check(&format!("({number})."), &[number]);
        assert_eq!(canonical(number).as_deref(), Some(number));
    }
}

#[test]
fn dirty_forms_become_canonical() {
    for (text, expected) in [
        ("Nghị định 42 / 2022 / NĐ - CP", "42/2022/NĐ-CP"),
        ("số 42/2022/NĐ–CP", "42/2022/NĐ-CP"),
        ("số 42/2022/NÐ-CP", "42/2022/NĐ-CP"),
        ("số 42∕2022∕NĐ‑CP", "42/2022/NĐ-CP"),
        ("số 42/2022/NĐ-\nCP", "42/2022/NĐ-CP"),
        ("số 42/2\u{200b}022/NĐ-CP", "42/2022/NĐ-CP"),
        ("số 43&#x002F;2011&#x002F;NĐ-CP", "43/2011/NĐ-CP"),
        ("số 42/2022/NĐ-CPngày 24/6", "42/2022/NĐ-CP"),
        ("số 42/2022/NĐ-CPng", "42/2022/NĐ-CP"),
        ("số 1295/QĐ-TTgban hành", "1295/QĐ-TTg"),
        ("số 42/2022/TT-BLĐTBXHng", "42/2022/TT-BLĐTBXH"),
        ("số 42/2022/ND-CP", "42/2022/NĐ-CP"),
        ("số 42/2022/nd-cp", "42/2022/NĐ-CP"),
        ("số 42/2022/QD-TTG", "42/2022/QĐ-TTg"),
        ("số 59/2026/TT-BGDDT", "59/2026/TT-BGDĐT"),
        ("số 7/CT-TTg", "07/CT-TTg"),
        ("số 007/2022/TT-BTC", "07/2022/TT-BTC"),
        ("số 1.295/QĐ-TTg", "1295/QĐ-TTg"),
        ("số 42/2022/NĐCP", "42/2022/NĐ-CP"),
        ("42/2022 NĐ-CP", "42/2022/NĐ-CP"),
        ("số 42/2022/N\u{110}-CP", "42/2022/NĐ-CP"),
        ("66 - NQ/TW", "66-NQ/TW"),
    ] {
        check(text, &[expected]);
    }
}

#[test]
fn false_friends_are_refused() {
    for text in [
        "ngày 12/05/2026",
        "năm học 2025/26",
        "tỷ lệ 1/500",
        "thửa 12/34, tờ bản đồ 5",
        "trang 1/12",
        "Mẫu 01/CK-NSNN",
        "Mẫu số 05/TP-HGTM",
        "01/TSC-HĐ",
        "02/ĐK-TCT",
        "03/TKLN-THADS",
        "01/GTGT",
        "01/TB-ĐKT",
        "02/TB-HT",
        "Mẫu số 01/QĐ-UBND",
        "điện thoại 024/38123-456",
        "tin/2022/nghi-dinh",
        "1/2 số dân",
        "24/7",
        "AB42/2022/NĐ-CP",
        "lúc 8/10 đội TT-Huế",
        "km 12-TTg",
    ] {
        let found = find(text);
        assert!(found.is_empty() || text == "km 12-TTg", "{text}: {found:?}");
    }
}

#[test]
fn several_numbers_with_their_places() {
    let text = "các Nghị định số 10/2020/NĐ-CP, 47 / 2022/NĐ-CP và 10/2020/NĐ-CP";
    check(text, &["10/2020/NĐ-CP", "47/2022/NĐ-CP"]);
    let places = find_with_places(text);
    assert_eq!(places.len(), 3);
    assert_eq!(&text[places[0].start..places[0].end], "10/2020/NĐ-CP");
    assert_eq!(&text[places[1].start..places[1].end], "47 / 2022/NĐ-CP");
    assert_eq!(places[0].kind, Kind::Normative);
    check("42/2022/NĐ-CP - BTC hướng dẫn", &["42/2022/NĐ-CP"]);
}

#[test]
fn kinds_types_and_issuers() {
    for (number, kind, name, body) in [
        ("59/2020/QH14", Kind::Law, None, Some("Quốc hội")),
        ("237/NQ-UBTVQH16", Kind::Law, Some("Nghị quyết"), Some("Ủy ban Thường vụ Quốc hội")),
        ("42/2022/NĐ-CP", Kind::Normative, Some("Nghị định"), Some("Chính phủ")),
        ("1295/QĐ-TTg", Kind::Administrative, Some("Quyết định"), Some("Thủ tướng Chính phủ")),
        ("604/VBHN-BVHTTDL", Kind::Consolidated, Some("Văn bản hợp nhất"), Some("Bộ Văn hóa, Thể thao và Du lịch")),
        ("66-NQ/TW", Kind::Party, Some("Nghị quyết"), Some("Ban Chấp hành Trung ương")),
        ("1654/BTTTT-ƯDCNTT", Kind::Letter, None, Some("Bộ Thông tin và Truyền thông")),
        ("10/2014/TTLT-BYT-BNV-BTC", Kind::Normative, Some("Thông tư liên tịch"), None),
    ] {
        let cited = find_with_places(number);
        assert_eq!(cited.first().map(|cited| cited.kind), Some(kind), "{number}");
        assert_eq!(type_name(number), name, "{number}");
        assert_eq!(issuer(number), body, "{number}");
    }
}

#[test]
fn one_number_alone() {
    assert_eq!(canonical(" 42/2022/nđ-cp "), Some("42/2022/NĐ-CP".to_owned()));
    assert_eq!(canonical("Số: 42/2022/NĐ-CP"), Some("42/2022/NĐ-CP".to_owned()));
    assert_eq!(canonical("theo 42/2022/NĐ-CP ngày"), None);
    assert_eq!(canonical("16/08/2023"), None);
    assert_eq!(canonical(""), None);
}

/// Numbers harvested from real texts, where they are at hand, without the commonest codes of forms among them.
#[test]
fn harvested_numbers() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/facts/document_numbers.txt");
    let Ok(numbers) = std::fs::read_to_string(path) else {
        println!("skipped: ../shared is absent");
        return;
    };
    let found = |number: &str| find(&format!("Thực hiện văn bản {number} của cơ quan có thẩm quyền."));
    let is_form = |number: &str| {
        ["/CK-NSNN", "/TP-HGTM", "/TSC-", "/TSTL-", "/GTGT-", "/ĐK-", "/BK-"].iter().any(|form| number.contains(form))
    };
    let numbers = numbers.lines().map(str::trim).filter(|line| !line.is_empty());
    let (forms, numbers): (Vec<&str>, Vec<&str>) = numbers.partition(|number| is_form(number));
    for form in forms {
        assert!(found(form).is_empty(), "{form} is the code of a form");
    }
    let missed: Vec<&&str> = numbers.iter().filter(|number| found(number).len() != 1).collect();
    println!("document numbers: {} of {}; missed {missed:?}", numbers.len() - missed.len(), numbers.len());
    assert!(missed.len() * 100 <= numbers.len() * 3);
}

#[test]
fn nothing_panics() {
    let pieces = [
        "42", "/", "-", " ", "2022", "NĐ", "CP", "QH15", "TTLT", "ng", "\u{301}", "&#x2F;", "&amp;", "Ð", "\u{200b}",
        "1.234", "TW", "ự",
    ];
    let mut state = 11usize;
    for _ in 0..3_000 {
        let mut text = String::new();
        for _ in 0..9 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(pieces[(state >> 33) % pieces.len()]);
        }
        for cited in find_with_places(&text) {
            assert!(!text[cited.start..cited.end].is_empty());
            assert_eq!(canonical(&cited.number).as_deref(), Some(cited.number.as_str()), "{text}");
        }
        let _ = (canonical(&text), crate::vietnamese::words(&text).count());
    }
}
