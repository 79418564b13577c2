//! HPy's own test suite, run by the driver over binaries that CPython has built.
//!
//! CPython runs the suite first and writes down, test by test, what it compiles
//! (`tests/python/hpyvm_recorder.py`). Here the same test functions, unedited,
//! run on the VM whose objects move, and each `make_module` is given the binary
//! that CPython has loaded in that place. Which tests those are is decided by
//! the rule of [`script`](crate::script) and by nothing else.

mod child;
mod record;
mod run;
mod selection;

pub use child::run_one;
pub use record::{Call, Record, read_records};
pub use run::{Outcome, Progress, Report, TestReport, run};
pub use selection::{Selection, select};
