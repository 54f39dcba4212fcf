//! Shared by the benchmarks of the crates below the coordinator: the workloads, and a worker that runs them.

pub mod shapes;
pub mod worker;
