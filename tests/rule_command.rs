//! `lantoa rule` as an editor types it, with the real binary: files in, one line for each mistake.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::process::Command;

struct Desk {
    home: tempfile::TempDir,
}

impl Desk {
    /// What a command printed, and its exit code. Mistakes are one line.
    fn run(&self, arguments: &[&str]) -> (String, Option<i32>) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lantoa"));
        command.current_dir(self.home.path()).args(arguments);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LANTOA__")) {
            command.env_remove(name);
        }
        let ended = command.output().unwrap();
        let errors = String::from_utf8(ended.stderr).unwrap();
        assert!(errors.lines().count() <= 1 && !errors.contains("panicked"), "{arguments:?}: {errors}");
        (format!("{}{errors}", String::from_utf8(ended.stdout).unwrap()), ended.status.code())
    }

    #[track_caller]
    fn check(&self, arguments: &[&str], code: i32, expected: &[&str]) {
        let (said, ended) = self.run(arguments);
        assert_eq!(ended, Some(code), "{arguments:?}: {said}");
        for words in expected {
            assert!(said.contains(words), "{arguments:?}: no {words:?} in {said}");
        }
    }

    fn file(&self, name: &str, text: &str) {
        std::fs::write(self.home.path().join(name), text).unwrap();
    }
}

#[test]
fn rules_are_tried_kept_and_put_in_order() {
    let desk = Desk { home: tempfile::tempdir().unwrap() };
    desk.file("bao.toml", "name = 'Bão'\n[when]\nwords = ['bão']\n[then]\nlevel = 'urgent'\n");
    desk.file("hai.toml", "[[rule]]\nname = 'Lễ'\nwhen.words = ['nghỉ lễ']\nthen.routine = true\n[[rule]]\nname = 'Y tế'\nmode = 'shadow'\nwhen.topics = ['y-te']\nthen.notify = 'Y tế'\n");
    desk.file("sai.toml", "name = 'Sai'\n[when]\nwrods = ['bão']\n");
    desk.file("khong.toml", "name = 'Không có'\n[when]\nportals = ['khong-co']\n[then]\nstop = true\n");

    desk.check(&["rule", "check", "bao.toml"], 0, &["`Bão` holds for 0 of 0 items of the last 7 days"]);
    desk.check(&["rule", "list"], 0, &["0 rules"]);
    desk.check(&["rule", "check", "sai.toml"], 2, &["error: cannot use sai.toml: rule `Sai`: unknown field `wrods`"]);
    desk.check(&["rule", "add", "khong.toml"], 2, &["`khong-co` is not known", "when.portals", "lantoa portal list"]);
    desk.check(&["rule", "add", "nothing.toml"], 2, &["cannot read nothing.toml"]);
    desk.check(&["rule", "add", "bao.toml"], 0, &["`Bão` is kept, and is on"]);
    desk.check(&["rule", "add", "bao.toml"], 2, &["rule `Bão` is there already (give this one another name)"]);
    desk.check(&["rule", "add", "hai.toml"], 0, &["`Lễ` is kept", "`Y tế` is kept, and is shadow"]);

    desk.check(&["rule", "shadow", "Bão"], 0, &["`Bão` is shadow"]);
    desk.check(&["rule", "disable", "2"], 0, &["`Lễ` is off"]);
    desk.check(&["rule", "enable", "Lễ"], 0, &["`Lễ` is on"]);
    desk.check(&["rule", "move", "Y tế", "1"], 0, &["`Y tế` stands at 1"]);
    desk.check(&["rule", "show", "Bão"], 0, &["name = \"Bão\"", "mode = \"shadow\"", "words = [\"bão\"]"]);
    desk.check(&["rule", "replace", "Bão", "hai.toml"], 2, &["it holds several rules (give a file of one)"]);
    desk.check(&["rule", "explain", "Bão", "1"], 2, &["cannot explain item 1: there is none of that number"]);
    desk.check(&["rule", "explain", "Lụt", "1"], 2, &["cannot find rule `Lụt`", "lantoa rule list"]);
    desk.check(&["rule", "remove", "Lễ"], 0, &["`Lễ` is removed"]);
    let (listed, _) = desk.run(&["--json", "rule", "list"]);
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let names: Vec<&str> =
        listed.as_array().unwrap().iter().map(|kept| kept["rule"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Y tế", "Bão"]);
    // What a file cannot hold twice comes back out of the record as it went in.
    let (shown, _) = desk.run(&["rule", "show", "Y tế"]);
    desk.file("lai.toml", &shown.replace("Y tế\"", "Sức khỏe\""));
    desk.check(&["rule", "add", "lai.toml"], 0, &["`Sức khỏe` is kept, and is shadow"]);
}
