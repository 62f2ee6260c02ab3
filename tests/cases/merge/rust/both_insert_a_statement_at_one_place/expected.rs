fn open() {
    first();
<<<<<<< ours
    second();
=======
    third();
>>>>>>> theirs
}
