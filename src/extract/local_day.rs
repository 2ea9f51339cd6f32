//! The day where a page is read, when its head gives an instant in UTC: late in the evening that is another day in
//! America, early in the morning in Asia. The instant, the line that readers see and the page's markup in, the distance
//! from UTC out. The instant itself never changes.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use regex::Regex;

use super::dated::Found;
use super::pattern::pattern;
use crate::clock::vietnam;

/// Zones lie whole or half hours from UTC where people live; the few others are left in UTC.
const HALF_HOUR_S: i64 = 30 * 60;

/// The distance from UTC that the visible line tells: it gives the local day or time without a zone.
pub(super) fn by_line(instant: &Found, seen: &Found) -> Option<Offset> {
    if seen.offset.is_some() {
        return None;
    }
    let utc = Offset::UTC.to_datetime(instant.dated.at);
    let local = seen.dated.at.to_zoned(vietnam()).datetime();
    if seen.dated.has_time { by_clock(utc, local) } else { by_day(instant, local.date()) }
}

/// The distance from UTC that the markup tells where no line does: the day of publication in the data of its scripts, or
/// the one zone in which it writes other instants.
pub(super) fn by_markup(instant: &Found, html: &str) -> Option<Offset> {
    by_data(instant, html).or_else(|| by_zone(html))
}

fn by_clock(utc: DateTime, local: DateTime) -> Option<Offset> {
    let ahead = local.duration_since(utc).as_secs();
    let rounded = (ahead + HALF_HOUR_S / 2).div_euclid(HALF_HOUR_S) * HALF_HOUR_S;
    let is_zone = (ahead - rounded).abs() <= 60 && (-10 * 3600..=13 * 3600).contains(&rounded);
    let seconds = i32::try_from(rounded).ok().filter(|_| is_zone)?;
    Offset::from_seconds(seconds).ok()
}

/// The fewest hours that lead to the day on the page.
fn by_day(instant: &Found, day: Date) -> Option<Offset> {
    let hours = [0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6, 7, -7, 8, -8, 9, -9, 10, -10, 11, 12];
    hours.into_iter().map(Offset::constant).find(|offset| offset.to_datetime(instant.dated.at).date() == day)
}

/// A day beside the instant's own under a key that says what it is of. Where the same key gives the instant's own day
/// elsewhere, other articles are listed and nothing is told.
fn by_data(instant: &Found, html: &str) -> Option<Offset> {
    static DAY: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r#"(?i)["'](?:date_?)?(?:creation|created|publish(?:ed|ing)?|publication|pub)(?:_?date)?["']\s*:\s*["'](\d{4}-\d\d-\d\d)["']"#,
        )
    });
    let days: BTreeSet<Date> = DAY.captures_iter(html).filter_map(|found| found[1].parse().ok()).collect();
    let mut days = days.into_iter();
    let day = days.next()?;
    let is_other = day != Offset::UTC.to_datetime(instant.dated.at).date();
    (is_other && days.next().is_none()).then(|| by_day(instant, day)).flatten()
}

/// The zone of the site: of the instants in the markup that are not in UTC all are in one.
fn by_zone(html: &str) -> Option<Offset> {
    static ZONE: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?:T| )\d\d:\d\d:\d\d(?:\.\d{1,6})? ?([+-])(\d\d):?(00|30)\b"));
    let offset = |found: regex::Captures<'_>| {
        let (hours, minutes): (i32, i32) = (found[2].parse().ok()?, found[3].parse().ok()?);
        let seconds = (hours * 60 + minutes) * 60;
        Offset::from_seconds(if &found[1] == "-" { -seconds } else { seconds }).ok()
    };
    let zones: BTreeSet<Offset> =
        ZONE.captures_iter(html).filter_map(offset).filter(|zone| *zone != Offset::UTC).collect();
    (zones.len() == 1).then(|| zones.first().copied()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vietnamese::date::Dated;

    #[test]
    fn markup_tells_the_local_day() {
        let check = |at: &str, html: &str, hours: Option<i8>| {
            let dated = Dated { at: at.parse().expect("a constant"), has_time: true, zone: Some(Offset::UTC) };
            let got = by_markup(&Found::new(dated, at, "test"), html);
            assert_eq!(got, hours.map(Offset::constant), "{html}");
        };
        let late = "2026-05-12T02:54:29Z";
        check(late, "", None);
        check(late, r#"{"DateCreation":"2026-05-11"}"#, Some(-3));
        check(late, r#"{"publish_date": "2026-05-11", "x": 1, "publish_date": "2026-05-11"}"#, Some(-3));
        check(late, r#"[{"publishDate":"2026-05-11"},{"publishDate":"2026-05-12"}]"#, None);
        check(late, r#"{"publishDate":"2026-05-03"}"#, None);
        check(late, r#"{"date":"Mon, 11 May 2026 23:00:00 -0400"}"#, Some(-4));
        check(late, r#"["2026-05-11T23:00:00-04:00","2026-05-10T23:00:00-04:00","2026-05-10T23:00:00Z"]"#, Some(-4));
        check(late, r#"["2026-05-11T23:00:00-04:00","2026-05-10T23:00:00+01:00"]"#, None);
        check("2026-05-11T20:30:00Z", r#"{"pubDate":"2026-05-12"}"#, Some(4));
    }
}
