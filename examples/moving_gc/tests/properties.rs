//! The properties that every VM under the loader must have, in each mode, while
//! every object moves.

use hpy_loader::Loader;
use hpy_loader::modes::Mode;
use hpy_loader::runtime::Roots;
use hpyvm_properties::{Effort, Subject, check_context};
use moving_gc::{Arguments, Local, Options, Result, Vm, Zeal};

/// A VM, and the loader of the mode that its extension is in.
struct Moving {
    vm: &'static Vm,
    loader: &'static Loader<Vm>,
}

fn identity(_: &Vm, _: &Local, arguments: Arguments) -> Result {
    Ok(arguments.positional[0].clone())
}

impl Moving {
    fn start(mode: Mode) -> Self {
        let options = Options {
            zeal: Zeal::Always,
            ..Options::default()
        };
        let vm = Vm::start(options).expect("memory");
        let loader = vm.loader().in_mode(mode, "properties");
        Self { vm, loader }
    }

    fn check(&self) {
        let before = self.vm.heap().statistics().collections;
        check_context(
            self,
            Effort {
                sequences: 200,
                steps: 120,
            },
        );
        let collections = self.vm.heap().statistics().collections - before;
        assert!(collections > 1000, "{collections} collections");
    }
}

impl Subject for Moving {
    type Runtime = Vm;

    fn loader(&self) -> &'static Loader<Vm> {
        self.loader
    }

    fn identity(&self) -> <Vm as Roots>::Object {
        let function = self.vm.function("identity", identity, &[], false);
        function.to_object()
    }

    /// The bytes that are left of the heap when all garbage is gone.
    fn live(&self) -> Option<usize> {
        self.vm.collect();
        Some(self.vm.heap().used())
    }

    fn complaints(&self) -> u64 {
        self.loader.debug().counts().values().sum()
    }
}

#[test]
fn the_context_behaves_like_the_model_while_objects_move() {
    Moving::start(Mode::Universal).check();
}

#[test]
fn the_traced_context_behaves_like_the_model_while_objects_move() {
    let moving = Moving::start(Mode::Trace);
    moving.check();
    let functions = moving.loader.trace().functions();
    assert!(functions.iter().any(|function| function.calls > 1000));
}

#[test]
fn the_debug_context_behaves_like_the_model_while_objects_move() {
    let moving = Moving::start(Mode::Debug);
    moving.vm.debug_whole_program(1);
    // What is remembered of closed handles is not left over.
    moving.loader.debug().set_max_closed(0);
    let generation = moving.vm.new_generation();
    moving.check();
    assert!(moving.loader.debug().open_handles(generation).is_empty());
    // The careless sequences have broken rules.
    assert!(moving.complaints() > 1000);
}
