//! The long run: the make-believe web that is kept beside the repository, served by nginx on loopback.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::desk::Desk;

const PORT: &str = "8917";
/// A data folder is used for so many kills; then it must hold the truth, and the next begins empty.
const KILLS_PER_FOLDER: usize = 10;

pub(crate) struct Govweb {
    home: TempDir,
    server: Child,
}

impl Govweb {
    /// Builds and serves it; nothing when something for that is missing.
    pub(crate) fn start() -> Option<Self> {
        let home = tempfile::tempdir().unwrap();
        let out = home.path().join("web");
        let size = ["--portals", "12", "--articles", "60", "--port", PORT];
        let made = Command::new("python3").arg(shared("govweb.py")).arg(&out).args(size).stdout(Stdio::null()).status();
        if !made.is_ok_and(|made| made.success()) {
            return None;
        }
        let configuration = out.join("nginx.conf");
        let text = std::fs::read_to_string(&configuration).unwrap().replace("daemon on", "daemon off");
        std::fs::write(&configuration, text).unwrap();
        // It serves as root or as itself, and has to read what was made.
        let mut server = Command::new("nginx");
        server.arg("-c").arg(&configuration).stdout(Stdio::null()).stderr(Stdio::null());
        let _ = Command::new("chmod").args(["-R", "a+rX"]).arg(home.path()).status();
        let server = server.spawn().ok()?;
        std::thread::sleep(Duration::from_millis(500));
        Some(Self { home, server })
    }

    fn out(&self) -> PathBuf {
        self.home.path().join("web")
    }

    fn publish(&self, epoch: usize) {
        assert!(Command::new(self.out().join("switch")).arg(epoch.to_string()).status().unwrap().success());
    }
}

impl Drop for Govweb {
    fn drop(&mut self) {
        let _ = Command::new("nginx").args(["-s", "stop", "-c"]).arg(self.out().join("nginx.conf")).status();
        let _ = self.server.wait();
    }
}

fn shared(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/govweb").join(file)
}

/// Kills a crawl at `kills` random moments, and compares the record with the truth after every [`KILLS_PER_FOLDER`].
pub(crate) fn kill_and_compare(web: &Govweb, kills: usize) {
    let registry = std::fs::read_to_string(web.out().join("portals.csv")).unwrap();
    web.publish(0);
    let undisturbed = Desk::new();
    undisturbed.register(&registry);
    let start = Instant::now();
    crawl(&undisturbed);
    let usual = start.elapsed();
    web.publish(1);
    crawl(&undisturbed);
    // What was taken off the portals stays in the record, so this is more than what they show.
    let ever: HashSet<String> = undisturbed.articles().into_keys().map(folder).collect();
    let seed = fastrand::u64(..);
    println!("seed {seed}, an undisturbed crawl takes {usual:?}");
    let mut random = fastrand::Rng::with_seed(seed);
    let mut done = 0;
    while done < kills {
        let desk = Desk::new();
        desk.register(&registry);
        web.publish(0);
        let here = KILLS_PER_FOLDER.min(kills - done);
        for kill in 0..here {
            if kill == here / 2 {
                web.publish(1);
            }
            // Short lives at first, so that the back-catalogue is still coming in when the later ones end.
            let longest = usual.mul_f64(if kill < here / 2 { 0.5 } else { 1.0 });
            let command = &mut desk.command(&["crawl", "--all"]);
            let mut run = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            std::thread::sleep(longest.mul_f64(random.f64()));
            run.kill().unwrap();
            run.wait().unwrap();
        }
        done += here;
        let before = desk.record().len();
        crawl(&desk);
        let score = score(&web.out(), &desk.export());
        let again = desk.command(&["--json", "crawl", "--all"]).output().unwrap();
        let again: serde_json::Value = serde_json::from_slice(&again.stdout).unwrap();
        println!("{done} kills: {before} articles before the last run; {score}; again {}", again["totals"]);
        for (figure, expected) in [
            ("recall", 1.0),
            ("double_count", 0.0),
            ("title", 1.0),
            ("date", 1.0),
            ("story_precision", 1.0),
            ("story_recall", 1.0),
        ] {
            assert_eq!(score[figure].as_f64(), Some(expected), "{figure} after {done} kills of seed {seed}");
        }
        let record = desk.articles();
        let invented: Vec<&String> = record.keys().filter(|url| !ever.contains(&folder((*url).clone()))).collect();
        assert!(invented.is_empty(), "{invented:?} after {done} kills of seed {seed}");
        assert_eq!(desk.indexed(), record.len(), "documents of the index after {done} kills of seed {seed}");
        for figure in ["new", "changed"] {
            assert_eq!(again["totals"][figure], 0, "{figure} after {done} kills of seed {seed}");
        }
    }
}

/// The address without the name of a folder's own page: some portals link to both, and the one that is met first stays.
fn folder(url: String) -> String {
    url.strip_suffix("index.html").map(str::to_owned).unwrap_or(url)
}

/// Some portals of this web have trouble by design, so the exit code may be 1.
fn crawl(desk: &Desk) {
    let output = desk.command(&["crawl", "--all"]).output().unwrap();
    assert!(output.status.code().is_some_and(|code| code < 2), "{}", String::from_utf8_lossy(&output.stderr));
}

/// What the web's own judge says of the record, in figures.
fn score(web: &Path, exported: &[u8]) -> serde_json::Value {
    let file = web.join("exported.jsonl");
    std::fs::write(&file, exported).unwrap();
    let mut judge = Command::new("python3");
    judge.arg(shared("score.py")).arg(web).args(["--epoch", "1"]).stdin(std::fs::File::open(&file).unwrap());
    let output = judge.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}
