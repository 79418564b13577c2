//! Iterators and ranges.

use crate::heap::{Kind, Local};
use crate::vm::{Result, Vm};

const POSITION: usize = 0;
/// Whether items come from `__getitem__`, until `IndexError`.
const BY_METHOD: usize = 1;

impl Vm {
    /// `iter(object)`.
    pub fn iter(&self, object: &Local) -> Result {
        if let Some(iterator) = self.call_own(object, "__iter__", &[])? {
            return match self.is_iterator(&iterator) {
                true => Ok(iterator),
                false => {
                    Err(self.type_error("iter() returned non-iterator of type '{}'", &[&iterator]))
                }
            };
        }
        let class = self.class_of(object);
        let by_method = match self.heap.kind(object) {
            Kind::Iterator => return Ok(object.clone()),
            Kind::Str | Kind::Bytes | Kind::Tuple | Kind::List | Kind::Dict | Kind::Range => false,
            _ if self.lookup_own(&class, "__getitem__").is_some() => true,
            _ => return Err(self.type_error("'{}' object is not iterable", &[object])),
        };
        let class = self.builtin("iterator");
        let iterator = self.heap.allocate_small(Kind::Iterator, &class, 1, 16);
        self.heap.set(&iterator, 0, object);
        self.heap.set_word(&iterator, BY_METHOD, by_method.into());
        Ok(iterator)
    }

    /// Whether the object's class has `__next__`.
    pub(crate) fn is_iterator(&self, object: &Local) -> bool {
        self.lookup(&self.class_of(object), "__next__").is_some()
    }

    /// `next(iterator)`; `None` at the end.
    pub fn next(&self, iterator: &Local) -> Result<Option<Local>> {
        if self.heap.kind(iterator) == Kind::Iterator {
            return self.next_item(iterator);
        }
        let Some(method) = self.lookup(&self.class_of(iterator), "__next__") else {
            return Err(self.type_error("'{}' object is not an iterator", &[iterator]));
        };
        self.unless(
            self.call_special(&method, iterator, &[]),
            &["StopIteration"],
        )
    }

    /// The item, or `None` for an error of one of these classes.
    fn unless(&self, item: Result, ends: &[&str]) -> Result<Option<Local>> {
        match item {
            Err(error) if ends.iter().any(|end| self.is_error(&error, end)) => Ok(None),
            item => item.map(Some),
        }
    }

    fn next_item(&self, iterator: &Local) -> Result<Option<Local>> {
        let Some(object) = self.heap.get(iterator, 0) else {
            return Ok(None);
        };
        let position = self.heap.word(iterator, POSITION) as usize;
        let mut next = position + 1;
        let item = if self.heap.word(iterator, BY_METHOD) == 1 {
            let item = self.get_item_index(&object, position.cast_signed());
            self.unless(item, &["IndexError", "StopIteration"])?
        } else if self.heap.kind(&object) == Kind::Dict {
            let entry = self.next_entry(&object, position);
            entry.map(|(after, key, _)| {
                next = after;
                key
            })
        } else {
            // The kind alone says how: a subclass may have methods of its own.
            let length = self.builtin_length(&object).unwrap_or(0);
            (position < length).then(|| self.builtin_item(&object, position))
        };
        match item {
            Some(_) => self.heap.set_word(iterator, POSITION, next as u64),
            None => self.heap.clear(iterator, 0),
        }
        Ok(item)
    }

    /// All that the object yields.
    pub fn collect_items(&self, iterable: &Local) -> Result<Vec<Local>> {
        if self.is_builtin_class(&self.class_of(iterable))
            && let Some(items) = self.items(iterable)
        {
            return Ok(items);
        }
        let iterator = self.iter(iterable)?;
        std::iter::from_fn(|| self.next(&iterator).transpose()).collect()
    }

    /// `range(start, stop, step)`; the step is not 0.
    pub fn range(&self, start: i64, stop: i64, step: i64) -> Local {
        let parts = [self.int(start), self.int(stop), self.int(step)];
        self.three_parts(Kind::Range, "range", parts.each_ref())
    }

    pub(crate) fn range_parts(&self, range: &Local) -> (i64, i64, i64) {
        let part = |index| {
            let part = self.heap.get(range, index);
            part.and_then(|part| self.small_int(&part)).unwrap_or(0)
        };
        (part(0), part(1), part(2))
    }

    pub(crate) fn range_len(&self, range: &Local) -> usize {
        let (start, stop, step) = self.range_parts(range);
        let (start, stop, step) = (i128::from(start), i128::from(stop), i128::from(step));
        let distance = if step > 0 { stop - start } else { start - stop };
        let count = (distance + step.abs() - 1) / step.abs();
        usize::try_from(count).unwrap_or(0)
    }
}
