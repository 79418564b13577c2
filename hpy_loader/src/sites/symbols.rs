//! Names of functions from a file's symbol table.
//!
//! Only a symbol whose extent is known to include the address counts: in a
//! stripped library the nearest symbol before it may be any exported function.

use object::{Object, ObjectSymbol, SymbolKind};
use std::path::Path;

/// The functions of a file, by address.
#[derive(Debug, Default)]
pub struct Symbols {
    functions: Vec<FunctionSymbol>,
}

#[derive(Debug)]
struct FunctionSymbol {
    start: u64,
    end: u64,
    name: Box<str>,
}

impl Symbols {
    /// Reads the symbol tables of a file; there are none if it can't be read.
    pub fn of_file(path: &Path) -> Self {
        Self::try_of_file(path).unwrap_or_default()
    }

    fn try_of_file(path: &Path) -> Option<Self> {
        let file = std::fs::File::open(path).ok()?;
        // SAFETY: nobody writes into a library that is loaded, as
        // `Library::open` demands.
        let bytes = unsafe { memmap2::Mmap::map(&file) }.ok()?;
        let object = object::File::parse(&*bytes).ok()?;
        let mut functions: Vec<FunctionSymbol> = object
            .symbols()
            .chain(object.dynamic_symbols())
            .filter(|symbol| symbol.kind() == SymbolKind::Text && symbol.size() > 0)
            .filter_map(|symbol| {
                Some(FunctionSymbol {
                    start: symbol.address(),
                    end: symbol.address().checked_add(symbol.size())?,
                    name: symbol.name().ok()?.into(),
                })
            })
            .collect();
        functions.sort_by_key(|function| function.start);
        functions.dedup_by_key(|function| function.start);
        Some(Self { functions })
    }

    /// The function that an address of the file lies in, and where it begins.
    pub fn find(&self, address: u64) -> Option<(&str, u64)> {
        let after = self
            .functions
            .partition_point(|function| function.start <= address);
        let function = self.functions.get(after.checked_sub(1)?)?;
        (address < function.end).then_some((&*function.name, function.start))
    }

    /// The size of the function that begins at an address.
    pub fn size(&self, start: u64) -> Option<u64> {
        let found = self
            .functions
            .binary_search_by_key(&start, |function| function.start)
            .ok()?;
        let function = &self.functions[found];
        Some(function.end - function.start)
    }
}
