use std::fmt;
use std::env;

fn a() {}
