//! Random graphs against a model that does not move.

use crate::heap;
use moving_gc::heap::{Kind, Local};
use moving_gc::{Reference, Zeal};
use proptest::prelude::*;
use std::collections::HashSet;

const REFS: usize = 3;

#[derive(Debug, Clone)]
enum Step {
    /// A new object, rooted.
    Make,
    /// The reference of one root's object becomes another's.
    Link(usize, usize, usize),
    /// A reference becomes empty.
    Cut(usize, usize),
    /// A root goes.
    Forget(usize),
    /// What a reference refers to becomes a root.
    Follow(usize, usize),
    Collect,
}

fn step() -> impl Strategy<Value = Step> {
    let any = any::<usize>;
    prop_oneof![
        3 => Just(Step::Make),
        4 => (any(), 0..REFS, any()).prop_map(|(a, i, b)| Step::Link(a, i, b)),
        1 => (any(), 0..REFS).prop_map(|(a, i)| Step::Cut(a, i)),
        2 => any().prop_map(Step::Forget),
        1 => (any(), 0..REFS).prop_map(|(a, i)| Step::Follow(a, i)),
        1 => Just(Step::Collect),
    ]
}

/// The model: what each object, by number, refers to.
type Model = Vec<[Option<usize>; REFS]>;

fn reachable(model: &Model, roots: &[(Local, usize)]) -> HashSet<usize> {
    let mut seen = HashSet::new();
    let mut queue: Vec<usize> = roots.iter().map(|&(_, number)| number).collect();
    while let Some(number) = queue.pop() {
        if seen.insert(number) {
            queue.extend(model[number].iter().flatten());
        }
    }
    seen
}

fn run(zeal: Zeal, steps: Vec<Step>) {
    let (heap, class) = heap(zeal);
    heap.collect();
    let empty = heap.used();
    let (mut model, mut roots): (Model, Vec<(Local, usize)>) = (Vec::new(), Vec::new());
    for step in steps {
        let at = |index: usize| index % roots.len();
        match step {
            Step::Make => {
                let object = heap.allocate(Kind::Tuple, &class, REFS, 8).expect("room");
                heap.set_word(&object, 0, model.len() as u64);
                roots.push((object, model.len()));
                model.push([None; REFS]);
            }
            Step::Collect => heap.collect(),
            _ if roots.is_empty() => {}
            Step::Link(a, index, b) => {
                let ((from, number), (to, target)) = (&roots[at(a)], &roots[at(b)]);
                heap.set(from, index, to);
                model[*number][index] = Some(*target);
            }
            Step::Cut(a, index) => {
                let (from, number) = &roots[at(a)];
                heap.clear(from, index);
                model[*number][index] = None;
            }
            Step::Forget(a) => {
                let at = at(a);
                roots.swap_remove(at);
            }
            Step::Follow(a, index) => {
                let (from, number) = &roots[at(a)];
                if let (Some(object), Some(target)) = (heap.get(from, index), model[*number][index])
                {
                    roots.push((object, target));
                }
            }
        }
        for (object, number) in &roots {
            assert_eq!(heap.word(object, 0), *number as u64);
            for (index, target) in model[*number].iter().enumerate() {
                let found = heap.get(object, index).map(|object| heap.word(&object, 0));
                assert_eq!(found, target.map(|target| target as u64));
            }
        }
        for (a, first) in &roots {
            for (b, second) in &roots {
                assert_eq!(a.is(b), first == second);
            }
        }
    }
    heap.collect();
    let size = 48 + 8 * REFS + 8;
    let alive = reachable(&model, &roots).len();
    assert_eq!(
        heap.used(),
        empty + alive * size,
        "neither more nor less is alive"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_graph_moves_as_a_whole(
        steps in prop::collection::vec(step(), 0..60),
        zeal in prop_oneof![
            Just(Zeal::Off),
            Just(Zeal::Always),
            Just(Zeal::Every(3)),
            any::<u64>().prop_map(|seed| Zeal::Random { seed, one_in: 4 }),
        ],
    ) {
        run(zeal, steps);
    }
}
