fn main() {
    // these or those
    users.all();
}
