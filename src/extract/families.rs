//! The software that portals run on, as data: one file a family with what gives it away and its selectors. The files
//! here are carried in the binary; an operator's own are added to them or take their place, by name. No file is read
//! from a disk here.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use toml::Spanned;

use super::literals::Literals;
use super::selected::Selected;
use super::selector::{self, Asked};
use crate::portal::Rules;

/// Every carried file.
const FILES: [&str; 17] = [
    include_str!("families/onecms.toml"),
    include_str!("families/uiarticle.toml"),
    include_str!("families/content_article.toml"),
    include_str!("families/liferay.toml"),
    include_str!("families/sharepoint.toml"),
    include_str!("families/tandan.toml"),
    include_str!("families/sharepoint_labels.toml"),
    include_str!("families/sharepoint_news.toml"),
    include_str!("families/sharepoint_description.toml"),
    include_str!("families/nukeviet.toml"),
    include_str!("families/dotnetnuke.toml"),
    include_str!("families/joomla.toml"),
    include_str!("families/drupal.toml"),
    include_str!("families/wordpress.toml"),
    include_str!("families/domino.toml"),
    include_str!("families/umbraco.toml"),
    include_str!("families/plone.toml"),
];

/// Characters that a mark has at least: a shorter one stands on every page.
const SHORTEST_MARK: usize = 4;

/// A family's file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// What it is called.
    name: Spanned<String>,
    /// The family that this one is built upon: where both are recognised, this one is asked first.
    #[serde(default)]
    on: String,
    /// Texts in the markup that give it away; one is enough.
    detect: Spanned<Vec<String>>,
    /// Its selectors.
    rules: Rules,
}

/// A family of portal software.
pub struct Family {
    /// What it is called.
    pub name: String,
    /// The file it was read from; nothing for a carried one.
    pub file: Option<String>,
    /// A carried family of the same name stood in its place.
    pub replaces: bool,
    /// The family that it is built upon; often empty.
    pub on: String,
    /// Texts in the markup that give it away.
    pub detect: Vec<String>,
    /// Its selectors.
    pub rules: Rules,
    /// The file as it is written.
    pub text: String,
    selected: Selected,
}

/// Families ready to be recognised.
pub struct Families {
    families: Vec<Family>,
    hints: Literals,
    /// The family of each hint.
    owner: Vec<usize>,
    asked: Asked,
}

static CARRIED: LazyLock<Families> = LazyLock::new(|| {
    let read = |text: &&str| Family::read(text, None).expect("the files are constants that the tests read");
    Families::of(FILES.iter().map(read).collect())
});

impl Families {
    /// The carried ones.
    #[must_use]
    pub fn carried() -> &'static Self {
        &CARRIED
    }

    /// The carried ones with `files`, each a name and its text: a file whose family has the name of a carried one takes
    /// its place, whatever the case of the letters. Returns a line for each file that cannot be used.
    #[must_use]
    pub fn with(files: &[(String, String)]) -> (Self, Vec<String>) {
        let mut problems = Vec::new();
        let mut families: Vec<Family> = FILES.iter().filter_map(|text| Family::read(text, None).ok()).collect();
        for (file, text) in files {
            match Family::read(text, Some(file)) {
                Err(problem) => problems.push(problem),
                Ok(mut family) => {
                    let key = family.name.to_lowercase();
                    match families.iter_mut().find(|known| known.name.to_lowercase() == key) {
                        Some(Family { file: Some(first), .. }) => problems.push(format!(
                            "{file}: key name: family `{}` is also in {first}, which is used: rename or remove one",
                            family.name
                        )),
                        Some(carried) => {
                            family.replaces = true;
                            *carried = family;
                        }
                        None => families.push(family),
                    }
                }
            }
        }
        for family in &families {
            let is_known = families.iter().any(|other| other.name == family.on);
            if let Some(file) = family.file.as_ref().filter(|_| !family.on.is_empty() && !is_known) {
                problems.push(format!("{file}: key on: there is no family `{}` (see lantoa families list)", family.on));
            }
        }
        (Self::of(families), problems)
    }

    fn of(families: Vec<Family>) -> Self {
        let mut owner = Vec::new();
        let mut hints = Vec::new();
        for (place, family) in families.iter().enumerate() {
            owner.extend(std::iter::repeat_n(place, family.detect.len()));
            hints.extend(family.detect.iter().cloned());
        }
        let mut asked = Asked::default();
        families.iter().for_each(|family| asked.add_all(family.selected.asked()));
        Self { families, hints: Literals::new(hints), owner, asked }
    }

    /// The attributes that their selectors ask for.
    pub(super) fn asked(&self) -> &Asked {
        &self.asked
    }

    /// Every family: the carried ones in their order, then those that were added.
    #[must_use]
    pub fn all(&self) -> &[Family] {
        &self.families
    }

    /// The family of this name, whatever the case of the letters.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Family> {
        let key = name.to_lowercase();
        self.families.iter().find(|family| family.name.to_lowercase() == key)
    }

    /// The names of the families whose marks the page bears, the surest first.
    #[must_use]
    pub fn names_on(&self, html: &str) -> Vec<&str> {
        self.ranked(html).into_iter().map(|place| self.families[place].name.as_str()).collect()
    }

    /// The selectors of links to articles, and of the link to the next page, of the families whose marks a listing bears,
    /// the surest first.
    #[must_use]
    pub fn listing_selectors(&self, html: &str) -> (Vec<String>, Vec<String>) {
        let rules = || self.ranked(html).into_iter().map(|place| &self.families[place].rules);
        (
            rules().flat_map(|rules| rules.links.clone()).collect(),
            rules().flat_map(|rules| rules.next.clone()).collect(),
        )
    }

    /// The selectors of the families whose marks the page bears, the surest first.
    pub(super) fn recognise(&self, html: &str) -> Vec<&Selected> {
        self.ranked(html).into_iter().map(|place| &self.families[place].selected).collect()
    }

    fn ranked(&self, html: &str) -> Vec<usize> {
        let mut votes = vec![0_u32; self.families.len()];
        for hint in self.hints.found_in(html) {
            votes[self.owner[hint]] += 1;
        }
        let mut order: Vec<usize> = (0..votes.len()).filter(|&place| votes[place] > 0).collect();
        // What a family is built upon bears more marks than its own; it still comes after it.
        let with_base = |place: usize| {
            let on = &self.families[place].on;
            let base = self.families.iter().position(|family| !on.is_empty() && family.name == *on);
            votes[place] + base.map_or(0, |base| votes[base])
        };
        order.sort_by_key(|&place| std::cmp::Reverse((with_base(place), !self.families[place].on.is_empty())));
        order
    }
}

impl Family {
    /// Reads a family's file.
    ///
    /// # Errors
    /// One line that names the file, the line, the key and the mend.
    pub fn read(text: &str, file: Option<&str>) -> Result<Self, String> {
        let place = |at: usize| format!("{}: line {}", file.unwrap_or("carried family"), line_of(text, at));
        let read: File = toml::from_str(text).map_err(|cause| {
            let at = cause.span().map_or(0, |span| span.start);
            let words = cause.message().lines().next().unwrap_or("cannot be read").to_owned();
            let mend =
                if words.starts_with("missing field") { " (see lantoa families show OneCMS for the form)" } else { "" };
            format!("{}: {words}{mend}", place(at))
        })?;
        let name = read.name.as_ref().trim();
        if name.is_empty() || name.chars().count() > 60 || name.chars().any(char::is_control) {
            return Err(format!(
                "{}: key name: give the family a name of 1-60 characters",
                place(read.name.span().start)
            ));
        }
        let marks = read.detect.as_ref();
        let short = marks.iter().find(|mark| mark.trim().chars().count() < SHORTEST_MARK);
        if marks.is_empty() || short.is_some() {
            let what = short.map_or_else(|| "it is empty".to_owned(), |mark| format!("`{mark}` is too short"));
            let mend = format!("give texts of {SHORTEST_MARK} or more characters from the software's own markup");
            return Err(format!("{}: key detect: {what}: {mend}", place(read.detect.span().start)));
        }
        if let Some(bad) = selector::bad_selectors(&read.rules).first() {
            let at = selector_at(text, bad.key, bad.place).unwrap_or(0);
            return Err(format!("{}: key rules.{}: `{}`: {}", place(at), bad.key, bad.selector, bad.why));
        }
        if read.rules.content.is_empty() {
            let at = text.find("[rules]").unwrap_or(0);
            return Err(format!("{}: key rules.content: name the element that holds the body", place(at)));
        }
        Ok(Self {
            selected: Selected::new(&format!("family {name}"), &read.rules),
            name: name.to_owned(),
            file: file.map(str::to_owned),
            replaces: false,
            on: read.on,
            detect: marks.clone(),
            rules: read.rules,
            text: text.to_owned(),
        })
    }
}

/// Where a selector stands in a family's file.
fn selector_at(text: &str, key: &str, place: usize) -> Option<usize> {
    #[derive(Deserialize)]
    struct Places {
        rules: BTreeMap<String, Vec<Spanned<String>>>,
    }
    let places: Places = toml::from_str(text).ok()?;
    Some(places.rules.get(key)?.get(place)?.span().start)
}

fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_carried_file_can_be_used() {
        for text in FILES {
            if let Err(problem) = Family::read(text, None) {
                panic!("{problem}");
            }
        }
        let families = Families::carried();
        assert_eq!(families.all().len(), FILES.len());
        for family in families.all().iter().filter(|family| !family.on.is_empty()) {
            assert!(families.find(&family.on).is_some(), "{} is built upon {}", family.name, family.on);
        }
    }

    #[test]
    fn recognised_by_their_marks() {
        let check = |html: &str, expected: &str| {
            assert_eq!(Families::carried().names_on(html).join(", "), expected, "{html}");
        };
        check(r#"<div data-role="publishdate">"#, "OneCMS");
        check(r#"<meta name="generator" content="NukeViet v4.5">"#, "NukeViet");
        check("<div class='ms-rtestate-field'>", "SharePoint");
        // SharePoint's own marks are more, and yet what stands upon it knows more.
        check(
            "<div id=s4-notdlg><div class=tandan-title-view><div class=ExternalClass0><div class='ms-rtestate-field'>",
            "Tân Dân, SharePoint",
        );
        check("<p>chữ", "");
    }

    const GOOD: &str = "name = \"Mẫu\"\ndetect = [\"mau-cms\"]\n[rules]\ntitle = [\".t\"]\ncontent = [\".b\"]\n";

    #[test]
    fn files_add_and_replace() {
        let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let own = GOOD.replace("Mẫu", "onecms");
        let (families, problems) = Families::with(&[file("a.toml", GOOD), file("b.toml", &own), file("c.toml", GOOD)]);
        assert_eq!(problems, ["c.toml: key name: family `Mẫu` is also in a.toml, which is used: rename or remove one"]);
        assert_eq!(families.all().len(), FILES.len() + 1);
        assert_eq!(families.names_on("<i class=mau-cms>"), ["onecms", "Mẫu"]);
        assert!(families.names_on(r#"<div data-role="publishdate">"#).is_empty(), "the carried one is replaced");
    }

    #[test]
    fn bad_files_are_one_line_and_the_others_go_on() {
        let check = |text: &str, expected: &str| {
            let (families, problems) = Families::with(&[("x.toml".to_owned(), text.to_owned())]);
            assert_eq!(families.all().len(), FILES.len());
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert!(problems[0].starts_with(expected) && !problems[0].contains('\n'), "{problems:?}");
        };
        check("name = ", "x.toml: line 1: ");
        check(&GOOD.replace("[rules]", "[rule]"), "x.toml: line 3: unknown field `rule`");
        check(&GOOD.replace("title", "titel"), "x.toml: line 4: unknown field `titel`");
        check(&GOOD.replace("detect = [\"mau-cms\"]", ""), "x.toml: line 1: missing field `detect`");
        check(&GOOD.replace("\"mau-cms\"", "\"a\""), "x.toml: line 2: key detect: `a` is too short");
        check(&GOOD.replace("\"mau-cms\"", ""), "x.toml: line 2: key detect: it is empty");
        check(&GOOD.replace(".b", "..b"), "x.toml: line 5: key rules.content: `..b`: this is no CSS selector");
        check(&GOOD.replace("content", "summary"), "x.toml: line 3: key rules.content: name the element");
        check(&GOOD.replace("Mẫu", " "), "x.toml: line 1: key name");
    }
}
