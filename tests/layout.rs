//! The flow is the layout: a module imports only from its left, and a crate with one owner is named nowhere else.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The modules in their order.
const ORDER: [&str; 18] = [
    "clock",
    "vietnamese",
    "store",
    "portal",
    "schedule",
    "fetch",
    "discover",
    "extract",
    "dedup",
    "archive",
    "index",
    "triage",
    "share",
    "accounts",
    "pipeline",
    "web",
    "config",
    "app",
];

/// Crates that only their owners may name. `table.rs` of each stage may name `sqlx` too.
const OWNERS: [(&str, &[&str]); 11] = [
    ("tokio_cron_scheduler", &["schedule", "commands"]),
    ("reqwest", &["fetch", "index"]),
    ("governor", &["fetch"]),
    ("feed_rs", &["discover"]),
    ("scraper", &["extract", "discover"]),
    ("sled", &["dedup"]),
    ("spider", &["pipeline"]),
    ("tantivy", &["index"]),
    ("meilisearch_sdk", &["index"]),
    ("argon2", &["accounts"]),
    ("askama", &["web", "share"]),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("src is there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn module_of(path: &Path) -> String {
    let first = path.components().next().expect("a path").as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// Each source file with its module and its code, comments left out.
fn files() -> Vec<(PathBuf, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    sources(&root, &mut found);
    found
        .into_iter()
        // Tests may look at a thing with whatever shows it best.
        .filter(|path| path.file_name().is_none_or(|name| name != "tests.rs"))
        .map(|path| {
            let code = fs::read_to_string(&path).expect("a source file");
            let code = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
            let relative = path.strip_prefix(&root).expect("inside src").to_owned();
            let module = module_of(&relative);
            (relative, module, code)
        })
        .collect()
}

/// The modules of this crate that a file names after `crate::`, nested braces included.
fn imports(code: &str) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut word = String::new();
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => {
                        named.insert(std::mem::take(&mut word));
                        break;
                    }
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        named.insert(std::mem::take(&mut word));
                    }
                    c if depth == 0 => word.push(c),
                    _ => {}
                }
            }
        } else {
            named.insert(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    named.into_iter().map(|word| word.trim().split("::").next().unwrap_or_default().trim().to_owned()).collect()
}

#[test]
fn modules_import_only_from_their_left() {
    let place = |module: &str| ORDER.iter().position(|known| *known == module);
    let mut wrong = Vec::new();
    for (path, module, code) in files() {
        let own = match module.as_str() {
            "lib" | "main" | "commands" => ORDER.len(),
            module => place(module).unwrap_or_else(|| panic!("{module} has no place in the order")),
        };
        for named in imports(&code) {
            let right = place(&named).is_some_and(|at| at > own);
            let commands = named == "commands" && module != "commands" && module != "main";
            if right || commands {
                wrong.push(format!("{} imports {named}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_crate_has_one_owner() {
    let mut wrong = Vec::new();
    for (path, module, code) in files() {
        for (name, owners) in OWNERS {
            let named = code.contains(&format!("{name}::")) || code.contains(&format!("use {name}"));
            if named && !owners.contains(&module.as_str()) {
                wrong.push(format!("{} names {name}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_clock_is_read_in_one_place() {
    let wrong: Vec<_> = files()
        .into_iter()
        .filter(|(_, module, code)| {
            module != "clock" && (code.contains("Timestamp::now()") || code.contains("SystemTime::now()"))
        })
        .map(|(path, _, _)| path)
        .collect();
    assert!(wrong.is_empty(), "{wrong:?} read the clock");
}
