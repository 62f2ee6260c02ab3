use std::fmt;
use crate::b::Thing;

fn a() {}
