//! The properties that every VM must have, with and without threads.

use hpy_loader::Loader;
use hpyvm_properties::{Effort, Subject, check_context};

use crate::host::Host;
use toy_vm::{Object, Toy};

impl<const THREADS: bool> Subject for Host<THREADS> {
    type Runtime = Toy<THREADS>;

    fn loader(&self) -> &'static Loader<Toy<THREADS>> {
        self.loader
    }

    fn identity(&self) -> Object {
        self.vm().function(|args, _| Ok(args[0].clone()))
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
