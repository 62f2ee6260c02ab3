func f(x: Int) {
    switch x {
    case 1:
        print("one")
<<<<<<< ours
    case 4:
        print("x")
    case 2:
        print("two")
    case 3:
        print("three")
=======
    case 2:
        print("two")
    case 3:
        print("three")
    case 4:
        print("y")
>>>>>>> theirs
    default:
        break
    }
}
