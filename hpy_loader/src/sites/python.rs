//! The Python stack above a call into C.
//!
//! The frames of a VM move on and go, so a stack is taken as positions: which
//! code object, and where in it. That is quick to compare, and a program has few
//! of them. A position is described when it is first seen, while its code is
//! alive, by the runtime.

use crate::runtime::{Position, PythonFrame, Runtime};
use indexmap::IndexSet;
use parking_lot::Mutex;
use rustc_hash::{FxBuildHasher, FxHashMap};
use smallvec::SmallVec;
use std::num::NonZeroU32;
use std::ops::ControlFlow;
use std::sync::LazyLock;

/// A stack of Python frames. One word, free to copy, never freed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct PythonStack(NonZeroU32);

/// The frames that are kept of a stack, the innermost.
const DEPTH: usize = 32;

type Positions = SmallVec<[Position; DEPTH]>;

struct Known {
    /// The first is the empty one.
    stacks: IndexSet<Box<[Position]>, FxBuildHasher>,
    frames: FxHashMap<Position, PythonFrame>,
}

static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(|| {
    Mutex::new(Known {
        stacks: IndexSet::from_iter([Box::default()]),
        frames: FxHashMap::default(),
    })
});

impl Default for PythonStack {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl PythonStack {
    /// No frames.
    pub const EMPTY: Self = Self(NonZeroU32::MIN);

    /// The one at a place among the known.
    fn at(place: usize) -> Self {
        let number = u32::try_from(place + 1).ok().and_then(NonZeroU32::new);
        Self(number.expect("no program has so many stacks"))
    }

    #[cold]
    pub(super) fn take<R: Runtime>(runtime: &R) -> Self {
        let mut positions = Positions::new();
        runtime.walk_stack(&mut |position| {
            positions.push(position);
            match positions.len() < DEPTH {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            }
        });
        let unknown: Positions = {
            let known = KNOWN.lock();
            if let Some(number) = known.stacks.get_index_of(positions.as_slice()) {
                return Self::at(number);
            }
            let is_unknown = |position: &&Position| !known.frames.contains_key(*position);
            positions.iter().filter(is_unknown).copied().collect()
        };
        // The runtime is asked outside of the lock, which is not its business.
        let described: Vec<(Position, PythonFrame)> = unknown
            .into_iter()
            .map(|position| (position, runtime.describe_position(position)))
            .collect();
        let mut known = KNOWN.lock();
        known.frames.extend(described);
        Self::at(known.stacks.insert_full(positions.as_slice().into()).0)
    }

    /// A number that no other stack has.
    pub fn key(self) -> u32 {
        self.0.get()
    }

    /// The frames, innermost first; of a deep stack the inner ones.
    pub fn frames(self) -> Vec<PythonFrame> {
        let known = KNOWN.lock();
        let positions = known.stacks.get_index(self.0.get() as usize - 1);
        positions
            .into_iter()
            .flatten()
            .filter_map(|position| known.frames.get(position).cloned())
            .collect()
    }
}
