//! Names of months, weekdays and zones, folded: Vietnamese, and the languages in which portals publish editions.

/// The month that a folded word names on its own, as in `16 Aug 2023`.
pub(super) fn month(word: &str) -> Option<u32> {
    const NAMES: [&[&str]; 12] = [
        &["jan", "january", "janv", "janvier", "januar", "enero", "ene", "gennaio", "gen", "janeiro", "ιαν", "январь"],
        &["feb", "february", "fev", "fevr", "fevrier", "februar", "febrero", "febbraio", "fevereiro", "φεβ", "февраль"],
        &["mar", "march", "mars", "marz", "maerz", "mrz", "marzo", "marco", "marcius", "maa", "μαρ", "μαρτ", "март"],
        &["apr", "april", "avr", "avril", "abril", "abr", "aprile", "aprilis", "απρ", "апрель"],
        &["may", "mai", "mayo", "maggio", "mag", "maio", "majus", "mei", "μαι", "μαιου", "май"],
        &["jun", "june", "juin", "juni", "junio", "giugno", "giu", "junho", "junius", "ιουν", "июнь"],
        &["jul", "july", "juil", "juillet", "juli", "julio", "luglio", "lug", "julho", "julius", "ιουλ", "июль"],
        &["aug", "august", "aout", "agosto", "ago", "augusztus", "αυγ", "август"],
        &["sep", "sept", "september", "septembre", "septiembre", "settembre", "set", "setembro", "szeptember", "σεπ"],
        &[
            "oct",
            "october",
            "octobre",
            "okt",
            "oktober",
            "octubre",
            "ottobre",
            "ott",
            "outubro",
            "out",
            "οκτ",
            "октябрь",
        ],
        &["nov", "november", "novembre", "noviembre", "novembro", "νοε", "ноябрь"],
        &[
            "dec",
            "december",
            "decembre",
            "dez",
            "dezember",
            "diciembre",
            "dic",
            "dicembre",
            "dezembro",
            "δεκ",
            "декабрь",
        ],
    ];
    // Russian declines its months, and long names are cut at various lengths; the stem decides.
    const STEMS: [(&str, u32); 9] = [
        ("январ", 1),
        ("феврал", 2),
        ("апрел", 4),
        ("сентябр", 9),
        ("октябр", 10),
        ("ноябр", 11),
        ("декабр", 12),
        ("август", 8),
        ("март", 3),
    ];
    if word.len() < 3 {
        return None;
    }
    if let Some(index) = NAMES.iter().position(|names| names.contains(&word)) {
        return Some(index as u32 + 1);
    }
    match word {
        "мая" => Some(5),
        "июня" => Some(6),
        "июля" => Some(7),
        _ => STEMS.iter().find(|(stem, _)| word.starts_with(stem)).map(|(_, month)| *month),
    }
}

/// The month that Vietnamese words name after `tháng`, and how many words it took.
pub(super) fn vietnamese_month(word: &str, next: &str) -> Option<(u32, usize)> {
    let month = match (word, next) {
        ("muoi", "mot") => return Some((11, 2)),
        ("muoi", "hai") => return Some((12, 2)),
        ("gieng" | "mot", _) => 1,
        ("hai", _) => 2,
        ("ba", _) => 3,
        ("tu" | "bon", _) => 4,
        ("nam", _) => 5,
        ("sau", _) => 6,
        ("bay", _) => 7,
        ("tam", _) => 8,
        ("chin", _) => 9,
        ("muoi", _) => 10,
        ("chap", _) => 12,
        _ => return None,
    };
    Some((month, 1))
}

/// Words that may stand between a day and its time, or around them, without meaning anything else.
pub(super) fn is_connector(word: &str) -> bool {
    const WORDS: [&str; 33] = [
        "ngay", "luc", "vao", "hoi", "gio", "thu", "hai", "ba", "tu", "nam", "sau", "bay", "chu", "chua", "nhat", "cn",
        "cap", "dang", "phat", "hanh", "xuat", "ban", "buoi", "at", "on", "time", "of", "de", "le", "sa", "ch", "am",
        "pm",
    ];
    WORDS.contains(&word) || is_weekday(word)
}

fn is_weekday(word: &str) -> bool {
    const DAYS: [&str; 21] = [
        "mon",
        "tue",
        "tues",
        "wed",
        "thu",
        "thur",
        "thurs",
        "fri",
        "sat",
        "sun",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "lun",
        "mer",
        "jeu",
        "ven",
    ];
    DAYS.contains(&word)
}

/// Minutes east of Greenwich of a zone that feeds name, with the military letters left out but for `z`.
pub(super) fn zone(word: &str) -> Option<i32> {
    let minutes = match word {
        "z" | "gmt" | "utc" | "ut" | "wet" => 0,
        "ict" => 7 * 60,
        "bst" | "cet" | "met" | "mez" | "west" => 60,
        "cest" | "mest" | "eet" | "mesz" | "sast" => 2 * 60,
        "eest" | "msk" => 3 * 60,
        "ist" => 5 * 60 + 30,
        "hkt" | "sgt" | "awst" | "pht" => 8 * 60,
        "jst" | "kst" => 9 * 60,
        "aest" => 10 * 60,
        "aedt" => 11 * 60,
        "nzst" => 12 * 60,
        "adt" => -3 * 60,
        "ast" | "at" | "edt" => -4 * 60,
        "est" | "et" | "cdt" => -5 * 60,
        "cst" | "ct" | "mdt" => -6 * 60,
        "mst" | "mt" | "pdt" => -7 * 60,
        "pst" | "pt" | "akdt" => -8 * 60,
        "akst" => -9 * 60,
        "hst" => -10 * 60,
        _ => return None,
    };
    Some(minutes)
}

/// Zones that may follow a date in Vietnamese text; the others are words of the language there (`at`, `ct`, `et`).
pub(super) fn is_plain_zone(word: &str) -> bool {
    matches!(word, "z" | "gmt" | "utc" | "ict")
}
