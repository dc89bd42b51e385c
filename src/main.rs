//! The `rescue79` program.

fn main() {}
