//! What a portal answers when there is no such page. Many say so with a status of success: once a week, before pages are
//! read, an address is asked for that nobody ever made, and what comes back is no article wherever it comes again.

use jiff::SignedDuration;
use url::Url;
use xxhash_rust::xxh3::xxh3_64;

use super::Visit;
use super::leads::Leads;
use crate::clock::Timestamp;
use crate::extract::{self, Article, Extracted, Hints};
use crate::fetch::{Fetched, What, decode};
use crate::portal::{NotFound, canonical_url, same_site, table};
use crate::vietnamese;

/// Days until the made-up address is asked for again.
const DAYS: i64 = 7;
/// Words of a text that tell it from others without its title.
const ENOUGH: usize = 20;
/// What the made-up address is called: whoever looks into the log of his server finds us.
const NAME: &str = "lantoa-kiem-tra";

/// Digits from which on a number in a query is looked for in the path: shorter ones stand there by chance.
const MIN_NUMBER: usize = 4;

impl Visit<'_> {
    /// Asks for an address that does not exist, when that was not done lately and there is something to read.
    pub(super) async fn learn_not_found(&mut self, leads: &Leads) {
        let Some(lead) = leads.fresh.first() else { return };
        let week = SignedDuration::from_hours(24 * DAYS);
        let is_due = |known: &NotFound| self.started_at.duration_since(known.asked_at).abs() >= week;
        if self.is_over() || !self.learnt.not_found.as_ref().is_none_or(is_due) {
            return;
        }
        let url = made_up(&lead.url, self.started_at);
        let found = match self.ask(&url, What::Page, false).await {
            Ok(Fetched::Page(page)) => {
                let is_own = same_site(&self.portal.entry.url, &self.portal.entry.aliases, &page.url);
                let leads_to = (!is_own || page.url != page.requested).then(|| place(&page.url));
                let mut page = if leads_to.is_none() { self.read_made_up(page).await } else { None };
                // Software that does not look at what was made up answers with the very article.
                if page.is_some() && page == self.read_again(&lead.url).await {
                    page = None;
                }
                NotFound { asked_at: self.started_at, page, leads_to }
            }
            Ok(Fetched::NotModified) => return,
            Err(cause) if cause.is_temporary() => return,
            Err(_) => NotFound { asked_at: self.started_at, page: None, leads_to: None },
        };
        self.learnt.not_found = Some(found);
        let (portal, learnt) = (self.portal.id, self.learnt.clone());
        let noted = self
            .parts
            .store
            .write(move |connection| Box::pin(async move { table::set_learnt(connection, portal, &learnt).await }));
        let noted = noted.await;
        self.report.note(noted);
    }

    /// The fingerprint of the article after which an address was made up. It is asked for again in its turn.
    async fn read_again(&mut self, url: &Url) -> Option<String> {
        let answer = self.ask(url, What::Page, false).await;
        self.asked.remove(url.as_str());
        match answer {
            Ok(Fetched::Page(page)) => self.read_made_up(page).await,
            _ => None,
        }
    }

    /// The fingerprint of what a made-up address shows, when that reads like an article.
    async fn read_made_up(&mut self, page: crate::fetch::Page) -> Option<String> {
        let (rules, families) = (self.portal.entry.rules.clone(), self.parts.families.clone());
        let now = self.parts.clock.now();
        let read = self.think(move || {
            let html = decode(&page.body, page.content_type.as_deref()).text;
            extract::article_of(&html, &page.url, &Hints::default(), rules.as_ref(), &families, now)
        });
        let read = read.await?;
        // Whatever else it is, each page like it is that too.
        read.not_an_article.is_none().then(|| fingerprint(&read.article))
    }
}

/// Whether a page is what the portal answers when there is no such page.
pub(super) fn is_it(known: &NotFound, requested: &Url, url: &Url, read: &Extracted) -> bool {
    let is_led_there = || known.leads_to.as_ref().is_some_and(|leads_to| requested != url && place(url) == *leads_to);
    let is_shown = || known.page.as_ref().is_some_and(|page| !page.is_empty() && *page == fingerprint(&read.article));
    is_led_there() || is_shown()
}

/// What a page says, without figures and addresses: pages of that kind show the time, count visitors and repeat what was
/// asked for. The title is left out where there is enough else: a listing may have given it. Empty when it says nothing.
pub(super) fn fingerprint(article: &Article) -> String {
    let words = |part: &str| -> Vec<String> {
        let told = |word: &&str| !word.contains(|c: char| c.is_ascii_digit() || c == '/') && !word.contains(NAME);
        part.split_whitespace().filter(told).map(vietnamese::fold).collect()
    };
    let mut said = words(&article.text);
    if said.len() < ENOUGH {
        said.extend(words(&article.title));
    }
    if said.is_empty() { String::new() } else { format!("{:016x}", xxh3_64(said.join(" ").as_bytes())) }
}

/// Where a redirect leads, without what it says of where it came from.
fn place(url: &Url) -> String {
    let mut place = canonical_url(url);
    let kept: Vec<(String, String)> = place
        .query_pairs()
        .filter(|(_, value)| !value.contains(['/', '\\']) && !value.contains(NAME))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    place.set_query(None);
    if !kept.is_empty() {
        place.query_pairs_mut().extend_pairs(kept);
    }
    place.to_string()
}

/// An address like that of an article, which no article has.
fn made_up(like: &Url, now: Timestamp) -> Url {
    let number = format!("9{:09}", now.as_second().rem_euclid(1_000_000_000));
    let mut url = like.clone();
    let is_number = |value: &str| !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let pairs: Vec<(String, String)> =
        url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    if let Some(last) = pairs.iter().rposition(|(_, value)| is_number(value)) {
        let made = pairs.iter().enumerate().map(|(at, (name, value))| (name, if at == last { &number } else { value }));
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(made).finish();
        url.set_query(Some(&query));
        // Where the number stands in the path too, either may be what counts.
        let old = pairs.get(last).map_or("", |(_, value)| value.as_str());
        if old.len() >= MIN_NUMBER {
            let path = url.path().replace(old, &number);
            url.set_path(&path);
        }
        return url;
    }
    let path = url.path().to_owned();
    let (folder, name) = path.trim_end_matches('/').rsplit_once('/').unwrap_or_default();
    let ending = name.rsplit_once('.').map(|(_, ending)| format!(".{ending}")).unwrap_or_default();
    let slash = if path.ends_with('/') { "/" } else { "" };
    url.set_path(&format!("{folder}/{NAME}-{number}{ending}{slash}"));
    url.set_query(None);
    url
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    #[test]
    fn a_made_up_address_is_like_the_portals_own() {
        let check = |like: &str, expected: &str| {
            let now = Timestamp::from_second(1_790_000_123).unwrap();
            assert_eq!(made_up(&Url::parse(like).unwrap(), now).as_str(), expected);
        };
        check("https://a.vn/tin/bai-1.html", "https://a.vn/tin/lantoa-kiem-tra-9790000123.html");
        check("https://a.vn/tin/bai-1/", "https://a.vn/tin/lantoa-kiem-tra-9790000123/");
        check("https://a.vn/tin?id=7&c=2&t=x", "https://a.vn/tin?id=7&c=9790000123&t=x");
        check(
            "https://a.vn/chi-tiet-100803.aspx?CateID=12&ItemID=100803",
            "https://a.vn/chi-tiet-9790000123.aspx?CateID=12&ItemID=9790000123",
        );
        check("https://a.vn/", "https://a.vn/lantoa-kiem-tra-9790000123/");
        check("https://a.vn/tin?loai=x", "https://a.vn/lantoa-kiem-tra-9790000123");
    }

    #[test]
    fn the_same_refusal_at_another_minute_is_the_same() {
        let article =
            |title: &str, text: &str| Article { title: title.to_owned(), text: text.to_owned(), ..Article::default() };
        let check = |one: &Article, other: &Article, same: bool| {
            assert_eq!(fingerprint(one) == fingerprint(other), same, "{one:?} {other:?}");
        };
        let refusal = article("Cổng thông tin", "Bạn hỏi /tin/lantoa-kiem-tra-1.html lúc 08:37, khách thứ 12");
        check(&refusal, &article("Cổng thông tin", "Bạn hỏi /tin/bai-7.html lúc 09:00, khách thứ 9"), true);
        check(&refusal, &article("Cổng thông tin", "Bạn đọc tin mới"), false);
    }

    #[test]
    fn where_it_leads_is_told_without_where_it_came_from() {
        let check = |url: &str, expected: &str| assert_eq!(place(&Url::parse(url).unwrap()), expected);
        check("https://a.vn/loi.aspx?aspxerrorpath=/tin/1.aspx", "https://a.vn/loi.aspx");
        check("https://a.vn/Default.aspx?tabid=404&p=%2Ftin", "https://a.vn/Default.aspx?tabid=404");
    }
}
