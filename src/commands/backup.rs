//! `lantoa backup DIR` and `lantoa restore DIR`: a consistent copy of the record, taken while others work, and the way
//! back. Only the record is copied: the dedup window and the search index are made from it again.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use super::{Invocation, print_json, println_or_quit};
use crate::app::App;
use crate::store::{DataLock, Store};

/// The name of the record in a backup, as in a data folder.
const RECORD: &str = "lantoa.db";

/// Options of `lantoa backup`.
#[derive(Debug, clap::Args)]
pub(super) struct BackupArgs {
    /// Where to put the copy: a folder that is new or empty
    dir: PathBuf,
}

/// Options of `lantoa restore`.
#[derive(Debug, clap::Args)]
pub(super) struct RestoreArgs {
    /// A folder that `lantoa backup` wrote
    dir: PathBuf,
}

pub(super) async fn backup(context: Invocation, args: BackupArgs) -> Result<ExitCode> {
    let folder = &context.config.general.data_dir;
    if !folder.join(RECORD).is_file() {
        bail!("cannot back up {}: there is no record in it (give another --data-dir)", folder.display());
    }
    make_empty(&args.dir, "cannot back up to", "give a new folder")?;
    let app = App::open(context.config.clone(), context.clock()).await?;
    let target = args.dir.join(RECORD);
    // Under another name until it is whole, so that a backup that was cut short is never taken for one.
    let part = args.dir.join("lantoa.db.part");
    remove(&part)?;
    app.store.copy_to(&part).await?;
    app.store.close().await;
    private(&part)?;
    let problems = Store::problems_of(&part).await?;
    if let Some(problem) = problems.first() {
        bail!("cannot back up {}: the copy is damaged: {problem} (see lantoa doctor)", folder.display());
    }
    put_in_place(&part, &target)?;
    let bytes = std::fs::metadata(&target).with_context(|| format!("cannot read {}", target.display()))?.len();
    if context.json {
        print_json(&serde_json::json!({ "file": target, "bytes": bytes }))?;
    } else {
        println_or_quit(&format!("{} holds the record, {bytes} bytes", target.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn restore(context: Invocation, args: RestoreArgs) -> Result<ExitCode> {
    let source = args.dir.join(RECORD);
    if !source.is_file() {
        bail!(
            "cannot restore {}: there is no {RECORD} in it (give a folder that lantoa backup wrote)",
            args.dir.display()
        );
    }
    let problems = Store::problems_of(&source).await?;
    if let Some(problem) = problems.first() {
        bail!("cannot restore {}: it is damaged: {problem} (give another backup)", source.display());
    }
    let folder = &context.config.general.data_dir;
    make_empty(folder, "cannot restore into", "give an empty --data-dir, or move this one aside")?;
    let _lock = DataLock::take(folder)?;
    let part = folder.join("lantoa.db.part");
    std::fs::copy(&source, &part).with_context(|| format!("cannot copy {} to {}", source.display(), part.display()))?;
    private(&part)?;
    let target = folder.join(RECORD);
    put_in_place(&part, &target)?;
    // Opening it brings its tables up to date, and shows that it can be opened.
    let app = App::open(context.config.clone(), context.clock()).await?;
    app.store.close().await;
    if context.json {
        print_json(&serde_json::json!({ "file": target }))?;
    } else {
        println_or_quit(&format!("{} is restored; the next start fills the search index from it", target.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Makes a folder, or takes one in which nothing but our own leavings stands.
fn make_empty(folder: &Path, act: &str, mend: &str) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("{act} {}", folder.display()))?;
    let inside = std::fs::read_dir(folder).with_context(|| format!("{act} {}", folder.display()))?;
    for entry in inside {
        let name = entry.with_context(|| format!("{act} {}", folder.display()))?.file_name();
        if name != "lantoa.lock" && name != "lantoa.db.part" {
            bail!("{act} {}: it is not empty ({mend})", folder.display());
        }
    }
    Ok(())
}

fn remove(file: &Path) -> Result<()> {
    match std::fs::remove_file(file) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
            Err(cause).with_context(|| format!("cannot remove {}", file.display()))
        }
        _ => Ok(()),
    }
}

/// Password hashes and sessions are in the record: nobody else reads the copy.
fn private(file: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600))
        .with_context(|| format!("cannot protect {}", file.display()))
}

/// Gives a whole file its name, on disk before anybody is told.
fn put_in_place(part: &Path, target: &Path) -> Result<()> {
    let trouble = || format!("cannot write {}", target.display());
    File::open(part).and_then(|file| file.sync_all()).with_context(trouble)?;
    std::fs::rename(part, target).with_context(trouble)?;
    let folder = target.parent().unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).with_context(trouble)
}
