//! What Python's objects do.

mod seam;
