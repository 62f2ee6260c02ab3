<<<<<<< ours
use crate::{boxes::{lift, look, open}, lids::shut};
=======
use crate::{boxes::{lift, open, peek}, lids::shut};
>>>>>>> theirs

fn a() {}
