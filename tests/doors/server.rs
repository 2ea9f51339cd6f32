//! The binary in a folder of its own with its site open, and requests to it byte by byte.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A data folder, and how the binary is started in it.
pub(crate) struct House {
    home: TempDir,
    site: SocketAddr,
    watched: SocketAddr,
    settings: Vec<(&'static str, String)>,
    server: Option<Child>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    /// Every header of this name, as it was sent.
    pub(crate) fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(move |(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The cookies that it sets, as a browser sends them back.
    pub(crate) fn cookies(&self) -> String {
        let pairs: Vec<&str> = self.headers("set-cookie").filter_map(|line| line.split(';').next()).collect();
        pairs.join("; ")
    }

    /// The text of the first element that `before` opens.
    #[track_caller]
    pub(crate) fn after(&self, before: &str) -> &str {
        let rest = self.body.split_once(before).unwrap_or_else(|| panic!("no {before} in {}", self.body)).1;
        rest.split(['<', '"', '&']).next().unwrap_or_default()
    }
}

impl House {
    /// An installation with its first administrator; answers with the path of the link that lets them in.
    pub(crate) fn new(settings: &[(&'static str, &str)]) -> (Self, String) {
        // Both are held until both are known, so that they differ.
        let free = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let [site, watched] = free.map(|listener| listener.local_addr().unwrap());
        let settings = settings.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let house = Self { home: tempfile::tempdir().unwrap(), site, watched, settings, server: None };
        let made = house.run(&["--json", "init", "."]);
        let made: serde_json::Value = serde_json::from_str(made.trim()).unwrap();
        let link = path_of(made["link"].as_str().unwrap());
        (house, link)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// The binary with its arguments, and nothing of the caller's environment that would change what it does.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lantoa"));
        command.current_dir(self.home.path()).args(arguments).stdin(Stdio::null());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LANTOA__")) {
            command.env_remove(name);
        }
        command.env("LANTOA__WEB__LISTEN", self.site.to_string());
        command.env("LANTOA__WEB__OPERATIONS_LISTEN", self.watched.to_string());
        command.env("LANTOA__WEB__PUBLIC_URL", format!("http://{}", self.site));
        command.envs(self.settings.iter().map(|(name, value)| (*name, value.as_str())));
        command
    }

    /// A command that has to find everything well.
    pub(crate) fn run_well(&self, arguments: &[&str]) {
        let output = self.command(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
    }

    /// A command that works beside others.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Everything that a command prints.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        // 2 says that it was not understood; 1 that it found something to tell.
        assert!(matches!(output.status.code(), Some(0 | 1)), "{arguments:?}: {output:?}");
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    }

    /// Opens the site; its log goes to the file `log`.
    pub(crate) fn serve(&mut self, level: &str, format: &str) {
        let log = fs::File::create(self.path("log")).unwrap();
        let mut command = self.command(&["serve", "--role", "curate,web"]);
        command.env("LANTOA__GENERAL__LOG", level).env("LANTOA__GENERAL__LOG_FORMAT", format);
        self.server = Some(command.stdout(Stdio::null()).stderr(log).spawn().unwrap());
        let began = Instant::now();
        while TcpStream::connect(self.site).is_err() || TcpStream::connect(self.watched).is_err() {
            let log = || fs::read_to_string(self.path("log")).unwrap_or_default();
            assert!(began.elapsed() < Duration::from_secs(60), "the site did not open: {}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Ends the server in good order and hands back what it logged.
    pub(crate) fn close(&mut self) -> String {
        let mut server = self.server.take().unwrap();
        assert!(Command::new("kill").args(["-TERM", &server.id().to_string()]).status().unwrap().success());
        assert!(server.wait().unwrap().success());
        fs::read_to_string(self.path("log")).unwrap()
    }

    /// Ends the server in the middle of whatever it does.
    pub(crate) fn kill(&self) {
        let server = self.server.as_ref().unwrap();
        assert!(Command::new("kill").args(["-9", &server.id().to_string()]).status().unwrap().success());
    }

    /// Waits for a server that was killed.
    pub(crate) fn gone(&mut self) {
        self.server.take().unwrap().wait().unwrap();
    }

    /// A field of what the system says about the server's process, in KiB.
    pub(crate) fn memory(&self, field: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.server.as_ref().unwrap().id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap();
        line.trim_matches([':', ' ', '\t']).split(' ').next().unwrap().parse().unwrap()
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.site).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
        stream
    }

    /// Sends bytes over a connection of their own; answers with everything that comes back before it is closed.
    pub(crate) fn raw(&self, bytes: &[u8]) -> String {
        // A server that is gone says nothing.
        let Ok(mut stream) = TcpStream::connect(self.site) else { return String::new() };
        stream.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
        // A server that has heard enough may close while we still talk.
        let _ = stream.write_all(bytes);
        let mut said = Vec::new();
        let _ = stream.read_to_end(&mut said);
        String::from_utf8_lossy(&said).into_owned()
    }

    fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        let length = body.len();
        let sent = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n{body}",
            self.site
        );
        read(&self.raw(sent.as_bytes()))
    }

    pub(crate) fn get(&self, path: &str, cookies: &str) -> Answer {
        self.ask("GET", path, &format!("cookie: {cookies}\r\n"), "")
    }

    pub(crate) fn post(&self, path: &str, cookies: &str, form: &str) -> Answer {
        let headers = "content-type: application/x-www-form-urlencoded\r\nsec-fetch-site: same-origin\r\n";
        self.ask("POST", path, &format!("{headers}cookie: {cookies}\r\n"), form)
    }

    /// A program that shows its key.
    pub(crate) fn program(&self, method: &str, path: &str, key: &str, body: &str) -> Answer {
        let headers = format!("authorization: Bearer {key}\r\ncontent-type: application/json\r\n");
        self.ask(method, path, &headers, body)
    }

    /// A page for machines that watch.
    pub(crate) fn watch(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(self.watched).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
        let mut said = String::new();
        stream.read_to_string(&mut said).unwrap();
        said
    }

    /// Requests that the router has answered so far.
    pub(crate) fn answered(&self) -> u64 {
        let metrics = self.watch("/metrics");
        let counts = metrics.lines().filter(|line| line.starts_with("lantoa_http_requests_total{"));
        counts.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

pub(crate) fn read(said: &str) -> Answer {
    let (head, body) = said.split_once("\r\n\r\n").unwrap_or((said, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

/// The path of an address.
pub(crate) fn path_of(address: &str) -> String {
    let rest = address.splitn(4, '/').nth(3).unwrap_or_default();
    format!("/{rest}")
}
