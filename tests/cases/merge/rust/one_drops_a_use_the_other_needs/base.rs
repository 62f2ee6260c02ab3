use std::fmt;
use std::io;

fn a() {
    fmt::show();
}

fn b() {
    io::read();
}
