//! Objects of every kind, for the arguments that are not the one at test.

use std::cell::Cell;
use std::sync::Mutex;

use hpy_loader::abi::HPy;
use hpy_loader::capsule::Capsule;

use crate::extension::{C, c};
use crate::host::Host;
use toy_vm::{Data, Object, lock};

/// Objects by what they are.
pub struct Fillers(Vec<(&'static str, Object)>);

impl Fillers {
    pub fn new<const THREADS: bool>(host: &Host<THREADS>) -> Self {
        let vm = host.vm();
        let mut objects = vec![
            ("a str", vm.text("m.x")),
            ("a type", vm.builtin("int")),
            ("a list", vm.list(vec![vm.none(), vm.none()])),
        ];
        // Miri is slow, and these three reach most of the code.
        if !cfg!(miri) {
            let capsule = Capsule {
                pointer: Cell::new(std::ptr::dangling_mut()),
                name: Cell::new(c"m.x".as_ptr()),
                context: Cell::new(std::ptr::null_mut()),
                destructor: Cell::new(None),
            };
            let variable = Data::ContextVar {
                default: None,
                value: None.into(),
            };
            objects.extend([
                ("None", vm.none()),
                ("an int", vm.int(7)),
                ("a wide int", vm.int(-1 << 90)),
                ("a float", vm.float(2.5)),
                ("bytes", vm.byte_string(b"m.x")),
                ("no items", vm.tuple(Vec::new())),
                ("a tuple", vm.tuple(vec![vm.text("m.x")])),
                ("a dict", vm.dict(Vec::new())),
                ("a slice", {
                    let bound = |value| vm.int(value);
                    vm.object(Data::Slice([bound(0), bound(1), bound(1)]))
                }),
                ("an iterator", {
                    let items = vec![vm.none()];
                    vm.object(Data::Iterator(Mutex::new(items.into())))
                }),
                ("a function", {
                    let none = vm.none();
                    vm.function(move |_, _| Ok(none.clone()))
                }),
                ("an error's class", vm.builtin("ValueError")),
                ("an error", vm.raise("ValueError", "not raised")),
                ("a capsule", vm.object(Data::Capsule(capsule))),
                ("a variable", vm.object(variable)),
                ("an instance", {
                    host.returning(vm.builtin("type"), |c, class| {
                        c!(c.ctx_New(class, std::ptr::null_mut()))
                    })
                    .expect("an instance")
                }),
            ]);
        }
        assert_eq!(objects.len() + 2, Self::COUNT);
        Self(objects)
    }

    /// The objects, and two immediates.
    pub const COUNT: usize = if cfg!(miri) { 5 } else { 21 };

    pub fn name(&self, index: usize) -> &'static str {
        let immediate = ["an immediate int", "an immediate float"];
        match self.0.get(index) {
            Some((name, _)) => name,
            None => immediate[index - self.0.len()],
        }
    }

    /// All objects in one, on the way to C.
    pub fn tuple<const THREADS: bool>(&self, host: &Host<THREADS>) -> Object {
        let objects = self.0.iter().map(|(_, object)| object.clone());
        host.vm().tuple(objects.collect())
    }

    /// As many handles of one filler; `objects` is the tuple.
    pub fn handles(&self, c: C, objects: HPy, index: usize, count: usize) -> Vec<HPy> {
        let handle = |_| match index.checked_sub(self.0.len()) {
            None => c.item(objects, index.cast_signed()),
            Some(0) => c.int(7),
            Some(_) => c.float(2.5),
        };
        (0..count).map(handle).collect()
    }
}

impl Drop for Fillers {
    fn drop(&mut self) {
        // A function may have put one into itself.
        for (_, object) in &self.0 {
            empty(object);
        }
    }
}

/// Lets go of what the object refers to, as a collector would that has found a cycle.
fn empty(object: &Object) {
    match &object.data {
        Data::List(items) => drop_outside(items),
        Data::Dict(entries) => drop_outside(entries),
        Data::Module(names) => drop_outside(names),
        Data::Instance(instance) => drop_outside(&instance.attributes),
        Data::ContextVar { value, .. } => drop_outside(value),
        _ => {}
    }
}

/// Destructors may come back to what is emptied here.
fn drop_outside<T: Default>(content: &Mutex<T>) {
    let content = std::mem::take(&mut *lock(content));
    drop(content);
}
