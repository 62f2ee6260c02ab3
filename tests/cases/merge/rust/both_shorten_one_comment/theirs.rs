fn main() {
    // these
    users.all();
}
