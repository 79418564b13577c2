//! From source text to a [`Unit`].
//!
//! What has no counterpart in the tree is not an error of the file: the code in
//! which it stands gets an [`Unsupported`] and is never run. That is what lets a
//! test file be loaded of which only some tests can be expressed, and it is the
//! first half of the rule by which tests are chosen.

mod expression;
mod function;
mod literal;
mod operator;
mod scope;
mod statement;

use super::tree::{
    Cell, Code, CodeId, Constant, ConstantId, Free, Kind, Parameters, Place, Stmt, StmtKind,
    Target, Unit, Unsupported,
};
use ruff_text_size::{Ranged, TextRange};
use scope::{Meaning, ScopeKind, Scopes};
use std::collections::BTreeMap;

/// A file that does not parse.
#[derive(Debug)]
pub struct SyntaxError {
    /// What the parser says.
    pub message: String,
    /// Where.
    pub line: u32,
}

/// Parses and lowers a file.
///
/// # Errors
///
/// If it is no Python.
pub fn lower(source: &str, file: &str) -> Result<Unit, SyntaxError> {
    let lines = Lines::of(source);
    let parsed = ruff_python_parser::parse_module(source).map_err(|error| SyntaxError {
        message: error.error.to_string(),
        line: lines.line(error.location.start().to_usize()),
    })?;
    let module = parsed.into_syntax();
    let mut lowering = Lowering {
        source,
        lines,
        scopes: Scopes::of(&module),
        unit: Unit {
            file: file.to_owned(),
            codes: Vec::new(),
            constants: Vec::new(),
        },
        frames: Vec::new(),
        scope: 0,
    };
    lowering.module(&module);
    Ok(lowering.unit)
}

/// An expression as a module that returns it, for `eval`.
///
/// # Errors
///
/// If it is no expression.
pub fn lower_expression(source: &str, file: &str) -> Result<Unit, SyntaxError> {
    let lines = Lines::of(source);
    ruff_python_parser::parse_expression(source).map_err(|error| SyntaxError {
        message: error.error.to_string(),
        line: lines.line(error.location.start().to_usize()),
    })?;
    let mut unit = lower(source, file)?;
    if let Some(code) = unit.codes.first_mut()
        && let Some(Stmt { line, kind }) = code.body.pop()
    {
        let kind = match kind {
            StmtKind::Expr(value) => StmtKind::Return(Some(value)),
            other => other,
        };
        code.body.push(Stmt { line, kind });
    }
    Ok(unit)
}

struct Lowering<'s> {
    source: &'s str,
    lines: Lines,
    scopes: Scopes,
    unit: Unit,
    frames: Vec<Frame>,
    /// The innermost scope: a frame's own, or a comprehension in it.
    scope: usize,
}

/// A code that is being lowered.
struct Frame {
    code: CodeId,
    kind: Kind,
    qualified_name: String,
    /// Slots of the variables, by the scope that binds them.
    locals: BTreeMap<(usize, String), usize>,
    slots: Vec<String>,
    cells: Vec<Cell>,
    cell_of: BTreeMap<(usize, String), usize>,
    free: Vec<Free>,
    unsupported: Vec<Unsupported>,
}

impl Lowering<'_> {
    fn frame(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("a frame is being lowered")
    }

    fn line(&self, node: &impl Ranged) -> u32 {
        self.lines.line(node.range().start().to_usize())
    }

    fn text(&self, range: TextRange) -> &str {
        &self.source[range]
    }

    /// Notes that something cannot be expressed.
    fn unsupported(&mut self, construct: impl Into<String>, node: &impl Ranged) {
        let line = self.line(node);
        self.frame().unsupported.push(Unsupported {
            construct: construct.into(),
            line,
        });
    }

    fn constant(&mut self, constant: Constant) -> ConstantId {
        // A pool of some hundreds; NaN is equal to nothing and simply added.
        let pool = &mut self.unit.constants;
        match pool.iter().position(|known| same(known, &constant)) {
            Some(index) => index,
            None => {
                pool.push(constant);
                pool.len() - 1
            }
        }
    }

    fn string(&mut self, text: &str) -> ConstantId {
        self.constant(Constant::Str(text.to_owned()))
    }

    /// Where a variable is, seen from the current scope.
    fn place(&mut self, name: &str) -> Place {
        match self.scopes.meaning(self.scope, name) {
            Meaning::Global => {
                let constant = self.string(name);
                let frame = self.frame();
                match frame.kind {
                    // The namespace of a module is its globals.
                    Kind::Module | Kind::Class => Place::Name(constant),
                    Kind::Function => Place::Global(constant),
                }
            }
            Meaning::Free => {
                let index = self.free_cell(name);
                if self.frame().kind == Kind::Class {
                    let constant = self.string(name);
                    Place::NameOrCell(constant, index)
                } else {
                    Place::Cell(index)
                }
            }
            Meaning::Own(scope) => {
                let in_namespace = matches!(
                    self.scopes.all[scope].kind,
                    ScopeKind::Module | ScopeKind::Class
                );
                if in_namespace {
                    return Place::Name(self.string(name));
                }
                let key = (scope, name.to_owned());
                if self.scopes.all[scope].cells.contains(name) {
                    Place::Cell(self.frame().cell(&key, None))
                } else {
                    Place::Local(self.frame().slot(&key))
                }
            }
        }
    }

    fn target(&mut self, name: &str) -> Target {
        Target::Place(self.place(name))
    }

    /// The index of a cell that comes from the frame around.
    fn free_cell(&mut self, name: &str) -> usize {
        let free = &self.frame().free;
        free.iter()
            .position(|free| free.name == name)
            .expect("the symbol table lists every free variable")
    }

    /// Opens a frame for `scope`, lowers with `inside`, and adds the code.
    fn code(
        &mut self,
        kind: Kind,
        name: &str,
        scope: usize,
        line: u32,
        inside: impl FnOnce(&mut Self) -> (Parameters, Vec<Stmt>, Option<ConstantId>),
    ) -> CodeId {
        let code = self.unit.codes.len();
        let qualified_name = self.qualified(name);
        self.unit.codes.push(Code {
            kind,
            name: name.to_owned(),
            qualified_name: qualified_name.clone(),
            line,
            parameters: Parameters::default(),
            locals: Vec::new(),
            cells: Vec::new(),
            free: Vec::new(),
            class_cell: None,
            doc: None,
            body: Vec::new(),
            unsupported: Vec::new(),
        });
        let free: Vec<String> = self.scopes.all[scope].free.iter().cloned().collect();
        let free = free
            .into_iter()
            .map(|name| Free {
                outer: self.outer_cell(&name),
                name,
            })
            .collect();
        let outer = std::mem::replace(&mut self.scope, scope);
        self.frames.push(Frame {
            code,
            kind,
            qualified_name,
            locals: BTreeMap::new(),
            slots: Vec::new(),
            cells: Vec::new(),
            cell_of: BTreeMap::new(),
            free,
            unsupported: Vec::new(),
        });
        let class_cell = (kind == Kind::Class
            && self.scopes.all[scope].cells.contains("__class__"))
        .then(|| self.frame().cell(&(scope, "__class__".to_owned()), None));
        let (parameters, body, doc) = inside(self);
        self.scope = outer;
        if let Some(frame) = self.frames.pop() {
            let code = &mut self.unit.codes[frame.code];
            code.parameters = parameters;
            code.locals = frame.slots;
            code.cells = frame.cells;
            code.free = frame.free;
            code.class_cell = class_cell;
            code.doc = doc;
            code.body = body;
            code.unsupported = frame.unsupported;
        }
        code
    }

    /// The cell of a variable as the current frame sees it, for a function
    /// that is about to be lowered inside.
    fn outer_cell(&mut self, name: &str) -> usize {
        // From the innermost comprehension outwards to the frame's own scope.
        let mut at = self.scope;
        loop {
            let here = &self.scopes.all[at];
            if here.cells.contains(name) {
                return self.frame().cell(&(at, name.to_owned()), None);
            }
            match (here.kind, here.parent) {
                (ScopeKind::Comprehension, Some(parent)) => at = parent,
                _ => return self.free_cell(name),
            }
        }
    }

    fn qualified(&self, name: &str) -> String {
        match self.frames.last() {
            Some(frame) => match frame.kind {
                Kind::Module => name.to_owned(),
                Kind::Class => format!("{}.{name}", frame.qualified_name),
                Kind::Function => format!("{}.<locals>.{name}", frame.qualified_name),
            },
            None => name.to_owned(),
        }
    }
}

impl Frame {
    fn slot(&mut self, key: &(usize, String)) -> usize {
        if let Some(&slot) = self.locals.get(key) {
            return slot;
        }
        let slot = self.slots.len();
        self.slots.push(key.1.clone());
        self.locals.insert(key.clone(), slot);
        slot
    }

    fn cell(&mut self, key: &(usize, String), parameter: Option<usize>) -> usize {
        if let Some(&cell) = self.cell_of.get(key) {
            return cell;
        }
        let cell = self.free.len() + self.cells.len();
        self.cells.push(Cell {
            name: key.1.clone(),
            parameter,
        });
        self.cell_of.insert(key.clone(), cell);
        cell
    }
}

/// Equal and of the same kind: `0.0` and `-0.0` differ.
fn same(a: &Constant, b: &Constant) -> bool {
    match (a, b) {
        (Constant::Float(a), Constant::Float(b)) => a.to_bits() == b.to_bits(),
        _ => a == b,
    }
}

/// Line numbers of offsets.
struct Lines(Vec<usize>);

impl Lines {
    fn of(source: &str) -> Self {
        let ends = source
            .bytes()
            .enumerate()
            .filter(|(_, byte)| *byte == b'\n');
        Self([0].into_iter().chain(ends.map(|(at, _)| at + 1)).collect())
    }

    fn line(&self, offset: usize) -> u32 {
        let line = self.0.partition_point(|&start| start <= offset);
        u32::try_from(line).unwrap_or(u32::MAX)
    }
}
