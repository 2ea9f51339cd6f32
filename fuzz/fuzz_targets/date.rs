//! Any text as a date: within bounds, and what `show` prints is read again as the same minute.

#![no_main]

use jiff::Timestamp;
use lantoa::vietnamese::date;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let now: Timestamp = "2026-11-21T03:00:00Z".parse().expect("an instant");
    for dated in [date::read(text, now), date::read_us(text, now), date::read_machine(text), date::in_url(text, now)]
        .into_iter()
        .flatten()
    {
        let again = date::read(&date::show(dated.at), now);
        if dated.at <= now && dated.at.as_second() >= 800_000_000 {
            let again = again.unwrap_or_else(|| panic!("`{}` of {text:?} is not read", date::show(dated.at)));
            assert!((dated.at.as_second() - again.at.as_second()).abs() < 60, "{text:?}: {} is read as {}", dated.at, again.at);
        }
    }
});
