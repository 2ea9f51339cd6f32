//! Dates in the paths of addresses: `/2023-08-16/`, `/2022/11/30/`.

use jiff::civil;

use super::{Dated, reading};
use crate::clock::Timestamp;

/// The day that a path carries in segments of its own; `path` may be a whole address.
///
/// Only the day, because a path has no time; and only whole segments or the head of one, because a slug that ends in
/// `-16-8-2023` tells the day of an event.
#[must_use]
pub fn in_url(path: &str, now: Timestamp) -> Option<Dated> {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let segments: Vec<&str> = path.split('/').collect();
    (0..segments.len()).find_map(|at| {
        let date = in_segment(segments[at]).or_else(|| in_segments(segments.get(at..at + 3)?))?;
        let at = date.to_datetime(civil::Time::midnight()).to_zoned(crate::clock::vietnam()).ok()?.timestamp();
        reading::is_plausible(at, now).then_some(Dated { at, has_time: false, zone: None })
    })
}

/// `2023-08-16`, `2023-08-16-slug`, `2023_08_16`, `20230816`.
fn in_segment(segment: &str) -> Option<civil::Date> {
    if segment.len() == 8 {
        return date(segment.get(..4)?, segment.get(4..6)?, segment.get(6..)?);
    }
    let separator = segment.get(4..5).filter(|separator| matches!(*separator, "-" | "_"))?;
    let mut parts = segment.splitn(4, separator);
    date(parts.next()?, parts.next()?, parts.next()?)
}

/// `2022/11/30`, and `30/11/2022`.
fn in_segments(segments: &[&str]) -> Option<civil::Date> {
    let [first, second, third] = segments else { return None };
    date(first, second, third).or_else(|| date(third, second, first))
}

fn date(year: &str, month: &str, day: &str) -> Option<civil::Date> {
    let is_date = year.len() == 4
        && matches!(month.len(), 1 | 2)
        && matches!(day.len(), 1 | 2)
        && [year, month, day].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    if !is_date {
        return None;
    }
    civil::Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}
