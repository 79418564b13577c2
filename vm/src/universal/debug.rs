//! The module `_hpy_debug`, on which `hpy.universal._debug` is built.

pub(crate) use hpy_debug::module_def;

#[rustpython_vm::pymodule(name = "_hpy_debug")]
mod hpy_debug {
    use crate::host::make_loader;
    use crate::universal::frames::{c_frames, python_frames};
    use crate::universal::set_hook;
    use crate::universal::shown::Shown;
    use hpy_loader::debug::{Debug, HandleView};
    use hpy_loader::report;
    use rustpython_vm::builtins::PyUtf8StrRef;
    use rustpython_vm::convert::ToPyObject;
    use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

    /// Works on the mode's state, under the lock that guards it.
    fn with<T>(work: impl FnOnce(&'static Debug) -> T, vm: &VirtualMachine) -> PyResult<T> {
        let loader = make_loader(vm)?;
        let debug = loader.debug();
        let _entered = loader.lock().enter(loader.runtime());
        Ok(work(debug))
    }

    /// Return a new generation: handles opened from here on belong to it
    #[pyfunction]
    fn new_generation(vm: &VirtualMachine) -> PyResult<i64> {
        with(Debug::new_generation, vm)
    }

    fn indices(views: Vec<HandleView>, vm: &VirtualMachine) -> Vec<PyObjectRef> {
        views
            .iter()
            .map(|view| view.index.to_pyobject(vm))
            .collect()
    }

    /// Return a list of the numbers of all the open handles whose generation is >= of
    /// the given arg
    #[pyfunction]
    fn open_handles(generation: i64, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        Ok(indices(
            with(|debug| debug.open_handles(generation), vm)?,
            vm,
        ))
    }

    /// The same of the closed handles in the cache
    #[pyfunction]
    fn closed_handles(generation: i64, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        Ok(indices(
            with(|debug| debug.closed_handles(generation), vm)?,
            vm,
        ))
    }

    /// Return the maximum size of the closed handles queue
    #[pyfunction]
    fn get_closed_handles_queue_max_size(vm: &VirtualMachine) -> PyResult<usize> {
        with(Debug::max_closed, vm)
    }

    /// Set the maximum size of the closed handles queue
    #[pyfunction]
    fn set_closed_handles_queue_max_size(size: usize, vm: &VirtualMachine) -> PyResult<()> {
        with(|debug| debug.set_max_closed(size), vm)
    }

    /// Return the maximum size of the retained raw memory associated with closed
    /// handles
    #[pyfunction]
    fn get_protected_raw_data_max_size(vm: &VirtualMachine) -> PyResult<usize> {
        with(Debug::max_raw_data, vm)
    }

    /// Set the maximum size of the retained raw memory associated with closed
    /// handles
    #[pyfunction]
    fn set_protected_raw_data_max_size(size: usize, vm: &VirtualMachine) -> PyResult<()> {
        with(|debug| debug.set_max_raw_data(size), vm)
    }

    /// Set the function to call when we detect the usage of an invalid handle
    #[pyfunction]
    fn set_on_invalid_handle(function: Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<()> {
        let hook = make_loader(vm)?.debug().on_invalid_handle();
        set_hook(hook, function, "a callable object", vm)
    }

    /// Set the function to call when we detect the usage of an invalid builder
    /// handle
    #[pyfunction]
    fn set_on_invalid_builder_handle(
        function: Option<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let hook = make_loader(vm)?.debug().on_invalid_builder();
        set_hook(hook, function, "a callable object", vm)
    }

    /// Set the limit to captured HPy handles allocations stack traces. None means
    /// that there is but the place in C itself.
    #[pyfunction]
    fn set_handle_stack_trace_limit(limit: Option<isize>, vm: &VirtualMachine) -> PyResult<()> {
        let limit = usize::try_from(limit.unwrap_or(0)).unwrap_or(0);
        with(|debug| debug.set_frames(limit), vm)
    }

    /// Go on after broken rules wherever there is something to go on with, and
    /// keep quiet about them. Not in HPy's own module.
    #[pyfunction]
    fn set_going_on(going_on: bool, vm: &VirtualMachine) -> PyResult<()> {
        let set = |debug: &Debug| {
            debug.set_going_on(going_on);
            debug.set_reports_faults(going_on);
            debug.set_silent(going_on);
        };
        with(set, vm)
    }

    /// Return the names of the modules in debug mode. Not in HPy's own module.
    #[pyfunction]
    fn get_modules(vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        let names = with(Debug::modules, vm)?.into_iter();
        Ok(names.map(|name| name.to_pyobject(vm)).collect())
    }

    /// Report what is found from here on at the end of the process, whatever brings that
    /// about, and go on after broken rules. Not in HPy's own module.
    #[pyfunction]
    fn report_at_end(vm: &VirtualMachine) -> PyResult<()> {
        make_loader(vm)?.debug().report_at_end();
        Ok(())
    }

    /// See the signals that end the process before whoever has set a handler. Not in HPy's
    /// own module.
    #[pyfunction]
    fn watch_ends(vm: &VirtualMachine) -> PyResult<()> {
        make_loader(vm)?.debug().watch_ends();
        Ok(())
    }

    /// Have no thread of its own until `watch_ends` is called. Not in HPy's own module.
    #[pyfunction]
    fn prepare_fork(vm: &VirtualMachine) -> PyResult<()> {
        let debug = make_loader(vm)?.debug();
        vm.allow_threads(|| debug.prepare_fork());
        Ok(())
    }

    /// Return what `report_at_end` has asked for, at the end of the program: whether
    /// nothing was found, and a report, which may be empty. It is not reported any more
    /// after that. `status` is the exit status with which the program has ended, `show` gives
    /// the words for an object that has leaked, and `is_runner` says of a frame of Python
    /// whether it is left out. Not in HPy's own module.
    #[pyfunction]
    fn last_report(
        status: i32,
        show: PyObjectRef,
        is_runner: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyResult<(bool, String)> {
        let loader = make_loader(vm)?;
        let debug = loader.debug();
        let findings = vm.allow_threads(|| {
            debug.program_is_over(status);
            debug.last_findings()
        });
        let Some(findings) = findings else {
            return Ok((true, String::new()));
        };
        let summary = findings.sum_up(&Shown {
            loader,
            show,
            is_runner,
            vm,
        });
        debug.end_report();
        // The processes that the program forks have no report of their own, as long as there
        // is nothing to say. Nor have they a status of their own.
        Ok(match (debug.is_forked(), summary.is_clean()) {
            (true, true) => (true, String::new()),
            (is_forked, is_clean) => (is_forked || is_clean, format!("{summary}\n")),
        })
    }

    /// Start to look for leaks, and return the new generation. Not in HPy's own module.
    #[pyfunction]
    fn start_detector(vm: &VirtualMachine) -> PyResult<i64> {
        with(Debug::start_detector, vm)
    }

    /// End that. What it has found is reported again if the process comes to no good end.
    /// Not in HPy's own module.
    #[pyfunction]
    fn stop_detector(generation: i64, has_found: bool, vm: &VirtualMachine) -> PyResult<()> {
        with(|debug| debug.stop_detector(generation, has_found), vm)
    }

    /// Write a report to where the reports of this process go. Not in HPy's own module.
    #[pyfunction]
    fn write_report(text: PyUtf8StrRef) {
        report::write(text.as_str());
    }

    /// Return a list of dicts, one for each rule that was broken at some place.
    /// Not in HPy's own module.
    #[pyfunction]
    fn get_violations(vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        let violations = with(Debug::violations_with_times, vm)?.into_iter();
        let dicts = violations.map(|(violation, times)| {
            let dict = vm.ctx.new_dict();
            for (key, value) in [
                ("kind", violation.kind.name().to_pyobject(vm)),
                ("text", violation.kind.text().to_pyobject(vm)),
                ("function", violation.function.to_pyobject(vm)),
                ("module", violation.module.to_pyobject(vm)),
                ("detail", violation.detail.to_pyobject(vm)),
                ("times", times.to_pyobject(vm)),
                ("used", c_frames(violation.used, vm)),
                ("opened", c_frames(violation.opened, vm)),
                ("closed", c_frames(violation.closed, vm)),
                ("stored", c_frames(violation.stored, vm)),
                ("python", python_frames(violation.python, vm)),
            ] {
                dict.set_item(key, value, vm)?;
            }
            Ok(dict.into())
        });
        dicts.collect()
    }

    /// Return a property of a handle of C
    #[pyfunction]
    fn look(index: u32, property: PyUtf8StrRef, vm: &VirtualMachine) -> PyResult {
        let view = with(|debug| debug.view(index), vm)?;
        Ok(match property.as_str() {
            "obj" => make_loader(vm)?.object(view.inner).ok_or_else(|| {
                vm.new_value_error("the handle is closed, and its object may be gone")
            })?,
            "is_closed" => view.is_closed.to_pyobject(vm),
            "place" => (view.opened.key(), view.python.key()).to_pyobject(vm),
            "opened" => c_frames(view.opened, vm),
            "closed" => c_frames(view.closed, vm),
            "python" => python_frames(view.python, vm),
            "raw_data_size" => view
                .raw_data_size
                .map_or(-1, usize::cast_signed)
                .to_pyobject(vm),
            _ => return Err(vm.new_attribute_error(property.as_str().to_owned())),
        })
    }

    /// Close a handle of C
    #[pyfunction]
    fn force_close(index: u32, vm: &VirtualMachine) -> PyResult<()> {
        with(|debug| debug.force_close(index), vm)
    }
}
