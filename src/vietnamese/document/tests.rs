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

/// What stands in footers, on plates, in scores, addresses and plans.
#[test]
fn more_false_friends_are_refused() {
    for text in [
        "ngày 12/05/2026",
        "từ 12/5 đến 20/5/2026",
        "năm học 2025/26",
        "năm học 2024-2025/HK1",
        "tỷ lệ 1/500",
        "quy hoạch chi tiết tỷ lệ 1/500-QH",
        "thửa đất số 12/34, tờ bản đồ 5",
        "thửa 12/QH, tờ 7",
        "trang 1/12",
        "điện thoại 024/38123-456",
        "ĐT: 0243.8123456/101-TT",
        "Giấy phép số 123/GP-TTĐT do Sở Thông tin và Truyền thông cấp ngày 2/3/2020",
        "Giấy phép số: 45/GP-TTĐT-STTTT",
        "Giấy phép hoạt động báo chí số 1234/GP-BTTTT ngày 1/2/2020",
        "Giấy phép thiết lập trang TTĐT tổng hợp số 567/GP-STTTT",
        "Số giấy phép: 199/GP-CBC",
        "GP số 22/GP-BC",
        "Giấy phép xuất bản số 12/GP-PTTH&TTĐT",
        "Giấy phép ICP số 12/GP-ICP",
        "xe mang biển kiểm soát 29A-123.45",
        "biển số 51F/123-45",
        "xe tải 14C-012.34/QN",
        "xe 80A/12345-NG",
        "tỷ số 2/1-HAGL",
        "thắng 3-1/TP",
        "tỉ số 3/0, bàn thắng phút 45/QĐ",
        "nhà số 12/34/5 đường Lê Lợi",
        "số nhà 15/KP3-TT",
        "12/4-KP5, phường Tân Phú",
        "số 5/12A-Tổ 4",
        "1.200/1.500 hộ",
        "đạt 45/50 chỉ tiêu",
        "12/2024/HĐ thuê nhà",
        "Hợp đồng số 12/2024/HĐKT",
        "giải 3/QG",
        "TCVN 7980-1:2024",
        "QCVN 102:2016/BTTTT",
        "ISO 9001:2015/TT",
        "TCVN ISO/IEC 27001:2019",
        "khoá học 12/TT",
        "lớp 12/A-CT",
        "đội 1/TT-HN",
        "vòng 1/8-CT",
        "tổ 2/TB-KP",
        "24/7",
        "mẫu B12/BB-ABC",
        "Mẫu số 01/QĐ-UBND",
        "mẫu Thông báo số 01/TB-TĐT",
        "Mẫu 01/CK-NSNN",
        "huyết áp 120/80-HA",
        "số hiệu máy bay VN123/CT",
        "tọa độ 12/TT-34",
        "chứng chỉ 123/CCHN-BYT",
        "giấy chứng nhận 12345/CN-SYT",
        "mã số thuế 0101234567/TT",
        "1/4 KH-HTX",
        "đạt 12/15 KH năm",
        "ngày 1/4 TT-Huế tổ chức",
        "ngày 12/5 CT nước tiếp",
        "sáng 3/9, TT-Huế",
        "quý 1/2026 TT-XD",
        "hàm lượng 5/10 QĐ",
        "tháng 5/2026 QĐ-đầu tư",
        "tháng 12/2025 TB-KL",
        "kỳ 3/2024 KH-ĐT",
        "ngày 12/2024 TT-Huế",
        "năm 10/2023 KH-CN",
        "TP.HCM 12/2023 CT-XH",
    ] {
        check(text, &[]);
    }
}

#[test]
fn words_around_decide_about_codes() {
    check("theo Thông báo số 37/TB-ĐKT của Cục", &["37/TB-ĐKT"]);
    check("ghi vào 37/TB-ĐKT rồi nộp", &[]);
    check("theo Mẫu thông báo số 37/TB-ĐKT", &[]);
    check(
        "các quyết định số 10/QĐ-UBND, 11/QĐ-KTTHSD và 12/QĐ-KTTHSD",
        &["10/QĐ-UBND", "11/QĐ-KTTHSD", "12/QĐ-KTTHSD"],
    );
    check("Công văn số 2164/GD-ĐT ngày 1/3/2024", &["2164/GD-ĐT"]);
    check("Nghị định số 102/CK-NSNN", &[]);
    check("Giấy phép số 2626/GP-UBND ngày 1/3/2024 về khai thác cát", &["2626/GP-UBND"]);
    check("Quyết định 30/2021/QĐ-TTGvề việc", &["30/2021/QĐ-TTg"]);
}

/// Each harvested number inside sentences as texts write them. Where the words say that a number follows, codes that
/// also name forms are believed; where nothing says so they are not.
#[test]
fn harvested_numbers_in_sentences() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/facts/document_numbers.txt");
    let Ok(numbers) = std::fs::read_to_string(path) else {
        println!("skipped: ../shared is absent");
        return;
    };
    let numbers: Vec<&str> = numbers.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    for (frame, at_least) in [
        ("theo Nghị định số {} của Chính phủ về việc", 97.0),
        ("Thực hiện văn bản {} của cơ quan có thẩm quyền.", 97.0),
        ("ngày 12/3/2024, Bộ trưởng ban hành {} quy định chi tiết", 97.0),
        ("đã ban hành Quyết định số {}\nNội dung chính", 97.0),
        ("TRIỂN KHAI THÔNG TƯ SỐ {} TRÊN ĐỊA BÀN", 97.0),
        ("Thông tư {}, quy định", 97.0),
        ("Nghị định 30/2020/NĐ-CP và {} đã nêu", 97.0),
        ("quy định mới ({}) có hiệu lực", 96.0),
        ("được nêu tại {}. Theo đó", 96.0),
        ("“{}” là văn bản", 96.0),
    ] {
        let expected = if frame.contains("30/2020") { 2 } else { 1 };
        let is_found = |number: &&&str| {
            let found = find(&frame.replace("{}", number)).len();
            found == expected || **number == "30/2020/NĐ-CP"
        };
        let found = numbers.iter().filter(is_found).count();
        let percent = 100.0 * found as f64 / numbers.len() as f64;
        println!("{percent:.2} % in `{frame}`");
        assert!(percent >= at_least, "{percent:.2} % in `{frame}`");
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
    // A number that also names forms, asked for by itself.
    assert_eq!(canonical("44/BB-XM"), Some("44/BB-XM".to_owned()));
    assert_eq!(canonical(" 42/2022/nđ-cp "), Some("42/2022/NĐ-CP".to_owned()));
    assert_eq!(canonical("Số: 42/2022/NĐ-CP"), Some("42/2022/NĐ-CP".to_owned()));
    assert_eq!(canonical("theo 42/2022/NĐ-CP ngày"), None);
    assert_eq!(canonical("16/08/2023"), None);
    assert_eq!(canonical(""), None);
    // Zeros before a number make it no longer: what is found can be asked for.
    for number in find("theo Nghị định số 077/HT-BHTV7, Công văn số 0123/ABC-XYZ, 07/TTg-BTNMPgQĐ-theo") {
        assert_eq!(canonical(&number), Some(number.clone()));
    }
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
