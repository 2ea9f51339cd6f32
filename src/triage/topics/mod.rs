//! What a story is about: one of some twenty fields of state administration.
//!
//! In come the editable list and what is known of a story; out comes a suggestion with the words that it goes by, or
//! nothing. Officers and editors decide; who may overwrite whom is [`super::ownership`].

mod list;
mod people;
pub mod table;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

pub use people::{AGREEMENT_DAYS, Agreement, Refused, agreement, set};

use super::sought::{Sought, Word};
use crate::vietnamese::document;

/// The list that the program brings.
const SEED: &str = include_str!("topics.toml");

/// Points under which nothing is suggested: one word of the text alone says nothing.
const ENOUGH: u32 = 4;
/// Points of a word by where it stands, of the portal's own body, and of the body that issued a cited document.
const IN_TITLE: u32 = 4;
const IN_SECTION: u32 = 4;
const IN_SUMMARY: u32 = 2;
const IN_TEXT: u32 = 1;
const PORTAL: u32 = 3;
const ISSUER: u32 = 2;
/// Further words of a longer name say more: `dịch tả lợn` goes before `dịch`.
const LONG_WORD: u32 = 1;
/// Reasons that are kept; the others only repeat them.
const MOST_REASONS: usize = 6;
/// Topics of a list, words of a topic, and characters of a word, at most.
pub const MAX_TOPICS: usize = 200;
const MAX_WORDS: usize = 300;
const MAX_WORD: usize = 120;
/// Characters of the text that are looked at: what an article is about stands at its beginning.
pub const TEXT_CHARS: usize = 2_000;

/// A field of state administration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// Its short name in addresses and files: `y-te`.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its name in English.
    #[serde(default)]
    pub name_en: String,
    /// Words that tell it.
    #[serde(default)]
    pub words: Vec<String>,
    /// Words in the names of the bodies whose field it is.
    #[serde(default)]
    pub bodies: Vec<String>,
    /// Given to nothing new; stories that have it keep it.
    #[serde(default)]
    pub retired: bool,
}

/// What a suggestion goes by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// Headline.
    pub title: String,
    /// Sapo.
    pub summary: String,
    /// Beginning of the text.
    pub text: String,
    /// Section of the portal that it stands in, as the page says.
    pub section: String,
    /// Name of its portal.
    pub portal: String,
    /// Canonical numbers of the documents that it cites.
    pub documents: Vec<String>,
}

/// A topic with its reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The topic's code.
    pub code: String,
    /// Where something was found (`title`, `section`, `summary`, `text`, `portal`, `issuer`) and what.
    pub why: Vec<(String, String)>,
}

/// A list of topics, made ready to be looked for.
pub struct Topics(Vec<Prepared>);

struct Prepared {
    topic: Topic,
    name: Word,
    words: Vec<Word>,
    bodies: Vec<Word>,
}

#[derive(Deserialize)]
struct List {
    topic: Vec<Topic>,
}

/// Reads a list of topics from TOML.
///
/// # Errors
/// When it is no list of topics, or a code is used twice or cannot stand in an address.
pub fn read(toml: &str) -> Result<Vec<Topic>> {
    let list: List = toml::from_str(toml).context("cannot read the list of topics")?;
    for (at, topic) in list.topic.iter().enumerate() {
        check(topic)?;
        let twice = list.topic[..at].iter().any(|other| other.code == topic.code);
        anyhow::ensure!(!twice, "topic `{}` stands there twice (give each its own code)", topic.code);
    }
    Ok(list.topic)
}

/// Whether a topic can be kept.
///
/// # Errors
/// When its code cannot stand in an address, it has no name, or it is too large.
pub fn check(topic: &Topic) -> Result<()> {
    let is_code = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let good = (1..=40).contains(&topic.code.len()) && topic.code.chars().all(is_code);
    anyhow::ensure!(good, "topic code `{}` is not usable (write small letters, digits and hyphens)", topic.code);
    let plain = |text: &str| text.chars().count() <= MAX_WORD && !text.contains(char::is_control);
    anyhow::ensure!(!topic.name.trim().is_empty(), "topic `{}` has no name (give it one)", topic.code);
    let names = [&topic.name, &topic.name_en].into_iter().chain(&topic.words).chain(&topic.bodies);
    if let Some(word) = names.into_iter().find(|word| !plain(word)) {
        anyhow::bail!("topic `{}`: `{word}` is too long (at most {MAX_WORD} characters on one line)", topic.code);
    }
    let most = topic.words.len().max(topic.bodies.len());
    anyhow::ensure!(most <= MAX_WORDS, "topic `{}` has {most} words (at most {MAX_WORDS})", topic.code);
    Ok(())
}

/// The list that the program brings.
///
/// # Errors
/// Never in a program that was tested: the list is part of it.
pub fn seed() -> Result<Vec<Topic>> {
    read(SEED)
}

impl Topics {
    /// Makes a list ready.
    #[must_use]
    pub fn new(topics: Vec<Topic>) -> Self {
        let words = |words: &[String]| words.iter().map(|word| Word::new(word)).collect::<Vec<_>>();
        let prepare = |topic: Topic| Prepared {
            name: Word::new(&topic.name),
            words: words(&topic.words),
            bodies: words(&topic.bodies),
            topic,
        };
        Self(topics.into_iter().filter(|topic| !topic.retired).map(prepare).collect())
    }

    /// The topic that fits best, with what was found; of equals the first of the list.
    #[must_use]
    pub fn suggest(&self, subject: &Subject) -> Option<Suggestion> {
        let texts = [
            ("title", IN_TITLE, Sought::new(&subject.title)),
            ("section", IN_SECTION, Sought::new(&subject.section)),
            ("summary", IN_SUMMARY, Sought::new(&subject.summary)),
            ("text", IN_TEXT, Sought::new(&subject.text)),
        ];
        let portal = Sought::new(&subject.portal);
        let issuers: Vec<Sought> =
            subject.documents.iter().filter_map(|number| document::issuer(number)).map(Sought::new).collect();
        let mut best: Option<(u32, Suggestion)> = None;
        for prepared in &self.0 {
            let (points, why) = prepared.points(&texts, &portal, &issuers);
            if points >= ENOUGH && best.as_ref().is_none_or(|(most, _)| points > *most) {
                best = Some((points, Suggestion { code: prepared.topic.code.clone(), why }));
            }
        }
        best.map(|(_, suggestion)| suggestion)
    }
}

impl Prepared {
    /// Each word counts once, where it counts most.
    fn points(
        &self,
        texts: &[(&str, u32, Sought)],
        portal: &Sought,
        issuers: &[Sought],
    ) -> (u32, Vec<(String, String)>) {
        let mut found: Vec<(u32, &str, &str)> = Vec::new();
        let named = self.topic.words.iter().zip(&self.words);
        for (text, word) in named.chain(std::iter::once((&self.topic.name, &self.name))) {
            if let Some((place, points, _)) = texts.iter().find(|(_, _, sought)| sought.has(word)) {
                let syllables = u32::try_from(text.split_whitespace().count()).unwrap_or(1);
                let long = if *points > IN_TEXT { LONG_WORD * syllables.saturating_sub(1).min(3) } else { 0 };
                found.push((points + long, place, text));
            }
        }
        let mut body = |sought: &[&Sought], place: &'static str, points: u32| {
            let bodies = self.topic.bodies.iter().zip(&self.bodies);
            let mut there = bodies.filter(|(_, body)| sought.iter().any(|name| name.has(body)));
            if let Some((text, _)) = there.next() {
                found.push((points, place, text));
            }
        };
        body(&[portal], "portal", PORTAL);
        body(&issuers.iter().collect::<Vec<_>>(), "issuer", ISSUER);
        found.sort_by_key(|(points, _, _)| std::cmp::Reverse(*points));
        let why = found.iter().take(MOST_REASONS).map(|(_, place, text)| ((*place).to_owned(), (*text).to_owned()));
        (found.iter().map(|(points, _, _)| points).sum(), why.collect())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    /// The topic of a headline on a portal, with the first reason.
    fn check(portal: &str, title: &str, expected: &str) {
        let topics = Topics::new(seed().unwrap());
        let subject = Subject { title: title.into(), portal: portal.into(), ..Subject::default() };
        let told = topics.suggest(&subject).map(|found| {
            let (place, word) = found.why.first().cloned().unwrap_or_default();
            format!("{} {place} {word}", found.code)
        });
        assert_eq!(told.unwrap_or_default(), expected, "{portal}: {title}");
    }

    #[test]
    fn headlines_tell_their_field() {
        check("Bộ Y tế", "Tăng cường tiêm chủng mở rộng", "y-te title tiêm chủng");
        check("Bộ Công an", "Triệt phá đường dây mua bán ma túy", "an-ninh-trat-tu title ma túy");
        check("UBND tỉnh Lào Cai", "Ứng phó bão số 5", "thien-tai title bão số");
        check("UBND tỉnh Lào Cai", "Công bố bảng giá đất năm 2027", "tai-nguyen-moi-truong title bảng giá đất");
        check("Sở Xây dựng", "Khởi công dự án nhà ở xã hội", "xay-dung-nha-o title nhà ở xã hội");
        check("UBND tỉnh", "Phong chong dich ta lon chau Phi", "nong-nghiep title dịch tả lợn");
    }

    #[test]
    fn what_says_nothing_has_no_topic() {
        check("UBND tỉnh Lào Cai", "Chủ tịch làm việc với xã Bắc Hà", "");
        check("Bộ Y tế", "Thông báo nghỉ lễ", "");
        check("UBND tỉnh", "Lanh dao tinh tham hoi", "");
        check("", "", "");
    }

    #[test]
    fn the_list_is_whole_and_mistakes_are_told() {
        let topics = seed().unwrap();
        assert!((18..=30).contains(&topics.len()), "{}", topics.len());
        assert!(topics.iter().all(|topic| !topic.name_en.is_empty() && topic.words.len() >= 8));
        let twice = "[[topic]]\ncode = 'a'\nname = 'A'\n".repeat(2);
        assert!(read(&twice).unwrap_err().to_string().contains("twice"));
        assert!(read("[[topic]]\ncode = 'Á'\nname = 'A'\n").is_err());
        assert!(read("[[topic]]\ncode = 'a'\nname = ' '\n").is_err());
    }
}
