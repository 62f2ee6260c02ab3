#[derive(Debug, PartialOrd)]
enum Pot {
    Red,
<<<<<<< ours
    Blue,
=======
    Green,
>>>>>>> theirs
}
