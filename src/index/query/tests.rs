use super::*;

fn show(words: &[Key]) -> String {
    words.iter().map(|word| word.folded.as_ref()).collect::<Vec<_>>().join(" ")
}

fn check(text: &str, words: &str, phrases: &[&str], without: &[&str]) {
    let asked = read(text);
    assert_eq!(show(&asked.words), words, "words of {text:?}");
    assert_eq!(
        asked.phrases.iter().map(|phrase| show(&phrase.ways[0])).collect::<Vec<_>>(),
        phrases,
        "phrases of {text:?}"
    );
    assert_eq!(asked.without.iter().map(|part| show(part)).collect::<Vec<_>>(), without, "exclusions of {text:?}");
}

#[test]
fn words_phrases_and_exclusions() {
    check("Chính  phủ", "chinh phu", &[], &[]);
    check("thuế \"thu nhập\" -\"cá nhân\" -đất", "thue", &["thu nhap"], &["ca nhan", "dat"]);
    check("“Hà Nội” mưa", "mua", &["ha noi"], &[]);
    check("ngày 16/8/2023", "ngay", &["16 8 2023"], &[]);
    check("\"dở dang", "do dang", &[], &[]);
    check("- -- --a \"\" ((( )))", "a", &[], &[]);
    check("Hà Nội-Huế", "ha noi hue", &[], &[]);
    check("kind = \"press\" OR 1", "kind or 1", &["press"], &[]);
}

#[test]
fn document_numbers_are_taken_with_what_belongs_to_them() {
    let check = |text: &str, numbers: &[&str], words: &str| {
        let asked = read(text);
        let found: Vec<_> = asked.numbers.iter().map(|number| number.canonical.as_deref().unwrap_or("?")).collect();
        assert_eq!(found, numbers, "{text}");
        assert_eq!(show(&asked.words), words, "{text}");
    };
    check("thuế 42/2022/nđ-cp", &["42/2022/NĐ-CP"], "thue");
    check("\"1295/QĐ-TTg\" 42/2022/NĐ-CP", &["1295/QĐ-TTg", "42/2022/NĐ-CP"], "");
    check("-42/2022/NĐ-CP", &[], "");
    check("năm 2022", &[], "nam 2022");
}

#[test]
fn the_read_part_is_bounded() {
    assert_eq!(read(&"(".repeat(900)), Asked::default());
    let many = read(&"a ".repeat(5_000));
    assert_eq!(many.words.len(), 32);
    let long = read(&"ă".repeat(10_000));
    assert!(long.wanted().all(|word| word.folded.len() <= 256));
}

#[test]
fn open_syllables_have_two_spellings() {
    for (word, other) in [("ky", Some("ki")), ("li", Some("ly")), ("quy", Some("qui")), ("tai", None), ("", None)] {
        assert_eq!(other_spelling(word).as_deref(), other, "{word}");
    }
}
