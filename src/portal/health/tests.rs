//! Conditions by table: what the record knows in, the verdict out.

use super::*;
use crate::portal::{Entry, Health, Kind};

const NOW: &str = "2026-11-21T08:00:00Z";

fn days_ago(days: f64) -> Timestamp {
    let now: Timestamp = NOW.parse().expect("an instant");
    now - SignedDuration::from_secs((days * DAY_S) as i64)
}

/// A portal that was registered 90 days ago and visited an hour ago with success, with 3 articles a day.
fn sound() -> Health {
    Health {
        last_visit_at: Some(days_ago(0.04)),
        last_success_at: Some(days_ago(0.04)),
        last_new_at: Some(days_ago(0.5)),
        state_since: Some(days_ago(90.0)),
        cause_since: Some(days_ago(89.0)),
        usual_per_day: Some(3.0),
        ..Health::default()
    }
}

fn verdict(state: State, health: Health) -> Verdict {
    let entry = Entry::new("a", "A", Kind::Ministry, "https://a.gov.vn/".parse().expect("an address"));
    let learnt = crate::portal::Learnt::default();
    let portal = Portal { id: 1, entry, found: Vec::new(), state, health, learnt };
    portal.verdict(NOW.parse().expect("an instant"))
}

fn check(name: &str, state: State, health: Health, condition: Condition, since_days: f64, words: Option<&str>) {
    let verdict = verdict(state, health);
    assert_eq!(verdict.condition, condition, "{name}");
    assert_eq!(verdict.since, Some(days_ago(since_days)), "{name}");
    assert_eq!(verdict.words(true).as_deref(), words, "{name}");
    assert_eq!(verdict.mend(false).is_some(), words.is_some(), "{name}");
}

#[test]
fn conditions_follow_from_the_record() {
    use Condition::{Failing, Good, Late, New, Paused, Silent};
    let active = State::Active;
    check("sound", active, sound(), Good, 89.0, None);
    let never = Health { state_since: Some(days_ago(2.0)), ..Health::default() };
    check("never visited", active, never, New, 2.0, None);
    let trouble = |cause: Cause, points: f64| Health {
        cause: Some(cause),
        cause_since: Some(days_ago(1.0)),
        points,
        failures: 1,
        ..sound()
    };
    let dns = Some(Cause::Dns.vietnamese());
    check("one outage", active, trouble(Cause::Dns, 0.25), Good, 0.04, dns);
    check("four outages", active, trouble(Cause::Dns, 1.0), Failing, 1.0, dns);
    let refused = Some(Cause::Refused.vietnamese());
    check("refused once", active, trouble(Cause::Refused, 1.0), Failing, 1.0, refused);
    check("paused while failing", State::Paused, trouble(Cause::Refused, 9.0), Paused, 90.0, None);
    let new = Health { last_success_at: None, last_new_at: None, ..trouble(Cause::Dns, 0.25) };
    check("new and one outage", active, new.clone(), New, 90.0, dns);
    check("new and dead", active, Health { points: 1.0, ..new }, Failing, 1.0, dns);

    let quiet =
        |days: f64, usual: f64| Health { last_new_at: Some(days_ago(days)), usual_per_day: Some(usual), ..sound() };
    check("a long weekend", active, quiet(3.5, 30.0), Good, 89.0, None);
    check("nine days", active, quiet(9.0, 3.0), Late, 5.0, Some("không có tin mới 9 ngày; thường 3 tin mỗi ngày"));
    check("a month", active, quiet(30.0, 3.0), Silent, 9.0, Some("không có tin mới 30 ngày; thường 3 tin mỗi ngày"));
    check("weekly, two weeks", active, quiet(14.0, 1.0 / 7.0), Good, 89.0, None);
    let weekly = "không có tin mới 50 ngày; thường 1 tin mỗi tuần";
    check("weekly, fifty days", active, quiet(50.0, 1.0 / 7.0), Late, 8.0, Some(weekly));
    let monthly = "không có tin mới 900 ngày; thường 1 tin trong 30 ngày";
    check("monthly, years", active, quiet(900.0, 1.0 / 30.0), Silent, 0.0, Some(monthly));
    check("hardly ever", active, quiet(2_000.0, 1e-9), Good, 89.0, None);
    let unknown = Health { usual_per_day: None, ..quiet(900.0, 1.0) };
    check("nothing is known of its habits", active, unknown, Good, 89.0, None);
    let future = Health { last_new_at: Some(days_ago(-9.0)), ..sound() };
    check("a clock that was ahead", active, future, Good, 89.0, None);
}

#[test]
fn a_failing_portal_is_not_called_late() {
    let health =
        Health { cause: Some(Cause::NothingListed), points: 3.0, last_new_at: Some(days_ago(60.0)), ..sound() };
    assert_eq!(verdict(State::Active, health).condition, Condition::Failing);
}

#[test]
fn the_worst_comes_first() {
    assert!(Condition::ALL.is_sorted());
    for condition in Condition::ALL {
        assert_eq!(condition.as_str().parse(), Ok(condition));
    }
    assert!("well".parse::<Condition>().expect_err("no such state").contains("failing, silent, late"));
}
