//! One function for each C signature, made for the mode of a loader.
//!
//! A call of C costs little, and so does asking which mode it is in; but it is not
//! nothing, and the universal mode should not pay for the others. So nobody asks.
//! The code of a call is generic over its [`Passage`], a loader has the functions
//! that were made for its own, and its methods call those. In the universal mode's
//! there is no trace of another one.

use super::buffer::BufferCalls;
use super::method::MethodCalls;
use super::passage::Passage;
use super::slot::SlotCalls;
use crate::runtime::Runtime;

/// The functions of one mode.
pub(crate) struct Trampolines<R: Runtime> {
    pub(super) buffers: BufferCalls<R>,
    pub(super) methods: MethodCalls<R>,
    pub(super) slots: SlotCalls<R>,
}

impl<R: Runtime> Trampolines<R> {
    /// Those of the mode that has this passage.
    pub(crate) fn through<P: Passage>() -> Self {
        Self {
            buffers: BufferCalls::through::<P>(),
            methods: MethodCalls::through::<P>(),
            slots: SlotCalls::through::<P>(),
        }
    }
}
