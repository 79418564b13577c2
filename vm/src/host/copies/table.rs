//! The copies by the address of their object.

use super::hold::Hold;
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use rustpython_vm::{PyObject, PyObjectRef};

/// How many older copies a new one pays for looking at.
const LOOKS: usize = 2;
/// The size of a copy, in bytes, that pays for one more look.
const BYTES_A_LOOK: usize = 4096;
/// Up to so many copies stay, dead or alive...
const FREE_COPIES: usize = 1024;
/// ... if they make up no more than so many bytes.
const FREE_BYTES: usize = 1 << 20;

struct Copy {
    hold: Hold,
    /// The text and a NUL.
    text: Box<[u8]>,
}

/// The copies by the address of their object.
///
/// The methods hand out references to drop in `waste`: dropping one can run
/// Python code, which must not happen under the lock that guards the table.
#[derive(Default)]
pub struct Table {
    copies: IndexMap<usize, Copy, FxBuildHasher>,
    /// The length of all copies.
    bytes: usize,
    /// The next copy to look at.
    hand: usize,
    /// How many copies have been dropped so far.
    pub dropped: usize,
}

impl Table {
    /// The copy for `object`, without its NUL.
    pub fn find(&self, object: &PyObject, waste: &mut Vec<PyObjectRef>) -> Option<*const [u8]> {
        let Copy { hold, text } = self.copies.get(&address(object))?;
        hold.is_of(object, waste).then(|| without_nul(text))
    }

    /// Adds a copy of `text` for `object`, unless another thread has meanwhile.
    pub fn insert(
        &mut self,
        object: &PyObject,
        hold: Hold,
        text: &[u8],
        waste: &mut Vec<PyObjectRef>,
    ) -> *const [u8] {
        if let Some(found) = self.find(object, waste) {
            hold.release(waste);
            return found;
        }
        self.look(LOOKS + text.len() / BYTES_A_LOOK, waste);
        let text = [text, &[0]].concat().into_boxed_slice();
        let copy = Copy { hold, text };
        let text = without_nul(&copy.text);
        self.bytes += copy.text.len();
        // What was there belonged to an object that died at this address.
        if let Some(old) = self.copies.insert(address(object), copy) {
            self.bytes -= old.text.len();
            self.dropped += 1;
            old.hold.release(waste);
        }
        text
    }

    /// Looks at the next `count` copies and drops those whose object is dead.
    fn look(&mut self, count: usize, waste: &mut Vec<PyObjectRef>) {
        for _ in 0..count.min(self.copies.len()) {
            if self.copies.len() <= FREE_COPIES && self.bytes <= FREE_BYTES {
                return;
            }
            if self.hand >= self.copies.len() {
                self.hand = 0;
            }
            let Some((_, copy)) = self.copies.get_index(self.hand) else {
                return;
            };
            if !copy.hold.is_dead(waste) {
                self.hand += 1;
                continue;
            }
            // The last copy takes this place, and is the next to look at.
            if let Some((_, dead)) = self.copies.swap_remove_index(self.hand) {
                self.bytes -= dead.text.len();
                self.dropped += 1;
                dead.hold.release(waste);
            }
        }
    }
}

fn address(object: &PyObject) -> usize {
    object.as_raw().addr()
}

fn without_nul(text: &[u8]) -> *const [u8] {
    // Made from the whole slice, since C reads the NUL through it.
    std::ptr::slice_from_raw_parts(text.as_ptr(), text.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustpython::{InterpreterBuilder, InterpreterBuilderExt};
    use rustpython_vm::{AsObject, VirtualMachine};

    /// A table and what it takes to use it as the runtime does.
    struct Tested<'a> {
        table: Table,
        vm: &'a VirtualMachine,
    }

    impl Tested<'_> {
        fn copy(&mut self, object: &PyObject, text: &str, exact: bool) -> *const [u8] {
            let mut waste = Vec::new();
            if let Some(found) = self.table.find(object, &mut waste) {
                return found;
            }
            let hold = Hold::new(object, exact, self.vm);
            self.table.insert(object, hold, text.as_bytes(), &mut waste)
        }

        /// Makes strings, copies them and lets them die.
        fn pass(&mut self, count: usize, length: usize) {
            for number in 0..count {
                let text = format!("{number:0length$}");
                let object: PyObjectRef = self.vm.ctx.new_str(text.as_str()).into();
                self.copy(&object, &text, true);
            }
        }
    }

    fn with_table(test: impl FnOnce(Tested<'_>)) {
        InterpreterBuilder::new().init_stdlib().build().enter(|vm| {
            test(Tested {
                table: Table::default(),
                vm,
            });
        });
    }

    #[test]
    fn a_copy_ends_with_nul_and_is_found_again() {
        with_table(|mut table| {
            for text in ["", "a", "longer than that", "n\u{fc}n"] {
                let object: PyObjectRef = table.vm.ctx.new_str(text).into();
                let copy = table.copy(&object, text, true);
                // SAFETY: the object is alive, so its copy is, and it has a NUL.
                let bytes: &[u8] =
                    unsafe { std::slice::from_raw_parts(copy.cast(), copy.len() + 1) };
                assert_eq!(bytes, [text.as_bytes(), &[0]].concat());
                assert_eq!(table.copy(&object, text, true), copy);
            }
        });
    }

    #[test]
    fn a_copy_stays_while_its_object_lives() {
        with_table(|mut table| {
            let kept: Vec<(String, PyObjectRef)> = (0..3000)
                .map(|number| format!("kept {number}"))
                .map(|text| (text.clone(), table.vm.ctx.new_str(text).into()))
                .collect();
            let first: Vec<_> = kept
                .iter()
                .map(|(text, object)| table.copy(object, text, true))
                .collect();
            table.pass(50_000, 20);
            for ((text, object), first) in kept.iter().zip(first) {
                assert_eq!(table.copy(object, text, true), first);
                // SAFETY: the object is alive, so its copy is.
                assert_eq!(unsafe { &*first }, text.as_bytes());
            }
        });
    }

    #[test]
    fn copies_of_dead_objects_do_not_pile_up() {
        with_table(|mut table| {
            table.pass(100_000, 20);
            assert!(table.table.copies.len() <= FREE_COPIES + 1);
            assert!(table.table.bytes <= FREE_BYTES);
            // Few, but large.
            table.pass(300, 60_000);
            assert!(table.table.bytes <= FREE_BYTES + 60_001);
        });
    }

    #[test]
    fn dead_copies_do_not_outnumber_living_ones() {
        with_table(|mut table| {
            let kept: Vec<PyObjectRef> = (0..10_000)
                .map(|number| table.vm.ctx.new_str(format!("kept {number}")).into())
                .collect();
            for object in &kept {
                table.copy(object, "kept", true);
            }
            table.pass(100_000, 20);
            assert!(table.table.copies.len() <= 2 * kept.len() + FREE_COPIES);
            drop(kept);
            table.pass(50_000, 20);
            assert!(table.table.copies.len() <= FREE_COPIES + 1);
        });
    }

    #[test]
    fn an_instance_of_a_subclass_dies_when_its_last_reference_goes() {
        with_table(|mut table| {
            let vm = table.vm;
            let bases = vm
                .ctx
                .new_tuple(vec![vm.ctx.types.str_type.to_owned().into()]);
            let class = vm.ctx.types.type_type.as_object();
            let class = class.call(("Text", bases, vm.ctx.new_dict()), vm);
            let class = class.unwrap_or_else(|_| panic!("no class"));
            let object = class
                .call(("text",), vm)
                .unwrap_or_else(|_| panic!("no object"));
            let watch = object
                .downgrade(None, vm)
                .unwrap_or_else(|_| panic!("no weakref"));
            let copy = table.copy(&object, "text", false);
            assert_eq!(table.copy(&object, "text", false), copy);
            drop(object);
            assert!(watch.upgrade().is_none());
        });
    }
}
