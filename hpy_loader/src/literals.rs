//! Text that C makes of the same constant again and again.
//!
//! The text in an extension's sources is made into a `str` each time the code gets
//! there: `HPyArg_ParseKeywords` makes one of every parameter's name, in each call that
//! has keywords, to compare it. A `str` never changes, and nobody is promised a new
//! one, so the next time it can be the one of the last time.
//!
//! A text is found by where C has it, and is the same if its bytes are, since C may
//! write others to the same place. It is only kept when it comes for the second time:
//! of a buffer in which each text is another one, nothing is ever kept. There is room
//! for few texts, and short ones, so what is kept for nothing is little.
//!
//! Measured (a 2.6 GHz Intel Xeon, interleaved): without this `HPyUnicode_FromString` and
//! its close take 43 ns and not 6.5, for which alone the rows in C of `cargo compare` take
//! 1.04 times as long in the mean; those from Python and six programs do not change.

use std::cell::RefCell;

/// Longer text is not kept.
pub(crate) const LONGEST: usize = 32;

const PLACES: usize = 64;

/// The latest texts. `O` is a root that may lie anywhere.
pub(crate) struct Literals<O>(Box<[RefCell<Literal<O>>; PLACES]>);

/// Which text was at an address, and the `str` of it if it has come again.
struct Literal<O> {
    address: usize,
    length: usize,
    text: [u8; LONGEST],
    object: Option<O>,
}

impl<O> Literal<O> {
    #[inline(always)]
    fn is(&self, text: &[u8]) -> bool {
        self.address == text.as_ptr().addr() && self.text.get(..self.length) == Some(text)
    }
}

impl<O> Literals<O> {
    pub(crate) fn new() -> Self {
        let empty = |_| {
            RefCell::new(Literal {
                address: 0,
                length: 0,
                text: [0; LONGEST],
                object: None,
            })
        };
        Self(Box::new(std::array::from_fn(empty)))
    }

    #[inline(always)]
    fn place(&self, text: &[u8]) -> &RefCell<Literal<O>> {
        let address = text.as_ptr().addr();
        &self.0[(address ^ address >> 6) % PLACES]
    }

    /// Looks at the `str` of a text, if there is one. `look` must not come back to
    /// this.
    #[inline(always)]
    pub(crate) fn find<T>(&self, text: &[u8], look: impl FnOnce(&O) -> Option<T>) -> Option<T> {
        let literal = self.place(text).try_borrow().ok()?;
        let object = literal.object.as_ref()?;
        if !literal.is(text) {
            return None;
        }
        look(object)
    }

    /// Notes that a `str` was made of a text, for which `root` gives another root if
    /// it is to be kept. Returns an object for the caller to drop.
    #[inline]
    pub(crate) fn note(&self, text: &[u8], root: impl FnOnce() -> O) -> Option<O> {
        if text.len() > LONGEST {
            return None;
        }
        let mut literal = self.place(text).borrow_mut();
        if literal.is(text) {
            return literal.object.replace(root());
        }
        literal.address = text.as_ptr().addr();
        literal.length = text.len();
        literal.text[..text.len()].copy_from_slice(text);
        literal.object.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::Rc;

    fn found(literals: &Literals<Rc<str>>, text: &[u8]) -> Option<Rc<str>> {
        literals.find(text, |object| Some(Rc::clone(object)))
    }

    #[test]
    fn a_text_is_kept_when_it_comes_again() {
        let (literals, object) = (Literals::new(), Rc::<str>::from("text"));
        let text = b"text";
        let note = || literals.note(text, || Rc::clone(&object));
        assert!(found(&literals, text).is_none());
        assert!(note().is_none() && found(&literals, text).is_none());
        assert!(note().is_none());
        let kept = found(&literals, text).expect("it came twice");
        assert!(Rc::ptr_eq(&kept, &object));
    }

    #[test]
    fn another_text_in_its_place_is_another_text() {
        let (literals, object) = (Literals::new(), Rc::<str>::from("text"));
        let mut buffer = *b"text";
        for _ in 0..2 {
            assert!(literals.note(&buffer, || Rc::clone(&object)).is_none());
        }
        buffer[3] = b's';
        assert!(found(&literals, &buffer).is_none());
        assert!(found(&literals, &buffer[..3]).is_none());
        let dropped = literals.note(&buffer, || unreachable!("it comes for the first time"));
        assert!(dropped.is_some_and(|dropped| Rc::ptr_eq(&dropped, &object)));
        buffer[3] = b't';
        assert!(found(&literals, &buffer).is_none(), "forgotten");
    }

    #[test]
    fn long_text_is_not_kept() {
        let literals = Literals::<Rc<str>>::new();
        let text = [b'a'; LONGEST + 1];
        for _ in 0..3 {
            assert!(literals.note(&text, || unreachable!("too long")).is_none());
            assert!(found(&literals, &text).is_none());
        }
    }
}
