//! The operator's folder of software families, read once at the start. A file that cannot be used is a line for the
//! operator; the carried families and the other files go on.

use std::path::Path;

use crate::extract::{Families, Options};

/// Files of the folder that are read, and the bytes read of each: a family is a page of text.
const MAX_FILES: usize = 500;
const MAX_BYTES: u64 = 256 << 10;

/// The carried families with those of the folder, and a line for each file that cannot be used.
#[must_use]
pub fn families(options: &Options) -> (Families, Vec<String>) {
    let folder = &options.families;
    if folder.as_os_str().is_empty() {
        return Families::with(&[]);
    }
    let (files, mut problems) = match files(folder) {
        Ok(found) => found,
        Err(cause) => {
            let mend = "make the folder, or set extract.families = \"\"";
            return (
                Families::with(&[]).0,
                vec![format!("cannot read the families in {}: {cause} ({mend})", folder.display())],
            );
        }
    };
    let (families, bad) = Families::with(&files);
    problems.extend(bad);
    (families, problems)
}

/// Files with their texts, and a line for each that cannot be read.
type Files = (Vec<(String, String)>, Vec<String>);

/// Each `.toml` file of the folder with its text, by name.
fn files(folder: &Path) -> std::io::Result<Files> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml")) && path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    let (mut files, mut problems) = (Vec::new(), Vec::new());
    if paths.len() > MAX_FILES {
        problems.push(format!("{}: {} files, the first {MAX_FILES} are read", folder.display(), paths.len()));
        paths.truncate(MAX_FILES);
    }
    for path in paths {
        let name = path.display().to_string();
        match read(&path) {
            Ok(text) => files.push((name, text)),
            Err(cause) => problems.push(format!("{name}: cannot be read: {cause}")),
        }
    }
    Ok((files, problems))
}

/// The text of a family's file.
///
/// # Errors
/// When it cannot be read, is larger than any family or is not UTF-8.
pub fn read(path: &Path) -> std::io::Result<String> {
    let size = std::fs::metadata(path)?.len();
    if size > MAX_BYTES {
        return Err(std::io::Error::other(format!("it has {size} bytes, a family has {MAX_BYTES} at most")));
    }
    let bytes = std::fs::read(path)?;
    let text = String::from_utf8(bytes).map_err(|_| std::io::Error::other("it is not UTF-8: save it as UTF-8"))?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bad_file_keeps_no_other_from_being_read() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let write =
            |name: &str, text: &[u8]| std::fs::write(folder.path().join(name), text).expect("it can be written");
        write("a.toml", "\u{feff}name = \"Mẫu\"\ndetect = [\"mau-cms\"]\nrules = { content = [\".b\"] }\n".as_bytes());
        write("b.toml", b"name = ");
        write("c.toml", b"\xff\xfe");
        write("d.txt", b"not a family");
        let (families, problems) = super::families(&Options { families: folder.path().to_owned() });
        assert!(families.find("mẫu").is_some());
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems.iter().any(|problem| problem.contains("b.toml: line 1")), "{problems:?}");
        assert!(problems.iter().any(|problem| problem.contains("not UTF-8")), "{problems:?}");
    }

    #[test]
    fn a_folder_that_is_not_there_is_said() {
        let (families, problems) = super::families(&Options { families: "/nowhere/families".into() });
        assert!(families.find("OneCMS").is_some());
        assert!(problems[0].starts_with("cannot read the families in /nowhere/families"), "{problems:?}");
    }
}
