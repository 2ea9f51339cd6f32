//! `kill -9` in the middle of work at the site: what somebody was told is done stays done, and the evidence is whole.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::server::{House, path_of};

const KILLS: u64 = 5;
/// People who work at once; they share the record's transactions.
const HANDS: usize = 4;

#[test]
fn what_was_acknowledged_survives_kill_9() {
    let (mut house, link) = House::new(&[]);
    house.serve("warn", "text");
    let mut cookies = house.post(&link, "", "straight_in=1").cookies();
    let mut told: Vec<String> = Vec::new();
    for kill in 0..KILLS {
        let (stop, shared) = (Arc::new(AtomicBool::new(false)), Arc::new(house));
        let hands: Vec<_> = (0..HANDS)
            .map(|hand| {
                let (stop, house, cookies) = (Arc::clone(&stop), Arc::clone(&shared), cookies.clone());
                std::thread::spawn(move || {
                    let mut done = Vec::new();
                    for number in 0.. {
                        if stop.load(Ordering::SeqCst) {
                            break;
                        }
                        let name = format!("n{kill}-{hand}-{number}");
                        let answer = house.post("/console/people", &cookies, &format!("name={name}&role=viewer"));
                        // The page was complete: whoever saw it goes by it.
                        if answer.status == 200 && answer.body.trim_end().ends_with("</html>") {
                            done.push(name);
                        }
                    }
                    done
                })
            })
            .collect();
        std::thread::sleep(Duration::from_millis(300 + 170 * kill));
        shared.kill();
        stop.store(true, Ordering::SeqCst);
        told.extend(hands.into_iter().flat_map(|hand| hand.join().unwrap()));
        house = Arc::into_inner(shared).unwrap();
        house.gone();
        // A link for the next round is made beside; the commands see the record as the crash left it.
        let again = house.run(&["--json", "user", "link", "admin"]);
        let again: serde_json::Value = serde_json::from_str(again.trim()).unwrap();
        let kept = house.run(&["user", "list"]);
        for name in &told {
            assert!(kept.contains(name.as_str()), "{name} was acknowledged and is lost by kill {kill}");
        }
        house.run_well(&["audit", "verify"]);
        house.serve("warn", "text");
        cookies = house.post(&path_of(again["link"].as_str().unwrap()), "", "straight_in=1").cookies();
    }
    println!("{} acknowledged, none lost in {KILLS} kills", told.len());
    assert!(told.len() > 20, "only {} were acknowledged", told.len());
}
