fn f(x: u8) {
    match x {
        1 => a(),
        2 => b(),
        n if n < 9 => y(),
        _ => c(),
    }
}
