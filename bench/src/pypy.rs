//! PyPy, where there is one.
//!
//! PyPy 7.3 contains HPy, version 8 does not. The HPy of 7.3.19 calls itself
//! 0.9.0 and has the members of the context one word off from `h_DictType` on,
//! so that a binary built with 0.9.0 calls other functions than it means: that
//! a module can be imported says nothing. Hence the probe, which calls
//! everything and looks at the results.

use std::path::{Path, PathBuf};

use hpyvm_examples::Built;

use crate::implementation::{Absent, Implementation, Role};

/// What reports call the column.
pub const NAME: &str = "PyPy";

/// The `pypy3` that the variable `PYPY3` names or the path finds, if the probe
/// says that it loads the binary correctly.
pub fn find(universal: &Built, probe: &Path) -> Result<Implementation, Absent> {
    let program = std::env::var_os("PYPY3")
        .map(PathBuf::from)
        .or_else(on_path);
    let Some(program) = program else {
        return Err(Absent {
            name: NAME.to_owned(),
            reason: "no pypy3 on the path, and PYPY3 is not set".to_owned(),
        });
    };
    Implementation::vm(NAME, Role::Pypy, &program, universal).judge(probe)
}

fn on_path() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|directory| directory.join("pypy3"))
        .find(|candidate| candidate.is_file())
}
