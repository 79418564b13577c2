//! What becomes of arguments on the way in and of results on the way out.

use super::super::inspection::Inspection;
use super::super::pooled_context::{PooledContext, ReentryGuard};
use super::borrowed_buffers;
use crate::abi::context::Effect;
use crate::abi::*;
use crate::sites::{CallSite, Site};
use std::ffi::{c_char, c_void};

/// What becomes of an argument, or of a result: nothing, if nothing is said.
pub(super) trait Passed: Sized {
    /// What has to be said about a result.
    type Note: Copy;

    /// That, if it is at hand.
    fn note(_: &PooledContext, _: CallSite) -> Option<Self::Note>;

    /// An argument on its way in.
    fn pass(self, _: &Inspection) -> Self {
        self
    }

    /// The same, if there is nothing to report.
    fn try_pass(self, _: &PooledContext) -> Option<Self> {
        Some(self)
    }

    /// A result on its way out.
    fn pass_back(self, _: &Inspection) -> Self {
        self
    }

    /// The same, with a [note](Self::note).
    fn pass_noted(self, _: &PooledContext, _: Self::Note) -> Self {
        self
    }
}

impl Passed for HPy {
    type Note = Site;

    #[inline(always)]
    fn note(context: &PooledContext, call_site: CallSite) -> Option<Site> {
        context.site(call_site)
    }

    #[inline(always)]
    fn pass(self, inspection: &Inspection) -> Self {
        inspection.unwrap(self)
    }

    #[inline(always)]
    fn try_pass(self, context: &PooledContext) -> Option<Self> {
        context.unwrap(self)
    }

    #[inline(always)]
    fn pass_back(self, inspection: &Inspection) -> Self {
        inspection.wrap(self)
    }

    #[inline(always)]
    fn pass_noted(self, context: &PooledContext, site: Site) -> Self {
        context.wrap(self, site)
    }
}

macro_rules! passed {
    ($($type:ty $({ $($more:item)* })?),* $(,)?) => {
        $(impl Passed for $type {
            type Note = ();

            #[inline(always)]
            fn note(_: &PooledContext, _: CallSite) -> Option<()> {
                Some(())
            }

            $($($more)*)?
        })*
    };
}

passed! {
    (), i32, u32, i64, u64, isize, usize, f64, bool, *mut c_void, *mut *mut c_void,
    *const c_void, *const HPy, *mut HPy, *const wchar_t, *mut HPy_ssize_t, *mut HPyType_Spec,
    *mut HPyType_SpecParam, *mut cpy_PyObject, *mut HPyField, *mut HPyGlobal,
    *mut HPyCapsule_Destructor, *mut HPyCallFunction, HPyField, HPyGlobal, HPyTracker,
    HPyListBuilder, HPyTupleBuilder, HPyThreadState, HPyFunc_Signature, _HPyCapsule_key,
    HPy_SourceKind, HPyType_BuiltinShape,
    *const c_char {
        #[inline(always)]
        fn pass(self, inspection: &Inspection) -> Self {
            borrowed_buffers::check(inspection, self);
            self
        }

        #[inline(always)]
        fn try_pass(self, context: &PooledContext) -> Option<Self> {
            (!borrowed_buffers::is_borrowed(context, self)).then_some(self)
        }
    },
}

/// Calls the wrapped context, if what has to be known for the result is.
#[inline(always)]
pub(super) fn noted<T: Passed>(
    context: &'static PooledContext,
    call_site: CallSite,
    effect: Effect,
    call: impl FnOnce() -> T,
) -> Option<T> {
    let note = T::note(context, call_site)?;
    if effect.may_reenter() && context.awaits_stack() {
        return None;
    }
    let result = {
        let _guard = effect.may_reenter().then(|| ReentryGuard::new(context));
        call()
    };
    Some(result.pass_noted(context, note))
}
