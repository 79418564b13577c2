//! The VM as a runtime of `hpy_loader`: one file for each chapter of the trait.
//!
//! A method gets borrows of roots in the loader's slots, which the collector
//! keeps up to date, so they could be used as they are. They are made
//! [`Local`](crate::Local)s nevertheless, since that is what `objects` works on.
//! What goes back is an [`Object`]: an address, which is right until the next
//! allocation. The loader puts it into a slot before it calls anything that
//! allocates.

mod calls;
mod containers;
mod definitions;
mod errors;
mod modules;
mod numbers;
mod objects;
mod roots;
mod text;
mod types;

use crate::heap::{Local, Object};
use crate::vm::{Result, Vm};

/// What the chapters return.
type VmResult<T> = std::result::Result<T, Object>;

/// An object for the loader.
fn out(result: Result) -> VmResult<Object> {
    match result {
        Ok(object) => Ok(object.into_object()),
        Err(error) => Err(error.into_object()),
    }
}

/// Anything else for the loader.
fn out_value<T>(result: Result<T>) -> VmResult<T> {
    result.map_err(Local::into_object)
}

/// One of two, for the loader.
fn out_either(result: Result) -> Object {
    match result {
        Ok(object) | Err(object) => object.into_object(),
    }
}

impl Vm {
    fn root(&self, object: &Object) -> Local {
        self.heap.root(object)
    }

    fn root_all(&self, objects: &[&Object]) -> Vec<Local> {
        objects.iter().map(|object| self.root(object)).collect()
    }

    fn root_optional(&self, object: Option<&Object>) -> Option<Local> {
        object.map(|object| self.root(object))
    }
}
