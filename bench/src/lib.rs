//! What the loader's own parts cost, with criterion: `cargo bench-loader`.
