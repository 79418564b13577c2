//! Iterators, ranges and sets.

use crate::heap::{Kind, Local};
use crate::vm::{Result, Vm};
use hpy_loader::runtime::BinaryOp;

/// What an iterator yields, in the second word of its bytes.
#[derive(Clone, Copy, PartialEq)]
#[repr(u64)]
pub(crate) enum Yields {
    /// Items by index; of a dict, the keys.
    Items,
    /// The values of a dict.
    Values,
    /// Pairs of key and value.
    Entries,
    /// Items by `__getitem__` until `IndexError`.
    ByMethod,
}

const POSITION: usize = 0;
const YIELDS: usize = 1;

impl Vm {
    /// An iterator of the VM's own.
    pub(crate) fn iterator(&self, object: &Local, yields: Yields) -> Local {
        let class = self.builtin("iterator");
        let iterator = self.heap.allocate_small(Kind::Iterator, &class, 1, 16);
        self.heap.set(&iterator, 0, object);
        self.heap.set_word(&iterator, YIELDS, yields as u64);
        iterator
    }

    /// `iter(object)`.
    ///
    /// # Errors
    ///
    /// `TypeError` for what is not iterable, or what `__iter__` raises.
    pub fn iter(&self, object: &Local) -> Result {
        if let Some(iterator) = self.call_own(object, "__iter__", &[])? {
            if self.is_iterator(&iterator) {
                return Ok(iterator);
            }
            let name = self.type_name_for(&iterator);
            let message = format!("iter() returned non-iterator of type '{name}'");
            return Err(self.error("TypeError", &message));
        }
        match self.heap.kind(object) {
            Kind::Str
            | Kind::Bytes
            | Kind::Tuple
            | Kind::List
            | Kind::Dict
            | Kind::Set
            | Kind::Range
            | Kind::MemoryView => Ok(self.iterator(object, Yields::Items)),
            Kind::Iterator => Ok(object.clone()),
            _ if self
                .lookup_own(&self.class_of(object), "__getitem__")
                .is_some() =>
            {
                Ok(self.iterator(object, Yields::ByMethod))
            }
            _ => {
                let message = format!("'{}' object is not iterable", self.type_name_for(object));
                Err(self.error("TypeError", &message))
            }
        }
    }

    /// Whether the object's class has `__next__`.
    pub(crate) fn is_iterator(&self, object: &Local) -> bool {
        self.heap.kind(object) == Kind::Iterator
            || self.lookup(&self.class_of(object), "__next__").is_some()
    }

    /// `next(iterator)`; `None` at the end.
    ///
    /// # Errors
    ///
    /// `TypeError` for what is no iterator, or what `__next__` raises.
    pub fn next(&self, iterator: &Local) -> Result<Option<Local>> {
        if self.heap.kind(iterator) == Kind::Iterator {
            return self.next_item(iterator);
        }
        match self.lookup(&self.class_of(iterator), "__next__") {
            Some(method) => match self.call_special(&method, iterator, &[]) {
                Ok(item) => Ok(Some(item)),
                Err(error) if self.is_error(&error, "StopIteration") => Ok(None),
                Err(error) => Err(error),
            },
            None => {
                let name = self.type_name_for(iterator);
                let message = format!("'{name}' object is not an iterator");
                Err(self.error("TypeError", &message))
            }
        }
    }

    fn next_item(&self, iterator: &Local) -> Result<Option<Local>> {
        let Some(object) = self.heap.get(iterator, 0) else {
            return Ok(None);
        };
        let position = self.heap.word(iterator, POSITION) as usize;
        let yields = self.heap.word(iterator, YIELDS);
        let is = |kind: Yields| yields == kind as u64;
        let mut next = position + 1;
        let item = match self.heap.kind(&object) {
            _ if is(Yields::ByMethod) => {
                match self.get_item_index(&object, position.cast_signed()) {
                    Ok(item) => Some(item),
                    Err(error)
                        if self.is_error(&error, "IndexError")
                            || self.is_error(&error, "StopIteration") =>
                    {
                        None
                    }
                    Err(error) => return Err(error),
                }
            }
            Kind::Dict | Kind::Set => {
                self.next_entry(&object, position)
                    .map(|(after, key, value)| {
                        next = after;
                        match () {
                            () if is(Yields::Entries) => self.tuple(&[key, value]),
                            () if is(Yields::Values) => value,
                            () => key,
                        }
                    })
            }
            // The kind alone says how: a subclass may have methods of its own.
            Kind::Tuple | Kind::List => self.item(&object, position),
            _ if position < self.builtin_length(&object)? => {
                Some(self.builtin_item(&object, position)?)
            }
            _ => None,
        };
        match item {
            Some(_) => self.heap.set_word(iterator, POSITION, next as u64),
            None => self.heap.clear(iterator, 0),
        }
        Ok(item)
    }

    fn builtin_length(&self, object: &Local) -> Result<usize> {
        match self.heap.kind(object) {
            Kind::Str => Ok(self.heap.byte_count(object) / 4),
            Kind::Bytes => Ok(self.heap.byte_count(object)),
            Kind::Range => Ok(self.range_len(object)),
            _ => self.view_len(object),
        }
    }

    fn builtin_item(&self, object: &Local, place: usize) -> Result {
        Ok(match self.heap.kind(object) {
            Kind::Str => {
                let points = self.code_points(object).unwrap_or_default();
                self.str_of_code_points(&points[place..=place])
            }
            Kind::Bytes => {
                let byte = self.heap.with_bytes(object, |bytes| bytes[place]);
                self.int(byte.into())
            }
            Kind::Range => {
                let (start, _, step) = self.range_parts(object);
                self.int(start + place as i64 * step)
            }
            _ => return self.view_item(object, place),
        })
    }

    /// All that the object yields.
    ///
    /// # Errors
    ///
    /// As [`iter`](Self::iter) and [`next`](Self::next).
    pub fn collect_items(&self, iterable: &Local) -> Result<Vec<Local>> {
        if self.is_builtin_class(&self.class_of(iterable))
            && let Some(items) = self.items(iterable)
        {
            return Ok(items);
        }
        let iterator = self.iter(iterable)?;
        let mut items = Vec::new();
        while let Some(item) = self.next(&iterator)? {
            items.push(item);
        }
        Ok(items)
    }

    /// `range(start, stop, step)`; the step is not 0.
    pub(crate) fn range(&self, start: i64, stop: i64, step: i64) -> Local {
        let parts = [self.int(start), self.int(stop), self.int(step)];
        let range = self
            .heap
            .allocate_small(Kind::Range, &self.builtin("range"), 3, 0);
        for (index, part) in parts.iter().enumerate() {
            self.heap.set(&range, index, part);
        }
        range
    }

    pub(crate) fn range_parts(&self, range: &Local) -> (i64, i64, i64) {
        let part = |index| {
            self.heap
                .get(range, index)
                .and_then(|part| self.small_int(&part))
        };
        (
            part(0).unwrap_or(0),
            part(1).unwrap_or(0),
            part(2).unwrap_or(1),
        )
    }

    pub(crate) fn range_len(&self, range: &Local) -> usize {
        let (start, stop, step) = self.range_parts(range);
        let (start, stop, step) = (i128::from(start), i128::from(stop), i128::from(step));
        let distance = if step > 0 { stop - start } else { start - stop };
        let count = (distance + step.abs() - 1) / step.abs();
        usize::try_from(count).unwrap_or(0)
    }

    /// A `set`.
    ///
    /// # Errors
    ///
    /// `TypeError` for items that have no hash.
    pub fn set(&self, items: &[Local]) -> Result {
        let set = self.new_table(&self.builtin("set"), Kind::Set)?;
        for item in items {
            self.set_add(&set, item)?;
        }
        Ok(set)
    }

    /// `set.add`.
    ///
    /// # Errors
    ///
    /// `TypeError` for an item that has no hash.
    pub fn set_add(&self, set: &Local, item: &Local) -> Result<()> {
        self.dict_set(set, item, &self.none())
    }

    pub(crate) fn set_binary(&self, op: BinaryOp, a: &Local, b: &Local) -> Result {
        let keys = |set: &Local| self.entries(set).into_iter().map(|(key, _)| key);
        let result = self.set(&[])?;
        for key in keys(a) {
            let in_both = self.dict_get(b, &key)?.is_some();
            if in_both == (op == BinaryOp::And) || op == BinaryOp::Or {
                self.set_add(&result, &key)?;
            }
        }
        if matches!(op, BinaryOp::Or | BinaryOp::Xor) {
            for key in keys(b) {
                if op == BinaryOp::Or || self.dict_get(a, &key)?.is_none() {
                    self.set_add(&result, &key)?;
                }
            }
        }
        Ok(result)
    }
}
