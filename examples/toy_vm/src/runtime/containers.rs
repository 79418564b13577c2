//! Lists, tuples, dicts, slices, capsules.

use std::sync::Mutex;

use hpy_loader::capsule::Capsule;
use hpy_loader::runtime::{Containers, Kind};

use crate::object::lock;
use crate::{Data, Fallible, Object, Toy};

impl<const THREADS: bool> Toy<THREADS> {
    fn collect(&self, items: impl ExactSizeIterator<Item = Object>) -> Fallible<Vec<Object>> {
        let mut collected = Vec::new();
        let room = collected.try_reserve_exact(items.len());
        if room.is_err() || !self.embedder().grants_container() {
            return Err(self.memory_error());
        }
        collected.extend(items);
        Ok(collected)
    }
}

fn items(list: &Object) -> &Mutex<Vec<Object>> {
    match &list.data {
        Data::List(items) => items,
        _ => unreachable!("the loader asks only for lists"),
    }
}

fn entries(dict: &Object) -> &Mutex<Vec<(Object, Object)>> {
    match &dict.data {
        Data::Dict(entries) => entries,
        _ => unreachable!("the loader asks only for dicts"),
    }
}

impl<const THREADS: bool> Containers for Toy<THREADS> {
    fn is_kind(&self, object: &Object, kind: Kind) -> bool {
        matches!(
            (kind, &object.data),
            (Kind::Bytes, Data::Bytes(_))
                | (Kind::Dict, Data::Dict(_))
                | (Kind::List, Data::List(_))
                | (Kind::Module, Data::Module(_))
                | (Kind::Slice, Data::Slice(..))
                | (Kind::Str, Data::Str(_))
                | (Kind::Tuple, Data::Tuple(_))
                | (Kind::Type, Data::Class(_))
        )
    }

    fn new_list(&self, items: impl ExactSizeIterator<Item = Object>) -> Fallible<Object> {
        Ok(self.list(self.collect(items)?))
    }

    fn new_tuple(&self, items: impl ExactSizeIterator<Item = Object>) -> Fallible<Object> {
        Ok(self.tuple(self.collect(items)?))
    }

    fn list_append(&self, list: &Object, item: &Object) -> Fallible<()> {
        lock(items(list)).push(item.clone());
        Ok(())
    }

    fn list_insert(&self, list: &Object, index: isize, item: &Object) -> Fallible<()> {
        let mut items = lock(items(list));
        let index = usize::try_from(index).unwrap_or(0).min(items.len());
        items.insert(index, item.clone());
        Ok(())
    }

    fn new_slice(&self, start: &Object, stop: &Object, step: &Object) -> Fallible<Object> {
        let bounds = [start, stop, step].map(Object::clone);
        Ok(self.object(Data::Slice(bounds)))
    }

    fn new_dict(&self) -> Fallible<Object> {
        Ok(self.dict(Vec::new()))
    }

    fn dict_keys(&self, dict: &Object) -> Fallible<Object> {
        let entries = lock(entries(dict));
        Ok(self.list(entries.iter().map(|(key, _)| key.clone()).collect()))
    }

    fn dict_copy(&self, dict: &Object) -> Fallible<Object> {
        let entries = lock(entries(dict)).clone();
        Ok(self.dict(entries))
    }

    fn unpack_slice(&self, slice: &Object) -> Fallible<(isize, isize, isize)> {
        let Data::Slice(bounds) = &slice.data else {
            unreachable!("the loader asks only for slices")
        };
        let bound =
            |index: usize, default| bounds[index].int().map_or(default, |value| value as isize);
        Ok((bound(0, 0), bound(1, isize::MAX), bound(2, 1)))
    }

    fn new_capsule(&self, capsule: Capsule) -> Fallible<Object> {
        Ok(self.object(Data::Capsule(capsule)))
    }

    fn capsule<'a>(&self, object: &'a Object) -> Option<&'a Capsule> {
        match &object.data {
            Data::Capsule(capsule) => Some(capsule),
            _ => None,
        }
    }
}
