fn f(x: u8) {
    match x {
        1 => a(),
        n if n > 4 => x(),
        2 => b(),
        n if n < 9 => y(),
        _ => c(),
    }
}
