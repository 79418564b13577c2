//! Slices, of sequences and as objects.

use crate::heap::{Kind, Local};
use crate::vm::{Result, Vm};

/// The indices that a slice of something with `length` items selects.
fn selected(length: usize, (start, stop, step): (isize, isize, isize)) -> Vec<usize> {
    let length = length.cast_signed();
    let (least, most) = if step < 0 {
        (-1, length - 1)
    } else {
        (0, length)
    };
    let cut = |index: isize| {
        let index = if index < 0 {
            index.saturating_add(length)
        } else {
            index
        };
        index.clamp(least, most)
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
        let slice = self
            .heap
            .allocate_small(Kind::Slice, &self.builtin("slice"), 3, 0);
        for (index, part) in [start, stop, step].into_iter().enumerate() {
            self.heap.set(&slice, index, part);
        }
        slice
    }

    /// `PySlice_Unpack`.
    pub(crate) fn unpack_slice(&self, slice: &Local) -> Result<(isize, isize, isize)> {
        let part = |index| {
            self.heap
                .get(slice, index)
                .filter(|part| !self.is_none(part))
        };
        let index = |object: &Local| {
            let not_index = |error: Local| match self.is_error(&error, "TypeError") {
                true => self.error(
                    "TypeError",
                    "slice indices must be integers or None or have an __index__ method",
                ),
                false => error,
            };
            let index = self.index(object).map_err(not_index)?;
            let negative = self.int_value(&index).is_some_and(|value| value < 0.into());
            let far = if negative { isize::MIN } else { isize::MAX };
            Ok(self.small_int(&index).map_or(far, |index| index as isize))
        };
        let step = match part(2) {
            Some(step) => index(&step)?.max(-isize::MAX),
            None => 1,
        };
        if step == 0 {
            return Err(self.error("ValueError", "slice step cannot be zero"));
        }
        let start = match part(0) {
            Some(start) => index(&start)?,
            None => {
                if step < 0 {
                    isize::MAX
                } else {
                    0
                }
            }
        };
        let stop = match part(1) {
            Some(stop) => index(&stop)?,
            None => {
                if step < 0 {
                    isize::MIN
                } else {
                    isize::MAX
                }
            }
        };
        Ok((start, stop, step))
    }

    pub(super) fn get_slice(&self, object: &Local, slice: &Local) -> Result {
        let parts = self.unpack_slice(slice)?;
        let indices = selected(self.length(object)?, parts);
        match self.heap.kind(object) {
            Kind::Str => {
                let points = self.code_points(object).unwrap_or_default();
                let points: Vec<u32> = indices.iter().map(|&index| points[index]).collect();
                self.str_of(&self.builtin("str"), &points)
            }
            Kind::Bytes => {
                let bytes = self.bytes_value(object).unwrap_or_default();
                let bytes: Vec<u8> = indices.iter().map(|&index| bytes[index]).collect();
                self.new_scalar(&self.builtin("bytes"), Kind::Bytes, &bytes)
            }
            kind @ (Kind::Tuple | Kind::List) => {
                let items = self.items(object).unwrap_or_default();
                let items = indices.iter().map(|&index| &items[index]);
                self.new_sequence(kind, indices.len(), items)
            }
            _ => {
                let items: Result<Vec<Local>> = indices
                    .iter()
                    .map(|&index| self.get_index(object, index.cast_signed()))
                    .collect();
                let items = items?;
                self.new_sequence(Kind::List, items.len(), items.iter())
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
        let new = match value {
            Some(value) => Some(self.collect_items(value)?),
            None => None,
        };
        let mut items = self.items(list).unwrap_or_default();
        let indices = selected(items.len(), parts);
        match new {
            Some(new) if parts.2 == 1 => {
                let length = items.len().cast_signed();
                let start = if parts.0 < 0 {
                    parts.0 + length
                } else {
                    parts.0
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
