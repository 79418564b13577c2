//! Functions: bodies of Rust, and methods of extensions behind such a body.

use hpy_loader::Loader;
use hpy_loader::call::{CallArgs, Callee, Receiver};
use hpy_loader::spec::MethodDef;

use crate::{Data, LoaderRef, Object, Toy, VmResult};

/// A function's body: it gets the positional arguments, then one for each name in
/// the tuple.
pub type Body = dyn Fn(&[&Object], Option<&Object>) -> VmResult<Object> + Send + Sync;

impl<const THREADS: bool> Toy<THREADS> {
    /// A function whose body is Rust.
    pub fn function(
        &self,
        body: impl Fn(&[&Object], Option<&Object>) -> VmResult<Object> + Send + Sync + 'static,
    ) -> Object {
        self.object(Data::Function(Box::new(body)))
    }

    /// A method of an extension, bound to its receiver: what it needs to be called is
    /// its definition and the loader that this came with.
    pub(crate) fn bind(
        &self,
        loader: &'static Loader<Self>,
        method: &'static MethodDef,
        receiver: Object,
    ) -> Object {
        let loader = LoaderRef(loader);
        self.function(move |args, names| {
            let name = || method.name.clone();
            let repr = || format!("<built-in function {}>", method.name);
            let receiver = Receiver::Object(receiver.clone());
            let (args, callee) = (call_args(args, names), Callee::Callable(&repr));
            loader.call_method(method, &name, receiver, args, callee)
        })
    }
}

/// Roots of their own for all arguments, as the loader wants them.
pub(crate) fn owned(args: &[&Object]) -> Vec<Object> {
    args.iter().map(|&arg| arg.clone()).collect()
}

/// The arguments of a call, as the loader wants them.
pub fn call_args(args: &[&Object], names: Option<&Object>) -> CallArgs<Object> {
    let count = |names: &Object| names.items().map_or(0, |names| names.len());
    match names {
        Some(names) => CallArgs::with_keywords(owned(args), names.clone(), count(names)),
        None => CallArgs::positional(owned(args)),
    }
}
