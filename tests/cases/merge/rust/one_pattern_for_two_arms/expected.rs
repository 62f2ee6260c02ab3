fn f(x: u8) -> &'static str {
    match x {
        1 => "one",
<<<<<<< ours
        4 => "x",
        2 => "two",
        3 => "three",
=======
        2 => "two",
        3 => "three",
        4 => "y",
>>>>>>> theirs
        _ => "",
    }
}
