//! Whether a page is an article at all: challenges, log-ins, shells of scripts, "not found" with status 200, lists.

use url::Url;

use super::Extracted;
use super::blocks::Block;
use super::body::compare_key;
use super::dateline;
use super::marks::Marks;
use super::outline::{Id, Outline};
use super::refusal;
use super::settle::Page;
use crate::portal::canonical_url;

/// Why a page is no article that says, with a status of success, that there is none.
pub const NOT_FOUND: &str = "page not found, served as a page";

/// What is known when the verdict is given.
struct Evidence<'e> {
    html: &'e str,
    page: &'e Outline<'e>,
    blocks: &'e [Block],
    title: &'e str,
    /// Sapo and body.
    text: &'e str,
    /// The page itself gives a date: a listing or an address may date what is no longer there.
    has_date: bool,
    /// It links to files, as notices do that consist of a title and a document.
    has_files: bool,
    /// Where the body was read.
    container: Option<Id>,
    /// The metadata calls it an article.
    is_claimed: bool,
}

/// Characters of body below which a page must otherwise prove that it is an article.
const SHORT: usize = 200;

/// Why the page is no article, or nothing when it is one. `out` is what was read, `container` where.
pub(super) fn refuse(
    page: &Page<'_, '_>,
    html: &str,
    url: &Url,
    out: &Extracted,
    container: Option<Id>,
) -> Option<String> {
    let evidence = &Evidence {
        html,
        page: page.outline,
        blocks: page.blocks,
        title: &out.article.title,
        text: &out.full_text(),
        has_date: out.article.published.is_some() && out.sources.iter().any(is_own_date),
        has_files: !out.article.attachments.is_empty(),
        container,
        is_claimed: page.meta.is_article(),
    };
    let body = evidence.text.chars().count();
    if let Some(reason) = challenge(evidence, body) {
        return Some(reason);
    }
    let page_chars = evidence.page.nodes.first().map_or(0, |root| root.chars) as usize;
    if page_chars == 0 && body == 0 {
        return Some(refusal::of_no_text(evidence.html).to_owned());
    }
    let title = evidence.title.to_lowercase();
    // News may also be of something that was not found: such a page has a date and more to say.
    let says_so = SAYS_NOT_FOUND.iter().any(|phrase| title.contains(phrase)) && (body < 250 || !evidence.has_date);
    if body < 600 && (says_so || says_not_found(evidence)) {
        return Some(NOT_FOUND.to_owned());
    }
    // Many sites have a log-in form on every page.
    let asks_in = ["đăng nhập", "log in", "login", "sign in"].iter().any(|phrase| title.contains(phrase));
    let form_only = body < 60 && !evidence.has_files && !evidence.is_claimed;
    if body < SHORT && has_password_field(evidence.page) && (asks_in || form_only) {
        return Some("log-in page".to_owned());
    }
    let said =
        refusal::Said { title: &evidence.page.title, blocks: evidence.blocks, body, has_date: evidence.has_date };
    if !evidence.has_files
        && !evidence.is_claimed
        && let Some(reason) = refusal::refuse(&said)
    {
        return Some(reason.to_owned());
    }
    if body < SHORT && (says(evidence, &SHELL) || evidence.html.contains("enable JavaScript")) {
        return Some("script shell: the text is loaded by JavaScript (needs_js)".to_owned());
    }
    if body < SHORT && page_chars < SHORT && evidence.html.matches("<script").count() >= 2 {
        return Some("script shell: almost no text in the markup (needs_js)".to_owned());
    }
    if body < 600 && !evidence.is_claimed && title_leads_away(evidence, url) {
        return Some("listing: the title leads to another page".to_owned());
    }
    listing(evidence, body)
}

/// Whether the title is only shown as a link to another page, beside other such links: that of a list's first item.
fn title_leads_away(evidence: &Evidence<'_>, url: &Url) -> bool {
    let key = compare_key(evidence.title);
    let here = &canonical_url(url);
    let leads_away = |block: &Block| {
        let link = evidence.page.ancestors(block.at).find(|&above| evidence.page.nodes[above].name == "a");
        let target = link.and_then(|link| evidence.page.nodes[link].attr("href")).and_then(|href| url.join(href).ok());
        // An article may link its title to itself, without what was counted in the query.
        target.is_some_and(|target| {
            canonical_url(&target) != *here && (target.path() != here.path() || target.query().is_some())
        })
    };
    let titles = evidence.blocks.iter().filter(|block| is_teaser(block)).count();
    let is_title = |block: &&Block| compare_key(&block.text).starts_with(&key);
    !key.is_empty()
        && titles >= 2
        && evidence.blocks.iter().any(|block| is_title(&block))
        && evidence.blocks.iter().filter(is_title).all(|block| block.links > 0.6 && leads_away(block))
}

fn is_own_date((field, source): &(&'static str, String)) -> bool {
    *field == "published" && source != dateline::LISTING && source != dateline::ADDRESS
}

const SAYS_NOT_FOUND: [&str; 12] = [
    "không tìm thấy",
    "page not found",
    "lỗi 404",
    "404 not found",
    "error 404",
    "không tồn tại",
    "trang không có",
    "nội dung không có",
    "đã bị xóa",
    "đã bị xoá",
    "bài viết không",
    "seite nicht gefunden",
];
const SHELL: [&str; 5] = ["đang tải", "enable javascript", "bật javascript", "loading...", "requires javascript"];

fn has_password_field(page: &Outline<'_>) -> bool {
    let is_password = |kind: &str| kind.eq_ignore_ascii_case("password");
    page.nodes.iter().any(|node| node.name == "input" && node.attr("type").is_some_and(is_password))
}

/// Pages of firewalls and anti-robot scripts, from the markup alone.
fn challenge(evidence: &Evidence<'_>, body: usize) -> Option<String> {
    let html = evidence.html;
    if html.len() > 60_000 || body > 500 {
        return None;
    }
    let signs = [
        ("D1N=", "challenge page: a script must set the D1N cookie"),
        ("Thông báo từ chối truy cập", "block page: access refused"),
        ("cf-browser-verification", "challenge page (Cloudflare)"),
        ("challenge-platform", "challenge page (Cloudflare)"),
        ("Checking your browser", "challenge page"),
        ("Just a moment...", "challenge page (Cloudflare)"),
        ("Access Denied", "block page: access denied"),
        ("Request unsuccessful. Incapsula", "block page (Incapsula)"),
        ("The requested URL was rejected", "block page: URL rejected"),
        ("Từ chối truy cập", "block page: access refused"),
        ("g-recaptcha", "challenge page: captcha"),
    ];
    let found = signs.iter().find(|(sign, _)| html.contains(sign))?;
    // A captcha also stands under the comment form of a true article.
    let weak = found.0 == "g-recaptcha" || found.0 == "challenge-platform" || found.0 == "Access Denied";
    // News may also be of such pages, in their own words.
    let is_told = found.0.contains(' ') && evidence.has_date && body >= 120;
    (!is_told && (!weak || body < SHORT)).then(|| found.1.to_owned())
}

fn says(evidence: &Evidence<'_>, phrases: &[&str]) -> bool {
    evidence.blocks.iter().take(60).filter(|block| block.chars < 200).any(|block| {
        let lower = block.text.to_lowercase();
        phrases.iter().any(|phrase| lower.contains(phrase))
    })
}

fn says_not_found(evidence: &Evidence<'_>) -> bool {
    let few = evidence.text.chars().count() < 250;
    few && !evidence.has_date
        && evidence.blocks.iter().filter(|block| block.chars < 200 && block.links < 0.5).any(|block| {
            let lower = block.text.to_lowercase();
            ["không tìm thấy", "không tồn tại", "page not found", "404"].iter().any(|phrase| lower.contains(phrase))
        })
}

/// Whether a block is the linked title of another article.
fn is_teaser(block: &Block) -> bool {
    block.links > 0.7 && block.chars >= 25 && !block.marks.any(Marks::NAV.with(Marks::FOOTER))
}

/// Whether the page is full of links to articles, as lists are and as articles with many boxes may be.
pub(super) fn is_crowded(blocks: &[Block]) -> bool {
    blocks.iter().filter(|block| is_teaser(block)).count() >= 15
}

/// Whether the text stands before the linked titles: a short notice and what is related to it.
fn text_comes_first(evidence: &Evidence<'_>) -> bool {
    let Some(container) = evidence.container else { return false };
    let end = evidence.page.nodes[container].end;
    let last = evidence.blocks.iter().rposition(|block| (container..end).contains(&block.at) && block.is_prose());
    let before = evidence.blocks[..last.unwrap_or(0)].iter().filter(|block| is_teaser(block)).count();
    before == 0
}

/// Section pages: many links with their own titles, hardly any prose.
fn listing(evidence: &Evidence<'_>, body: usize) -> Option<String> {
    let prose: u32 = evidence
        .blocks
        .iter()
        .filter(|block| block.is_prose() && !block.marks.any(Marks::FOOTER))
        .map(|block| block.chars)
        .sum();
    let titles = evidence.blocks.iter().filter(|block| is_teaser(block)).count();
    let is_notice = evidence.has_files && !evidence.title.is_empty() && (evidence.has_date || body > 0);
    if let Some(container) = evidence.container.filter(|_| !evidence.is_claimed) {
        // A list that was taken for a body: linked titles stand between its paragraphs.
        let end = evidence.page.nodes[container].end;
        let inside = || evidence.blocks.iter().filter(|block| (container..end).contains(&block.at));
        let teasers = inside().filter(|block| is_teaser(block)).count();
        let paragraphs = inside().filter(|block| block.is_prose() && block.links < 0.4).count();
        // Related links follow the text of an article; on a list, even a short one, a title comes first.
        let first = |wanted: &dyn Fn(&Block) -> bool| inside().position(wanted);
        let leads = first(&is_teaser).zip(first(&Block::is_prose)).is_some_and(|(title, text)| title < text);
        // Titles and paragraphs take turns on a list; behind an article its related links stand together.
        let mut turns = 0;
        let mut after_title = false;
        for block in inside() {
            turns += usize::from(after_title && block.is_prose());
            after_title = is_teaser(block) || after_title && !block.is_prose();
        }
        let is_list = leads && teasers >= 2 || turns >= 3 || teasers >= 5 && paragraphs <= 2;
        if is_list && teasers * 5 >= paragraphs * 4 {
            return Some("listing: linked titles between the paragraphs".to_owned());
        }
    }
    if body < SHORT && evidence.title.is_empty() && titles == 0 {
        return Some("no title and no body".to_owned());
    }
    if body == 0 && !is_notice {
        return Some(if titles >= 5 { "listing: links to articles, no body" } else { "no body text found" }.to_owned());
    }
    if body < 100 && !evidence.is_claimed && !evidence.has_files {
        return Some("hardly any body text".to_owned());
    }
    if is_notice && body < SHORT {
        return None;
    }
    if evidence.is_claimed && body >= SHORT || body >= 1_500 && titles < 40 {
        return None;
    }
    let dominated = titles >= 8 && (body < 400 || titles * 40 > prose as usize);
    let is_dated = evidence.has_date && (body >= 600 || body >= 150 && text_comes_first(evidence));
    (dominated && !is_dated).then(|| "listing: mostly links to articles".to_owned())
}
