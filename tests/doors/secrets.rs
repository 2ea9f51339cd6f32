//! Secrets go through the house and stay in it: a password, links, sessions, keys, codes and what signs webhooks are made
//! and used while the server logs at every level; then everything that was written, sent or stored is searched for them.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use lantoa::accounts::totp;

use crate::server::{Answer, House, path_of};

const PASSWORD: &str = "Chim-canh-nham-so-7301";
const WRONG: &str = "Nham-lan-cua-nguoi-that-5512";
const IN_THE_WRONG_FIELD: &str = "Mat-khau-go-vao-o-ten-9917";
const RECEIVERS_OWN: &str = "loi-rieng-cua-may-nhan-4408";

/// The house, with what nobody may find and everything that was seen of it.
struct Watched {
    house: House,
    secrets: BTreeMap<&'static str, String>,
    seen: Vec<(String, String)>,
}

impl Watched {
    fn keep(&mut self, what: &'static str, secret: &str) {
        assert!(secret.len() > 8, "{what} is no secret: {secret:?}");
        self.secrets.insert(what, secret.to_owned());
    }

    /// A page that is shown to whoever did something; secrets that it is there to show are not told.
    fn note(&mut self, place: &str, answer: &Answer) {
        self.seen.push((place.to_owned(), format!("{}\n{}", answer.head, answer.body)));
    }

    fn get(&mut self, path: &str, cookies: &str) -> Answer {
        let answer = self.house.get(path, cookies);
        self.note(path, &answer);
        answer
    }

    fn post(&mut self, path: &str, cookies: &str, form: &str) -> Answer {
        let answer = self.house.post(path, cookies, form);
        self.note(path, &answer);
        answer
    }
}

/// A receiver of webhooks that fails, and says so in words of its own; what it hears is not searched: it is told.
fn receiver() -> (u16, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, heard) = (listener.local_addr().unwrap().port(), Arc::<Mutex<String>>::default());
    let ears = Arc::clone(&heard);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut bytes = [0; 16 * 1024];
            let read = stream.read(&mut bytes).unwrap_or(0);
            ears.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..read]));
            let body = format!("<p>{RECEIVERS_OWN}</p>");
            let head = format!("HTTP/1.1 500 Oops\r\nx-why: {RECEIVERS_OWN}\r\ncontent-length: {}\r\n\r\n", body.len());
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
        }
    });
    (port, heard)
}

/// The part of a cookie header that is the value of the cookie with this name.
fn cookie<'a>(cookies: &'a str, name: &str) -> &'a str {
    let found = cookies.split("; ").find_map(|pair| pair.split_once('=').filter(|(found, _)| found.contains(name)));
    found.unwrap_or_else(|| panic!("no {name} in {cookies}")).1
}

/// A day in the house.
fn live(level: &str, format: &str) -> Watched {
    let (port, heard) = receiver();
    let ports = format!("[80, 443, {port}]");
    let (house, link) =
        House::new(&[("LANTOA__FETCH__ALLOW_NETWORKS", "[\"127.0.0.0/8\"]"), ("LANTOA__FETCH__ALLOW_PORTS", &ports)]);
    let mut day = Watched { house, secrets: BTreeMap::new(), seen: Vec::new() };
    day.house.serve(level, format);
    day.keep("the password", PASSWORD);
    day.keep("a mistyped password", WRONG);
    day.keep("a password in the field of the name", IN_THE_WRONG_FIELD);
    day.keep("the receiver's own words", RECEIVERS_OWN);
    day.keep("the first link", link.rsplit('/').next().unwrap());

    // In by the link; what it shows and sets is for this browser.
    day.house.get(&link, "");
    let entered = day.house.post(&link, "", &format!("password={PASSWORD}&again={PASSWORD}"));
    assert_eq!(entered.status, 303, "{entered:?}");
    let admin = entered.cookies();
    day.keep("a session", cookie(&admin, "lantoa"));
    // The way to the other language bears the address that was asked for.
    day.house.get(&link, "");

    // Guesses, and a password in the wrong field.
    day.post("/login", "", &format!("name=admin&password={WRONG}"));
    let mistaken = day.house.post("/login", "", &format!("name={IN_THE_WRONG_FIELD}&password=x"));
    assert_eq!(mistaken.status, 401);
    let again = day.house.post("/login", "", &format!("name=admin&password={PASSWORD}&next=/console"));
    day.keep("another session", cookie(&again.cookies(), "lantoa"));
    if let Some(device) = again.headers("set-cookie").find(|line| !line.starts_with("lantoa=")) {
        day.keep("a known browser", device.split(['=', ';']).nth(1).unwrap());
    }
    day.post("/account/prove", &admin, &format!("password={WRONG}&next=/account"));
    day.post("/account/password", &admin, &format!("old={WRONG}&password={PASSWORD}x&again={PASSWORD}x"));

    // A second factor.
    assert_eq!(day.post("/account/second", &admin, "action=begin").status, 303);
    let page = day.house.get("/account", &admin);
    let secret = page.after("secret=").to_owned();
    let now = jiff::Timestamp::now().as_second() / 30;
    let code = totp::code_at(&secret, now).unwrap();
    let enrolled = day.house.post("/account/second", &admin, &format!("action=enrol&code={code}"));
    day.keep("a recovery code", enrolled.after("<li><code>"));
    day.keep("the secret of the app", &secret);

    // Somebody invited, a key, a webhook that fails.
    let invited = day.house.post("/console/people", &admin, "name=thu&role=editor");
    day.keep("an invitation", path_of(invited.after("<p><code>")).rsplit('/').next().unwrap());
    let made = day.house.post("/console/keys", &admin, "name=May&scope=desk&scope=decide&days=10");
    let key = made.after("<code>").to_owned();
    day.keep("a key", &key[12..]);
    assert_eq!(day.house.program("GET", "/api/v1/desk/items", &key, "").status, 200);
    for (method, path, body) in [
        ("GET", "/api/v1/nothing", ""),
        ("POST", "/api/v1/desk/items/1/decisions", "{\"action\":\"routine\",\"revision\":1}"),
        ("POST", "/api/v1/desk/items/x/decisions", "{"),
        ("POST", "/api/v1/items", "{}"),
        ("DELETE", "/api/v1/desk/items", ""),
        ("GET", "/desk", ""),
    ] {
        let answer = day.house.program(method, path, &key, body);
        day.note(path, &answer);
    }
    let hook = format!("url=http://127.0.0.1:{port}/hook&event=amplified&event=decision");
    let made = day.house.post("/console/webhooks", &admin, &hook);
    day.keep("what signs a webhook", made.after("<code>whsec_"));
    assert_eq!(day.post("/console/webhooks/1", &admin, "action=test").status, 200);
    assert!(heard.lock().unwrap().contains("webhook-signature"), "the receiver heard nothing");

    // Every page, and every kind of trouble.
    let pages = [
        "/",
        "/login",
        "/desk",
        "/desk/numbers",
        "/console",
        "/console/people",
        "/console/keys",
        "/console/webhooks",
        "/console/audit",
        "/console/audit.csv",
        "/console/unanswered.csv",
        "/account",
        "/nothing",
        "/desk/items/1",
        "/console/rules",
        "/api/v1/amplified",
        "/api/v1/openapi.json",
        "/search?page=999999999999999999999",
        "/items/%00",
    ];
    for path in pages {
        day.get(path, &admin);
    }
    day.post("/desk/items/1/decisions", &admin, "action=burn");
    day.post("/console/keys", &admin, "name=&scope=all");
    day.post("/console/people", &admin, "name=&role=king");
    day.post("/logout", &again.cookies(), "");
    let raw = format!("GET / HTTP/9.9\r\ncookie: {admin}\r\nauthorization: Bearer {key}\r\n\r\n");
    let said = day.house.raw(raw.as_bytes());
    day.seen.push(("a request that is none".to_owned(), said));
    for path in ["/metrics", "/readyz", "/healthz"] {
        let said = day.house.watch(path);
        day.seen.push((path.to_owned(), said));
    }
    // What a stranger may write into a log.
    day.get("/search?q=%0d%0a%1b%5b2J%e2%80%aeERROR%20gia%20mao", "");
    day.house.raw(b"GET /x HTTP/1.1\r\nhost: x\r\nuser-agent: \x1b[2J\xe2\x80\xae forged\r\nconnection: close\r\n\r\n");
    day
}

fn check(level: &str, format: &str) {
    let mut day = live(level, format);
    let log = day.house.close();
    if format == "json" {
        // One event is one line, whatever strangers write.
        for line in log.lines() {
            assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{line}");
        }
    }
    assert!(!log.contains('\u{1b}') && !log.contains('\u{202e}'), "control characters in the log");
    day.seen.push(("the log".to_owned(), log));
    for command in [
        &["audit", "export", "--csv"][..],
        &["audit", "export"],
        &["audit", "verify"],
        &["key", "list"],
        &["--json", "key", "list"],
        &["user", "list"],
        &["--json", "user", "list"],
        &["doctor"],
        &["--json", "doctor"],
    ] {
        // Some have nothing to tell; what they do tell is what matters.
        day.seen.push((command.join(" "), day.house.run(command)));
    }
    for (place, said) in &day.seen {
        for (what, secret) in &day.secrets {
            assert!(!said.contains(secret.as_str()), "{what} is in {place} at level {level}:\n{said}");
        }
    }
    // What has to be readable to sign and to check codes stands in the record; nothing else does.
    let readable = ["the secret of the app", "what signs a webhook"];
    for file in files(&day.house.path("data")) {
        let bytes = fs::read(&file).unwrap();
        for (what, secret) in day.secrets.iter().filter(|(what, _)| !readable.contains(what)) {
            let found = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(!found, "{what} is in {}", file.display());
        }
    }
}

fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[test]
fn no_secret_leaves_at_the_level_that_tells_everything() {
    check("trace", "json");
}

#[test]
fn no_secret_leaves_at_the_other_levels() {
    for (level, format) in [("debug", "text"), ("info", "json"), ("warn", "text"), ("error", "json")] {
        check(level, format);
    }
}
