use crate::{boxes::{lift, open}, lids::shut, locks::Lock};

fn a() {}
