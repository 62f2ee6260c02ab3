use crate::boxes::{lift, look, open, shut};

fn a() {}
