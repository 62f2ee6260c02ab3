use crate::{boxes::{lift, look, open}, lids::shut, locks::Lock};

fn a() {}
