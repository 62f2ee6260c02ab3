#[repr(C)]
struct Pot {
    name: u8,
    size: u8,
}
