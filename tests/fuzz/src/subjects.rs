//! The VMs that are in this program.

use std::sync::Mutex;

use anyhow::{Result, anyhow};
use hpy_loader::Loader;
use hpy_loader::modes::Mode;
use hpy_loader::runtime::{Roots, Runtime};
use hpyvm_properties::Subject;
use hpyvm_properties::fuzz::{Fuzzed, Work};
use moving_gc::{Arguments, Local, Options, Vm, Zeal};
use toy_vm::{Embedder, Object, Toy};

/// Panics that were not the players' own.
static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Collects what panics in place of writing it to the terminal.
fn collect_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        // Assertions of the players are caught, and say all by themselves.
        if !place.contains("properties/src/fuzz") {
            let mut panics = PANICS.lock().expect("no panic in between");
            panics.push(format!("panic: {info}"));
        }
    }));
}

/// Plays on a VM of this program.
fn run<S: Subject>(subject: &S, work: &Work) -> Result<()> {
    collect_panics();
    let fuzzed = Fuzzed::new(subject);
    let outcome = work.run(|input, manners| {
        let panics = || std::mem::take(&mut *PANICS.lock().expect("no panic in between"));
        drop(panics());
        let outcome = fuzzed.play(input, manners);
        let panics = panics();
        match panics.is_empty() {
            true => outcome,
            false => Err(panics.join("; ")),
        }
    });
    let _ = std::panic::take_hook();
    outcome.map_err(|failure| anyhow!(failure))
}

/// The loader of the mode: the debug mode goes on after everything.
fn in_mode<R: Runtime>(loader: &'static Loader<R>, mode: Mode) -> &'static Loader<R> {
    let debug = loader.debug();
    debug.set_going_on(true);
    debug.set_reporter(|_| {});
    // What is remembered of closed handles is not left over.
    debug.set_max_closed(0);
    loader.in_mode(mode, "fuzz")
}

struct Silent;

impl Embedder for Silent {
    fn report(&self, _: String) {}
}

struct ToySubject {
    loader: &'static Loader<Toy<true>>,
    mode: Mode,
}

impl Subject for ToySubject {
    type Runtime = Toy<true>;

    fn loader(&self) -> &'static Loader<Toy<true>> {
        self.loader
    }

    fn identity(&self) -> Object {
        let none = self.loader.runtime().none();
        let identity = move |args: &[&Object], _: Option<&Object>| {
            Ok(args.first().map_or(&none, |first| *first).clone())
        };
        self.loader.runtime().function(identity)
    }

    fn live(&self) -> Option<usize> {
        Some(self.loader.runtime().live())
    }

    fn keeps_types(&self) -> bool {
        self.mode == Mode::Debug
    }

    fn complaints(&self) -> u64 {
        self.loader.debug().counts().values().sum()
    }
}

/// Plays on the toy.
pub fn toy(mode: Mode, work: &Work) -> Result<()> {
    let loader = Toy::<true>::boot(Silent);
    let loader = in_mode(loader, mode);
    run(&ToySubject { loader, mode }, work)
}

struct MovingSubject {
    vm: &'static Vm,
    loader: &'static Loader<Vm>,
    mode: Mode,
}

fn identity(vm: &Vm, _: &Local, arguments: Arguments) -> moving_gc::Result {
    let first = arguments.positional.first();
    Ok(first.map_or_else(|| vm.builtin("None"), Clone::clone))
}

impl Subject for MovingSubject {
    type Runtime = Vm;

    fn loader(&self) -> &'static Loader<Vm> {
        self.loader
    }

    fn identity(&self) -> <Vm as Roots>::Object {
        self.vm
            .function("identity", identity, &[], false)
            .to_object()
    }

    fn live(&self) -> Option<usize> {
        None
    }

    fn keeps_types(&self) -> bool {
        self.mode == Mode::Debug
    }

    fn complaints(&self) -> u64 {
        self.loader.debug().counts().values().sum()
    }
}

/// Plays on the VM whose collector moves every object, with a collection at every
/// allocation.
pub fn moving(mode: Mode, work: &Work) -> Result<()> {
    let options = Options {
        zeal: Zeal::Always,
        ..Options::default()
    };
    let vm = Vm::start(options)?;
    let loader = in_mode(vm.loader(), mode);
    run(&MovingSubject { vm, loader, mode }, work)
}
