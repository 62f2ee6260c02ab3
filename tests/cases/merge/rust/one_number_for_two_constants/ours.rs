pub const ERR_Start: u32 = 1;
pub const ERR_Skip: u32 = 4;
pub const ERR_Stop: u32 = 2;
pub const ERR_Pause: u32 = 3;
