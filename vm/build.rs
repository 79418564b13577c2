//! The frozen Python modules are part of the binary; cargo can't see that.

fn main() {
    println!("cargo::rerun-if-changed=src/python");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/capi/exports.rs");
    // What hybrid modules import from the program; a linker exports nothing else by itself.
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        for name in EXPORTS {
            println!("cargo::rustc-link-arg-bins=-Wl,--export-dynamic-symbol={name}");
        }
    }
}

const EXPORTS: [&str; 1] = include!("src/capi/exports.rs");
