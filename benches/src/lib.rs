//! Shared by the benchmarks and the gate of the crates below the coordinator: the workloads, and a worker that runs them.

pub mod phases;
pub mod shapes;
pub mod statements;
pub mod worker;
