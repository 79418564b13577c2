//! Names of functions from a file's symbol table.
//!
//! Only a symbol whose extent is known to include the address counts: in a
//! stripped library the nearest symbol before it may be any exported function.

use crate::platform::images::ObjectFile;
use object::{Object, ObjectSymbol, SymbolKind};
use std::ops::Range;

/// The functions of a file, by address.
#[derive(Debug, Default)]
pub struct Symbols {
    functions: Vec<FunctionSymbol>,
}

#[derive(Debug)]
struct FunctionSymbol {
    extent: Range<u64>,
    name: Box<str>,
}

impl Symbols {
    /// Reads the symbol tables of a file.
    pub fn new(object: &ObjectFile) -> Self {
        let mut functions: Vec<FunctionSymbol> = object
            .symbols()
            .chain(object.dynamic_symbols())
            .filter(|symbol| symbol.kind() == SymbolKind::Text && symbol.size() > 0)
            .filter_map(|symbol| {
                let start = symbol.address();
                Some(FunctionSymbol {
                    extent: start..start.checked_add(symbol.size())?,
                    name: symbol.name().ok()?.into(),
                })
            })
            .collect();
        functions.sort_by_key(|function| function.extent.start);
        functions.dedup_by_key(|function| function.extent.start);
        Self { functions }
    }

    /// The function that an address of the file lies in, and its extent.
    pub fn find(&self, address: u64) -> Option<(&str, Range<u64>)> {
        let functions = &self.functions;
        let after = functions.partition_point(|function| function.extent.start <= address);
        let function = &functions[after.checked_sub(1)?];
        let is_inside = function.extent.contains(&address);
        is_inside.then(|| (&*function.name, function.extent.clone()))
    }
}
