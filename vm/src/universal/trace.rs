//! The module `_hpy_trace`, on which `hpy.universal._trace` is built.

pub(crate) use hpy_trace::module_def;

#[rustpython_vm::pymodule(name = "_hpy_trace")]
mod hpy_trace {
    use crate::host::make_loader;
    use crate::universal::frames::{c_frames, python_frames};
    use crate::universal::set_hook;
    use hpy_loader::modes::Hook;
    use hpy_loader::trace::Trace;
    use rustpython_vm::convert::ToPyObject;
    use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};
    use std::time::Duration;

    /// Return a list of tuples (function of the context, calls, nanoseconds)
    #[pyfunction]
    fn functions(vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        let functions = make_loader(vm)?.trace().functions().into_iter();
        let tuples = functions.map(|function| {
            (
                function.name,
                function.calls,
                nanoseconds(function.duration),
            )
                .to_pyobject(vm)
        });
        Ok(tuples.collect())
    }

    fn nanoseconds(duration: Duration) -> u64 {
        u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
    }

    fn set_trace_function(
        hook: fn(&Trace) -> &Hook,
        function: Option<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let loader = make_loader(vm)?;
        let trace = loader.trace();
        set_hook(hook(trace), function, "a callable object or None", vm)?;
        let _entered = loader.lock().enter(loader.runtime());
        trace.hooks_have_changed();
        Ok(())
    }

    /// Set the function to call if an HPy API is entered
    #[pyfunction]
    fn set_on_enter(function: Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<()> {
        set_trace_function(Trace::enter_hook, function, vm)
    }

    /// Set the function to call if an HPy API is exited
    #[pyfunction]
    fn set_on_exit(function: Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<()> {
        set_trace_function(Trace::exit_hook, function, vm)
    }

    /// Book the time of each call on the stack that it is made from. Not in HPy's
    /// own module.
    #[pyfunction]
    fn start_folding(vm: &VirtualMachine) -> PyResult<()> {
        make_loader(vm)?.fold_traces();
        Ok(())
    }

    /// Return a list of tuples (Python frames, C frames, function, calls,
    /// nanoseconds), frames innermost first. Not in HPy's own module.
    #[pyfunction]
    fn get_folded(vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        let folded = make_loader(vm)?.trace().folded();
        let tuples = folded.into_iter().map(|folded| {
            let python = python_frames(folded.python, vm);
            let c = c_frames(folded.site, vm);
            let time = nanoseconds(folded.duration);
            (python, c, folded.function, folded.calls, time).to_pyobject(vm)
        });
        Ok(tuples.collect())
    }

    /// Resolution of the used clock in Hertz.
    #[pyfunction]
    fn get_frequency(vm: &VirtualMachine) -> PyResult<u64> {
        Ok(make_loader(vm)?.trace().frequency())
    }
}
