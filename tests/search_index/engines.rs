//! The engines under test.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use lantoa::index::embedded::Embedded;
use lantoa::index::meilisearch::Meilisearch;
use lantoa::index::{Options, SearchIndex};

/// An embedded engine in a directory of its own.
pub(crate) fn embedded(directory: &Path) -> Embedded {
    let index = Embedded::open(directory, &Options::default()).unwrap();
    assert!(index.take_fresh() && !index.take_fresh());
    index
}

/// A Meilisearch server: one that runs already, or one started for this test.
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) key: String,
    /// Stopped when the test ends.
    _started: Option<Started>,
}

struct Started {
    child: Child,
    _home: tempfile::TempDir,
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    pub(crate) fn find() -> Option<Self> {
        if let Ok(url) = std::env::var("LANTOA_TEST_MEILI_URL") {
            let key = std::env::var("LANTOA_TEST_MEILI_KEY").unwrap_or_default();
            return Some(Self { url, key, _started: None });
        }
        let path = std::env::var_os("PATH")?;
        let program =
            std::env::split_paths(&path).map(|folder| folder.join("meilisearch")).find(|file| file.is_file())?;
        let home = tempfile::tempdir().unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let key = "a-key-for-one-test-run-only".to_owned();
        let child = Command::new(program)
            .args(["--no-analytics", "--master-key", &key, "--http-addr", &address.to_string()])
            .arg("--db-path")
            .arg(home.path().join("data"))
            .current_dir(home.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let started = Started { child, _home: home };
        wait_for(address);
        Some(Self { url: format!("http://{address}"), key, _started: Some(started) })
    }

    /// An empty index of its own.
    pub(crate) async fn index(&self, name: &str) -> Meilisearch {
        let index = Meilisearch::connect(&self.url, &self.key, &format!("test-{}-{name}", std::process::id())).unwrap();
        assert_eq!(index.count().await.unwrap(), 0);
        assert!(index.take_fresh() && !index.take_fresh());
        index
    }
}

fn wait_for(address: SocketAddr) {
    for _ in 0..200 {
        if TcpStream::connect(address).is_ok() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("the meilisearch that was started does not answer on {address}");
}
