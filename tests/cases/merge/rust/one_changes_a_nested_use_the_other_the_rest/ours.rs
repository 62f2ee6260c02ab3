use crate::{boxes::{lift, look, open}, lids::shut};

fn a() {}
