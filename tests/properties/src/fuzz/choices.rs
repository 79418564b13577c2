//! What one number of an input decides.

/// Decisions, one after another, from the bits of a number. The first ones are its
/// bytes, so that small numbers are simple inputs; what is behind them follows from all.
pub struct Choices {
    bits: u128,
    taken: u32,
    more: u64,
}

impl Choices {
    pub fn new(bits: u128) -> Self {
        let more = (bits ^ bits >> 64) as u64;
        Self {
            bits,
            taken: 0,
            more,
        }
    }

    pub fn byte(&mut self) -> u8 {
        if self.taken < u128::BITS {
            let byte = (self.bits >> self.taken) as u8;
            self.taken += u8::BITS;
            return byte;
        }
        // A generator needs no more than to be cheap here.
        self.more = self
            .more
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.more >> 56) as u8
    }

    pub fn word(&mut self) -> u64 {
        (0..8).fold(0, |word, _| word << 8 | u64::from(self.byte()))
    }

    /// A number below `count`, which is not 0.
    pub fn below(&mut self, count: usize) -> usize {
        match count {
            ..=256 => usize::from(self.byte()) % count,
            _ => (usize::from(self.byte()) | usize::from(self.byte()) << 8) % count,
        }
    }

    pub fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// Whether what happens in so many of 256 cases does. It does not for 0.
    pub fn is(&mut self, often: u8) -> bool {
        self.byte() > 255 - often
    }
}
