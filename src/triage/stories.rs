//! What editors decide about stories themselves: whether two articles tell one, which article leaves, which one stands
//! for the rest. Every deed is a decision of the story's item and can be taken back like the others.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::Options;
use super::decide::kept;
use super::table::{self, Standing};
use super::{MAX_REASON, State};
use crate::archive::stories::{self, Answer, Moved, Question};
use crate::clock::Timestamp;
use crate::store::{Connection, millis};

/// What an editor does with a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Says whether two articles tell one story.
    Answer {
        /// The question's number.
        question: i64,
        /// What it is.
        said: Answer,
    },
    /// Takes an article out of its story.
    Detach {
        /// The article's id.
        article: String,
    },
    /// Lets an article stand for its story.
    Lead {
        /// The article's id.
        article: String,
    },
}

/// What came of a deed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dealt {
    /// The item whose history has it.
    pub item: i64,
    /// The story of that item.
    pub story: String,
    /// The story that articles were moved to or from, when it is another.
    pub other: Option<String>,
    /// What the search index has to read again, with the record's new revision of each.
    pub dirty: Vec<(String, i64)>,
}

/// Why nothing was done.
#[derive(Clone, Debug, PartialEq)]
pub enum Declined {
    /// There is no such question, or the article is in no story of others.
    Unknown,
    /// Somebody answered before.
    Answered(Box<Question>),
    /// Both stories are being spread: one has to be recalled first.
    BothAmplified,
}

impl Deed {
    /// The word in the history.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Answer { said, .. } => said.as_str(),
            Self::Detach { .. } => "detach",
            Self::Lead { .. } => "lead",
        }
    }
}

/// Does something with a story, part of the caller's transaction.
///
/// # Errors
/// When the record cannot be read or written; what a person may answer for is in [`Declined`].
pub async fn deal(
    connection: &mut Connection,
    deed: &Deed,
    actor: &str,
    reason: &str,
    now: Timestamp,
) -> Result<Result<Dealt, Declined>> {
    let planned = match deed {
        Deed::Answer { question, said } => answer(connection, *question, *said, actor, now).await?,
        Deed::Detach { article } => detach(connection, article, actor, now).await?,
        Deed::Lead { article } => lead(connection, article, actor).await?,
    };
    let Done { story, detail, moved } = match planned {
        Ok(done) => done,
        Err(declined) => return Ok(Err(declined)),
    };
    let item = item_of(connection, &story, now).await?;
    note(connection, item, deed.as_str(), actor, reason, detail, None, now).await?;
    let mut dealt = Dealt { item, story: story.clone(), ..Dealt::default() };
    if let Some(moved) = moved {
        dealt.other = [&moved.from, &moved.to].into_iter().find(|one| **one != story).cloned();
        for one in [&moved.from, &moved.to] {
            settle_item(connection, one, actor, item, now).await?;
        }
        dealt.dirty = moved.dirty;
    }
    Ok(Ok(dealt))
}

/// What was done: the story whose history has it, what the history says, and what moved.
struct Done {
    story: String,
    detail: Value,
    moved: Option<Moved>,
}

async fn answer(
    connection: &mut Connection,
    id: i64,
    said: Answer,
    actor: &str,
    now: Timestamp,
) -> Result<Result<Done, Declined>> {
    let Some(question) = stories::question(connection, id).await? else { return Ok(Err(Declined::Unknown)) };
    if question.answer.is_some() {
        return Ok(Err(Declined::Answered(Box::new(question))));
    }
    let is_one = question.own_story == question.story;
    let (mut story, mut moved) = (question.story.clone(), None);
    if said == Answer::Same && !is_one {
        let own = standing_of(connection, &question.own_story).await?;
        let other = standing_of(connection, &question.story).await?;
        let is_amplified =
            |standing: &Option<Standing>| standing.as_ref().is_some_and(|one| one.state == State::Amplified);
        if is_amplified(&own) && is_amplified(&other) {
            return Ok(Err(Declined::BothAmplified));
        }
        // What is being spread goes on; otherwise the story that was there first.
        let (from, to) = if is_amplified(&own) {
            (&question.story, &question.own_story)
        } else {
            (&question.own_story, &question.story)
        };
        let articles = stories::articles_of(connection, from).await?;
        moved = Some(stories::shift(connection, &articles, from, to, now).await?);
        story.clone_from(to);
    }
    if said == Answer::Apart && is_one {
        moved = stories::detach(connection, &question.article.id, now).await?;
    }
    stories::answer(connection, id, Some(said), actor, now).await?;
    let mut detail = json!({ "question": id, "article": question.article.id, "near": question.near.id });
    if let Some(moved) = &moved {
        detail["moved"] = in_history(moved);
    }
    Ok(Ok(Done { story, detail, moved }))
}

async fn detach(
    connection: &mut Connection,
    article: &str,
    actor: &str,
    now: Timestamp,
) -> Result<Result<Done, Declined>> {
    let Some(moved) = stories::detach(connection, article, now).await? else { return Ok(Err(Declined::Unknown)) };
    // Later copies of the same text go by it.
    let question = stories::remember_apart(connection, article, &moved.from, actor, now).await?;
    let detail = json!({ "article": article, "question": question, "moved": in_history(&moved) });
    Ok(Ok(Done { story: moved.from.clone(), detail, moved: Some(moved) }))
}

async fn lead(connection: &mut Connection, article: &str, actor: &str) -> Result<Result<Done, Declined>> {
    let Some(story) = stories::story_of(connection, article).await? else { return Ok(Err(Declined::Unknown)) };
    let (before, before_by) = stories::set_lead(connection, &story, Some(article), actor).await?;
    let detail = json!({ "article": article, "lead_before": before, "lead_before_by": before_by });
    Ok(Ok(Done { story, detail, moved: None }))
}

/// Moves the articles of one item's story to another's, for the decision to merge them. Returns what the history says,
/// and what the search index has to read again.
pub(super) async fn merge(
    connection: &mut Connection,
    item: i64,
    into: i64,
    actor: &str,
    now: Timestamp,
) -> Result<(Value, Vec<(String, i64)>)> {
    let (from, to) = (table::story_of(connection, item).await?, table::story_of(connection, into).await?);
    let articles = stories::articles_of(connection, &from).await?;
    let moved = stories::shift(connection, &articles, &from, &to, now).await?;
    settle_item(connection, &to, actor, item, now).await?;
    Ok((in_history(&moved), moved.dirty))
}

/// Takes back what a decision did to stories, when it did anything; `item` is settled by whoever takes it back.
pub(super) async fn take_back(
    connection: &mut Connection,
    item: i64,
    detail: &Value,
    actor: &str,
    now: Timestamp,
) -> Result<Vec<(String, i64)>> {
    let mut dirty = Vec::new();
    let word = |value: &Value| value.as_str().map(str::to_owned);
    if let (Some(from), Some(to)) = (word(&detail["moved"]["from"]), word(&detail["moved"]["to"])) {
        let articles: Vec<String> =
            detail["moved"]["articles"].as_array().into_iter().flatten().filter_map(word).collect();
        dirty = stories::shift(connection, &articles, &to, &from, now).await?.dirty;
        for one in [&from, &to] {
            settle_item(connection, one, actor, item, now).await?;
        }
    }
    if let Some(question) = detail["question"].as_i64() {
        stories::answer(connection, question, None, actor, now).await?;
    }
    if detail.get("lead_before").is_some() {
        let story = table::story_of(connection, item).await?;
        let by = word(&detail["lead_before_by"]).unwrap_or_default();
        stories::set_lead(connection, &story, detail["lead_before"].as_str(), &by).await?;
    }
    Ok(dirty)
}

fn in_history(moved: &Moved) -> Value {
    json!({ "from": moved.from, "to": moved.to, "articles": moved.articles })
}

async fn standing_of(connection: &mut Connection, story: &str) -> Result<Option<Standing>> {
    match table::number_of_item(connection, story).await? {
        Some(item) => table::standing(connection, item).await,
        None => Ok(None),
    }
}

/// The item of a story; one is made for a story that was too old for the queue.
async fn item_of(connection: &mut Connection, story: &str, now: Timestamp) -> Result<i64> {
    if table::number_of_item(connection, story).await?.is_none() {
        table::refresh(connection, story, &Options::default(), now).await?;
    }
    table::number_of_item(connection, story).await?.with_context(|| format!("story {story} has no item"))
}

/// After articles moved: a story that has none left is no longer in the queue, one that has some again is. Its score is
/// made by the ordinary weights until the next round makes all of them anew.
async fn settle_item(connection: &mut Connection, story: &str, actor: &str, but: i64, now: Timestamp) -> Result<()> {
    let is_empty = stories::articles_of(connection, story).await?.is_empty();
    let item = table::number_of_item(connection, story).await?;
    if !is_empty {
        table::refresh(connection, story, &Options::default(), now).await?;
    }
    let Some(item) = item.filter(|item| *item != but) else { return Ok(()) };
    let Some(standing) = table::standing(connection, item).await? else { return Ok(()) };
    let (word, next) = match (is_empty, standing.state) {
        (true, State::Amplified) => ("recall", State::Recalled),
        (true, State::Merged | State::Recalled) => return Ok(()),
        (true, _) => ("merge", State::Merged),
        (false, State::Merged) => ("reopen", State::New),
        (false, _) => return Ok(()),
    };
    note(connection, item, word, actor, "", json!({}), Some(next), now).await
}

#[expect(clippy::too_many_arguments, reason = "a line of history has as many parts")]
async fn note(
    connection: &mut Connection,
    item: i64,
    word: &str,
    actor: &str,
    reason: &str,
    mut detail: Value,
    state: Option<State>,
    now: Timestamp,
) -> Result<()> {
    let standing = table::standing(connection, item).await?.with_context(|| format!("there is no item {item}"))?;
    // What stood before goes into the history, so that an undo needs nothing else.
    detail["before"] = kept(&standing);
    let next = Standing {
        state: state.unwrap_or(standing.state),
        revision: standing.revision + 1,
        updated_at: millis(now),
        ..standing.clone()
    };
    table::move_to(connection, item, &next).await?;
    let reason: String = reason.trim().chars().take(MAX_REASON).collect();
    table::add_decision(connection, item, (&standing, &next), word, actor, &reason, &detail, now).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use futures::FutureExt;

    use super::super::{Action, decide};
    use super::*;
    use crate::archive::{Copy, Incoming, Kin, Neighbour, article_id, keep_kin};
    use crate::extract::Article;
    use crate::store::Store;

    const TEXT: &str = "Sáng nay Bộ Y tế họp trực tuyến với các địa phương về phòng chống sốt xuất huyết.\n\
        Đến hết tháng 10 cả nước ghi nhận 1.250 ca mắc, giảm mạnh so với cùng kỳ năm trước.";
    const MORE: &str = "Tại An Giang, chính quyền xã đã vận động từng hộ dân đậy kín dụng cụ chứa nước sinh hoạt.";

    fn now() -> Timestamp {
        "2026-11-21T08:00:00Z".parse().unwrap()
    }

    fn id(portal: &str) -> String {
        article_id(portal, "https://x.vn/1")
    }

    /// Articles of portals `a`, `b`, …: their texts, and which one each is near to (`?` before it for perhaps).
    async fn keep(connection: &mut Connection, articles: &[(&str, &str, &str)]) -> Result<()> {
        for (place, (portal, text, near)) in articles.iter().enumerate() {
            let minutes = i64::try_from(place)?;
            sqlx::query("INSERT INTO portal (slug, name, kind, url, created_at) VALUES ($1, $1, 'ministry', '', 0)")
                .bind(portal)
                .execute(&mut *connection)
                .await?;
            let row: i64 = sqlx::query_scalar("SELECT MAX(id) FROM portal").fetch_one(&mut *connection).await?;
            let now = now() + jiff::SignedDuration::from_mins(minutes);
            let article = Article {
                title: (*portal).to_owned(),
                text: (*text).to_owned(),
                published: Some(now),
                ..Article::default()
            };
            let neighbour = |slug: &str| Neighbour { id: id(slug), share: 0.6, contained: 0.9 };
            let near = (!near.is_empty() && !near.starts_with('?')).then(|| neighbour(near));
            let perhaps = articles[place].2.strip_prefix('?').map(neighbour);
            let incoming = Incoming {
                id: id(portal),
                portal: row,
                url: format!("https://{portal}.vn/1").parse()?,
                content_hash: (*text).to_owned(),
                story: id(portal),
                copy: Copy::Origin,
                article,
                problems: Vec::new(),
                now,
            };
            let outcome = keep_kin(connection, &incoming, &Kin { near, perhaps, absent_at: None, ask: true }).await?;
            table::refresh(connection, &outcome.story, &Options::default(), now).await?;
        }
        Ok(())
    }

    /// The stories as letters, and the states of their items: `ab c | new new`.
    async fn told(connection: &mut Connection) -> Result<String> {
        let stories: Vec<(String,)> = sqlx::query_as(
            "SELECT GROUP_CONCAT(title, '') FROM (SELECT * FROM article ORDER BY title) GROUP BY story_id ORDER BY MIN(title)",
        )
        .fetch_all(&mut *connection)
        .await?;
        let states: Vec<(String,)> =
            sqlx::query_as("SELECT state FROM triage_item ORDER BY id").fetch_all(connection).await?;
        let join = |words: Vec<(String,)>| words.into_iter().map(|(word,)| word).collect::<Vec<_>>().join(" ");
        Ok(format!("{} | {}", join(stories), join(states)))
    }

    enum Step {
        Deed(Deed),
        Act(i64, Action),
    }

    /// Keeps articles and does things; answers with the stories after each.
    async fn check(
        articles: &'static [(&'static str, &'static str, &'static str)],
        steps: Vec<Step>,
        expected: &[&str],
    ) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("lantoa.db")).await.unwrap();
        let found = store.write(move |connection| {
            async move {
                keep(connection, articles).await?;
                let mut found = vec![told(connection).await?];
                for step in steps {
                    match step {
                        Step::Deed(deed) => {
                            let dealt = deal(connection, &deed, "lan", "", now()).await?;
                            if let Err(declined) = dealt {
                                found.push(format!("{declined:?}").split('(').next().unwrap_or_default().to_owned());
                                continue;
                            }
                        }
                        Step::Act(item, action) => {
                            let revision = table::standing(connection, item).await?.unwrap().revision;
                            decide(connection, item, &action, revision, "lan", "", now()).await?.unwrap();
                        }
                    }
                    found.push(told(connection).await?);
                }
                Ok(found)
            }
            .boxed()
        });
        assert_eq!(found.await.unwrap(), expected);
    }

    fn say(said: Answer) -> Step {
        Step::Deed(Deed::Answer { question: 1, said })
    }

    #[tokio::test]
    async fn a_match_that_is_not_verbatim_is_settled_by_an_editor() {
        const THREE: &[(&str, &str, &str)] = &[("a", TEXT, ""), ("b", "Tin khác.", "a"), ("c", "Tin khác.", "b")];
        // What copies word for word goes along.
        let undo = Step::Act(1, Action::Undo);
        check(
            THREE,
            vec![say(Answer::Apart), say(Answer::Same), undo, say(Answer::Same)],
            &["abc | new", "a bc | new new", "Answered", "abc | new merged", "abc | new merged"],
        )
        .await;
    }

    #[tokio::test]
    async fn what_may_be_one_is_merged_when_an_editor_says_so() {
        const TWO: &[(&str, &str, &str)] = &[("a", TEXT, ""), ("b", MORE, "?a")];
        check(
            TWO,
            vec![say(Answer::Same), Step::Act(1, Action::Undo), say(Answer::Apart)],
            &["a b | new new", "ab | new merged", "a b | new new", "a b | new new"],
        )
        .await;
    }

    #[tokio::test]
    async fn articles_leave_and_come_back() {
        const TWO: &[(&str, &str, &str)] = &[("a", TEXT, ""), ("b", TEXT, "a")];
        let detach = |portal: &str| Step::Deed(Deed::Detach { article: id(portal) });
        let expected = &["ab | new", "a b | new new", "ab | new merged", "a b | new merged new", "Unknown"];
        // The one that the story is named after may leave too.
        check(TWO, vec![detach("b"), Step::Act(1, Action::Undo), detach("a"), detach("a")], expected).await;
    }

    #[tokio::test]
    async fn merging_items_merges_their_stories() {
        const TWO: &[(&str, &str, &str)] = &[("a", TEXT, ""), ("b", MORE, "")];
        let steps = vec![Step::Act(2, Action::Merge { into: 1 }), Step::Act(2, Action::Undo)];
        check(TWO, steps, &["a b | new new", "ab | new merged", "a b | new new"]).await;
    }

    #[tokio::test]
    async fn another_article_stands_for_the_story() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("lantoa.db")).await.unwrap();
        let leads = store.write(|connection| {
            async move {
                keep(connection, &[("a", TEXT, ""), ("b", TEXT, "a")]).await?;
                let mut leads = vec![table::card(connection, 1).await?.unwrap().title];
                deal(connection, &Deed::Lead { article: id("b") }, "lan", "", now()).await?.unwrap();
                leads.push(table::card(connection, 1).await?.unwrap().title);
                let revision = table::standing(connection, 1).await?.unwrap().revision;
                decide(connection, 1, &Action::Undo, revision, "lan", "", now()).await?.unwrap();
                leads.push(table::card(connection, 1).await?.unwrap().title);
                Ok(leads)
            }
            .boxed()
        });
        assert_eq!(leads.await.unwrap(), ["a", "b", "a"]);
    }

    /// A later copy of what was parted goes where that went, and nobody is asked again.
    #[tokio::test]
    async fn answers_are_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("lantoa.db")).await.unwrap();
        let found = store.write(|connection| {
            async move {
                keep(connection, &[("a", TEXT, ""), ("b", MORE, "a")]).await?;
                let deed = Deed::Answer { question: 1, said: Answer::Apart };
                deal(connection, &deed, "lan", "", now()).await?.unwrap();
                keep(connection, &[("c", MORE, "a")]).await?;
                let told = told(connection).await?;
                let asked: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM story_question WHERE answer = 'open'")
                    .fetch_one(connection)
                    .await?;
                Ok((told, asked))
            }
            .boxed()
        });
        assert_eq!(found.await.unwrap(), ("a bc | new new".to_owned(), 0));
    }
}
