use crate::{boxes::{lift, open, peek}, lids::shut};

fn a() {}
