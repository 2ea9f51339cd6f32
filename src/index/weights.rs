//! Every weight of the ranking, with its reason; `docs/ranking.md` tells the same to people. In: nothing. Out: numbers.
//!
//! The score of an article is a sum. The bands are far enough apart that what stands lower never outweighs what stands
//! higher: the words as typed and side by side in the headline; the same in the text; every word as typed; side by side
//! without marks, headline before text; neighbours in pairs; BM25. Within a band newer articles come first, then the
//! rank of the source, then the origin of a story before its copies.

use crate::clock::Timestamp;
use crate::portal::Kind;
use crate::store::millis;

/// Every word stands as typed, anywhere. BM25 of a word stays under 34 and is divided by the number of words, so that
/// all of it stays under the smallest band; sums stay small enough for `f32` to tell neighbours apart.
pub(super) const EVERY_WORD_AS_TYPED: f32 = 800.0;
/// All words side by side as typed, once for the headline and once for the text.
pub(super) const PHRASE_AS_TYPED: f32 = 400.0;
/// All words side by side with whatever marks.
pub(super) const PHRASE_FOLDED_IN_TITLE: f32 = 200.0;
/// The same in the text.
pub(super) const PHRASE_FOLDED_IN_BODY: f32 = 100.0;
/// The article cites the document that is asked for: as sure as a headline.
pub(super) const CITES: f32 = 200.0;
/// Shared by all pairs of neighbours: syllables that stand together are words, scattered ones mean something else.
pub(super) const PAIRS: f32 = 60.0;
/// A phrase in an attached file: after every phrase in an article.
pub(super) const PHRASE_IN_FILES: f32 = 50.0;
/// A word in an attached file says less than one in the article.
pub(super) const IN_FILES: f32 = 0.4;
/// A word in a headline says more than in a text.
pub(super) const IN_TITLE: f32 = 1.6;
/// A word typed with marks and found without them.
pub(super) const OTHER_ACCENTS: f32 = 0.25;

/// What a brand-new article is worth inside its band.
const FRESH: f32 = 4.0;
/// Weeks after which half of that is left: news of last month still beats news of last year.
const FRESH_HALF_LIFE_WEEKS: f32 = 4.0;
const WEEK_MS: f32 = 7.0 * 24.0 * 3_600_000.0;

/// What a source adds: less than a fortnight of age, so that it decides only between articles of about one day.
fn source_rank(kind: Kind) -> f32 {
    match kind {
        Kind::Government => 1.2,
        Kind::Ministry => 1.0,
        Kind::Agency => 0.8,
        Kind::Province => 0.6,
        Kind::Department => 0.4,
        Kind::Commune => 0.2,
        Kind::Press | Kind::Other => 0.0,
    }
}

/// What the first article of a story adds: copies of one wording differ in nothing else but their source, so it must
/// outweigh every rank of a source.
const ORIGIN: f32 = 1.4;

/// The most that freshness, source and origin add together.
pub(super) const MOST_STANDING: f32 = FRESH + 1.2 + ORIGIN;

/// What an article adds to every score by where it stands.
pub(super) fn prior(kind: Kind, is_origin: bool) -> f32 {
    source_rank(kind) + if is_origin { ORIGIN } else { 0.0 }
}

/// What is left of the freshness of articles that were as fresh as can be at `older`, once there is something as new as
/// `newest`: at most 1. Both in milliseconds.
pub(super) fn share_left(older: i64, newest: i64) -> f32 {
    freshness(older, newest) / FRESH
}

/// For an engine that can only sort: the instant of publication in milliseconds, later by the days of age that weigh as
/// much as [`prior`] among the news of the last weeks.
pub(super) fn standing(published: Timestamp, kind: Kind, is_origin: bool) -> i64 {
    let days = prior(kind, is_origin) / (FRESH * std::f32::consts::LN_2 / (7.0 * FRESH_HALF_LIFE_WEEKS));
    millis(published).saturating_add((days * WEEK_MS / 7.0) as i64)
}

/// What age leaves of [`FRESH`], counted from the newest article of the index, so that the same index gives the same
/// order on any day. Both in milliseconds.
pub(super) fn freshness(published: i64, newest: i64) -> f32 {
    let weeks = newest.saturating_sub(published).max(0) as f32 / WEEK_MS;
    FRESH * (-weeks / FRESH_HALF_LIFE_WEEKS).exp2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_band_is_outweighed_by_what_lies_under_it() {
        let tie_breakers = FRESH + source_rank(Kind::Government) + ORIGIN;
        let words = 34.0 * IN_TITLE + tie_breakers;
        assert!(words < PAIRS + 10.0 && PHRASE_IN_FILES < PAIRS);
        const { assert!(PAIRS < PHRASE_FOLDED_IN_BODY && 2.0 * PHRASE_FOLDED_IN_BODY <= PHRASE_FOLDED_IN_TITLE) };
        const { assert!(PHRASE_FOLDED_IN_TITLE + PHRASE_FOLDED_IN_BODY + PAIRS < PHRASE_AS_TYPED) };
        const { assert!(2.0 * PHRASE_AS_TYPED <= EVERY_WORD_AS_TYPED) };
    }

    #[test]
    fn freshness_halves_in_four_weeks_and_beats_no_band() {
        let month = 4 * 7 * 24 * 3_600_000;
        assert_eq!((freshness(month, month), freshness(0, month)), (FRESH, FRESH / 2.0));
        assert_eq!(freshness(2 * month, month), FRESH, "a date in the future is no advantage");
        assert!(freshness(0, i64::MAX) < 1e-6);
        let day = |prior: i64| (prior as f32 / WEEK_MS * 7.0).round();
        let ahead = |kind, is_origin| day(standing(Timestamp::UNIX_EPOCH, kind, is_origin));
        assert_eq!(
            (ahead(Kind::Press, false), ahead(Kind::Press, true), ahead(Kind::Ministry, false)),
            (0.0, 14.0, 10.0)
        );
        let fortnight = FRESH - freshness(0, month / 2);
        assert!(source_rank(Kind::Government) <= fortnight + 0.1 && ORIGIN > source_rank(Kind::Government));
    }
}
