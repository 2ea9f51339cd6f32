//! What this process has cost so far, as Linux counts it; nothing on other systems.

use std::collections::HashMap;
use std::path::Path;

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

/// Seconds of processor time of the threads that are alive, by name. The system cuts names at fifteen letters.
pub(super) fn cpu_seconds_by_thread() -> HashMap<String, f64> {
    let mut sums = HashMap::new();
    for thread in std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
        let name = std::fs::read_to_string(thread.path().join("comm")).unwrap_or_default();
        *sums.entry(name.trim().to_owned()).or_default() += seconds_of(&thread.path().join("stat")).unwrap_or(0.0);
    }
    sums
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
        let before = cpu_seconds();
        let began = std::time::Instant::now();
        while began.elapsed() < std::time::Duration::from_millis(60) {
            std::hint::black_box(cpu_seconds_by_thread());
        }
        assert!(cpu_seconds() > before);
        assert!(peak_mb() > 1);
        assert!(cpu_seconds_by_thread().values().sum::<f64>() > 0.0);
    }
}
