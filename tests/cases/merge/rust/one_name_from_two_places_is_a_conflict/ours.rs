use crate::a::Thing;
use std::fmt;

fn a() {}
