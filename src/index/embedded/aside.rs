//! Directories that cannot be used are renamed, never deleted; and why opening failed.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// Directories set aside before opening gives up and asks for help.
const MOST_SET_ASIDE: usize = 1_000;

/// True when another process writes.
pub(super) fn is_busy(cause: &anyhow::Error) -> bool {
    use tantivy::directory::error::LockError;
    matches!(
        cause.downcast_ref::<tantivy::TantivyError>(),
        Some(tantivy::TantivyError::LockFailure(LockError::LockBusy, _))
    )
}

/// True when the system refused a call: no permission, no space, too many open files. What is wrong with the files
/// themselves comes without a number of the system, or as a file that is missing.
pub(super) fn is_machine_trouble(cause: &anyhow::Error) -> bool {
    use std::io::ErrorKind as Kind;
    let damage = [Kind::NotFound, Kind::InvalidInput, Kind::AlreadyExists, Kind::NotADirectory, Kind::IsADirectory];
    let found = cause.chain().find_map(|cause| {
        let inside = cause.downcast_ref::<tantivy::TantivyError>().and_then(io_error);
        inside.or_else(|| cause.downcast_ref::<std::io::Error>())
    });
    found.is_some_and(|cause| cause.raw_os_error().is_some() && !damage.contains(&cause.kind()))
}

/// The system's error inside one of tantivy's, which does not hand it out as its source.
fn io_error(cause: &tantivy::TantivyError) -> Option<&std::io::Error> {
    use tantivy::TantivyError as Error;
    use tantivy::directory::error::{LockError, OpenDirectoryError, OpenReadError, OpenWriteError};
    match cause {
        Error::IoError(io_error)
        | Error::OpenDirectoryError(OpenDirectoryError::IoError { io_error, .. })
        | Error::OpenReadError(OpenReadError::IoError { io_error, .. })
        | Error::OpenWriteError(OpenWriteError::IoError { io_error, .. })
        | Error::LockFailure(LockError::IoError(io_error), _) => Some(io_error),
        _ => None,
    }
}

/// Renames the directory to `NAME.WHY-N` and says where it is now; nothing when there was none.
pub(super) fn set_aside_as(directory: &Path, why: &str) -> Result<Option<PathBuf>> {
    if !directory.exists() {
        return Ok(None);
    }
    let name = directory.file_name().map_or_else(|| "index".to_owned(), |name| name.to_string_lossy().into_owned());
    for n in 1..=MOST_SET_ASIDE {
        let aside = directory.with_file_name(format!("{name}.{why}-{n}"));
        if !aside.exists() {
            std::fs::rename(directory, &aside)
                .with_context(|| format!("cannot set the search index {} aside", directory.display()))?;
            return Ok(Some(aside));
        }
    }
    bail!("cannot set the search index {} aside: too many stand beside it (delete some)", directory.display())
}
