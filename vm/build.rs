//! The frozen Python modules are part of the binary; cargo can't see that.

fn main() {
    println!("cargo::rerun-if-changed=src/python");
    println!("cargo::rerun-if-changed=build.rs");
}
