object C {
  val Start = 1
<<<<<<< ours
  val Skip = 4
  val Stop = 2
  val Pause = 3
=======
  val Stop = 2
  val Pause = 3
  val Seek = 4
>>>>>>> theirs
}
