//! `cargo verify`: everything that must be true of this project, in one
//! command.
//!
//! [`steps::STEPS`] lists what it does. A step that needs an environment, the
//! sdist of `hpy` or the VM asks the [`Verification`] for it, which makes it
//! the first time; so any step can also be run alone.

pub mod cargo;
pub mod cases;
pub mod command_line;
pub mod compare;
pub mod contract;
pub mod debug;
pub mod demo;
pub mod differential;
pub mod documentation;
pub mod fuzz;
pub mod golden;
pub mod headers;
pub mod left_out;
pub mod limits;
pub mod malformed;
pub mod moving;
pub mod outcome;
pub mod proof_of_concept;
pub mod properties;
pub mod python;
pub mod reports;
pub mod sanitizers;
pub mod scaling;
pub mod single;
pub mod soak;
pub mod startup;
pub mod steps;
pub mod suite;
pub mod universal;
pub mod verification;

pub use outcome::Outcome;
pub use python::Python;
pub use steps::{STEPS, StepInfo};
pub use verification::{Options, Verification};
