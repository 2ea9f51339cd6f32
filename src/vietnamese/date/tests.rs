#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use super::*;

/// Thursday 1 October 2026, 10:00 in Vietnam.
const NOW: &str = "2026-10-01T10:00:00+07:00";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn written(dated: Option<Dated>) -> String {
    match dated {
        None => "none".to_owned(),
        Some(Dated { at, has_time, .. }) => {
            let form = if has_time { "%Y-%m-%d %H:%M:%S" } else { "%Y-%m-%d" };
            at.to_zoned(crate::clock::vietnam()).strftime(form).to_string()
        }
    }
}

fn check(text: &str, expected: &str) {
    assert_eq!(written(read(text, now())), expected, "{text}");
}

fn check_machine(text: &str, expected: &str) {
    assert_eq!(written(read_machine(text)), expected, "{text}");
}

#[test]
fn forms_of_the_portals() {
    // One of each form in which portals were seen to write a date, in an order of their own.
    for (text, expected) in [
        ("16/08/2023 08:37", "2023-08-16 08:37:00"),
        ("baodientu.vn 12/08/2023 08:08", "2023-08-12 08:08:00"),
        ("07:09, 12/09/2019", "2019-09-12 07:09:00"),
        ("07/04/2022, 09:44", "2022-04-07 09:44:00"),
        ("01/03/2026\n      09:51", "2026-03-01 09:51:00"),
        ("07/03/2026 08:06 GMT+7", "2026-03-07 08:06:00"),
        ("Thứ bảy, 7/3/2026, 00:05 (GMT+7)", "2026-03-07 00:05:00"),
        ("Thứ Bảy, 07/03/2026 - 08:52", "2026-03-07 08:52:00"),
        (" - 07/03/2026 08:47", "2026-03-07 08:47:00"),
        ("07-03-2026 - 00:01 AM", "2026-03-07 00:01:00"),
        ("12/09/2019 - 07:09", "2019-09-12 07:09:00"),
        ("07:09 - 12/09/2019", "2019-09-12 07:09:00"),
        ("07:09 12/09/2019", "2019-09-12 07:09:00"),
        ("12/09/2019 | 07:09", "2019-09-12 07:09:00"),
        ("07:09 | 12/09/2019", "2019-09-12 07:09:00"),
        ("07:09 ngày 12-09-2019", "2019-09-12 07:09:00"),
        ("07:09' 12/09/2019", "2019-09-12 07:09:00"),
        ("28/06/2022 08:31 AM", "2022-06-28 08:31:00"),
        ("28/06/2022 02:31 PM", "2022-06-28 14:31:00"),
        ("28/06/2022 15:31 AM", "2022-06-28 15:31:00"),
        ("16-08-2023 08:37:00 SA", "2023-08-16 08:37:00"),
        ("16-08-2023 08:37:00 CH", "2023-08-16 20:37:00"),
        ("16-08-2023 12:05:00 SA", "2023-08-16 00:05:00"),
        ("16-08-2023 12:05:00 CH", "2023-08-16 12:05:00"),
        ("16/08/2023 | 08:37 AM", "2023-08-16 08:37:00"),
        ("Cập nhật lúc 09:44 07/04/2022", "2022-04-07 09:44:00"),
        ("Cập nhật: 07/04/2022", "2022-04-07"),
        ("2/26/2026 12:00:00 PM", "2026-02-26 12:00:00"),
        ("8/16/2023 8:37:00 AM", "2023-08-16 08:37:00"),
        ("Thứ tư - 16/08/2023 08:37", "2023-08-16 08:37:00"),
        ("Thứ 3, Ngày 16/07/2024 -", "2024-07-16"),
        ("Ngày đăng: 08/07/2024  11:38", "2024-07-08 11:38:00"),
        ("Thứ 2, 06/07/2026, 00:00", "2026-07-06 00:00:00"),
        ("T2, 06/07/2026", "2026-07-06"),
        ("CN, 05/07/2026 10:20", "2026-07-05 10:20:00"),
        ("(16/08/2023)", "2023-08-16"),
        ("16-08-2023", "2023-08-16"),
        ("13/7/2026", "2026-07-13"),
        ("15/05/2025 / Xem cỡ chữ / Đọc bài viết / In", "2025-05-15"),
        ("20:23, 30/12/2022", "2022-12-30 20:23:00"),
        ("13:39 - 01/08/2022", "2022-08-01 13:39:00"),
        ("08:37: 16/08/2023", "2023-08-16 08:37:00"),
        ("16/08/2023 08:37:00", "2023-08-16 08:37:00"),
        ("2026-03-07 08:07", "2026-03-07 08:07:00"),
        ("2026-03-07T08:52:11.000 +07:00", "2026-03-07 08:52:11"),
        ("2026-03-07T00:01:00", "2026-03-07 00:01:00"),
        ("2026-03-01T09:51:00&#x2B;07:00", "2026-03-01 09:51:00"),
        ("2023-08-16+0708:37:00", "2023-08-16 08:37:00"),
        ("Wed, 16 Aug 2023 01:08:37 GMT", "2023-08-16 08:08:37"),
        ("2018-10-19T10-15-08", "2018-10-19 10:15:08"),
        ("NGÀY 16 THÁNG 8, 2023 | 08:37", "2023-08-16 08:37:00"),
        ("ngày 24 tháng 6 năm 2022", "2022-06-24"),
        ("19 tháng 11, 2024", "2024-11-19"),
        ("5 tháng 6 lúc 15:37", "2026-06-05 15:37:00"),
        ("5 tháng 12 lúc 15:37", "2025-12-05 15:37:00"),
        ("lúc 02:00:00 UTC+7 11 tháng 12, 2025", "2025-12-11 02:00:00"),
        ("Th8 06, 2026 lúc 03:55 AM", "2026-08-06 03:55:00"),
        ("Thg 8 16, 2023", "2023-08-16"),
        ("21 Thg 9, 2026", "2026-09-21"),
        ("07.03.2026", "2026-03-07"),
        ("1.1.2016", "2016-01-01"),
        ("08h37 ngày 16/8/2023", "2023-08-16 08:37:00"),
        ("8 giờ 37 phút ngày 16-8-2023", "2023-08-16 08:37:00"),
    ] {
        check(text, expected);
    }
}

#[test]
fn dates_in_a_line_of_other_text() {
    for (text, expected) in [
        ("Đăng ngày 16/08/2023 08:37 | lượt xem: 12", "2023-08-16 08:37:00"),
        ("16/08/2023 | Lượt xem: 12:30", "2023-08-16"),
        ("Ngày đăng: 12-05-2025, 08 giờ 37 phút", "2025-05-12 08:37:00"),
        ("Ngày đăng: 16/08/2023 08:37 - Cập nhật: 17/08/2023 09:00", "2023-08-16 08:37:00"),
        ("08:37 16/08/2023 - 09:00 17/08/2023", "2023-08-16 08:37:00"),
        ("Hà Nội, ngày 03 tháng 02 năm 2026", "2026-02-03"),
        ("Nghị định số 42/2022/NĐ-CP ngày 24/6/2022", "2022-06-24"),
        ("ngày 16 tháng Tám năm 2023", "2023-08-16"),
        ("ngày 16 tháng mười hai năm 2023", "2023-12-16"),
        ("ngày 5 tháng Năm năm 2023", "2023-05-05"),
        ("08h ngày 16.8.2023", "2023-08-16 08:00:00"),
        ("8h37' sáng 16/8/2023", "2023-08-16 08:37:00"),
        ("3 giờ chiều 16/8/2023", "2023-08-16 15:00:00"),
        ("Sự kiện từ 8:00 tới 11:30 ngày 16/8/2023", "2023-08-16 11:30:00"),
        ("16 / 08 / 2023 - 08 : 37", "2023-08-16 08:37:00"),
        ("16/08/23 08:37", "2023-08-16 08:37:00"),
        ("ngày 16/08/23", "2023-08-16"),
        ("2023年8月16日 08:37", "2023-08-16 08:37:00"),
        ("August 16, 2023 | 08:37 AM GMT+7", "2023-08-16 08:37:00"),
        ("Mercredi 16 août 2023 à 08:37", "2023-08-16"),
        ("16/08\u{200b}/2023\u{a0}08:37", "2023-08-16 08:37:00"),
        ("Thứ Tư 16/08/2023 , 08:37 (GMT +7)", "2023-08-16 08:37:00"),
        ("30/02/2023 rồi 16/08/2023", "2023-08-16"),
        ("Cập nhật 14:30 Thứ Sáu, 21/11/2025", "2025-11-21 14:30:00"),
        ("2:30:15 CH, 21/11/2025", "2025-11-21 14:30:15"),
        ("14 giờ 30, ngày 21/11/2025", "2025-11-21 14:30:00"),
        ("Fri Nov 21 2025 14:30:00 GMT+0700 (Indochina Time)", "2025-11-21 14:30:00"),
        ("21/11/2025 14:30 - 1.234 lượt xem", "2025-11-21 14:30:00"),
        ("Ngày tạo: 21/11/2025 14:30 - Ngày cập nhật: 22/11/2025 01:00", "2025-11-21 14:30:00"),
        ("Số: 123/QĐ-UBND Hà Nội, ngày 21 tháng 11 năm 2025", "2025-11-21"),
        ("Xuất bản: 14:30 21/11/2025 (GMT+7)", "2025-11-21 14:30:00"),
        ("2025-11-21 lúc 14:30", "2025-11-21 14:30:00"),
        ("21/11/2025T14:30", "2025-11-21 14:30:00"),
        ("21/11/2025&nbsp;14:30", "2025-11-21 14:30:00"),
        ("2025年11月21日 14时30分", "2025-11-21 14:30:00"),
        ("21/11/2025 | Tác giả: A | 14:30", "2025-11-21"),
    ] {
        check(text, expected);
    }
}

#[test]
fn what_is_not_a_date_is_refused() {
    for text in [
        "",
        "Cổng thông tin điện tử",
        "30/02/2023",
        "31/04/2023 08:37",
        "00/00/0000",
        "0001-01-01T00:00:00",
        "16/08/1994",
        "03/10/2026",
        "42/2022/NĐ-CP",
        "12/05/2026/NĐ-CP",
        "tỷ lệ 1/500",
        "năm học 2025/26",
        "thửa 12/34",
        "trang 1/12",
        "ngày 16 tháng 8",
        "tháng 8 năm 2023",
        "192.168.1.2023",
        "1.2.3.2023",
        "2023",
        "Điện thoại: 024.3845.2023",
        "Hotline 0912345678",
        "12/34/2023",
        "16/08/23 bản đồ",
        "2013-01-28T09:xx:00Z",
        "2003-12-31T25:14:55Z",
        "Sau 5 năm trước khi có luật, Quốc hội đã họp nhiều lần để bàn",
        "Hôm nay, Quốc hội thảo luận tại tổ về dự án Luật Đất đai",
    ] {
        check(text, "none");
    }
}

#[test]
fn told_from_now() {
    for (text, expected) in [
        ("vừa xong", "2026-10-01 10:00:00"),
        ("2 giờ trước", "2026-10-01 08:00:00"),
        ("15 phút trước", "2026-10-01 09:45:00"),
        ("Cập nhật 6 ngày trước", "2026-09-25"),
        ("1 tháng trước", "2026-09-01"),
        ("hôm qua lúc 15:37", "2026-09-30 15:37:00"),
        ("Hôm nay, 08:30", "2026-10-01 08:30:00"),
        ("07:15 hôm qua", "2026-09-30 07:15:00"),
        ("hôm kia", "2026-09-29"),
        ("7' trước", "2026-10-01 09:53:00"),
        ("Cách đây 3 giờ", "2026-10-01 07:00:00"),
        ("khoảng 30 giây trước", "2026-10-01 09:59:30"),
        ("3 hours ago", "2026-10-01 07:00:00"),
        ("yesterday", "2026-09-30"),
    ] {
        check(text, expected);
    }
}

#[test]
fn the_month_comes_first_when_the_caller_says_so() {
    let american = |text| written(read_us(text, now()));
    assert_eq!(american("8/9/2023 8:37:00 AM"), "2023-08-09 08:37:00");
    assert_eq!(american("16/8/2023"), "2023-08-16");
    check("8/9/2023 8:37:00 AM", "2023-09-08 08:37:00");
}

#[test]
fn machines() {
    for (text, expected) in [
        ("2026-03-07T08:52:11+07:00", "2026-03-07 08:52:11"),
        ("2026-03-07T01:52:11Z", "2026-03-07 08:52:11"),
        ("2026-03-07T08:52:11", "2026-03-07 08:52:11"),
        ("2026-03-07", "2026-03-07"),
        ("2026-03", "2026-03-01"),
        ("2026", "2026-01-01"),
        ("20260307T085211Z", "2026-03-07 15:52:11"),
        ("2026-03-07T08:52:11.1234567+07:00", "2026-03-07 08:52:11"),
        ("2026-03-07T08:52:11&#43;07:00", "2026-03-07 08:52:11"),
        ("2023-08-16+0708:37:00", "2023-08-16 08:37:00"),
        ("Wed, 16 Aug 2023 08:37:00 +0700", "2023-08-16 08:37:00"),
        ("Wed, 16 Aug 2023 08:37:00 GMT+7", "2023-08-16 08:37:00"),
        ("Wed, 16 Aug 2023 01:37:00 GMT", "2023-08-16 08:37:00"),
        ("Wed, 16 Aug 2023 01:37:00 UT", "2023-08-16 08:37:00"),
        ("Wed, 16 Aug 2023 08:37:00", "2023-08-16 08:37:00"),
        ("Wed, 16 Aug 2023 08:37:00 Asia/Ho_Chi_Minh", "2023-08-16 08:37:00"),
        ("Wed, 16 Aug 2023 01:37:00 +0000 (UTC)", "2023-08-16 08:37:00"),
        ("16-Aug-23 08:37:00 ICT", "2023-08-16 08:37:00"),
        ("Wednesday, 16-Aug-23 01:37:00 UTC", "2023-08-16 08:37:00"),
        ("Tue, 15 Aug 2023 20:37:00 EST", "2023-08-16 08:37:00"),
        ("Wed Aug 16 08:37:00 2023", "2023-08-16 08:37:00"),
        ("Wed Aug 16 01:37:00 +0000 2023", "2023-08-16 08:37:00"),
        ("T4, 16/08/2023 08:37", "2023-08-16 08:37:00"),
        ("Thứ 4, 16/08/2023, 08:37", "2023-08-16 08:37:00"),
        ("20230816", "2023-08-16"),
        ("20230816083700", "2023-08-16 08:37:00"),
        ("2025-11-21T14:30:00+07:00[Asia/Ho_Chi_Minh]", "2025-11-21 14:30:00"),
        ("/Date(1692149820000)/", "2023-08-16 08:37:00"),
        ("/Date(1692149820000+0700)/", "2023-08-16 08:37:00"),
        ("1692149820", "2023-08-16 08:37:00"),
        ("1692149820000", "2023-08-16 08:37:00"),
    ] {
        check_machine(text, expected);
    }
}

#[test]
fn machines_that_talk_nonsense_are_refused() {
    for text in [
        "",
        "0912345678",
        "Sun, 16 Dec 2012 1:2:3:4 GMT",
        "Sun, 16 zzz 2012 11:47:32 GMT",
        "Sun, 99 Jun 2009 12:00:00 GMT",
        "2013-01-28T11:30:00-06:00Textra",
        "2013-01-28T09:00:00+00:xx",
        "2003-12-31T10:14:61Z",
        "1000-01-01T00:00:00Z",
        "2 giờ trước",
        "Bài viết ngày 16/08/2023 có 1200 lượt xem trong tuần",
        "42/2022/NĐ-CP",
    ] {
        check_machine(text, "none");
    }
}

#[test]
fn days_in_paths() {
    let check = |path: &str, expected: &str| assert_eq!(written(in_url(path, now())), expected, "{path}");
    check("/portal/pages/2023-08-16/hop-bao-123.aspx", "2023-08-16");
    check("https://example.gov.vn/2022/11/30/hop-bao.html?id=1", "2022-11-30");
    check("/tin/20221130/hop-bao", "2022-11-30");
    check("/blog/2022-11-30-hop-bao", "2022-11-30");
    check("/uploads/news/2022_11/anh.jpg", "none");
    check("/tin/hop-bao-ngay-16-8-2023.html", "none");
    check("/a/2023-02-30/b", "none");
    check("/a/2099/01/01/b", "none");
    check("/12345678/x", "none");
    check("", "none");
}

#[test]
fn nothing_panics() {
    let pieces = [
        "16",
        "/",
        "-",
        ".",
        ":",
        " ",
        "T",
        "tháng",
        "giờ",
        "2023",
        "GMT",
        "+",
        "99999999999999",
        "ngày",
        "(",
        "\u{301}",
    ];
    let mut state = 7usize;
    for _ in 0..3_000 {
        let mut text = String::new();
        for _ in 0..9 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(pieces[(state >> 33) % pieces.len()]);
        }
        let _ = (read(&text, now()), read_us(&text, now()), read_machine(&text), in_url(&text, now()));
    }
}

/// The public suites, where they are at hand: how many of their dates are read, and that what they refuse is refused.
#[test]
fn conformance() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance/dates/cases.json");
    let Ok(cases) = std::fs::read_to_string(path) else {
        println!("skipped: ../shared is absent");
        return;
    };
    let cases: Vec<serde_json::Value> = serde_json::from_str(&cases).unwrap();
    let mut passed = 0;
    for case in &cases {
        let input = case["input"].as_str().unwrap();
        let found = read_machine(input);
        if agrees(input, &case["expect"], found) {
            passed += 1;
        } else {
            println!("{} {input:?}: {} found {}", case["id"], case["expect"], written(found));
        }
    }
    println!("dates: {passed} of {}", cases.len());
    assert!(passed * 100 >= cases.len() * 85, "{passed} of {}", cases.len());
}

/// Suites say less than an instant (fields without a zone), and take a missing zone as UTC where this country's is
/// meant; both readings count.
fn agrees(input: &str, expect: &serde_json::Value, found: Option<Dated>) -> bool {
    let hours = |hours: i64| jiff::SignedDuration::from_hours(hours);
    let one_of = |at: Timestamp, shifts: &[i64]| {
        found.is_some_and(|dated| shifts.iter().any(|shift| dated.at + hours(*shift) == at))
    };
    if expect == "parses" {
        return found.is_some();
    }
    if let Some(text) = expect.get("rfc3339") {
        return match text.as_str() {
            Some(text) => one_of(text.parse().unwrap(), &[0]),
            None => found.is_none(),
        };
    }
    if let Some(second) = expect.get("ts").and_then(serde_json::Value::as_i64) {
        return one_of(Timestamp::from_second(second).unwrap(), &[0]);
    }
    let field = |value: &serde_json::Value| value.as_i64().unwrap_or(-1);
    if let Some(utc) = expect.get("utc") {
        let Some(utc) = utc.as_array() else { return found.is_none() };
        let f: Vec<i64> = utc.iter().map(field).collect();
        let Ok(date) =
            jiff::civil::DateTime::new(f[0] as i16, f[1] as i8, f[2] as i8, f[3] as i8, f[4] as i8, f[5] as i8, 0)
        else {
            return false;
        };
        let at = date.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp();
        let has_zone = input.contains(['Z', '+']) || input.contains("GMT");
        return one_of(at, if has_zone { &[0] } else { &[0, 7] });
    }
    let f: Vec<i64> = ["year", "month", "day", "hour", "minute", "second"].map(|name| field(&expect[name])).to_vec();
    let Ok(date) =
        jiff::civil::DateTime::new(f[0] as i16, f[1] as i8, f[2] as i8, f[3] as i8, f[4] as i8, f[5] as i8, 0)
    else {
        return found.is_none();
    };
    let offset = expect["offset"].as_i64();
    let at = date.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp();
    match offset {
        Some(offset) => one_of(at - jiff::SignedDuration::from_secs(offset), &[0]),
        None => one_of(at, &[0, 7, -7]),
    }
}
