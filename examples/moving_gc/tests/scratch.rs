use moving_gc::*;
use std::path::Path;
#[test]
fn pof() {
    let vm = Vm::start(Options { zeal: Zeal::Always, ..Options::default() }).unwrap();
    eprintln!("{}", vm.heap().statistics());
    let show = |r: Result| match r {
        Ok(v) => eprintln!("{}", vm.display(&v).unwrap_or_else(|e| vm.describe_error(&e))),
        Err(e) => eprintln!("ERR {}", vm.describe_error(&e)),
    };
    let m = vm.load(Path::new("/tmp/w/gct/pof.hpy0.so"), "pof").unwrap_or_else(|e| panic!("{}", vm.describe_error(&e)));
    show(Ok(m.clone()));
    show(vm.call_method(&m, "do_nothing", vec![].into()));
    show(vm.call_method(&m, "double", [vm.int(21)].into()));
    show(vm.call_method(&m, "add_ints", [vm.int(21), vm.int(4)].into()));
    show(vm.call_method(&m, "add_ints", [vm.str("x"), vm.int(4)].into()));
    let p = vm.call_method(&m, "Point", [vm.float(1.5), vm.float(4.0)].into());
    show(p.clone());
    let m = vm.load(Path::new("/tmp/w/gct/quaternion.hpy0.so"), "quaternion").unwrap_or_else(|e| panic!("{}", vm.describe_error(&e)));
    show(vm.repr_object(&vm.get_attr(&m, "__dict__").unwrap()));
    let q = vm.get_attr(&m, "Quaternion").unwrap();
    let a = vm.call(&q, [vm.float(1.0), vm.int(2), vm.int(3), vm.int(4)].into()).unwrap_or_else(|e| panic!("{}", vm.describe_error(&e)));
    show(Ok(a.clone()));
    show(vm.binary(hpy_loader::runtime::BinaryOp::Multiply, &a, &a));
    show(vm.binary(hpy_loader::runtime::BinaryOp::Add, &vm.int(5), &a));
    let m = vm.load(Path::new("/tmp/w/gct/topk.hpy0.so"), "topk").unwrap_or_else(|e| panic!("{}", vm.describe_error(&e)));
    let k = vm.get_attr(&m, "TopK").unwrap();
    let t = vm.call(&k, [vm.int(3)].into()).unwrap_or_else(|e| panic!("{}", vm.describe_error(&e)));
    for i in [4, 8, 15, 16, 23, 42, 1] { show(vm.call_method(&t, "push", [vm.int(i)].into())); }
    let all = vm.collect_items(&t).unwrap_or_else(|e| panic!("{}", vm.describe_error(&e)));
    show(Ok(vm.list(&all)));
    show(vm.call_method(&m, "alive", vec![].into()));
    drop((t, a, p, all));
    vm.collect();
    show(vm.call_method(&m, "alive", vec![].into()));
    eprintln!("{} {}", vm.heap().statistics(), vm.heap().used());
}
