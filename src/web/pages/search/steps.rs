//! Numbered pages: a question and how many stories answer it in, links out.

use crate::web::asked::Asked;

/// A step of the pagination.
pub(super) enum Step {
    Page(usize, String),
    Here(usize),
    Gap,
}

/// The first page, the last, those before and after, and gaps between.
pub(super) fn steps(asked: &Asked, stories: usize) -> Vec<Step> {
    let pages = stories.div_ceil(asked.per_page).min(asked.last_page());
    if pages < 2 {
        return Vec::new();
    }
    let base = asked.address();
    let mut steps = Vec::new();
    let mut last = 0;
    for number in 1..=pages {
        if number != 1 && number != pages && number.abs_diff(asked.page) > 2 {
            continue;
        }
        if number != last + 1 {
            steps.push(Step::Gap);
        }
        last = number;
        let here = number == asked.page;
        steps.push(if here { Step::Here(number) } else { Step::Page(number, format!("/search?{base}&page={number}")) });
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pagination_shows_ends_and_neighbours() {
        let check = |page, total, expected: &str| {
            let asked = Asked { page, per_page: 20, ..Asked::default() };
            let shown: Vec<String> = steps(&asked, total)
                .iter()
                .map(|step| match step {
                    Step::Page(number, _) => number.to_string(),
                    Step::Here(number) => format!("[{number}]"),
                    Step::Gap => "…".into(),
                })
                .collect();
            assert_eq!(shown.join(" "), expected);
        };
        check(1, 20, "");
        check(1, 21, "[1] 2");
        check(1, 400, "[1] 2 3 … 20");
        check(10, 400, "1 … 8 9 [10] 11 12 … 20");
        check(50, 1_000_000, "1 … 48 49 [50]");
    }
}
