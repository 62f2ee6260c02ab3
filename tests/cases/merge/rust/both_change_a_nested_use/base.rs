use crate::{boxes::{lift, open}, lids::shut};

fn a() {}
