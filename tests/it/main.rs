//! One integration binary: everything that looks at the program from outside.

mod catalogue;
mod layering;
mod xray;
mod scenarios;
