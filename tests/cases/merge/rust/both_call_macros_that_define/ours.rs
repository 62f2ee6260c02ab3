define! {
    fn one();
}

define! {
    fn two();
}
