//! Which wording of one title to keep, where the page and its head word it differently: kicker and title run together,
//! quotes that were set in type, a headline made for those who share the page.

use super::body::compare_key;
use super::headline::{Headline, claim_key, overlap};
use super::outline::{Id, Outline};

/// The better wording of `title` in the metadata, with its source.
pub(super) fn wording(page: &Outline<'_>, claims: &[Headline], title: &str) -> Option<(String, String)> {
    let key = compare_key(title);
    let words = |text: &str| text.split_whitespace().count();
    let as_said = |claim: &Headline| (claim.text.clone(), format!("heading as {} words it", claim.source));
    let same = || claims.iter().filter(|claim| compare_key(&claim.text) == key);
    // Two spans of one heading, kicker and title, run together: the metadata has what parts them.
    let named = |claim: &&Headline| claim.text.contains(':') && !title.contains(':');
    let parted = |claim: &&Headline| words(&claim.text) > words(title);
    if let Some(claim) = same().find(named).or_else(|| same().find(parted)) {
        return Some(as_said(claim));
    }
    if page.language.starts_with("vi") || is_vietnamese(title) {
        return None;
    }
    // Programs that set type turn the quotes of what the editor wrote; two fields that kept them are the original.
    let linked = same().find(|claim| claim.source == "JSON-LD" && claim.text != title);
    let kept = linked.filter(|linked| same().filter(|other| other.text == linked.text).count() > 1);
    if let Some(claim) = kept {
        return Some(as_said(claim));
    }
    let is_h1 = |node: Id| page.nodes[node].name == "h1" && compare_key(&page.text_of(node)) == key;
    (0..page.nodes.len()).find(|&node| is_h1(node))?;
    another_wording(claims, &key, title).map(|claim| (claim.text.clone(), claim.source.clone()))
}

/// A headline that a news site words for those who share the page, when everything else repeats the one on the page.
/// Where `<title>` has it too it is made for search engines; where the words are others it is of something else.
fn another_wording<'c>(claims: &'c [Headline], key: &str, title: &str) -> Option<&'c Headline> {
    let of = |source: &str| claims.iter().find(|claim| claim.source == source);
    let shared = of("og:title")?;
    let shared_key = claim_key(shared);
    let begins_alike = key.starts_with(&shared_key) || shared_key.starts_with(key);
    let in_title =
        claims.iter().any(|claim| claim.source == "<title>" && compare_key(&claim.text).starts_with(&shared_key));
    let says_so = |source: &str| of(source).map(|claim| compare_key(&claim.text) == key);
    let repeated = says_so("JSON-LD") == Some(true) && says_so("twitter:title") != Some(true);
    (repeated && !begins_alike && !in_title && overlap(&shared.text, title) >= 0.4).then_some(shared)
}

/// Letters that only Vietnamese has.
pub(super) fn is_vietnamese(text: &str) -> bool {
    text.chars().any(|c| matches!(c, 'ơ' | 'ư' | 'Ơ' | 'Ư' | '\u{1ea0}'..='\u{1ef9}'))
}

#[cfg(test)]
mod tests {
    use url::Url;

    #[test]
    fn the_head_words_the_title() {
        let check = |title: &str, og: &str, linked: &str, shown: &str, expected: &str| {
            let prose = "<p>The delegation inspected the works, met residents and noted twelve requests about water supply.</p>\
                <p>Under the plan the station will be finished before the rains and serve more than a thousand homes.</p>";
            let html = format!(
                "<html lang=en><head><title>{title}</title><meta property='og:title' content=\"{og}\">\
                 <script type='application/ld+json'>{{\"@type\":\"NewsArticle\",\"headline\":\"{linked}\"}}</script></head>\
                 <body>{shown}<div>{prose}{prose}</div></body></html>"
            );
            let url = Url::parse("https://news.example.org/1").expect("a constant");
            let now = "2026-06-30T05:00:00Z".parse().expect("a constant");
            let got = crate::extract::article(&html, &url, &crate::extract::Hints::default(), None, now);
            assert_eq!(got.article.title, expected, "{og} {linked} {shown} {:?}", got.sources);
        };
        let full = "Water: Station finished before the rains come";
        // Kicker and title in one heading.
        check(full, full, full, "<h1><span>Water</span><span>Station finished before the rains come</span></h1>", full);
        // The editor's quotes, kept by two fields of the head.
        check(
            "x",
            "Town's station finished before the rains",
            "Town's station finished before the rains",
            "<h1>Town’s station finished before the rains</h1>",
            "Town's station finished before the rains",
        );
        // A headline for those who share the page, when all else repeats the one on the page ...
        let long = "Station finished before the rains come to the valley, mayor says";
        let heading = format!("<h1>{long}</h1>");
        let shared = "Mayor promises: station finished before the rains";
        check(long, shared, long, &heading, shared);
        // ... but not one for search engines, nor one that only cuts it short, nor one of something else.
        check(shared, shared, long, &heading, long);
        check(long, "Station finished before the rains", long, &heading, long);
        check(long, "Everything about our wonderful valley", long, &heading, long);
    }
}
