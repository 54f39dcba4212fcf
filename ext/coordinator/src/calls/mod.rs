//! The calls by name: JSON in, commands or questions out; outcomes in, JSON out.

mod parse;
mod render;

pub(crate) use parse::parse;
pub(crate) use render::{Render, render};
