//! The properties that every VM under the loader must have, while every object
//! moves.

use hpy_loader::Loader;
use hpy_loader::runtime::Roots;
use hpyvm_properties::{Effort, Subject, check_context};
use moving_gc::{Arguments, Local, Options, Result, Vm, Zeal};

struct Moving(&'static Vm);

fn identity(_: &Vm, _: &Local, arguments: Arguments) -> Result {
    Ok(arguments.positional[0].clone())
}

impl Subject for Moving {
    type Runtime = Vm;

    fn loader(&self) -> &'static Loader<Vm> {
        self.0.loader()
    }

    fn identity(&self) -> <Vm as Roots>::Object {
        let function = self.0.function("identity", identity, &[], false);
        function.to_object()
    }

    /// The bytes that are left of the heap when all garbage is gone.
    fn live(&self) -> Option<usize> {
        self.0.collect();
        Some(self.0.heap().used())
    }
}

#[test]
fn the_context_behaves_like_the_model_while_objects_move() {
    let options = Options {
        zeal: Zeal::Always,
        ..Options::default()
    };
    let vm = Vm::start(options).expect("memory");
    check_context(
        &Moving(vm),
        Effort {
            sequences: 200,
            steps: 120,
        },
    );
}
