fn f(x: u8) -> &'static str {
    match x {
        1 => "one",
        4 => "x",
        2 => "two",
        3 => "three",
        _ => "",
    }
}
