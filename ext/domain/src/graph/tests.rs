use super::*;
use proptest::prelude::*;

fn names(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("s{n}")).collect()
}

fn graph(parents: &[&[u16]]) -> Graph {
    let lists = parents.iter().map(|list| list.to_vec()).collect();
    Graph::new(&names(parents.len()), lists).expect("no cycle")
}

fn cycle_of(parents: Vec<Vec<u16>>) -> Vec<String> {
    match Graph::new(&names(parents.len()), parents) {
        Err(Refusal::Cycle { steps, .. }) => steps,
        other => panic!("no cycle in {other:?}"),
    }
}

#[test]
fn a_diamond_knows_who_waits_for_whom() {
    let diamond = graph(&[&[], &[0], &[0], &[1, 2]]);
    assert_eq!(diamond.len(), 4);
    assert!(!diamond.is_empty());
    assert_eq!(diamond.roots().collect::<Vec<_>>(), [0]);
    assert_eq!(diamond.parents(3), [1, 2]);
    assert_eq!(diamond.children(0), [1, 2]);
    assert!(diamond.children(3).is_empty());
    assert_eq!(diamond.topological(), [0, 1, 2, 3]);
    assert_eq!(diamond.descendants(0), [1, 2, 3]);
    assert_eq!(diamond.ancestors(3), [0, 1, 2]);
    assert!(diamond.is_ancestor(0, 3));
    assert!(!diamond.is_ancestor(1, 2));
    assert!(!diamond.is_ancestor(3, 0));
    assert!(!diamond.is_ancestor(0, 0));
}

#[test]
fn steps_need_not_be_named_in_the_order_in_which_they_run() {
    let backwards = graph(&[&[1], &[2], &[]]);
    assert_eq!(backwards.topological(), [2, 1, 0]);
    assert_eq!(backwards.roots().collect::<Vec<_>>(), [2]);
    assert_eq!(backwards.ancestors(0), [2, 1]);
}

#[test]
fn a_position_outside_the_graph_has_no_neighbours() {
    let two = graph(&[&[], &[0]]);
    assert!(two.parents(9).is_empty());
    assert!(two.children(u16::MAX).is_empty());
    assert!(two.descendants(9).is_empty());
    assert!(!two.is_ancestor(0, 9));
    assert!(!two.is_ancestor(9, 0));
}

#[test]
fn no_steps_are_an_empty_graph() {
    let none = graph(&[]);
    assert!(none.is_empty());
    assert_eq!(none.roots().count(), 0);
}

#[test]
fn a_cycle_is_shown_in_the_order_in_which_it_would_run() {
    assert_eq!(cycle_of(vec![vec![1], vec![0]]), ["s0", "s1", "s0"]);
    assert_eq!(
        cycle_of(vec![vec![2], vec![0], vec![1]]),
        ["s0", "s1", "s2", "s0"]
    );
    assert_eq!(cycle_of(vec![vec![0]]), ["s0", "s0"]);
}

#[test]
fn what_leads_to_a_cycle_and_what_follows_it_are_not_shown() {
    let steps = cycle_of(vec![vec![], vec![0, 2], vec![1], vec![2]]);
    assert_eq!(steps, ["s1", "s2", "s1"]);
}

#[test]
fn a_parent_that_is_no_step_is_refused() {
    let refusal = Graph::new(&names(1), vec![vec![5]]).expect_err("stray parent");
    assert!(refusal.to_string().contains("position 5"), "{refusal}");
    assert!(Graph::new(&names(2), vec![vec![]]).is_err());
}

#[test]
fn the_longest_chain_is_built_and_searched_without_recursion() {
    let parents = (0..MAX_STEPS)
        .map(|n| n.checked_sub(1).map(|p| p as u16).into_iter().collect())
        .collect();
    let chain = Graph::new(&names(MAX_STEPS), parents).expect("a chain");
    assert_eq!(chain.len(), MAX_STEPS);
    assert_eq!(chain.descendants(0).len(), MAX_STEPS - 1);
    assert_eq!(chain.ancestors(u16::MAX).len(), MAX_STEPS - 1);
    assert!(chain.is_ancestor(0, u16::MAX));
    assert_eq!(chain.positions().count(), MAX_STEPS);
}

#[test]
fn the_longest_cycle_is_found_without_recursion() {
    let parents = (0..MAX_STEPS)
        .map(|n| vec![((n + MAX_STEPS - 1) % MAX_STEPS) as u16])
        .collect();
    assert_eq!(cycle_of(parents).len(), MAX_STEPS + 1);
}

#[test]
fn more_steps_than_positions_are_refused() {
    let parents = vec![Vec::new(); MAX_STEPS + 1];
    let refusal = Graph::new(&names(MAX_STEPS + 1), parents).expect_err("too many");
    assert!(refusal.to_string().contains("at most 65536"), "{refusal}");
}

/// Lists of parents for up to 24 steps; any edge may be there, so most of them have cycles.
fn any_parents() -> impl Strategy<Value = Vec<Vec<u16>>> {
    (1_usize..24).prop_flat_map(|count| {
        let list = prop::collection::btree_set(0..count as u16, 0..3);
        prop::collection::vec(list.prop_map(|set| set.into_iter().collect()), count)
    })
}

/// Lists of parents without a cycle: edges lead from an earlier place of a shuffled order to a later one.
fn acyclic_parents() -> impl Strategy<Value = Vec<Vec<u16>>> {
    any_parents().prop_flat_map(|parents| {
        let order: Vec<u16> = (0..parents.len() as u16).collect();
        (Just(parents), Just(order).prop_shuffle()).prop_map(|(parents, place)| {
            let earlier = |p: u16, n: usize| place[usize::from(p)] < place[n];
            let kept = |(n, list): (usize, Vec<u16>)| {
                list.into_iter().filter(|&p| earlier(p, n)).collect()
            };
            parents.into_iter().enumerate().map(kept).collect()
        })
    })
}

/// Whether a path leads from each position to each, by the slowest and plainest way.
fn reachability(parents: &[Vec<u16>]) -> Vec<Vec<bool>> {
    let count = parents.len();
    let mut reaches = vec![vec![false; count]; count];
    for (child, list) in parents.iter().enumerate() {
        for &parent in list {
            reaches[usize::from(parent)][child] = true;
        }
    }
    for middle in 0..count {
        for from in 0..count {
            for to in 0..count {
                reaches[from][to] |= reaches[from][middle] && reaches[middle][to];
            }
        }
    }
    reaches
}

proptest! {
    #[test]
    fn a_cycle_is_found_exactly_where_there_is_one(parents in any_parents()) {
        let reaches = reachability(&parents);
        let cyclic = (0..parents.len()).any(|n| reaches[n][n]);
        match Graph::new(&names(parents.len()), parents.clone()) {
            Ok(_) => prop_assert!(!cyclic),
            Err(Refusal::Cycle { steps, .. }) => {
                prop_assert!(cyclic);
                prop_assert_eq!(steps.first(), steps.last());
                for pair in steps.windows(2) {
                    let [parent, child] = [&pair[0], &pair[1]].map(|name| name[1..].parse::<u16>().expect("a number"));
                    prop_assert!(parents[usize::from(child)].contains(&parent));
                }
            }
            Err(other) => prop_assert!(false, "{}", other),
        }
    }

    #[test]
    fn the_topological_order_respects_every_edge(parents in acyclic_parents()) {
        let graph = Graph::new(&names(parents.len()), parents.clone()).expect("acyclic");
        let mut place = vec![None; parents.len()];
        for (index, &position) in graph.topological().iter().enumerate() {
            prop_assert_eq!(place[usize::from(position)].replace(index), None);
        }
        for (child, list) in parents.iter().enumerate() {
            for &parent in list {
                prop_assert!(place[usize::from(parent)] < place[child]);
                prop_assert!(graph.children(parent).contains(&(child as u16)));
            }
            prop_assert_eq!(graph.parents(child as u16), list.as_slice());
        }
    }

    #[test]
    fn descendants_and_ancestors_agree_with_every_path(parents in acyclic_parents()) {
        let graph = Graph::new(&names(parents.len()), parents.clone()).expect("acyclic");
        let reaches = reachability(&parents);
        for from in graph.positions() {
            let after = graph.descendants(from);
            for to in graph.positions() {
                let expected = reaches[usize::from(from)][usize::from(to)];
                prop_assert_eq!(after.contains(&to), expected);
                prop_assert_eq!(graph.ancestors(to).contains(&from), expected);
                prop_assert_eq!(graph.is_ancestor(from, to), expected);
            }
        }
    }
}
