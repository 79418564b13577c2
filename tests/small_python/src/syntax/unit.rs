//! A file as the interpreter runs it.

use super::lines::Lines;
use ruff_python_ast::{AtomicNodeIndex, Expr, Parameters as Definition, Stmt};

/// One source file. Its tree lives as long as the process, as functions do.
///
/// A node's index says what the interpreter needs to know of it: of a name its entry
/// in `places`, of a literal the one in `literals`, of a function, lambda or class
/// the one in `codes`, of a comprehension how many variables it has.
#[derive(Debug)]
pub struct Unit {
    /// The file, for messages.
    pub file: String,
    /// The text.
    pub source: &'static str,
    /// Where its lines begin.
    pub lines: Lines,
    /// The body of the file first, then everything below it.
    pub codes: Vec<Code>,
    /// Where the variables are.
    pub places: Vec<Place>,
    /// Each is made into an object once, when it is evaluated first.
    pub literals: Vec<&'static Expr>,
}

/// What a node's index has been set to.
pub fn index(node: &AtomicNodeIndex) -> usize {
    match node.load().as_u32() {
        Some(index) => index as usize,
        None => unreachable!("the table has set the index of every node that is asked"),
    }
}

/// What a body belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Module,
    Class,
    Function,
}

/// What is run.
#[derive(Debug, Clone, Copy)]
pub enum Body {
    Statements(&'static [Stmt]),
    /// Of a lambda, or an expression by itself: it returns the value.
    Value(&'static Expr),
}

/// A body with its own variables.
#[derive(Debug)]
pub struct Code {
    pub kind: Kind,
    pub name: &'static str,
    pub qualified_name: String,
    pub line: u32,
    pub parameters: Parameters,
    pub body: Body,
    /// The variables, by slot, the parameters first.
    pub locals: Vec<&'static str>,
    /// The first construct in it that the interpreter does not have, and its line.
    /// Such code is never run.
    pub unsupported: Option<(&'static str, u32)>,
}

/// How many parameters there are of each sort, in the order of their slots.
#[derive(Debug, Clone, Copy, Default)]
pub struct Parameters {
    /// Those before a `/` among the next.
    pub positional_only: usize,
    pub positional: usize,
    pub star: usize,
    pub keyword_only: usize,
    pub double_star: usize,
}

impl From<&Definition> for Parameters {
    fn from(definition: &Definition) -> Self {
        let positional_only = definition.posonlyargs.len();
        Self {
            positional_only,
            positional: positional_only + definition.args.len(),
            star: usize::from(definition.vararg.is_some()),
            keyword_only: definition.kwonlyargs.len(),
            double_star: usize::from(definition.kwarg.is_some()),
        }
    }
}

/// Where a variable is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In a slot of the environment that is so many around the present one.
    Variable {
        name: &'static str,
        depth: usize,
        slot: usize,
    },
    /// In the namespace of a class body or module, else global.
    Name(&'static str),
    /// In the module's dict, else a builtin.
    Global(&'static str),
}
