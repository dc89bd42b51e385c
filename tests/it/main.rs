//! One integration binary: everything that looks at the program from outside.

mod layering;
mod screens;
mod svg;
