fn main() {
<<<<<<< ours
    // these or
=======
    // these
>>>>>>> theirs
    users.all();
}
