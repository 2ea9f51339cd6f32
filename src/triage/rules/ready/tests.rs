//! One story put to rules: what holds, what is done, why not.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use super::*;
use crate::triage::rules::read;

fn subject() -> Subject {
    Subject {
        story: "s".into(),
        item: 1,
        title: "Công điện ứng phó bão số 9".into(),
        summary: "Các tỉnh sơ tán dân trước 18 giờ.".into(),
        text: "Thực hiện Nghị định số 42/2022/NĐ-CP, bảo đảm học sinh an toàn.".into(),
        portals: vec!["so-nn".into(), "quang-nam".into()],
        kind: Kind::Department,
        documents: vec!["42/2022/NĐ-CP".into()],
        topic: Some(Owned { value: Some("thien-tai".into()), owner: Owner::Machine }),
        level: None,
        assignee: None,
        state: State::New,
        touched: false,
        score: 55.5,
        entered_at: "2026-11-20T16:30:00Z".parse().unwrap(),
        published_at: "2026-11-20T13:30:00Z".parse().unwrap(),
    }
}

fn ready(rules: &str) -> Ready {
    Ready::new(read(rules).unwrap().into_iter().zip(1..).map(|(rule, id)| (id, rule)).collect())
}

/// Whether a rule with this condition holds, and what it says that it found.
fn check(when: &str, holds: bool, found: &str) {
    let ready = ready(&format!("name = 'a'\n[when]\n{when}\n[then]\nstop = true\n"));
    assert_eq!(!ready.run(&subject()).is_empty(), holds, "{when}");
    let checks = ready.explain(1, &subject()).unwrap();
    assert_eq!(checks.iter().all(|check| check.holds), holds, "{checks:?}");
    assert!(checks.iter().any(|check| check.found == found), "{checks:?}");
}

#[test]
fn each_condition_says_what_it_found() {
    check("portals = ['quang-nam']", true, "so-nn, quang-nam");
    check("portals = ['moh']", false, "so-nn, quang-nam");
    check("kinds = ['department', 'press']", true, "department");
    check("kinds = ['press']", false, "department");
    check("words = ['lũ', 'bão']", true, "bão (title)");
    check("words = ['báo']", false, "–");
    check("words = ['bao so']\nmarks = false", true, "bao so (title)");
    check("words_all = ['bão', 'sơ tán']", true, "bão (title); sơ tán (summary)");
    check("words_all = ['bão', 'lũ']", false, "bão (title)");
    check("words_none = ['diễn tập']\nwords = ['bão']", true, "–");
    check("words_none = ['bão']", false, "bão (title)");
    check("words = ['học sinh']", false, "–");
    check("words = ['học sinh']\nplaces = ['text']", true, "học sinh (text)");
    check("words = ['42/2022/NĐ-CP']\nplaces = ['text']", true, "42/2022/NĐ-CP (text)");
    check("documents = ['42/2022/nđ-cp']", true, "42/2022/NĐ-CP");
    check("documents = ['NĐ-CP']", true, "42/2022/NĐ-CP");
    check("documents = ['2/2022/NĐ-CP']", false, "42/2022/NĐ-CP");
    check("documents = ['*']", true, "42/2022/NĐ-CP");
    check("topics = ['thien-tai']", true, "thien-tai");
    check("topics = ['y-te']", false, "thien-tai");
    check("score_from = 55", true, "55.5");
    check("score_from = 10\nscore_to = 50", false, "55.5");
    check("hours = ['22-6']", true, "23:30 20/11/2026");
    check("hours = ['8-17']", false, "23:30 20/11/2026");
    check("age_hours = 3", true, "3 h");
    check("age_hours = 2", false, "3 h");
    check("kinds = ['department']\ntopics = ['y-te']", false, "department");
}

/// What rules do with the story, as `rule: action=value outcome`.
fn check_acts(rules: &str, change: impl Fn(&mut Subject), expected: &str) {
    let mut subject = subject();
    change(&mut subject);
    let told: Vec<String> = ready(rules)
        .run(&subject)
        .iter()
        .flat_map(|fired| {
            let told = |did: &Did| format!("{}: {}={} {:?}", fired.name, did.action, did.value, did.outcome);
            fired.did.iter().map(told).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(told.join(", "), expected);
}

const ONE: &str = "[[rule]]\nname = 'a'\nwhen.words = ['bão']\nthen.topic = 'y-te'\nthen.level = 'urgent'\n";

#[test]
fn rules_respect_whose_a_value_is() {
    let nothing = |_: &mut Subject| {};
    let by = |owner: Owner| move |subject: &mut Subject| subject.topic.as_mut().unwrap().owner = owner;
    check_acts(ONE, nothing, "a: topic=y-te Done, a: level=urgent Done");
    check_acts(ONE, by(Owner::Rule), "a: topic=y-te Done, a: level=urgent Done");
    check_acts(ONE, by(Owner::HumanMinistry), "a: topic=y-te Person, a: level=urgent Done");
    check_acts(ONE, by(Owner::HumanCentre), "a: topic=y-te Person, a: level=urgent Done");
    let cleared = |subject: &mut Subject| subject.level = Some(Owned { value: None, owner: Owner::HumanCentre });
    check_acts(ONE, cleared, "a: topic=y-te Done, a: level=urgent Person");
    let routine = "name = 'a'\nwhen.words = ['bão']\nthen.routine = true\n";
    check_acts(routine, nothing, "a: routine= Done");
    check_acts(routine, |subject| subject.touched = true, "a: routine= Person");
    check_acts(routine, |subject| subject.state = State::Snoozed, "a: routine= Already");
}

#[test]
fn order_decides_and_shadow_changes_nothing() {
    let nothing = |_: &mut Subject| {};
    let second = "[[rule]]\nname = 'b'\nwhen.topics = ['y-te']\nthen.topic = 'giao-duc'\nthen.notify = 'x'\n";
    check_acts(
        &format!("{ONE}{second}"),
        nothing,
        "a: topic=y-te Done, a: level=urgent Done, b: topic=giao-duc Earlier, b: notify=x Done",
    );
    check_acts(&format!("{second}{ONE}"), nothing, "a: topic=y-te Done, a: level=urgent Done");
    let shadow = ONE.replace("name = 'a'", "name = 'a'\nmode = 'shadow'");
    check_acts(&format!("{shadow}{second}"), nothing, "a: topic=y-te Would, a: level=urgent Would");
    let off = ONE.replace("name = 'a'", "name = 'a'\nmode = 'off'");
    check_acts(&off, nothing, "");
    let stop = "[[rule]]\nname = 's'\nwhen.score_from = 1\nthen.stop = true\n";
    check_acts(&format!("{stop}{ONE}"), nothing, "s: stop= Done");
}

#[test]
fn a_thousand_rules_cost_little() {
    let rules: String = (0..1_000)
        .map(|n| {
            let words: Vec<String> = (0..10).map(|k| format!("'bão số {n} {k}'")).collect();
            format!("[[rule]]\nname = 'r{n}'\nwhen.words = [{}]\nwhen.places = ['title', 'summary', 'text']\nthen.routine = true\n", words.join(","))
        })
        .collect();
    let ready = ready(&rules);
    let text = "Chủ động ứng phó bão số 9, bảo đảm an toàn hồ đập và khu dân cư. ".repeat(60);
    let subject = Subject { text, ..subject() };
    let began = std::time::Instant::now();
    let times = 20;
    for _ in 0..times {
        assert!(ready.run(&subject).is_empty());
    }
    let each = began.elapsed() / times;
    println!("1,000 rules of 10 phrases on an article: {each:?}");
    assert!(each.as_millis() < 200, "{each:?}, and this is not optimised");
}
