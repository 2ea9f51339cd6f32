//! How the system's allocator is told to be sparing.
//!
//! The GNU C library keeps up to eight arenas a processor, and in each of them what its threads once needed: after
//! 20,000 articles that was more than a third of all memory in use. It reads how many arenas it may keep from the
//! environment before a program begins, so a command that works for long begins once more with that set.

/// Where the library looks.
const ARENAS: &str = "MALLOC_ARENA_MAX";

/// The variable with its value for this machine: an arena for each processor, and two at least.
pub(super) fn arenas() -> (&'static str, String) {
    let processors = std::thread::available_parallelism().map_or(2, usize::from);
    (ARENAS, processors.max(2).to_string())
}

/// Begins this program once more, in the same process, with few arenas; unless the operator has set them or it cannot
/// be done, and then the program goes on as it is.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(super) fn be_sparing() {
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    if std::env::var_os(ARENAS).is_some() {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    let (name, value) = arenas();
    let mut args = std::env::args_os();
    let mut again = Command::new(program);
    if let Some(called) = args.next() {
        again.arg0(called);
    }
    let refused = again.args(args).env(name, value).exec();
    tracing::debug!(cause = %refused, "the allocator keeps its usual number of arenas");
}

/// Other libraries have no such variable.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(super) fn be_sparing() {}
