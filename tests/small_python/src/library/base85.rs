//! `base64.b85encode`. In Rust, since every byte would be dozens of objects in
//! Python, each with a collection before it.

use crate::interpreter::{Value, VmResult};
use moving_gc::{Arguments, Vm};

const ALPHABET: &[u8; 85] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";

/// Four bytes are five digits; `n` bytes at the end are `n + 1` digits.
fn encoded(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len().div_ceil(4) * 5);
    for group in bytes.chunks(4) {
        let mut whole = [0; 4];
        whole[..group.len()].copy_from_slice(group);
        let value = u32::from_be_bytes(whole);
        let digit = |place: u32| ALPHABET[(value / 85_u32.pow(4 - place) % 85) as usize];
        text.extend((0..=group.len() as u32).map(digit));
    }
    text
}

pub(super) fn encode(vm: &Vm, _: &Value, arguments: Arguments) -> VmResult<Value> {
    let ([bytes], []) = arguments.take(vm, "b85encode", [])?;
    match vm.bytes_value(&bytes) {
        Some(bytes) => Ok(vm.bytes(&encoded(&bytes))),
        None => Err(vm.error("TypeError", "a bytes-like object is required")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_those_of_python() {
        for (bytes, text) in [
            (&b""[..], &b""[..]),
            (b"\0", b"00"),
            (b"a", b"VE"),
            (b"data", b"WMOn+"),
            (b"hello world", b"Xk~0{Zy<MXa%^M"),
            (b"\xff\xff\xff\xff", b"|NsC0"),
        ] {
            assert_eq!(encoded(bytes), text);
        }
    }
}
