//! Arguments that are made up for a call, by the C type and the name in the table.
//!
//! Only what C cannot do without undefined behaviour of its own is left out: pointers
//! that point to nothing, text without an end, more items than an array has. All else
//! comes: words of every kind, `NULL` for every pointer, numbers that are out of range.

use std::ffi::{CStr, c_char, c_void};
use std::ptr::{null, null_mut};

use hpy_loader::abi::context::Row;
use hpy_loader::abi::*;

use super::choices::Choices;
use super::nested::Nested;
use super::player::Player;
use super::stage::{FIELDS, getset};
use crate::definitions::{Definitions, member, method, slot};

/// Short texts: names of attributes, modules and codecs, sources, and what is no UTF-8.
pub const TEXTS: &[&CStr] = &[
    c"m.x",
    c"",
    c"noargs",
    c"o",
    c"varargs",
    c"keywords",
    c"getset",
    c"number",
    c"append",
    c"pop",
    c"__class__",
    c"__dict__",
    c"__doc__",
    c"__name__",
    c"x",
    c"utf-8",
    c"latin-1",
    c"ascii",
    c"nonsense",
    c"strict",
    c"ignore",
    c"replace",
    c"surrogateescape",
    c"1 + 1",
    c"[x, (x)]",
    c"x = 1",
    c"(",
    c"math",
    c"a b",
    c"a.b.c",
    c".",
    c"\xff\xfe",
    c"\xed\xa0\x80",
    c"\xc0\x80",
    c"\xf5\x80\x80\x80",
    c"caf\xc3\xa9",
    c"\xf0\x9f\xa6\x80",
    c"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
];

/// Functions whose second operand says how much is made: it stays small, since what
/// follows from a large one is right, and takes for ever.
const GROWING: &[&str] = &[
    "ctx_Add",
    "ctx_Multiply",
    "ctx_Power",
    "ctx_Lshift",
    "ctx_InPlaceAdd",
    "ctx_InPlaceMultiply",
    "ctx_InPlacePower",
    "ctx_InPlaceLshift",
];

/// The first argument that says how long a container will be.
const SIZED: &[&str] = &[
    "ctx_List_New",
    "ctx_ListBuilder_New",
    "ctx_TupleBuilder_New",
    "ctx_Tracker_New",
];

/// How long arrays of handles are: more than a tuple of keywords has names.
const ARRAY: usize = 64;

/// The arguments of one call, and the memory that they point to.
pub struct Arguments<'a> {
    pub player: &'a Player<'a>,
    pub row: &'static Row,
    pub choices: Choices,
    /// The arguments that are handles.
    pub handles: Vec<(&'static str, HPy)>,
    /// The argument that is a builder, a tracker or a state.
    pub number: isize,
    /// The last size or index.
    pub size: isize,
    /// How many items the array has that was the last argument.
    room: Option<usize>,
    arrays: Vec<Box<[HPy]>>,
    memory: Box<Memory>,
}

/// What pointers point to.
struct Memory {
    result: HPy,
    size: [HPy_ssize_t; 3],
    sizes: usize,
    data: *mut c_void,
    words: [u64; 2],
    wide: [wchar_t; 4],
    global: HPyGlobal,
    spec: HPyType_Spec,
    params: [HPyType_SpecParam; 3],
    definitions: Option<Definitions>,
    destructor: HPyCapsule_Destructor,
    call: HPyCallFunction,
}

/// What C gives as any memory. It stays, since a capsule may keep it as its name, and it
/// is a destructor, since one can be told to take it for that.
#[allow(dead_code, reason = "C looks at it")]
struct Anything(HPyCapsule_Destructor);

// SAFETY: nobody writes to it.
unsafe impl Sync for Anything {}

static ANYTHING: Anything = Anything(HPyCapsule_Destructor {
    cpy_trampoline: c"trampoline".as_ptr().cast(),
    r#impl: Some(destroy_capsule),
});

unsafe extern "C" fn destroy_capsule(_: *const c_char, _: *mut c_void, _: *mut c_void) {}

impl<'a> Arguments<'a> {
    pub fn new(player: &'a Player<'a>, row: &'static Row, choices: Choices) -> Self {
        Self {
            player,
            row,
            choices,
            handles: Vec::new(),
            number: 0,
            size: 0,
            room: None,
            arrays: Vec::new(),
            memory: Box::new(Memory {
                result: HPy::NULL,
                size: [0; 3],
                sizes: 0,
                data: null_mut(),
                words: [0; 2],
                wide: [0; 4],
                global: HPyGlobal::NULL,
                spec: HPyType_Spec {
                    name: c"m.x".as_ptr(),
                    basicsize: 0,
                    itemsize: 0,
                    flags: 0,
                    builtin_shape: HPyType_BuiltinShape::HPyType_BuiltinShape_Object,
                    legacy_slots: null_mut(),
                    defines: null_mut(),
                    doc: null(),
                },
                params: [HPyType_SpecParam {
                    kind: HPyType_SpecParam_Kind(0),
                    object: HPy::NULL,
                }; 3],
                definitions: None,
                destructor: HPyCapsule_Destructor {
                    cpy_trampoline: c"trampoline".as_ptr().cast(),
                    r#impl: Some(destroy_capsule),
                },
                call: HPyCallFunction {
                    cpy_trampoline: null(),
                    r#impl: None,
                },
            }),
        }
    }

    /// The arguments are there, and the call follows.
    pub fn ready(&mut self, text: impl FnOnce() -> String) {
        if self.player.is_traced() {
            let indent = " ".repeat(2 * self.player.depth());
            eprintln!("{indent}{}({})", self.row.name, text());
        }
        self.player.give(self);
    }

    /// The handle that is the first argument of its kind.
    pub fn handle_at(&self, index: usize) -> HPy {
        self.handles.get(index).map_or(HPy::NULL, |(_, h)| *h)
    }

    /// What a function left where it was told to: a handle, and a size.
    pub fn results(&self) -> (HPy, isize) {
        (self.memory.result, self.memory.size[0])
    }

    /// The global that is neither declared nor any other's, if the call had one.
    pub fn stray_global(&mut self) -> Option<*mut HPyGlobal> {
        (self.memory.global != HPyGlobal::NULL).then_some(&raw mut self.memory.global)
    }

    fn is_careful(&self) -> bool {
        self.player.is_careful()
    }

    /// Whether this argument is what no C should give.
    fn is_hostile(&mut self) -> bool {
        let often = self.player.hostility();
        !self.is_careful() && self.choices.is(often)
    }

    /// Whether this pointer is null, which some may be.
    fn is_null(&mut self, may_be: bool) -> bool {
        match self.is_careful() {
            true => may_be && self.choices.is(64),
            false => self.choices.is(16),
        }
    }

    fn handle(&mut self, name: &'static str) -> HPy {
        let is_small = GROWING.contains(&self.row.name);
        let h = if self.row.is_nullable(name) && self.choices.is(64) {
            HPy::NULL
        } else if self.is_hostile() {
            self.player.bad_word(&mut self.choices, is_small)
        } else {
            self.player
                .good_word(&mut self.choices, self.row, name, is_small)
        };
        self.handles.push((name, h));
        h
    }

    /// An array of handles, or null. What follows says how many count.
    fn array(&mut self, name: &'static str) -> *mut HPy {
        if self.is_null(false) {
            self.room = Some(0);
            return null_mut();
        }
        let count = self.choices.below(4);
        let is_small = false;
        let mut array = [HPy::NULL; ARRAY];
        for item in &mut array[..count] {
            *item = match self.is_hostile() {
                true => self.player.bad_word(&mut self.choices, is_small),
                false => {
                    let (choices, row) = (&mut self.choices, self.row);
                    self.player.good_word(choices, row, name, is_small)
                }
            };
        }
        for item in &mut array[count..] {
            *item = array_end(self.player);
        }
        self.room = Some(count);
        self.arrays.push(Box::new(array));
        let last = self.arrays.last_mut().expect("pushed");
        last.as_mut_ptr()
    }

    /// A size, index or count.
    fn ssize(&mut self, name: &str) -> isize {
        const ANY: &[isize] = &[
            -1,
            isize::MIN,
            isize::MAX,
            1 << 62,
            1 << 44,
            1 << 31,
            -1 << 31,
            -2,
            5000,
        ];
        /// No memory is as large, so nothing may be read or made.
        const TOO_LARGE: &[isize] = &[-1, isize::MIN, isize::MAX, 1 << 62, 1 << 60];
        let is_hostile = self.is_hostile();
        self.size = match self.room.take() {
            Some(room) if !is_hostile => self.choices.below(room + 1).cast_signed(),
            Some(_) => self.choices.one_of(TOO_LARGE),
            None if SIZED.contains(&self.row.name) => match is_hostile {
                true => self.choices.one_of(TOO_LARGE),
                false => self.choices.below(5).cast_signed(),
            },
            None => {
                let known = self
                    .player
                    .index_for(self.row, self.number, &mut self.choices);
                match (is_hostile, known) {
                    (true, _) => self.choices.one_of(ANY),
                    (false, Some(index)) => index,
                    (false, None) if name == "stack_level" => 1,
                    (false, None) => self.choices.below(4).cast_signed(),
                }
            }
        };
        self.size
    }

    /// A spec of a type. A third of them are right.
    fn spec(&mut self) -> *mut HPyType_Spec {
        if self.is_null(false) {
            return null_mut();
        }
        let is_hostile = !self.is_careful() && self.choices.is(170);
        let choices = &mut self.choices;
        let spec = &mut self.memory.spec;
        spec.basicsize = 48;
        if is_hostile {
            spec.basicsize = choices.one_of(&[0, 48, 1, 7, 40, 1 << 16, -1, i32::MIN]);
            spec.itemsize = choices.one_of(&[0, 0, 8, -1, i32::MAX]);
            spec.flags = choices.one_of(&[0, 1 << 10, 1 << 14, c_ulong::MAX, 1 << 9 | 1 << 18]);
            let shapes = [0, 0, 0, 1, 2, 3, 4, 5, 6, 7, -1, -2, i32::MAX];
            spec.builtin_shape = HPyType_BuiltinShape(choices.one_of(&shapes));
            spec.name = match choices.byte() {
                0..16 => null(),
                _ => choices.one_of(TEXTS).as_ptr(),
            };
            spec.doc = choices.one_of(&[null(), c"doc".as_ptr(), c"\xff".as_ptr()]);
            if choices.is(8) {
                spec.legacy_slots = (&raw mut self.memory.words).cast();
            }
        }
        let count = choices.below(4);
        let definitions = (0..count)
            .map(|_| definition(choices, is_hostile))
            .collect();
        let mut definitions = Definitions::new(definitions);
        spec.defines = match choices.byte() {
            0..8 => null_mut(),
            _ => definitions.as_ptr(),
        };
        self.memory.definitions = Some(definitions);
        spec
    }

    fn params(&mut self) -> *mut HPyType_SpecParam {
        if self.choices.is(128) {
            return null_mut();
        }
        let count = match self.is_careful() {
            true => 0,
            false => self.choices.below(3),
        };
        for index in 0..count {
            let kind = HPyType_SpecParam_Kind(self.choices.one_of(&[1, 1, 2, 3, 4, -1, i32::MAX]));
            let object = match self.is_hostile() {
                true => self.player.bad_word(&mut self.choices, false),
                false => {
                    let choices = &mut self.choices;
                    self.player.good_word(choices, self.row, "type", false)
                }
            };
            self.memory.params[index] = HPyType_SpecParam { kind, object };
        }
        self.memory.params[count].kind = HPyType_SpecParam_Kind(0);
        self.memory.params.as_mut_ptr()
    }
}

/// What arrays end with: an open handle, for counts that keywords add to.
fn array_end(player: &Player<'_>) -> HPy {
    player.none()
}

/// One definition of a type. The functions fit what the definition says of them: C
/// cannot tell the VM otherwise without lying to itself.
fn definition(choices: &mut Choices, is_hostile: bool) -> HPyDef {
    use HPyFunc_Signature as Signature;

    let signatures: [(_, HPyCFunction); 4] = [
        (Signature::HPyFunc_NOARGS, HPyFunc_noargs::FUNCTION),
        (Signature::HPyFunc_O, HPyFunc_o::FUNCTION),
        (Signature::HPyFunc_VARARGS, HPyFunc_varargs::FUNCTION),
        (Signature::HPyFunc_KEYWORDS, HPyFunc_keywords::FUNCTION),
    ];
    let (signature, function) = choices.one_of(&signatures);
    let name = choices.one_of(TEXTS);
    let mut definition = match choices.below(4) {
        0 => method(name, signature, function),
        1 => getset(name),
        // The last eight bytes, which no field is in.
        2 => member(
            name,
            HPyMember_FieldType(choices.one_of(&[0, 1, 2, 3, 4, 8, 17])),
            40,
            false,
        ),
        _ => slot(HPySlot_Slot::HPy_tp_repr, HPyFunc_unaryfunc::FUNCTION),
    };
    if !is_hostile {
        return definition;
    }
    match choices.below(10) {
        0 => definition.kind = HPyDef_Kind(choices.one_of(&[0, 5, -1, i32::MAX])),
        1 => definition = method(name, signature, null()),
        2 => {
            let odd = choices.one_of(&[0, 5, 20, -1, i32::MAX]);
            definition = method(name, HPyFunc_Signature(odd), function);
        }
        3 => {
            definition = method(name, signature, function);
            definition.definition.meth.name = null();
        }
        4 => {
            let odd = choices.one_of(&[0, 47, 99, 1999, 2000, 2001, -1, i32::MAX]);
            definition = slot(HPySlot_Slot(odd), function);
        }
        5 => {
            let number = choices.one_of(HPySlot_Slot::ALL).1;
            definition = slot(number, null());
        }
        6 => {
            let of = HPyMember_FieldType(choices.one_of(&[5, 9, 15, 18, 21, -1, i32::MAX, 20]));
            definition = member(name, of, 40, choices.is(128));
        }
        7 => {
            let of = HPyMember_FieldType(choices.one_of(&[0, 1, 2, 4, 17, 6, 16]));
            let far = choices.one_of(&[41, 48, 1 << 20, usize::MAX, 1 << 62, 1 << 63]);
            definition = member(name, of, far, false);
        }
        8 => {
            let special = [
                c"__vectorcalloffset__",
                c"__dictoffset__",
                c"__weaklistoffset__",
            ];
            let name = choices.one_of(&special);
            definition = member(name, HPyMember_FieldType::HPyMember_HPYSSIZET, 40, true);
        }
        _ => {}
    }
    definition
}

/// A C type of an argument.
pub trait Argument: Sized {
    /// One argument of this type, by its name in the table.
    fn make(arguments: &mut Arguments<'_>, name: &'static str) -> Self;
}

macro_rules! arguments {
    ($($type:ty = |$arguments:ident, $name:ident| $make:expr;)*) => {
        $(impl Argument for $type {
            fn make($arguments: &mut Arguments<'_>, $name: &'static str) -> Self {
                $make
            }
        })*
    };
}

/// A number of any type: at the edges, or small.
macro_rules! number {
    ($arguments:ident, $type:ty) => {{
        let choices = &mut $arguments.choices;
        match choices.below(4) {
            0 => <$type>::MAX,
            1 => <$type>::MIN,
            2 => choices.word() as $type,
            _ => choices.below(8) as $type,
        }
    }};
}

arguments! {
    bool = |a, _n| a.choices.is(128);
    i32 = |a, name| match name {
        "op" => match a.is_hostile() {
            true => a.choices.one_of(&[-1, 6, 7, i32::MIN, i32::MAX]),
            false => a.choices.below(6) as i32,
        },
        _ => number!(a, i32),
    };
    u32 = |a, _n| number!(a, u32);
    i64 = |a, _n| number!(a, i64);
    u64 = |a, _n| number!(a, u64);
    usize = |a, name| match name {
        "nargs" => a.ssize(name).cast_unsigned(),
        _ => number!(a, usize),
    };
    isize = |a, name| match name {
        "v" | "value" => number!(a, isize),
        _ => a.ssize(name),
    };
    f64 = |a, _n| match a.choices.below(3) {
        0 => f64::from(a.choices.byte()),
        1 => f64::from_bits(a.choices.word()),
        _ => a.choices.one_of(&[f64::NAN, f64::INFINITY, -0.0, f64::MAX, -1.0]),
    };
    HPy = |a, name| a.handle(name);
    *mut HPy = |a, name| match name {
        "result" if a.is_null(false) => null_mut(),
        "result" => &raw mut a.memory.result,
        _ => a.array(name),
    };
    *const HPy = |a, name| a.array(name).cast_const();
    *const c_char = |a, name| {
        let may_be = matches!(name, "errors" | "encoding" | "utf8_doc" | "filename_fsencoded");
        if a.is_null(may_be) {
            a.room = Some(0);
            return null();
        }
        let texts = match a.is_careful() {
            true => &TEXTS[..15],
            false => TEXTS,
        };
        let text = a.choices.one_of(texts);
        a.room = Some(text.count_bytes());
        text.as_ptr()
    };
    *const wchar_t = |a, _n| {
        if a.is_null(false) {
            a.room = Some(0);
            return null();
        }
        let any = [0x41, 0xe9, 0x1_f980, 0xd800, 0x11_0000, wchar_t::MAX, wchar_t::MIN];
        a.memory.wide = [a.choices.one_of(&any), a.choices.one_of(&any), 0x41, 0];
        a.room = Some(3);
        a.memory.wide.as_ptr()
    };
    *mut c_void = |a, _n| match a.is_null(false) {
        true => null_mut(),
        false => (&raw const ANYTHING).cast_mut().cast(),
    };
    *const c_void = |_a, _n| null();
    *mut *mut c_void = |a, _n| &raw mut a.memory.data;
    *mut HPy_ssize_t = |a, _n| {
        let index = a.memory.sizes % 3;
        a.memory.sizes += 1;
        match a.is_null(false) {
            true => null_mut(),
            false => &raw mut a.memory.size[index],
        }
    };
    *mut HPyField = |a, _n| match a.is_null(false) {
        true => null_mut(),
        false => a.player.field_place(a.choices.below(FIELDS)),
    };
    *mut HPyGlobal = |a, _n| match a.is_null(false) {
        true => null_mut(),
        false if a.is_hostile() => {
            let bad = a.player.bad_word(&mut a.choices, false);
            a.memory.global = HPyGlobal(bad.0);
            &raw mut a.memory.global
        }
        false => a.player.global_place(a.choices.below(3)),
    };
    *mut HPyType_Spec = |a, _n| a.spec();
    *mut HPyType_SpecParam = |a, _n| a.params();
    *mut HPyCapsule_Destructor = |a, _n| match a.choices.below(3) {
        0 => null_mut(),
        1 if !a.is_careful() => {
            a.memory.destructor.r#impl = None;
            &raw mut a.memory.destructor
        }
        _ => &raw mut a.memory.destructor,
    };
    *mut HPyCallFunction = |a, _n| {
        if a.is_null(false) {
            return null_mut();
        }
        if a.is_careful() || a.choices.is(200) {
            // SAFETY: the function is of this signature.
            a.memory.call.r#impl = Some(unsafe {
                HPyFunc_keywords::new(std::mem::transmute::<
                    HPyCFunction,
                    unsafe extern "C" fn(*mut HPyContext, HPy, *const HPy, usize, HPy) -> HPy,
                >(HPyFunc_keywords::FUNCTION))
            });
        }
        &raw mut a.memory.call
    };
    *mut cpy_PyObject = |a, _n| match a.choices.is(128) {
        true => null_mut(),
        false => a.memory.words.as_mut_ptr().cast(),
    };
    HPyListBuilder = |a, _n| {
        a.number = a.player.builder(&mut a.choices, a.row, true);
        HPyListBuilder(a.number)
    };
    HPyTupleBuilder = |a, _n| {
        a.number = a.player.builder(&mut a.choices, a.row, false);
        HPyTupleBuilder(a.number)
    };
    HPyTracker = |a, _n| {
        a.number = a.player.tracker(&mut a.choices);
        HPyTracker(a.number)
    };
    HPyThreadState = |a, _n| HPyThreadState(a.player.bad_word(&mut a.choices, false).0);
    HPyField = |a, _n| HPyField(match a.is_hostile() {
        true => a.player.bad_word(&mut a.choices, false).0,
        false => a.player.field(&mut a.choices),
    });
    HPyGlobal = |a, _n| HPyGlobal(match a.is_hostile() {
        true => a.player.bad_word(&mut a.choices, false).0,
        false => a.player.global(a.choices.below(3)),
    });
    HPyFunc_Signature = |a, _n| HPyFunc_Signature(number!(a, i32));
    HPy_SourceKind = |a, _n| HPy_SourceKind(match a.is_hostile() {
        true => a.choices.one_of(&[-1, 3, i32::MIN, i32::MAX]),
        false => a.choices.below(3) as i32,
    });
    _HPyCapsule_key = |a, _n| _HPyCapsule_key(match a.is_hostile() {
        true => a.choices.one_of(&[-1, 4, i32::MIN, i32::MAX]),
        false => a.choices.below(4) as i32,
    });
}
