//! The one place that knows the spider crate: it reads the links of a page and walks from page to page. It makes no
//! request: each page that it wants is a [`Question`] to the sweep, whose answer is where to go on from there.

use std::collections::HashSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use spider::ClientBuilder;
use spider::fetcher::{FetchContext, RemoteFetcher};
use spider::page::build;
use spider::utils::PageResponse;
use spider::website::Website;
use tokio::sync::{mpsc, oneshot};
use url::Url;

/// The address at which spider begins. It is answered here with the pages that wait, so that a sweep which goes on and
/// one which begins are the same, and no server is ever asked for it.
const BEGIN: &str = "/.well-known/lantoa-sweep";

/// A page that spider would go to.
pub(super) struct Question {
    pub(super) url: Url,
    answer: oneshot::Sender<Vec<Url>>,
}

impl Question {
    /// Says where to go on from the page: nowhere, when it was not asked for.
    pub(super) fn answer(self, links: Vec<Url>) {
        // Nobody listens when the walk was given up.
        let _ = self.answer.send(links);
    }
}

/// A walk under way. It ends when it is dropped.
pub(super) struct Walk {
    questions: mpsc::Receiver<Question>,
    crawl: Pin<Box<dyn Future<Output = ()> + Send>>,
    over: bool,
}

impl Walk {
    /// Walks from the pages that wait.
    pub(super) fn start(home: &Url, waiting: Vec<Url>) -> Self {
        let (sender, questions) = mpsc::channel(1);
        let mut begin = home.clone();
        begin.set_path(BEGIN);
        begin.set_query(None);
        begin.set_fragment(None);
        let source = Source { begin: begin.to_string(), waiting, sender };
        let mut website = Website::new(begin.as_str());
        // It builds a client even when it has nothing to ask, and on a machine without CA certificates does so with
        // undefined behaviour: it gets one that trusts nobody.
        match ClientBuilder::new().no_proxy().tls_certs_only([]).build() {
            Ok(client) => {
                website.set_http_client(client);
            }
            // Without spider each page that waits is asked for in turn.
            Err(_) => return Self { questions, crawl: Box::pin(async {}), over: true },
        };
        website
            .with_remote_fetcher(source)
            // These are ours to decide. Its own depth counts the segments of a path, and 0 is no limit.
            .with_respect_robots_txt(false)
            .with_depth(0)
            .with_concurrency_limit(Some(1));
        let crawl = Box::pin(async move { website.crawl_raw().await });
        Self { questions, crawl, over: false }
    }

    /// The next page that spider wants; nothing when it has seen all that it was told of.
    pub(super) async fn next(&mut self) -> Option<Question> {
        while !self.over {
            tokio::select! {
                biased;
                question = self.questions.recv() => return question,
                () = &mut self.crawl => self.over = true,
            }
        }
        self.questions.try_recv().ok()
    }
}

/// What spider takes for the network.
struct Source {
    begin: String,
    waiting: Vec<Url>,
    sender: mpsc::Sender<Question>,
}

impl Source {
    async fn links(&self, written: &str) -> Vec<Url> {
        if written == self.begin {
            return self.waiting.clone();
        }
        let Ok(url) = Url::parse(written) else { return Vec::new() };
        let (answer, links) = oneshot::channel();
        if self.sender.send(Question { url, answer }).await.is_err() {
            return Vec::new();
        }
        links.await.unwrap_or_default()
    }
}

#[async_trait::async_trait]
impl RemoteFetcher for Source {
    async fn fetch(&self, context: FetchContext<'_>) -> PageResponse {
        let links = self.links(context.url).await;
        PageResponse {
            content: Some(page_of(&links).into_bytes()),
            final_url: Some(context.url.to_owned()),
            ..PageResponse::default()
        }
    }
}

/// A page that holds these links and nothing else: what spider follows is what was admitted.
fn page_of(links: &[Url]) -> String {
    let mut page = String::from("<!doctype html><html><head><title>.</title></head><body><p>.</p>");
    for link in links {
        // As spider reads it, which leaves `&amp;` as it is.
        let href = link.as_str().replace('"', "%22");
        page.push_str(&format!("<a href=\"{href}\">.</a>"));
    }
    page.push_str("</body></html>");
    page
}

/// The links of a page as spider reads them, upper and lower case told apart. None when its parser gives up.
pub(super) async fn links(html: String, url: &Url) -> Vec<Url> {
    let at = url.clone();
    let work = tokio::spawn(async move {
        let website = Website::new(at.as_str());
        let selectors = website.setup_selectors();
        let response = PageResponse {
            content: Some(html.into_bytes()),
            final_url: Some(at.to_string()),
            ..PageResponse::default()
        };
        let mut page = build(at.as_str(), response);
        // Which hosts belong to the portal is for the sweep to say.
        page.external_domains_caseless = Arc::new(["*".into()].into_iter().collect());
        page.links_stream::<String>(&selectors, &Some(Box::new(at))).await
    });
    let found = work.await.map(|links| links.into_iter().collect()).unwrap_or_default();
    let found: HashSet<String> = found;
    // spider takes an address as it is written in the markup, where `&` is `&amp;`.
    let mut links: Vec<Url> = found.iter().filter_map(|link| Url::parse(&link.replace("&amp;", "&")).ok()).collect();
    links.sort();
    links
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    fn url(path: &str) -> Url {
        Url::parse("https://bo.gov.vn/tin/").unwrap().join(path).unwrap()
    }

    #[tokio::test]
    async fn links_are_read_whatever_their_case_and_host() {
        let html = "<a href='Bai-1.html'>1</a><a href='bai-1.html'>2</a><a href='/x?a=1&amp;b=2#c'>3</a>\
                    <a href='https://khac.vn/y'>4</a><a href='mailto:a@b.vn'>5</a>";
        let found = links(html.to_owned(), &url("./")).await;
        let found: Vec<&str> = found.iter().map(Url::as_str).collect();
        for expected in
            ["https://bo.gov.vn/tin/Bai-1.html", "https://bo.gov.vn/tin/bai-1.html", "https://bo.gov.vn/x?a=1&b=2"]
        {
            assert!(found.contains(&expected), "{expected} is not among {found:?}");
        }
        assert!(found.contains(&"https://khac.vn/y"), "{found:?}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn each_page_is_wanted_once_and_the_first_address_never() {
        let mut walk = Walk::start(&url("/"), vec![url("/a"), url("/b?x=1&y=2")]);
        let mut wanted = Vec::new();
        while let Some(question) = walk.next().await {
            wanted.push(question.url.to_string());
            let links = if question.url.path() == "/a" { vec![url("/c"), url("/a")] } else { Vec::new() };
            question.answer(links);
        }
        wanted.sort();
        assert_eq!(wanted, ["https://bo.gov.vn/a", "https://bo.gov.vn/b?x=1&y=2", "https://bo.gov.vn/c"]);
    }
}
