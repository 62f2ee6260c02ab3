<<<<<<< ours
fn size() -> u8 {
    3
}
=======
fn size() -> u16 {
    4
}
>>>>>>> theirs

fn open() -> u8 {
    1
}

fn shut() -> u8 {
    2
}
