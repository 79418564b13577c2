//! One row of the context table, at run time: what it is, and what is true of it.

use super::{HPy, HPyContext};

/// One member of the context, for whoever wants to walk the table: the header
/// check, statistics, documentation.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// The name of the C member, such as `h_None` or `ctx_Dup`.
    pub name: &'static str,
    /// The version of HPy that first had it, or `head`.
    pub since: &'static str,
    /// Its offset in [`HPyContext`], in bytes.
    pub offset: usize,
    /// Whether it is a constant or a function.
    pub kind: RowKind,
    /// What may happen while the function runs. Constants are [`Effect::Leaf`].
    pub effect: Effect,
    /// What else is true of the function.
    pub facts: &'static [Fact],
}

/// The index of the row at an offset of [`HPyContext`], in bytes.
pub(crate) const fn row_index(offset: usize) -> usize {
    (offset - std::mem::offset_of!(HPyContext, h_None)) / size_of::<HPy>()
}

/// The offset in [`HPyContext`] of the row with an index.
pub(crate) const fn row_offset(index: usize) -> usize {
    index * size_of::<HPy>() + std::mem::offset_of!(HPyContext, h_None)
}

/// What may happen while a function of the context runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// No code but the VM's own runs, and no object dies: C is not entered again
    /// before the function returns.
    Leaf,
    /// Objects may die or be asked for something, so that C may be entered again.
    /// An error may be pending.
    Reenters,
    /// Python code may run. It could lose a pending error or take it for its own, so
    /// none may be pending; CPython's debug builds assert the same.
    RunsPython,
    /// The process ends.
    Aborts,
}

/// What is true of some functions of the context. Arguments are named as in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// These arguments may be `HPy_NULL`.
    Nullable(&'static [&'static str]),
    /// These arguments may be any word, since the loader looks at none of them: the
    /// VM may, if they tell it anything.
    Unchecked(&'static [&'static str]),
    /// The function takes these arguments away from the caller. A handle that is not
    /// open is ignored.
    Consumed(&'static [&'static str]),
    /// `HPy_NULL` is a result as well, without an error.
    NullResult,
    /// The function is there to set an error, in place of one that is pending.
    SetsError,
}

impl Effect {
    /// Whether C may be entered again before the function returns.
    pub const fn may_reenter(self) -> bool {
        !matches!(self, Self::Leaf)
    }

    /// Whether no error may be pending when the function is called.
    pub const fn needs_no_error(self) -> bool {
        matches!(self, Self::RunsPython)
    }
}

impl Row {
    /// Whether an argument may be `HPy_NULL`.
    pub fn is_nullable(&self, argument: &str) -> bool {
        let says = |fact: &Fact| matches!(fact, Fact::Nullable(names) if names.contains(&argument));
        self.facts.iter().any(says)
    }

    /// Whether the function is there to set an error.
    pub fn sets_error(&self) -> bool {
        self.facts.contains(&Fact::SetsError)
    }

    /// Whether the function returns nothing, by which C could see that it failed.
    pub fn is_void(&self) -> bool {
        matches!(self.kind, RowKind::Function { ret: "", .. })
    }

    /// Whether an argument may be any word.
    pub fn takes_any_word(&self, argument: &str) -> bool {
        let says = |fact: &Fact| match fact {
            Fact::Unchecked(names) | Fact::Consumed(names) => names.contains(&argument),
            Fact::Nullable(_) | Fact::NullResult | Fact::SetsError => false,
        };
        self.facts.iter().any(says)
    }
}

/// What a [`Row`] holds.
#[derive(Debug, Clone, Copy)]
pub enum RowKind {
    /// A handle that stays valid as long as the context.
    Handle {
        /// The object's name in Python.
        python_name: &'static str,
    },
    /// A function pointer. The types are Rust's spelling of the C types.
    Function {
        /// The parameters after the leading `HPyContext *`.
        params: &'static [&'static str],
        /// The result, empty for `void`.
        ret: &'static str,
    },
}

/// The public C name behind a member of the context: `ctx_Long_AsInt64_t` is
/// called as `HPyLong_AsInt64_t`, `ctx_GetAttr_s` as `HPy_GetAttr_s`. For error
/// messages, since that is the name an extension's author knows.
pub fn public_name(row: &str) -> String {
    /// The prefixes that the public names join to `HPy` without an underscore.
    const FAMILIES: &[&str] = &[
        "Bool",
        "Bytes",
        "Callable",
        "Capsule",
        "ContextVar",
        "Dict",
        "Err",
        "Field",
        "Float",
        "Global",
        "Import",
        "Iter",
        "List",
        "ListBuilder",
        "Long",
        "Number",
        "Slice",
        "Tracker",
        "Tuple",
        "TupleBuilder",
        "Type",
        "Unicode",
    ];
    let name = row.strip_prefix("ctx_").unwrap_or(row);
    match name.split_once('_') {
        Some((family, _)) if FAMILIES.contains(&family) => format!("HPy{name}"),
        _ => format!("HPy_{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::context::{RELEASE, ROWS};
    use super::*;

    #[test]
    fn the_table_has_the_size_that_the_abi_documents() {
        let released: Vec<&Row> = ROWS.iter().filter(|row| row.since == RELEASE).collect();
        assert_eq!(released.len(), 263);
        let functions = released
            .iter()
            .filter(|row| matches!(row.kind, RowKind::Function { .. }));
        assert_eq!(functions.count(), 180);
        assert_eq!(released.last().map(|row| row.offset + 8), Some(2128));
    }

    #[test]
    fn rows_are_appended_only() {
        for (index, row) in ROWS.iter().enumerate() {
            assert_eq!(row.offset, 8 * (3 + index), "{}", row.name);
        }
        let first_of_head = ROWS.iter().position(|row| row.since != RELEASE);
        let from_there = first_of_head.map(|first| &ROWS[first..]);
        assert!(from_there.is_none_or(|rows| rows.iter().all(|row| row.since == "head")));
    }

    #[test]
    fn public_names_follow_the_headers() {
        for (row, public) in [
            ("ctx_Dup", "HPy_Dup"),
            ("ctx_Long", "HPy_Long"),
            ("ctx_Long_AsInt64_t", "HPyLong_AsInt64_t"),
            ("ctx_GetAttr_s", "HPy_GetAttr_s"),
            ("ctx_Type", "HPy_Type"),
            ("ctx_Type_FromSpec", "HPyType_FromSpec"),
            ("ctx_ListBuilder_New", "HPyListBuilder_New"),
        ] {
            assert_eq!(public_name(row), public);
        }
    }
}
