//! Chance that is always the same for a seed.

/// `SplitMix64`, by Steele, Lea and Flood: an own one, so that no other version of a library ever makes
/// another lab.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 on, less than this.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let wide = u128::from(self.next()) * u128::try_from(bound).unwrap_or(0);
        usize::try_from(wide >> 64).unwrap_or(0)
    }

    /// A number between these, both of them among it.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = usize::try_from(high - low + 1).unwrap_or(1);
        low + i64::try_from(self.below(width)).unwrap_or(0)
    }

    /// As [`Random::between`], for a number of things.
    pub(crate) fn some(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    /// A number between these, the ones in the middle more often.
    pub(crate) fn around(&mut self, low: f64, high: f64) -> f64 {
        let three = self.unit() + self.unit() + self.unit();
        low + (high - low) * three / 3.0
    }

    /// Whether something happens that does so in so many of a hundred cases.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of several.
    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    fn unit(&mut self) -> f64 {
        // All 32 bits fit into a float.
        f64::from(u32::try_from(self.next() >> 32).unwrap_or(0)) / 4_294_967_296.0
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn it_is_the_published_generator() {
        let mut random = Random::seeded(1_234_567);
        let first: Vec<u64> = (0..3).map(|_| random.next()).collect();
        // Of the reference in C.
        assert_eq!(first[..2], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn it_stays_within_bounds_and_reaches_them() {
        let mut random = Random::seeded(7);
        let drawn: Vec<i64> = (0..1000).map(|_| random.between(-2, 2)).collect();
        assert_eq!((drawn.iter().min(), drawn.iter().max()), (Some(&-2), Some(&2)));
        assert!((0..1000).map(|_| random.around(1.0, 3.0)).all(|x| (1.0..3.0).contains(&x)));
    }
}
