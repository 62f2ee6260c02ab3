enum E(val c: Int) {
  case Start extends E(1)
<<<<<<< ours
  case Skip extends E(4)
  case Stop extends E(2)
  case Pause extends E(3)
=======
  case Stop extends E(2)
  case Pause extends E(3)
  case Seek extends E(4)
>>>>>>> theirs
}
