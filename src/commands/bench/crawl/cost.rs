//! What this process has cost so far, as Linux counts it; nothing on other systems.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

/// Ticks a second, on every Linux that is in use.
const TICKS: f64 = 100.0;

/// Seconds of processor time of this process, of the program and of the system for it.
pub(super) fn cpu_seconds() -> f64 {
    seconds_of(Path::new("/proc/self/stat")).unwrap_or(0.0)
}

/// The most memory that this process has had, in MB (1,000,000 bytes).
pub(super) fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: u64 = peak.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0);
    kib * 1_024 / 1_000_000
}

/// Looks at the threads of this process while they live: what a thread cost is gone with it.
pub(super) struct Threads {
    stop: mpsc::Sender<()>,
    watcher: std::thread::JoinHandle<HashMap<String, f64>>,
}

impl Threads {
    /// How often they are looked at.
    const EVERY: Duration = Duration::from_millis(50);

    pub(super) fn watch() -> Self {
        let (stop, stopped) = mpsc::channel();
        let watcher = std::thread::spawn(move || {
            let mut seen = HashMap::new();
            while stopped.recv_timeout(Self::EVERY) == Err(mpsc::RecvTimeoutError::Timeout) {
                look(&mut seen);
            }
            let mut sums = HashMap::new();
            for ((_, name), seconds) in seen {
                *sums.entry(name).or_default() += seconds;
            }
            sums
        });
        Self { stop, watcher }
    }

    /// Seconds of processor time by the name of the thread. The system cuts names at fifteen letters.
    pub(super) fn stop(self) -> HashMap<String, f64> {
        drop(self.stop);
        self.watcher.join().unwrap_or_default()
    }
}

/// Notes what each thread has cost so far, by number and name.
fn look(seen: &mut HashMap<(OsString, String), f64>) {
    for thread in std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
        let name = std::fs::read_to_string(thread.path().join("comm")).unwrap_or_default();
        if let Some(seconds) = seconds_of(&thread.path().join("stat")) {
            seen.insert((thread.file_name(), name.trim().to_owned()), seconds);
        }
    }
}

/// The name stands in brackets and may hold anything; the two times are the twelfth and thirteenth field after it.
fn seconds_of(stat: &Path) -> Option<f64> {
    let stat = std::fs::read_to_string(stat).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let (program, system): (f64, f64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some((program + system) / TICKS)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn work_is_counted() {
        let (before, threads) = (cpu_seconds(), Threads::watch());
        let began = std::time::Instant::now();
        while began.elapsed() < Duration::from_millis(200) {
            std::hint::black_box(peak_mb());
        }
        assert!(cpu_seconds() > before);
        assert!(peak_mb() > 1);
        assert!(threads.stop().values().sum::<f64>() > 0.0);
    }
}
