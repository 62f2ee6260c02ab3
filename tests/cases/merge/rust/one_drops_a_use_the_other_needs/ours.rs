use std::io;

fn a() {
    show();
}

fn b() {
    io::read();
}
