//! What the collector has done.

/// Figures since the start of the heap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Objects made.
    pub allocations: u64,
    /// Collections.
    pub collections: u64,
    /// Moves of objects, all collections together.
    pub moves: u64,
    /// How often the object moved that moved most.
    pub most_moves: u32,
    /// Slots of the handle table that were given another address.
    pub slots_rewritten: u64,
    /// `HPyField`s that were.
    pub fields_rewritten: u64,
    /// Finalizers run.
    pub finalized: u64,
    /// Native structs destroyed.
    pub destroyed: u64,
}
