fn main() {
    // these or
    users.all();
}
