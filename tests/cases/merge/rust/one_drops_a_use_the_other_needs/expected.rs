use std::fmt;
use std::io;

fn a() {
    show();
}

fn b() {
    io::read();
    fmt::look();
}
