define! {
    fn one();
}
