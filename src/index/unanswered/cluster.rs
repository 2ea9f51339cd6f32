//! Questions that mean the same, as far as their words tell. In: counts by words. Out: groups, the most asked first.

use std::collections::HashSet;

use jiff::civil::Date;

/// One question over some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Its key.
    pub words: String,
    /// As somebody typed it.
    pub shown: String,
    /// Times it was asked.
    pub searches: i64,
    /// Times it found nothing.
    pub empty: i64,
    /// The last day.
    pub last: Date,
}

/// Questions of much the same words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// The most asked of them.
    pub shown: String,
    /// The others as they were typed, the most asked first.
    pub others: Vec<String>,
    /// Times all of them were asked.
    pub searches: i64,
    /// Times they found nothing.
    pub empty: i64,
    /// The last day that one was asked.
    pub last: Date,
}

/// The share of words that two questions of one cluster have in common: `học phí 2026` and `học phí năm 2026` do.
const ALIKE: f64 = 0.6;
/// Other wordings shown of a cluster.
const OTHERS: usize = 5;

/// Puts questions together, the most asked first. Each is held against the first question of every cluster.
#[must_use]
pub fn clusters(mut questions: Vec<Question>) -> Vec<Cluster> {
    questions.sort_by(|a, b| b.searches.cmp(&a.searches).then_with(|| a.words.cmp(&b.words)));
    let mut clusters: Vec<(HashSet<String>, Cluster)> = Vec::new();
    for question in questions {
        let words: HashSet<String> = question.words.split(' ').map(str::to_owned).collect();
        match clusters.iter_mut().find(|(leader, _)| likeness(leader, &words) >= ALIKE) {
            Some((_, cluster)) => {
                cluster.searches += question.searches;
                cluster.empty += question.empty;
                cluster.last = cluster.last.max(question.last);
                if cluster.others.len() < OTHERS {
                    cluster.others.push(question.shown);
                }
            }
            None => {
                let Question { shown, searches, empty, last, .. } = question;
                clusters.push((words, Cluster { shown, others: Vec::new(), searches, empty, last }));
            }
        }
    }
    let mut clusters: Vec<Cluster> = clusters.into_iter().map(|(_, cluster)| cluster).collect();
    clusters.sort_by_key(|cluster| std::cmp::Reverse(cluster.searches));
    clusters
}

/// Common words of all words (Jaccard).
fn likeness(some: &HashSet<String>, others: &HashSet<String>) -> f64 {
    let common = some.intersection(others).count();
    let all = some.len() + others.len() - common;
    if all == 0 { 0.0 } else { common as f64 / all as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn much_the_same_words_are_one_cluster() {
        let question = |words: &str, searches| Question {
            words: words.to_owned(),
            shown: words.to_owned(),
            searches,
            empty: searches,
            last: jiff::civil::date(2026, 11, 21),
        };
        let found = clusters(vec![
            question("2026 hoc nam phi", 2),
            question("2026 hoc phi", 5),
            question("hoc phi", 1),
            question("bao lu", 9),
        ]);
        let shown: Vec<_> = found.iter().map(|cluster| (cluster.shown.as_str(), cluster.searches)).collect();
        assert_eq!(shown, [("bao lu", 9), ("2026 hoc phi", 8)]);
    }
}
