#[repr(C)]
struct Pot {
    name: u8,
}
