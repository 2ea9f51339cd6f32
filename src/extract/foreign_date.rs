//! Dates in words of other languages than Vietnamese, as English, German, French or Spanish pages show them. Day and
//! month only in unmistakable forms; times are not read.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use super::pattern::pattern;

use crate::clock::vietnam;
use crate::vietnamese::date::Dated;

/// Names of the months by their first letters, in the languages of the pages that portals link to.
const MONTHS: [&[&str]; 12] = [
    &["jan", "ene", "gen", "janv", "jän"],
    &["feb", "fév", "fev", "febr"],
    &["mar", "mär", "mrz", "maa", "mrt"],
    &["apr", "avr", "abr"],
    &["may", "mai", "mei", "mag", "maj", "mayo"],
    &["jun", "juin", "giu"],
    &["jul", "juil", "lug"],
    &["aug", "aoû", "aou", "ago"],
    &["sep", "set"],
    &["oct", "okt", "ott", "out"],
    &["nov"],
    &["dec", "dez", "déc", "dic"],
];

static FORMS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?-u:\b)(\d{1,2})(?:st|nd|rd|th|\.|er|º)?(?:\s+(?:de|of))?[\s\-.]+(\p{L}{3,12})\.?,?(?:\s+(?:de|of))?[\s\-.]+((?:19|20)\d\d)(?-u:\b)|(?-u:\b)(\p{L}{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+((?:19|20)\d\d)(?-u:\b)|((?:19|20)\d\d)\s*[년年]\s*(\d{1,2})\s*[월月]\s*(\d{1,2})|(?-u:\b)((?:19|20)\d\d)[./-](\d{1,2})[./-](\d{1,2})(?-u:\b)",
    )
});

/// The first date in `text` that names its month, or runs from year to day.
pub(super) fn read(text: &str) -> Option<Dated> {
    FORMS.captures_iter(text).find_map(|found| {
        let number = |group: usize| found.get(group).and_then(|digits| digits.as_str().parse::<i16>().ok());
        let name = |group: usize| found.get(group).and_then(|name| month(name.as_str()));
        let (year, month, day) = if let (Some(day), Some(year)) = (number(1), number(3)) {
            (year, name(2)?, day)
        } else if let (Some(day), Some(year)) = (number(5), number(6)) {
            (year, name(4)?, day)
        } else {
            let group = if found.get(7).is_some() { 7 } else { 10 };
            (number(group)?, i8::try_from(number(group + 1)?).ok()?, number(group + 2)?)
        };
        let date = Date::new(year, month, i8::try_from(day).ok()?).ok()?;
        let at = date.to_zoned(vietnam()).ok()?.timestamp();
        Some(Dated { at, has_time: false })
    })
}

fn month(name: &str) -> Option<i8> {
    let name = name.to_lowercase();
    let place = MONTHS.iter().position(|stems| stems.iter().any(|stem| name.starts_with(stem)))?;
    i8::try_from(place + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_months_in_words() {
        let check = |text: &str, expected: &str| {
            let got = read(text).map(|dated| dated.at.to_zoned(vietnam()).date().to_string()).unwrap_or_default();
            assert_eq!(got, expected, "{text}");
        };
        check("Posted on March 7, 2019 by admin", "2019-03-07");
        check("Freitag, 3. Mai 2024", "2024-05-03");
        check("le 12 février 2020", "2020-02-12");
        check("7th of July 2018", "2018-07-07");
        check("2019年4月21日", "2019-04-21");
        check("2019.04.21", "2019-04-21");
        check("12 bottles 2019", "");
        check("31 February 2019", "");
    }
}
