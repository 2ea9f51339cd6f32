//! Dates that a page has a script write where they stand: `<script>showDate("2020/04/17 01:43")</script>`. The text of
//! one short script in, the date as it is written out. Nothing is run.

/// Bytes of a script that does nothing but write a date.
const MAX_BYTES: usize = 300;
/// Bytes of a date with its time: `2020-04-17T01:43:09+07:00`.
const MAX_DATE: usize = 25;

/// The date that a script writes: its only work is a call, and the first argument of it is a full date.
pub(super) fn written(script: &str) -> Option<&str> {
    let script = script.trim();
    if script.len() > MAX_BYTES {
        return None;
    }
    let (call, rest) = script.split_at(script.find(['"', '\''])?);
    let is_call =
        call.trim_end().ends_with('(') && call.chars().all(|c| c.is_ascii_alphanumeric() || "_$.( ".contains(c));
    let (value, after) = rest[1..].split_once(rest.chars().next()?)?;
    // What follows may say how to write it, and nothing else: another statement has another purpose.
    let only = after.split_once(';').is_none_or(|(_, next)| next.trim().is_empty()) && !after.contains(['{', '=', '<']);
    let end = value.bytes().position(|byte| !is_of_date(byte)).unwrap_or(value.len()).min(MAX_DATE);
    (is_call && only && starts_with_date(value)).then(|| value[..end].trim())
}

fn is_of_date(byte: u8) -> bool {
    byte.is_ascii_digit() || b"/-.: +TZ".contains(&byte)
}

/// Whether three numbers begin a text, of which the first or the last is a year.
fn starts_with_date(text: &str) -> bool {
    let head = text.split([' ', 'T']).next().unwrap_or_default();
    let lengths: Vec<usize> = head.split(['/', '-', '.']).map(str::len).collect();
    let is_numeric = head.bytes().all(|byte| byte.is_ascii_digit() || b"/-.".contains(&byte));
    is_numeric && matches!(lengths[..], [4, 1..=2, 1..=2] | [1..=2, 1..=2, 4])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_that_write_a_date() {
        let check = |script: &str, expected: Option<&str>| assert_eq!(written(script), expected, "{script}");
        check("showDate(\"2020/04/17 01:43:09\")", Some("2020/04/17 01:43:09"));
        check(" document.write(formatDate('17/04/2020 08:15', 'dd/MM/yyyy')); ", Some("17/04/2020 08:15"));
        check("fmt.local('2020-04-17T01:43:09+07:00 ');", Some("2020-04-17T01:43:09+07:00"));
        check("showDate(\"2020/04/17 01:43:09 01:43:09\")", Some("2020/04/17 01:43:09 01:43"));
        check("showDate(\"soon\")", None);
        check("count('1/2/3')", None);
        check("var start = '2020/04/17'; run(start)", None);
        check("run('2020/04/17'); var a = 1;", None);
        check("countdown('2020/04/17', function() { alert(1) })", None);
        check("'2020/04/17'", None);
        check("", None);
        check("f('", None);
        check("f('Đ2020')", None);
    }
}
