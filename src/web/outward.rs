//! What may leave of a crawled text: an extract, without people's numbers, and as text.

use crate::vietnamese::personal;

/// Characters of an extract: enough to know what an article says, too few to replace it.
const EXTRACT: usize = 400;

/// The beginning of a text: at most [`EXTRACT`] characters and at most half of it, cut between words.
pub(super) fn extract(text: &str) -> String {
    let length = text.chars().count();
    let most = EXTRACT.min(length / 2);
    let cut: String = text.chars().take(most).collect();
    let whole_words = cut.rsplit_once(char::is_whitespace).map_or("", |(words, _)| words).trim_end();
    if whole_words.is_empty() { String::new() } else { masked(&format!("{whole_words} …")) }
}

/// A text without people's numbers and addresses (Luật 91/2025/QH15); see [`personal::mask`].
pub(super) fn masked(text: &str) -> String {
    personal::mask(text).into_owned()
}

/// The passage that the index marked. The index promises escaped text with `<mark>` only; this is the second line
/// of defence: whatever else looks like markup is escaped here.
pub(super) fn marked(snippet: &str) -> String {
    let safe = snippet.replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;");
    masked(&safe).replace("&lt;mark&gt;", "<mark>").replace("&lt;/mark&gt;", "</mark>")
}

/// An address to link to: http and https only, so that no `javascript:` of a portal becomes a link of ours.
pub(super) fn link(address: &str) -> Option<&str> {
    let lower = address.get(..8).unwrap_or(address).to_ascii_lowercase();
    (lower.starts_with("http://") || lower.starts_with("https://")).then_some(address)
}

/// JSON for a data block inside a page: nothing in it can end the block.
pub(super) fn json_block(value: &serde_json::Value) -> String {
    let text = value.to_string();
    text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026").replace('\u{2028}', "\\u2028")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    #[test]
    fn an_extract_is_short_and_never_the_whole() {
        let check = |text: &str, expected: &str| assert_eq!(extract(text), expected);
        check("", "");
        check("một", "");
        check("một hai ba bốn năm sáu bảy", "một hai ba …");
        let long = "chữ ".repeat(1000);
        assert!(extract(&long).chars().count() <= EXTRACT + 2);
    }

    #[test]
    fn peoples_numbers_are_masked() {
        let check = |text, expected: &str| assert_eq!(masked(text), expected);
        check("CCCD 001234567890 của ông A", "CCCD ●●●90 của ông A");
        check("gọi 0912.345.678 hoặc 024 3846 2314", "gọi ●●●78 hoặc 024 3846 2314");
        check("thư về nguyen.van.a@moh.gov.vn nhé", "thư về ●●●@moh.gov.vn nhé");
        check("1.250.000.000 đồng, 3 450 000 000 đồng", "1.250.000.000 đồng, 3 450 000 000 đồng");
        check("ngày 21/11/2026, số 224/2026/NĐ-CP, 19009095", "ngày 21/11/2026, số 224/2026/NĐ-CP, 19009095");
    }

    #[test]
    fn a_snippet_keeps_its_marks_and_nothing_else() {
        let check = |text, expected: &str| assert_eq!(marked(text), expected);
        check("a <mark>bão</mark> &lt;b&gt; &amp;", "a <mark>bão</mark> &lt;b&gt; &amp;");
        check("<img src=x onerror='alert(1)'>", "&lt;img src=x onerror=&#39;alert(1)&#39;&gt;");
        check("<mark onclick=\"x\">", "&lt;mark onclick=&quot;x&quot;&gt;");
    }

    #[test]
    fn only_web_addresses_are_linked() {
        let check = |address, good: bool| assert_eq!(link(address).is_some(), good, "{address}");
        check("https://moh.gov.vn/a", true);
        check("HTTP://moh.gov.vn/a", true);
        check("javascript:alert(1)", false);
        check("data:text/html,x", false);
        check(" https://x", false);
        check("ă", false);
    }

    #[test]
    fn a_data_block_cannot_be_ended() {
        let block = json_block(&serde_json::json!({ "a": "</script><script>alert(1)//&" }));
        assert!(!block.contains('<') && !block.contains('>') && !block.contains('&'));
        let read: serde_json::Value = serde_json::from_str(&block).unwrap();
        assert_eq!(read["a"], "</script><script>alert(1)//&");
    }
}
