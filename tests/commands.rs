//! The binary as an operator meets it: what is done wrong gets one line that says what, where and how to mend it, and
//! the right exit code (0 done, 1 part of the work failed and the rest was kept, 2 usage or configuration).

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The binary in an empty folder, with a data folder `data` in it.
struct Operator {
    home: TempDir,
}

impl Operator {
    fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.home.path().join(name)
    }

    fn file(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lantoa"));
        command.current_dir(self.home.path()).args(arguments).stdin(Stdio::null());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LANTOA__")) {
            command.env_remove(name);
        }
        command.env("LANTOA__FETCH__ALLOW_NETWORKS", "[\"127.0.0.0/8\"]").env("LANTOA__FETCH__DELAY_MS", "0");
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command; its exit code, and what its only line on standard error has to say.
    fn check(&self, arguments: &[&str], code: i32, words: &[&str]) -> Output {
        let output = self.run(arguments);
        judge(&output, arguments, code, words);
        output
    }

    /// Runs a command that succeeds and hands back its JSON.
    fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let mut all = vec!["--json"];
        all.extend_from_slice(arguments);
        let output = self.run(&all);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{arguments:?}: {}", text(&output.stdout)))
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn judge(output: &Output, arguments: &[&str], code: i32, words: &[&str]) {
    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {errors}");
    assert_eq!(errors.lines().count(), 1, "{arguments:?}: {errors}");
    assert!(errors.starts_with("error: "), "{arguments:?}: {errors}");
    for words in words {
        assert!(errors.contains(words), "{arguments:?}: `{words}` is not in: {errors}");
    }
}

/// A portal with articles, on a port of its own; each answer waits `pause`.
fn portal(articles: usize, pause: Duration) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer(stream, articles, pause));
        }
    });
    address
}

fn answer(mut stream: std::net::TcpStream, articles: usize, pause: Duration) {
    let mut asked = [0; 4096];
    let length = stream.read(&mut asked).unwrap_or(0);
    let asked = text(&asked[..length]);
    let path = asked.split(' ').nth(1).unwrap_or("/");
    let (status, body) = if path == "/" {
        let links =
            (0..articles).map(|n| format!("<h3><a href=\"/tin-tuc/bai-viet-so-{n}.html\">{}</a></h3>", title(n)));
        ("200 OK", format!("<html><body>{}</body></html>", links.collect::<String>()))
    } else if let Some(n) = path.strip_prefix("/tin-tuc/bai-viet-so-").and_then(|rest| rest.strip_suffix(".html")) {
        std::thread::sleep(pause);
        let n = n.parse().unwrap_or(0);
        let body: String = (0..8).map(|k| format!("<p>Đoạn {k} của tin số {n}: nội dung đủ dài để là một bài viết thật sự, với {} người tham gia.</p>", k * 7 + n)).collect();
        let head = "<meta property=\"article:published_time\" content=\"2026-11-20T08:00:00+07:00\">";
        (
            "200 OK",
            format!(
                "<html><head><title>{0}</title>{head}</head><body><article><h1>{0}</h1>{body}</article></body></html>",
                title(n)
            ),
        )
    } else {
        ("404 Not Found", String::new())
    };
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
}

fn title(n: usize) -> String {
    format!("Hội nghị triển khai nhiệm vụ công tác số {n} của tỉnh")
}

#[test]
fn wrong_arguments_are_named() {
    let lantoa = Operator::new();
    for arguments in [&["--bogus"][..], &["frob"], &["crawl", "a", "--all"], &["search"], &["user", "add"]] {
        assert_eq!(lantoa.run(arguments).status.code(), Some(2), "{arguments:?}");
    }
    let check = |arguments: &[&str], words: &[&str]| {
        lantoa.check(arguments, 2, words);
    };
    check(&["crawl", "khong-co"], &["cannot crawl `khong-co`", "lantoa portal list"]);
    check(&["sweep", "khong-co"], &["cannot sweep `khong-co`", "lantoa portal list"]);
    assert_eq!(lantoa.run(&["sweep", "a", "--max-pages", "0"]).status.code(), Some(2));
    for act in ["show", "pause", "resume", "remove", "check"] {
        check(&["portal", act, "khong-co"], &["cannot", "`khong-co`", "no such portal"]);
    }
    check(&["portal", "add", "moh.gov.vn"], &["moh.gov.vn` has no scheme", "https://moh.gov.vn"]);
    check(&["portal", "add", "ftp://moh.gov.vn/"], &["must begin with http:// or https://"]);
    check(&["portal", "add", "javascript:alert(1)"], &["must begin with http:// or https://"]);
    check(&["portal", "add", "https://moh.gov.vn/", "--parent", "cha"], &["no portal `cha`"]);
    check(&["portal", "add", "https://moh.gov.vn/", "--slug", "Bộ"], &["slug `Bộ`", "lower-case letters"]);
    check(&["portal", "import", "khong-co.csv"], &["cannot import khong-co.csv"]);
    check(&["export", "articles", "--since", "mai"], &["cannot export", "`mai` is not a date", "example"]);
    check(&["search", "x", "--from", "mai"], &["cannot search"]);
    check(&["user", "add", "an", "--role", "officer"], &["--portal SLUG"]);
    check(&["extract", "khong-co.html"], &["cannot read khong-co.html"]);
    check(&["--data-dir", "none", "backup", "b"], &["cannot back up none", "--data-dir"]);
    check(&["restore", "b"], &["cannot restore b", "lantoa backup"]);
}

#[test]
fn wrong_options_are_named_with_their_place() {
    let lantoa = Operator::new();
    lantoa.check(&["--config", "khong-co.toml", "portal", "list"], 2, &["khong-co.toml"]);
    lantoa.check(&["--config", ".", "portal", "list"], 2, &["cannot read the configuration ."]);
    let check = |file: &str, words: &[&str]| {
        lantoa.file("wrong.toml", file);
        lantoa.check(&["--config", "wrong.toml", "portal", "list"], 2, words);
    };
    check("[fetch]\nfoo = 1\n", &["found `foo`", "wrong.toml", "fetch.foo"]);
    check("[fetch\n", &["line 1", "wrong.toml"]);
    check("[schedule]\nother = \"luôn luôn\"\n", &["schedule.other", "not a cron expression", "example"]);
    check("[fetch]\nuser_agent = \"a b\"\n", &["fetch.user_agent"]);
    check("[general]\nlog = \"a=b=c\"\n", &["general.log"]);
    let mut command = lantoa.command(&["portal", "list"]);
    let output = command.env("LANTOA__FETCH__DELAY_MS", "mai").output().unwrap();
    judge(&output, &["portal", "list"], 2, &["LANTOA__FETCH__DELAY_MS in the environment"]);
}

#[test]
fn a_data_folder_that_cannot_be_used_is_named() {
    let lantoa = Operator::new();
    lantoa.file("file", "");
    lantoa.check(&["--data-dir", "file", "portal", "list"], 2, &["cannot make the data folder file", "--data-dir"]);
    fs::create_dir(lantoa.path("broken")).unwrap();
    lantoa.file("broken/lantoa.db", "this is no database, whatever its name says");
    lantoa.check(&["--data-dir", "broken", "portal", "list"], 2, &["broken/lantoa.db", "restore"]);
    assert_eq!(lantoa.run(&["doctor", "--data-dir", "none"]).status.code(), Some(1));
    assert!(!lantoa.path("none").exists(), "a check makes nothing");
}

#[test]
fn good_lines_of_a_registry_are_kept_and_bad_ones_named() {
    let lantoa = Operator::new();
    lantoa.file(
        "mixed.csv",
        "slug,name,kind,parent,url,feed\n\
         a,A,other,,https://a.vn/,\n\
         b,\"B,other,,https://b.vn/,\n\
         c,C,other,,c.vn,\n\
         d,D,other,khong-co,https://d.vn/,\n\
         e,E,other,a,https://e.vn/,\n",
    );
    let output = lantoa.run(&["--json", "portal", "import", "mixed.csv", "khong-co.toml"]);
    assert_eq!(output.status.code(), Some(1));
    let outcome: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(outcome["added"], 2, "{outcome}");
    let errors = text(&output.stderr);
    assert_eq!(errors.lines().count(), 4, "{errors}");
    for words in ["mixed.csv: line 3", "line 4: address `c.vn` has no scheme", "no portal `khong-co`", "khong-co.toml"]
    {
        assert!(errors.contains(words), "`{words}` is not in: {errors}");
    }
    lantoa.file("cron.toml", "[[portal]]\nslug='f'\nname='F'\nkind='other'\nurl='https://f.vn/'\ncron='mãi'\n");
    lantoa.run(&["portal", "import", "cron.toml"]);
    assert!(text(&lantoa.run(&["portal", "import", "cron.toml"]).stderr).contains("not a cron expression"));
}

#[test]
fn the_real_registry_goes_in_and_out_unchanged() {
    let lantoa = Operator::new();
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    let first = lantoa.json(&["portal", "import", seeds.to_str().unwrap()]);
    assert!(first["added"].as_u64() > Some(60), "{first}");
    let export = lantoa.run(&["portal", "export"]).stdout;
    fs::write(lantoa.path("export.toml"), &export).unwrap();
    let again = lantoa.json(&["portal", "import", "export.toml"]);
    assert_eq!((&again["added"], &again["changed"]), (&0.into(), &0.into()), "{again}");
    assert_eq!(again["unchanged"], first["added"]);
    let other = lantoa.json(&["--data-dir", "other", "portal", "import", "export.toml"]);
    assert_eq!(other["added"], first["added"]);
    assert_eq!(text(&lantoa.run(&["--data-dir", "other", "portal", "export"]).stdout), text(&export));
    assert_eq!(lantoa.json(&["portal", "list"]).as_array().map(Vec::len), first["added"].as_u64().map(|n| n as usize));
}

#[test]
fn every_command_speaks_json() {
    let lantoa = Operator::new();
    assert!(lantoa.json(&["init", "new"])["link"].is_string());
    assert_eq!(lantoa.json(&["portal", "add", "https://a.gov.vn/"])["portal"], "a");
    for (act, state) in [("pause", "paused"), ("resume", "active"), ("remove", "removed")] {
        assert_eq!(lantoa.json(&["portal", act, "a"])["state"], state);
    }
    assert!(lantoa.json(&["portal", "list"]).is_array());
    assert!(lantoa.json(&["portal", "export"])["portal"].is_array());
    assert!(lantoa.json(&["crawl"])["totals"].is_object());
    assert_eq!(lantoa.json(&["reindex"])["articles"], 0);
    assert_eq!(lantoa.json(&["rebuild", "dedup"])["articles"], 0);
    assert_eq!(lantoa.json(&["search", "tin"])["total"], 0);
    assert!(lantoa.json(&["user", "add", "an", "--role", "admin"])["link"].is_string());
    assert!(lantoa.json(&["backup", "b"])["bytes"].is_u64());
    assert!(lantoa.json(&["--data-dir", "restored", "restore", "b"])["file"].is_string());
    let doctor: serde_json::Value = serde_json::from_slice(&lantoa.run(&["--json", "doctor"]).stdout).unwrap();
    assert!(doctor["checks"].as_array().is_some_and(|checks| checks.len() > 5), "{doctor}");
}

#[test]
fn a_reader_that_goes_away_and_a_full_disk_are_no_crash() {
    let lantoa = Operator::new();
    for arguments in [&["completions", "bash"][..], &["portal", "list"], &["--json", "portal", "list"]] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = lantoa.command(arguments).stdout(full).output().unwrap();
        judge(&output, arguments, 2, &["cannot write to standard output"]);
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = lantoa.command(arguments).stdout(writer).output().unwrap();
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()), "{arguments:?}");
    }
}

/// A server that is ended when the test is.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

fn ends_within(child: &mut Child, limit: Duration) -> Option<i32> {
    let began = Instant::now();
    while began.elapsed() < limit {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("still running after {limit:?}");
}

fn until(what: &str, limit: Duration, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < limit, "{what}: not within {limit:?}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn a_crawl_that_is_stopped_or_killed_loses_nothing() {
    let lantoa = Operator::new();
    let address = portal(40, Duration::from_millis(50));
    lantoa.run(&["portal", "add", &address, "--slug", "tinh"]);
    let exported = || text(&lantoa.run(&["export", "articles"]).stdout).lines().count();
    let crawl = || {
        let mut command = lantoa.command(&["crawl", "tinh"]);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    // The listing is read and some of its articles, then the power goes.
    let mut killed = crawl();
    until("some articles", Duration::from_secs(60), || exported() >= 3);
    signal(&killed, "-KILL");
    killed.wait().unwrap();
    let after_kill = exported();
    assert!(after_kill < 40, "the crawl was over before it was killed");
    let mut stopped = crawl();
    until("more articles", Duration::from_secs(60), || exported() > after_kill);
    signal(&stopped, "-TERM");
    assert_eq!(ends_within(&mut stopped, Duration::from_secs(10)), Some(0));
    assert!(exported() < 40, "the crawl was over before it was stopped");
    let report = lantoa.json(&["crawl", "tinh"]);
    assert_eq!(exported(), 40, "{report}");
    assert_eq!(lantoa.json(&["crawl", "tinh"])["totals"]["new"], 0);
    assert_eq!(lantoa.json(&["search", "hội nghị"])["total"], 40);
    // The derived stores go; the record makes them again.
    fs::remove_dir_all(lantoa.path("data/dedup")).unwrap();
    fs::remove_dir_all(lantoa.path("data/index")).unwrap();
    assert_eq!(lantoa.json(&["crawl", "tinh"])["totals"]["new"], 0);
    assert_eq!(lantoa.json(&["search", "hội nghị"])["total"], 40);
    // A portal that is removed takes its articles out of the search, and brings them back.
    lantoa.run(&["portal", "remove", "tinh"]);
    lantoa.run(&["crawl"]);
    assert_eq!(lantoa.json(&["search", "hội nghị"])["total"], 0);
    lantoa.run(&["portal", "add", &address, "--slug", "tinh", "--name", "Tỉnh Mới"]);
    lantoa.run(&["crawl", "tinh"]);
    let found = lantoa.json(&["search", "hội nghị"]);
    assert_eq!((&found["total"], &found["items"][0]["portal_name"]), (&40.into(), &"Tỉnh Mới".into()), "{found}");
    // The record goes and the others stay: nothing that it does not know is shown, and all is read again.
    for name in ["lantoa.db", "lantoa.db-wal", "lantoa.db-shm"] {
        let _ = fs::remove_file(lantoa.path("data").join(name));
    }
    lantoa.run(&["portal", "add", &address, "--slug", "tinh"]);
    assert_eq!(lantoa.json(&["crawl", "tinh"])["totals"]["new"], 40);
    assert_eq!(lantoa.json(&["search", "hội nghị"])["total"], 40);
}

#[test]
fn a_sweep_that_is_killed_goes_on_and_no_other_runs_beside_it() {
    let lantoa = Operator::new();
    let address = portal(40, Duration::from_millis(50));
    lantoa.run(&["portal", "add", &address, "--slug", "tinh"]);
    let exported = || text(&lantoa.run(&["export", "articles"]).stdout).lines().count();
    let mut command = lantoa.command(&["sweep", "tinh"]);
    let mut killed = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    until("some articles", Duration::from_secs(60), || exported() >= 3);
    lantoa.check(&["sweep", "tinh"], 2, &["cannot use the data folder", "process", "holds it"]);
    signal(&killed, "-KILL");
    killed.wait().unwrap();
    assert!(exported() < 40, "the sweep was over before it was killed");
    let report = lantoa.json(&["sweep", "tinh", "--max-pages", "10"]);
    assert_eq!((&report["requests"], &report["done"]), (&10.into(), &false.into()), "{report}");
    // A paused portal is swept when somebody asks.
    lantoa.run(&["portal", "pause", "tinh"]);
    let output = lantoa.run(&["sweep", "tinh"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("portal `tinh` is paused"), "{}", text(&output.stderr));
    let table = text(&output.stdout);
    assert!(table.contains("new articles") && table.contains(", done"), "{table}");
    assert_eq!(exported(), 40);
    let report = lantoa.json(&["sweep", "tinh", "--fresh"]);
    assert_eq!((&report["new"], &report["earlier"], &report["done"]), (&0.into(), &0.into(), &true.into()), "{report}");
    assert_eq!(lantoa.json(&["search", "hội nghị"])["total"], 40);
}

#[test]
fn a_server_holds_its_folder_visits_what_is_due_and_stops_in_time() {
    let lantoa = Operator::new();
    let (good, hangs) = (portal(4, Duration::ZERO), portal(4, Duration::from_secs(60)));
    lantoa.run(&["portal", "add", &good, "--slug", "tot"]);
    lantoa.run(&["portal", "add", &hangs, "--slug", "treo"]);
    let site = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let serve = |data: &str| {
        let mut command = lantoa.command(&["--data-dir", data, "serve"]);
        command.env("LANTOA__WEB__LISTEN", &site).env("LANTOA__SCHEDULE__JITTER_S", "0");
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        command
    };
    let mut server = Server(serve("data").stderr(Stdio::null()).spawn().unwrap());
    // The one that hangs keeps the other from nothing.
    until("four articles", Duration::from_secs(60), || {
        text(&lantoa.run(&["export", "articles", "--portal", "tot"]).stdout).lines().count() == 4
    });
    lantoa.check(&["crawl"], 2, &["cannot use the data folder data", "process", "--data-dir"]);
    judge(&serve("other").output().unwrap(), &["serve"], 2, &["cannot listen on", "in use", "web.listen"]);
    assert!(lantoa.json(&["backup", "b"])["bytes"].is_u64(), "a copy is made while the server works");
    lantoa.check(&["restore", "b"], 2, &["cannot restore into data", "not empty"]);
    lantoa.json(&["--data-dir", "restored", "restore", "b"]);
    assert_eq!(text(&lantoa.run(&["--data-dir", "restored", "export", "articles"]).stdout).lines().count(), 4);
    let shown = lantoa.json(&["portal", "show", "tot"]);
    assert_eq!(shown["next_runs"].as_array().map(Vec::len), Some(3), "{shown}");
    signal(&server.0, "-TERM");
    assert_eq!(ends_within(&mut server.0, Duration::from_secs(10)), Some(0));
    // What was interrupted is no failure of the portal.
    let shown = lantoa.json(&["portal", "show", "treo"]);
    assert_eq!((&shown["health"]["failures"], &shown["health"]["problem"]), (&0.into(), &serde_json::Value::Null));
}

#[test]
fn portals_in_trouble_are_named_and_the_others_are_read() {
    let lantoa = Operator::new();
    let good = portal(3, Duration::ZERO);
    lantoa.run(&["portal", "add", &good, "--slug", "tot"]);
    // Nobody listens there.
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    lantoa.run(&["portal", "add", &format!("http://{closed}/"), "--slug", "dong"]);
    let output =
        lantoa.check(&["--json", "crawl", "--all"], 1, &["portal `dong`: the portal cannot be read", "connect"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["totals"]["new"], 3, "{report}");
    let listed = lantoa.json(&["portal", "list"]);
    let problems: Vec<_> =
        listed.as_array().unwrap().iter().map(|portal| portal["health"]["problem"].as_str()).collect();
    assert!(problems.contains(&None) && problems.iter().flatten().any(|words| words.contains("cannot be read")));
    let preview = lantoa.json(&["portal", "check", &good]);
    assert_eq!(preview["articles"].as_array().map(Vec::len), Some(3), "{preview}");
    lantoa.check(&["--json", "portal", "check", "dong"], 1, &["cannot preview `dong`"]);
}

const PAGE: &str = "<html><head><title>Tin</title></head><body class=mau-cms><h1 class=tieu>Khai mạc hội nghị cải cách</h1>\
    <i class=ngay>12/05/2026</i><div class=than><p>Đoàn công tác đã kiểm tra tiến độ thi công, gặp gỡ người dân và ghi nhận 12 kiến nghị về nước sạch.</p>\
    <p>Theo kế hoạch, công trình hoàn thành trước mùa mưa, bảo đảm cấp nước cho hơn một nghìn hộ dân vùng cao.</p></div></body></html>";

#[test]
fn an_operators_family_is_a_file() {
    let lantoa = Operator::new();
    let family = "name = \"Mẫu\"\ndetect = [\"mau-cms\"]\n[rules]\ntitle = [\".tieu\"]\ncontent = [\".than\"]\ndate = [\".ngay\"]\n";
    fs::create_dir(lantoa.path("families")).unwrap();
    lantoa.file("families/mau.toml", family);
    lantoa.file("bad.toml", &family.replace(".than", "..than"));
    lantoa.file("other.toml", &family.replace("mau-cms", "khac-cms"));
    lantoa.file("page.html", PAGE);
    lantoa.file("config.toml", "[extract]\nfamilies = \"families\"\n");

    lantoa.check(&["families", "check", "bad.toml"], 1, &["bad.toml: line 5: key rules.content: `..than`"]);
    lantoa.check(
        &["families", "check", "other.toml", "--page", "page.html"],
        1,
        &["none of its marks stands in page.html"],
    );
    lantoa.check(&["families", "check", "none.toml"], 2, &["cannot read none.toml"]);
    lantoa.check(&["families", "show", "none"], 2, &["there is no such family", "OneCMS"]);
    let checked = lantoa.json(&["families", "check", "families/mau.toml", "--page", "page.html"]);
    assert_eq!(checked["page"]["families"], serde_json::json!(["Mẫu"]));
    assert_eq!(checked["page"]["article"]["sources"]["text"], "family Mẫu: .than");

    // What `show` prints can be put into the folder.
    let shown = text(&lantoa.run(&["families", "show", "nukeviet"]).stdout);
    lantoa.file("families/nukeviet.toml", &shown.replace("#news-bodyhtml", "#than-bai"));
    let listed = lantoa.json(&["families", "list"]);
    let of =
        |name: &str| listed["families"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap().clone();
    assert_eq!((of("NukeViet")["replaces"].clone(), of("Mẫu")["replaces"].clone()), (true.into(), false.into()));

    // From another folder too: the families stand beside the file that names them.
    fs::create_dir(lantoa.path("elsewhere")).unwrap();
    let mut command = lantoa.command(&["--config", "../config.toml", "extract", "../page.html"]);
    let output = command.current_dir(lantoa.path("elsewhere")).output().unwrap();
    let article: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(article["sources"]["title"], "family Mẫu: .tieu", "{}", text(&output.stderr));

    // A bad file is one line, and the page is read all the same.
    lantoa.file("families/bad.toml", "name = ");
    let output = lantoa.run(&["extract", "page.html"]);
    assert_eq!(text(&output.stderr).lines().count(), 1);
    assert!(text(&output.stderr).contains("families/bad.toml: line 1"), "{}", text(&output.stderr));
    assert_eq!(output.status.code(), Some(0));
    let output = lantoa.run(&["families", "list"]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_page_is_explained_to_people() {
    let lantoa = Operator::new();
    lantoa.file("page.html", PAGE);
    lantoa.file("empty.html", " \n");
    lantoa.file("a.pdf", "%PDF-1.7");
    lantoa.check(&["extract", "empty.html"], 2, &["cannot extract empty.html: it is empty"]);
    lantoa.check(&["extract", "a.pdf"], 2, &["it is a PDF, not an HTML page"]);
    lantoa.check(&["extract", "."], 2, &["cannot read ."]);
    lantoa.check(&["extract"], 2, &["give a FILE", "--url", "--batch"]);

    let explained = text(&lantoa.run(&["extract", "--explain", "page.html"]).stdout);
    assert!(explained.starts_with("title      Khai mạc hội nghị cải cách\n"), "{explained}");
    assert!(explained.contains("\ndate       12/05/2026\n           from "), "{explained}");
    assert!(explained.lines().all(|line| line.chars().count() <= 80), "{explained}");
    let read = lantoa.json(&["extract", "--explain", "page.html"]);
    assert_eq!(read["not_an_article"], serde_json::Value::Null);
    assert!(read["sources"]["published"].is_string(), "{read}");

    let mut child = lantoa.command(&["extract", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(PAGE.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let piped: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(piped["title"], read["title"]);
}

#[test]
fn selectors_are_proved_before_they_are_saved() {
    let lantoa = Operator::new();
    let url = portal(12, Duration::ZERO);
    let file = |title: &str, more: &str| {
        format!(
            "[[portal]]\nslug = \"a\"\nname = \"A\"\nkind = \"other\"\nurl = \"{url}/\"\n[portal.rules]\ntitle = [\"{title}\"]\ncontent = [\"article\"]\nlinks = [\"h3 a\"]\n{more}"
        )
    };
    lantoa.file("bad.toml", &file("h1..x", ""));
    lantoa.file("never.toml", &file("h1", "author = [\".tac-gia\"]\n"));
    lantoa.file("good.toml", &file("h1", ""));

    lantoa.check(&["portal", "import", "bad.toml"], 1, &["bad.toml: line 7: portal `a`, rules.title: `h1..x`"]);
    lantoa.check(&["portal", "check", "bad.toml"], 1, &["bad.toml: line 7: portal `a`, rules.title: `h1..x`"]);
    lantoa.check(
        &["portal", "check", "never.toml", "--save"],
        1,
        &["rules.author: `.tac-gia` (line 10) matches nothing on 10 articles"],
    );
    assert_eq!(lantoa.json(&["portal", "list"]), serde_json::json!([]));

    let checked = lantoa.json(&["portal", "check", "good.toml", "--save"]);
    assert_eq!(checked["saved"], serde_json::json!(["a"]));
    let portal = &checked["portals"][0];
    assert_eq!(portal["fields"][0]["field"], "title");
    assert_eq!(portal["fields"][0]["filled"], 10, "{}", portal["fields"]);
    assert_eq!(portal["fields"][0]["sources"][0]["source"], "portal: h1");
    assert!(portal["selectors"].as_array().unwrap().iter().all(|one| one["pages"].as_u64() > Some(0)), "{portal}");
    assert_eq!(lantoa.json(&["portal", "list"])[0]["slug"], "a");
}
