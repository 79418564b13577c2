//! A script as the interpreter runs it: names resolved to places, constants
//! pooled, nothing left that the interpreter does not know.

use hpy_loader::runtime::{BinaryOp, CompareOp, UnaryOp};

/// Index into [`Unit::constants`].
pub type ConstantId = usize;
/// Index into [`Unit::codes`].
pub type CodeId = usize;

/// One source file.
#[derive(Debug)]
pub struct Unit {
    /// The file, for messages.
    pub file: String,
    /// The body of the file first, then everything below it.
    pub codes: Vec<Code>,
    /// Made into objects once, when the unit is loaded.
    pub constants: Vec<Constant>,
}

/// A value that stands in the source.
#[derive(Debug, Clone, PartialEq)]
pub enum Constant {
    None,
    Ellipsis,
    Bool(bool),
    Int(i64),
    /// Decimal digits of an integer that fits no `i64`.
    BigInt(String),
    Float(f64),
    Str(String),
    /// Text with surrogates.
    CodePoints(Vec<u32>),
    Bytes(Vec<u8>),
}

/// What a body belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Module,
    Class,
    Function,
}

/// A body with its own variables.
#[derive(Debug)]
pub struct Code {
    pub kind: Kind,
    pub name: String,
    pub qualified_name: String,
    pub line: u32,
    pub parameters: Parameters,
    /// The variables that nothing else sees, by slot.
    pub locals: Vec<String>,
    /// The cells of the enclosing code that this one sees. They come first.
    pub free: Vec<Free>,
    /// The variables that functions in this one see as well, whose cells come
    /// after those. A parameter among them moves from its slot into the cell.
    pub cells: Vec<Cell>,
    /// The cell of `__class__` in the body of a class.
    pub class_cell: Option<usize>,
    pub doc: Option<ConstantId>,
    pub body: Vec<Stmt>,
    /// What in it cannot be expressed. Such code is never run.
    pub unsupported: Vec<Unsupported>,
}

/// A construct that the interpreter does not have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unsupported {
    pub construct: String,
    pub line: u32,
}

#[derive(Debug)]
pub struct Cell {
    pub name: String,
    pub parameter: Option<usize>,
}

#[derive(Debug)]
pub struct Free {
    pub name: String,
    /// Index of the cell in the enclosing code.
    pub outer: usize,
}

#[derive(Debug, Default)]
pub struct Parameters {
    /// Those before a `/` first; slots are numbered in this order.
    pub positional: Vec<Parameter>,
    pub positional_only: usize,
    pub star: Option<Parameter>,
    pub keyword_only: Vec<Parameter>,
    pub double_star: Option<Parameter>,
}

#[derive(Debug)]
pub struct Parameter {
    pub name: String,
    pub slot: usize,
}

/// Where a variable is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In a slot of the frame.
    Local(usize),
    /// In a cell of the frame.
    Cell(usize),
    /// In the namespace of a class body or module, else global.
    Name(ConstantId),
    /// In a class body: in the namespace, else in a cell.
    NameOrCell(ConstantId, usize),
    /// In the module's dict, else a builtin.
    Global(ConstantId),
}

#[derive(Debug)]
pub struct Expr {
    pub kind: ExprKind,
}

#[derive(Debug)]
pub enum ExprKind {
    Constant(ConstantId),
    Load(Place),
    Named(Place, Box<Expr>),
    Attribute(Box<Expr>, ConstantId),
    Item(Box<Expr>, Box<Expr>),
    Slice(Option<Box<Expr>>, Option<Box<Expr>>, Option<Box<Expr>>),
    List(Vec<Element>),
    Tuple(Vec<Element>),
    Set(Vec<Element>),
    /// Without a key: `**value`.
    Dict(Vec<(Option<Expr>, Expr)>),
    Unary(UnaryOp, Box<Expr>),
    Not(Box<Expr>),
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    Power(Box<Expr>, Box<Expr>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Compare(Box<Expr>, Vec<(Comparison, Expr)>),
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    Call(Box<Call>),
    /// `super(class, object).name`
    Super(Box<Expr>, Box<Expr>, ConstantId),
    Function(Box<Function>),
    Comprehension(Box<Comprehension>),
    Format(Vec<Piece>),
}

/// An element of a display or a positional argument.
#[derive(Debug)]
pub enum Element {
    One(Expr),
    Star(Expr),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Rich(CompareOp),
    Is,
    IsNot,
    In,
    NotIn,
}

#[derive(Debug)]
pub struct Call {
    pub callee: Expr,
    pub positional: Vec<Element>,
    /// Without a name: `**value`.
    pub keywords: Vec<(Option<ConstantId>, Expr)>,
}

#[derive(Debug)]
pub struct Function {
    pub code: CodeId,
    pub decorators: Vec<Expr>,
    pub defaults: Vec<Expr>,
    pub keyword_defaults: Vec<(ConstantId, Expr)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collection {
    List,
    Set,
    Dict,
    /// A generator expression, which is evaluated at once and iterated over.
    Iterator,
}

#[derive(Debug)]
pub struct Comprehension {
    pub collection: Collection,
    pub clauses: Vec<Clause>,
    /// The element, or a dict's key and value.
    pub element: Expr,
    pub value: Option<Expr>,
    /// Cells that each run makes anew.
    pub cells: Vec<usize>,
}

#[derive(Debug)]
pub struct Clause {
    pub target: Target,
    pub iterable: Expr,
    pub conditions: Vec<Expr>,
}

#[derive(Debug)]
pub enum Piece {
    Text(String),
    Value {
        value: Expr,
        conversion: Option<Conversion>,
        specification: Vec<Piece>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conversion {
    Str,
    Repr,
    Ascii,
}

/// What can be assigned to.
#[derive(Debug)]
pub enum Target {
    Place(Place),
    Attribute(Expr, ConstantId),
    Item(Expr, Expr),
    /// Targets before, the one with the star if any, and those after it.
    Unpack {
        before: Vec<Target>,
        star: Option<Box<Target>>,
        after: Vec<Target>,
    },
}

#[derive(Debug)]
pub struct Stmt {
    pub line: u32,
    pub kind: StmtKind,
}

#[derive(Debug)]
pub enum StmtKind {
    Expr(Expr),
    Assign(Vec<Target>, Expr),
    Augment(Target, Augmented, Expr),
    Delete(Vec<Target>),
    Return(Option<Expr>),
    Raise(Option<Expr>, Option<Expr>),
    Assert(Box<Assert>),
    If(Vec<(Option<Expr>, Vec<Stmt>)>),
    While(Expr, Vec<Stmt>, Vec<Stmt>),
    For(Box<For>),
    Try(Box<Try>),
    With(Box<With>),
    Class(Box<Class>),
    Import(Vec<Import>),
    Break,
    Continue,
    Pass,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Augmented {
    Operator(BinaryOp),
    Power,
}

#[derive(Debug)]
pub struct Assert {
    pub test: Expr,
    pub message: Option<Expr>,
    /// The source of the test.
    pub text: String,
}

#[derive(Debug)]
pub struct For {
    pub target: Target,
    pub iterable: Expr,
    pub body: Vec<Stmt>,
    pub otherwise: Vec<Stmt>,
}

#[derive(Debug)]
pub struct Try {
    pub body: Vec<Stmt>,
    pub handlers: Vec<Handler>,
    pub otherwise: Vec<Stmt>,
    pub finally: Vec<Stmt>,
}

#[derive(Debug)]
pub struct Handler {
    pub class: Option<Expr>,
    pub name: Option<Target>,
    pub body: Vec<Stmt>,
}

#[derive(Debug)]
pub struct With {
    pub context: Expr,
    pub target: Option<Target>,
    pub body: Vec<Stmt>,
}

#[derive(Debug)]
pub struct Class {
    pub code: CodeId,
    pub name: ConstantId,
    pub place: Target,
    pub decorators: Vec<Expr>,
    pub bases: Vec<Element>,
    pub keywords: Vec<(Option<ConstantId>, Expr)>,
}

/// One module of an `import` statement.
#[derive(Debug)]
pub struct Import {
    pub module: String,
    /// Dots in front.
    pub level: u32,
    pub names: Imported,
}

#[derive(Debug)]
pub enum Imported {
    /// `import a.b`: binds `a`, or with `as` the submodule.
    Module { place: Target, leaf: bool },
    /// `from a import b`.
    Names(Vec<(String, Target)>),
}

/// The value of an integer literal, in any base.
pub fn big_int(digits: &str) -> Option<num_bigint::BigInt> {
    let (radix, digits) = match digits.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => (16, &digits[2..]),
        Some("0o") => (8, &digits[2..]),
        Some("0b") => (2, &digits[2..]),
        _ => (10, digits),
    };
    num_bigint::BigInt::parse_bytes(digits.as_bytes(), radix)
}
