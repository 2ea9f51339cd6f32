//! The software that portals run on, as data: one file a family with what gives it away and its selectors. A new
//! family is a new file and one line in [`FILES`].

use std::sync::LazyLock;

use regex::RegexSet;
use serde::Deserialize;

use super::selected::Selected;
use crate::portal::Rules;

/// Every family's file.
const FILES: [&str; 12] = [
    include_str!("families/onecms.toml"),
    include_str!("families/uiarticle.toml"),
    include_str!("families/content_article.toml"),
    include_str!("families/liferay.toml"),
    include_str!("families/sharepoint.toml"),
    include_str!("families/nukeviet.toml"),
    include_str!("families/dotnetnuke.toml"),
    include_str!("families/joomla.toml"),
    include_str!("families/drupal.toml"),
    include_str!("families/wordpress.toml"),
    include_str!("families/domino.toml"),
    include_str!("families/umbraco.toml"),
];

/// A family's file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Family {
    /// What it is called.
    name: String,
    /// Texts in the markup that give it away; one is enough.
    detect: Vec<String>,
    /// Its selectors.
    rules: Rules,
}

/// Families ready to be recognised.
struct Known {
    families: Vec<Selected>,
    hints: RegexSet,
    /// The family of each hint.
    owner: Vec<usize>,
}

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let mut known = Known { families: Vec::new(), hints: RegexSet::empty(), owner: Vec::new() };
    let mut hints = Vec::new();
    for file in FILES {
        let family: Family = toml::from_str(file).expect("the files are constants that the tests read");
        known.owner.extend(std::iter::repeat_n(known.families.len(), family.detect.len()));
        hints.extend(family.detect.iter().map(|hint| regex::escape(hint)));
        known.families.push(Selected::new(&format!("family {}", family.name), &family.rules));
    }
    known.hints = RegexSet::new(hints).expect("escaped texts are patterns");
    known
});

/// The families whose marks the page bears, the surest first.
pub(super) fn recognise(html: &str) -> Vec<&'static Selected> {
    let known = &*KNOWN;
    let mut votes = vec![0_u32; known.families.len()];
    for hint in known.hints.matches(html) {
        votes[known.owner[hint]] += 1;
    }
    let mut order: Vec<_> = (0..votes.len()).filter(|&family| votes[family] > 0).collect();
    order.sort_by_key(|&family| std::cmp::Reverse(votes[family]));
    order.into_iter().map(|family| &known.families[family]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_read_and_every_selector_compiles() {
        for family in &KNOWN.families {
            assert!(family.problems.is_empty(), "{}: {:?}", family.origin, family.problems);
        }
        assert_eq!(KNOWN.families.len(), FILES.len());
    }

    #[test]
    fn recognised_by_their_marks() {
        let check = |html: &str, expected: &str| {
            let first = recognise(html).first().map_or("", |family| family.origin.as_str());
            assert_eq!(first, expected, "{html}");
        };
        check(r#"<div data-role="publishdate">"#, "family OneCMS");
        check(r#"<meta name="generator" content="NukeViet v4.5">"#, "family NukeViet");
        check("<div class='ms-rtestate-field'>", "family SharePoint");
        check("<p>chữ", "");
    }
}
