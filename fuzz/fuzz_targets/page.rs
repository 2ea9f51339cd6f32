//! Any bytes as a page: an answer comes, and what it says keeps the promises of `extract::Article`.

#![no_main]

use jiff::{SignedDuration, Timestamp};
use lantoa::extract::{self, Hints};
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|body: &[u8]| {
    let html = lantoa::fetch::decode(body, None).text;
    let url: Url = "https://tinh.gov.vn/tin-tuc/mot-tin-1.html".parse().expect("an address");
    let now: Timestamp = "2026-11-21T03:00:00Z".parse().expect("an instant");
    let read = extract::article(&html, &url, &Hints::default(), None, now);
    let article = &read.article;

    for field in [&article.title, &article.summary, &article.text, &article.author, &article.category] {
        assert!(field.chars().all(|c| c == '\n' || !c.is_control()), "control character in {field:?}");
    }
    assert!(!article.title.contains('\n') && !article.author.contains('\n'), "a field of two lines");
    for at in [article.published, article.modified].into_iter().flatten() {
        assert!(at <= now + SignedDuration::from_hours(24), "a date in the future: {at}");
        assert!(at >= "1995-01-01T00:00:00Z".parse::<Timestamp>().expect("an instant"), "a date before the web: {at}");
    }
    if let Some(canonical) = &article.canonical {
        assert_eq!(canonical.host_str(), url.host_str(), "canonical led to another site");
    }
    for file in &article.attachments {
        assert!(matches!(file.url.scheme(), "http" | "https"), "{}", file.url);
    }
});
