//! Slices, of sequences and as objects.

use crate::heap::{Kind, Local};
use crate::vm::{Result, Vm};

/// The indices that a slice of something with `length` items selects.
fn selected(length: usize, (start, stop, step): (isize, isize, isize)) -> Vec<usize> {
    let length = length.cast_signed();
    let (least, most) = match step {
        0.. => (0, length),
        _ => (-1, length - 1),
    };
    let cut = |index: isize| match index {
        0.. => index.min(most),
        _ => index.saturating_add(length).clamp(least, most),
    };
    // An index that is counted from the end and lies before the start stays
    // before it, which `cut` makes of the smallest number.
    let (mut at, stop) = (cut(start), cut(stop));
    let mut indices = Vec::new();
    while (step > 0 && at < stop) || (step < 0 && at > stop) {
        indices.push(at.cast_unsigned());
        at = at.saturating_add(step);
    }
    indices
}

impl Vm {
    /// `slice(start, stop, step)`.
    pub fn slice(&self, start: &Local, stop: &Local, step: &Local) -> Local {
        self.three_parts(Kind::Slice, "slice", [start, stop, step])
    }

    /// A `slice` or `range`.
    pub(super) fn three_parts(&self, kind: Kind, class: &str, parts: [&Local; 3]) -> Local {
        let object = self.heap.allocate_small(kind, &self.builtin(class), 3, 0);
        for (index, part) in parts.into_iter().enumerate() {
            self.heap.set(&object, index, part);
        }
        object
    }

    /// `PySlice_Unpack`.
    pub(crate) fn unpack_slice(&self, slice: &Local) -> Result<(isize, isize, isize)> {
        let part = |index, default| {
            let part = self.heap.get(slice, index);
            let Some(part) = part.filter(|part| !self.is_none(part)) else {
                return Ok(default);
            };
            let index = self.index(&part).map_err(|error| {
                if !self.is_error(&error, "TypeError") {
                    return error;
                }
                let message = "slice indices must be integers or None or have an __index__ method";
                self.error("TypeError", message)
            })?;
            let negative = self.int_value(&index).is_some_and(|value| value < 0.into());
            let far = if negative { isize::MIN } else { isize::MAX };
            Ok(self.small_int(&index).map_or(far, |index| index as isize))
        };
        let step = part(2, 1)?.max(-isize::MAX);
        let (first, last) = match step {
            0 => return Err(self.error("ValueError", "slice step cannot be zero")),
            1.. => (0, isize::MAX),
            _ => (isize::MAX, isize::MIN),
        };
        Ok((part(0, first)?, part(1, last)?, step))
    }

    pub(super) fn get_slice(&self, object: &Local, slice: &Local) -> Result {
        let parts = self.unpack_slice(slice)?;
        let indices = selected(self.builtin_length(object).unwrap_or(0), parts);
        match self.heap.kind(object) {
            kind @ (Kind::Str | Kind::Bytes) => {
                let width = if kind == Kind::Str { 4 } else { 1 };
                let part = self.heap.with_bytes(object, |bytes| {
                    let unit = |index: &usize| &bytes[index * width..][..width];
                    indices.iter().flat_map(unit).copied().collect::<Vec<u8>>()
                });
                self.new_plain(kind, &part)
            }
            kind => {
                let kind = if kind == Kind::Tuple {
                    kind
                } else {
                    Kind::List
                };
                let items = indices.iter().map(|&at| self.builtin_item(object, at));
                self.new_sequence(kind, indices.len(), items)
            }
        }
    }

    pub(super) fn set_slice(
        &self,
        list: &Local,
        slice: &Local,
        value: Option<&Local>,
    ) -> Result<()> {
        let parts = self.unpack_slice(slice)?;
        let new = value.map(|value| self.collect_items(value)).transpose()?;
        let mut items = self.items(list).unwrap_or_default();
        let indices = selected(items.len(), parts);
        match new {
            Some(new) if parts.2 == 1 => {
                let length = items.len().cast_signed();
                let start = match parts.0 {
                    0.. => parts.0,
                    _ => parts.0 + length,
                };
                let start = start.clamp(0, length).cast_unsigned();
                items.splice(start..start + indices.len(), new);
            }
            Some(new) if new.len() == indices.len() => {
                for (index, item) in indices.into_iter().zip(new) {
                    items[index] = item;
                }
            }
            Some(new) => {
                let message = format!(
                    "attempt to assign sequence of size {} to extended slice of size {}",
                    new.len(),
                    indices.len()
                );
                return Err(self.error("ValueError", &message));
            }
            None => {
                let mut index = 0;
                items.retain(|_| {
                    index += 1;
                    !indices.contains(&(index - 1))
                });
            }
        }
        self.set_list_items(list, &items)
    }
}
