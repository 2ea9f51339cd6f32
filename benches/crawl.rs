//! A whole crawl: `cargo bench --bench crawl`. Needs nginx; says so and ends when there is none.
//! `LANTOA_BENCH_PORTALS` and `LANTOA_BENCH_ARTICLES` (a portal) set another size than 20 × 250.
//!
//! Ours: `lantoa crawl --all` in a process of its own, from an empty folder to a searchable index, without pauses.
//! Reference in the same run: fetching the same addresses through the same `Fetcher` and looking at nothing.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use lantoa::clock::Clock;
use lantoa::fetch::{Fetcher, Options, Request, What};
use url::Url;

mod generated;

fn main() -> Result<()> {
    if Command::new("nginx").arg("-v").stderr(Stdio::null()).status().is_err() {
        println!("skipped: nginx is not installed");
        return Ok(());
    }
    let number = |name: &str, usual| std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(usual);
    let (portals, articles) = (number("LANTOA_BENCH_PORTALS", 20), number("LANTOA_BENCH_ARTICLES", 250));
    ensure!((1..255).contains(&portals), "LANTOA_BENCH_PORTALS is 1 to 254");
    let folder = tempfile::tempdir()?;
    let web = Web::write(folder.path(), portals, articles)?;
    let nginx = web.serve()?;
    let measured = fetch_only(&web).and_then(|fetched| Ok((fetched, crawl(&web, folder.path())?)));
    nginx.stop();
    let (fetched, crawled) = measured?;
    ensure!(crawled.new == portals * articles, "{} of {} articles came in", crawled.new, portals * articles);
    println!(
        "crawl: {} requests in {:.1} s, {:.0} pages a second, {:.1} s of processor, peak memory {} MB",
        crawled.requests,
        crawled.time.as_secs_f64(),
        crawled.requests as f64 / crawled.time.as_secs_f64(),
        crawled.processor_s,
        crawled.peak_kb / 1024
    );
    let (pages, time) = fetched;
    println!(
        "fetching only: {pages} pages in {:.1} s, {:.0} a second",
        time.as_secs_f64(),
        pages as f64 / time.as_secs_f64()
    );
    println!(
        "ratio {:.2}",
        (crawled.time.as_secs_f64() / crawled.requests as f64) / (time.as_secs_f64() / pages as f64)
    );
    Ok(())
}

/// Portals on addresses of the loopback network, one folder each.
struct Web {
    root: PathBuf,
    port: u16,
    /// Home page and articles of each portal.
    portals: Vec<Vec<Url>>,
}

impl Web {
    fn write(folder: &Path, portals: usize, articles: usize) -> Result<Self> {
        let root = folder.join("web");
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut all = Vec::new();
        for portal in 0..portals {
            let host = format!("127.12.0.{}", portal + 1);
            let home = Url::parse(&format!("http://{host}:{port}/"))?;
            let (site, mut urls) = (root.join(&host), vec![home.clone()]);
            std::fs::create_dir_all(site.join("tin"))?;
            let (mut map, mut list) = (String::new(), String::new());
            for place in 0..articles {
                // Every twentieth article of the first ten portals is carried by the next portal too.
                let is_copy = place % 20 == 0 && portal % 10 != 0;
                let number = if is_copy { (portal - 1) * articles + place } else { portal * articles + place };
                let article = generated::article(number);
                let path = format!("tin/bai-viet-so-{number}-cua-cong.html");
                std::fs::write(site.join(&path), generated::page(&article))?;
                let url = home.join(&path)?;
                write!(map, "<url><loc>{url}</loc><lastmod>{}</lastmod></url>", article.published)?;
                if place < 20 {
                    write!(list, "<li><a href=\"/{path}\">{}</a></li>", article.title)?;
                }
                urls.push(url);
            }
            std::fs::write(
                site.join("robots.txt"),
                format!("User-agent: *\nDisallow: /tim\nSitemap: {home}sitemap.xml\n"),
            )?;
            std::fs::write(
                site.join("sitemap.xml"),
                format!(
                    "<?xml version=\"1.0\"?><urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">{map}</urlset>"
                ),
            )?;
            std::fs::write(
                site.join("index.html"),
                format!(
                    "<!DOCTYPE html><html lang=\"vi\"><meta charset=\"utf-8\"><title>Cổng {portal}</title><ul>{list}</ul>"
                ),
            )?;
            all.push(urls);
        }
        Ok(Self { root, port, portals: all })
    }

    fn serve(&self) -> Result<Nginx> {
        let (root, port) = (self.root.display(), self.port);
        let conf = self.root.with_file_name("nginx.conf");
        std::fs::write(
            &conf,
            format!(
                "daemon off; pid {root}.pid; error_log {root}.error; worker_processes 1;\n\
                 events {{ worker_connections 1024; }}\n\
                 http {{ types {{ text/html html; application/xml xml; text/plain txt; }} access_log off; \
                 keepalive_requests 100000; sendfile on; client_body_temp_path {root}.body; proxy_temp_path {root}.proxy; \
                 fastcgi_temp_path {root}.fastcgi; uwsgi_temp_path {root}.uwsgi; scgi_temp_path {root}.scgi; \
                 server {{ listen {port}; root {root}/$server_addr; }} }}\n"
            ),
        )?;
        let child = Command::new("nginx").arg("-c").arg(&conf).spawn().context("cannot start nginx")?;
        let nginx = Nginx(child);
        for _ in 0..100 {
            if std::net::TcpStream::connect(("127.12.0.1", port)).is_ok() {
                return Ok(nginx);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        nginx.stop();
        anyhow::bail!("nginx does not answer on port {port}")
    }
}

struct Nginx(Child);

impl Nginx {
    /// Killing the master alone would leave its worker.
    fn stop(mut self) {
        let _ = Command::new("kill").arg("-TERM").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

fn fetch_only(web: &Web) -> Result<(usize, Duration)> {
    let options = Options { allow_networks: vec!["127.0.0.0/8".parse()?], delay_ms: 0, ..Options::default() };
    let fetcher = Fetcher::new(options, Clock::System)?;
    tokio::runtime::Runtime::new()?.block_on(async {
        let begun = Instant::now();
        let fetcher = &fetcher;
        let visits = web.portals.iter().map(|urls| async move {
            for url in urls {
                let request = Request { url, what: What::Page, validators: None, home: &urls[0], delay: None };
                fetcher.get(request).await.with_context(|| format!("cannot fetch {url}"))?;
            }
            anyhow::Ok(urls.len())
        });
        let pages = futures::future::try_join_all(visits).await?.iter().sum();
        Ok((pages, begun.elapsed()))
    })
}

struct Crawled {
    requests: usize,
    new: usize,
    time: Duration,
    processor_s: f64,
    peak_kb: u64,
}

fn crawl(web: &Web, folder: &Path) -> Result<Crawled> {
    let lantoa = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lantoa"));
        command.arg("--data-dir").arg(folder.join("data")).arg("--json").current_dir(folder);
        command.env("LANTOA__FETCH__ALLOW_NETWORKS", "[\"127.0.0.0/8\"]").env("LANTOA__FETCH__DELAY_MS", "0");
        command
    };
    let mut list = String::from("slug,name,kind,parent,url,feed\n");
    for (place, urls) in web.portals.iter().enumerate() {
        writeln!(list, "cong-{place},Cổng {place},province,,{},", urls[0])?;
    }
    std::fs::write(folder.join("portals.csv"), list)?;
    let imported = lantoa().args(["portal", "import", "portals.csv"]).stdout(Stdio::null()).status()?;
    ensure!(imported.success(), "cannot register the portals");

    let begun = Instant::now();
    // Into a file: a pipe that nobody reads would fill.
    let told = folder.join("crawl.json");
    let mut child = lantoa().args(["crawl", "--all"]).stdout(std::fs::File::create(&told)?).spawn()?;
    let (mut peak_kb, mut processor_s) = (0, 0.0);
    while child.try_wait()?.is_none() {
        let process = PathBuf::from(format!("/proc/{}", child.id()));
        peak_kb = peak(&process).unwrap_or(0).max(peak_kb);
        processor_s = processor(&process).unwrap_or(0.0).max(processor_s);
        std::thread::sleep(Duration::from_millis(10));
    }
    let time = begun.elapsed();
    let outcome: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(told)?)?;
    let total = |name: &str| outcome["totals"][name].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    Ok(Crawled { requests: total("requests"), new: total("new"), time, processor_s, peak_kb })
}

/// `VmHWM`: the most memory that the process has had, in KB.
fn peak(process: &Path) -> Option<u64> {
    let status = std::fs::read_to_string(process.join("status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.split_whitespace().next()?.parse().ok()
}

/// Seconds of processor time, of the program and of the system for it; a hundred ticks a second on Linux.
fn processor(process: &Path) -> Option<f64> {
    let stat = std::fs::read_to_string(process.join("stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let (user, system): (f64, f64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some((user + system) / 100.0)
}
