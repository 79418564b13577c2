//! The properties that every VM must have, with and without threads.

use hpy_loader::Loader;
use hpyvm_properties::fuzz::{Plan, check_calls};
use hpyvm_properties::{Effort, Subject, check_context};

use crate::host::Host;
use crate::observer::Observed;
use toy_vm::{Object, Toy};

/// A function that returns its argument, if there is one.
pub fn identity<const THREADS: bool>(vm: &Toy<THREADS>) -> Object {
    let none = vm.none();
    vm.function(move |args, _| Ok(args.first().map_or(&none, |first| *first).clone()))
}

/// Inputs of hostile calls, for a test in debug mode of the compiler.
pub fn plan(seed: u64) -> Plan {
    Plan {
        seed,
        first: 0,
        count: if cfg!(miri) { 8 } else { 4000 },
    }
}

impl<const THREADS: bool> Subject for Host<THREADS> {
    type Runtime = Toy<THREADS>;

    fn loader(&self) -> &'static Loader<Toy<THREADS>> {
        self.loader
    }

    fn identity(&self) -> Object {
        identity(self.vm())
    }

    fn live(&self) -> Option<usize> {
        Some(self.vm().live())
    }
}

fn check<const THREADS: bool>() {
    let host = Host::<THREADS>::new();
    let effort = match cfg!(miri) {
        true => Effort {
            sequences: 6,
            steps: 40,
        },
        false => Effort {
            sequences: 1500,
            steps: 120,
        },
    };
    check_context(&host, effort);
    host.assert_clean();
}

#[test]
fn the_context_behaves_like_the_model() {
    check::<false>();
}

#[test]
fn the_context_behaves_like_the_model_with_threads() {
    check::<true>();
}

fn hostile<const THREADS: bool>() {
    let host = Host::<THREADS>::new();
    check_calls(&host, plan(1));
    host.vm().take_reports();
}

#[test]
fn hostile_calls_are_answered_or_refused() {
    hostile::<false>();
}

#[test]
fn hostile_calls_are_answered_or_refused_with_threads() {
    hostile::<true>();
}
