func f(x: Int) {
    switch x {
    case 1:
        print("one")
    case 2:
        print("two")
    case 3:
        print("three")
    default:
        break
    }
}
