fn open() {
    first();
}

<<<<<<< ours
=======
fn close() {
    very();
}
>>>>>>> theirs

