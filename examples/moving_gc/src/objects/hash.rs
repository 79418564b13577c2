//! Hashes, by Python's rules: equal numbers have equal hashes, and -1 is none.

use crate::heap::{Kind, Local};
use crate::vm::{Result, Vm};
use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};

/// Numbers are hashed modulo this prime.
const MODULUS: u64 = (1 << 61) - 1;

/// The hash of a text, from its code points.
pub(super) fn of_text(points: impl Iterator<Item = u32>) -> i64 {
    let step = |hash: u64, point: u32| {
        (hash.rotate_left(5) ^ u64::from(point)).wrapping_mul(0x517c_c1b7_2722_0a95)
    };
    not_minus_one(points.fold(0, step).cast_signed())
}

fn not_minus_one(hash: i64) -> i64 {
    if hash == -1 { -2 } else { hash }
}

fn of_int(value: &BigInt) -> i64 {
    let rest = (value.abs() % MODULUS).to_i64().unwrap_or(0);
    not_minus_one(if value.is_negative() { -rest } else { rest })
}

/// `_Py_HashDouble`: the value as a fraction, modulo the prime.
fn of_float(value: f64, identity: u64) -> i64 {
    if value.is_nan() {
        return not_minus_one((identity as i64) & i64::MAX);
    }
    if value.is_infinite() {
        return if value > 0.0 { 314_159 } else { -314_159 };
    }
    let bits = value.abs().to_bits();
    let exponent = (bits >> 52) as i64;
    let fraction = bits & ((1 << 52) - 1);
    let (mantissa, exponent) = match exponent {
        0 => (fraction, -1074),
        _ => (fraction | 1 << 52, exponent - 1075),
    };
    // Two to the power of 61 is 1 modulo the prime.
    let shift = exponent.rem_euclid(61) as u32;
    let wide = u128::from(mantissa) << shift;
    let hash = (wide % u128::from(MODULUS)) as i64;
    not_minus_one(if value < 0.0 { -hash } else { hash })
}

impl Vm {
    /// `hash(object)`; never -1.
    pub fn hash(&self, object: &Local) -> Result<i64> {
        let class = self.class_of(object);
        let unhashable = || self.type_error("unhashable type: '{}'", &[object]);
        if let Some(method) = self.lookup_own(&class, "__hash__") {
            if self.is_none(&method) {
                return Err(unhashable());
            }
            let hash = self.call_special(&method, object, &[])?;
            return match self.int_value(&hash) {
                Some(hash) => Ok(hash.to_i64().map_or_else(|| of_int(&hash), not_minus_one)),
                None => Err(self.error("TypeError", "__hash__ method should return an integer")),
            };
        }
        match self.heap.kind(object) {
            Kind::Int | Kind::Bool => Ok(match self.small_int(object) {
                Some(value) if value.unsigned_abs() < MODULUS => not_minus_one(value),
                _ => of_int(&self.int_value(object).unwrap_or_default()),
            }),
            Kind::Float => {
                let value = self.float_value(object).unwrap_or_default();
                Ok(of_float(value, self.heap.identity(object)))
            }
            Kind::Str | Kind::Bytes => Ok(of_text(self.units(object).into_iter())),
            Kind::Tuple => self.deeper(|| {
                let mut hash = 0x27d4_eb2f_1656_67c5_u64;
                for item in self.items(object).unwrap_or_default() {
                    let lane = self.hash(&item)?.cast_unsigned();
                    hash = hash
                        .wrapping_add(lane.wrapping_mul(0xc2b2_ae3d_27d4_eb4f))
                        .rotate_left(31)
                        .wrapping_mul(0x9e37_79b1_85eb_ca87);
                }
                Ok(not_minus_one(hash.cast_signed()))
            }),
            Kind::List | Kind::Dict | Kind::Slice => Err(unhashable()),
            // The object's own number, since its address changes.
            _ => Ok(not_minus_one(self.heap.identity(object).cast_signed())),
        }
    }
}
