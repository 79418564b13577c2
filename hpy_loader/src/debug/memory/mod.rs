//! Memory that C may read for a while and never write.
//!
//! What `HPyUnicode_AsUTF8AndSize` and the like return is a copy in this mode, on
//! pages of its own, so that the processor notices what C must not do with it.
//! HPy's own debug mode maps and protects pages at each call, which takes
//! microseconds. Here the pages are there before: one file in memory is mapped
//! twice, once for us to write and once for C to read, so a copy is made and
//! read-only without asking the system. Only its end costs a call: C's view of
//! the page is closed at once, since the next thing that C does may be to read
//! it. Opening pages for their next use is done for many at a time.

mod arena;
mod borrowed_buffers;

pub(super) use arena::{Arena, Block};
pub(super) use borrowed_buffers::BorrowedBuffers;
