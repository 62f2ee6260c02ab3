#[repr(u8)]
pub enum E {
    Start = 1,
<<<<<<< ours
    Skip = 4,
    Stop = 2,
    Pause = 3,
=======
    Stop = 2,
    Pause = 3,
    Seek = 4,
>>>>>>> theirs
}
