//! The benchmark of the whole pipeline, in one table.

fn main() {}
