//! Which lines are the text, by kinds of pages: small pages of our own making, each with one habit of templates.

use super::{Hints, article};

const A: &str = "The council met on Monday and decided that the old bridge is to be closed until the summer.";
const B: &str = "Work on the new one starts in March, the mayor said, and it will cost two million in all.";
const C: &str = "Those who live on the other side must take the ferry, which leaves every twenty minutes now.";
const D: &str = "Nobody spoke against it at the meeting, and the vote took less than a minute to be counted.";
const LEAD: &str = "The old bridge over the river is closed, the new one is still a drawing, and four thousand people who cross it every morning are to take a ferry that has room for sixty of them.";

/// The text of a page with this head and body, line by line.
fn read(head: &str, body: &str) -> Vec<String> {
    let page = format!(
        "<html><head><title>The bridge is closed</title><meta property=og:type content=article>{head}</head><body>{body}</body></html>"
    );
    let url = url::Url::parse("https://paper.example/bridge").expect("an address");
    let found = article(&page, &url, &Hints::default(), None, jiff::Timestamp::UNIX_EPOCH);
    found.full_text().lines().map(str::to_owned).collect()
}

fn check(head: &str, body: &str, expected: &[&str]) {
    assert_eq!(read(head, body), expected, "{body}");
}

/// Paragraphs of their own.
fn p(lines: &[&str]) -> String {
    lines.iter().map(|line| format!("<p>{line}</p>")).collect()
}

#[test]
fn a_lead_is_known_by_the_description() {
    let title = "<h1>The bridge is closed</h1>";
    let body = format!("<div class=text>{}</div>", p(&[A, B, C, D]));
    let described = format!("<meta name=description content='{LEAD}'>");
    let page = |lead: &str| format!("<article><header>{title}{lead}<p>By Jane Doe</p></header>{body}</article>");
    check(&described, &page(&format!("<div class=teaser-text>{LEAD}</div>")), &[LEAD, A, B, C, D]);
    check(&described, &page(&format!("<h2>{LEAD}</h2>")), &[LEAD, A, B, C, D]);
    // Three points that the description joins.
    let points = ["Bridge over the river closes.", "New one costs two million, the council says.", LEAD];
    let joined = format!("<meta name=description content='{}'>", points.join(" "));
    let list: String = points.iter().map(|point| format!("<li>{point}</li>")).collect();
    check(&joined, &page(&format!("<ul>{list}</ul>")), &[&points[..], &[A, B, C, D]].concat());
    // A short line is a second headline.
    let short = "<meta name=description content='Four thousand people must take the ferry now'>";
    check(short, &page("<h2>Four thousand people must take the ferry now</h2>"), &[A, B, C, D]);
}

#[test]
fn boxes_in_a_body_go_and_the_body_stays() {
    let long =
        p(&[LEAD; 1]) + &p(&["A box goes on and on about bridges elsewhere, which nobody asked for."; 1]).repeat(30);
    let text: Vec<String> = (1..16).map(|n| format!("{n}. {LEAD}")).collect();
    let lines: Vec<&str> = text.iter().map(String::as_str).collect();
    let body = |fact: &str| {
        format!("<h1>The bridge is closed</h1><div class=article-body>{}{fact}{}</div>", p(&lines[..8]), p(&lines[8..]))
    };
    check("", &body(&format!("<div class=factbox>{long}</div>")), &lines);
    check(
        "",
        &body(
            "<div class='code-block code-block-7'><p>Give us money, dear reader, or there will be no more of this.</p></div>",
        ),
        &lines,
    );
    check(
        "",
        &body("<div class=author-bio><p>Jane Doe is a reporter who has written of bridges for years.</p></div>"),
        &lines,
    );
    // The class that hides a text from those who do not pay is the text's own.
    check(
        "",
        &format!(
            "<h1>The bridge is closed</h1><div class='text paywall'>{}</div><div id=onetrust-consent-sdk>{}</div>",
            p(&[A, B, C, D]),
            p(&[LEAD; 2])
        ),
        &[A, B, C, D],
    );
}

#[test]
fn links_in_a_paragraph_leave_it_whole() {
    let keyword = format!("<p><a id=auto-tag_bridge href=/t/bridge>The council</a>{}</p>", &A[11..]);
    check("", &format!("<article><h1>The bridge is closed</h1>{keyword}{}</article>", p(&[B, C, D])), &[A, B, C, D]);
    let sentence = format!("<div><p><a href=/m>{B}</a></p></div>");
    check(
        "",
        &format!("<article><h1>The bridge is closed</h1><p>{A}</p>{sentence}{}</article>", p(&[C, D])),
        &[A, B, C, D],
    );
    // What is clipped away is for screen readers.
    let clipped = format!(
        "<p>The council<span style='border:0;clip:rect(0 0 0 0);height:1px'>, opens new tab</span>{}</p>",
        &A[11..]
    );
    check("", &format!("<article><h1>The bridge is closed</h1>{clipped}{}</article>", p(&[B, C, D])), &[A, B, C, D]);
}

#[test]
fn a_first_paragraph_may_stand_apart() {
    let rest = p(&[B, C, D]);
    let page = format!(
        "<main><h1>The bridge is closed</h1><div class=post><p>{A}</p><div class=inner>{rest}</div></div></main>"
    );
    check("", &page, &[A, B, C, D]);
    // Another heading of the first rank in the middle cuts nothing off.
    let page = format!(
        "<article><h1>The bridge is closed</h1><p>{A}</p><h1>What comes next</h1>{}</article>",
        p(&[B, C, D, LEAD])
    );
    check("", &page, &[A, "What comes next", B, C, D, LEAD]);
}

#[test]
fn the_headline_over_a_video_cuts_nothing_off() {
    let video = "<div class=clip><h3>The bridge is closed</h3></div>";
    let page =
        format!("<article><h1>The bridge is closed</h1>{}{video}{}</article>", p(&[A, B]), p(&[C, D, LEAD, LEAD]));
    check("", &page, &[A, B, C, D, LEAD]);
}

#[test]
fn live_reports() {
    let head =
        r#"<script type="application/ld+json">{"@type":"LiveBlogPosting","headline":"The bridge is closed"}</script>"#;
    let entry = |at: &str, text: &str| {
        format!("<div><h3 class=time>{at} Uhr: the ferry leaves the bank with sixty on board</h3><p>{text}</p></div>")
    };
    let entries = entry("10.30", C) + &entry("10.10", D) + &entry("09.50", LEAD);
    let intro = p(&[A, B, LEAD]);
    // A list that AMP fetches again holds another set at every visit.
    let page =
        format!("<article><h1>The bridge is closed</h1>{intro}<amp-live-list>{entries}</amp-live-list></article>");
    check(head, &page, &[A, B, LEAD]);
    let page =
        format!("<article><h1>The bridge is closed</h1>{}<div class=entries>{entries}</div></article>", p(&[A, B]));
    let lines = read(head, &page);
    assert_eq!((lines.len(), lines[2].as_str()), (8, "10.30 Uhr: the ferry leaves the bank with sixty on board"));
}

#[test]
fn a_page_that_a_script_builds() {
    let body = serde_json::to_string(&p(&[A, B, C, D, LEAD])).expect("a string").replace('<', "\\u003c");
    let page = format!("<div id=root></div><script>self.push([1,{body}])</script>");
    check("<meta property=og:title content='The bridge is closed'>", &page, &[A, B, C, D, LEAD]);
}

#[test]
fn notes_below_and_between() {
    let note = |line: &str| {
        let page = format!("<article><h1>The bridge is closed</h1>{}</article>", p(&[A, B, C, D, line]));
        check("", &page, &[A, B, C, D]);
    };
    note("Follow the Daily Bridge on Twitter and Facebook.");
    note("Lesen Sie mehr zum Thema");
    note("Suivez-nous sur les réseaux.");
    note("Il vous reste 57% de cet article à lire.");
    note("Les også: Ferjen er full hver morgen");
    note("Empfohlener redaktioneller Inhalt");
    note("[button link=x]Send us a letter[/button]");
    note("___");
    // Notices of offices end with their address, which readers need.
    let contact = "Email: vanphong@xa.example.vn";
    let page = format!("<article><h1>The bridge is closed</h1>{}</article>", p(&[A, B, C, D, contact]));
    check("", &page, &[A, B, C, D, contact]);
}
