use std::fmt;
use std::env;
use std::io;

fn a() {}
