//! What the collector has done.

/// Figures since the start of the heap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Objects made.
    pub allocations: u64,
    /// Their bytes, headers included.
    pub bytes_allocated: u64,
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

impl Statistics {
    /// Moves per object ever made.
    pub fn mean_moves(&self) -> f64 {
        self.moves as f64 / self.allocations.max(1) as f64
    }
}

impl std::fmt::Display for Statistics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} collections; {} objects moved {} times ({:.1} on average, {} at most); \
             {} slots and {} fields rewritten; {} finalizers run, {} structs destroyed",
            self.collections,
            self.allocations,
            self.moves,
            self.mean_moves(),
            self.most_moves,
            self.slots_rewritten,
            self.fields_rewritten,
            self.finalized,
            self.destroyed,
        )
    }
}
