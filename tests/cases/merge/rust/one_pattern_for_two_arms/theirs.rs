fn f(x: u8) -> &'static str {
    match x {
        1 => "one",
        2 => "two",
        3 => "three",
        4 => "y",
        _ => "",
    }
}
