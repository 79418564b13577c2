//! What a library defines and imports, and whether that makes it a universal
//! HPy module of a given name.

use object::ReadRef;
use object::elf;
use object::endian::NativeEndian;
use object::read::elf::Sym as _;

use super::super::abi::Abi;
use super::super::cause::Cause;
use super::super::names::Names;
use super::symbols::{Sym, Symbols, is_exported, printable};
use super::unwind::Functions;
use super::{ElfImage, damaged};

/// Decides whether `image` is a module with these functions that imports nothing of CPython
/// but what the VM has.
///
/// The functions must be the file's own. `dlsym` would also find those of a
/// library that the file depends on, but no toolchain builds a module like
/// that, and to find out means to run the initialisers of a file of which we do
/// not know what it is.
pub(super) fn check<'d, R: ReadRef<'d>>(
    image: &ElfImage<'d, R>,
    symbols: &Symbols<'d>,
    functions: &Functions,
    names: &Names,
    abi: Abi,
) -> Result<(), Cause> {
    let mut defined = Vec::new();
    let mut hpy_inits = Vec::new();
    let mut cpython_inits = Vec::new();
    let mut cpython_imports = Vec::new();
    for symbol in symbols.iter() {
        let name = symbols.name(symbol);
        if symbol.is_undefined(NativeEndian) {
            // A weak symbol may stay undefined: the file can do without.
            if symbol.st_bind() == elf::STB_GLOBAL && is_cpython_api(name) && !abi.has(name) {
                cpython_imports.push(printable(name));
            }
        } else if is_exported(symbol) {
            if name.starts_with(b"HPyInit_") {
                hpy_inits.push(printable(name));
            } else if name.starts_with(b"PyInit_") || name.starts_with(b"PyInitU_") {
                cpython_inits.push(printable(name));
            }
            if let Some(wanted) = wanted(names).find(|wanted| wanted.as_bytes() == name) {
                let address = symbol.st_value(NativeEndian);
                // One macro makes them all, so all are in the table or none.
                let known = functions.knows(address);
                let is_other = defined.last().is_some_and(|&(_, other)| other != known);
                if !is_function(symbol) || !functions.may_begin_at(image, address) || is_other {
                    return Err(damaged(format!("its {wanted} is not a function")));
                }
                defined.push((wanted, known));
            }
        }
    }

    let defined: Vec<&str> = defined.into_iter().map(|(name, _)| name).collect();
    if !defined.contains(&names.init.as_str()) {
        // Of several, name the one of the module that was asked for.
        let expected = &names.init["H".len()..];
        let own = cpython_inits.iter().position(|name| name == expected);
        return Err(match cpython_inits.get(own.unwrap_or(0)) {
            Some(init) if own.is_some() || hpy_inits.is_empty() => Cause::CPythonAbi(init.clone()),
            _ => Cause::NoInit {
                symbol: names.init.clone(),
                others: hpy_inits,
            },
        });
    }
    if !cpython_imports.is_empty() {
        return Err(match abi {
            Abi::Universal => Cause::UsesCPythonApi(cpython_imports),
            Abi::Hybrid(_) => Cause::HybridImports(cpython_imports),
        });
    }
    match wanted(names).find(|wanted| !defined.contains(wanted)) {
        None => Ok(()),
        Some(missing) => Err(Cause::NoCompanion {
            init: names.init.clone(),
            symbol: missing.to_owned(),
        }),
    }
}

/// Whether the library's code may ask which file it comes from, or load another from the
/// same place. It may do so in its initialisers.
pub(super) fn asks_for_its_path(symbols: &Symbols<'_>) -> bool {
    const FUNCTIONS: [&[u8]; 6] = [
        b"dladdr",
        b"dladdr1",
        b"dlinfo",
        b"dlopen",
        b"dlmopen",
        b"dl_iterate_phdr",
    ];
    let imported = |symbol: &&Sym| symbol.is_undefined(NativeEndian);
    let mut imports = symbols.iter().filter(imported);
    imports.any(|symbol| FUNCTIONS.contains(&symbols.name(symbol)))
}

fn wanted(names: &Names) -> impl Iterator<Item = &str> {
    let all = [
        &names.init,
        &names.major,
        &names.minor,
        &names.global_context,
    ];
    all.into_iter().map(String::as_str)
}

/// Code, or what an assembler left without a type. Not a function that the loader would
/// call to learn the address of another.
fn is_function(symbol: &Sym) -> bool {
    matches!(symbol.st_type(), elf::STT_FUNC | elf::STT_NOTYPE)
}

/// `PyLong_FromLong`, `Py_IncRef`, `_PyObject_New`, `_Py_NoneStruct`; not `Python2Vector`.
fn is_cpython_api(name: &[u8]) -> bool {
    name.strip_prefix(b"_")
        .unwrap_or(name)
        .strip_prefix(b"Py")
        .and_then(<[u8]>::first)
        .is_some_and(|&next| next == b'_' || next.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::is_cpython_api;

    #[test]
    fn cpython_symbols_are_told_from_similar_ones() {
        for name in [
            "PyLong_FromLong",
            "Py_IncRef",
            "_PyObject_New",
            "_Py_NoneStruct",
        ] {
            assert!(is_cpython_api(name.as_bytes()), "{name}");
        }
        for name in [
            "Pyramid",
            "Python2Vector",
            "HPyInit_foo",
            "_ZN2Py3fooEv",
            "Py",
            "_Py",
            "",
        ] {
            assert!(!is_cpython_api(name.as_bytes()), "{name}");
        }
    }
}
