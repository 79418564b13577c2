//! A list that contains itself is shown and compared without an end in sight.

use toy_vm::{Data, Object, Standalone, Toy};

fn items(list: &Object) -> std::sync::MutexGuard<'_, Vec<Object>> {
    match &list.data {
        Data::List(items) => items.lock().expect("nobody panics"),
        _ => unreachable!("it is a list"),
    }
}

#[test]
fn a_list_in_itself_is_shown_and_compared() {
    let vm = Toy::<false>::boot(Standalone).runtime();
    let endless = || {
        let list = vm.list(Vec::new());
        items(&list).push(list.clone());
        list
    };
    let (a, b) = (endless(), endless());
    assert_eq!(a.to_string(), "[[...]]");
    assert!(a == a.clone() && a != b);
    for list in [a, b] {
        let taken = std::mem::take(&mut *items(&list));
        drop(taken);
    }
}
