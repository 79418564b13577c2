//! Tuples and lists.

use crate::heap::{Kind, Local, Reference};
use crate::vm::{Result, Vm};
use hpy_loader::runtime::BinaryOp;

impl Vm {
    /// A `tuple`.
    ///
    /// # Panics
    ///
    /// If the heap is full, as for [`list`](Self::list).
    pub fn tuple(&self, items: &[Local]) -> Local {
        self.sequence(Kind::Tuple, items)
    }

    /// A `list`.
    pub fn list(&self, items: &[Local]) -> Local {
        self.sequence(Kind::List, items)
    }

    fn sequence(&self, kind: Kind, items: &[Local]) -> Local {
        let made = self.new_sequence(kind, items.len(), items.iter());
        made.unwrap_or_else(|_| panic!("the heap is full"))
    }

    /// A `tuple` or `list` of items that are taken when there is room for them.
    pub(crate) fn new_sequence(
        &self,
        kind: Kind,
        count: usize,
        items: impl Iterator<Item = impl Reference>,
    ) -> Result {
        let class = self.builtin(if kind == Kind::Tuple { "tuple" } else { "list" });
        self.new_sequence_of(&class, kind, count, items)
    }

    /// The same for an instance of a subclass.
    pub(crate) fn new_sequence_of(
        &self,
        class: &Local,
        kind: Kind,
        count: usize,
        items: impl Iterator<Item = impl Reference>,
    ) -> Result {
        let object = match kind {
            Kind::Tuple => self.allocate(kind, class, count, 0)?,
            _ => {
                let list = self.allocate(Kind::List, class, 1, 8)?;
                let array = self.allocate(Kind::Array, &self.builtin("object"), count, 0)?;
                self.heap.set(&list, 0, &array);
                self.heap.set_word(&list, 0, count as u64);
                list
            }
        };
        let finished = self.finish_instance(&object)?;
        let storage = self.storage(&object);
        for (index, item) in items.take(count).enumerate() {
            self.heap.set(&storage, index, &item);
        }
        Ok(finished)
    }

    /// Where the items of a tuple or list are.
    fn storage(&self, sequence: &Local) -> Local {
        match self.heap.kind(sequence) {
            Kind::Tuple => sequence.clone(),
            _ => match self.heap.get(sequence, 0) {
                Some(array) => array,
                None => unreachable!("a list has an array from its start"),
            },
        }
    }

    /// The number of items of a tuple or list.
    pub(crate) fn sequence_len(&self, sequence: &impl Reference) -> usize {
        match self.heap.kind(sequence) {
            Kind::Tuple => self.heap.ref_count(sequence),
            _ => self.heap.word(sequence, 0) as usize,
        }
    }

    /// An item of a tuple or list; `None` outside.
    pub(crate) fn item(&self, sequence: &Local, index: usize) -> Option<Local> {
        if index >= self.sequence_len(sequence) {
            return None;
        }
        // An array may have room that was never used.
        let item = self.heap.get(&self.storage(sequence), index);
        Some(item.unwrap_or_else(|| self.none()))
    }

    /// The items of a tuple or list.
    pub fn items(&self, object: &Local) -> Option<Vec<Local>> {
        matches!(self.heap.kind(object), Kind::Tuple | Kind::List).then(|| {
            let count = self.sequence_len(object);
            (0..count)
                .filter_map(|index| self.item(object, index))
                .collect()
        })
    }

    pub(crate) fn set_list_item(&self, list: &Local, index: usize, value: &Local) {
        self.heap.set(&self.storage(list), index, value);
    }

    /// `list.append`.
    pub fn list_append(&self, list: &Local, item: &Local) -> Result<()> {
        let count = self.sequence_len(list);
        self.list_insert(list, count, item)
    }

    /// Inserts at an index up to the length.
    pub(crate) fn list_insert(&self, list: &Local, index: usize, item: &Local) -> Result<()> {
        let count = self.sequence_len(list);
        let mut storage = self.storage(list);
        if count == self.heap.ref_count(&storage) {
            let room = (count + 1).max(4) + count / 2;
            let array = self.allocate(Kind::Array, &self.builtin("object"), room, 0)?;
            self.heap.copy_refs(&storage, 0, &array, 0, count);
            self.heap.set(list, 0, &array);
            storage = array;
        }
        self.heap
            .copy_refs(&storage, index, &storage, index + 1, count - index);
        self.heap.set(&storage, index, item);
        self.heap.set_word(list, 0, count as u64 + 1);
        Ok(())
    }

    /// `list.insert`, which cuts the index to the list.
    pub(crate) fn list_insert_cut(&self, list: &Local, index: isize, item: &Local) -> Result<()> {
        let count = self.sequence_len(list);
        let index = match usize::try_from(index) {
            Ok(index) => index.min(count),
            Err(_) => count.saturating_sub(index.unsigned_abs()),
        };
        self.list_insert(list, index, item)
    }

    pub(crate) fn list_remove(&self, list: &Local, index: usize) {
        let count = self.sequence_len(list);
        let storage = self.storage(list);
        self.heap
            .copy_refs(&storage, index + 1, &storage, index, count - index - 1);
        self.heap.clear(&storage, count - 1);
        self.heap.set_word(list, 0, count as u64 - 1);
    }

    /// Replaces all items.
    pub(crate) fn set_list_items(&self, list: &Local, items: &[Local]) -> Result<()> {
        let array = self.allocate(Kind::Array, &self.builtin("object"), items.len(), 0)?;
        for (index, item) in items.iter().enumerate() {
            self.heap.set(&array, index, item);
        }
        self.heap.set(list, 0, &array);
        self.heap.set_word(list, 0, items.len() as u64);
        Ok(())
    }

    /// `+` and `*` of sequences.
    pub(super) fn sequence_binary(
        &self,
        op: BinaryOp,
        a: &Local,
        b: &Local,
    ) -> Result<Option<Local>> {
        let (kind_a, kind_b) = (self.heap.kind(a), self.heap.kind(b));
        let is_sequence = |kind| matches!(kind, Kind::Str | Kind::Bytes | Kind::Tuple | Kind::List);
        match op {
            BinaryOp::Add if is_sequence(kind_a) && kind_a == kind_b => self.concat(a, b).map(Some),
            BinaryOp::Add if kind_a == Kind::Bytes => {
                Err(self.type_error("can't concat {} to bytes", &[b]))
            }
            BinaryOp::Add if is_sequence(kind_a) => {
                let message = "can only concatenate {} (not \"{}\") to {}";
                Err(self.type_error(message, &[a, b, a]))
            }
            BinaryOp::Multiply if is_sequence(kind_a) => self.repeat(a, b).map(Some),
            BinaryOp::Multiply if is_sequence(kind_b) => self.repeat(b, a).map(Some),
            _ => Ok(None),
        }
    }

    pub(super) fn concat(&self, a: &Local, b: &Local) -> Result {
        match self.heap.kind(a) {
            kind @ (Kind::Str | Kind::Bytes) => {
                let mut bytes = self.heap.with_bytes(a, <[u8]>::to_vec);
                self.heap
                    .with_bytes(b, |more| bytes.extend_from_slice(more));
                self.new_plain(kind, &bytes)
            }
            kind => {
                let mut items = self.items(a).unwrap_or_default();
                items.extend(self.items(b).unwrap_or_default());
                self.new_sequence(kind, items.len(), items.iter())
            }
        }
    }

    pub(super) fn repeat(&self, sequence: &Local, count: &Local) -> Result {
        let Some(index) = self.index_optional(count)? else {
            let message = "can't multiply sequence by non-int of type '{}'";
            return Err(self.type_error(message, &[count]));
        };
        let count = self.clamp_index(&index, "OverflowError")?;
        let count = usize::try_from(count).unwrap_or(0);
        let room = |length: usize| match length.checked_mul(count) {
            Some(total) if total <= self.heap.capacity() => Ok(()),
            _ => Err(self.memory_error()),
        };
        match self.heap.kind(sequence) {
            kind @ (Kind::Str | Kind::Bytes) => {
                room(self.heap.byte_count(sequence))?;
                let bytes = self.heap.with_bytes(sequence, |bytes| bytes.repeat(count));
                self.new_plain(kind, &bytes)
            }
            kind => {
                let items = self.items(sequence).unwrap_or_default();
                room(8 * items.len())?;
                let total = items.len() * count;
                self.new_sequence(kind, total, items.iter().cycle())
            }
        }
    }
}
