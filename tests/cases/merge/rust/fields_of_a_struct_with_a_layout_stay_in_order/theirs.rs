#[repr(C)]
struct Pot {
    name: u8,
    colour: u8,
}
