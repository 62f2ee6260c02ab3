define! {
    fn one();
}

define! {
    fn three();
}
