//! A set of hashes in, a row of bytes out: of two sets as many of the bytes agree as the sets have in common.
//!
//! Each place of the row keeps the least of the hashes that fall on it (Dahlgaard, Knudsen & Thorup 2017, "Fast
//! similarity sketching": n + k log k steps instead of n × k), cut to one byte (Li & König 2010, "b-bit minwise hashing").

/// Places in a row: the standard error of a likeness of one half is √(¼ ∕ 128) ≈ 0.044.
pub(super) const PLACES: usize = 128;
/// Bits of a hash that choose its place.
const PLACE_BITS: u32 = PLACES.ilog2();
/// Bits of a value below those that say in which round it came.
const VALUE_BITS: u32 = 48;

/// The row of a set, in which an element may stand more than once.
pub(super) fn minima(set: &[u64]) -> [u8; PLACES] {
    let mut least = [u64::MAX; PLACES];
    // A large set fills all places in the first rounds; a small one goes round and round, until each of its elements has
    // been to many of them. What came in an earlier round is less than all that comes later, so that sets of different
    // sizes agree about it.
    for round in 0..PLACES as u64 {
        for element in set {
            let hash = mix(*element, round);
            let place = &mut least[(hash >> (u64::BITS - PLACE_BITS)) as usize];
            *place = (*place).min(value(hash, round));
        }
        if !least.contains(&u64::MAX) {
            break;
        }
    }
    for (place, kept) in least.iter_mut().enumerate().filter(|(_, kept)| **kept == u64::MAX) {
        let round = (PLACES + place) as u64;
        *kept = set.iter().map(|element| value(mix(*element, round), round)).min().unwrap_or_default();
    }
    // The upper bits of a least value are mostly 0.
    least.map(|value| (value >> 16) as u8)
}

fn value(hash: u64, round: u64) -> u64 {
    round << VALUE_BITS | hash & ((1 << VALUE_BITS) - 1)
}

/// Another hash for each round (the finalizer of Steele, Lea & Flood 2014, "SplittableRandom").
fn mix(element: u64, round: u64) -> u64 {
    let hash = element.wrapping_add(round.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    hash ^ (hash >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many places agree on average, of 50 pairs of sets with so many elements of their own and in common.
    fn check(own: u64, common: u64, expected: f64) {
        let pairs = 50;
        let mut agree = 0;
        for pair in 0..pairs {
            let set = |from: u64, to: u64| (from..to).map(|n| mix(n, 1000 + pair)).collect::<Vec<_>>();
            let shared = set(0, common);
            let one = minima(&[shared.clone(), set(10_000, 10_000 + own)].concat());
            let other = minima(&[set(20_000, 20_000 + own), shared].concat());
            agree += one.iter().zip(&other).filter(|(a, b)| a == b).count();
        }
        let share = agree as f64 / (pairs as f64 * PLACES as f64);
        assert!((share - expected).abs() < 0.03, "{own} own, {common} in common: {share} and not {expected}");
    }

    #[test]
    fn places_agree_as_sets_do() {
        // The share in common of all, and one in 256 of the rest by chance.
        check(0, 400, 1.0);
        check(100, 800, 0.8);
        check(100, 200, 0.501);
        check(300, 200, 0.253);
        check(400, 0, 0.004);
        // Fewer elements than places.
        check(10, 20, 0.501);
        check(3, 6, 0.501);
        check(0, 1, 1.0);
        check(1, 0, 0.004);
    }

    #[test]
    fn an_empty_set_has_a_row() {
        assert_eq!(minima(&[]), minima(&[]));
        assert_eq!(minima(&[7, 7, 8]), minima(&[8, 7]));
    }
}
