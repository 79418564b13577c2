//! The arrays of initialisers and finalisers. The system's loader calls every element.

use object::ReadRef;
use object::elf::{PF_R, STB_WEAK, STT_FUNC, STT_NOTYPE};
use object::endian::NativeEndian;
use object::read::elf::Sym as _;

use super::super::cause::Cause;
use super::dynamic::{Dynamic, FINALISERS, INITIALISERS};
use super::relocations::{Relocated, Value};
use super::unwind::Functions;
use super::{ElfImage, damaged};

/// Checks that the elements are in memory, and that relocation makes each of them the
/// address of code.
pub(super) fn check<'d, R: ReadRef<'d>>(
    image: &ElfImage<'d, R>,
    dynamic: &Dynamic<'d>,
    functions: &Functions,
    relocated: &Relocated<'d>,
) -> Result<(), Cause> {
    const ELEMENT: u64 = 8;
    for array in [&INITIALISERS, &FINALISERS] {
        let Some((start, size)) = dynamic.range(array)? else {
            continue;
        };
        if size > 0 && image.segments.offset(start, size, PF_R).is_none() {
            return Err(damaged(format!(
                "{} would lie outside its segments",
                array.name
            )));
        }
        // There are no more than have room in the file.
        for offset in (0..size).step_by(ELEMENT as usize) {
            let is_code = match relocated.get(start + offset) {
                Some(Value::Address(address)) => image.may_be_called(functions, address),
                Some(Value::Symbol(symbol)) => {
                    let found = !symbol.is_undefined(NativeEndian) || symbol.st_bind() != STB_WEAK;
                    found && matches!(symbol.st_type(), STT_FUNC | STT_NOTYPE)
                }
                Some(_) | None => false,
            };
            if !is_code {
                return Err(damaged(format!("one of {} is no function", array.name)));
            }
        }
    }
    Ok(())
}
