//! What the demo, the tests and the benches need before they can compare two
//! virtual machines: one Python environment, one set of binaries, one `hpyvm`.
//!
//! A claim of the form "the same binary behaves the same here and there" is
//! only worth as much as the care taken that it really is the same binary and
//! that "there" is really HPy's own CPython. So everything is made from pinned
//! inputs, lives under cargo's target directory, and is reused by content:
//!
//! | what | from | where |
//! |------|------|-------|
//! | [`Project`] | the workspace this crate was compiled in | |
//! | [`VmBuild`] | `cargo build -p hpyvm` | `target/release/hpyvm` |
//! | [`Environment`] | `requirements/*.txt`, by hash | `target/python/` |
//! | [`Sdist`] | the released sdist of hpy, by hash | `target/sdist/` |
//! | [`Extension`] | C sources, an [`Environment`] | `target/extensions/` |
//!
//! ```no_run
//! use hpyvm_examples::{Environment, Extension, Project, Requirements, Toolchain, VmBuild};
//!
//! # fn main() -> anyhow::Result<()> {
//! let project = Project::locate()?;
//! let environment = Environment::prepare(&project, "demo", &[Requirements::Hpy])?;
//! let vm = VmBuild::default().build(&project)?;
//! let toolchain = Toolchain::preferred(&environment, &vm);
//! let built = Extension::directory("quaternion", project.root().join("examples/quaternion"))
//!     .build(&project, &toolchain)?;
//! for module in &built.modules {
//!     println!("{}  {}", module.sha256, module.binary.display());
//! }
//! # Ok(())
//! # }
//! ```

pub mod command;
pub mod comparison;
pub mod digest;
pub mod environment;
pub mod example;
pub mod extension;
pub mod interpreter;
mod output;
pub mod process;
pub mod progress;
pub mod project;
pub mod requirements;
pub mod sdist;
pub mod toolchain;
pub mod vm;
mod workshop;

pub use comparison::Comparison;
pub use environment::{CpythonColumn, Environment};
pub use example::Example;
pub use extension::{Abi, Built, Extension, Module};
pub use interpreter::Interpreter;
pub use process::{Finished, Job};
pub use progress::Step;
pub use project::{Project, cargo};
pub use requirements::Requirements;
pub use sdist::Sdist;
pub use toolchain::Toolchain;
pub use vm::{VmBuild, build_moving};
