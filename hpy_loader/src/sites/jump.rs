//! Calls that are jumps.
//!
//! `return HPy_Dup(ctx, h);` compiles, with optimisation, to a jump into the
//! context: the function's frame is gone by then, and the address that the
//! context's function returns to is its caller's. The jump is still there to be
//! found. It goes through the context, at an offset that tells which of its
//! functions is meant, and that one was called: if a function has one such jump,
//! that is the site.
//!
//! Which function jumped is known as well. Either the VM has called it, see
//! [`CallScope`](super::CallScope), or the instruction before the return address has: it
//! names the function that it calls, where a call into the context would name a
//! place in the context.
//!
//! This knows the few instructions that compilers use for it on x86-64. There
//! and elsewhere, what is not recognised is left as it is: the function, then,
//! and not the line.

use crate::platform::images::Image;

/// The longest instruction that is looked at.
const LONGEST: usize = 7;

/// The function that the instruction before `return_address` calls by its address; `code`
/// are the bytes before it. `None` for a call through a pointer, as the context's are.
fn called(code: &[u8], return_address: usize) -> Option<usize> {
    let rest = |count: usize| code.len().checked_sub(count).map(|start| &code[start..]);
    match (rest(6), rest(5)) {
        // call [register + distance]
        (Some([0xff, 0x90..=0x93 | 0x95..=0x97, ..]), _) => None,
        // call register
        (_, Some([_, _, _, 0xff, 0xd0..=0xd7])) => None,
        // call distance
        (_, Some(&[0xe8, a, b, c, d])) => {
            let distance = i32::from_le_bytes([a, b, c, d]) as isize;
            Some(return_address.wrapping_add_signed(distance))
        }
        _ => None,
    }
}

/// The ends of the instructions in `code` that jump through a pointer `offset`
/// bytes into a structure, or that load such a pointer for a jump soon after.
fn jumps(code: &[u8], offset: u32) -> Vec<usize> {
    let offset = offset.to_le_bytes();
    let mut found = Vec::new();
    for (at, window) in code.windows(4).enumerate() {
        if window != offset {
            continue;
        }
        let after = at + 4;
        match code[at.saturating_sub(3)..at] {
            // jmp [register + offset]. (The stack pointer would need a byte more.)
            [.., 0xff, 0xa0..=0xa3 | 0xa5..=0xa7] => found.push(after),
            // mov register, [register + offset]
            [rex @ 0x48..=0x4f, 0x8b, modrm] if modrm >> 6 == 2 && modrm & 7 != 4 => {
                let register = (rex & 4) << 1 | modrm >> 3 & 7;
                let soon = &code[after..code.len().min(after + SOON)];
                if jumps_to(soon, register) {
                    found.push(after);
                }
            }
            _ => {}
        }
    }
    found
}

/// How many bytes the rest of a function's end takes: restoring registers.
const SOON: usize = 48;

/// Whether the first call or jump through `register` in `code` is a jump.
fn jumps_to(code: &[u8], register: u8) -> bool {
    let (extended, low) = (register >= 8, register & 7);
    for (at, pair) in code.windows(2).enumerate() {
        let prefixed = at.checked_sub(1).map(|before| code[before]) == Some(0x41);
        if pair[0] == 0xff && prefixed == extended {
            match pair[1] {
                modrm if modrm == 0xe0 | low => return true,
                modrm if modrm == 0xd0 | low => return false,
                _ => {}
            }
        }
    }
    false
}

impl Image {
    /// The function that the instruction before a return address calls by its address.
    pub fn called_before(&self, return_address: usize) -> Option<usize> {
        let start = return_address.wrapping_sub(LONGEST);
        let code = self.code(start, return_address)?;
        let is_known = cfg!(target_arch = "x86_64");
        is_known.then(|| called(code, return_address)).flatten()
    }

    /// The return address that a jump to the context's function at `offset` in
    /// the function `start..end` would have if it were a call. Nothing if there
    /// is no such jump, or more than one.
    pub fn jump(&self, start: usize, end: usize, offset: u32) -> Option<usize> {
        if !cfg!(target_arch = "x86_64") || offset == 0 {
            return None;
        }
        match *jumps(self.code(start, end)?, offset) {
            [after] => Some(start + after),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_told_apart() {
        let at = 0x1000;
        for (code, expected) in [
            // call *0x288(%rdi), call *0x288(%r12)
            (&[0xff, 0x97, 0x88, 2, 0, 0][..], None),
            (&[0x41, 0xff, 0x94, 0x24, 0x88, 2, 0, 0], None),
            // call *%rax, call *%r8
            (&[0, 0, 0, 0, 0xff, 0xd0], None),
            (&[0, 0, 0, 0x41, 0xff, 0xd0], None),
            // call .-0x100
            (&[0, 0xe8, 0, 0xff, 0xff, 0xff], Some(at - 0x100)),
            (&[0x90, 0xe8, 0x10, 0, 0, 0], Some(at + 0x10)),
            (&[], None),
        ] {
            assert_eq!(called(code, at), expected, "{code:x?}");
        }
    }

    #[test]
    fn jumps_are_found_by_their_offset() {
        // jmp *0x288(%rdi)
        let jump = [0xff, 0xa7, 0x88, 2, 0, 0];
        assert_eq!(jumps(&jump, 0x288), [6]);
        assert_eq!(jumps(&jump, 0x290), [0; 0]);
        assert_eq!(jumps(&[&jump[..], &jump].concat(), 0x288), [6, 12]);
        // add $0x288,%rax
        assert_eq!(jumps(&[0x48, 5, 0x88, 2, 0, 0], 0x288), [0; 0]);
    }

    #[test]
    fn a_pointer_that_is_loaded_counts_if_it_is_for_a_jump() {
        // mov 0x288(%rdi),%rax
        let load = [0x48, 0x8b, 0x87, 0x88, 2, 0, 0];
        let (pop, jump, call) = ([0x5b], [0xff, 0xe0], [0xff, 0xd0]);
        assert_eq!(jumps(&[&load[..], &pop, &jump].concat(), 0x288), [7]);
        assert_eq!(
            jumps(&[&load[..], &pop, &call, &jump].concat(), 0x288),
            [0; 0]
        );
        assert_eq!(jumps(&load, 0x288), [0; 0]);
        // mov 0x288(%rdi),%r8; jmp *%r8, and jmp *%rax
        let load = [0x4c, 0x8b, 0x87, 0x88, 2, 0, 0];
        assert_eq!(
            jumps(&[&load[..], &[0x41, 0xff, 0xe0]].concat(), 0x288),
            [7]
        );
        assert_eq!(jumps(&[&load[..], &jump].concat(), 0x288), [0; 0]);
    }
}
