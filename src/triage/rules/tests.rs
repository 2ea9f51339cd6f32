//! Rules as people write them: what is read, and what is said about mistakes.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use super::*;

/// What is said about a file; the rules' names when nothing is.
fn check(toml: &str, expected: &str) {
    let told = match read(toml) {
        Ok(rules) => rules.iter().map(|rule| rule.name.as_str()).collect::<Vec<_>>().join(", "),
        Err(cause) => format!("{cause:#}"),
    };
    assert!(told.contains(expected), "{toml}\n{told}");
    assert!(!told.contains('\n'), "{told}");
}

#[test]
fn files_are_read_and_written() {
    let file = "name = 'Bão'\nmode = 'shadow'\n[when]\nwords = ['bão']\nhours = ['22-6']\nscore_from = 40\n\
                [then]\nlevel = 'urgent'\nnotify = 'Bão'\n";
    check(file, "Bão");
    check(
        "[[rule]]\nname = 'a'\nwhen.topics = ['y-te']\nthen.routine = true\n[[rule]]\nname = 'b'\nwhen.kinds = ['press']\nthen.stop = true\n",
        "a, b",
    );
    let rule = read(file).unwrap().remove(0);
    assert_eq!(read(&rule.to_toml().unwrap()).unwrap(), [rule]);
}

#[test]
fn mistakes_name_the_rule_the_field_and_the_mend() {
    let rule = |when: &str, then: &str| format!("name = 'Bão'\n[when]\n{when}\n[then]\n{then}\n");
    let good = "words = ['bão']";
    check("name = ", "line 1 is not TOML");
    check("[when]\nwords = ['bão']\n", "rule 1 has no name (begin it with name");
    check(&rule("wrods = ['bão']", "routine = true"), "rule `Bão`: unknown field `wrods`");
    check(&rule("words = 'bão'", "routine = true"), "rule `Bão`: invalid type");
    check(&rule("kinds = ['ministri']", "routine = true"), "rule `Bão`: unknown variant `ministri`");
    check(&rule("hours = ['22h']", "routine = true"), "`22h` are no hours (write 22-6");
    check(&rule(good, "level = 'now'"), "rule `Bão`: unknown variant `now`");
    check(&rule("marks = false", "routine = true"), "rule `Bão`, when: it asks for nothing");
    check(&rule(good, ""), "rule `Bão`, then: it does nothing (add");
    check(&rule("words = ['…']", "routine = true"), "rule `Bão`, when.words: `…` is no word");
    check(&rule("score_from = 9\nscore_to = 5", "routine = true"), "rule `Bão`, when.score_to: 5 is less");
    check(&rule("score_from = nan", "routine = true"), "rule `Bão`, when.score_from");
    check(&rule(good, "notify = ''"), "rule `Bão`, then.notify");
    check(
        "[[rule]]\nname = 'a'\nwhen.kinds = ['press']\nthen.stop = true\n[[rule]]\nname = 'a'\nwhen.kinds = ['press']\nthen.stop = true",
        "twice",
    );
    let many: Vec<String> = (0..400).map(|n| format!("'a{n}'")).collect();
    check(&rule(&format!("words = [{}]", many.join(",")), "routine = true"), "rule `Bão`, when.words: 400 entries");
}

#[test]
fn what_a_rule_names_is_there() {
    let known = Known { portals: vec!["moh".into()], topics: vec!["y-te".into()], people: vec!["lan".into()] };
    let check = |when: &str, then: &str, expected: &str| {
        let rule = read(&format!("name = 'a'\n[when]\n{when}\n[then]\n{then}\n")).unwrap().remove(0);
        let told = rule.check_names(&known).err().map(|cause| format!("{cause:#}")).unwrap_or_default();
        assert!(told.contains(expected) && told.is_empty() == expected.is_empty(), "{told}");
    };
    check("portals = ['moh']", "topic = 'y-te'\nassign = 'lan'", "");
    check("portals = ['mof']", "stop = true", "`mof` is not known: rule `a`, when.portals: no such portal");
    check("topics = ['x']", "stop = true", "rule `a`, when.topics: no such topic");
    check("topics = ['y-te']", "topic = 'x'", "rule `a`, then.topic");
    check("topics = ['y-te']", "assign = 'minh'", "rule `a`, then.assign: no such account");
}
