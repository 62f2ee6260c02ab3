<<<<<<< ours
use crate::a::Thing;
use std::fmt;
=======
use std::fmt;
use crate::b::Thing;
>>>>>>> theirs

fn a() {}
