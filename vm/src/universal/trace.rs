//! The module `hpy.universal._trace`: what the Python side of the trace mode is
//! built on.

pub(super) use hpy_trace::module_def;

#[rustpython_vm::pymodule(name = "hpy.trace._trace")]
mod hpy_trace {
    use crate::host::make_loader;
    use crate::universal::frames::{c_frames, python_frames};
    use crate::universal::set_hook;
    use rustpython_vm::builtins::PyDictRef;
    use rustpython_vm::convert::ToPyObject;
    use rustpython_vm::function::{OptionalArg, OptionalOption};
    use rustpython_vm::{FromArgs, PyObjectRef, PyResult, VirtualMachine};

    /// Return a dict of the nanoseconds spent in each function of the context
    #[pyfunction]
    fn get_durations(vm: &VirtualMachine) -> PyResult<PyDictRef> {
        let durations = vm.ctx.new_dict();
        for function in make_loader(vm)?.trace().functions() {
            let nanoseconds = u64::try_from(function.duration.as_nanos()).unwrap_or(u64::MAX);
            durations.set_item(function.name, vm.ctx.new_int(nanoseconds).into(), vm)?;
        }
        Ok(durations)
    }

    /// Return a dict of the number of calls of each function of the context
    #[pyfunction]
    fn get_call_counts(vm: &VirtualMachine) -> PyResult<PyDictRef> {
        let counts = vm.ctx.new_dict();
        for function in make_loader(vm)?.trace().functions() {
            counts.set_item(function.name, vm.ctx.new_int(function.calls).into(), vm)?;
        }
        Ok(counts)
    }

    #[derive(FromArgs)]
    struct TraceFunctions {
        #[pyarg(any, optional)]
        on_enter: OptionalOption<PyObjectRef>,
        #[pyarg(any, optional)]
        on_exit: OptionalOption<PyObjectRef>,
    }

    /// Set the functions to call if an HPy API is entered/exited.
    #[pyfunction]
    fn set_trace_functions(functions: TraceFunctions, vm: &VirtualMachine) -> PyResult<()> {
        let loader = make_loader(vm)?;
        let trace = loader.trace();
        let hooks = [
            (trace.enter_hook(), functions.on_enter),
            (trace.exit_hook(), functions.on_exit),
        ];
        let result = hooks
            .into_iter()
            .try_for_each(|(hook, function)| match function {
                OptionalArg::Present(function) => {
                    set_hook(hook, function, "a callable object or None", vm)
                }
                OptionalArg::Missing => Ok(()),
            });
        let _entered = loader.lock().enter(loader.runtime());
        trace.hooks_have_changed();
        result
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
            let nanoseconds = u64::try_from(folded.duration.as_nanos()).unwrap_or(u64::MAX);
            let python = python_frames(folded.python, vm);
            let c = c_frames(folded.site, vm);
            (python, c, folded.function, folded.calls, nanoseconds).to_pyobject(vm)
        });
        Ok(tuples.collect())
    }

    /// Resolution of the used clock in Hertz.
    #[pyfunction]
    fn get_frequency(vm: &VirtualMachine) -> PyResult<u64> {
        Ok(make_loader(vm)?.trace().frequency())
    }
}
