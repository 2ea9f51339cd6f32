//! Two articles that may be one in, what each says that the other does not out, so that an editor sees at a glance whether
//! they are. Never more than a few lines; whoever needs more opens both.

use anyhow::Context;

use crate::archive::difference::{Fact, FactKind, Wording, difference};
use crate::archive::stories::Question;
use crate::archive::{self};
use crate::web::Site;
use crate::web::frame::Frame;
use crate::web::outward;

/// Questions of one page whose articles are compared.
const COMPARED: usize = 20;
/// Characters of each text that are compared: what a story is stands at its beginning.
const READ: usize = 6_000;
/// Facts that are shown, and characters of each.
const FACTS: usize = 6;
const LONGEST: usize = 180;

/// A question with what tells its articles apart.
pub(in crate::web) struct Compared {
    pub(in crate::web) question: Question,
    pub(in crate::web) facts: Vec<Fact>,
}

/// The questions, the first of them with what their articles differ in.
pub(in crate::web) async fn compared(site: &Site, questions: Vec<Question>) -> anyhow::Result<Vec<Compared>> {
    let mut texts = Vec::new();
    for question in questions.iter().take(COMPARED) {
        let [first, other] = question.sides();
        texts.push((told(site, &first.id).await?, told(site, &other.id).await?));
    }
    let facts = tokio::task::spawn_blocking(move || texts.iter().map(|(one, other)| facts(one, other)).collect());
    let facts: Vec<Vec<Fact>> = facts.await.context("cannot compare two articles")?;
    let mut facts = facts.into_iter();
    Ok(questions.into_iter().map(|question| Compared { question, facts: facts.next().unwrap_or_default() }).collect())
}

/// What an article says, without people's numbers.
#[derive(Default)]
struct Told {
    title: String,
    summary: String,
    text: String,
}

impl Told {
    /// All but the headline: both headlines stand above what is told here.
    fn wording(&self) -> Wording<'_> {
        Wording { title: "", summary: &self.summary, text: &self.text }
    }
}

async fn told(site: &Site, id: &str) -> anyhow::Result<Told> {
    let Some(article) = archive::table::find(site.parts.store.pool(), id).await? else { return Ok(Told::default()) };
    let text: String = article.text.chars().take(READ).collect();
    let [title, summary, text] = [&article.title, &article.summary, &text].map(|text| outward::masked(text));
    Ok(Told { title, summary, text })
}

fn facts(one: &Told, other: &Told) -> Vec<Fact> {
    let mut facts = difference(&one.wording(), &other.wording()).facts;
    // What the other says in its headline is not missing there.
    facts.retain(|fact| match (&fact.before, &fact.after) {
        (Some(said), None) => !other.title.contains(said.as_str()),
        (None, Some(said)) => !one.title.contains(said.as_str()),
        _ => true,
    });
    // Whole sentences say most, and what only one of the two has more than what is said a little differently.
    facts.sort_by_key(|fact| (fact.kind != FactKind::Sentence, fact.before.is_some() && fact.after.is_some()));
    facts.truncate(FACTS);
    for fact in &mut facts {
        (fact.before, fact.after) = (fact.before.take().map(short), fact.after.take().map(short));
    }
    facts
}

fn short(text: String) -> String {
    if text.chars().count() <= LONGEST {
        return text;
    }
    let cut: String = text.chars().take(LONGEST).collect();
    let end = cut.rfind(' ').unwrap_or(cut.len());
    format!("{} …", &cut[..end])
}

impl Frame {
    /// What one of two articles says that the other does not: `Chỉ bài dưới có câu: …`.
    pub(in crate::web) fn differs(&self, fact: &Fact) -> String {
        let kind = match fact.kind {
            FactKind::Document => "document",
            FactKind::Date => "date",
            FactKind::Number => "number",
            FactKind::Name => "name",
            FactKind::Sentence => "sentence",
        };
        let kind = self.word("fact", kind);
        match (&fact.before, &fact.after) {
            (Some(one), None) => format!("{} {kind}: {one}", self.say("same.only_first")),
            (None, Some(other)) => format!("{} {kind}: {other}", self.say("same.only_second")),
            (Some(one), Some(other)) => format!("{} {kind}: {one} ≠ {other}", self.say("same.differ")),
            (None, None) => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_one_of_them_says_is_told() {
        let text = |own: &str| Told {
            text: format!("Sáng nay Bộ họp với các địa phương về phòng dịch.\n{own}"),
            ..Told::default()
        };
        let told = |one: &str, other: &str| {
            let facts = facts(&text(one), &text(other));
            facts.into_iter().map(|fact| (fact.kind, fact.before, fact.after)).collect::<Vec<_>>()
        };
        let sentence = "Đoàn công tác đã đến hai xã miền núi và trao quà cho các hộ khó khăn.";
        assert_eq!(told("", sentence), [(FactKind::Sentence, None, Some(sentence.to_owned()))]);
        assert_eq!(told(sentence, ""), [(FactKind::Sentence, Some(sentence.to_owned()), None)]);
        assert_eq!(told(sentence, sentence), []);
        let many: String =
            (0..30).map(|n| format!("Xã số {n} đã tiếp nhận {n} tấn hàng cứu trợ cho người dân.\n")).collect();
        assert_eq!(told("", &many).len(), FACTS);
        let long = format!("Đoàn công tác {}.", "đã đến các xã miền núi ".repeat(40));
        let found = told("", &long).remove(0).2.unwrap_or_default();
        assert!(found.chars().count() <= LONGEST + 2 && found.ends_with(" …"), "{found}");
    }

    #[test]
    fn what_a_headline_says_is_not_missing() {
        let with_text = |title: &str, text: &str| Told { title: title.into(), text: text.into(), ..Told::default() };
        let long = with_text("Vay mua nhà", "Lãi suất 4,8% áp dụng cho mọi khoản vay trong năm nay.");
        let short = with_text("Vay mua nhà với lãi suất 4,8%", "Lãi suất áp dụng cho mọi khoản vay trong năm nay.");
        let elsewhere = with_text("Vay mua nhà", &short.text);
        let numbers = |one, other| facts(one, other).iter().filter(|fact| fact.kind == FactKind::Number).count();
        assert_eq!((numbers(&long, &short), numbers(&short, &long)), (0, 0));
        assert_eq!((numbers(&long, &elsewhere), numbers(&elsewhere, &long)), (1, 1));
    }
}
