//! Random sequences of context calls against a naive model that keeps values.
//!
//! What C does is mostly right and sometimes wrong: handles are used and closed
//! after they were closed, builders after they were used up, indices are out of
//! range. After every step the answer is what the model says, an error is
//! pending exactly if one should be, and at the end nothing is left over.

mod extension;
mod model;
mod step;

use proptest::prelude::*;
use proptest::sample::Index;

use crate::host::Host;
use extension::Extension;
use step::Step;

/// What the words of immediates can and cannot carry.
fn int() -> impl Strategy<Value = i64> {
    let edge = 1_i64 << 47;
    prop_oneof![
        -3..4_i64,
        edge - 2..edge + 2,
        -edge - 2..-edge + 2,
        any::<i64>(),
    ]
}

fn index() -> impl Strategy<Value = isize> {
    prop_oneof![
        8 => 0..4_isize,
        2 => -4..0_isize,
        1 => prop_oneof![Just(isize::MIN), Just(isize::MAX)],
    ]
}

fn pick() -> impl Strategy<Value = Index> {
    any::<Index>()
}

fn step() -> impl Strategy<Value = Step> {
    let values = prop_oneof![
        3 => int().prop_map(Step::Int),
        2 => any::<u64>().prop_map(Step::Float),
        3 => "[a-c]{0,3}".prop_map(Step::Text),
        3 => Just(Step::NewList),
        2 => Just(Step::NewDict),
        2 => prop::collection::vec(pick(), 0..4).prop_map(Step::NewTuple),
    ];
    let handles = prop_oneof![
        4 => pick().prop_map(Step::Dup),
        6 => pick().prop_map(Step::Close),
        4 => pick().prop_map(Step::Read),
        2 => (pick(), pick()).prop_map(|(a, b)| Step::Is(a, b)),
        2 => pick().prop_map(Step::Call),
        1 => any::<u64>().prop_map(Step::Poke),
        1 => (0..200_u64, 0..9_u64).prop_map(|(slot, age)| Step::Poke(slot | age << 28)),
    ];
    let containers = prop_oneof![
        4 => (pick(), pick()).prop_map(|(list, item)| Step::Append(list, item)),
        2 => pick().prop_map(Step::Length),
        4 => (pick(), index()).prop_map(|(list, index)| Step::GetAt(list, index)),
        3 => (pick(), index(), pick())
            .prop_map(|(list, index, item)| Step::SetAt(list, index, item)),
        2 => (pick(), index()).prop_map(|(list, index)| Step::DeleteAt(list, index)),
        4 => (pick(), pick(), pick())
            .prop_map(|(dict, key, value)| Step::Put(dict, key, value)),
        3 => (pick(), pick()).prop_map(|(dict, key)| Step::Get(dict, key)),
        2 => (pick(), pick()).prop_map(|(dict, key)| Step::Delete(dict, key)),
        2 => (pick(), pick()).prop_map(|(dict, key)| Step::Contains(dict, key)),
        1 => pick().prop_map(Step::Keys),
    ];
    let builders = prop_oneof![
        2 => (any::<bool>(), 0..4_isize)
            .prop_map(|(is_list, size)| Step::NewBuilder(is_list, size)),
        5 => (pick(), index(), pick())
            .prop_map(|(builder, index, item)| Step::Set(builder, index, item)),
        3 => pick().prop_map(Step::Build),
        1 => pick().prop_map(Step::Cancel),
        1 => Just(Step::NewTracker),
        3 => (pick(), pick()).prop_map(|(tracker, h)| Step::Track(tracker, h)),
        1 => pick().prop_map(Step::Forget),
        1 => pick().prop_map(Step::CloseTracked),
    ];
    let elsewhere = prop_oneof![
        3 => (0..3_usize, pick()).prop_map(|(field, h)| Step::StoreField(field, h)),
        3 => (0..3_usize).prop_map(Step::LoadField),
        3 => (0..3_usize, pick()).prop_map(|(global, h)| Step::StoreGlobal(global, h)),
        3 => (0..3_usize).prop_map(Step::LoadGlobal),
        1 => Just(Step::Raise),
        3 => Just(Step::Clear),
    ];
    prop_oneof![
        3 => values,
        4 => handles,
        4 => containers,
        3 => builders,
        3 => elsewhere,
    ]
}

fn run<const THREADS: bool>(host: &Host<THREADS>, steps: &[Step]) {
    let identity = host.vm().function(|args, _| Ok(args[0].clone()));
    host.with(identity, |c, identity| {
        let mut extension = Extension::new(c, identity);
        for step in steps {
            extension.step(step);
        }
        extension.finish();
    });
    host.assert_clean();
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 6 } else { 1500 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_context_behaves_like_the_model(
        steps in prop::collection::vec(step(), 1..if cfg!(miri) { 40 } else { 120 }),
    ) {
        thread_local! {
            static HOST: Host<false> = Host::new();
        }
        HOST.with(|host| run(host, &steps));
    }

    #[test]
    fn the_context_behaves_like_the_model_with_threads(
        steps in prop::collection::vec(step(), 1..if cfg!(miri) { 40 } else { 120 }),
    ) {
        thread_local! {
            static HOST: Host<true> = Host::new();
        }
        HOST.with(|host| run(host, &steps));
    }
}
