#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::BTreeSet;
use std::path::Path;

use super::*;

fn now() -> Timestamp {
    "2026-11-20T02:00:00Z".parse().unwrap()
}

fn read(html: &str, url: &str) -> Listing {
    let url: Url = url.parse().unwrap();
    listing(html, &url, &url.join("/").unwrap(), None, &Habits::default(), now())
}

fn shared() -> Option<std::path::PathBuf> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/pages");
    if !shared.is_dir() {
        println!("skipped: ../shared is absent");
        return None;
    }
    Some(shared)
}

#[test]
fn saved_pages() {
    let Some(shared) = shared() else { return };
    for (file, url, next) in [
        (
            "baochinhphu_list.html",
            "https://baochinhphu.vn/chinh-sach-va-cuoc-song/chinh-sach-moi.htm",
            Some("https://baochinhphu.vn/timelinelist/1021119/2.htm"),
        ),
        ("tuoitre_list.html", "https://tuoitre.vn/kinh-doanh.htm", Some("https://tuoitre.vn/timeline/11/trang-1.htm")),
        ("vnexpress_list.html", "https://vnexpress.net/kinh-doanh", Some("https://vnexpress.net/kinh-doanh-p2")),
        ("vpcp.chinhphu.vn__trangchu.html", "https://vpcp.chinhphu.vn/", None),
        (
            "congbao.sonla.gov.vn__gazettes_by_year_2026.html",
            "https://congbao.sonla.gov.vn/congbao.nsf/x?OpenView",
            None,
        ),
        ("congbao.sonla.gov.vn__danh_muc.html", "https://congbao.sonla.gov.vn/congbao.nsf/DanhMucVB", None),
        ("sharepoint-dongnai-vhttdl__homePages.html", "https://svhttdl.dongnai.gov.vn/Pages/home.aspx", None),
        (
            "baochinhphu_article.html",
            "https://baochinhphu.vn/chinh-sach-moi-co-hieu-luc-tu-thang-3-2026-102260228093004191.htm",
            None,
        ),
    ] {
        let html = std::fs::read(shared.join(file)).unwrap();
        let start = std::time::Instant::now();
        let found = read(&crate::fetch::decode(&html, None).text, url);
        println!(
            "== {file}: {} leads ({} dated), {} sections, next {:?}, feeds {:?}, {:?}, {} ms",
            found.leads.len(),
            found.leads.iter().filter(|lead| lead.published.is_some()).count(),
            found.sections.len(),
            found.next.as_ref().map(Url::as_str),
            found.feeds.iter().map(Url::as_str).collect::<Vec<_>>(),
            found.problems,
            start.elapsed().as_millis()
        );
        for lead in &found.leads {
            println!(
                "  {} | {} | {}",
                lead.url,
                lead.title.as_deref().unwrap_or(""),
                lead.published.map(crate::vietnamese::date::show).unwrap_or_default()
            );
        }
        println!("  sections: {}", found.sections.iter().map(|url| url.path()).collect::<Vec<_>>().join(" "));
        if next.is_some() {
            assert_eq!(found.next.as_ref().map(Url::as_str), next, "{file}");
        }
    }
}

/// What is expected of a listing, line by line, as `fixtures/discover/*.expected` writes it.
fn described(page: &str, listing: &Listing) -> String {
    let mut lines = vec![format!("page {page}")];
    for lead in &listing.leads {
        let date = lead.published.map(crate::vietnamese::date::show).unwrap_or_default();
        lines.push(format!("lead {} | {} | {date}", lead.url, lead.title.as_deref().unwrap_or_default()));
    }
    lines.extend(listing.next.iter().map(|url| format!("next {url}")));
    lines.extend(listing.feeds.iter().map(|url| format!("feed {url}")));
    lines.extend(listing.sections.iter().map(|url| format!("section {url}")));
    lines.join("\n") + "\n"
}

#[test]
fn fixtures() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/discover");
    let mut failed = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let file = entry.unwrap().path();
        if file.extension().is_none_or(|extension| extension != "html") {
            continue;
        }
        let expected = std::fs::read_to_string(file.with_extension("expected")).unwrap();
        let page = expected.lines().next().unwrap().strip_prefix("page ").unwrap();
        let found = described(page, &read(&std::fs::read_to_string(&file).unwrap(), page));
        if found != expected {
            failed.push(format!("{}\n--- expected\n{expected}--- found\n{found}", file.display()));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn rules_of_a_portal_come_first() {
    let html = "<div class=hot><a href=/a>Tin</a></div><ul class=l><li><a href=/b-x>Hai</a> 18/11/2026<li><a href=https://khac.vn/>Ngoài</a></ul><a id=n href=/trang-sau-2>mũi tên</a>";
    let url: Url = "https://bo.gov.vn/tin".parse().unwrap();
    let rules = Rules {
        links: vec!["..".to_owned(), ".none a".to_owned(), ".l li".to_owned()],
        next: vec!["#n".to_owned()],
        ..Rules::default()
    };
    let found = listing(html, &url, &url, Some(&rules), &Habits::default(), now());
    let shown: Vec<String> =
        found.leads.iter().map(|lead| format!("{} {:?}", lead.url, lead.title.as_deref())).collect();
    assert_eq!(shown, ["https://bo.gov.vn/b-x Some(\"Hai\")"]);
    assert_eq!(found.next.unwrap().path(), "/trang-sau-2");
    assert!(found.problems[0].contains("no CSS selector"));
}

/// Follows a make-believe portal from its home to the last page. `GOVWEB` names the folder of such a web.
#[test]
fn make_believe_portals() {
    let Some(root) = std::env::var_os("GOVWEB").map(std::path::PathBuf::from) else {
        println!("skipped: GOVWEB names no make-believe web");
        return;
    };
    let portals: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(root.join("truth/portals.json")).unwrap()).unwrap();
    let truth = std::fs::read_to_string(root.join("truth/articles.jsonl")).unwrap();
    let truth: Vec<serde_json::Value> = truth.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for portal in portals.as_array().unwrap() {
        let (base, ip) = (portal["base"].as_str().unwrap(), portal["ip"].as_str().unwrap());
        let folder = root.join("epochs/0").join(ip);
        let (mut found, mut dated, mut extra) = (BTreeSet::new(), 0, BTreeSet::new());
        let wanted: BTreeSet<String> = truth
            .iter()
            .filter(|line| line["portal"] == portal["slug"] && line["epoch"] == 0)
            .map(|line| line["url"].as_str().unwrap().to_owned())
            .collect();
        let mut next: Option<Url> = Some(format!("{base}/index.html").parse().unwrap());
        let mut pages = 0;
        while let Some(url) = next.take() {
            let path = url.path().trim_start_matches('/');
            let file = if path.ends_with('/') { folder.join(path).join("index.html") } else { folder.join(path) };
            let html =
                crate::fetch::decode(&std::fs::read(&file).unwrap_or_else(|_| panic!("{}", file.display())), None).text;
            let listing = read(&html, url.as_str());
            pages += 1;
            for lead in listing.leads {
                let address = lead.url.as_str().split('?').next().unwrap().to_owned();
                let address = if wanted.contains(&address) { address } else { format!("{address}index.html") };
                let line = truth.iter().find(|line| line["url"] == address.as_str() && line["epoch"] == 0);
                let Some(line) = line else {
                    extra.insert(lead.url.to_string());
                    continue;
                };
                assert_eq!(lead.title.as_deref().map(bare), line["title"].as_str().map(bare), "{address}");
                let day =
                    lead.published.map(|at| at.to_zoned(crate::clock::vietnam()).strftime("%Y-%m-%d").to_string());
                dated += usize::from(
                    day.as_deref() == line["published"].as_str().map(|at| &at[..10]) && !found.contains(&address),
                );
                found.insert(address);
            }
            next = listing.next;
            assert!(pages < 20, "{base}: paging does not end at {url}");
        }
        println!(
            "{ip} {}: {} of {} on {pages} pages, {dated} dated, extra {extra:?}",
            portal["fam"],
            found.len(),
            wanted.len()
        );
        assert_eq!((found.len(), dated), (wanted.len(), wanted.len()), "{:?}", wanted.difference(&found).next());
        assert!(extra.is_empty());
    }
}

fn bare(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn hostile_pages_end_soon() {
    let start = std::time::Instant::now();
    let links: String = (0..100_000)
        .map(|n| format!("<li><a href='/tin/{n}.html'>Một tiêu đề khá dài của bài viết số {n}</a></li>"))
        .collect();
    let found = read(&format!("<ul>{links}</ul>"), "https://bo.gov.vn/");
    assert!(found.leads.len() <= MAX_LINKS && !found.problems.is_empty());
    let flat: String = (0..5000)
        .map(|n| format!("<font><a href='/tin/{n}.html'>Tiêu đề của một bài viết {n}</a></font> [x] <hr>\n"))
        .collect();
    assert!(!read(&flat, "https://bo.gov.vn/").leads.is_empty());
    assert!(!read(&"<ul><li>".repeat(32_000), "https://bo.gov.vn/").problems.is_empty());
    for html in [
        "",
        "<",
        "<a href>",
        "<a href='#'>x</a>",
        "<a href='javascript:;'>Một tiêu đề khá dài của bài viết</a>",
        "<tr>",
        "\u{0}",
    ] {
        assert!(read(html, "https://bo.gov.vn/").leads.is_empty());
    }
    println!("hostile pages: {} ms", start.elapsed().as_millis());
}

/// Shapes in which looking around each link costs as much as the page is large.
#[test]
fn links_in_hostile_places_end_soon() {
    let links = |text: &str| (0..3_000).map(|n| format!("<a href='/tin/{n}.html'>{text}</a>\n")).collect::<String>();
    let long = "Một tiêu đề khá dài của bài viết";
    let words = "<b>chữ</b> ".repeat(40_000);
    let check = |name: &str, html: &str| {
        let start = std::time::Instant::now();
        let found = read(html, "https://bo.gov.vn/");
        let took = start.elapsed();
        println!("{name}: {} leads, {} ms, {:?}", found.leads.len(), took.as_millis(), found.problems);
        // The slowest takes a tenth of it, unoptimised on a busy machine; unbounded ones took minutes.
        assert!(took < std::time::Duration::from_secs(40), "{name} took {took:?}");
    };
    check("one row without titles", &(0..60_000).map(|n| format!("<a href=/x{n}>a</a>\n")).collect::<String>());
    check("one row with titles", &links(long).repeat(20));
    check("headers in headers", &format!("{}{}", "<header>".repeat(480), links(long)));
    check(
        "classes in classes",
        &format!("{}{}", format!("<div class='{}'>", "a b c d e f g h ".repeat(20)).repeat(400), links(long)),
    );
    check("text between links", &links(long).replace('\n', &words[..2_000 - words[..2_000].len() % 11]));
    check("text in one link", &format!("<a href='/tin/1.html'>{words}</a>{}", links(long)));
    check("deep text in links", &links(&format!("{}{long}", "<span>".repeat(60))));
    check("one cell around all", &format!("<table><tr><td>{words}{}</td></tr></table>", links("xem")));
    check("dates everywhere", &links(&format!("{long} 16/08/2023")).replace('\n', " 16/08/2023 <i>16/08/2023</i> "));
    check("one address", &format!("<a href='/tin/1.html'>{long}</a>").repeat(3_000));
}

#[test]
fn an_item_that_only_says_more_has_its_title_beside() {
    let items: String = ["Khai mạc hội nghị cải cách", "Kiểm tra tiến độ hồ chứa", "Lịch công tác tuần 46", "Ra quân dọn vệ sinh"]
        .iter()
        .enumerate()
        .map(|(place, title)| {
            format!("<li><p>{title}</p><p>1{place}/05/2026 08:30</p><p>Một câu nói rõ hơn về nội dung.</p><a href='/tin/bai-viet-so-{place}-10023{place}.html'>Xem thêm</a></li>")
        })
        .collect();
    let found = read(&format!("<ul>{items}</ul><a href='/tin-2.html'><i></i></a>"), "https://tinh.gov.vn/tin.html");
    let titles: Vec<_> = found.leads.iter().filter_map(|lead| lead.title.as_deref()).collect();
    assert_eq!(titles.first(), Some(&"Khai mạc hội nghị cải cách"), "{titles:?}");
    assert_eq!(
        (found.leads.len(), found.next.map(String::from).as_deref()),
        (4, Some("https://tinh.gov.vn/tin-2.html"))
    );
}

#[test]
fn the_templates_of_the_software_add_links() {
    let url: Url = "https://so.gov.vn/tin".parse().unwrap();
    let html = "<ul><li><a class=tin href='/a'>A</a></li><li><a class=tin href='/rss.xml'>RSS</a></li></ul><a class=sau href='/tin/x'>&gt;</a>";
    let habits = Habits { links: vec!["a.tin".to_owned(), "((".to_owned()], next: vec!["a.sau".to_owned()] };
    let found = listing(html, &url, &url.join("/").unwrap(), None, &habits, now());
    let leads: Vec<&str> = found.leads.iter().map(|lead| lead.url.path()).collect();
    assert_eq!((leads, found.next.as_ref().map(Url::path)), (vec!["/a"], Some("/tin/x")), "{:?}", found.problems);
}

#[test]
fn a_pager_of_scripts_is_named_unless_it_offers_addresses() {
    let titles: String = (1..6)
        .map(|n| {
            format!("<h3><a href='/tin/bai-viet-so-{n}.html'>Hội nghị triển khai nhiệm vụ công tác số {n}</a></h3>")
        })
        .collect();
    let check = |pager: &str, script: bool, next: Option<&str>| {
        let found = read(&format!("<div>{titles}</div>{pager}"), "https://so.gov.vn/tin/");
        assert_eq!(
            found.problems.iter().any(|problem| problem == SCRIPT_PAGER),
            script,
            "{pager}: {:?}",
            found.problems
        );
        assert_eq!(found.next.as_ref().map(Url::as_str), next, "{pager}");
    };
    check(
        "<table class=pager><td>1</td><td><a href=\"javascript:__doPostBack('ctl00$Pager','2')\">2</a></td></table>",
        true,
        None,
    );
    check("<a href=# onclick=\"gotoPage(2)\">Trang sau</a>", true, None);
    check("<a href=\"javascript:history.back()\">Trang sau</a>", false, None);
    check("<a href=# class=top>2</a>", false, None);
    check(
        "<div class=pagination>1 <a href=# onclick=\"location.href='/tin/?page=2'\">2</a></div>",
        false,
        Some("https://so.gov.vn/tin/?page=2"),
    );
    check(
        "<div class=pagination>1 <a href='javascript:;' data-url='/tin/trang-2'>2</a></div>",
        false,
        Some("https://so.gov.vn/tin/trang-2"),
    );
}

#[test]
fn a_home_page_that_is_only_a_door_says_where_it_leads() {
    let check = |head: &str, expected: Option<&str>| {
        let found = read(&format!("<head>{head}</head>"), "https://so.gov.vn/");
        assert_eq!(found.refresh.as_ref().map(Url::as_str), expected, "{head}");
    };
    check("<meta http-equiv=refresh content='0;url=/trang-chu'>", Some("https://so.gov.vn/trang-chu"));
    check("<meta http-equiv=REFRESH content=\"3; URL='https://moi.gov.vn/'\">", Some("https://moi.gov.vn/"));
    check("<meta http-equiv=refresh content='300;url=/'>", None);
    check("<meta http-equiv=refresh content='300;url=/x'>", None);
    check("<meta http-equiv=refresh content=60>", None);
    check("<meta http-equiv=refresh content='0;url=/'>", None);
}
