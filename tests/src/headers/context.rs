//! What the loader's table says about `HPyContext`.

use super::{Fact, c_type};
use anyhow::{Context, Result};
use hpy_loader::abi::context::{Row, RowKind};
use hpy_loader::abi::{ABI_VERSION, ABI_VERSION_MINOR, HPyContext};

/// The offset and type of each row, and that the rows are all there is.
pub fn facts(rows: &[Row]) -> Result<Vec<Fact>> {
    let mut facts = facts_of_the_whole(rows);
    for row in rows {
        facts.push(offset_fact(row));
        facts.push(type_fact(row.name, "type", row.kind)?);
    }
    Ok(facts)
}

/// The facts of rows that are wrong in one way each: a place further on,
/// another result, another number of parameters, a constant for a function.
pub fn altered_facts(rows: &[Row]) -> Result<Vec<Fact>> {
    let mut facts = Vec::new();
    for row in rows {
        let moved = Row {
            offset: row.offset + 8,
            ..*row
        };
        facts.push(offset_fact(&moved));
        match row.kind {
            RowKind::Handle { .. } => {
                let function = RowKind::Function {
                    params: &[],
                    ret: "HPy",
                };
                facts.push(type_fact(row.name, "type", function)?);
            }
            RowKind::Function { params, ret } => {
                // Not an integer: C takes enums and `int32_t` for `int`.
                let other = if ret == "f64" { "HPy" } else { "f64" };
                let result = RowKind::Function { params, ret: other };
                facts.push(type_fact(row.name, "result type", result)?);
                let fewer = match params {
                    [] => &["HPy"],
                    [fewer @ .., _last] => fewer,
                };
                let arity = RowKind::Function { params: fewer, ret };
                facts.push(type_fact(row.name, "number of parameters", arity)?);
            }
        }
    }
    facts.extend(facts_of_the_whole(rows).into_iter().map(Fact::altered));
    Ok(facts)
}

/// What is true of the context besides its rows.
fn facts_of_the_whole(rows: &[Row]) -> Vec<Fact> {
    let size = |subject: &str, value: usize| {
        let expression = "sizeof(HPyContext)".to_owned();
        Fact::value(subject.to_owned(), expression, value as i64)
    };
    let mut facts = vec![
        // Rows of 8 bytes after three members that are no rows: with distinct
        // offsets and this size there is no gap for an unknown member.
        size("size of HPyContext by its rows", 8 * (3 + rows.len())),
    ];
    for (member, offset) in [
        ("name", std::mem::offset_of!(HPyContext, name)),
        ("_private", std::mem::offset_of!(HPyContext, _private)),
        ("abi_version", std::mem::offset_of!(HPyContext, abi_version)),
    ] {
        facts.push(Fact::value(
            format!("offset of HPyContext.{member}"),
            format!("offsetof(HPyContext, {member})"),
            offset as i64,
        ));
    }
    for (name, value) in [
        ("HPY_ABI_VERSION", ABI_VERSION),
        ("HPY_ABI_VERSION_MINOR", ABI_VERSION_MINOR),
    ] {
        facts.push(Fact::value(name.to_owned(), name.to_owned(), value.into()));
    }
    facts
}

fn offset_fact(row: &Row) -> Fact {
    let name = row.name;
    Fact::value(
        format!("offset of {name}"),
        format!("offsetof(HPyContext, {name})"),
        row.offset as i64,
    )
}

fn type_fact(name: &str, what: &str, kind: RowKind) -> Result<Fact> {
    let c_type = match kind {
        RowKind::Handle { .. } => "HPy".to_owned(),
        RowKind::Function { params, ret } => {
            let mut c_params = vec!["HPyContext *".to_owned()];
            for param in params {
                c_params.push(c_type::from_text(param).with_context(|| format!("row {name}"))?);
            }
            let ret = match ret {
                "" => "void".to_owned(),
                ret => c_type::from_text(ret).with_context(|| format!("row {name}"))?,
            };
            c_type::pointer_to_function(&c_params, &ret)
        }
    };
    Ok(Fact::of_type(
        format!("{what} of {name}"),
        format!("((HPyContext *)0)->{name}"),
        c_type,
    ))
}
