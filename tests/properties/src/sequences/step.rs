//! What C does next.

use proptest::sample::Index;

/// The indices choose among the handles (builders, trackers) that C has ever
/// had, closed ones included.
#[derive(Clone, Debug)]
pub enum Step {
    Int(i64),
    /// The bits of a double.
    Float(u64),
    Text(String),
    NewList,
    NewDict,
    NewTuple(Vec<Index>),

    Dup(Index),
    Close(Index),
    /// Compares the object with the model's value, through and through.
    Read(Index),
    Is(Index, Index),
    /// Through Python and back.
    Call(Index),
    /// Uses a word that was made up.
    Poke(u64),

    Append(Index, Index),
    Length(Index),
    GetAt(Index, isize),
    SetAt(Index, isize, Index),
    DeleteAt(Index, isize),
    Put(Index, Index, Index),
    Get(Index, Index),
    Delete(Index, Index),
    Contains(Index, Index),
    Keys(Index),

    /// Of a list if true, else of a tuple.
    NewBuilder(bool, isize),
    Set(Index, isize, Index),
    Build(Index),
    Cancel(Index),
    NewTracker,
    Track(Index, Index),
    Forget(Index),
    CloseTracked(Index),

    StoreField(usize, Index),
    LoadField(usize),
    StoreGlobal(usize, Index),
    LoadGlobal(usize),
    Raise,
    Clear,
}
