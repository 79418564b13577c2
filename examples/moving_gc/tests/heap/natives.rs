//! What stays in place: native structs, their fields, texts for C.

use crate::heap;
use hpy_loader::abi::{
    HPyField, HPyFunc_destroyfunc, HPyFunc_traverseproc, HPyFunc_visitproc, HPyType_BuiltinShape,
};
use hpy_loader::native::{FieldRef, FieldTable, traverse as traverse_fields};
use moving_gc::Zeal;
use moving_gc::heap::{Heap, Kind, NativeLayout};
use std::cell::Cell;
use std::ffi::{c_int, c_void};

#[repr(C)]
struct Pair {
    first: HPyField,
    number: u64,
    second: HPyField,
}

thread_local! {
    static DESTROYED: Cell<Vec<(u64, bool)>> = const { Cell::new(Vec::new()) };
}

unsafe extern "C" fn traverse(
    native: *mut c_void,
    visit: HPyFunc_visitproc,
    arg: *mut c_void,
) -> c_int {
    let pair = native.cast::<Pair>();
    // SAFETY: the heap passes a struct of the layout below.
    unsafe {
        visit(&raw mut (*pair).first, arg);
        visit(&raw mut (*pair).second, arg)
    }
}

unsafe extern "C" fn destroy(native: *mut c_void) {
    // SAFETY: as above.
    let pair = unsafe { &*native.cast::<Pair>() };
    let is_empty = pair.first.0 == 0 && pair.second.0 == 0;
    let mut destroyed = DESTROYED.take();
    destroyed.push((pair.number, is_empty));
    DESTROYED.set(destroyed);
}

fn layout(heap: &Heap, traversers: usize) -> &'static NativeLayout {
    let table: &'static FieldTable<_> =
        Box::leak(Box::new(FieldTable::new().expect("address space")));
    heap.set_retain_fields(Box::new(|keep| table.retain(keep)));
    Box::leak(Box::new(NativeLayout {
        table,
        release: Box::new(|layout, native| {
            let mut release = |field| {
                layout.table.release(native, field);
            };
            for &function in &layout.traversers {
                // SAFETY: the functions are for this struct.
                unsafe { traverse_fields(function, native.start(), &mut release) };
            }
        }),
        shape: HPyType_BuiltinShape::HPyType_BuiltinShape_Object,
        size: size_of::<Pair>(),
        guard: 0,
        set_guard: Box::new(|_, _| {}),
        ancestors: Vec::new(),
        // SAFETY: the function is of this type.
        traversers: vec![unsafe { HPyFunc_traverseproc::new(traverse) }; traversers],
        fields: vec![std::mem::offset_of!(Pair, second)],
        // SAFETY: the function is of this type.
        destroyers: vec![unsafe { HPyFunc_destroyfunc::new(destroy) }],
    }))
}

#[test]
fn a_struct_stays_and_its_fields_follow() {
    let (heap, class) = heap(Zeal::Off);
    let owner = heap.allocate(Kind::Instance, &class, 0, 0).expect("room");
    let layout = layout(&heap, 2);
    let native = heap
        .make_companion(&owner)
        .add_native(layout)
        .expect("memory");
    assert_eq!(native.addr() % 16, 0);
    let pair = native.cast::<Pair>();
    let leaf = heap.allocate(Kind::Bytes, &class, 0, 8).expect("room");
    heap.set_word(&leaf, 0, 77);
    let store = |field: *mut HPyField| {
        // SAFETY: the field stays where it is.
        let stored = layout
            .table
            .store(unsafe { FieldRef::new(field) }, leaf.to_object());
        assert!(matches!(stored, Ok(None)));
    };
    // SAFETY: the struct is there, and zeroed.
    let words = unsafe {
        assert_eq!(
            ((*pair).first.0, (*pair).number, (*pair).second.0),
            (0, 0, 0)
        );
        store(&raw mut (*pair).first);
        store(&raw mut (*pair).second);
        (*pair).number = 1;
        ((*pair).first, (*pair).second)
    };
    // What no struct has is not kept.
    let mut forgotten = HPyField::NULL;
    store(&raw mut forgotten);
    drop(leaf);
    for round in 1..=50 {
        heap.collect();
        assert_eq!(
            heap.companion(&owner).expect("there").native(),
            Some(native)
        );
        // SAFETY: as above.
        assert_eq!(words, unsafe { ((*pair).first, (*pair).second) });
        let number = |word| layout.table.with(word, |leaf| heap.word(leaf, 0));
        assert_eq!(number(words.0), Some(77));
        assert_eq!(number(words.1), Some(77));
        assert_eq!(number(forgotten), None);
        assert_eq!(heap.statistics().fields_rewritten, 2 * round, "each once");
    }
    drop(owner);
    heap.collect();
    assert_eq!(DESTROYED.take(), [(1, true)]);
    assert!(layout.table.is_empty());
    heap.collect();
    assert_eq!(DESTROYED.take(), []);
    assert_eq!(heap.statistics().destroyed, 1);
}

#[test]
fn an_object_is_finalized_once_and_may_live_on() {
    let (heap, class) = heap(Zeal::Off);
    let owner = heap.allocate(Kind::Instance, &class, 1, 8).expect("room");
    heap.make_companion(&owner)
        .add_native(layout(&heap, 1))
        .expect("memory");
    heap.await_finalizer(&owner);
    let friend = heap.allocate(Kind::Bytes, &class, 0, 8).expect("room");
    heap.set_word(&friend, 0, 5);
    heap.set(&owner, 0, &friend);
    drop(friend);
    heap.collect();
    assert!(heap.take_condemned().is_empty(), "it is alive");
    drop(owner);
    heap.collect();
    let mut condemned = heap.take_condemned();
    let owner = condemned.pop().expect("it waits");
    assert!(condemned.is_empty());
    assert_eq!(DESTROYED.take(), [], "not yet");
    let friend = heap.get(&owner, 0).expect("what it refers to is there");
    assert_eq!(heap.word(&friend, 0), 5);
    // Resurrected: it stays as long as it is rooted, and is not finalized again.
    for _ in 0..3 {
        heap.collect();
        assert!(heap.take_condemned().is_empty());
    }
    drop(owner);
    heap.collect();
    assert!(heap.take_condemned().is_empty());
    assert_eq!(DESTROYED.take(), [(0, true)]);
}

#[test]
fn a_text_for_c_stays_as_long_as_the_object() {
    let (heap, class) = heap(Zeal::Off);
    let object = heap.allocate(Kind::Str, &class, 0, 8).expect("room");
    let text = heap.make_companion(&object).text(|| b"text".to_vec());
    for _ in 0..10 {
        heap.collect();
        let again = heap
            .make_companion(&object)
            .text(|| unreachable!("made before"));
        assert!(std::ptr::eq(again, text));
        // SAFETY: the object is alive, and a NUL follows.
        let found = unsafe { std::slice::from_raw_parts(text.cast::<u8>(), 5) };
        assert_eq!(found, b"text\0");
    }
}

#[test]
fn capsules_die_with_their_objects() {
    use hpy_loader::capsule::Capsule;
    unsafe extern "C" fn free(_: *const std::ffi::c_char, pointer: *mut c_void, _: *mut c_void) {
        // SAFETY: the pointer is that of the cell below.
        unsafe { &*pointer.cast::<Cell<u32>>() }.set(1);
    }
    let (heap, class) = heap(Zeal::Off);
    let freed = Cell::new(0_u32);
    let object = heap.allocate(Kind::Capsule, &class, 0, 0).expect("room");
    heap.make_companion(&object).set_capsule(Capsule {
        pointer: Cell::new((&raw const freed).cast_mut().cast()),
        name: Cell::new(std::ptr::null()),
        context: Cell::new(std::ptr::null_mut()),
        destructor: Cell::new(Some(free)),
    });
    heap.collect();
    assert_eq!(freed.get(), 0);
    drop(object);
    heap.collect();
    assert_eq!(freed.get(), 1);
}
