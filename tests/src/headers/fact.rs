//! One statement about the headers that the compiler accepts or rejects.

use std::fmt::Write as _;

/// A statement about one thing in the headers.
#[derive(Debug, Clone)]
pub struct Fact {
    /// What is spoken of; unique, since the compiler's message gives it back.
    pub subject: String,
    /// What is said.
    pub claim: Claim,
}

/// What can be said about the headers.
#[derive(Debug, Clone)]
pub enum Claim {
    /// An integer constant expression has this value.
    Value {
        /// In C.
        expression: String,
        /// What it is worth.
        value: i64,
    },
    /// An expression has this type.
    Type {
        /// In C; not evaluated.
        expression: String,
        /// In C.
        c_type: String,
    },
    /// An enum has these values and no others.
    Complete {
        /// The enum's name in C.
        enumeration: String,
        /// The names of its values.
        names: Vec<&'static str>,
    },
}

impl Fact {
    /// An expression's value.
    pub fn value(subject: String, expression: String, value: i64) -> Self {
        let claim = Claim::Value { expression, value };
        Self { subject, claim }
    }

    /// An expression's type.
    pub fn of_type(subject: String, expression: String, c_type: String) -> Self {
        let claim = Claim::Type { expression, c_type };
        Self { subject, claim }
    }

    /// The same statement with something else in it, so that it is false.
    pub fn altered(mut self) -> Self {
        match &mut self.claim {
            Claim::Value { value, .. } => *value += 1,
            // Nothing in the headers has the type `long double`.
            Claim::Type { c_type, .. } => *c_type = "long double".to_owned(),
            Claim::Complete { names, .. } => {
                names.pop();
            }
        }
        self
    }

    /// Appends the C code whose compilation fails if the statement is false.
    pub fn render(&self, number: usize, program: &mut String) {
        let subject = &self.subject;
        let line = match &self.claim {
            Claim::Value { expression, value } => {
                format!("_Static_assert(({expression}) == ({value}), \"{subject}\");")
            }
            // `_Generic` compares types without regard to how they are
            // spelled, which is what "the same type" means in C.
            Claim::Type { expression, c_type } => format!(
                "_Static_assert(_Generic(({expression}), {c_type}: 1, default: 0), \"{subject}\");"
            ),
            // gcc gives the line of a switch that lacks a case: one line a fact
            // leads from there back to the subject.
            Claim::Complete { enumeration, names } => {
                let cases: String = names.iter().map(|name| format!("case {name}: ")).collect();
                format!(
                    "void complete_{number}({enumeration} value) {{ switch (value) {{ {cases}break; }} }}"
                )
            }
        };
        // Writing into a String does not fail.
        let _ = writeln!(program, "{line}");
    }
}
