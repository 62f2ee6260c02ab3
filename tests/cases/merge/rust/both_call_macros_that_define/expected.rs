define! {
    fn one();
}

define! {
    fn two();
}

define! {
    fn three();
}
