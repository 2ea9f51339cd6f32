//! The registry that lantoa comes with can be read, and says what it should.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::HashSet;
use std::path::Path;

use lantoa::portal::{Entry, Kind};
use lantoa::vietnamese::place;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seeds {
    portal: Vec<Entry>,
}

fn entries() -> Vec<Entry> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    let mut entries = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.file_name().unwrap() == "provinces.toml" {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let seeds: Seeds = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        entries.extend(seeds.portal);
    }
    entries
}

#[test]
fn every_portal_is_complete_and_known_once() {
    let entries = entries();
    let slugs: HashSet<&str> = entries.iter().map(|entry| entry.slug.as_str()).collect();
    assert_eq!(entries.len(), 65);
    assert_eq!(slugs.len(), 65, "slugs are unique");
    let mut hosts = HashSet::new();
    for entry in &entries {
        let slug = &entry.slug;
        assert!(slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'), "{slug}");
        assert!(!entry.name.is_empty() && !entry.name_en.is_empty() && !entry.sources.is_empty(), "{slug}");
        assert!(matches!(entry.confidence.as_str(), "verified" | "domain verified" | "unverified"), "{slug}");
        if let Some(parent) = &entry.parent {
            assert!(slugs.contains(parent.as_str()) && parent != slug, "{slug}: no parent {parent}");
        }
        let sources = entry.sources.iter().map(|source| &source.url);
        for url in sources.chain([&entry.url]) {
            assert!(matches!(url.scheme(), "http" | "https") && url.domain().is_some(), "{slug}: {url}");
            assert!(
                !url.as_str().contains(['<', '>', '{', '…']) && !url.as_str().contains("%E2%80%A6"),
                "{slug}: {url}"
            );
        }
        let home = entry.url.domain().unwrap().trim_start_matches("www.");
        for domain in entry.aliases.iter().map(String::as_str).chain([home]) {
            assert!(domain.contains('.') && !domain.contains(['/', ':', ' ']), "{slug}: {domain}");
            assert!(hosts.insert(domain.to_owned()), "{domain} belongs to two portals");
        }
    }
}

#[test]
fn merged_bodies_lead_to_their_successors() {
    let entries = entries();
    let homes: HashSet<&str> = entries.iter().filter_map(|entry| entry.url.domain()).collect();
    let provinces: Vec<&Entry> = entries.iter().filter(|entry| entry.kind == Kind::Province).collect();
    assert_eq!(provinces.len(), place::provinces().len());
    let mut merged = 0;
    for entry in &entries {
        for predecessor in &entry.predecessors {
            assert!(predecessor.until.is_some(), "{}: {}", entry.slug, predecessor.name);
            if let Some(domain) = &predecessor.domain {
                assert!(!homes.contains(domain.as_str()), "{domain} is the home of another portal");
            }
            if entry.kind == Kind::Province {
                let province = place::successor(&predecessor.name).unwrap();
                assert_eq!(place::successor(&entry.name), Some(province), "{}", predecessor.name);
                assert!(predecessor.domain.is_some(), "{}", predecessor.name);
                merged += 1;
            }
        }
    }
    assert_eq!(merged, 29);
}
