//! One process at a time works on a data folder: an advisory lock on `lantoa.lock`, released by the system when its
//! holder ends, however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};

/// Holds the data folder until it is dropped.
#[derive(Debug)]
pub struct DataLock {
    _file: File,
}

impl DataLock {
    /// Takes the folder, or says which process has it.
    ///
    /// # Errors
    /// When another process holds the folder, or it cannot be written.
    pub fn take(folder: &Path) -> Result<Self> {
        let path = folder.join("lantoa.lock");
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .with_context(|| format!("cannot write {} (is the folder writable?)", path.display()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file.read_to_string(&mut holder);
                bail!(
                    "cannot use the data folder {}: process {} holds it (stop it, or give another --data-dir)",
                    folder.display(),
                    holder.trim()
                );
            }
            Err(TryLockError::Error(cause)) => {
                return Err(cause).with_context(|| format!("cannot lock {}", path.display()));
            }
        }
        file.set_len(0).and_then(|()| file.rewind()).context("cannot write the lock file")?;
        write!(file, "{}", std::process::id()).context("cannot write the lock file")?;
        Ok(Self { _file: file })
    }
}
