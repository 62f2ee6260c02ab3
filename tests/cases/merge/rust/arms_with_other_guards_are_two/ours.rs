fn f(x: u8) {
    match x {
        1 => a(),
        n if n > 4 => x(),
        2 => b(),
        _ => c(),
    }
}
