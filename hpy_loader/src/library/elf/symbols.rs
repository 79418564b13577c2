//! The table of the dynamic symbols.

use std::mem::size_of;

use object::ReadRef;
use object::elf::*;
use object::endian::NativeEndian;
use object::pod;
use object::read::elf::{FileHeader, ProgramHeader as _, Sym as _};

use super::super::cause::Cause;
use super::dynamic::{Dynamic, Strings};
use super::unwind::Functions;
use super::{ElfImage, Header, damaged};

pub(super) type Sym = <Header as FileHeader>::Sym;

/// The dynamic symbols and their names.
pub(super) struct Symbols<'d> {
    all: &'d [Sym],
    strings: Strings<'d>,
}

impl<'d> Symbols<'d> {
    /// Finds them, and a name for each.
    pub(super) fn read<R: ReadRef<'d>>(
        image: &ElfImage<'d, R>,
        dynamic: &Dynamic<'d>,
        strings: Strings<'d>,
        count: u64,
    ) -> Result<Self, Cause> {
        let what = "its symbols";
        let address = dynamic.need(DT_SYMTAB, what)?;
        if dynamic.need(DT_SYMENT, what)? != size_of::<Sym>() as u64 {
            return Err(damaged("its symbols have a wrong size"));
        }
        let bytes = image.bytes(what, address, count * size_of::<Sym>() as u64)?;
        let all: &[Sym] = pod::slice_from_all_bytes(bytes).map_err(|()| Cause::Read(what))?;
        let symbols = Self { all, strings };
        let is_named = |symbol| symbols.find_name(symbol).is_some();
        if !symbols.iter().all(is_named) {
            return Err(damaged("the name of a symbol lies outside its strings"));
        }
        Ok(symbols)
    }

    /// How many there are, with the first, which stands for "none".
    pub(super) fn count(&self) -> usize {
        self.all.len()
    }

    pub(super) fn get(&self, index: u32) -> Option<&'d Sym> {
        self.all.get(index as usize)
    }

    /// All but the first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &'d Sym> {
        self.all.iter().skip(1)
    }

    pub(super) fn name(&self, symbol: &Sym) -> &'d [u8] {
        self.find_name(symbol).unwrap_or_default()
    }

    fn find_name(&self, symbol: &Sym) -> Option<&'d [u8]> {
        self.strings.get(symbol.st_name(NativeEndian).into())
    }

    /// Checks what the loader and the code make of them: addresses that are called, read
    /// or written.
    pub(super) fn check<R: ReadRef<'d>>(
        &self,
        image: &ElfImage<'d, R>,
        functions: &Functions,
    ) -> Result<(), Cause> {
        // Relocations without a symbol use it all the same.
        let is_blank = |symbol| pod::bytes_of::<Sym>(symbol).iter().all(|&byte| byte == 0);
        if !self.all.first().is_none_or(is_blank) {
            return Err(damaged("its symbol for none is one"));
        }
        let locals = self
            .iter()
            .take_while(|symbol| symbol.st_bind() == STB_LOCAL)
            .count();
        if self
            .iter()
            .skip(locals)
            .any(|symbol| symbol.st_bind() == STB_LOCAL)
        {
            return Err(damaged("its symbols are out of order"));
        }
        for symbol in self.iter() {
            if let Some(fault) = fault(image, functions, symbol) {
                let name = printable(self.name(symbol));
                return Err(damaged(format!("its symbol {name} {fault}")));
            }
        }
        Ok(())
    }
}

/// What is wrong with a symbol.
fn fault<'d, R: ReadRef<'d>>(
    image: &ElfImage<'d, R>,
    functions: &Functions,
    symbol: &Sym,
) -> Option<&'static str> {
    let (value, size) = (symbol.st_value(NativeEndian), symbol.st_size(NativeEndian));
    let (kind, binding) = (symbol.st_type(), symbol.st_bind());
    let section = symbol.st_shndx(NativeEndian);
    let known_binding = [STB_LOCAL, STB_GLOBAL, STB_WEAK, STB_GNU_UNIQUE].contains(&binding);
    if !known_binding || (symbol.st_visibility() == STV_INTERNAL && binding != STB_LOCAL) {
        return Some("has an unknown binding");
    }
    if section == SHN_UNDEF {
        // The loader would take the file's beginning for the symbol.
        let elsewhere = binding != STB_LOCAL && symbol.st_visibility() == STV_DEFAULT;
        let known = kind <= STT_FUNC || kind == STT_TLS || kind == STT_GNU_IFUNC;
        return match elsewhere && known && value == 0 {
            true => None,
            false => Some("is neither defined nor imported"),
        };
    }
    if section == SHN_ABS {
        // The names of versions are such symbols, and a linker's script may define others.
        let plain = kind <= STT_OBJECT && size == 0;
        return (!plain).then_some("is not at an absolute address");
    }
    if section >= SHN_LORESERVE {
        return Some("is in a section that is not there");
    }
    match kind {
        STT_FUNC | STT_GNU_IFUNC => {
            let is_code = image.segments.has_memory(value, size.max(1), PF_X);
            let begins = functions.may_begin_at(image, value);
            (!is_code || !begins).then_some("is no function")
        }
        STT_OBJECT | STT_COMMON if size > 0 => {
            let is_data = image.segments.has_memory(value, size, PF_R);
            // At the address 0 it is in a section that is not loaded, and never found.
            let is_data = value == 0 || (is_data && image.may_be_data(value));
            (!is_data).then_some("lies outside its segments")
        }
        STT_NOTYPE | STT_OBJECT | STT_COMMON | STT_SECTION | STT_FILE => {
            // May stand for the end of something, and the end of all be rounded up.
            let near = image.segments.is_near(value);
            (!near).then_some("lies outside its segments")
        }
        STT_TLS => {
            let block = image
                .thread_local()
                .map_or(0, |header| header.p_memsz(NativeEndian));
            let end = value.checked_add(size);
            (end.is_none_or(|end| end > block)).then_some("lies outside its thread-local data")
        }
        _ => Some("has an unknown type"),
    }
}

/// Whether `dlsym` finds it.
pub(super) fn is_exported(symbol: &Sym) -> bool {
    matches!(symbol.st_bind(), STB_GLOBAL | STB_WEAK | STB_GNU_UNIQUE)
        && matches!(symbol.st_visibility(), STV_DEFAULT | STV_PROTECTED)
        && !symbol.is_undefined(NativeEndian)
}

/// A damaged file can have anything for a name, of any length.
pub(super) fn printable(name: &[u8]) -> String {
    const SHOWN: usize = 200;
    name[..name.len().min(SHOWN)].escape_ascii().to_string()
}
