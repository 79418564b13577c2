//! Lists, tuples, dicts, slices, capsules.

use std::sync::Mutex;

use hpy_loader::capsule::Capsule;
use hpy_loader::runtime::{BuiltinKind, Containers};

use crate::object::lock;
use crate::{Data, Object, Toy, VmResult};

impl<const THREADS: bool> Toy<THREADS> {
    fn collect(&self, items: impl ExactSizeIterator<Item = Object>) -> VmResult<Vec<Object>> {
        let mut collected = Vec::new();
        let room = collected.try_reserve_exact(items.len());
        if room.is_err() || !self.embedder().grants_container() {
            return Err(self.memory_error());
        }
        collected.extend(items);
        Ok(collected)
    }
}

fn entries(dict: &Object) -> &Mutex<Vec<(Object, Object)>> {
    match &dict.data {
        Data::Dict(entries) => entries,
        _ => unreachable!("the loader asks only for dicts"),
    }
}

impl<const THREADS: bool> Containers for Toy<THREADS> {
    fn is_builtin_instance(&self, object: &Object, kind: BuiltinKind) -> bool {
        matches!(
            (kind, &object.data),
            (BuiltinKind::Bytes, Data::Bytes(_))
                | (BuiltinKind::Dict, Data::Dict(_))
                | (BuiltinKind::List, Data::List(_))
                | (BuiltinKind::Module, Data::Module(_))
                | (BuiltinKind::Slice, Data::Slice(..))
                | (BuiltinKind::Str, Data::Str(_))
                | (BuiltinKind::Tuple, Data::Tuple(_))
                | (BuiltinKind::Type, Data::Class(_))
        )
    }

    fn new_list(&self, items: impl ExactSizeIterator<Item = Object>) -> VmResult<Object> {
        Ok(self.list(self.collect(items)?))
    }

    fn new_tuple(&self, items: impl ExactSizeIterator<Item = Object>) -> VmResult<Object> {
        Ok(self.tuple(self.collect(items)?))
    }

    fn list_append(&self, list: &Object, item: &Object) -> VmResult<()> {
        match &list.data {
            Data::List(items) => lock(items).push(item.clone()),
            _ => unreachable!("the loader asks only for lists"),
        }
        Ok(())
    }

    fn new_slice(&self, start: &Object, stop: &Object, step: &Object) -> VmResult<Object> {
        let bounds = [start, stop, step].map(Object::clone);
        Ok(self.object(Data::Slice(bounds)))
    }

    fn new_dict(&self) -> VmResult<Object> {
        Ok(self.dict(Vec::new()))
    }

    fn dict_keys(&self, dict: &Object) -> VmResult<Object> {
        let entries = lock(entries(dict));
        Ok(self.list(entries.iter().map(|(key, _)| key.clone()).collect()))
    }

    fn dict_copy(&self, dict: &Object) -> VmResult<Object> {
        let entries = lock(entries(dict)).clone();
        Ok(self.dict(entries))
    }

    fn unpack_slice(&self, slice: &Object) -> VmResult<(isize, isize, isize)> {
        let Data::Slice(bounds) = &slice.data else {
            unreachable!("the loader asks only for slices")
        };
        let bound =
            |index: usize, default| bounds[index].int().map_or(default, |value| value as isize);
        Ok((bound(0, 0), bound(1, isize::MAX), bound(2, 1)))
    }

    fn new_capsule(&self, capsule: Capsule) -> VmResult<Object> {
        Ok(self.object(Data::Capsule(capsule)))
    }

    fn capsule<'a>(&self, object: &'a Object) -> Option<&'a Capsule> {
        match &object.data {
            Data::Capsule(capsule) => Some(capsule),
            _ => None,
        }
    }
}
