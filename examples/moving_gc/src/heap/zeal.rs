//! How eagerly the heap is collected.
//!
//! A mistake in rooting shows only when a collection happens at the wrong
//! moment. With zeal it happens at every moment, or at many, in a way that can
//! be repeated.

use std::str::FromStr;

/// When the heap is collected besides when it is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Zeal {
    /// Not at all.
    #[default]
    Off,
    /// At every so many allocations.
    Every(u64),
    /// At random, once in so many allocations on average, in an order that the
    /// seed alone decides.
    Random {
        /// Where the sequence starts.
        seed: u64,
        /// The mean distance.
        one_in: u64,
    },
    /// At every allocation.
    Always,
}

impl Zeal {
    /// Whether the heap is to be collected now. `since` counts the allocations
    /// since the last time, this one included.
    pub(super) fn wants(self, since: u64) -> bool {
        match self {
            Self::Off => false,
            Self::Every(distance) => since >= distance,
            Self::Random { seed, one_in } => {
                mix(seed.wrapping_add(since)).is_multiple_of(one_in.max(1))
            }
            Self::Always => true,
        }
    }

    /// The zeal for what follows a collection that this one asked for: with the
    /// next seed, if there is one.
    pub(super) fn next(self) -> Self {
        match self {
            Self::Random { seed, one_in } => Self::Random {
                seed: mix(seed),
                one_in,
            },
            other => other,
        }
    }
}

/// The output function of SplitMix64.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ value >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ value >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ value >> 31
}

/// A text that names no zeal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("zeal {text:?} is not one of off, always, every:N, random:SEED, random:SEED:ONE_IN")]
pub struct ParseZealError {
    text: String,
}

impl FromStr for Zeal {
    type Err = ParseZealError;

    fn from_str(text: &str) -> Result<Self, ParseZealError> {
        let number = |part: Option<&str>| part.and_then(|part| part.parse::<u64>().ok());
        let mut parts = text.split(':');
        let zeal = match parts.next() {
            Some("off") => Some(Self::Off),
            Some("always") => Some(Self::Always),
            Some("every") => number(parts.next())
                .filter(|&distance| distance > 0)
                .map(Self::Every),
            Some("random") => number(parts.next()).and_then(|seed| {
                let one_in = match parts.next() {
                    None => Some(16),
                    part => number(part).filter(|&one_in| one_in > 0),
                };
                one_in.map(|one_in| Self::Random { seed, one_in })
            }),
            _ => None,
        };
        zeal.filter(|_| parts.next().is_none())
            .ok_or_else(|| ParseZealError {
                text: text.to_owned(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_name_levels() {
        let random = |seed, one_in| Zeal::Random { seed, one_in };
        for (text, zeal) in [
            ("off", Zeal::Off),
            ("always", Zeal::Always),
            ("every:100", Zeal::Every(100)),
            ("random:7", random(7, 16)),
            ("random:7:3", random(7, 3)),
        ] {
            assert_eq!(text.parse(), Ok(zeal));
        }
        for text in [
            "",
            "on",
            "every",
            "every:0",
            "random:x",
            "random:1:0",
            "always:1",
        ] {
            assert!(text.parse::<Zeal>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_seed_decides_the_order() {
        let distances = |seed| -> Vec<u64> {
            let mut zeal = Zeal::Random { seed, one_in: 8 };
            (0..50)
                .map(|_| {
                    let distance = (1..).find(|&since| zeal.wants(since)).expect("sometime");
                    zeal = zeal.next();
                    distance
                })
                .collect()
        };
        assert_eq!(distances(1), distances(1));
        assert_ne!(distances(1), distances(2));
        let mean = distances(3).iter().sum::<u64>() / 50;
        assert!((4..16).contains(&mean), "{mean}");
    }
}
