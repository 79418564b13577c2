//! From an opened library to a module.

use crate::abi::{CFunction, HPyFunc_mod_exec, HPyGlobal, HPyModuleDef};
use crate::call::{Loader, Wrapper};
use crate::core::Core;
use crate::definitions::Definitions;
use crate::handles::RawHandle;
use crate::runtime::{BuiltinKind, Runtime, VmResult};
use crate::spec::{self, ModuleDef, Refusal, RefusalClass};

/// What is left to do for a module that has been made: its `HPy_mod_exec` slots.
///
/// Between the two the import system enters the module into `sys.modules`, since a
/// slot may import what imports the module itself.
#[derive(Debug, Clone, Copy)]
#[must_use = "the module is empty until `Loader::execute_module` has run"]
pub struct Execution(&'static [HPyFunc_mod_exec]);

impl<R: Runtime> Loader<R> {
    /// Makes the module that an extension defines, for
    /// [`execute_module`](Self::execute_module) to run afterwards. `spec` is the
    /// import system's module spec, and `name` for messages.
    ///
    /// # Errors
    ///
    /// `SystemError` for a definition that CPython's loader refuses, or what
    /// `HPy_mod_create` raised.
    ///
    /// # Safety
    ///
    /// `definition` is what the `HPyInit_<name>` function of an extension
    /// returned, whose global context is [`Loader::context`].
    pub unsafe fn create_module(
        &'static self,
        definition: &HPyModuleDef,
        spec: R::Object,
        name: &str,
    ) -> VmResult<(R::Object, Execution), R>
    where
        R: Definitions,
    {
        // SAFETY: the caller vouches for the definition.
        unsafe { self.declare_globals(definition.globals) };
        if let Some(Wrapper::Debug(extension)) = self.wrapper() {
            extension.note_image(definition);
        }
        // SAFETY: the caller vouches for the definition.
        let definition = unsafe { ModuleDef::read(definition, self.core().no_c_api()) };
        let definition = definition.map_err(|refusal| self.core().refusal(&refusal))?;
        for method in &definition.methods {
            spec::note(method.function.address(), name, &method.name);
        }
        for slot in &definition.exec {
            spec::note(slot.address(), name, "HPy_mod_exec");
        }
        let definition = self.core().intern_module(definition);
        if let Some(create) = definition.create {
            let module = self.call_slot(create, (spec, name))?;
            if self
                .runtime()
                .is_builtin_instance(&module, BuiltinKind::Module)
            {
                let message = "HPy_mod_create slot returned a builtin module object. This is \
                               currently not supported.";
                return Err(self.error(self.constants().h_SystemError, message));
            }
            return Ok((module, Execution(&[])));
        }
        let module = self.runtime().new_module(self, &spec, definition)?;
        Ok((module, Execution(&definition.exec)))
    }

    /// Tells the mode which globals the extension has: its definition's, as
    /// [`create_module`](Self::create_module) does. For an extension without a
    /// module, such as a test's.
    ///
    /// # Safety
    ///
    /// `globals` is null or an array that ends with null.
    pub unsafe fn declare_globals(&self, globals: *const *mut HPyGlobal) {
        if let Some(Wrapper::Debug(extension)) = self.wrapper() {
            // SAFETY: the caller vouches for the array.
            unsafe { extension.declare_globals(globals) };
        }
    }

    /// Runs the `HPy_mod_exec` slots on a module that
    /// [`create_module`](Self::create_module) of the same loader has made, and hands
    /// it back. `name` is for messages.
    ///
    /// # Errors
    ///
    /// What a slot raised.
    pub fn execute_module(
        &'static self,
        module: R::Object,
        execution: Execution,
        name: &str,
    ) -> VmResult<R::Object, R> {
        let Execution(slots) = execution;
        if slots.is_empty() {
            return Ok(module);
        }
        let (core, vm) = (self.core(), self.runtime());
        let _entered = core.lock().enter(vm);
        // The module is in a slot while C runs, where a collector finds it.
        let word = RawHandle::from(core.open(module)?);
        let Some(module) = core.handles().pin(word) else {
            unreachable!("the handle has just been opened");
        };
        core.handles().close(word);
        for &exec in slots {
            let argument = vm.duplicate(&module);
            if let Err(error) = self.call_slot(exec, (argument, name)) {
                // Where dropping a root runs finalizers, roots do not move.
                let module = module.release();
                core.leave(|_| drop(module));
                return Err(error);
            }
        }
        Ok(module.into_object(|module| vm.duplicate(module)))
    }
}

impl<R: Runtime> Core<R> {
    /// The exception for a definition that is refused.
    pub fn refusal(&self, refusal: &Refusal) -> R::Object {
        let constants = self.constants();
        let class = match refusal.class {
            RefusalClass::RuntimeError => constants.h_RuntimeError,
            RefusalClass::SystemError => constants.h_SystemError,
            RefusalClass::TypeError => constants.h_TypeError,
            RefusalClass::ValueError => constants.h_ValueError,
        };
        self.error(class, &refusal.message)
    }
}
