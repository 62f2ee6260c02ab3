use std::fmt;

fn a() {}
