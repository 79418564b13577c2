//! The rows of the comparison.
//!
//! This is the one list of them: the workers get their code from here, the
//! reports their labels, the judgement its limits. What C functions the code
//! names is in `bench/modules/overhead`, what else it names in
//! `bench/python/worker.py`, which also says what the two forms of code mean.

/// From where the operation is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// A loop in C around a call of the context.
    C,
    /// A loop in Python around something that the module defines.
    Python,
    /// A loop in Python around something that it does not define, for
    /// comparison on the same VM. Not in any mean.
    Builtin,
}

impl Side {
    /// How reports call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::C => "c",
            Self::Python => "python",
            Self::Builtin => "builtin",
        }
    }

    /// The row that is nothing but the loop.
    pub fn empty(self) -> &'static Row {
        match self {
            Self::C => &EMPTY_IN_C,
            Self::Python | Self::Builtin => &EMPTY_IN_PYTHON,
        }
    }
}

/// One thing that is measured.
#[derive(Debug)]
pub struct Row {
    /// From where.
    pub side: Side,
    /// What reports and `--filter` call it.
    pub name: &'static str,
    /// What the worker runs.
    pub code: &'static str,
    /// The most that it should cost in the threading build, as a multiple of
    /// what it costs on CPython with the same binary.
    pub limit: Option<f64>,
}

/// The loop in C without anything in it.
pub static EMPTY_IN_C: Row = row(Side::C, "empty loop in C", "overhead.empty");

/// The loop in Python without anything in it.
pub static EMPTY_IN_PYTHON: Row = row(Side::Python, "empty loop in Python", "for _n = 0: pass");

const fn row(side: Side, name: &'static str, code: &'static str) -> Row {
    Row {
        side,
        name,
        code,
        limit: None,
    }
}

const fn c(name: &'static str, code: &'static str) -> Row {
    row(Side::C, name, code)
}

const fn limited(limit: f64, name: &'static str, code: &'static str) -> Row {
    Row {
        limit: Some(limit),
        ..row(Side::C, name, code)
    }
}

const fn python(name: &'static str, code: &'static str) -> Row {
    row(Side::Python, name, code)
}

const fn builtin(name: &'static str, code: &'static str) -> Row {
    row(Side::Builtin, name, code)
}

/// Every row.
pub static ROWS: &[Row] = &[
    // Handles.
    limited(
        1.5,
        "Dup+Close",
        "lambda n, o=object(): overhead.dup_close(n, o)",
    ),
    limited(
        1.5,
        "Is, same object",
        "lambda n, o=object(): overhead.is_same(n, o)",
    ),
    limited(
        1.5,
        "Is, other object",
        "lambda n, o=object(): overhead.is_other(n, o, [])",
    ),
    limited(
        1.5,
        "TypeCheck",
        "lambda n, o=overhead.Vector(): overhead.type_check(n, o, overhead.Vector)",
    ),
    limited(
        1.5,
        "Type+Close",
        "lambda n, o=overhead.Vector(): overhead.type_of(n, o)",
    ),
    // Numbers.
    limited(0.75, "Long_From+Close, small", "overhead.long_small"),
    limited(0.3, "Long_From+Close, 2^40", "overhead.long_big"),
    c("Long_From+Close, 2^61", "overhead.long_huge"),
    c(
        "Long_As, of an object",
        "lambda n: overhead.long_as(n, 123456789)",
    ),
    limited(1.0, "Long_As, of C's number", "overhead.long_as_immediate"),
    limited(0.5, "Float_From+Close", "overhead.float_from"),
    c(
        "Float_As, of an object",
        "lambda n: overhead.float_as(n, 1.5)",
    ),
    limited(
        1.0,
        "Float_As, of C's number",
        "overhead.float_as_immediate",
    ),
    limited(0.5, "Add+Close, C's ints", "overhead.add_immediates"),
    limited(0.5, "Add+Close, C's floats", "overhead.add_floats"),
    c(
        "Add+Close, objects",
        "lambda n: overhead.add_objects(n, 123456789, 987654321)",
    ),
    // Objects.
    c(
        "GetAttr+Close",
        "lambda n, o=Attributes(): overhead.get_attr(n, o, 'attribute')",
    ),
    c(
        "GetAttr_s+Close",
        "lambda n, o=Attributes(): overhead.get_attr_s(n, o)",
    ),
    c(
        "SetAttr_s",
        "lambda n, o=Attributes(): overhead.set_attr_s(n, o, None)",
    ),
    limited(
        1.5,
        "Length, list",
        "lambda n, o=[1, 2, 3]: overhead.length(n, o)",
    ),
    limited(
        1.5,
        "GetItem+Close, dict",
        "lambda n, o={'key': object()}: overhead.get_item(n, o, 'key')",
    ),
    c(
        "SetItem, dict",
        "lambda n, o={'key': object()}: overhead.set_item(n, o, 'key', None)",
    ),
    c(
        "Contains, dict",
        "lambda n, o={'key': object()}: overhead.contains(n, o, 'key')",
    ),
    c("IsTrue, list", "lambda n, o=[1]: overhead.is_true(n, o)"),
    c(
        "RichCompareBool, int",
        "lambda n: overhead.compare_bool(n, 123456789, 987654321)",
    ),
    // Text.
    c("Unicode_FromString+Close", "overhead.unicode_from"),
    c(
        "Unicode_FromString, other text",
        "overhead.unicode_from_other",
    ),
    limited(
        1.5,
        "Unicode_AsUTF8AndSize",
        "lambda n, o='sixteen letters.': overhead.unicode_as(n, o)",
    ),
    c("Bytes_FromStringAndSize+Close", "overhead.bytes_from"),
    c(
        "Bytes_AsString",
        "lambda n, o=b'sixteen letters.': overhead.bytes_as(n, o)",
    ),
    // Containers.
    limited(
        1.5,
        "GetItem_i+Close, list",
        "lambda n, o=[object() for _ in '123']: overhead.get_item_i(n, o)",
    ),
    limited(
        1.5,
        "GetItem_i+Close, tuple",
        "lambda n, o=tuple(object() for _ in '123'): overhead.get_item_i(n, o)",
    ),
    c(
        "SetItem_i, list",
        "lambda n, o=[1, 2, 3]: overhead.set_item_i(n, o, None)",
    ),
    limited(
        1.5,
        "Tuple_FromArray+Close, 3",
        "lambda n, o=object(): overhead.tuple_from_array(n, o)",
    ),
    c(
        "TupleBuilder+Close, 3",
        "lambda n, o=object(): overhead.tuple_builder(n, o)",
    ),
    c(
        "ListBuilder+Close, 3",
        "lambda n, o=object(): overhead.list_builder(n, o)",
    ),
    c("Dict_New+Close", "overhead.dict_new"),
    // Calls, errors, threads.
    c(
        "Call+Close, Python function",
        "lambda n: overhead.call(n, function)",
    ),
    c(
        "Call+Close, Python function of 1",
        "lambda n: overhead.call_one(n, ident, None)",
    ),
    c(
        "Call+Close, with a keyword",
        "lambda n, k=('value',): overhead.call_keywords(n, ident, None, k)",
    ),
    c(
        "Call+Close, builtin",
        "lambda n, o=[]: overhead.call_one(n, len, o)",
    ),
    c(
        "CallTupleDict+Close",
        "lambda n, o=(): overhead.call_tuple_dict(n, function, o)",
    ),
    c(
        "CallMethod+Close",
        "lambda n, o=Attributes(): overhead.call_method(n, 'method', o)",
    ),
    c("Err_SetString+Clear", "overhead.err_set_clear"),
    c("Err_Occurred", "overhead.err_occurred"),
    c(
        "Tracker of 3 duplicates",
        "lambda n, o=object(): overhead.tracker(n, o)",
    ),
    c("Leave+ReenterPythonExecution", "overhead.leave_reenter"),
    // Storage.
    limited(
        1.5,
        "AsStruct",
        "lambda n, o=overhead.Vector(): overhead.as_struct(n, o)",
    ),
    limited(
        1.5,
        "Field_Load+Close",
        "lambda n, o=overhead.Vector(), p=object(): overhead.field_load(n, o, p)",
    ),
    c(
        "Field_Store",
        "lambda n, o=overhead.Vector(), p=object(): overhead.field_store(n, o, p)",
    ),
    limited(1.5, "Global_Load+Close", "overhead.global_load"),
    c(
        "Global_Store",
        "lambda n, o=object(): overhead.global_store(n, o)",
    ),
    limited(
        1.5,
        "New+Close",
        "lambda n: overhead.new_instance(n, overhead.Vector)",
    ),
    // From Python.
    python("noargs()", "for f = overhead.noargs: f()"),
    python("one(i)", "for f = overhead.one; i = 5: f(i)"),
    python("three(1, 2, 3)", "for f = overhead.three: f(1, 2, 3)"),
    python("keywords(1, 2, 3)", "for f = overhead.keywords: f(1, 2, 3)"),
    python(
        "keywords(1, b=2, c=3)",
        "for f = overhead.keywords: f(1, b=2, c=3)",
    ),
    python("Vector()", "for f = overhead.Vector: f()"),
    python("Vector(1.0, 2.0)", "for f = overhead.Vector: f(1.0, 2.0)"),
    python("v.norm()", "for v = overhead.Vector(): v.norm()"),
    python("v.same(i)", "for v = overhead.Vector(); i = 5: v.same(i)"),
    python("v.x, a member", "for v = overhead.Vector(): v.x"),
    python("v.x = 1.0", "for v = overhead.Vector(): v.x = 1.0"),
    python("v.sum, a getset", "for v = overhead.Vector(): v.sum"),
    python("v.sum = 1.0", "for v = overhead.Vector(): v.sum = 1.0"),
    python("v + v", "for v = overhead.Vector(): v + v"),
    python("len(v)", "for v = overhead.Vector(); f = len: f(v)"),
    python("v[0]", "for v = overhead.Vector(): v[0]"),
    python("v()", "for v = overhead.Vector(): v()"),
    python("v(i)", "for v = overhead.Vector(); i = 5: v(i)"),
    builtin("abs(i)", "for f = abs; i = 5: f(i)"),
    builtin("gc.isenabled()", "for f = gc.isenabled: f()"),
    builtin("max(i, i, i)", "for f = max; i = 5: f(i, i, i)"),
    builtin(
        "object.__new__(Slotted)",
        "for f = object.__new__; t = Slotted: f(t)",
    ),
    builtin("Slotted()", "for f = Slotted: f()"),
    builtin("function()", "for f = function: f()"),
];

/// The row of that name.
pub fn find(name: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_unique() {
        let names: HashSet<_> = ROWS.iter().map(|row| row.name).collect();
        assert_eq!(names.len(), ROWS.len());
    }

    #[test]
    fn code_has_one_of_the_two_forms() {
        for row in ROWS.iter().chain([&EMPTY_IN_C, &EMPTY_IN_PYTHON]) {
            let statement = row.code.starts_with("for ") && row.code.contains(": ");
            let expression = row.code.starts_with("lambda n") || row.code.starts_with("overhead.");
            assert_eq!(statement, row.side != Side::C, "{}", row.name);
            assert_eq!(expression, row.side == Side::C, "{}", row.name);
            assert!(!row.code.contains(['\t', '\n']), "{}", row.name);
        }
    }
}
