#[repr(C)]
struct Pot {
    name: u8,
<<<<<<< ours
    size: u8,
=======
    colour: u8,
>>>>>>> theirs
}
